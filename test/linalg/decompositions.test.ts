/**
 * Decompositions multiply back, at sizes, shapes and ranks where they like to fail.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  eigh,
  expm,
  eye,
  grad,
  lstsq,
  norm,
  qr,
  relativeError,
  rng,
  svd,
  type Tensor,
  tensor,
  zeros,
} from "gradlab";

const close = (a: Tensor, b: Tensor, tolerance = 1e-11): void => {
  assert.deepEqual(a.shape, b.shape);
  assert.ok(relativeError(a, b) <= tolerance, `${a} against ${b}`);
};
const normal = (seed: number, ...shape: number[]): Tensor => rng(seed).normal(shape) as Tensor;

test("eigh: A = V diag(w) Vᵀ with orthonormal V and ascending w", () => {
  for (const n of [1, 2, 3, 10, 60]) {
    const B = normal(n, n, n);
    const A = B.add(B.T);
    const { eigenvalues: w, eigenvectors: V } = eigh(A);
    close(V.mul(w).matmul(V.T), A, 1e-12 * n + 1e-12);
    close(V.T.matmul(V), eye(n), 1e-12);
    for (let i = 1; i < n; i++) assert.ok(w.at(i) >= w.at(i - 1));
  }
});

test("eigh of matrices of low rank: whole blocks of rounding errors settle", () => {
  for (let seed = 0; seed < 20; seed++) {
    const [n, rank] = [10 + 7 * seed, 1 + (seed % 9)];
    const B = rng(seed).normal([n, rank]) as Tensor;
    const A = B.matmul(B.T);
    const { eigenvalues: w, eigenvectors: V } = eigh(A);
    close(V.mul(w).matmul(V.T), A, 1e-12);
    close(V.T.matmul(V), eye(n), 1e-12);
    assert.ok(
      w
        .slice(0, 0, n - rank)
        .abs()
        .max()
        .item() <
        1e-12 * w.max().item(),
    );
  }
});

test("eigh of diagonal, zero, repeated and huge matrices", () => {
  const { eigenvalues: w } = eigh(tensor([3, 1, 2]).diag());
  assert.deepEqual(w.toArray(), [1, 2, 3]);
  assert.deepEqual(eigh(zeros([3, 3])).eigenvalues.toArray(), [0, 0, 0]);
  const { eigenvalues, eigenvectors } = eigh(eye(4).add(1).mul(1e200));
  close(eigenvalues.div(1e200), tensor([1, 1, 1, 5]));
  close(eigenvectors.T.matmul(eigenvectors), eye(4));
});

test("a symmetric function of repeated eigenvalues has its right gradient", () => {
  close(grad((M: Tensor) => eigh(M).eigenvalues.exp().sum())(eye(4)), eye(4).mul(Math.E), 1e-10);
});

test("svd: A = U diag(s) Vᵀ, tall, wide, deficient, zero, badly scaled", () => {
  const low = normal(1, 6, 2).matmul(normal(2, 2, 4));
  const graded = normal(3, 5, 5).mul(tensor([1, 1e-4, 1e-8, 1e4, 1e8]));
  for (const A of [
    normal(4, 6, 3),
    normal(5, 3, 6),
    normal(6, 5, 5),
    low,
    low.T,
    graded,
    zeros([4, 3]) as Tensor,
  ]) {
    const { U, s, V, Vh } = svd(A);
    const scale = Math.max(1e-300, s.at(0) || 1);
    close(U.mul(s).matmul(Vh).div(scale), A.div(scale));
    close(U.T.matmul(U), eye(U.shape[1]));
    close(V.T.matmul(V), eye(V.shape[1]));
    for (let i = 1; i < s.size; i++) assert.ok(s.at(i) <= s.at(i - 1) && s.at(i) >= 0);
  }
});

test("qr: A = Q R, batched, tall, square and wide", () => {
  for (const A of [
    normal(1, 6, 3),
    normal(2, 4, 4),
    normal(3, 3, 5),
    normal(4, 2, 5, 3),
    zeros([3, 2]) as Tensor,
  ]) {
    const { Q, R } = qr(A);
    close(Q.matmul(R), A);
    const k = Q.shape[Q.rank - 1];
    close(Q.T.matmul(Q), eye(k).broadcastTo([...A.shape.slice(0, -2), k, k]) as Tensor);
  }
});

test("least squares leaves a residual orthogonal to the columns", () => {
  const [A, B] = [normal(1, 9, 4), normal(2, 9, 2)];
  close(A.T.matmul(A.matmul(lstsq(A, B)).sub(B)), zeros([4, 2]) as Tensor);
});

test("e^{A} e^{−A} = I, and rotations come from skew matrices", () => {
  const A = normal(1, 4, 4).mul(3);
  close(expm(A).matmul(expm(A.neg())), eye(4), 1e-7);
  const t = 1.1;
  close(
    expm(
      tensor([
        [0, -t],
        [t, 0],
      ]),
    ),
    tensor([
      [Math.cos(t), -Math.sin(t)],
      [Math.sin(t), Math.cos(t)],
    ]),
  );
});

test("norms neither overflow nor lose their gradient at 0", () => {
  close(norm(tensor([3e200, 4e200])).div(1e200), tensor(5));
  assert.deepEqual(grad((x: Tensor) => norm(x))(zeros([2])).toArray(), [0, 0]);
  assert.deepEqual(norm(normal(1, 2, 3), { axis: 1, keepdim: true }).shape, [2, 1]);
  assert.throws(() => norm(tensor([1]), { ord: 0.5 }), /at least 1/);
});

test("errors", () => {
  assert.throws(
    () =>
      eigh(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
    /eigh: the matrix is not symmetric/,
  );
  assert.throws(
    () => svd(tensor([[1, Number.POSITIVE_INFINITY]])),
    /svd: the matrix of shape \[1, 2\] holds Infinity/,
  );
  assert.throws(() => lstsq(normal(1, 3, 2), normal(1, 4)), /right-hand side \[4\]; it needs 3 rows/);
});
