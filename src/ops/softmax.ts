/**
 * Softmax, its logarithm, and the losses built on them.
 *
 * With y = softmax(z) along an axis and G = ∂L/∂y:  ∂L/∂z = y ⊙ (G − Σ G ⊙ y).
 */

import { softmaxBlocks } from "../kernels/index.ts";
import {
  ArgumentError,
  normalizeAxis,
  reserve,
  rng,
  ShapeError,
  shapeText,
  sizeOf,
  Tensor,
  toFloat,
} from "../tensor/index.ts";
import { mul, sub } from "./arithmetic.ts";
import { apply, defineOp } from "./define.ts";
import { gather } from "./indexing.ts";
import { call, tex } from "./latex.ts";
import { reshape } from "./layout.ts";
import { lift, type TensorLike } from "./lift.ts";
import { logSumExp, mean, sum } from "./reduce.ts";
import { exp, neg } from "./unary.ts";

const keep = { keepdim: true };
const samples = (): { inputs: Tensor[]; params: { axis: number } }[] => [
  { inputs: [rng(1).normal([3, 4])], params: { axis: 1 } },
  { inputs: [rng(2).normal([3, 4])], params: { axis: 0 } },
  { inputs: [rng(3).normal([5])], params: { axis: 0 } },
];

export const softmaxOp = defineOp<{ axis: number }>({
  name: "softmax",
  forward: ([x], { axis }) => {
    const dtype = toFloat(x.dtype);
    const out = reserve(dtype, x.size);
    softmaxBlocks(
      x.values(),
      out,
      sizeOf(x.shape.slice(0, axis)),
      x.shape[axis],
      sizeOf(x.shape.slice(axis + 1)),
    );
    return new Tensor(out, x.shape, dtype);
  },
  vjp: [(G, _, y, { axis }) => mul(y, sub(G, sum(mul(G, y), axis, keep)))],
  jvp: [(T, _, y, { axis }) => mul(y, sub(T, sum(mul(T, y), axis, keep)))],
  latex: call("\\operatorname{softmax}"),
  samples,
});

export const logSoftmaxOp = defineOp<{ axis: number }>({
  name: "logSoftmax",
  forward: ([x], { axis }) => sub(x.detach(), logSumExp(x.detach(), axis, keep)),
  vjp: [(G, _, y, { axis }) => sub(G, mul(exp(y), sum(G, axis, keep)))],
  jvp: [(T, _, y, { axis }) => sub(T, sum(mul(T, exp(y)), axis, keep))],
  latex: ([x]) => tex(`\\log\\operatorname{softmax}\\left(${x.tex}\\right)`),
  samples,
});

/**
 * e^{z_i} / Σ_j e^{z_j} along an axis (the last by default), for inputs of any size.
 * @throws ArgumentError when the tensor has no such axis.
 * @example
 * ```ts
 * softmax([0, Math.log(3)]); // → tensor([0.25, 0.75], shape=[2], float64)
 * ```
 */
export function softmax(z: TensorLike, axis = -1): Tensor {
  const t = lift(z, "softmax");
  return apply(softmaxOp, [t], { axis: normalizeAxis(axis, t.rank, "softmax") });
}

/**
 * z_i − log Σ_j e^{z_j} along an axis (the last by default).
 * @throws ArgumentError when the tensor has no such axis.
 * @example
 * ```ts
 * logSoftmax([1000, 1000]); // → tensor([-0.6931, -0.6931], shape=[2], float64)
 * ```
 */
export function logSoftmax(z: TensorLike, axis = -1): Tensor {
  const t = lift(z, "logSoftmax");
  return apply(logSoftmaxOp, [t], { axis: normalizeAxis(axis, t.rank, "logSoftmax") });
}

/** What becomes of the losses of the examples: their mean, their sum, or themselves. */
export type Reduction = "mean" | "sum" | "none";

/**
 * Losses one an example, averaged, summed or left as they are.
 * @example
 * ```ts
 * reduceLoss(tensor([1, 3]), "mean"); // → tensor(2, float64)
 * ```
 */
export function reduceLoss(each: Tensor, reduction: Reduction): Tensor {
  return reduction === "mean" ? mean(each) : reduction === "sum" ? sum(each) : each;
}

function checkLabels(y: Tensor, classes: number): void {
  y.values().forEach((c: number, i: number) => {
    if (!Number.isInteger(c) || c < 0 || c >= classes)
      throw new ArgumentError(
        `crossEntropy: label ${c} of example ${i} is not a class; logits with ${classes} columns have 0 to ${classes - 1}.`,
      );
  });
}

/**
 * Softmax cross-entropy from logits: −log softmax(S)[n, y_n], averaged over n unless told.
 * @param logits [N, C]
 * @param target labels [N] (integers below C), or probabilities [N, C]
 * @throws ShapeError when the shapes do not belong together.
 * @example
 * ```ts
 * crossEntropy([[2, 0], [0, 2]], [0, 1]); // → tensor(0.126928011043, float64)
 * ```
 */
export function crossEntropy(
  logits: TensorLike,
  target: TensorLike,
  { reduction = "mean" }: { reduction?: Reduction } = {},
): Tensor {
  const s = lift(logits, "crossEntropy");
  const y = lift(target, "crossEntropy");
  const labels = y.rank === 1 && s.rank === 2 && y.shape[0] === s.shape[0];
  const dense = y.rank === 2 && s.rank === 2 && y.shape[0] === s.shape[0] && y.shape[1] === s.shape[1];
  if (!labels && !dense)
    throw new ShapeError(
      `crossEntropy: logits have shape ${shapeText(s.shape)} and the target ${shapeText(y.shape)}; ` +
        "expected logits [N, C] with labels [N] or probabilities [N, C].",
    );
  if (labels && y.hasValues) checkLabels(y, s.shape[1]);
  const logP = logSoftmax(s, 1);
  const each = labels
    ? neg(reshape(gather(logP, 1, reshape(y, [y.size, 1])), [y.size]))
    : neg(sum(mul(y, logP), 1));
  return reduceLoss(each, reduction);
}
