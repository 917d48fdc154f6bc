/**
 * Repeating a tensor to a larger shape, and its adjoint: summing a tensor down to a smaller one.
 */

import { sumAround, sumBlocks } from "../kernels/index.ts";
import {
  broadcastShapes,
  broadcastStrides,
  copyStrided,
  reserve,
  rng,
  ShapeError,
  sameShape,
  shapeText,
  Tensor,
  toFloat,
} from "../tensor/index.ts";
import { keptBlock } from "./blocks.ts";
import { apply, defineOp } from "./define.ts";
import { PREC, tex, wrap } from "./latex.ts";

interface To {
  shape: readonly number[];
}

export const broadcastToOp = defineOp<To>({
  name: "broadcastTo",
  forward: ([x], { shape }) =>
    new Tensor(x.data, shape, x.dtype, broadcastStrides(x.shape, x.strides, shape), x.offset),
  vjp: [(G, [x]) => sumTo(G, x.shape)],
  jvp: [(T, _, y) => broadcastTo(T, y.shape)],
  latex: ([x], { shapes, shape }) =>
    shape.length === 2 && shapes[0].length <= 1 ? tex(`\\mathbf{1} ${wrap(x, PREC.mul)}`, PREC.mul) : x,
  samples: () => [
    { inputs: [rng(1).normal([3])], params: { shape: [2, 3] } },
    { inputs: [rng(2).normal([2, 1])], params: { shape: [2, 3] } },
    { inputs: [rng(3).normal([])], params: { shape: [2, 2] } },
  ],
});

export const sumToOp = defineOp<To>({
  name: "sumTo",
  forward: ([x], { shape }) => {
    const lead = x.rank - shape.length;
    const summed = x.shape.map((n, i) => i < lead || (shape[i - lead] === 1 && n !== 1));
    const dtype = toFloat(x.dtype);
    const rest = shape.reduce((a, b) => a * b, 1);
    const out = reserve(dtype, rest);
    const block = keptBlock(x.shape, (d) => !summed[d]);
    if (block) {
      // Summed before and after what is kept, without moving anything.
      sumAround(x.values(), out, block.outer, block.kept, block.inner);
      return new Tensor(out, shape, dtype);
    }
    const order = [...x.shape.keys()].sort((a, b) => Number(summed[b]) - Number(summed[a]) || a - b);
    const count = x.shape.reduce((n, s, i) => (summed[i] ? n * s : n), 1);
    const moved = new Tensor(
      x.data,
      order.map((i) => x.shape[i]),
      x.dtype,
      order.map((i) => x.strides[i]),
      x.offset,
    );
    const flat = reserve(x.dtype, x.size);
    copyStrided(moved, flat);
    sumBlocks(flat, out, 1, count, rest);
    return new Tensor(out, shape, dtype);
  },
  vjp: [(G, [x]) => broadcastTo(G, x.shape)],
  jvp: [(T, _, y) => sumTo(T, y.shape)],
  latex: ([x], { shapes, shape }) =>
    shapes[0].length === 2 && shape[shape.length - 1] === shapes[0][1]
      ? tex(`\\mathbf{1}^{\\top} ${wrap(x, PREC.mul)}`, PREC.mul)
      : shapes[0].length === 2 && shape.length === 2
        ? tex(`${wrap(x, PREC.mul)} \\mathbf{1}`, PREC.mul)
        : tex(`\\textstyle\\sum ${wrap(x, PREC.mul)}`, PREC.mul),
  samples: () => [
    { inputs: [rng(1).normal([2, 3])], params: { shape: [3] } },
    { inputs: [rng(2).normal([2, 3])], params: { shape: [2, 1] } },
    { inputs: [rng(3).normal([2, 2])], params: { shape: [] } },
  ],
});

/**
 * x repeated along its axes of size 1 (and new leading axes) to `shape`, without copying.
 * @throws ShapeError when the shape cannot be reached.
 * @example
 * ```ts
 * broadcastTo(tensor([1, 2]), [2, 2]); // → [[1,2],[1,2]]
 * ```
 */
export function broadcastTo(x: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(x.shape, shape)) return x;
  if (shape.some((n) => !Number.isInteger(n) || n < 0))
    throw new ShapeError(`broadcastTo: sizes are non-negative integers; got ${shapeText(shape)}.`);
  if (!sameShape(broadcastShapes(x.shape, shape, "broadcastTo"), shape))
    throw new ShapeError(`broadcastTo: ${shapeText(x.shape)} is larger than the target ${shapeText(shape)}.`);
  return apply(broadcastToOp, [x], { shape });
}

/**
 * The adjoint of `broadcastTo`: sums x over the axes along which `shape` would have been repeated.
 * @example
 * ```ts
 * sumTo(ones([3, 2]), [2]); // → tensor([3, 3], shape=[2], float64)
 * ```
 */
export function sumTo(x: Tensor, shape: readonly number[]): Tensor {
  return sameShape(x.shape, shape) ? x : apply(sumToOp, [x], { shape });
}
