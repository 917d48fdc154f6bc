/**
 * Moving elements about without changing them: reshape, permuted axes, slices. Joining is in join.ts.
 *
 * Every one is linear, and its adjoint is another of them: slice ↔ unslice, broadcast ↔ sum,
 * a permutation ↔ its inverse. Views share storage wherever strides can say it.
 */

import {
  ArgumentError,
  allocate,
  copyStrided,
  normalizeAxis,
  type Op,
  reserve,
  rng,
  ShapeError,
  sameShape,
  shapeText,
  sizeOf,
  stridesOf,
  Tensor,
} from "../tensor/index.ts";
import { apply, defineOp } from "./define.ts";
import { call, PREC, tex, wrap } from "./latex.ts";

export const reshapeOp = defineOp<{ shape: readonly number[] }>({
  name: "reshape",
  forward: ([x], { shape }) =>
    x.isContiguous
      ? new Tensor(x.data, shape, x.dtype, stridesOf(shape), x.offset)
      : new Tensor(x.values(), shape, x.dtype),
  vjp: [(G, [x]) => reshape(G, x.shape)],
  jvp: [(T, _, y) => reshape(T, y.shape)],
  latex: ([x]) => x,
  samples: () => [
    { inputs: [rng(1).normal([2, 3])], params: { shape: [3, 2] } },
    { inputs: [transpose(rng(1).normal([2, 3]))], params: { shape: [6] } },
  ],
});

export const permuteOp = defineOp<{ order: readonly number[] }>({
  name: "permute",
  forward: ([x], { order }) =>
    new Tensor(
      x.data,
      order.map((d) => x.shape[d]),
      x.dtype,
      order.map((d) => x.strides[d]),
      x.offset,
    ),
  vjp: [(G, _, __, { order }) => permute(G, inverse(order))],
  jvp: [(T, _, __, { order }) => permute(T, order)],
  latex: ([x], { shape }) =>
    shape.length === 2
      ? tex(`${wrap(x, PREC.atom)}^{\\top}`, PREC.power)
      : call("\\operatorname{permute}")([x], null as never),
  samples: () => [
    { inputs: [rng(1).normal([2, 3])], params: { order: [1, 0] } },
    { inputs: [rng(1).normal([2, 3, 4])], params: { order: [2, 0, 1] } },
  ],
});

function inverse(order: readonly number[]): number[] {
  const out = new Array<number>(order.length);
  order.forEach((d, i) => {
    out[d] = i;
  });
  return out;
}

/** A slice's parameters, as its record holds them: one start, step and size an axis. */
export interface SliceParams {
  starts: readonly number[];
  steps: readonly number[];
  sizes: readonly number[];
}

export const sliceOp: Op<SliceParams> = defineOp<SliceParams>({
  name: "slice",
  forward: ([x], { starts, steps, sizes }) =>
    new Tensor(
      x.data,
      sizes,
      x.dtype,
      x.strides.map((s, d) => s * steps[d]),
      starts.reduce((at, i, d) => at + (sizes[d] > 0 ? i * x.strides[d] : 0), x.offset),
    ),
  vjp: [(G, [x], _, p) => unslice(G, x.shape, p)],
  jvp: [(T, _, __, p) => apply(sliceOp, [T], p)],
  latex: ([x], { params, shapes }) =>
    tex(`${wrap(x, PREC.atom)}_{${shapes[0].map((n, d) => rangeTex(params, d, n)).join(",")}}`, PREC.power),
  samples: () => [
    { inputs: [rng(1).normal([4, 3])], params: { starts: [1, 0], steps: [2, 1], sizes: [2, 3] } },
    { inputs: [rng(1).normal([4])], params: { starts: [3], steps: [-1], sizes: [4] } },
  ],
});

/** `3`, `:`, `2:5` or `4:-1:1`, counted from 1 and ends included. */
function rangeTex({ starts, steps, sizes }: SliceParams, d: number, n: number): string {
  const [from, step, count] = [starts[d] + 1, steps[d], sizes[d]];
  if (count === 1) return String(from);
  if (from === 1 && step === 1 && count === n) return ":";
  const to = from + (count - 1) * step;
  return step === 1 ? `${from}:${to}` : `${from}:${step}:${to}`;
}

