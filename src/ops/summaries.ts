/**
 * Summaries written with other operations: their derivatives, of any order, follow from those.
 */

import { normalizeAxes, normalizeAxis, sizeOf, Tensor } from "../tensor/index.ts";
import { mul } from "./arithmetic.ts";
import { notEqual } from "./compare.ts";
import { concat } from "./join.ts";
import { slice } from "./layout.ts";
import { lift, type TensorLike } from "./lift.ts";
import { type Axis, max, min, type ReduceOptions, reducedShape, variance } from "./reduce.ts";
import { sqrt } from "./unary.ts";

/**
 * Standard deviation √(Σ (x − x̄)² / (n − ddof)) over axes (all by default); `ddof` is 0 by default, as in NumPy.
 * Its gradient does not exist where all values are equal (NaN there).
 * @throws ArgumentError when the tensor has no such axis.
 * @example
 * ```ts
 * std([1, 3, 5, 7]); // → tensor(2.2360679775, float64)
 * ```
 */
export function std(x: TensorLike, axis?: Axis, o: ReduceOptions & { ddof?: number } = {}): Tensor {
  return sqrt(variance(lift(x, "std"), axis, o));
}

/**
 * Running products along one axis: yᵢ = x₀ x₁ … xᵢ. Zeros are allowed, also in gradients.
 * @throws ArgumentError when the tensor has no such axis.
 * @example
 * ```ts
 * cumprod([1, 2, 3, 4]); // → tensor([ 1,  2,  6, 24], shape=[4], float64)
 * ```
 */
export function cumprod(x: TensorLike, axis = 0): Tensor {
  const t = lift(x, "cumprod");
  const along = normalizeAxis(axis, t.rank, "cumprod");
  if (t.shape[along] === 0) return t;
  const products = [slice(t, along, 0, 1)];
  for (let i = 1; i < t.shape[along]; i++) products.push(mul(products[i - 1], slice(t, along, i, i + 1)));
  return concat(products, along);
}

/**
 * Whether any entry over the axes (all by default) is true or not zero; false of nothing. NaN counts as true.
 * @throws ArgumentError when the tensor has no such axis.
 * @example
 * ```ts
 * any([[0, 1], [0, 0]], 1); // → tensor([ true, false], shape=[2], bool)
 * ```
 */
export function any(x: TensorLike, axis?: Axis, o: ReduceOptions = {}): Tensor {
  return judged("any", x, axis, o);
}

/**
 * Whether all entries over the axes (all by default) are true or not zero; true of nothing. NaN counts as true.
 * @throws ArgumentError when the tensor has no such axis.
 * @example
 * ```ts
 * all([[2, 1], [0, 3]], 1); // → tensor([ true, false], shape=[2], bool)
 * ```
 */
export function all(x: TensorLike, axis?: Axis, o: ReduceOptions = {}): Tensor {
  return judged("all", x, axis, o);
}

function judged(name: "any" | "all", x: TensorLike, axis: Axis | undefined, o: ReduceOptions): Tensor {
  const truth = notEqual(lift(x, name).detach(), 0);
  const axes = normalizeAxes(axis, truth.rank, name);
  if (axes.some((d) => truth.shape[d] === 0)) {
    const shape = reducedShape(truth.shape, axes, o.keepdim ?? false);
    return new Tensor(new Uint8Array(sizeOf(shape)).fill(name === "all" ? 1 : 0), shape, "bool");
  }
  const extreme = name === "any" ? max : min;
  return extreme(truth.astype("int32"), axis, o).astype("bool");
}
