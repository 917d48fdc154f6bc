/**
 * QR factorisation: A = Q R with orthonormal columns Q and upper triangular R.
 *
 * One record packs Q over R. With M = R R̄ᵀ − Q̄ᵀ Q and copyltu taking the lower triangle to both sides,
 *   ∂L/∂A = (Q̄ + Q copyltu(M)) R⁻ᵀ      (Walter & Lehmann 2010, arXiv:1009.6112).
 */

import {
  add,
  apply,
  concat,
  defineOp,
  lift,
  matmul,
  slice,
  sub,
  type TensorLike,
  tex,
  transpose,
} from "../ops/index.ts";
import { type Op, rng, type Tensor } from "../tensor/index.ts";
import { triangularSolve } from "./cholesky.ts";
import { qrFactor } from "./dense/householder.ts";
import { tril, triu } from "./diagonal.ts";
import { matrixShape, perMatrix, requireFinite } from "./matrices.ts";

export const qrOp: Op<null> = defineOp<null>({
  name: "qr",
  forward: ([x]) => {
    const { m, n } = matrixShape(x, "qr");
    requireFinite(x, "qr");
    return perMatrix(x, [m + n, n], (a, out) =>
      qrFactor(a, m, n, out.subarray(0, m * n), out.subarray(m * n)),
    );
  },
  vjp: [
    (G, [A], packed) => {
      const { Q, R } = unpack(packed, A);
      const { Q: Qbar, R: Rbar } = unpack(G, A);
      const M = sub(matmul(R, transpose(triu(Rbar))), matmul(transpose(Qbar), Q));
      const both = add(tril(M), transpose(tril(M, -1)));
      return timesInverse(add(Qbar, matmul(Q, both)), R, true);
    },
  ],
  jvp: [
    (T, [A], packed) => {
      const { Q, R } = unpack(packed, A);
      const Z = timesInverse(T, R, false);
      const C = matmul(transpose(Q), Z);
      const skew = sub(tril(C, -1), transpose(tril(C, -1)));
      const dQ = add(matmul(Q, sub(skew, C)), Z);
      return concat([dQ, matmul(sub(C, skew), R)], T.rank - 2);
    },
  ],
  latex: ([x]) => tex(`\\operatorname{qr}\\left(${x.tex}\\right)`),
  samples: () => [
    { inputs: [rng(1).normal([4, 3])] },
    { inputs: [rng(4).normal([3, 3])] },
    { inputs: [rng(3).normal([2, 3, 2])] },
  ],
});

function unpack(packed: Tensor, A: Tensor): { Q: Tensor; R: Tensor } {
  const axis = A.rank - 2;
  const m = A.shape[axis];
  return { Q: slice(packed, axis, 0, m), R: slice(packed, axis, m) };
}

/** X R⁻¹, or X R⁻ᵀ. */
function timesInverse(X: Tensor, R: Tensor, transposed: boolean): Tensor {
  return transpose(triangularSolve(R, transpose(X), { lower: false, transposed: !transposed }));
}

/**
 * The reduced QR factorisation of matrices [..., m, n], with LAPACK's signs, so NumPy's numbers.
 * @returns Q [..., m, k] and R [..., k, n] with k = min(m, n)
 * @throws ShapeError unless x has at least two axes.
 * @example
 * ```ts
 * const { Q, R } = qr([[3, 1], [4, 2]]);
 * R.at(1, 0);
 * Q.T.matmul(Q).sub(eye(2)).abs().max().item() < 1e-12; // → true
 * ```
 */
export function qr(x: TensorLike): { Q: Tensor; R: Tensor } {
  const A = lift(x, "qr");
  const { m, n } = matrixShape(A, "qr");
  if (m >= n) return unpack(apply(qrOp, [A], null), A);
  // A wide matrix: factorise its square part, then rotate the rest along.
  const square = slice(A, A.rank - 1, 0, m);
  const { Q, R } = unpack(apply(qrOp, [square], null), square);
  return { Q, R: concat([R, matmul(transpose(Q), slice(A, A.rank - 1, m))], A.rank - 1) };
}
