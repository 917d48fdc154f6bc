/**
 * The singular value decomposition A = U diag(s) Vᵀ, thin: k = min(m, n) columns.
 *
 * One record packs U, s and V over each other. With F_ij = 1 / (s_j² − s_i²) and cotangents Ū, s̄, V̄,
 *   ∂L/∂A = U [ (F ⊙ (UᵀŪ − ŪᵀU)) S + diag(s̄) + S (F ⊙ (VᵀV̄ − V̄ᵀV)) ] Vᵀ
 *           + (I − UUᵀ) Ū S⁻¹ Vᵀ + U S⁻¹ V̄ᵀ (I − VVᵀ)          (Townsend 2016).
 */

import {
  add,
  apply,
  concat,
  defineOp,
  div,
  expandDims,
  lift,
  matmul,
  mul,
  select,
  slice,
  square,
  sub,
  type TensorLike,
  tex,
  transpose,
  where,
} from "../ops/index.ts";
import { NumericalError, type Op, rng, type Tensor } from "../tensor/index.ts";
import { jacobiSvd, type Svd } from "./dense/jacobi.ts";
import { diagEmbed, diagonal } from "./diagonal.ts";
import { gapInverses } from "./eigh.ts";
import { matrixShape, perMatrix, place, requireFinite } from "./matrices.ts";

export const svdOp: Op<null> = defineOp<null>({
  name: "svd",
  forward: ([x]) => {
    const { m, n } = matrixShape(x, "svd");
    const k = Math.min(m, n);
    requireFinite(x, "svd");
    return perMatrix(x, [m + 1 + n, k], (a, out, index) => {
      const { u, s, v } = thin(a, m, n, `svd: the rotations did not settle${place(x, index)}`);
      for (let j = 0; j < k; j++) {
        for (let i = 0; i < m; i++) out[i * k + j] = u[j * m + i];
        out[m * k + j] = s[j];
        for (let i = 0; i < n; i++) out[(m + 1 + i) * k + j] = v[j * n + i];
      }
    });
  },
  vjp: [
    (G, [A], packed) => {
      const { U, s, V } = unpack(packed, A);
      const { U: Ubar, s: sbar, V: Vbar } = unpack(G, A);
      const { F, row, column, inverse } = parts(s);
      const UtU = matmul(transpose(U), Ubar);
      const VtV = matmul(transpose(V), Vbar);
      const left = mul(mul(F, sub(UtU, transpose(UtU))), row);
      const right = mul(mul(F, sub(VtV, transpose(VtV))), column);
      const core = add(add(left, right), diagEmbed(sbar));
      let total = matmul(matmul(U, core), transpose(V));
      const { m, n } = matrixShape(A, "svd");
      if (m > n) total = add(total, matmul(mul(sub(Ubar, matmul(U, UtU)), inverse), transpose(V)));
      if (n > m) total = add(total, matmul(U, transpose(mul(sub(Vbar, matmul(V, VtV)), inverse))));
      return total;
    },
  ],
  jvp: [
    (T, [A], packed) => {
      const { U, s, V } = unpack(packed, A);
      const { F, row, column, inverse } = parts(s);
      const TV = matmul(T, V);
      const TtU = matmul(transpose(T), U);
      const P = matmul(transpose(U), TV);
      let dU = matmul(U, mul(F, add(mul(P, row), mul(transpose(P), column))));
      let dV = matmul(V, mul(F, add(mul(P, column), mul(transpose(P), row))));
      const { m, n } = matrixShape(A, "svd");
      if (m > n) dU = add(dU, mul(sub(TV, matmul(U, P)), inverse));
      if (n > m) dV = add(dV, mul(sub(TtU, matmul(V, transpose(P))), inverse));
      const axis = T.rank - 2;
      return concat([dU, expandDims(diagonal(P), axis), dV], axis);
    },
  ],
  latex: ([x]) => tex(`\\operatorname{svd}\\left(${x.tex}\\right)`),
  samples: () => [
    { inputs: [rng(1).normal([3, 3])] },
    { inputs: [rng(2).normal([4, 2])] },
    { inputs: [rng(3).normal([2, 2, 3])] },
  ],
});

/** Vectors as rows, for any shape: u [k, m], s [k], v [k, n]. */
export function thin(a: Float64Array, m: number, n: number, failure: string): Svd {
  const tall = m >= n;
  const made = tall ? jacobiSvd(a, m, n) : jacobiSvd(flipped(a, m, n), n, m);
  if (!made) throw new NumericalError(`${failure} in 60 sweeps, which should never happen.`);
  return tall ? made : signed({ u: made.v, s: made.s, v: made.u }, m, n);
}

/** Turns each pair of vectors so that the largest component of the right one is positive. */
function signed(made: Svd, m: number, n: number): Svd {
  const { u, s, v } = made;
  for (let j = 0; j < s.length; j++) {
    const right = v.subarray(j * n, (j + 1) * n);
    const top = right.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0);
    if (top >= 0) continue;
    for (let i = 0; i < n; i++) right[i] = -right[i];
    for (let i = j * m; i < (j + 1) * m; i++) u[i] = -u[i];
  }
  return made;
}

function flipped(a: Float64Array, m: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j * m + i] = a[i * n + j];
  return out;
}

function unpack(packed: Tensor, A: Tensor): { U: Tensor; s: Tensor; V: Tensor } {
  const axis = A.rank - 2;
  const m = A.shape[axis];
  return {
    U: slice(packed, axis, 0, m),
    s: select(packed, m, axis),
    V: slice(packed, axis, m + 1),
  };
}

/** F, the singular values as a row and as a column, and 1/s (0 for a singular value 0) as a row. */
function parts(s: Tensor): { F: Tensor; row: Tensor; column: Tensor; inverse: Tensor } {
  const row = expandDims(s, s.rank - 1);
  const positive = row.greater(0);
  return {
    F: gapInverses(square(s)),
    row,
    column: expandDims(s, s.rank),
    inverse: where(positive, div(1, where(positive, row, 1)), 0),
  };
}

/**
 * Thin singular value decomposition of matrices [..., m, n], singular values descending.
 * Each right vector's sign is fixed so that its largest component is positive.
 * @returns U [..., m, k], s [..., k], V [..., n, k] (columns) and Vh = Vᵀ, k = min(m, n)
 * @throws ShapeError unless x has at least two axes.
 * @example
 * ```ts
 * svd([[3, 0], [0, -2]]).s; // → tensor([3, 2], shape=[2], float64)
 * ```
 */
export function svd(x: TensorLike): { U: Tensor; s: Tensor; V: Tensor; Vh: Tensor } {
  const A = lift(x, "svd");
  matrixShape(A, "svd");
  const { U, s, V } = unpack(apply(svdOp, [A], null), A);
  return { U, s, V, Vh: transpose(V) };
}
