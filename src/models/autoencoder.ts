/**
 * The autoencoder with tied weights: one matrix encodes, its transpose decodes.
 */

import { init, type LayerOptions, Module, Parameter } from "../nn/index.ts";
import { transpose } from "../ops/index.ts";
import { ArgumentError, ShapeError, shapeText, type Tensor, zeros } from "../tensor/index.ts";

/** Settings of `Autoencoder`. */
export interface AutoencoderOptions extends LayerOptions {
  /** Applied to the code and to the reconstruction; none gives the linear autoencoder Wᵀ W x. */
  activation?: (x: Tensor) => Tensor;
}

/**
 * x̂ = f(Wᵀ f(W x)) with W [code, features]; rows of X are the examples, so the code is X Wᵀ.
 * @throws ArgumentError unless both sizes are positive integers
 * @example
 * ```ts
 * const ae = new Autoencoder(64, 8);
 * const x = digits({ dtype: "float32" }).data.slice(0, 0, 5);
 * [[...ae.encode(x).shape], [...ae.forward(x).shape]]; // → [ [ 5, 8 ], [ 5, 64 ] ]
 * [...ae.parameters()].length; // → 1
 * ```
 */
export class Autoencoder extends Module {
  readonly features: number;
  readonly code: number;
  readonly activation: (x: Tensor) => Tensor;
  W: Parameter;

  constructor(features: number, code: number, o: AutoencoderOptions = {}) {
    super();
    if (![features, code].every((size) => Number.isInteger(size) && size > 0))
      throw new ArgumentError(
        `Autoencoder: features and code are positive integers; got ${features} and ${code}.`,
      );
    this.features = features;
    this.code = code;
    this.activation = o.activation ?? ((x) => x);
    this.W = new Parameter(zeros([code, features], { dtype: o.dtype ?? "float32" }) as Tensor);
    init.xavierUniform(this.W, o);
  }

  /** @param x [N, features] @returns [N, code] */
  encode(x: Tensor): Tensor {
    if (x.shape[x.rank - 1] !== this.features)
      throw new ShapeError(
        `Autoencoder: the input ${shapeText(x.shape)} must end in ${this.features} features.`,
      );
    return this.activation(x.matmul(transpose(this.W)));
  }

  /** @param h [N, code] @returns [N, features] */
  decode(h: Tensor): Tensor {
    return this.activation(h.matmul(this.W));
  }

  forward(x: Tensor): Tensor {
    return this.decode(this.encode(x));
  }

  /** ½ ‖x̂ − x‖², averaged over the examples. */
  loss(x: Tensor): Tensor {
    return this.forward(x)
      .sub(x)
      .square()
      .sum()
      .mul(0.5 / x.shape[0]);
  }
}
