/**
 * A shallow residual network for small grey images: one strided convolution, one residual block.
 *
 * Layer names and the order of parameters give the state_dict that the same classes have in PyTorch.
 */

import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  Flatten,
  type LayerOptions,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
} from "../nn/index.ts";
import type { Tensor } from "../tensor/index.ts";

/**
 * σ(x + f(x)) with f: convolution, batch norm, ReLU, convolution, batch norm (He et al. 2016, figure 2). Shapes stay.
 * @example
 * ```ts
 * new Block(8).forward(zeros([128, 8, 2, 2], { dtype: "float32" })).shape; // → [ 128, 8, 2, 2 ]
 * ```
 */
export class Block extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly relu = new ReLU();
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;

  /** @param numChannels C, of input and output alike */
  constructor(numChannels: number, o: LayerOptions = {}) {
    super();
    const same = { stride: 1, padding: 1, bias: false, ...o };
    this.conv1 = new Conv2d(numChannels, numChannels, 3, same);
    this.bn1 = new BatchNorm2d(numChannels, o);
    this.conv2 = new Conv2d(numChannels, numChannels, 3, same);
    this.bn2 = new BatchNorm2d(numChannels, o);
  }

  /** @param x [N, C, H, W] @returns the same shape */
  forward(x: Tensor): Tensor {
    const h = this.relu.forward(this.bn1.forward(this.conv1.forward(x)));
    return this.relu.forward(x.add(this.bn2.forward(this.conv2.forward(h))));
  }
}

/**
 * Images [N, 1, H, W] to 10 logits: Conv2d(1, C, 3, stride 2) → BatchNorm → ReLU → MaxPool 2 → Block → average → Linear.
 * @example
 * ```ts
 * const model = new ResNet(4);
 * model.forward(zeros([128, 1, 8, 8], { dtype: "float32" })).shape; // → [ 128, 10 ]
 * model.parameters().reduce((n, p) => n + p.size, 0); // → 398
 * ```
 */
export class ResNet extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly relu = new ReLU();
  readonly maxpool = new MaxPool2d(2);
  readonly block: Block;
  readonly avgpool = new AdaptiveAvgPool2d(1);
  readonly flatten = new Flatten();
  readonly fc: Linear;

  /** @param numChannels C, the width of the network */
  constructor(numChannels: number, o: LayerOptions & { classes?: number } = {}) {
    super();
    this.conv1 = new Conv2d(1, numChannels, 3, { stride: 2, padding: 1, bias: false, ...o });
    this.bn1 = new BatchNorm2d(numChannels, o);
    this.block = new Block(numChannels, o);
    this.fc = new Linear(numChannels, o.classes ?? 10, o);
  }

  /** @param x [N, 1, H, W] @returns logits [N, 10] */
  forward(x: Tensor): Tensor {
    const h = this.maxpool.forward(this.relu.forward(this.bn1.forward(this.conv1.forward(x))));
    return this.fc.forward(this.flatten.forward(this.avgpool.forward(this.block.forward(h))));
  }
}
