/**
 * Least squares and its relatives: pseudo-inverse, rank, condition number.
 *
 * dA⁺ = −A⁺ dA A⁺ + A⁺ A⁺ᵀ dAᵀ (I − A A⁺) + (I − A⁺ A) dAᵀ A⁺ᵀ A⁺, at constant rank (Golub & Pereyra 1973).
 */

import {
  add,
  apply,
  defineOp,
  div,
  lift,
  matmul,
  neg,
  reshape,
  select,
  sub,
  type TensorLike,
  transpose,
} from "../ops/index.ts";
import { ArgumentError, type Op, rng, type Tensor } from "../tensor/index.ts";
import { triangularSolve } from "./cholesky.ts";
import { diagonal, raised } from "./diagonal.ts";
import { checkSides } from "./inverse.ts";
import { matrixShape, perMatrix, requireFinite } from "./matrices.ts";
import { qr } from "./qr.ts";
import { svd, thin } from "./svd.ts";

interface Cut {
  /** Singular values below rcond times the largest count as zero. */
  rcond: number;
}

export const pinvOp: Op<Cut> = defineOp<Cut>({
  name: "pinv",
  forward: ([x], { rcond }) => {
    const { m, n } = matrixShape(x, "pinv");
    const k = Math.min(m, n);
    requireFinite(x, "pinv");
    return perMatrix(x, [n, m], (a, out) => {
      const { u, s, v } = thin(a, m, n, "pinv: the rotations did not settle");
      for (let j = 0; j < k && s[j] > rcond * s[0]; j++)
        for (let i = 0; i < n; i++)
          for (let p = 0; p < m; p++) out[i * m + p] += (v[j * n + i] * u[j * m + p]) / s[j];
    });
  },
  vjp: [
    (G, [A], P) => {
      const [Pt, Gt] = [transpose(P), transpose(G)];
      const direct = neg(matmul(matmul(Pt, G), Pt));
      const rows = matmul(matmul(sub(Gt, matmul(A, matmul(P, Gt))), P), Pt);
      const columns = matmul(matmul(Pt, P), sub(Gt, matmul(matmul(Gt, P), A)));
      return add(add(direct, rows), columns);
    },
  ],
  jvp: [
    (T, [A], P) => {
      const [Pt, Tt] = [transpose(P), transpose(T)];
      const direct = neg(matmul(matmul(P, T), P));
      const half = matmul(matmul(P, Pt), Tt);
      const other = matmul(Tt, matmul(Pt, P));
      return add(add(direct, sub(half, matmul(matmul(half, A), P))), sub(other, matmul(P, matmul(A, other))));
    },
  ],
  latex: raised("+"),
  samples: () => [
    { inputs: [rng(1).normal([4, 2])], params: { rcond: 1e-12 } },
    { inputs: [rng(2).normal([2, 3])], params: { rcond: 1e-12 } },
    { inputs: [rng(3).normal([2, 3, 2])], params: { rcond: 1e-12 } },
  ],
});

const epsilon = (x: Tensor): number => (x.dtype === "float32" ? 2 ** -23 : Number.EPSILON);

/**
 * The Moore–Penrose pseudo-inverse A⁺ [..., n, m].
 * @param o.rcond singular values below rcond·s₁ count as zero; by default max(m, n) ε, as PyTorch
 * @throws ShapeError unless x has at least two axes.
 * @example
 * ```ts
 * pinv([[1], [1]]); // → tensor([[0.5, 0.5]], shape=[1, 2], float64)
 * ```
 */
export function pinv(x: TensorLike, o: Partial<Cut> = {}): Tensor {
  const A = lift(x, "pinv");
  const { m, n } = matrixShape(A, "pinv");
  return apply(pinvOp, [A], { rcond: o.rcond ?? Math.max(m, n) * epsilon(A) });
}

/**
 * How many singular values exceed rcond·s₁ (by default max(m, n) ε).
 * @throws ArgumentError for a batch.
 * @example
 * ```ts
 * matrixRank([[1, 2], [2, 4]]); // → 1
 * ```
 */
export function matrixRank(x: TensorLike, o: Partial<Cut> = {}): number {
  const A = lift(x, "matrixRank").detach();
  const { m, n } = matrixShape(A, "matrixRank");
  if (A.rank > 2) throw new ArgumentError("matrixRank: expected one matrix, not a batch.");
  const { s } = svd(A);
  const cut = (o.rcond ?? Math.max(m, n) * epsilon(A)) * (s.size > 0 ? s.at(0) : 0);
  return s.greater(cut).sum().item();
}

/**
 * The condition number s₁ / s_k in the 2-norm.
 * @throws ShapeError unless x has at least two axes.
 * @example
 * ```ts
 * cond([[2, 0], [0, 8]]); // → tensor(4, float64)
 * ```
 */
export function cond(x: TensorLike): Tensor {
  const { s } = svd(x);
  return div(select(s, 0, s.rank - 1), select(s, -1, s.rank - 1));
}

/**
 * X that minimises ‖A X − B‖²; for a wide or deficient A the one of least norm.
 * Through QR when A has full column rank, else through the pseudo-inverse.
 * @param a [m, n]  @param b [m] or [m, k]
 * @throws ShapeError when the rows differ; ArgumentError for a batch.
 * @example
 * ```ts
 * lstsq([[1, 0], [1, 1], [1, 2]], [1, 3, 5]); // → tensor([1, 2], shape=[2], float64)
 * ```
 */
export function lstsq(a: TensorLike, b: TensorLike): Tensor {
  const A = lift(a, "lstsq");
  const B = lift(b, "lstsq");
  const { m, n } = matrixShape(A, "lstsq");
  if (A.rank > 2) throw new ArgumentError("lstsq: expected one matrix [m, n], not a batch; use vmap.");
  checkSides(transpose(A), B, "lstsq");
  if (m >= n) {
    const { Q, R } = qr(A);
    const d = diagonal(R.detach()).abs();
    if (n === 0 || !d.hasValues || d.min().item() > m * epsilon(A) * d.max().item())
      return triangularSolve(R, matmul(transpose(Q), B), { lower: false });
  }
  return B.rank === 1 ? reshape(matmul(pinv(A), B), [n]) : matmul(pinv(A), B);
}
