/**
 * Probabilistic PCA in closed form: x = W z + μ + ε, z ~ N(0, I_q), ε ~ N(0, σ² I_d).
 *
 *   σ² = mean of the d − q least eigenvalues of the sample covariance S (with n in the denominator),
 *   W = U_q (Λ_q − σ² I)^{1/2}                                        (Tipping & Bishop 1999).
 */

import { inv, logdet, solve } from "../linalg/index.ts";
import { add, matmul, mul, sub, sum, transpose } from "../ops/index.ts";
import { ArgumentError, eye, ShapeError, shapeText, type Tensor } from "../tensor/index.ts";
import { principal } from "./pca.ts";
import { asRows, type Rows, sameColumns } from "./rows.ts";

/**
 * Maximum likelihood of x ~ N(μ, W Wᵀ + σ² I) in closed form. After `fit`: W [d, q], mean [d], noiseVariance σ².
 * @throws ArgumentError unless 1 ≤ q < min(n, d), and for NaN
 * @example
 * ```ts
 * const X = rng(1).normal([50, 2]).matmul(rng(2).normal([2, 4])).add(rng(3).normal([50, 4]).mul(0.1)) as Tensor;
 * const p = new PPCA({ nComponents: 2 }).fit(X);
 * p.W.shape; // → [ 4, 2 ]
 * p.noiseVariance < 0.02; // → true
 * ```
 */
export class PPCA {
  readonly nComponents: number;
  /** [d, q]. */
  declare W: Tensor;
  /** [d]. */
  declare mean: Tensor;
  noiseVariance = Number.NaN;

  constructor(o: { nComponents?: number } = {}) {
    this.nComponents = o.nComponents ?? 2;
  }

  /** Maximum likelihood from rows X [n, d]. */
  fit(X: Rows): this {
    const q = this.nComponents;
    const data = asRows(X, "PPCA.fit");
    const [n, d] = data.shape;
    if (n < 2)
      throw new ShapeError(`PPCA.fit: expected X of shape [n, d], n ≥ 2; got ${shapeText(data.shape)}.`);
    if (!Number.isInteger(q) || q < 1 || q >= Math.min(n, d))
      throw new ArgumentError(`PPCA.fit: nComponents must be from 1 to min(n, d) − 1; got ${q}.`);
    this.mean = data.mean(0).detach();
    const { s, V } = principal(sub(data, this.mean));
    const values = s.square().div(n);
    this.noiseVariance = values.slice(0, q).sum().item() / (d - q);
    const scale = sub(values.slice(0, 0, q), this.noiseVariance)
      .maximum(0)
      .sqrt();
    this.W = mul(V.slice(1, 0, q), scale);
    return this;
  }

  /** C = W Wᵀ + σ² I, the model's covariance, [d, d]. */
  covariance(): Tensor {
    this.#ready("covariance");
    return add(matmul(this.W, transpose(this.W)), mul(this.noiseVariance, eye(this.W.shape[0])));
  }

  /** log p(x) of each row. */
  scoreSamples(X: Tensor): Tensor {
    this.#ready("scoreSamples");
    sameColumns(X, this.mean.size, "PPCA.scoreSamples");
    const C = this.covariance();
    const Z = transpose(sub(X, this.mean));
    const squares = sum(mul(Z, solve(C, Z)), 0);
    return mul(-0.5, add(squares, add(logdet(C), this.mean.size * Math.log(2 * Math.PI))));
  }

  /** Mean log-likelihood per row. */
  score(X: Tensor): number {
    return this.scoreSamples(X).mean().item();
  }

  /** Posterior means of the latent z: (WᵀW + σ²I)⁻¹ Wᵀ (x − μ), [n, q]. */
  transform(X: Tensor): Tensor {
    this.#ready("transform");
    sameColumns(X, this.mean.size, "PPCA.transform");
    const M = add(matmul(transpose(this.W), this.W), mul(this.noiseVariance, eye(this.nComponents)));
    return matmul(matmul(sub(X, this.mean), this.W), inv(M));
  }

  #ready(method: string): void {
    if (!this.W) throw new ArgumentError(`PPCA.${method}: call fit(X) first.`);
  }
}
