/**
 * Likelihoods of mixtures as plain differentiable functions of their parameters, for derivations and claims.
 *
 * Components may be given stacked (means [K, d], covariances [K, d, d]) or as lists (μ₁, μ₂, …), in which case
 * each is its own variable.
 */

import { logdet, solve } from "../linalg/index.ts";
import {
  add,
  equal,
  expandDims,
  log,
  logSumExp,
  matmul,
  mul,
  reshape,
  softmax,
  stack,
  sub,
  sum,
  transpose,
  where,
} from "../ops/index.ts";
import { ShapeError, shapeText, type Tensor } from "../tensor/index.ts";

export interface GaussianMixtureParameters {
  /** π [K]. */
  weights: Tensor;
  /** μ [K, d], or one tensor [d] a component. */
  means: Tensor | readonly Tensor[];
  /** Σ [K, d, d], or one tensor [d, d] a component. */
  covariances: Tensor | readonly Tensor[];
}

/** log N(x_n | μ, Σ) for the rows of X [n, d]: [n]. */
export function gaussianLogDensity(X: Tensor, mean: Tensor, covariance: Tensor): Tensor {
  const d = X.shape[1];
  if (
    X.rank !== 2 ||
    mean.rank !== 1 ||
    mean.shape[0] !== d ||
    shapeText(covariance.shape) !== shapeText([d, d])
  )
    throw new ShapeError(
      `gaussianLogDensity: X ${shapeText(X.shape)}, mean ${shapeText(mean.shape)}, covariance ` +
        `${shapeText(covariance.shape)}; expected [n, d], [d] and [d, d].`,
    );
  const Z = transpose(sub(X, mean));
  const squares = sum(mul(Z, solve(covariance, Z)), 0);
  return mul(-0.5, add(squares, add(logdet(covariance), d * Math.log(2 * Math.PI))));
}

/** log π_k + log N(x_n | μ_k, Σ_k), [n, K]. */
export function jointLogProbability(p: GaussianMixtureParameters, X: Tensor): Tensor {
  const { weights, means, covariances } = p;
  if (Array.isArray(means) || Array.isArray(covariances)) {
    const part = (list: Tensor | readonly Tensor[], k: number): Tensor =>
      Array.isArray(list) ? list[k] : (list as Tensor).select(k);
    const columns = Array.from({ length: weights.size }, (_, k) =>
      add(log(weights.select(k)), gaussianLogDensity(X, part(means, k), part(covariances, k))),
    );
    return stack(columns, 1);
  }
  const M = means as Tensor;
  const S = covariances as Tensor;
  const d = X.shape[1];
  const Z = transpose(sub(expandDims(X, 0), expandDims(M, 1)));
  const squares = sum(mul(Z, solve(S, Z)), 1);
  const constant = add(logdet(S), d * Math.log(2 * Math.PI));
  const density = mul(-0.5, add(squares, reshape(constant, [-1, 1])));
  return add(log(weights), transpose(density));
}

/** l(θ) = Σ_n log Σ_k π_k N(x_n | μ_k, Σ_k). */
export function logLikelihood(p: GaussianMixtureParameters, X: Tensor): Tensor {
  return sum(logSumExp(jointLogProbability(p, X), 1));
}

/** r_nk = p(z_n = k | x_n, θ), [n, K]. */
export function responsibilities(p: GaussianMixtureParameters, X: Tensor): Tensor {
  return softmax(jointLogProbability(p, X), 1);
}

export interface BernoulliMixtureParameters {
  /** π [K]. */
  weights: Tensor;
  /** p [K, D]: the chance that each entry is 1. */
  probabilities: Tensor;
}

/** Σ_d x_d log p_d + (1 − x_d) log(1 − p_d) for rows of X and rows of p: [n, K]; 0 log 0 = 0. */
export function bernoulliLogDensity(X: Tensor, probabilities: Tensor): Tensor {
  const sure = (v: number): boolean => v === 0 || v === 1;
  if (probabilities.hasValues && !probabilities.values().some(sure))
    return add(
      matmul(X, transpose(log(probabilities))),
      matmul(sub(1, X), transpose(log(sub(1, probabilities)))),
    );
  // A product with log 0 would turn 0 · −∞ into NaN: choose entry by entry instead.
  const x = expandDims(X, 1);
  const p = expandDims(probabilities, 0);
  const zero = equal(x, 0);
  const ones = where(zero, 0, mul(x, log(where(zero, 1, p))));
  const full = equal(x, 1);
  const zeros = where(full, 0, mul(sub(1, x), log(where(full, 1, sub(1, p)))));
  return sum(add(ones, zeros), 2);
}

/** log π_k + log P(x_i | p_k), [n, K]. */
export function bernoulliJoint(p: BernoulliMixtureParameters, X: Tensor): Tensor {
  return add(log(p.weights), bernoulliLogDensity(X, p.probabilities));
}

/** log P(D | π, p) = Σ_i log Σ_k π_k P(x_i | p_k). */
export function bernoulliLogLikelihood(p: BernoulliMixtureParameters, X: Tensor): Tensor {
  return sum(logSumExp(bernoulliJoint(p, X), 1));
}

/** η(z_k) = E[z_k | x, π, p], [n, K]. */
export function bernoulliResponsibilities(p: BernoulliMixtureParameters, X: Tensor): Tensor {
  return softmax(bernoulliJoint(p, X), 1);
}

/** E[log P(Z, D | p̃, π̃)] = Σ_i Σ_k η_ik [log π̃_k + log P(x_i | p̃_k)]: the Q of EM. */
export function expectedCompleteBernoulli(eta: Tensor, p: BernoulliMixtureParameters, X: Tensor): Tensor {
  return sum(mul(eta, bernoulliJoint(p, X)));
}

/** Q for a Gaussian mixture: Σ_n Σ_k r_nk [log π_k + log N(x_n | μ_k, Σ_k)]. */
export function expectedCompleteGaussian(r: Tensor, p: GaussianMixtureParameters, X: Tensor): Tensor {
  return sum(mul(r, jointLogProbability(p, X)));
}
