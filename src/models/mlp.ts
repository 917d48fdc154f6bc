/**
 * Fully connected networks.
 */

import { type LayerOptions, Linear, Module, ReLU, Sequential, Sigmoid, SiLU, Tanh } from "../nn/index.ts";
import { ArgumentError, type Tensor } from "../tensor/index.ts";

const ACTIVATIONS = { relu: ReLU, swish: SiLU, silu: SiLU, sigmoid: Sigmoid, tanh: Tanh } as const;
/** The activations that `MLP` knows by name. */
export type Activation = keyof typeof ACTIVATIONS;

/**
 * Affine layers of the given sizes with an activation between them and none after the last:
 * x W₁ᵀ + b₁, f(·) W₂ᵀ + b₂, … with weights [out, in] and PyTorch's starting values.
 * @throws ArgumentError for fewer than two sizes, or an unknown activation
 * @example
 * ```ts
 * const net = new MLP([64, 32, 10], { activation: "swish" });
 * net.forward(digits({ dtype: "float32" }).data).shape; // → [ 1797, 10 ]
 * ```
 */
export class MLP extends Module {
  readonly layers: Sequential;

  /** @param sizes features of input, hidden layers and output, e.g. [64, 32, 10] */
  constructor(
    sizes: readonly number[],
    { activation = "relu", ...o }: LayerOptions & { activation?: Activation; bias?: boolean } = {},
  ) {
    super();
    if (sizes.length < 2)
      throw new ArgumentError(`MLP: give at least two sizes, input and output; got [${sizes}].`);
    if (!sizes.every((size) => Number.isInteger(size) && size > 0))
      throw new ArgumentError(`MLP: sizes are positive integers; got [${sizes}].`);
    const make = ACTIVATIONS[activation];
    if (!make)
      throw new ArgumentError(
        `MLP: activation "${activation}" is not known; use ${Object.keys(ACTIVATIONS).join(", ")}.`,
      );
    const layers: Module[] = [];
    for (let i = 0; i + 1 < sizes.length; i++) {
      if (i > 0) layers.push(new make());
      layers.push(new Linear(sizes[i], sizes[i + 1], o));
    }
    this.layers = new Sequential(...layers);
  }

  /** @param x [N, sizes[0]] @returns [N, last size] */
  forward(x: Tensor): Tensor {
    return this.layers.forward(x);
  }
}
