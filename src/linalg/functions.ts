/**
 * Functions of whole matrices: the exponential, powers, norms and the Kronecker product.
 *
 * The derivative of exp along T is the upper right block of exp [[A, T], [0, A]] (Higham 2008, §3.1),
 * its adjoint the same with Aᵀ.
 */

import {
  abs,
  apply,
  concat,
  defineOp,
  div,
  equal,
  exp,
  lift,
  log,
  matmul,
  max,
  mul,
  PREC,
  pow,
  reshape,
  slice,
  sqrt,
  square,
  sum,
  type TensorLike,
  tex,
  transpose,
  where,
  wrap,
} from "../ops/index.ts";
import {
  ArgumentError,
  normalizeAxes,
  type Op,
  rng,
  ShapeError,
  shapeText,
  type Tensor,
  zerosLike,
} from "../tensor/index.ts";
import { matrixExponential } from "./dense/pade.ts";
import { identity } from "./diagonal.ts";
import { inv } from "./inverse.ts";
import { perMatrix, requireFinite, squareSize } from "./matrices.ts";

export const expmOp: Op<null> = defineOp<null>({
  name: "expm",
  forward: ([x]) => {
    const n = squareSize(x, "expm");
    requireFinite(x, "expm");
    return perMatrix(x, [n, n], (a, out) => matrixExponential(a, n, out));
  },
  vjp: [(G, [A]) => along(transpose(A), G)],
  jvp: [(T, [A]) => along(A, T)],
  latex: ([x]) => tex(`e^{${x.tex}}`, PREC.power),
  samples: () => [{ inputs: [rng(1).normal([3, 3])] }, { inputs: [rng(2).normal([2, 2, 2])] }],
});

function along(A: Tensor, T: Tensor): Tensor {
  const [n, r] = [A.shape[A.rank - 1], A.rank];
  const block = concat([concat([A, T], r - 1), concat([zerosLike(A), A], r - 1)], r - 2);
  return slice(slice(apply(expmOp, [block], null), r - 2, 0, n), r - 1, n);
}

/**
 * e^A = Σ Aᵏ / k! of each square matrix.
 * @throws ShapeError unless the matrices are square.
 * @example
 * ```ts
 * expm([[0, 1], [0, 0]]); // → [[1,1],[0,1]]
 * ```
 */
export function expm(x: TensorLike): Tensor {
  const A = lift(x, "expm");
  squareSize(A, "expm");
  return apply(expmOp, [A], null);
}

/**
 * Aⁿ of each square matrix for an integer n; negative through the inverse.
 * @throws ShapeError unless the matrices are square.
 * @example
 * ```ts
 * matrixPower([[1, 1], [1, 0]], 10); // → [[89,55],[55,34]]
 * ```
 */
export function matrixPower(x: TensorLike, n: number): Tensor {
  const A = lift(x, "matrixPower");
  squareSize(A, "matrixPower");
  if (!Number.isInteger(n))
    throw new ArgumentError(`matrixPower: the exponent must be an integer; got ${n}.`);
  if (n < 0) return matrixPower(inv(A), -n);
  let out: Tensor | null = null;
  for (let base = A, left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) out = out ? matmul(out, base) : base;
    if (left > 1) base = matmul(base, base);
  }
  return out ?? mul(A, 0).add(identity(A));
}

export const kronOp: Op<null> = defineOp<null>({
  name: "kron",
  forward: ([a, b]) => {
    const [m, n] = a.shape;
    const [p, q] = b.shape;
    const whole = mul(reshape(a.detach(), [m, 1, n, 1]), reshape(b.detach(), [1, p, 1, q]));
    return reshape(whole, [m * p, n * q]);
  },
  vjp: [
    (G, [a, b]) => sum(mul(blocksOf(G, a, b), reshape(b, [1, b.shape[0], 1, b.shape[1]])), [1, 3]),
    (G, [a, b]) => sum(mul(blocksOf(G, a, b), reshape(a, [a.shape[0], 1, a.shape[1], 1])), [0, 2]),
  ],
  jvp: [(T, [, b]) => apply(kronOp, [T, b], null), (T, [a]) => apply(kronOp, [a, T], null)],
  latex: ([a, b]) => tex(`${wrap(a, PREC.mul)} \\otimes ${wrap(b, PREC.mul)}`, PREC.mul),
  samples: () => [{ inputs: [rng(1).normal([2, 3]), rng(2).normal([3, 2])] }],
});

