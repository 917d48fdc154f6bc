/**
 * The product over axes. Its derivative is the product of the other factors: y / x where no factor is 0,
 * and a tree of products where one is, so that it is right there as well.
 */

import { prodBlocks } from "../kernels/index.ts";
import { full, type Op, rng, sizeOf, type Tensor, tensor } from "../tensor/index.ts";
import { div, mul } from "./arithmetic.ts";
import { apply, defineOp } from "./define.ts";
import { concat } from "./join.ts";
import { PREC, tex, wrap } from "./latex.ts";
import { flip, permute, reshape, select, slice } from "./layout.ts";
import type { TensorLike } from "./lift.ts";
import {
  type Axes,
  type Axis,
  axisSamples,
  type ReduceOptions,
  reduce,
  reduceForward,
  spread,
  sumOp,
} from "./reduce.ts";

export const prodOp: Op<Axes> = defineOp<Axes>({
  name: "prod",
  forward: reduceForward(prodBlocks, (d) => (d === "bool" ? "int32" : d)),
  vjp: [
    (G, [x], y, { axes }) =>
      mayHaveZero(x) ? mul(spread(G, x, axes), others(x, axes)) : div(spread(mul(G, y), x, axes), x),
  ],
  jvp: [
    (T, [x], y, p) =>
      mayHaveZero(x) ? apply(sumOp, [mul(T, others(x, p.axes))], p) : mul(y, apply(sumOp, [div(T, x)], p)),
  ],
  latex: ([x]) => tex(`\\textstyle\\prod ${wrap(x, PREC.mul)}`, PREC.mul),
  samples: () => [
    ...axisSamples(),
    {
      inputs: [mul(rng(5).normal([3, 3]), tensor([1, 1, 0]).reshape([3, 1]))],
      params: { axes: [0], keepdim: false },
    },
    {
      inputs: [
        tensor([
          [2, 0, 3, 0.5],
          [0, 1, 0, 2],
        ]),
      ],
      params: { axes: [1], keepdim: true },
    },
  ],
});

/** y / x is the product of the other factors, unless x is 0; nothing is known of values yet to come. */
function mayHaveZero(x: Tensor): boolean {
  return !x.hasValues || x.values().includes(0);
}

/**
 * The product of all other factors, for each: up a tree of pairwise products, and down again with each
 * sibling multiplied in. Products only, so it is right at zeros and so are its derivatives.
 */
function others(x: Tensor, axes: readonly number[]): Tensor {
  const order = [...x.shape.keys()].filter((d) => !axes.includes(d)).concat(axes);
  const n = sizeOf(axes.map((d) => x.shape[d]));
  const moved = permute(x, order);
  const rest = sizeOf(moved.shape.slice(0, x.rank - axes.length));
  if (n < 2) return full(x.shape, 1, { dtype: x.dtype });
  const levels: Tensor[] = [];
  for (let level = reshape(moved, [rest, n]); ; ) {
    const width = level.shape[1];
    if (width % 2 === 1 && width > 1)
      level = concat([level, full([rest, 1], 1, { dtype: x.dtype })] as Tensor[], 1);
    levels.push(level);
    if (width <= 2) break;
    const pairs = reshape(level, [rest, level.shape[1] / 2, 2]);
    level = mul(select(pairs, 0, 2), select(pairs, 1, 2));
  }
  let above: Tensor | null = null;
  for (const level of levels.reverse()) {
    const half = level.shape[1] / 2;
    const siblings: Tensor = flip(reshape(level, [rest, half, 2]), 2);
    const product = above ? mul(siblings, reshape(slice(above, 1, 0, half), [rest, half, 1])) : siblings;
    above = reshape(product, [rest, 2 * half]);
  }
  const back = new Array<number>(x.rank);
  order.forEach((d, i) => {
    back[d] = i;
  });
  return permute(reshape(slice(above as Tensor, 1, 0, n), moved.shape), back);
}

/**
 * Product over axes; 1 of nothing.
 * @throws ArgumentError when the tensor has no such axis.
 * @example
 * ```ts
 * prod([1, 2, 3, 4]); // → tensor(24, float64)
 * ```
 */
export const prod = (x: TensorLike, axis?: Axis, o: ReduceOptions = {}): Tensor => reduce(prodOp, x, axis, o);
