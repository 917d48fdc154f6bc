/**
 * Joining tensors: along an axis they have (concat), or along a new one (stack).
 *
 * Linear like the rest of layout.ts: the adjoint of joining is taking the part back out.
 */

import {
  ArgumentError,
  normalizeAxis,
  promote,
  reserve,
  rng,
  ShapeError,
  sameShape,
  shapeText,
  sizeOf,
  Tensor,
} from "../tensor/index.ts";
import { apply, defineOp } from "./define.ts";
import { tex } from "./latex.ts";
import { expandDims, slice, unslice, wholeSlice } from "./layout.ts";
import type { Concatenated, Joinable, ShapesOf, Stacked } from "./types.ts";

export const concatOp = defineOp<{ axis: number }>({
  name: "concat",
  forward: (inputs, { axis }) => {
    const shape = [...inputs[0].shape];
    shape[axis] = inputs.reduce((n, t) => n + t.shape[axis], 0);
    const dtype = inputs.map((t) => t.dtype).reduce(promote);
    const out = reserve(dtype, sizeOf(shape));
    const inner = sizeOf(shape.slice(axis + 1));
    const outer = sizeOf(shape.slice(0, axis));
    let start = 0;
    for (const t of inputs) {
      const block = t.shape[axis] * inner;
      const values = t.values();
      for (let o = 0; o < outer; o++)
        out.set(values.subarray(o * block, (o + 1) * block), o * shape[axis] * inner + start);
      start += block;
    }
    return new Tensor(out, shape, dtype);
  },
  vjp:
    (i) =>
    (G, inputs, _, { axis }) =>
      part(G, inputs, axis, i),
  jvp:
    (i) =>
    (T, inputs, y, { axis }) => {
      const start = inputs.slice(0, i).reduce((n, t) => n + t.shape[axis], 0);
      const p = wholeSlice(T.shape);
      return unslice(T, y.shape, { ...p, starts: p.starts.map((s, d) => (d === axis ? start : s)) });
    },
  latex: (args) => tex(`\\left[${args.map((a) => a.tex).join(" \\mid ")}\\right]`),
  samples: () => [
    { inputs: [rng(1).normal([2, 3]), rng(2).normal([1, 3])], params: { axis: 0 } },
    { inputs: [rng(1).normal([2, 3]), rng(2).normal([2, 2])], params: { axis: 1 } },
  ],
});

function checkList(tensors: readonly unknown[], where: string): void {
  if (!Array.isArray(tensors))
    throw new ArgumentError(`${where}: expected a list of tensors, as in ${where}([a, b]).`);
  if (tensors.length === 0) throw new ArgumentError(`${where}: give at least one tensor.`);
  const at = tensors.findIndex((t) => !(t instanceof Tensor));
  if (at >= 0) throw new ArgumentError(`${where}: element ${at} is no tensor; wrap numbers in tensor(…).`);
}

function part(G: Tensor, inputs: Tensor[], axis: number, i: number): Tensor {
  const start = inputs.slice(0, i).reduce((n, t) => n + t.shape[axis], 0);
  return slice(G, axis, start, start + inputs[i].shape[axis]);
}

/**
 * Tensors joined along an existing axis; all other sizes must agree.
 * @throws ShapeError when sizes differ outside the axis.
 * @example
 * ```ts
 * concat([tensor([1, 2]), tensor([3])]); // → tensor([1, 2, 3], shape=[3], float64)
 * ```
 */
export function concat<const L extends readonly Tensor[], const A extends number = 0>(
  tensors: L & Joinable<ShapesOf<L>, A>,
  axis?: A,
): Tensor<Concatenated<ShapesOf<L>, A>>;
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  checkList(tensors, "concat");
  const d = normalizeAxis(axis, tensors[0].rank, "concat");
  for (const t of tensors)
    if (!sameShape(t.shape.toSpliced(d, 1), tensors[0].shape.toSpliced(d, 1)))
      throw new ShapeError(
        `concat: ${shapeText(t.shape)} and ${shapeText(tensors[0].shape)} differ outside axis ${axis}.`,
      );
  return apply(concatOp, [...tensors], { axis: d });
}

/**
 * Tensors of one shape joined along a new axis.
 * @throws ShapeError when the shapes differ.
 * @example
 * ```ts
 * stack([tensor([1, 2]), tensor([3, 4])], 1); // → [[1,3],[2,4]]
 * ```
 */
export function stack<const L extends readonly Tensor[], const A extends number = 0>(
  tensors: L,
  axis?: A,
): Tensor<Stacked<ShapesOf<L>, A>>;
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  checkList(tensors, "stack");
  for (const t of tensors)
    if (!sameShape(t.shape, tensors[0].shape))
      throw new ShapeError(`stack: shapes ${shapeText(t.shape)} and ${shapeText(tensors[0].shape)} differ.`);
  const d = normalizeAxis(axis, tensors[0].rank + 1, "stack");
  return concat(
    tensors.map((t) => expandDims(t, d)),
    d,
  );
}
