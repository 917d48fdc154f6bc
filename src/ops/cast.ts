/**
 * Changing the element type. Differentiable between floats; the cotangent is cast back.
 */

import { type DType, isFloat, type Op, reserve, rng, Tensor } from "../tensor/index.ts";
import { apply, defineOp } from "./define.ts";

export const castOp: Op<{ dtype: DType }> = defineOp<{ dtype: DType }>({
  name: "cast",
  elementwise: true,
  forward: ([x], { dtype }) => {
    const out = reserve(dtype, x.size);
    const values = x.values();
    if (dtype === "bool") for (let i = 0; i < out.length; i++) out[i] = values[i] ? 1 : 0;
    else out.set(values as ArrayLike<number>);
    return new Tensor(out, x.shape, dtype);
  },
  vjp: [(G, [x], _, { dtype }) => (isFloat(dtype) ? astype(G, x.dtype) : null)],
  jvp: [(T, _, __, { dtype }) => (isFloat(dtype) ? astype(T, dtype) : null)],
  latex: ([x]) => x,
  samples: () => [{ inputs: [rng(1).normal([2, 3])], params: { dtype: "float64" } }],
});

/**
 * The same values as another element type; towards int32 they are truncated, towards bool compared with 0.
 * @example
 * ```ts
 * astype(tensor([1.7, -1.7]), "int32"); // → tensor([ 1, -1], shape=[2], int32)
 * ```
 */
export function astype(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : apply(castOp, [x], { dtype });
}
