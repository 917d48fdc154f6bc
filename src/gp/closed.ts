/**
 * The optimum of the linear GP-LVM in closed form: probabilistic PCA seen from the data points' side.
 *
 * With λ₁ ≥ λ₂ ≥ … and uᵢ the eigenvalues and -vectors of YYᵀ/D (Y centred) and α = 1,
 *   β⁻¹ = mean of λ_{Q+1} … λ_N,   X = [u₁ … u_Q] diag(√(λᵢ − β⁻¹)) R   for any rotation R (Lawrence 2005).
 */

import { principal } from "../models/pca.ts";
import { mul, sub } from "../ops/index.ts";
import { ArgumentError, ShapeError, shapeText, type Tensor } from "../tensor/index.ts";

/** Where the likelihood of the linear GP-LVM is largest. */
export interface LinearOptimum {
  /** [N, Q]. */
  X: Tensor;
  alpha: 1;
  beta: number;
  /** log p(Y | X) there. */
  logLikelihood: number;
}

/**
 * The maximum of log p(Y | X, α = 1, β) over X [N, Q] and β, for Y [N, D]; Y's column means are taken off.
 * @throws ArgumentError unless 1 ≤ Q < N, for NaN, and when Q dimensions explain Y without noise
 * @example
 * ```ts
 * const Y = rng(1).normal([10, 6]) as Tensor;
 * const best = linearGplvmOptimum(Y, 2);
 * const fitted = new GPLVM({ kernel: "linear", objective: "ml" }).fit(Y);
 * Math.abs(fitted.logLikelihood - best.logLikelihood) < 1e-4; // → true
 * ```
 */
export function linearGplvmOptimum(Y: Tensor, Q: number): LinearOptimum {
  if (Y.rank !== 2)
    throw new ShapeError(`linearGplvmOptimum: expected Y [N, D]; got shape ${shapeText(Y.shape)}.`);
  const [N, D] = Y.shape;
  if (!Number.isInteger(Q) || Q < 1 || Q >= N)
    throw new ArgumentError(`linearGplvmOptimum: Q must be an integer from 1 to N − 1 = ${N - 1}; got ${Q}.`);
  if (!Y.values().every(Number.isFinite))
    throw new ArgumentError("linearGplvmOptimum: Y holds NaN or infinity; remove or impute such rows first.");
  const centred = sub(Y.detach(), Y.detach().mean(0, { keepdim: true }));
  // The eigenvalues beyond min(N, D) are 0.
  const { U, s } = principal(centred);
  const eigenvalues = s.square().div(D);
  const noise = Q < s.size ? eigenvalues.slice(0, Q).sum().item() / (N - Q) : 0;
  if (!(noise > 1e-24 * eigenvalues.at(0)))
    throw new ArgumentError(
      `linearGplvmOptimum: Y is explained without noise by ${Q} dimensions; the likelihood has no maximum.`,
    );
  const top = eigenvalues.slice(0, 0, Q);
  const logDet = top.log().sum().item() + (N - Q) * Math.log(noise);
  return {
    X: mul(U.slice(1, 0, Q), sub(top, noise).maximum(0).sqrt()),
    alpha: 1,
    beta: 1 / noise,
    logLikelihood: -0.5 * D * (N * Math.log(2 * Math.PI) + logDet + N),
  };
}
