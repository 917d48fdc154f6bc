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

/** π [K], μ [K, d] and Σ [K, d, d] of a Gaussian mixture, stacked or in lists. */
export interface GaussianMixtureParameters {
  /** π [K]. */
  weights: Tensor;
  /** μ [K, d], or one tensor [d] a component. */
  means: Tensor | readonly Tensor[];
  /** Σ [K, d, d], or one tensor [d, d] a component. */
  covariances: Tensor | readonly Tensor[];
}

/**
 * log N(x_n | μ, Σ) = −½ [(x_n − μ)ᵀ Σ⁻¹ (x_n − μ) + log|Σ| + d log 2π] for the rows of X [n, d]: [n].
 * @throws ShapeError unless the mean is [d] and the covariance [d, d]
 * @example
 * ```ts
 * gaussianLogDensity(tensor([[0], [1]]), tensor([0]), tensor([[1]])); // → tensor([-0.9189, -1.4189], shape=[2], float64)
 * ```
 */
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

/**
 * log π_k + log N(x_n | μ_k, Σ_k), [n, K].
 * @example
 * ```ts
 * const p = { weights: tensor([0.5, 0.5]), means: tensor([[0, 0], [4, 4]]), covariances: stack([eye(2), eye(2)]) };
 * const X = tensor([[0, 0], [4, 4], [2, 2]]);
 * jointLogProbability(p, X).shape; // → [ 3, 2 ]
 * ```
 */
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

/**
 * l(θ) = Σ_n log Σ_k π_k N(x_n | μ_k, Σ_k).
 * @example
 * ```ts
 * const p = { weights: tensor([0.5, 0.5]), means: tensor([[0, 0], [4, 4]]), covariances: stack([eye(2), eye(2)]) };
 * const X = tensor([[0, 0], [4, 4], [2, 2]]);
 * logLikelihood(p, X); // → tensor(-10.8999253353, float64)
 * grad((means: Tensor) => logLikelihood({ ...p, means }, X))(p.means).shape; // → [ 2, 2 ]
 * ```
 */
export function logLikelihood(p: GaussianMixtureParameters, X: Tensor): Tensor {
  return sum(logSumExp(jointLogProbability(p, X), 1));
}

/**
 * r_nk = p(z_n = k | x_n, θ) = π_k N(x_n | μ_k, Σ_k) / Σ_j π_j N(x_n | μ_j, Σ_j), [n, K].
 * @example
 * ```ts
 * const p = { weights: tensor([0.5, 0.5]), means: tensor([[0, 0], [4, 4]]), covariances: stack([eye(2), eye(2)]) };
 * const X = tensor([[0, 0], [4, 4], [2, 2]]);
 * responsibilities(p, X).greater(0.9); // → [[1,0],[0,1],[0,0]]
 * ```
 */
export function responsibilities(p: GaussianMixtureParameters, X: Tensor): Tensor {
  return softmax(jointLogProbability(p, X), 1);
}

/** π [K] and p [K, D] of a Bernoulli mixture. */
export interface BernoulliMixtureParameters {
  /** π [K]. */
  weights: Tensor;
  /** p [K, D]: the chance that each entry is 1. */
  probabilities: Tensor;
}

/**
 * Σ_d x_d log p_d + (1 − x_d) log(1 − p_d) for rows of X and rows of p: [n, K]; 0 log 0 = 0.
 * @example
 * ```ts
 * bernoulliLogDensity(tensor([[1, 0]]), tensor([[0.5, 0.5], [1, 0]])).exp(); // → tensor([[0.25, 1.00]], shape=[1, 2], float64)
 * ```
 */
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

/**
 * log π_k + log P(x_i | p_k), [n, K].
 * @example
 * ```ts
 * const p = { weights: tensor([0.5, 0.5]), probabilities: tensor([[0.9, 0.9], [0.1, 0.2]]) };
 * const X = tensor([[1, 1], [0, 1]]);
 * bernoulliJoint(p, X).exp().select(0); // → tensor([0.405, 0.010], shape=[2], float64)
 * ```
 */
export function bernoulliJoint(p: BernoulliMixtureParameters, X: Tensor): Tensor {
  return add(log(p.weights), bernoulliLogDensity(X, p.probabilities));
}

/**
 * log P(D | π, p) = Σ_i log Σ_k π_k P(x_i | p_k).
 * @example
 * ```ts
 * const p = { weights: tensor([0.5, 0.5]), probabilities: tensor([[0.9, 0.9], [0.1, 0.2]]) };
 * const X = tensor([[1, 1], [0, 1]]);
 * bernoulliLogLikelihood(p, X); // → tensor(-2.8819572593, float64)
 * ```
 */
export function bernoulliLogLikelihood(p: BernoulliMixtureParameters, X: Tensor): Tensor {
  return sum(logSumExp(bernoulliJoint(p, X), 1));
}

/**
 * η(z_k) = E[z_k | x, π, p], [n, K].
 * @example
 * ```ts
 * const p = { weights: tensor([0.5, 0.5]), probabilities: tensor([[0.9, 0.9], [0.1, 0.2]]) };
 * const X = tensor([[1, 1], [0, 1]]);
 * bernoulliResponsibilities(p, X).sum(1); // → tensor([1, 1], shape=[2], float64)
 * ```
 */
export function bernoulliResponsibilities(p: BernoulliMixtureParameters, X: Tensor): Tensor {
  return softmax(bernoulliJoint(p, X), 1);
}

/**
 * E[log P(Z, D | p̃, π̃)] = Σ_i Σ_k η_ik [log π̃_k + log P(x_i | p̃_k)]: the Q of EM.
 * @example
 * ```ts
 * const p = { weights: tensor([0.5, 0.5]), probabilities: tensor([[0.9, 0.9], [0.1, 0.2]]) };
 * const X = tensor([[1, 1], [0, 1]]);
 * const eta = bernoulliResponsibilities(p, X);
 * const N = eta.sum(0);
 * const best = { weights: N.div(2), probabilities: eta.T.matmul(X).div(N.reshape([2, 1])) };
 * expectedCompleteBernoulli(eta, best, X).greaterEqual(expectedCompleteBernoulli(eta, p, X)); // → tensor(true, bool)
 * ```
 */
export function expectedCompleteBernoulli(eta: Tensor, p: BernoulliMixtureParameters, X: Tensor): Tensor {
  return sum(mul(eta, bernoulliJoint(p, X)));
}

/**
 * Q for a Gaussian mixture: Σ_n Σ_k r_nk [log π_k + log N(x_n | μ_k, Σ_k)].
 * @example
 * ```ts
 * const p = { weights: tensor([0.5, 0.5]), means: tensor([[0, 0], [4, 4]]), covariances: stack([eye(2), eye(2)]) };
 * const X = tensor([[0, 0], [4, 4], [2, 2]]);
 * const r = responsibilities(p, X);
 * const best = { ...p, means: r.T.matmul(X).div(r.sum(0).reshape([2, 1])) };
 * expectedCompleteGaussian(r, best, X).greaterEqual(expectedCompleteGaussian(r, p, X)); // → tensor(true, bool)
 * ```
 */
export function expectedCompleteGaussian(r: Tensor, p: GaussianMixtureParameters, X: Tensor): Tensor {
  return sum(mul(r, jointLogProbability(p, X)));
}
