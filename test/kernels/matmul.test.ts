/**
 * Matrix products through WebAssembly and through the portable loops: the same tests for both.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { concat, rng, Tensor } from "gradlab";
import { engine, withoutEngine, worthCopying } from "../../src/kernels/index.ts";

/** The product by its definition, in float64. */
function byDefinition(a: Tensor, b: Tensor): number[] {
  const [m, k] = a.shape;
  const n = b.shape[1];
  const out: number[] = [];
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let s = 0;
      for (let l = 0; l < k; l++) s += a.at(i, l) * b.at(l, j);
      out.push(s);
    }
  return out;
}

const sizes = [
  [1, 64, 64],
  [5, 7, 300],
  [6, 8, 64],
  [13, 257, 9],
  [97, 33, 41],
  [64, 300, 17],
  [130, 20, 1030],
];

function sweep(): void {
  for (const dtype of ["float32", "float64"] as const)
    for (const [m, k, n] of sizes)
      for (const [ta, tb] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ])
        test(`[${m} × ${k}] [${k} × ${n}] ${dtype}${ta ? ", left transposed" : ""}${tb ? ", right transposed" : ""}`, () => {
          const r = rng(m * 31 + n);
          const a = ta ? r.normal([k, m], 0, 1, { dtype }).T : r.normal([m, k], 0, 1, { dtype });
          const b = tb ? r.normal([n, k], 0, 1, { dtype }).T : r.normal([k, n], 0, 1, { dtype });
          const got = a.matmul(b);
          assert.equal(got.dtype, dtype);
          const want = byDefinition(a, b);
          const tolerance = (dtype === "float64" ? 1e-14 : 3e-6) * k;
          got.values().forEach((v: number, i: number) => {
            assert.ok(Math.abs(v - want[i]) <= tolerance, `${v} against ${want[i]}`);
          });
        });
  test("strided and batched operands", () => {
    const r = rng(4);
    const big = r.normal([3, 40, 120]);
    const a = big.slice(2, 0, undefined, 3);
    const b = r.normal([40, 30]);
    const got = a.matmul(b);
    const each = Array.from({ length: 3 }, (_, i) => {
      const one = a.select(i).copy();
      return new Tensor(Float64Array.from(byDefinition(one, b)), [1, 40, 30], "float64");
    });
    const want = concat(each).values();
    got.values().forEach((v: number, i: number) => {
      assert.ok(Math.abs(v - want[i]) < 1e-12);
    });
  });
}

describe("WebAssembly", { skip: engine() === null && "there is no build; run npm run build:wasm" }, () => {
  test("the cost model sends these products there", () => {
    assert.ok(sizes.slice(1).every(([m, k, n]) => worthCopying(m, k, n)));
    assert.ok(!worthCopying(2, 2, 2) && !worthCopying(1, 1000, 1000) && !worthCopying(1000, 1, 1000));
  });
  sweep();
});
describe("portable", () => {
  const before = engine();
  // Tests run one after another; each is wrapped so that the engine is off only inside it.
  for (const [m, k, n] of sizes)
    test(`[${m} × ${k}] [${k} × ${n}] agrees`, () => {
      const a = rng(m).normal([m, k]);
      const b = rng(n).normal([n, k]).T;
      const portable = withoutEngine(() => a.matmul(b));
      const want = byDefinition(a, b);
      portable.values().forEach((v: number, i: number) => {
        assert.ok(Math.abs(v - want[i]) <= 1e-14 * k);
      });
      assert.equal(engine(), before);
    });
});
