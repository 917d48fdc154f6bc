/**
 * Determinants and their logarithms by LU.
 *
 *   ∂ log|A|/∂A = A⁻ᵀ,  ∂|A|/∂A = |A| A⁻ᵀ = the cofactors of A
 */

import {
  apply,
  defineOp,
  matmul,
  mul,
  neg,
  PREC,
  sub,
  sum,
  type TensorLike,
  tex,
  transpose,
  wrap,
} from "../ops/index.ts";
import type { Op, Tensor } from "../tensor/index.ts";
import { luFactor, luLogDet } from "./dense/lu.ts";
import { asMatrices, trace } from "./diagonal.ts";
import { inv, regular, solve, squareInput } from "./inverse.ts";
import { perMatrix, requireFinite, squareSize } from "./matrices.ts";
import { thin } from "./svd.ts";

const determinant = (x: Tensor, where: string, read: (sign: number, log: number) => number): Tensor => {
  const n = squareSize(x, where);
  requireFinite(x, where);
  return perMatrix(x, [], (a, out) => {
    const { sign, log } = luLogDet(luFactor(a, n));
    out[0] = read(sign, log);
  });
};

export const logdetOp: Op<null> = defineOp<null>({
  name: "logdet",
  forward: ([x]) => determinant(x, "logdet", (sign, log) => (sign < 0 ? Number.NaN : log)),
  vjp: [(G, [A]) => mul(asMatrices(G), transpose(inv(A)))],
  jvp: [(T, [A]) => trace(solve(A, T))],
  latex: ([x]) => tex(`\\log\\left|${x.tex}\\right|`, PREC.unary),
  samples: () => [{ inputs: [regular(1, [3, 3])] }, { inputs: [regular(2, [2, 2, 2])] }],
});

export const logabsdetOp: Op<null> = defineOp<null>({
  name: "logabsdet",
  forward: ([x]) => determinant(x, "slogdet", (_, log) => log),
  vjp: [(G, [A]) => mul(asMatrices(G), transpose(inv(A)))],
  jvp: [(T, [A]) => trace(solve(A, T))],
  latex: ([x]) => tex(`\\log\\left|\\det ${wrap(x, PREC.power)}\\right|`, PREC.unary),
  samples: () => [{ inputs: [neg(regular(1, [3, 3]))] }],
});

export const detSignOp: Op<null> = defineOp<null>({
  name: "detSign",
  forward: ([x]) => determinant(x, "slogdet", (sign) => sign),
  latex: ([x]) => tex(`\\operatorname{sign}\\det ${wrap(x, PREC.power)}`, PREC.unary),
  samples: () => [{ inputs: [neg(regular(1, [3, 3]))] }],
});

export const detOp: Op<null> = defineOp<null>({
  name: "det",
  forward: ([x]) => {
    const n = squareSize(x, "det");
    requireFinite(x, "det");
    return perMatrix(x, [], (a, out) => {
      const { lu, parity } = luFactor(a, n);
      out[0] = parity;
      for (let i = 0; i < n; i++) out[0] *= lu[i * n + i];
    });
  },
  vjp: [(G, [A], y) => mul(asMatrices(G), slope(A, y))],
  jvp: [(T, [A], y) => sum(mul(slope(A, y), T), [-2, -1])],
  latex: ([x]) => tex(`\\left|${x.tex}\\right|`),
  samples: () => [{ inputs: [regular(1, [3, 3])] }, { inputs: [neg(regular(2, [2, 3, 3]))] }],
});

/** ∂|A|/∂A = |A| A⁻ᵀ, which for a singular matrix is the limit: its cofactors. */
function slope(A: Tensor, det: Tensor): Tensor {
  if (nearlySingular(A, det)) return apply(cofactorOp, [A], null);
  return mul(asMatrices(det), transpose(inv(A)));
}

