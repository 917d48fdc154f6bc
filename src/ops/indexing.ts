/**
 * Reading by integer indices, and the adjoint: adding into the places read.
 *
 * take picks whole rows along an axis; gather picks one element a place (PyTorch's gather).
 */

import {
  ArgumentError,
  allocate,
  normalizeAxis,
  type Op,
  rng,
  ShapeError,
  sameShape,
  shapeText,
  sizeOf,
  Tensor,
  tensor,
} from "../tensor/index.ts";
import { add } from "./arithmetic.ts";
import { apply, defineOp } from "./define.ts";
import { PREC, tex, wrap } from "./latex.ts";
import { lift, type TensorLike } from "./lift.ts";

interface At {
  axis: number;
}
interface Into extends At {
  size: number;
}

/** Visits (source, target) positions: whole rows along `axis` at the listed indices. */
function eachTaken(
  shape: readonly number[],
  axis: number,
  index: ArrayLike<number>,
  visit: (full: number, taken: number) => void,
): void {
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  let taken = 0;
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < index.length; i++) {
      const start = (o * shape[axis] + index[i]) * inner;
      for (let j = 0; j < inner; j++) visit(start + j, taken++);
    }
}

const indexed =
  (prefix: string) =>
  ([x, i]: readonly { tex: string; prec: number }[]) =>
    tex(`${prefix}${wrap(x, PREC.atom)}_{${i.tex}}`, PREC.power);

export const takeOp: Op<At> = defineOp<At>({
  name: "take",
  forward: ([x, index], { axis }) => {
    const list = index.values();
    const shape = x.shape.toSpliced(axis, 1, ...index.shape);
    const out = allocate(x.dtype, sizeOf(shape));
    const values = x.values();
    eachTaken(x.shape, axis, list, (full, taken) => {
      out[taken] = values[full];
    });
    return new Tensor(out, shape, x.dtype);
  },
  vjp: [(G, [x, index], _, { axis }) => apply(putAddOp, [G, index], { axis, size: x.shape[axis] }), null],
  jvp: [(T, [, index], _, p) => apply(takeOp, [T, index], p), null],
  latex: indexed(""),
  samples: () => [
    { inputs: [rng(1).normal([4, 3]), tensor([2, 0, 2], { dtype: "int32" })], params: { axis: 0 } },
    { inputs: [rng(1).normal([2, 4]), tensor([[3], [1]], { dtype: "int32" })], params: { axis: 1 } },
  ],
});

/** The adjoint of take: rows of G added into zeros at the listed places. */
export const putAddOp: Op<Into> = defineOp<Into>({
  name: "putAdd",
  forward: ([G, index], { axis, size }) => {
    const shape = G.shape.toSpliced(axis, index.rank, size);
    const out = allocate(G.dtype, sizeOf(shape));
    const values = G.values();
    eachTaken(shape, axis, index.values(), (full, taken) => {
      out[full] += values[taken];
    });
    return new Tensor(out, shape, G.dtype);
  },
  vjp: [(G, [, index], _, { axis }) => apply(takeOp, [G, index], { axis }), null],
  jvp: [(T, [, index], _, p) => apply(putAddOp, [T, index], p), null],
  latex: indexed("\\textstyle\\sum "),
  samples: () => [
    { inputs: [rng(1).normal([3, 2]), tensor([1, 1, 0], { dtype: "int32" })], params: { axis: 0, size: 4 } },
  ],
});

/** Visits (position in the full tensor, position in the index tensor). */
function eachGathered(
  shape: readonly number[],
  axis: number,
  index: Tensor,
  visit: (full: number, picked: number) => void,
): void {
  const list = index.values();
  const full = shape.map((_, d) => sizeOf(shape.slice(d + 1)));
  const place = index.shape.map(() => 0);
  for (let i = 0; i < list.length; i++) {
    let at = list[i] * full[axis];
    for (let d = 0; d < place.length; d++) if (d !== axis) at += place[d] * full[d];
    visit(at, i);
    for (let d = place.length - 1; d >= 0 && ++place[d] === index.shape[d]; d--) place[d] = 0;
  }
}

export const gatherOp: Op<At> = defineOp<At>({
  name: "gather",
  forward: ([x, index], { axis }) => {
    const out = allocate(x.dtype, index.size);
    const values = x.values();
    eachGathered(x.shape, axis, index, (full, i) => {
      out[i] = values[full];
    });
    return new Tensor(out, index.shape, x.dtype);
  },
  vjp: [(G, [x, index], _, { axis }) => apply(scatterAddOp, [G, index], { axis, shape: x.shape }), null],
  jvp: [(T, [, index], _, p) => apply(gatherOp, [T, index], p), null],
  latex: indexed(""),
  samples: () => [
    { inputs: [rng(1).normal([3, 4]), tensor([[1], [0], [3]], { dtype: "int32" })], params: { axis: 1 } },
    { inputs: [rng(1).normal([3, 2]), tensor([[1, 0]], { dtype: "int32" })], params: { axis: 0 } },
  ],
});

