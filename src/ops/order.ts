/**
 * Sorting and ranking along an axis. The order is found once, without gradient; the values are then
 * gathered by it, so the gradient goes back to where each value came from.
 */

import { ArgumentError, allocate, normalizeAxis, type Op, rng, sizeOf, Tensor } from "../tensor/index.ts";
import { apply, defineOp } from "./define.ts";
import { gather } from "./indexing.ts";
import { tex } from "./latex.ts";
import { slice } from "./layout.ts";
import { lift, type TensorLike } from "./lift.ts";

interface Order {
  axis: number;
  descending: boolean;
}

export const argsortOp: Op<Order> = defineOp<Order>({
  name: "argsort",
  forward: ([x], { axis, descending }) => {
    const n = x.shape[axis];
    const inner = sizeOf(x.shape.slice(axis + 1));
    const values = x.values();
    const out = allocate("int32", x.size);
    const sign = descending ? -1 : 1;
    for (let start = 0; start < x.size; start += n * inner)
      for (let k = 0; k < inner; k++) {
        const at = start + k;
        const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => {
          const [a, b] = [values[at + i * inner], values[at + j * inner]];
          // NaN sorts last in either direction; equal values keep their order.
          if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
          return sign * (a - b) || i - j;
        });
        for (let i = 0; i < n; i++) out[at + i * inner] = order[i];
      }
    return new Tensor(out, x.shape, "int32");
  },
  latex: ([x]) => tex(`\\operatorname{argsort}\\left(${x.tex}\\right)`),
  samples: () => [{ inputs: [rng(1).normal([3, 4])], params: { axis: 1, descending: false } }],
});

/** How `sort` and `argsort` order. */
export interface SortOptions {
  descending?: boolean;
}

/**
 * Positions that sort x along an axis (the last by default); stable, NaN last.
 * @throws ArgumentError when the tensor has no such axis.
 * @example
 * ```ts
 * argsort([3, 1, 2]); // → tensor([1, 2, 0], shape=[3], int32)
 * ```
 */
export function argsort(x: TensorLike, axis = -1, { descending = false }: SortOptions = {}): Tensor {
  const t = lift(x, "argsort");
  return apply(argsortOp, [t], { axis: normalizeAxis(axis, t.rank, "argsort"), descending });
}

/**
 * x sorted along an axis (the last by default), and the positions the values came from.
 * @throws ArgumentError when the tensor has no such axis.
 * @example
 * ```ts
 * sort([3, 1, 2], 0, { descending: true }).values; // → tensor([3, 2, 1], shape=[3], float64)
 * ```
 */
export function sort(x: TensorLike, axis = -1, o: SortOptions = {}): { values: Tensor; indices: Tensor } {
  const t = lift(x, "sort");
  const indices = argsort(t, axis, o);
  return { values: gather(t, axis, indices), indices };
}

/**
 * The k largest values along an axis (the last by default), largest first, and their positions.
 * @throws ArgumentError when there are fewer than k values.
 * @example
 * ```ts
 * topk([3, 9, 5], 2).values; // → tensor([9, 5], shape=[2], float64)
 * ```
 */
export function topk(x: TensorLike, k: number, axis = -1): { values: Tensor; indices: Tensor } {
  const t = lift(x, "topk");
  const d = normalizeAxis(axis, t.rank, "topk");
  if (!Number.isInteger(k) || k < 0 || k > t.shape[d])
    throw new ArgumentError(`topk: k = ${k} but axis ${axis} has ${t.shape[d]} values.`);
  const indices = slice(argsort(t, d, { descending: true }), d, 0, k);
  return { values: gather(t, d, indices), indices };
}
