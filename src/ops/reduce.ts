/**
 * Sums, extremes and logSumExp over axes.
 *
 * The reduced axes are brought together and the data is seen as [outer, n, inner]; nothing is copied
 * when they already lie side by side in memory.
 */

import { extremeBlocks, logSumExpBlocks, sumBlocks } from "../kernels/index.ts";
import {
  ArgumentError,
  copyStrided,
  type DType,
  normalizeAxes,
  type Op,
  reserve,
  rng,
  sizeOf,
  Tensor,
  type TypedArray,
  toFloat,
} from "../tensor/index.ts";
import { div, mul, sub } from "./arithmetic.ts";
import { broadcastTo } from "./broadcast.ts";
import { astype } from "./cast.ts";
import { equal } from "./compare.ts";
import { apply, defineOp } from "./define.ts";
import { PREC, tex, wrap } from "./latex.ts";
import { reshape } from "./layout.ts";
import { lift, type TensorLike } from "./lift.ts";
import { exp } from "./unary.ts";

/** A reduction's parameters, as its record holds them. */
export interface Axes {
  axes: readonly number[];
  keepdim: boolean;
}
/** Settings that all reductions share. */
export interface ReduceOptions {
  /** Keep reduced axes with size 1. */
  keepdim?: boolean;
}

type Block = (a: TypedArray, out: TypedArray, outer: number, n: number, inner: number) => void;

/** @param empty the result of no elements, where the block does not know it */
export function reduceForward(block: Block, dtype: (d: DType) => DType, empty?: number): Op<Axes>["forward"] {
  return ([x], { axes, keepdim }) => {
    const { values, outer, n, inner } = blocks(x, axes);
    const out = reserve(dtype(x.dtype), outer * inner);
    block(values, out, outer, n, inner);
    if (n === 0 && empty !== undefined) out.fill(empty);
    return new Tensor(out, reducedShape(x.shape, axes, keepdim), dtype(x.dtype));
  };
}

/** The data as [outer, n, inner], where n runs over the reduced axes. */
export function blocks(
  x: Tensor,
  axes: readonly number[],
): { values: TypedArray; outer: number; n: number; inner: number } {
  const n = sizeOf(axes.map((d) => x.shape[d]));
  const adjacent = axes.every((d, i) => i === 0 || d === axes[i - 1] + 1);
  if (adjacent && axes.length > 0)
    return {
      values: x.values(),
      outer: sizeOf(x.shape.slice(0, axes[0])),
      n,
      inner: sizeOf(x.shape.slice(axes[axes.length - 1] + 1)),
    };
  const order = [...x.shape.keys()].filter((d) => !axes.includes(d)).concat(axes);
  const view = new Tensor(
    x.data,
    order.map((d) => x.shape[d]),
    x.dtype,
    order.map((d) => x.strides[d]),
    x.offset,
  );
  const values = reserve(x.dtype, x.size);
  copyStrided(view, values);
  return {
    values,
    outer: n === 0 ? sizeOf(view.shape.slice(0, x.rank - axes.length)) : x.size / n,
    n,
    inner: 1,
  };
}

/**
 * The shape without the given axes, or with size 1 there.
 * @example
 * ```ts
 * reducedShape([2, 3], [1], true); // → [ 2, 1 ]
 * ```
 */
export function reducedShape(shape: readonly number[], axes: readonly number[], keepdim: boolean): number[] {
  return keepdim
    ? shape.map((n, d) => (axes.includes(d) ? 1 : n))
    : shape.filter((_, d) => !axes.includes(d));
}

/** A reduced tensor seen with its axes kept, and repeated over them. */
export function spread(G: Tensor, x: Tensor, axes: readonly number[]): Tensor {
  return broadcastTo(reshape(G, reducedShape(x.shape, axes, true)), x.shape);
}

export const axisSamples = (): { inputs: Tensor[]; params: Axes }[] => [
  { inputs: [rng(1).normal([3, 4])], params: { axes: [0, 1], keepdim: false } },
  { inputs: [rng(2).normal([3, 4])], params: { axes: [1], keepdim: true } },
  { inputs: [rng(3).normal([2, 3, 4])], params: { axes: [0, 2], keepdim: false } },
  { inputs: [rng(4).normal([2, 3, 4])], params: { axes: [1], keepdim: false } },
];

export const sumOp: Op<Axes> = defineOp<Axes>({
  name: "sum",
  forward: reduceForward(sumBlocks, (d) => (d === "bool" ? "int32" : d)),
  vjp: [(G, [x], _, { axes }) => spread(G, x, axes)],
  jvp: [(T, _, __, p) => apply(sumOp, [T], p)],
  latex: ([x], { params, shapes }) => {
    const matrix = shapes[0].length === 2 && params.axes.length === 1;
    if (matrix && params.axes[0] === 0) return tex(`\\mathbf{1}^{\\top} ${wrap(x, PREC.mul)}`, PREC.mul);
    if (matrix) return tex(`${wrap(x, PREC.mul)} \\mathbf{1}`, PREC.mul);
    return tex(`\\textstyle\\sum ${wrap(x, PREC.mul)}`, PREC.mul);
  },
  samples: axisSamples,
});

