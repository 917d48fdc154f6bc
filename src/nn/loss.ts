/**
 * Losses as functions and as modules. All average over what they compare unless told otherwise.
 */

import {
  crossEntropy,
  gather,
  lift,
  logSoftmax,
  mul,
  neg,
  type Reduction,
  reduceLoss,
  reshape,
  softplus,
  sum,
  type TensorLike,
  take,
} from "../ops/index.ts";
import { ArgumentError, ShapeError, sameShape, shapeText, type Tensor } from "../tensor/index.ts";
import { Module } from "./module.ts";

/** What all losses take. */
export interface LossOptions {
  reduction?: Reduction;
}

function paired(input: Tensor, target: TensorLike, where: string): Tensor {
  const t = lift(target, where, input);
  if (!sameShape(input.shape, t.shape))
    throw new ShapeError(
      `${where}: the input has shape ${shapeText(input.shape)} and the target ${shapeText(t.shape)}; they must be the same.`,
    );
  return t;
}

/**
 * (x − y)², averaged (or summed, or neither: `reduction`).
 * @example
 * ```ts
 * mseLoss(tensor([1, 2]), [0, 0]); // → tensor(2.5, float64)
 * ```
 */
export function mseLoss(input: Tensor, target: TensorLike, { reduction = "mean" }: LossOptions = {}): Tensor {
  return reduceLoss(input.sub(paired(input, target, "mseLoss")).square(), reduction);
}

/**
 * |x − y|, averaged (or summed, or neither: `reduction`).
 * @example
 * ```ts
 * l1Loss(tensor([1, -2]), [0, 0]); // → tensor(1.5, float64)
 * ```
 */
export function l1Loss(input: Tensor, target: TensorLike, { reduction = "mean" }: LossOptions = {}): Tensor {
  return reduceLoss(input.sub(paired(input, target, "l1Loss")).abs(), reduction);
}

/**
 * Negative log-likelihood −logP[n, yₙ] of labels y [N] under log-probabilities [N, C].
 * @example
 * ```ts
 * nllLoss(tensor([[0, 1], [2, 0]]).logSoftmax(1), [1, 0]); // → tensor(0.220094849281, float64)
 * ```
 */
export function nllLoss(
  logP: Tensor,
  target: TensorLike,
  { reduction = "mean", weight }: LossOptions & { weight?: Tensor } = {},
): Tensor {
  const y = lift(target, "nllLoss");
  if (logP.rank !== 2 || y.rank !== 1 || y.shape[0] !== logP.shape[0])
    throw new ShapeError(
      `nllLoss: expected log-probabilities [N, C] and labels [N]; got ${shapeText(logP.shape)} and ${shapeText(y.shape)}.`,
    );
  const each = neg(reshape(gather(logP, 1, reshape(y, [y.size, 1])), [y.size]));
  if (!weight) return reduceLoss(each, reduction);
  const w = take(weight, y);
  const weighted = mul(each, w);
  return reduction === "mean" ? sum(weighted).div(sum(w)) : reduceLoss(weighted, reduction);
}

/**
 * −y log σ(x) − (1 − y) log(1 − σ(x)) = log(1 + eˣ) − xy, without overflow; positives weighted by `posWeight`.
 * @example
 * ```ts
 * bceWithLogitsLoss(tensor([0, 2]), [1, 0]); // → tensor(1.4100375958, float64)
 * ```
 */
export function bceWithLogitsLoss(
  input: Tensor,
  target: TensorLike,
  { reduction = "mean", posWeight }: LossOptions & { posWeight?: TensorLike } = {},
): Tensor {
  const y = paired(input, target, "bceWithLogitsLoss");
  if (posWeight === undefined) return reduceLoss(softplus(input).sub(input.mul(y)), reduction);
  const extra = y.mul(lift(posWeight, "bceWithLogitsLoss", input).sub(1)).add(1);
  return reduceLoss(
    softplus(neg(input))
      .mul(extra)
      .add(input.mul(y.neg().add(1))),
    reduction,
  );
}