const blocksOf = (G: Tensor, a: Tensor, b: Tensor): Tensor =>
  reshape(G, [a.shape[0], b.shape[0], a.shape[1], b.shape[1]]);

/**
 * The Kronecker product A ⊗ B: block (i, j) is A_ij B.
 * @throws ShapeError unless both are matrices.
 * @example
 * ```ts
 * kron([[1, 2]], [[1], [10]]); // → [[1,2],[10,20]]
 * ```
 */
export function kron(a: TensorLike, b: TensorLike): Tensor {
  const [A, B] = [lift(a, "kron", b), lift(b, "kron", a)];
  if (A.rank !== 2 || B.rank !== 2)
    throw new ShapeError(
      `kron: expected two matrices; got shapes ${shapeText(A.shape)} and ${shapeText(B.shape)}.`,
    );
  return apply(kronOp, [A, B], null);
}

export const norm2Op: Op<{ axes: readonly number[]; keepdim: boolean }> = defineOp<{
  axes: readonly number[];
  keepdim: boolean;
}>({
  name: "norm",
  forward: ([x], { axes, keepdim }) => {
    if (axes.some((d) => x.shape[d] === 0)) return sum(x.detach(), axes, { keepdim });
    // Scaled by the largest entry, so that squares neither overflow nor vanish.
    const top = max(abs(x.detach()), axes, { keepdim: true });
    const scale = where(equal(top, 0), 1, top);
    const whole = mul(sqrt(sum(square(div(x.detach(), scale)), axes, { keepdim: true })), scale);
    return keepdim
      ? whole
      : reshape(
          whole,
          x.shape.filter((_, d) => !axes.includes(d)),
        );
  },
  vjp: [
    (G, [x], y, { axes }) => {
      const kept = x.shape.map((n, d) => (axes.includes(d) ? 1 : n));
      const length = reshape(y, kept);
      const zero = equal(length, 0);
      return mul(reshape(G, kept), where(zero, 0, div(x, where(zero, 1, length))));
    },
  ],
  jvp: [
    (T, [x], y, { axes, keepdim }) => {
      const zero = equal(y, 0);
      return where(zero, 0, div(sum(mul(x, T), axes, { keepdim }), where(zero, 1, y)));
    },
  ],
  latex: ([x]) => tex(`\\left\\lVert ${x.tex} \\right\\rVert`),
  samples: () => [
    { inputs: [rng(1).normal([3, 4])], params: { axes: [0, 1], keepdim: false } },
    { inputs: [rng(2).normal([3, 4])], params: { axes: [1], keepdim: true } },
    { inputs: [rng(3).normal([5])], params: { axes: [0], keepdim: false } },
  ],
});

/** Which norm, and over which axes. */
export interface NormOptions {
  /** 2 (default; of all entries, so Frobenius for a matrix), 1, Infinity, or any p ≥ 1. */
  ord?: number;
  axis?: number | readonly number[];
  keepdim?: boolean;
}

/**
 * (Σ |x|ᵖ)^{1/p} over the given axes, all by default; the gradient of the 2-norm at 0 is 0.
 * For a matrix's nuclear or spectral norm take the sum or the largest of svd(A).s.
 * @throws ArgumentError for ord below 1.
 * @example
 * ```ts
 * norm([3, 4]); // → tensor(5, float64)
 * ```
 */
export function norm(x: TensorLike, o: NormOptions = {}): Tensor {
  const t = lift(x, "norm");
  const p = o.ord ?? 2;
  const axes = normalizeAxes(o.axis, t.rank, "norm");
  const keepdim = o.keepdim ?? false;
  if (!(p >= 1)) throw new ArgumentError(`norm: ord must be at least 1; got ${p}.`);
  if (p === 2) return apply(norm2Op, [t], { axes, keepdim });
  if (p === 1) return sum(abs(t), axes, { keepdim });
  if (p === Number.POSITIVE_INFINITY && axes.every((d) => t.shape[d] > 0))
    return max(abs(t), axes, { keepdim });
  if (axes.some((d) => t.shape[d] === 0)) return sum(t, axes, { keepdim });
  return exp(div(log(sum(pow(abs(t), p), axes, { keepdim })), p));
}
