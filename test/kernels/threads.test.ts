/**
 * Large calls divided among threads give the same bits as undivided ones, and neither keep a process
 * alive nor break when a program is interrupted in the middle.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { engine } from "../../src/kernels/index.ts";
import { SPLITS } from "../../src/kernels/wasm/split.ts";

/** Large products and convolutions, eager and compiled, hashed; said when helpers were there. */
const PROGRAM = `
import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { runInThisContext } from "node:vm";
import { compile, conv2d, grad, manualSeed, CrossEntropyLoss, ResNet, rng, SGD } from "gradlab";
import { engine } from "./src/kernels/index.ts";
const out = [];
const keep = (name, t) => out.push([name, createHash("sha256").update(new Uint8Array(Float64Array.from(t.values()).buffer)).digest("hex")]);
const big = rng(9).normal([200, 200]);
big.matmul(big);
const wanted = Number(process.env.GRADLAB_THREADS) - 1;
while (engine().helpers() < wanted) await setTimeout(5);
for (const dtype of ["float32", "float64"]) {
  for (const [m, k, n] of [[300, 100, 200], [64, 300, 400], [401, 17, 999], [17, 900, 333]]) {
    const r = rng(m);
    const a = r.normal([m, k], 0, 1, { dtype }), b = r.normal([n, k], 0, 1, { dtype });
    for (let i = 0; i < 20; i++) keep("product", a.matmul(b.T));
  }
  const x = rng(1).normal([64, 40, 6, 6], 0, 1, { dtype }), w = rng(2).normal([52, 40, 3, 3], 0, 1, { dtype });
  const f = (x, w) => conv2d(x, w, null, { padding: 1 });
  for (let i = 0; i < 10; i++) for (const g of Object.values(grad(({ x, w }) => f(x, w).square().sum())({ x, w }))) keep("gradient", g);
  manualSeed(1);
  const model = new ResNet(64, { dtype }), opt = new SGD(model.parameters(), { lr: 0.1 }), loss = new CrossEntropyLoss();
  const [images, labels] = [rng(3).normal([128, 1, 8, 8], 0, 1, { dtype }), rng(4).integers([128], 0, 10)];
  const step = compile(() => { opt.zeroGrad(); const l = loss.forward(model.forward(images), labels); l.backward(); opt.step(); return l; });
  for (let i = 0; i < 10; i++) keep("loss", step());
  for (const p of model.parameters()) keep("parameter", p);
}
// What is broken off in the middle of a call must not spoil later ones.
const large = rng(8).normal([1200, 1200], 0, 1, { dtype: "float32" });
const want = large.matmul(large).sum().item();
globalThis.spin = () => { for (;;) large.matmul(large); };
for (let i = 0; i < 8; i++) {
  try { runInThisContext("spin()", { timeout: 15 + 7 * i }); } catch (e) { if (e.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw e; }
  if (large.matmul(large).sum().item() !== want) throw new Error("another product after an interrupt");
}
console.log(JSON.stringify({ helpers: engine().helpers(), out }));
`;

describe("threads", { skip: engine() === null && "there is no WebAssembly build" }, () => {
  test("the same bits with three threads as with one", () => {
    const run = (threads: number): { helpers: number; out: unknown[] } =>
      JSON.parse(
        execFileSync(process.execPath, ["--input-type=module", "-e", PROGRAM], {
          cwd: new URL("../../", import.meta.url),
          env: { ...process.env, GRADLAB_THREADS: String(threads) },
          encoding: "utf8",
          timeout: 120_000,
        }),
      );
    const [one, three] = [run(1), run(3)];
    assert.deepEqual([one.helpers, three.helpers], [0, 2]);
    assert.ok(one.out.length > 200);
    assert.deepEqual(
      three.out.filter((o, i) => JSON.stringify(o) !== JSON.stringify(one.out[i])),
      [],
    );
    assert.equal(three.out.length, one.out.length);
  });

  test("the parts of a product cover it once", () => {
    for (const [m, n] of [
      [1000, 64],
      [5, 2000],
      [61, 61],
    ])
      for (const parts of [2, 3, 8]) {
        const covered = new Uint8Array(m * n);
        const args = [0, 7, 1, 0, n, 1, 0, n, m, 7, n, 0, 0];
        for (const [, , , , , , c, ldc, rows, , columns] of SPLITS.matmul32(args, parts)) {
          assert.equal(ldc, n);
          for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) covered[c / 4 + i * n + j]++;
        }
        assert.ok(covered.every((count) => count === 1));
      }
  });
});