/**
 * Softmax cross-entropy −log softmax(s)_y from logits [N, C], with labels [N] or probabilities [N, C].
 * @example
 * ```ts
 * new CrossEntropyLoss().forward(tensor([[0, 0], [0, 0]]), [1, 0]); // → tensor(0.69314718056, float64)
 * ```
 */
export class CrossEntropyLoss extends Module {
  readonly weight: Tensor | null;
  readonly reduction: Reduction;
  readonly labelSmoothing: number;

  constructor(o: LossOptions & { weight?: Tensor; labelSmoothing?: number } = {}) {
    super();
    this.reduction = o.reduction ?? "mean";
    this.labelSmoothing = o.labelSmoothing ?? 0;
    this.weight = o.weight ?? null;
    if (!(this.labelSmoothing >= 0 && this.labelSmoothing <= 1))
      throw new ArgumentError(
        `CrossEntropyLoss: labelSmoothing must be from 0 to 1; got ${this.labelSmoothing}.`,
      );
    if (this.weight && this.labelSmoothing > 0)
      throw new ArgumentError(
        "CrossEntropyLoss: class weights together with labelSmoothing are not supported.",
      );
  }

  forward(logits: Tensor, target: TensorLike): Tensor {
    const { reduction, labelSmoothing: e } = this;
    if (this.weight) return nllLoss(logSoftmax(logits, 1), target, { reduction, weight: this.weight });
    const hard = crossEntropy(logits, target, { reduction });
    if (e === 0) return hard;
    const C = logits.shape[1];
    const even = reduceLoss(neg(sum(logSoftmax(logits, 1), 1)), reduction);
    return hard.mul(1 - e).add(even.mul(e / C));
  }
}

/**
 * `nllLoss` as a module.
 * @example
 * ```ts
 * new NLLLoss().forward(tensor([[0.5, 0.5]]).log(), [1]); // → tensor(0.69314718056, float64)
 * ```
 */
export class NLLLoss extends Module {
  readonly options: LossOptions & { weight?: Tensor };
  constructor(o: LossOptions & { weight?: Tensor } = {}) {
    super();
    this.options = o;
  }
  forward(logP: Tensor, target: TensorLike): Tensor {
    return nllLoss(logP, target, this.options);
  }
}

/**
 * `mseLoss` as a module.
 * @example
 * ```ts
 * new MSELoss({ reduction: "sum" }).forward(tensor([1, 2]), [0, 0]); // → tensor(5, float64)
 * ```
 */
export class MSELoss extends Module {
  readonly options: LossOptions;
  constructor(o: LossOptions = {}) {
    super();
    this.options = o;
  }
  forward(input: Tensor, target: TensorLike): Tensor {
    return mseLoss(input, target, this.options);
  }
}

/**
 * `l1Loss` as a module.
 * @example
 * ```ts
 * new L1Loss().forward(tensor([1, -2]), [0, 0]); // → tensor(1.5, float64)
 * ```
 */
export class L1Loss extends Module {
  readonly options: LossOptions;
  constructor(o: LossOptions = {}) {
    super();
    this.options = o;
  }
  forward(input: Tensor, target: TensorLike): Tensor {
    return l1Loss(input, target, this.options);
  }
}

/**
 * `bceWithLogitsLoss` as a module.
 * @example
 * ```ts
 * new BCEWithLogitsLoss().forward(tensor([0, 2]), [1, 0]); // → tensor(1.4100375958, float64)
 * ```
 */
export class BCEWithLogitsLoss extends Module {
  readonly options: LossOptions & { posWeight?: Tensor };
  constructor(o: LossOptions & { posWeight?: Tensor } = {}) {
    super();
    this.options = o;
  }
  forward(input: Tensor, target: TensorLike): Tensor {
    return bceWithLogitsLoss(input, target, this.options);
  }
}
