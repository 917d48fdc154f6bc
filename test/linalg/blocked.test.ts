/**
 * Blocked factorisations of positive definite matrices: WebAssembly and portable, at sizes around the block's.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { relativeError, rng, type Tensor, tensor } from "gradlab";
import { engine, withoutEngine } from "../../src/kernels/index.ts";
import { choleskyBlocked, inverseFromFactor, solveLower } from "../../src/linalg/dense/blocked.ts";
import { choleskyFactor } from "../../src/linalg/dense/cholesky.ts";

const skip = engine() ? false : "no WebAssembly build here: npm run build:wasm";

function positive(n: number): Float64Array {
  const B = rng(n).normal([n, n]) as Tensor;
  const A = Float64Array.from(B.matmul(B.T).values());
  for (let i = 0; i < n; i++) A[i * n + i] += n;
  return A;
}
const close = (a: Float64Array, b: Float64Array): void => {
  const error = relativeError(tensor(a), tensor(b));
  assert.ok(error < 1e-11, `relative error ${error}`);
};

for (const n of [1, 2, 39, 40, 48, 49, 96, 97, 150, 193]) {
  const check = (): void => {
    const A = positive(n);
    const [L, plain] = [A.slice(), A.slice()];
    assert.equal(choleskyBlocked(L, n), null);
    assert.equal(choleskyFactor(plain, n), null);
    close(L, plain);
    const T = tensor(A, [n, n]) as Tensor;
    const inverse = tensor(inverseFromFactor(L, n), [n, n]) as Tensor;
    close(
      Float64Array.from(T.matmul(inverse).values()),
      Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
    );
    for (const k of [1, 7]) {
      const b = Float64Array.from(rng(k).normal([n, k]).values());
      const x = b.slice();
      solveLower(L, x, n, k, false);
      solveLower(L, x, n, k, true);
      close(Float64Array.from(T.matmul(tensor(x, [n, k]) as Tensor).values()), b);
    }
  };
  test(`n = ${n}, portable`, () => withoutEngine(check));
  test(`n = ${n}, WebAssembly`, { skip }, check);
}

test("a bad pivot is reported where it is, both ways", () => {
  for (const n of [5, 60, 130]) {
    const A = positive(n);
    const at = n - 2;
    A[at * n + at] = -3;
    const [x, y] = [A.slice(), A.slice()];
    const bad = choleskyBlocked(x, n);
    const plain = withoutEngine(() => choleskyBlocked(y, n));
    assert.equal(bad?.index, at);
    assert.equal(plain?.index, at);
    assert.ok(
      Math.abs((bad?.value as number) - (plain?.value as number)) < 1e-9 && (bad?.value as number) < 0,
    );
    A[0] = Number.NaN;
    assert.equal(choleskyBlocked(A.slice(), n)?.index, 0);
  }
});