function extreme(name: "max" | "min", sign: 1 | -1): Op<Axes> {
  const share = (x: Tensor, y: Tensor, axes: readonly number[]): Tensor => {
    const hit = astype(equal(x, spread(y, x, axes)), x.dtype);
    return div(hit, spread(sum(hit, axes), x, axes));
  };
  return defineOp<Axes>({
    name,
    forward: reduceForward(
      (a, o, i, n, j) => extremeBlocks(a, o, i, n, j, sign),
      (d) => d,
    ),
    vjp: [(G, [x], y, { axes }) => mul(spread(G, x, axes), share(x, y, axes))],
    jvp: [(T, [x], y, p) => apply(sumOp, [mul(T, share(x, y, p.axes))], p)],
    latex: ([x]) => tex(`\\${name} ${wrap(x, PREC.mul)}`, PREC.mul),
    samples: axisSamples,
  });
}
export const maxOp = extreme("max", 1);
export const minOp = extreme("min", -1);

export const logSumExpOp = defineOp<Axes>({
  name: "logSumExp",
  forward: reduceForward(logSumExpBlocks, toFloat, Number.NEGATIVE_INFINITY),
  vjp: [(G, [x], y, { axes }) => mul(spread(G, x, axes), exp(sub(x, spread(y, x, axes))))],
  jvp: [(T, [x], y, p) => apply(sumOp, [mul(T, exp(sub(x, spread(y, x, p.axes))))], p)],
  latex: ([x]) => tex(`\\log \\textstyle\\sum e^{${x.tex}}`, PREC.unary),
  samples: axisSamples,
});

export type Axis = number | readonly number[] | null;

export function reduce(
  op: Op<Axes>,
  x: TensorLike,
  axis: Axis | undefined,
  o: ReduceOptions,
  needsElements = false,
): Tensor {
  const t = lift(x, op.name);
  const axes = normalizeAxes(axis, t.rank, op.name);
  if (needsElements && axes.some((d) => t.shape[d] === 0))
    throw new ArgumentError(
      `${op.name}: there is no ${op.name} of no elements; the shape is [${t.shape.join(", ")}].`,
    );
  return apply(op, [t], { axes, keepdim: o.keepdim ?? false });
}

/**
 * Σ over the given axes (all by default); 0 of nothing. Bool tensors are counted.
 * @throws ArgumentError when the tensor has no such axis.
 * @example
 * ```ts
 * sum([[1, 2], [3, 4]], 0); // → tensor([4, 6], shape=[2], float64)
 * ```
 */
export const sum = (x: TensorLike, axis?: Axis, o: ReduceOptions = {}): Tensor => reduce(sumOp, x, axis, o);
/**
 * Largest value over axes; the gradient is shared equally among equals.
 * @throws ArgumentError when the tensor has no such axis.
 * @example
 * ```ts
 * max([[1, 5], [7, 2]], 1); // → tensor([5, 7], shape=[2], float64)
 * ```
 */
export const max = (x: TensorLike, axis?: Axis, o: ReduceOptions = {}): Tensor =>
  reduce(maxOp, x, axis, o, true);
/**
 * Smallest value over axes; the gradient is shared equally among equals.
 * @throws ArgumentError when the tensor has no such axis.
 * @example
 * ```ts
 * min([[1, 5], [7, 2]], 1); // → tensor([1, 2], shape=[2], float64)
 * ```
 */
export const min = (x: TensorLike, axis?: Axis, o: ReduceOptions = {}): Tensor =>
  reduce(minOp, x, axis, o, true);
/**
 * log Σ eˣ over axes, without overflow.
 * @throws ArgumentError when the tensor has no such axis.
 * @example
 * ```ts
 * logSumExp([1000, 1000]); // → tensor(1000.69314718, float64)
 * ```
 */
export const logSumExp = (x: TensorLike, axis?: Axis, o: ReduceOptions = {}): Tensor =>
  reduce(logSumExpOp, x, axis, o);

/**
 * The mean (1/n) Σ x over axes (all by default); NaN of nothing.
 * @throws ArgumentError when the tensor has no such axis.
 * @example
 * ```ts
 * mean([[1, 2], [3, 4]], 1, { keepdim: true }); // → [[1.5],[3.5]]
 * ```
 */
export function mean(x: TensorLike, axis?: Axis, o: ReduceOptions = {}): Tensor {
  const t = lift(x, "mean");
  const count = sizeOf(normalizeAxes(axis, t.rank, "mean").map((d) => t.shape[d]));
  return div(sum(t, axis, o), count);
}

/**
 * Variance Σ (x − x̄)² / (n − ddof) over axes (all by default); `ddof` is 0 by default, as in NumPy.
 * @throws ArgumentError when the tensor has no such axis.
 * @example
 * ```ts
 * variance([1, 2, 3, 4], null, { ddof: 1 }); // → tensor(1.66666666667, float64)
 * ```
 */
export function variance(x: TensorLike, axis?: Axis, o: ReduceOptions & { ddof?: number } = {}): Tensor {
  const t = lift(x, "variance");
  const count = sizeOf(normalizeAxes(axis, t.rank, "variance").map((d) => t.shape[d]));
  const centred = sub(t, mean(t, axis, { keepdim: true }));
  return div(sum(mul(centred, centred), axis, o), count - (o.ddof ?? 0));
}
