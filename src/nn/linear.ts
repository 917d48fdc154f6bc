/**
 * Affine layers and look-up tables.
 */

import { type TensorLike, take, transpose } from "../ops/index.ts";
import { type DType, type Random, ShapeError, shapeText, type Tensor, zeros } from "../tensor/index.ts";
import * as init from "./init.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";

/** What all layers with parameters take. */
export interface LayerOptions {
  /** Element type of the parameters; float32 as in PyTorch. */
  dtype?: DType;
  /** The stream initial values are drawn from. */
  rng?: Random;
}

/** A new parameter of zeros, to be initialised. */
export function blank(shape: readonly number[], o: LayerOptions): Parameter {
  return new Parameter(zeros(shape, { dtype: o.dtype ?? "float32" }) as Tensor);
}

/** PyTorch's default: weights and bias uniform on ±1/√fanIn. */
export function initAffine(weight: Parameter, bias: Parameter | null, o: LayerOptions): void {
  init.kaimingUniform(weight, { a: Math.sqrt(5), rng: o.rng });
  if (!bias) return;
  const bound = 1 / Math.sqrt(init.fans(weight).fanIn);
  init.uniform(bias, -bound, bound, o);
}

/**
 * y = x Wᵀ + b for x [..., in], with W [out, in], b [out]; initially uniform on ±1/√in.
 * @example
 * ```ts
 * const layer = new Linear(4, 2);
 * layer.forward(zeros([5, 4])).shape; // → [ 5, 2 ]
 * layer.forward(zeros([5, 3])); // throws must end in 4
 * ```
 */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  weight: Parameter;
  bias: Parameter | null;

  constructor(inFeatures: number, outFeatures: number, o: LayerOptions & { bias?: boolean } = {}) {
    super();
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = blank([outFeatures, inFeatures], o);
    this.bias = (o.bias ?? true) ? blank([outFeatures], o) : null;
    initAffine(this.weight, this.bias, o);
  }

  /** @param x [..., in] @returns [..., out] */
  forward(x: Tensor): Tensor {
    if (x.rank === 0 || x.shape[x.rank - 1] !== this.inFeatures)
      throw new ShapeError(
        `Linear(${this.inFeatures}, ${this.outFeatures}): the input ${shapeText(x.shape)} must end in ${this.inFeatures}.` +
          (x.size % this.inFeatures === 0 && x.rank > 1 ? " Perhaps a Flatten() is missing before it." : ""),
      );
    const y = x.matmul(transpose(this.weight));
    return this.bias ? y.add(this.bias) : y;
  }

  protected override extra(): string {
    return `inFeatures=${this.inFeatures}, outFeatures=${this.outFeatures}, bias=${this.bias !== null}`;
  }
}

/**
 * Rows of a table by integer index; initially standard normal, the padding row zero.
 * @example
 * ```ts
 * new Embedding(10, 3).forward([[1, 2], [3, 4]]).shape; // → [ 2, 2, 3 ]
 * ```
 */
export class Embedding extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  weight: Parameter;

  constructor(numEmbeddings: number, embeddingDim: number, o: LayerOptions & { paddingIdx?: number } = {}) {
    super();
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.weight = blank([numEmbeddings, embeddingDim], o);
    init.normal(this.weight, 0, 1, o);
    if (o.paddingIdx !== undefined)
      this.weight.data.fill(0, o.paddingIdx * embeddingDim, (o.paddingIdx + 1) * embeddingDim);
  }

  /** @param indices integers of any shape @returns that shape with embeddingDim added */
  forward(indices: TensorLike): Tensor {
    return take(this.weight, indices, 0);
  }

  protected override extra(): string {
    return `${this.numEmbeddings}, ${this.embeddingDim}`;
  }
}
