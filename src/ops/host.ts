/**
 * Values that come from outside the recorded computation, afresh at every call: a random mask, the
 * present learning rate.
 *
 * Eager code could simply make the tensor; going through an operation tells `compile` to ask again
 * at every replay instead of keeping the first answer for ever.
 */

import { type DType, type Op, Tensor, tensor } from "../tensor/index.ts";
import { apply, defineOp } from "./define.ts";
import { tex } from "./latex.ts";

export const hostOp: Op<{ draw: () => Tensor }> = defineOp<{ draw: () => Tensor }>({
  name: "host",
  forward: (_, { draw }) => draw(),
  latex: () => tex("\\xi"),
  samples: () => [{ inputs: [], params: { draw: () => tensor([1, 2, 3], { dtype: "float32" }) } }],
});

/**
 * The tensor that `draw` returns now and, in a compiled function, at every later call (same shape each
 * time).
 * @example
 * ```ts
 * const stream = rng(1);
 * const noisy = compile((x: Tensor) => x.add(fromHost(() => stream.normal([2]))));
 * noisy(zeros([2])).equal(noisy(zeros([2]))).sum().item(); // → 0
 * ```
 */
export function fromHost(draw: () => Tensor): Tensor {
  return apply(hostOp, [], { draw });
}

/**
 * A number read afresh at every call, as a scalar.
 * @example
 * ```ts
 * let rate = 1;
 * const scaled = compile((x: Tensor) => x.mul(hostNumber(() => rate)));
 * scaled(ones([2]));
 * rate = 5;
 * scaled(ones([2])); // → tensor([5, 5], shape=[2], float64)
 * ```
 */
export function hostNumber(read: () => number, dtype: DType = "float64"): Tensor {
  return fromHost(
    () => new Tensor(dtype === "float32" ? Float32Array.of(read()) : Float64Array.of(read()), [], dtype),
  );
}
