/**
 * Parameters of a Gaussian mixture and the four shapes of its covariances:
 * full [K, d, d], tied [d, d], diag [K, d], spherical [K].
 *
 * `precisionsCholesky` is the upper triangular W with W Wᵀ = Σ⁻¹ (1/σ for diag and spherical), as in scikit-learn.
 */

import { choleskyFactor, solveTriangle } from "../../linalg/dense/cholesky.ts";
import { ArgumentError, NumericalError } from "../../tensor/index.ts";

export type CovarianceType = "full" | "tied" | "diag" | "spherical";

export interface GaussianParams {
  type: CovarianceType;
  K: number;
  d: number;
  weights: Float64Array;
  /** K × d. */
  means: Float64Array;
  covariances: Float64Array;
  precisionsCholesky: Float64Array;
}

export function covarianceShape(type: CovarianceType, K: number, d: number): number[] {
  return { full: [K, d, d], tied: [d, d], diag: [K, d], spherical: [K] }[type];
}

/** Numbers that can vary: means, covariances, and weights less their constraint. */
export function freeParameters(type: CovarianceType, K: number, d: number): number {
  const covariance = { full: (K * d * (d + 1)) / 2, tied: (d * (d + 1)) / 2, diag: K * d, spherical: K };
  return covariance[type] + d * K + K - 1;
}

const LOWER = { lower: true, transposed: false, unitDiagonal: false };

/** W of every covariance. Throws a NumericalError that names a component whose covariance has collapsed. */
export function precisionsCholesky(type: CovarianceType, covariances: Float64Array, d: number): Float64Array {
  if (type === "diag" || type === "spherical")
    return covariances.map((v, i) => {
      if (!(v > 0)) throw collapsed(type === "diag" ? Math.floor(i / d) : i, v);
      return 1 / Math.sqrt(v);
    });
  const out = new Float64Array(covariances.length);
  for (let k = 0; k * d * d < covariances.length; k++) {
    const L = covariances.slice(k * d * d, (k + 1) * d * d);
    const bad = choleskyFactor(L, d);
    if (bad) throw collapsed(type === "tied" ? null : k, bad.value);
    const inverse = identity(d);
    solveTriangle(L, inverse, d, d, LOWER);
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) out[k * d * d + i * d + j] = inverse[j * d + i];
  }
  return out;
}

function identity(d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) out[i * d + i] = 1;
  return out;
}

function collapsed(component: number | null, pivot: number): NumericalError {
  return new NumericalError(
    `GaussianMixture: the covariance${component === null ? "" : ` of component ${component}`} is not positive definite ` +
      `(pivot ${pivot.toExponential(1)}): it has collapsed onto few or equal samples. ` +
      "Use fewer components, raise regCovar, or scale the data to unit variance.",
  );
}

/** W and covariances from given precisions, checked to be symmetric positive definite. */
export function fromPrecisions(
  type: CovarianceType,
  precisions: Float64Array,
  d: number,
): { precisionsCholesky: Float64Array; covariances: Float64Array } {
  if (type === "diag" || type === "spherical") {
    if (precisions.some((p) => !(p > 0)))
      throw new ArgumentError(`GaussianMixture: precisionsInit must be positive for "${type}".`);
    return { precisionsCholesky: precisions.map(Math.sqrt), covariances: precisions.map((p) => 1 / p) };
  }
  const W = new Float64Array(precisions.length);
  const covariances = new Float64Array(precisions.length);
  for (let k = 0; k * d * d < precisions.length; k++) {
    const at = k * d * d;
    // Reversing rows and columns turns the lower factor into the upper one.
    const flipped = new Float64Array(d * d);
    for (let i = 0; i < d * d; i++) flipped[i] = precisions[at + d * d - 1 - i];
    if (!symmetric(flipped, d) || choleskyFactor(flipped, d))
      throw new ArgumentError(`GaussianMixture: precisionsInit must be symmetric and positive definite.`);
    for (let i = 0; i < d * d; i++) W[at + i] = flipped[d * d - 1 - i];
    const inverse = identity(d);
    const upper = { lower: false, transposed: false, unitDiagonal: false };
    solveTriangle(W.subarray(at, at + d * d), inverse, d, d, upper);
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++)
        for (let p = 0; p < d; p++) covariances[at + i * d + j] += inverse[p * d + i] * inverse[p * d + j];
  }
  return { precisionsCholesky: W, covariances };
}

function symmetric(a: Float64Array, d: number): boolean {
  for (let i = 0; i < d; i++)
    for (let j = 0; j < i; j++) {
      const [u, v] = [a[i * d + j], a[j * d + i]];
      if (!(Math.abs(u - v) <= 1e-8 + 1e-5 * Math.abs(v))) return false;
    }
  return true;
}

/** Precisions W Wᵀ in the covariances' shape. */
export function precisionsOf(type: CovarianceType, W: Float64Array, d: number): Float64Array {
  if (type === "diag" || type === "spherical") return W.map((w) => w * w);
  const out = new Float64Array(W.length);
  for (let at = 0; at < W.length; at += d * d)
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++)
        for (let p = 0; p < d; p++) out[at + i * d + j] += W[at + i * d + p] * W[at + j * d + p];
  return out;
}

/** log π_k + log|W_k| − d/2 log 2π for each component: what does not depend on the sample. */
export function logConstants(p: GaussianParams): Float64Array {
  const { type, d, precisionsCholesky: W } = p;
  return p.weights.map((weight, k) => {
    let log = Math.log(weight) - 0.5 * d * Math.log(2 * Math.PI);
    for (let i = 0; i < d; i++) log += Math.log(type === "spherical" ? W[k] : W[diagonalAt(type, k, i, d)]);
    return log;
  });
}

function diagonalAt(type: CovarianceType, k: number, i: number, d: number): number {
  if (type === "diag") return k * d + i;
  return (type === "tied" ? 0 : k * d * d) + i * (d + 1);
}
