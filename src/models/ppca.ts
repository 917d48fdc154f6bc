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
  fit(X: Tensor): this {
    const q = this.nComponents;
    if (X.rank !== 2 || X.shape[0] < 2)
      throw new ShapeError(`PPCA.fit: expected X of shape [n, d], n ≥ 2; got ${shapeText(X.shape)}.`);
    const [n, d] = X.shape;
    if (!Number.isInteger(q) || q < 1 || q >= Math.min(n, d))
      throw new ArgumentError(`PPCA.fit: nComponents must be from 1 to min(n, d) − 1; got ${q}.`);
    this.mean = X.detach().mean(0).detach();
    const { s, V } = principal(sub(X.detach(), this.mean));
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
    return add(matmul(this.W, transpose(this.W)), mul(this.noiseVariance, eye(this.W.shape[0])));
  }

  /** log p(x) of each row. */
  scoreSamples(X: Tensor): Tensor {
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
    const M = add(matmul(transpose(this.W), this.W), mul(this.noiseVariance, eye(this.nComponents)));
    return matmul(matmul(sub(X, this.mean), this.W), inv(M));
  }
}