/** Whether a determinant is nothing but rounding beside Hadamard's bound, the product of the rows' lengths. */
function nearlySingular(A: Tensor, det: Tensor): boolean {
  if (!A.hasValues || !det.hasValues) return false;
  const n = A.shape[A.rank - 1];
  const a = A.values();
  return det.values().some((d: number, k: number) => {
    let bound = 1;
    for (let i = 0; i < n; i++) {
      let s = 0;
      for (let p = (k * n + i) * n; p < (k * n + i + 1) * n; p++) s += a[p] * a[p];
      bound *= Math.sqrt(s);
    }
    return Math.abs(d) <= 1e-13 * bound;
  });
}

/** All cofactors, |A| A⁻ᵀ where that exists: U diag(Π_{i≠j} sᵢ) Vᵀ |U| |V| from the singular values. */
export const cofactorOp: Op<null> = defineOp<null>({
  name: "cofactor",
  forward: ([x]) => {
    const n = squareSize(x, "det");
    return perMatrix(x, [n, n], (a, out) => {
      const { u, s, v } = thin(a, n, n, "det: the rotations did not settle");
      const sign = luLogDet(luFactor(u.slice(), n)).sign * luLogDet(luFactor(v.slice(), n)).sign;
      for (let j = 0; j < n; j++) {
        let others = sign;
        for (let i = 0; i < n; i++) if (i !== j) others *= s[i];
        for (let r = 0; r < n; r++)
          for (let c = 0; c < n; c++) out[r * n + c] += others * u[j * n + r] * v[j * n + c];
      }
    });
  },
  // Second derivatives of a determinant need A⁻¹ and so a regular matrix.
  vjp: [
    (G, [A], Y) => {
      const B = transpose(inv(A));
      return sub(mul(asMatrices(sum(mul(G, Y), [-2, -1])), B), matmul(matmul(B, transpose(G)), Y));
    },
  ],
  jvp: [
    (T, [A], Y) => {
      const B = transpose(inv(A));
      return sub(mul(asMatrices(sum(mul(B, T), [-2, -1])), Y), matmul(matmul(Y, transpose(T)), B));
    },
  ],
  latex: ([x]) => tex(`\\operatorname{cof}\\left(${x.tex}\\right)`),
  samples: () => [{ inputs: [regular(1, [3, 3])] }, { inputs: [neg(regular(2, [2, 2, 2]))] }],
});

/**
 * |A|, the determinant. Its gradient is right for singular matrices too, its second derivative is not
 * available there.
 * @throws ShapeError unless the matrices are square.
 * @example
 * ```ts
 * det([[1, 2], [3, 4]]); // → tensor(-2, float64)
 * ```
 */
export const det = (x: TensorLike): Tensor => apply(detOp, [squareInput(x, "det")], null);

/**
 * log|A| for |A| > 0; −∞ for a singular matrix and NaN for a negative determinant, as in PyTorch.
 * For any sign see `slogdet`; for a positive definite matrix 2 Σ log Lᵢᵢ of `cholesky` is quicker.
 * @throws ShapeError unless the matrices are square.
 * @example
 * ```ts
 * logdet([[2, 0], [0, 3]]); // → tensor(1.79175946923, float64)
 * ```
 */
export const logdet = (x: TensorLike): Tensor => apply(logdetOp, [squareInput(x, "logdet")], null);

/**
 * The sign of |A| (no gradient) and the logarithm of its absolute value.
 * @throws ShapeError unless the matrices are square.
 * @example
 * ```ts
 * const { sign, logabsdet } = slogdet([[0, 2], [3, 0]]);
 * [sign.item(), logabsdet.item()]; // → [ -1, 1.791759469228055 ]
 * ```
 */
export function slogdet(x: TensorLike): { sign: Tensor; logabsdet: Tensor } {
  const t = squareInput(x, "slogdet");
  return { sign: apply(detSignOp, [t], null), logabsdet: apply(logabsdetOp, [t], null) };
}
