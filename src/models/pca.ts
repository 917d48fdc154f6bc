/**
 * Principal component analysis, with scikit-learn's attributes in camelCase.
 *
 * X − mean = U diag(s) Vᵀ; components are rows of Vᵀ, explained variances s²/(n − 1). Wide or tall data with
 * both sides large go through the smaller Gram matrix instead, which halves the digits of the least directions.
 */

import { eigh, svd } from "../linalg/index.ts";
import { matmul, mul, sub, transpose } from "../ops/index.ts";
import { ArgumentError, ShapeError, shapeText, Tensor } from "../tensor/index.ts";
import { asRows, type Rows, sameColumns } from "./rows.ts";

/** Left vectors, singular values and right vectors of centred data, the largest first. */
export function principal(X: Tensor): { U: Tensor; s: Tensor; V: Tensor } {
  const [n, d] = X.shape;
  if (Math.min(n, d) <= 200) {
    const { U, s, V } = svd(X);
    return { U, s, V };
  }
  const tall = n >= d;
  const gram = tall ? matmul(transpose(X), X) : matmul(X, transpose(X));
  const { eigenvalues, eigenvectors } = eigh(gram);
  const s = eigenvalues.maximum(0).sqrt().flip(0);
  const own = eigenvectors.flip(1);
  const other = matmul(tall ? X : transpose(X), own).div(s.maximum(1e-300));
  return tall ? { U: other, s, V: own } : { U: own, s, V: other };
}

/** Settings of `PCA`. */
export interface PCAOptions {
  /** How many directions to keep: a number, or (between 0 and 1) the share of variance to explain. All by default. */
  nComponents?: number;
  /** Scale scores to unit variance. Default false. */
  whiten?: boolean;
}

/**
 * X − mean = U diag(s) Vᵀ. After `fit`: components [k, d] (rows of Vᵀ), explainedVariance s²/(n − 1) [k],
 * explainedVarianceRatio, singularValues, mean [d], noiseVariance. Source: scikit-learn's PCA.
 * @throws ShapeError for fewer than two rows, ArgumentError for NaN or too many components
 * @example
 * ```ts
 * const p = new PCA({ nComponents: 1 }).fit([[1, 2], [2, 4], [3, 6]]);
 * p.explainedVarianceRatio; // → tensor([1], shape=[1], float64)
 * p.inverseTransform(p.transform(tensor([[4, 8]]))); // → tensor([[4, 8]], shape=[1, 2], float64)
 * ```
 */
export class PCA {
  readonly options: PCAOptions;
  /** [k, d], orthonormal rows. */
  declare components: Tensor;
  /** [d]. */
  declare mean: Tensor;
  /** [k], with n − 1 in the denominator. */
  declare explainedVariance: Tensor;
  declare explainedVarianceRatio: Tensor;
  declare singularValues: Tensor;
  /** Mean variance of the directions left out, as in probabilistic PCA. */
  noiseVariance = 0;
  nComponents = 0;

  constructor(o: PCAOptions = {}) {
    this.options = o;
  }

  /** Finds the directions of rows X [n, d], n ≥ 2. */
  fit(X: Rows): this {
    const data = asRows(X, "PCA.fit");
    const [n, d] = data.shape;
    if (n < 2)
      throw new ShapeError(`PCA.fit: expected X of shape [n, d], n ≥ 2; got ${shapeText(data.shape)}.`);
    this.mean = data.mean(0).detach();
    const { s, V } = principal(sub(data, this.mean));
    const variances = s.square().div(n - 1);
    const total = variances.sum().item();
    const most = Math.min(n, d);
    const asked = this.options.nComponents ?? most;
    let k = asked;
    if (asked > 0 && asked < 1) {
      const shares = variances.div(total).cumsum().values() as Float64Array;
      k = shares.findIndex((v) => v >= asked) + 1 || most;
    }
    if (!Number.isInteger(k) || k < 1 || k > most)
      throw new ArgumentError(
        `PCA.fit: nComponents must be an integer from 1 to min(n, d) = ${most}, or a share between 0 and 1; got ${asked}.`,
      );
    this.nComponents = k;
    this.components = transpose(V.slice(1, 0, k)).contiguous();
    this.singularValues = s.slice(0, 0, k).contiguous();
    this.explainedVariance = variances.slice(0, 0, k).contiguous();
    this.explainedVarianceRatio = this.explainedVariance.div(total);
    this.noiseVariance = k < most ? variances.slice(0, k).mean().item() : 0;
    return this;
  }

  /** Scores of rows X: [n, k]. Differentiable by X. */
  transform(X: Tensor): Tensor {
    this.#ready("transform");
    sameColumns(X, this.mean.size, "PCA.transform");
    const scores = matmul(sub(X, this.mean), transpose(this.components));
    // A direction without variance has scores of 0, whitened or not.
    return this.options.whiten ? scores.div(this.explainedVariance.sqrt().maximum(1e-150)) : scores;
  }

  fitTransform(X: Rows): Tensor {
    return this.fit(X).transform(X instanceof Tensor ? X : asRows(X, "PCA.fitTransform"));
  }

  /** Data whose scores are Z [n, k]: the reconstruction. */
  inverseTransform(Z: Tensor): Tensor {
    this.#ready("inverseTransform");
    const scores = this.options.whiten ? mul(Z, this.explainedVariance.sqrt()) : Z;
    return matmul(scores, this.components).add(this.mean);
  }

  #ready(method: string): void {
    if (!this.components) throw new ArgumentError(`PCA.${method}: call fit(X) first.`);
  }
}

/** Scores of centred data on its first k directions, [n, k]. */
export function pcaScores(X: Tensor, k: number): Tensor {
  const { U, s } = principal(X);
  return mul(U, s).slice(1, 0, k).contiguous();
}
