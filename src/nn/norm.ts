/**
 * Batch and layer normalisation with learnt scale and shift.
 */

import { batchNorm, layerNorm } from "../ops/norm.ts";
import { ones, ShapeError, shapeText, Tensor, zeros } from "../tensor/index.ts";
import * as init from "./init.ts";
import { blank, type LayerOptions } from "./linear.ts";
import { Module } from "./module.ts";
import type { Parameter } from "./parameter.ts";

/** Settings of batch-normalisation layers, as in PyTorch. */
export interface BatchNormLayerOptions extends LayerOptions {
  eps?: number;
  /** Weight of the newest batch in the running statistics; null averages all batches alike. */
  momentum?: number | null;
  affine?: boolean;
  trackRunningStats?: boolean;
}

/** γ (x − μ)/√(σ² + ε) + β for each channel; in eval mode with the running mean and (unbiased) variance. */
abstract class BatchNorm extends Module {
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;
  weight: Parameter | null;
  bias: Parameter | null;
  declare runningMean: Tensor | null;
  declare runningVar: Tensor | null;
  declare numBatchesTracked: Tensor | null;

  constructor(numFeatures: number, o: BatchNormLayerOptions = {}) {
    super();
    this.numFeatures = numFeatures;
    this.eps = o.eps ?? 1e-5;
    this.momentum = o.momentum === undefined ? 0.1 : o.momentum;
    const affine = o.affine ?? true;
    this.weight = affine ? blank([numFeatures], o) : null;
    this.bias = affine ? blank([numFeatures], o) : null;
    if (this.weight) init.ones(this.weight);
    const track = o.trackRunningStats ?? true;
    const dtype = o.dtype ?? "float32";
    this.registerBuffer("runningMean", track ? zeros([numFeatures], { dtype }) : null);
    this.registerBuffer("runningVar", track ? ones([numFeatures], { dtype }) : null);
    this.registerBuffer("numBatchesTracked", track ? new Tensor(new Int32Array(1), [], "int32") : null);
  }

  protected abstract readonly ranks: readonly number[];

  forward(x: Tensor): Tensor {
    if (!this.ranks.includes(x.rank) || x.shape[1] !== this.numFeatures)
      throw new ShapeError(
        `${this.constructor.name}(${this.numFeatures}): expected ${this.numFeatures} channels on axis 1 of ` +
          `${this.ranks.join(" or ")} dimensions; got shape ${shapeText(x.shape)}.`,
      );
    let momentum = this.momentum ?? 0;
    if (this.training && this.numBatchesTracked) {
      this.numBatchesTracked.assign(this.numBatchesTracked.add(1));
      if (this.momentum === null) momentum = 1 / this.numBatchesTracked.item();
    }
    return batchNorm(x, this.runningMean, this.runningVar, this.weight, this.bias, {
      training: this.training,
      momentum,
      eps: this.eps,
    });
  }

  protected override extra(): string {
    return `${this.numFeatures}, eps=${this.eps}, momentum=${this.momentum}, affine=${this.weight !== null}, trackRunningStats=${this.runningMean !== null}`;
  }
}

/**
 * Batch normalisation of each of C channels, over [N, C] or [N, C, L]; running statistics in eval mode.
 * @example
 * ```ts
 * new BatchNorm1d(2).forward(tensor([[1, 10], [3, 30]])).shape; // → [ 2, 2 ]
 * ```
 */
export class BatchNorm1d extends BatchNorm {
  protected readonly ranks = [2, 3];
}

/**
 * Batch normalisation of each of C channels, over [N, C, H, W]; running statistics in eval mode.
 * @example
 * ```ts
 * const layer = new BatchNorm2d(3);
 * layer.forward(rng(1).normal([4, 3, 5, 5]));
 * layer.runningMean?.shape; // → [ 3 ]
 * ```
 */
export class BatchNorm2d extends BatchNorm {
  protected readonly ranks = [4];
}

/**
 * γ (x − μ)/√(σ² + ε) + β over the last axes, of the given shape.
 * @example
 * ```ts
 * new LayerNorm(3, { dtype: "float64" }).forward(tensor([[1, 2, 3]])); // → tensor([[-1.2247,  0.0000,  1.2247]], shape=[1, 3], float64)
 * ```
 */
export class LayerNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number;
  weight: Parameter | null;
  bias: Parameter | null;

  constructor(
    normalizedShape: number | readonly number[],
    o: LayerOptions & { eps?: number; elementwiseAffine?: boolean; bias?: boolean } = {},
  ) {
    super();
    this.normalizedShape = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
    this.eps = o.eps ?? 1e-5;
    const affine = o.elementwiseAffine ?? true;
    this.weight = affine ? blank(this.normalizedShape, o) : null;
    this.bias = affine && (o.bias ?? true) ? blank(this.normalizedShape, o) : null;
    if (this.weight) init.ones(this.weight);
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, this.weight, this.bias, this.eps);
  }

  protected override extra(): string {
    return `[${this.normalizedShape.join(", ")}], eps=${this.eps}, affine=${this.weight !== null}`;
  }
}
