/**
 * Convolution and pooling layers on images [N, C, H, W].
 */

import { conv2d, type Pair, pair } from "../ops/conv.ts";
import { adaptiveAvgPool2d, avgPool2d, maxPool2d, type PoolOptions } from "../ops/pool.ts";
import type { Tensor } from "../tensor/index.ts";
import { blank, initAffine, type LayerOptions } from "./linear.ts";
import { Module } from "./module.ts";
import type { Parameter } from "./parameter.ts";

/** Settings of `Conv2d`, as in PyTorch; a pair is [height, width]. */
export interface Conv2dOptions extends LayerOptions {
  stride?: number | Pair;
  padding?: number | Pair;
  dilation?: number | Pair;
  groups?: number;
  bias?: boolean;
}

const text = (p: number | Pair): string => (typeof p === "number" ? String(p) : `(${p.join(", ")})`);

/**
 * Cross-correlation of [N, C, H, W] with O kernels [O, C / groups, kH, kW]; initially uniform on ±1/√fanIn. See conv2d.
 * @example
 * ```ts
 * new Conv2d(1, 8, 3, { stride: 2, padding: 1 }).forward(zeros([5, 1, 8, 8])).shape; // → [ 5, 8, 4, 4 ]
 * ```
 */
export class Conv2d extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: Pair;
  readonly options: Required<Pick<Conv2dOptions, "stride" | "padding" | "dilation" | "groups">>;
  weight: Parameter;
  bias: Parameter | null;

  constructor(inChannels: number, outChannels: number, kernelSize: number | Pair, o: Conv2dOptions = {}) {
    super();
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = pair(kernelSize, "kernelSize", "Conv2d", 1);
    const { stride = 1, padding = 0, dilation = 1, groups = 1 } = o;
    this.options = { stride, padding, dilation, groups };
    this.weight = blank([outChannels, inChannels / groups, ...this.kernelSize], o);
    this.bias = (o.bias ?? true) ? blank([outChannels], o) : null;
    initAffine(this.weight, this.bias, o);
  }

  forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, this.bias, this.options);
  }

  protected override extra(): string {
    const { stride, padding, dilation, groups } = this.options;
    const rest = [dilation !== 1 && `dilation=${text(dilation)}`, groups !== 1 && `groups=${groups}`];
    return [
      `${this.inChannels}, ${this.outChannels}, kernelSize=${text(this.kernelSize)}`,
      `stride=${text(stride)}, padding=${text(padding)}, bias=${this.bias !== null}`,
      ...rest.filter(Boolean),
    ].join(", ");
  }
}

/**
 * The largest entry of each window of [N, C, H, W]; the stride is the kernel size unless given.
 * @example
 * ```ts
 * new MaxPool2d(2).forward(tensor([[[[1, 2], [3, 4]]]])); // → tensor([[[[4]]]], shape=[1, 1, 1, 1], float64)
 * ```
 */
export class MaxPool2d extends Module {
  readonly kernelSize: number | Pair;
  readonly options: PoolOptions & { dilation?: number | Pair };

  constructor(kernelSize: number | Pair, o: PoolOptions & { dilation?: number | Pair } = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = o;
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }

  protected override extra(): string {
    return `kernelSize=${text(this.kernelSize)}, stride=${text(this.options.stride ?? this.kernelSize)}`;
  }
}

/**
 * The average of each window of [N, C, H, W]; zeros of the padding count.
 * @example
 * ```ts
 * new AvgPool2d(2).forward(tensor([[[[1, 2], [3, 4]]]])); // → tensor([[[[2.5]]]], shape=[1, 1, 1, 1], float64)
 * ```
 */
export class AvgPool2d extends Module {
  readonly kernelSize: number | Pair;
  readonly options: PoolOptions & { countIncludePad?: boolean };

  constructor(kernelSize: number | Pair, o: PoolOptions & { countIncludePad?: boolean } = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = o;
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }

  protected override extra(): string {
    return `kernelSize=${text(this.kernelSize)}, stride=${text(this.options.stride ?? this.kernelSize)}`;
  }
}

/**
 * Averages over windows chosen to give the stated output size; size 1 averages each channel.
 * @example
 * ```ts
 * new AdaptiveAvgPool2d(1).forward(zeros([5, 8, 7, 7])).shape; // → [ 5, 8, 1, 1 ]
 * ```
 */
export class AdaptiveAvgPool2d extends Module {
  readonly outputSize: number | Pair;

  constructor(outputSize: number | Pair) {
    super();
    this.outputSize = outputSize;
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }

  protected override extra(): string {
    return `outputSize=${text(this.outputSize)}`;
  }
}