export const unsliceOp: Op<SliceParams & { shape: readonly number[] }> = defineOp<
  SliceParams & { shape: readonly number[] }
>({
  name: "unslice",
  forward: ([x], { shape, starts, steps, sizes }) => {
    const out = new Tensor(allocate(x.dtype, sizeOf(shape)), shape, x.dtype);
    const view = sliceOp.forward([out], { starts, steps, sizes });
    const values = x.values();
    let at = 0;
    const walk = (d: number, to: number): void => {
      if (d === view.rank) out.data[to] = values[at++];
      else for (let i = 0; i < sizes[d]; i++) walk(d + 1, to + i * view.strides[d]);
    };
    walk(0, view.offset);
    return out;
  },
  vjp: [(G, _, __, { starts, steps, sizes }) => apply(sliceOp, [G], { starts, steps, sizes })],
  jvp: [(T, _, __, p) => apply(unsliceOp, [T], p)],
  latex: call("\\operatorname{pad}"),
  samples: () => [
    {
      inputs: [rng(1).normal([2, 3])],
      params: { shape: [4, 3], starts: [1, 0], steps: [2, 1], sizes: [2, 3] },
    },
  ],
});

export function wholeSlice(shape: readonly number[]): SliceParams {
  return { starts: shape.map(() => 0), steps: shape.map(() => 1), sizes: [...shape] };
}

export function unslice(x: Tensor, shape: readonly number[], p: SliceParams): Tensor {
  return apply(unsliceOp, [x], { shape, starts: p.starts, steps: p.steps, sizes: p.sizes });
}

/**
 * The same elements in row-major order under a new shape; one size may be −1.
 * @throws ShapeError when the sizes do not hold the elements.
 * @example
 * ```ts
 * reshape(arange(6), [2, -1]); // → [[0,1,2],[3,4,5]]
 * ```
 */
export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  if (!Array.isArray(shape))
    throw new ShapeError(`reshape: a shape is an array of sizes, such as [2, 3]; got ${typeof shape}.`);
  const known = shape.reduce((n, s) => (s === -1 ? n : n * s), 1);
  const open = shape.indexOf(-1);
  const sizes = open < 0 ? shape : shape.with(open, known === 0 ? 0 : x.size / known);
  if (sizeOf(sizes) !== x.size || sizes.some((s) => !Number.isInteger(s) || s < 0))
    throw new ShapeError(
      `reshape: ${shapeText(x.shape)} has ${x.size} elements, which do not fill ${shapeText(shape)}.`,
    );
  return sameShape(sizes, x.shape) ? x : apply(reshapeOp, [x], { shape: sizes });
}

/**
 * Axes in a new order.
 * @throws ArgumentError when `order` is not an order of all axes.
 * @example
 * ```ts
 * permute(zeros([2, 3, 4]), [2, 0, 1]).shape; // → [ 4, 2, 3 ]
 * ```
 */
export function permute(x: Tensor, order: readonly number[]): Tensor {
  const axes = order.map((d) => normalizeAxis(d, x.rank, "permute"));
  if (axes.length !== x.rank || new Set(axes).size !== x.rank)
    throw new ArgumentError(
      `permute: [${order.join(", ")}] is not an order of the ${x.rank} axes of ${shapeText(x.shape)}.`,
    );
  return axes.every((d, i) => d === i) ? x : apply(permuteOp, [x], { order: axes });
}

/**
 * The last two axes exchanged: Aᵀ for a matrix. Vectors stay as they are.
 * @example
 * ```ts
 * transpose(tensor([[1, 2], [3, 4]])); // → [[1,3],[2,4]]
 * ```
 */
export function transpose(x: Tensor): Tensor {
  if (x.rank < 2) return x;
  const order = [...x.shape.keys()];
  [order[x.rank - 1], order[x.rank - 2]] = [order[x.rank - 2], order[x.rank - 1]];
  return permute(x, order);
}

/**
 * Elements start, start + step, … before stop along one axis; negative positions count from the end.
 * @throws ArgumentError when the tensor has no such axis.
 * @example
 * ```ts
 * slice(arange(6), 0, 1, 6, 2); // → tensor([1, 3, 5], shape=[3], float64)
 * ```
 */
