/**
 * The M-step of a Gaussian mixture, from moments about a shift to weights, means and covariances.
 *
 *   μ_k = Σ r x / N_k,  Σ_k = Σ r (x − μ_k)(x − μ_k)ᵀ / N_k + ρ I,  π_k = N_k / Σ N
 *
 * N_k carries scikit-learn's 10 ε, so that an empty component stays finite in the same way.
 */

import type { Data } from "../../models/rows.ts";
import { type CovarianceType, type GaussianParams, precisionsCholesky } from "./parameters.ts";
import type { Moments } from "./pass.ts";

/** Σ_n (x_n − x̄)(x_n − x̄)ᵀ and x̄: what the tied covariance needs of the data, once a fit. */
export interface Scatter {
  mean: Float64Array;
  matrix: Float64Array;
  n: number;
}

/** x̄, [d]. */
export function meanOf({ x, n, d }: Data): Float64Array {
  const mean = new Float64Array(d);
  for (let i = 0, j = 0; i < x.length; i++, j = j + 1 === d ? 0 : j + 1) mean[j] += x[i] / n;
  return mean;
}

export function scatterOf(data: Data): Scatter {
  const { x, n, d } = data;
  const mean = meanOf(data);
  const matrix = new Float64Array(d * d);
  const z = new Float64Array(d);
  for (let row = 0; row < n; row++) {
    for (let i = 0; i < d; i++) z[i] = x[row * d + i] - mean[i];
    for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) matrix[i * d + j] += z[i] * z[j];
  }
  mirror(matrix, 0, d);
  return { mean, matrix, n };
}

export function mirror(a: Float64Array, at: number, d: number): void {
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) a[at + j * d + i] = a[at + i * d + j];
}

/** New parameters. `scatter` is needed for "tied" only. */
export function maximise(
  type: CovarianceType,
  d: number,
  s: Moments,
  regCovar: number,
  scatter?: Scatter,
): GaussianParams {
  const K = s.counts.length;
  const N = s.counts.map((c) => c + 10 * Number.EPSILON);
  const total = N.reduce((a, b) => a + b, 0);
  const means = new Float64Array(K * d);
  const move = new Float64Array(K * d);
  for (let k = 0; k < K; k++)
    for (let i = k * d; i < (k + 1) * d; i++) {
      means[i] = (s.first[i] + s.counts[k] * s.shift[i]) / N[k];
      move[i] = means[i] - s.shift[i];
    }
  const covariances =
    type === "tied"
      ? tied(scatter as Scatter, s.counts, means, d, regCovar)
      : type === "full"
        ? full(s, N, move, d, regCovar)
        : diagonal(s, N, move, d, regCovar, type === "spherical");
  return {
    type,
    K,
    d,
    weights: N.map((v) => v / total),
    means,
    covariances,
    precisionsCholesky: precisionsCholesky(type, covariances, d),
  };
}

function full(s: Moments, N: Float64Array, move: Float64Array, d: number, reg: number): Float64Array {
  const out = new Float64Array(s.second.length);
  for (let k = 0; k < N.length; k++) {
    const at = k * d * d;
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) {
        const [u, v] = [move[k * d + i], move[k * d + j]];
        const [a, b] = [s.first[k * d + i], s.first[k * d + j]];
        out[at + i * d + j] = (s.second[at + i * d + j] - u * b - a * v + s.counts[k] * u * v) / N[k];
      }
      out[at + i * d + i] += reg;
    }
    mirror(out, at, d);
  }
  return out;
}

function diagonal(
  s: Moments,
  N: Float64Array,
  move: Float64Array,
  d: number,
  reg: number,
  spherical: boolean,
): Float64Array {
  const out = s.second.map((q, i) => {
    const k = Math.floor(i / d);
    return Math.max(0, (q - 2 * move[i] * s.first[i] + s.counts[k] * move[i] * move[i]) / N[k]) + reg;
  });
  if (!spherical) return out;
  return N.map((_, k) => out.subarray(k * d, (k + 1) * d).reduce((a, b) => a + b, 0) / d);
}

function tied(
  { mean, matrix, n }: Scatter,
  counts: Float64Array,
  means: Float64Array,
  d: number,
  reg: number,
): Float64Array {
  const out = matrix.slice();
  for (let k = 0; k < counts.length; k++)
    for (let i = 0; i < d; i++)
      for (let j = 0; j <= i; j++)
        out[i * d + j] -= counts[k] * (means[k * d + i] - mean[i]) * (means[k * d + j] - mean[j]);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) out[i * d + j] /= n;
    out[i * d + i] += reg;
  }
  mirror(out, 0, d);
  return out;
}
