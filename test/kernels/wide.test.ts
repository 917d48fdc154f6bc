/**
 * Kernels compiled for registers of twice the width give the same bits as those of 128 bits.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { engine } from "../../src/kernels/index.ts";

/** Products and convolutions of all kinds of sizes, hashed. */
const PROGRAM = `
import { createHash } from "node:crypto";
import { cholesky, conv2d, GaussianMixture, grad, rng } from "gradlab";
import { engine } from "./src/kernels/index.ts";
const out = [];
const keep = (name, t) => out.push([name, createHash("sha256").update(new Uint8Array(Float64Array.from(t.values()).buffer)).digest("hex")]);
for (const dtype of ["float32", "float64"])
  for (let round = 0; round < 40; round++) {
    const r = rng(round);
    const [m, k, n] = [1, 2, 3].map(() => 1 + Math.floor(r.uniform([1]).item() * (round < 30 ? 40 : 300)));
    const a = r.normal([m, k], 0, 1, { dtype }), b = r.normal([n, k], 0, 1, { dtype });
    keep(dtype + " product " + [m, k, n], a.matmul(b.T));
    if (round >= 12) continue;
    const [batch, ci, co, size] = [1 + (m % 37), 8 + (k % 20), 12 + (n % 20), 2 + (m % 5)];
    const x = r.normal([batch, ci, size, size], 0, 1, { dtype }), w = r.normal([co, ci, 3, 3], 0, 1, { dtype });
    const f = (x, w) => conv2d(x, w, null, { padding: 1 });
    keep(dtype + " convolution " + [batch, ci, co, size], f(x, w));
    for (const g of Object.values(grad(({ x, w }) => f(x, w).square().sum())({ x, w }))) keep(dtype + " gradient", g);
    const s = r.normal([k + 40, k + 40]);
    keep("cholesky", cholesky(s.matmul(s.T).add(1)));
  }
for (const covarianceType of ["full", "tied", "diag", "spherical"])
  for (const d of [1, 2, 5, 16]) {
    const r = rng(d), x = r.normal([300, d]).add(r.normal([3, d], 0, 3).take(r.integers([300], 0, 3)));
    const fit = new GaussianMixture({ nComponents: 3, covarianceType, maxIter: 4, tol: 0, randomState: 1 }).fit(x);
    keep(covarianceType + " mixture in " + d, fit.means);
    keep(covarianceType + " responsibilities in " + d, fit.predictProba(x));
  }
console.log(JSON.stringify({ wide: engine().wide, out }));
`;

test("wide and narrow kernels agree to the bit", {
  skip: !engine()?.wide && "this machine has no registers of 256 bits, or they are not used",
}, () => {
  const root = new URL("../../", import.meta.url);
  const run = (kernels: string): { wide: boolean; out: unknown[] } =>
    JSON.parse(
      execFileSync(process.execPath, ["--input-type=module", "-e", PROGRAM], {
        cwd: root,
        env: { ...process.env, GRADLAB_KERNELS: kernels },
        encoding: "utf8",
      }),
    );
  const [wide, narrow] = [run(""), run("narrow")];
  assert.deepEqual([wide.wide, narrow.wide], [true, false]);
  assert.ok(wide.out.length > 120);
  assert.deepEqual(wide.out, narrow.out);
});