export const scatterAddOp: Op<{ axis: number; shape: readonly number[] }> = defineOp<{
  axis: number;
  shape: readonly number[];
}>({
  name: "scatterAdd",
  forward: ([G, index], { axis, shape }) => {
    const out = allocate(G.dtype, sizeOf(shape));
    const values = G.values();
    eachGathered(shape, axis, index, (full, i) => {
      out[full] += values[i];
    });
    return new Tensor(out, shape, G.dtype);
  },
  vjp: [(G, [, index], _, { axis }) => apply(gatherOp, [G, index], { axis }), null],
  jvp: [(T, [, index], _, p) => apply(scatterAddOp, [T, index], p), null],
  latex: indexed("\\textstyle\\sum "),
  samples: () => [
    {
      inputs: [rng(1).normal([3, 1]), tensor([[1], [0], [3]], { dtype: "int32" })],
      params: { axis: 1, shape: [3, 4] },
    },
  ],
});

function checkIndex(index: Tensor, size: number, where: string): void {
  // A compiled function checks the indices at every call instead.
  if (!index.hasValues) return;
  if (index.dtype === "bool")
    throw new ArgumentError(`${where}: the index is a bool tensor; use where() or filter rows by nonzero().`);
  for (const i of index.values())
    if (!Number.isInteger(i) || i < 0 || i >= size)
      throw new ArgumentError(`${where}: index ${i} is outside 0 to ${size - 1}.`);
}

/**
 * Rows of x along `axis` at the given integer indices, in that order.
 * @throws ArgumentError for an index outside the axis.
 * @example
 * ```ts
 * take([[1, 2], [3, 4], [5, 6]], [2, 0]); // → [[5,6],[1,2]]
 * ```
 */
export function take(x: TensorLike, indices: TensorLike, axis = 0): Tensor {
  const t = lift(x, "take");
  const index = lift(indices, "take");
  const d = normalizeAxis(axis, t.rank, "take");
  checkIndex(index, t.shape[d], "take");
  return apply(takeOp, [t, index], { axis: d });
}

/**
 * out[i][j] = x[index[i][j]][j] for axis 0, x[i][index[i][j]] for axis 1, and so on.
 * @throws ArgumentError for an index outside the axis.
 * @example
 * ```ts
 * gather([[1, 2], [3, 4]], 1, [[1], [0]]); // → [[2],[3]]
 * ```
 */
export function gather(x: TensorLike, axis: number, indices: TensorLike): Tensor {
  const t = lift(x, "gather");
  const index = lift(indices, "gather");
  const d = normalizeAxis(axis, t.rank, "gather");
  if (index.rank !== t.rank || index.shape.some((n, i) => i !== d && n > t.shape[i]))
    throw new ShapeError(
      `gather: the index has shape ${shapeText(index.shape)} and the tensor ${shapeText(t.shape)}; ` +
        `they need as many dimensions, and no larger sizes outside axis ${axis}.`,
    );
  checkIndex(index, t.shape[d], "gather");
  return apply(gatherOp, [t, index], { axis: d });
}

/**
 * x with the source's elements added at the places gather would have read them from.
 * @throws ArgumentError for an index outside the axis.
 * @example
 * ```ts
 * scatterAdd(zeros([3]), 0, [0, 2, 2], tensor([1, 2, 3])); // → tensor([1, 0, 5], shape=[3], float64)
 * ```
 */
export function scatterAdd(x: Tensor, axis: number, indices: TensorLike, source: Tensor): Tensor {
  const index = lift(indices, "scatterAdd");
  const d = normalizeAxis(axis, x.rank, "scatterAdd");
  if (index.rank !== x.rank || index.shape.some((n, i) => i !== d && n > x.shape[i]))
    throw new ShapeError(
      `scatterAdd: the index has shape ${shapeText(index.shape)} and the tensor ${shapeText(x.shape)}; ` +
        `they need as many dimensions, and no larger sizes outside axis ${axis}.`,
    );
  if (!sameShape(source.shape, index.shape))
    throw new ShapeError(
      `scatterAdd: the source has shape ${shapeText(source.shape)}; it needs that of the index, ${shapeText(index.shape)}.`,
    );
  checkIndex(index, x.shape[d], "scatterAdd");
  return add(x, apply(scatterAddOp, [source, index], { axis: d, shape: x.shape }));
}
