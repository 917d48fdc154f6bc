/**
 * Inverses, systems, determinants and Cholesky factors: identities, the sheet's gradients, clear refusals.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cholesky,
  choleskySolve,
  det,
  diag,
  diagEmbed,
  diagonal,
  eye,
  grad,
  gradcheck,
  inv,
  logdet,
  relativeError,
  rng,
  slogdet,
  solve,
  type Tensor,
  tensor,
  trace,
  triangularSolve,
  tril,
  triu,
} from "gradlab";

const close = (a: Tensor, b: Tensor, tolerance = 1e-12): void => {
  assert.deepEqual(a.shape, b.shape);
  assert.ok(relativeError(a, b) <= tolerance, `${a} against ${b}`);
};
const spd = (seed: number, n: number): Tensor => {
  const B = rng(seed).normal([n, n]) as Tensor;
  return B.matmul(B.T).add(eye(n));
};

test("an inverse times its matrix is the identity, batched as well", () => {
  const A = rng(1).normal([5, 5]) as Tensor;
  close(A.inv().matmul(A), eye(5), 1e-10);
  const batch = rng(2).normal([2, 3, 4, 4]) as Tensor;
  close(inv(batch).matmul(batch), eye(4).broadcastTo([2, 3, 4, 4]) as Tensor, 1e-10);
});

test("solve broadcasts over batches, and takes vectors", () => {
  const A = rng(1).normal([4, 4]) as Tensor;
  const b = rng(2).normal([4]) as Tensor;
  close(A.matmul(solve(A, b)), b, 1e-10);
  const many = rng(3).normal([2, 4, 4]) as Tensor;
  const B = rng(4).normal([4, 3]) as Tensor;
  close(many.matmul(solve(many, B)), B.broadcastTo([2, 4, 3]) as Tensor, 1e-10);
  close(many.matmul(solve(many, b).expandDims(2)).squeeze(2), b.broadcastTo([2, 4]) as Tensor, 1e-10);
});

test("determinants agree with each other and with the product rule", () => {
  const [A, B] = [spd(1, 4), rng(2).normal([4, 4]) as Tensor];
  close(det(A.matmul(B)), det(A).mul(det(B)), 1e-10);
  close(logdet(A), det(A).log());
  const { sign, logabsdet } = slogdet(B);
  close(sign.mul(logabsdet.exp()), det(B));
  assert.ok(
    Number.isNaN(
      logdet(
        tensor([
          [-1, 0],
          [0, 1],
        ]),
      ).item(),
    ),
  );
  assert.equal(
    logdet(
      tensor([
        [1, 1],
        [1, 1],
      ]),
    ).item(),
    Number.NEGATIVE_INFINITY,
  );
  assert.equal(
    det(
      tensor([
        [1, 1],
        [1, 1],
      ]),
    ).item(),
    0,
  );
});

test("the gradient of a determinant at a singular matrix is its cofactors", () => {
  const A = tensor([
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ]);
  const cofactors = tensor([
    [-3, 6, -3],
    [6, -12, 6],
    [-3, 6, -3],
  ]);
  close(grad((x: Tensor) => det(x))(A), cofactors, 1e-10);
  close(grad((x: Tensor) => det(x))(A.mul(0)), A.mul(0));
  gradcheck((x: Tensor) => det(x), [A]);
});

test("the Cholesky factor multiplies back, and reads the symmetric part", () => {
  const A = spd(1, 6);
  const L = cholesky(A);
  close(L.matmul(L.T), A);
  close(L, tril(L));
  close(choleskySolve(L, A), eye(6), 1e-10);
  close(logdet(A), diag(L).log().sum().mul(2));
});

test("triangles, diagonals and traces", () => {
  const A = rng(1).normal([3, 3]) as Tensor;
  close(tril(A).add(triu(A, 1)), A);
  close(diag(diag(A)).add(tril(A, -1)).add(triu(A, 1)), A);
  close(trace(A), diag(A).sum());
  const v = rng(2).normal([2, 3]) as Tensor;
  close(diagonal(diagEmbed(v)), v);
  close(triangularSolve(A, triu(A), { lower: false }), eye(3), 1e-10);
  close(triangularSolve(A, tril(A).T, { transposed: true }), eye(3), 1e-10);
});

test("the GP-LVM sheet: ∂L1/∂X = −αDK⁻¹X and ∂L2/∂X = αK⁻¹YYᵀK⁻¹X", () => {
  const [alpha, beta, D] = [0.7, 2.5, 4];
  const X = rng(1).normal([5, 2]) as Tensor;
  const Y = rng(2).normal([5, D]) as Tensor;
  const kernel = (x: Tensor): Tensor =>
    x
      .matmul(x.T)
      .mul(alpha)
      .add(eye(5).mul(1 / beta));
  const L1 = (x: Tensor): Tensor =>
    kernel(x)
      .logdet()
      .mul(-D / 2);
  const L2 = (x: Tensor): Tensor => kernel(x).inv().matmul(Y.matmul(Y.T)).trace().mul(-0.5);
  const Kinv = inv(kernel(X));
  close(grad(L1)(X), Kinv.matmul(X).mul(-alpha * D));
  close(grad(L2)(X), Kinv.matmul(Y).matmul(Y.T).matmul(Kinv).matmul(X).mul(alpha));
  gradcheck((x: Tensor) => L1(x).add(L2(x)), [X], { order: 2 });
});

test("errors name the matrix and say what to do", () => {
  const singular = tensor([
    [1, 2],
    [2, 4],
  ]);
  assert.throws(() => inv(singular), /inv: the matrix is singular: no pivot in column 1.*pinv/);
  assert.throws(
    () => solve(rng(1).normal([2, 2, 2]).mul(0) as Tensor, eye(2)),
    /matrix 0 of the batch.*singular/,
  );
  assert.throws(
    () =>
      cholesky(
        tensor([
          [1, 0],
          [0, -2],
        ]),
      ),
    /not positive definite: pivot 1 is -2.0e\+0. Add jitter/,
  );
  assert.throws(
    () =>
      cholesky(
        tensor([
          [1, 5],
          [0, 1],
        ]),
      ),
    /not symmetric: entry \(1, 0\) is 0 but \(0, 1\) is 5/,
  );
  assert.throws(
    () =>
      cholesky(
        tensor([
          [1, Number.NaN],
          [0, 1],
        ]),
      ),
    /holds NaN at flat position 1/,
  );
  assert.throws(() => inv(rng(1).normal([2, 3])), /square matrices \[n, n\]; got shape \[2, 3\]/);
  assert.throws(() => det(tensor([1, 2])), /expected a matrix.*\[2\]/);
  assert.throws(() => solve(eye(3), rng(1).normal([2, 3])), /\[2, 3\]; it needs 3 rows/);
  assert.throws(
    () =>
      triangularSolve(
        tensor([
          [0, 0],
          [1, 1],
        ]),
        eye(2),
      ),
    /diagonal entry 0 is 0/,
  );
});

test("sizes 0 and 1", () => {
  close(inv(tensor([[4]])), tensor([[0.25]]));
  assert.equal(det(tensor([], { dtype: "float64" }).reshape([0, 0])).item(), 1);
  assert.deepEqual(cholesky(tensor([[9]])).toArray(), [[3]]);
});
