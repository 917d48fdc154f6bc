/**
 * Along one axis: running sums, and the positions of extremes.
 */

import { argExtremeBlocks, cumsumBlocks } from "../kernels/index.ts";
import { ArgumentError, allocate, normalizeAxis, type Op, rng, Tensor } from "../tensor/index.ts";
import { apply, defineOp } from "./define.ts";
import { PREC, tex, wrap } from "./latex.ts";
import { flip, reshape } from "./layout.ts";
import { lift, type TensorLike } from "./lift.ts";
import { blocks } from "./reduce.ts";

export const cumsumOp = defineOp<{ axis: number }>({
  name: "cumsum",
  forward: ([x], { axis }) => {
    const out = allocate(x.dtype === "bool" ? "int32" : x.dtype, x.size);
    const { outer, n, inner } = blocks(x, [axis]);
    cumsumBlocks(x.values(), out, outer, n, inner);
    return new Tensor(out, x.shape, x.dtype === "bool" ? "int32" : x.dtype);
  },
  vjp: [(G, _, __, { axis }) => flip(cumsum(flip(G, axis), axis), axis)],
  jvp: [(T, _, __, { axis }) => cumsum(T, axis)],
  latex: ([x]) => tex(`\\operatorname{cumsum}\\left(${x.tex}\\right)`),
  samples: () => [
    { inputs: [rng(1).normal([3, 4])], params: { axis: 0 } },
    { inputs: [rng(1).normal([5])], params: { axis: 0 } },
  ],
});

function argExtreme(name: string, sign: 1 | -1): Op<{ axis: number }> {
  return defineOp<{ axis: number }>({
    name,
    forward: ([x], { axis }) => {
      const { values, outer, n, inner } = blocks(x, [axis]);
      const out = allocate("int32", outer * inner);
      argExtremeBlocks(values, out, outer, n, inner, sign);
      return new Tensor(out, x.shape.toSpliced(axis, 1), "int32");
    },
    latex: ([x]) => tex(`\\operatorname{${name}} ${wrap(x, PREC.mul)}`, PREC.mul),
    samples: () => [{ inputs: [rng(1).normal([3, 4])], params: { axis: 1 } }],
  });
}
export const argmaxOp = argExtreme("argmax", 1);
export const argminOp = argExtreme("argmin", -1);

/**
 * Running sums along one axis.
 * @throws ArgumentError when the tensor has no such axis.
 * @example
 * ```ts
 * cumsum([1, 2, 3]); // → tensor([1, 3, 6], shape=[3], float64)
 * ```
 */
export function cumsum(x: TensorLike, axis = 0): Tensor {
  const t = lift(x, "cumsum");
  return apply(cumsumOp, [t], { axis: normalizeAxis(axis, t.rank, "cumsum") });
}

function arg(op: Op<{ axis: number }>, x: TensorLike, axis?: number): Tensor {
  const t = lift(x, op.name);
  if (t.size === 0) throw new ArgumentError(`${op.name}: the tensor is empty.`);
  const flat = axis === undefined ? reshape(t, [-1]) : t;
  return apply(op, [flat], { axis: axis === undefined ? 0 : normalizeAxis(axis, t.rank, op.name) });
}

/**
 * Position of the largest value along an axis (of the flattened tensor by default).
 * @throws ArgumentError for an empty tensor.
 * @example
 * ```ts
 * argmax([[1, 5], [7, 2]], 1); // → tensor([1, 0], shape=[2], int32)
 * ```
 */
export const argmax = (x: TensorLike, axis?: number): Tensor => arg(argmaxOp, x, axis);
/**
 * Position of the smallest value along an axis (of the flattened tensor by default).
 * @throws ArgumentError for an empty tensor.
 * @example
 * ```ts
 * argmin([3, 1, 2]); // → tensor(1, int32)
 * ```
 */
export const argmin = (x: TensorLike, axis?: number): Tensor => arg(argminOp, x, axis);