export function slice(x: Tensor, axis: number, start = 0, stop?: number, step = 1): Tensor {
  const d = normalizeAxis(axis, x.rank, "slice");
  const n = x.shape[d];
  if (step === 0 || !Number.isInteger(step))
    throw new ArgumentError(`slice: step must be a non-zero integer; got ${step}.`);
  if (
    !Number.isInteger(start) ||
    !(stop === undefined || Number.isInteger(stop) || Math.abs(stop) === Infinity)
  )
    throw new ArgumentError(`slice: start and stop must be integers; got ${start} and ${stop}.`);
  const clamp = (i: number): number =>
    Math.min(Math.max(i < 0 ? i + n : i, step > 0 ? 0 : -1), step > 0 ? n : n - 1);
  const from = clamp(start);
  const to = stop === undefined ? (step > 0 ? n : -1) : clamp(stop);
  const size = Math.max(0, Math.ceil((to - from) / step));
  const p = wholeSlice(x.shape);
  return apply(sliceOp, [x], {
    starts: p.starts.with(d, from),
    steps: p.steps.with(d, step),
    sizes: p.sizes.with(d, size),
  });
}

/**
 * The order along the given axis reversed.
 * @throws ArgumentError when the tensor has no such axis.
 * @example
 * ```ts
 * flip(arange(3), 0); // → tensor([2, 1, 0], shape=[3], float64)
 * ```
 */
export function flip(x: Tensor, axis: number): Tensor {
  return slice(x, axis, x.shape[normalizeAxis(axis, x.rank, "flip")] - 1, undefined, -1);
}

/**
 * Row i (or entry i along another axis), with that axis removed.
 * @throws ArgumentError for an index outside the axis.
 * @example
 * ```ts
 * select(tensor([[1, 2], [3, 4]]), -1); // → tensor([3, 4], shape=[2], float64)
 * ```
 */
export function select(x: Tensor, i: number, axis = 0): Tensor {
  const d = normalizeAxis(axis, x.rank, "select");
  const at = i < 0 ? i + x.shape[d] : i;
  if (!Number.isInteger(i) || at < 0 || at >= x.shape[d])
    throw new ArgumentError(`select: index ${i} is outside axis ${axis} of ${shapeText(x.shape)}.`);
  return reshape(slice(x, d, at, at + 1), x.shape.toSpliced(d, 1));
}

/**
 * A new axis of size 1 at the given place.
 * @throws ArgumentError when the tensor has no such axis.
 * @example
 * ```ts
 * expandDims(ones([3]), 0).shape; // → [ 1, 3 ]
 * ```
 */
export function expandDims(x: Tensor, axis: number): Tensor {
  return reshape(x, x.shape.toSpliced(normalizeAxis(axis, x.rank + 1, "expandDims"), 0, 1));
}

/**
 * Axes of size 1 removed: all, or the given one.
 * @throws ShapeError when the given axis is not of size 1.
 * @example
 * ```ts
 * squeeze(ones([1, 3, 1])).shape; // → [ 3 ]
 * ```
 */
export function squeeze(x: Tensor, axis?: number): Tensor {
  if (axis === undefined)
    return reshape(
      x,
      x.shape.filter((n) => n !== 1),
    );
  const d = normalizeAxis(axis, x.rank, "squeeze");
  if (x.shape[d] !== 1)
    throw new ShapeError(`squeeze: axis ${axis} of ${shapeText(x.shape)} has size ${x.shape[d]}, not 1.`);
  return reshape(x, x.shape.toSpliced(d, 1));
}

/**
 * A dense row-major copy when the tensor is a strided view; for tests and exports.
 * @example
 * ```ts
 * contiguous(ones([2, 3]).T).isContiguous; // → true
 * ```
 */
export function contiguous(x: Tensor): Tensor {
  if (x.isContiguous) return x;
  const out = reserve(x.dtype, x.size);
  copyStrided(x, out);
  const made = new Tensor(out, x.shape, x.dtype);
  made.node = x.node;
  return made;
}
