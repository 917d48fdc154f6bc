/**
 * Fitting a Gaussian mixture by gradient ascent, for comparison with EM.
 *
 * Free parameters θ: π = softmax(a), μ, and Σ = L Lᵀ + ρI with exp on the diagonal of L (σ² = e^{2s} + ρ
 * for diag and spherical). The gradient of the mean log-likelihood comes from the E-step's moments:
 *   ∂l/∂a_k = N_k − n π_k,   ∂l/∂μ_k = Σ_k⁻¹ Σ_n r_nk (x_n − μ_k),   ∂l/∂Σ_k = ½ Σ_k⁻¹ (S_k − N_k Σ_k) Σ_k⁻¹.
 */

import { choleskyFactor } from "../../linalg/dense/cholesky.ts";
import type { Data } from "../../models/rows.ts";
import { ArgumentError, NumericalError } from "../../tensor/index.ts";
import type { CurvePoint, EmResult } from "../em.ts";
import { scatterOf } from "./maximise.ts";
import { type GaussianParams, precisionsCholesky, precisionsOf } from "./parameters.ts";
import { emptyMoments, gaussianPass, type Moments } from "./pass.ts";

/** Settings of `fitByGradient`. */
export interface AscentOptions {
  /** "adam" (default), or "gradient" for plain steps. */
  optimizer?: "adam" | "gradient";
  /** Default 0.05 for Adam, 0.5 for plain steps. */
  learningRate?: number;
  /** Default 1000. */
  maxIter?: number;
  /** Stop when the mean log-likelihood has changed by less in each of 10 steps. Default 1e-6. */
  tol?: number;
  regCovar?: number;
  onIteration?: (point: CurvePoint, params: GaussianParams) => unknown;
}

interface Theta {
  logits: Float64Array;
  means: Float64Array;
  /** L with the logarithm of its diagonal, or log σ. */
  scale: Float64Array;
}

/** Climbs from `start`; keeps the best parameters met. */
export function ascend(data: Data, start: GaussianParams, o: AscentOptions): EmResult<GaussianParams> {
  const { optimizer = "adam", maxIter = 1000, tol = 1e-6, regCovar = 0 } = o;
  const rate = o.learningRate ?? (optimizer === "adam" ? 0.05 : 0.5);
  if (optimizer !== "adam" && optimizer !== "gradient")
    throw new ArgumentError(`fitByGradient: optimizer must be "adam" or "gradient"; got "${optimizer}".`);
  if (!Number.isInteger(maxIter) || maxIter < 1)
    throw new ArgumentError(`fitByGradient: maxIter must be a positive integer; got ${maxIter}.`);
  if (!(rate > 0)) throw new ArgumentError(`fitByGradient: learningRate must be positive; got ${rate}.`);
  const scatter = start.type === "tied" ? tiedMoments(data) : undefined;
  const theta = toTheta(start, regCovar);
  const update = optimizer === "adam" ? adam(rate) : plain(rate);
  let params = start;
  let best = { params, lowerBound: Number.NEGATIVE_INFINITY };
  let [before, still] = [Number.NEGATIVE_INFINITY, 0];
  const curve: CurvePoint[] = [];
  const began = performance.now();
  for (let iteration = 1; iteration <= maxIter; iteration++) {
    const moments = emptyMoments(params);
    const logLikelihood = gaussianPass(data, params, { moments }) / data.n;
    if (!Number.isFinite(logLikelihood))
      throw new NumericalError(
        `fitByGradient: the log-likelihood became ${logLikelihood} in iteration ${iteration}; use a smaller learningRate.`,
      );
    if (logLikelihood > best.lowerBound) best = { params, lowerBound: logLikelihood };
    const point = { iteration, seconds: (performance.now() - began) / 1000, logLikelihood };
    curve.push(point);
    still = Math.abs(logLikelihood - before) < tol ? still + 1 : 0;
    before = logLikelihood;
    const stopped = o.onIteration?.(point, params) === false;
    if (still >= 10 || stopped) return { ...best, converged: still >= 10, nIter: iteration, curve };
    const g = gradient(moments, params, theta, data.n, regCovar, scatter);
    for (const key of ["logits", "means", "scale"] as const) update(key, theta[key], g[key]);
    params = fromTheta(theta, params, regCovar);
  }
  return { ...best, converged: false, nIter: maxIter, curve };
}

type Update = (key: string, x: Float64Array, g: Float64Array) => void;

const plain =
  (rate: number): Update =>
  (_, x, g) => {
    for (let i = 0; i < x.length; i++) x[i] += rate * g[i];
  };

/** Adam (Kingma & Ba 2015) with its usual constants. */
function adam(rate: number): Update {
  const state = new Map<string, { m: Float64Array; v: Float64Array; t: number }>();
  return (key, x, g) => {
    const s = state.get(key) ?? { m: new Float64Array(x.length), v: new Float64Array(x.length), t: 0 };
    state.set(key, s);
    s.t++;
    for (let i = 0; i < x.length; i++) {
      s.m[i] = 0.9 * s.m[i] + 0.1 * g[i];
      s.v[i] = 0.999 * s.v[i] + 0.001 * g[i] * g[i];
      x[i] += (rate * (s.m[i] / (1 - 0.9 ** s.t))) / (Math.sqrt(s.v[i] / (1 - 0.999 ** s.t)) + 1e-8);
    }
  };
}

const matrices = (p: GaussianParams): boolean => p.type === "full" || p.type === "tied";

export function toTheta(p: GaussianParams, reg: number): Theta {
  const { d } = p;
  const logits = p.weights.map((w) => Math.log(Math.max(w, 1e-300)));
  const means = p.means.slice();
  if (!matrices(p))
    return { logits, means, scale: p.covariances.map((v) => 0.5 * Math.log(Math.max(v - reg, 1e-12 * v))) };
  const scale = new Float64Array(p.covariances.length);
  for (let at = 0; at < scale.length; at += d * d) {
    const L = p.covariances.slice(at, at + d * d);
    for (let i = 0; i < d; i++) L[i * (d + 1)] -= reg;
    if (choleskyFactor(L, d)) {
      // The start is no more than regularisation: begin from it whole.
      L.set(p.covariances.subarray(at, at + d * d));
      choleskyFactor(L, d);
    }
    for (let i = 0; i < d; i++) L[i * (d + 1)] = Math.log(L[i * (d + 1)]);
    scale.set(L, at);
  }
  return { logits, means, scale };
}

export function fromTheta(theta: Theta, like: GaussianParams, reg: number): GaussianParams {
  const { type, d } = like;
  const top = theta.logits.reduce((a, b) => Math.max(a, b));
  const e = theta.logits.map((a) => Math.exp(a - top));
  const total = e.reduce((a, b) => a + b, 0);
  const covariances = matrices(like)
    ? squared(theta.scale, d, reg)
    : theta.scale.map((s) => Math.exp(2 * s) + reg);
  return {
    ...like,
    weights: e.map((v) => v / total),
    means: theta.means.slice(),
    covariances,
    precisionsCholesky: precisionsCholesky(type, covariances, d),
  };
}

const entry = (L: Float64Array, at: number, i: number, j: number, d: number): number =>
  i === j ? Math.exp(L[at + i * d + i]) : L[at + i * d + j];

function squared(scale: Float64Array, d: number, reg: number): Float64Array {
  const out = new Float64Array(scale.length);
  for (let at = 0; at < scale.length; at += d * d)
    for (let i = 0; i < d; i++)
      for (let j = 0; j <= i; j++) {
        let s = i === j ? reg : 0;
        for (let p = 0; p <= j; p++) s += entry(scale, at, i, p, d) * entry(scale, at, j, p, d);
        out[at + i * d + j] = out[at + j * d + i] = s;
      }
  return out;
}

/** Second moments of the tied case: Σ_k S_k(μ_k), from the data's scatter and the first moments. */
function tiedMoments(data: Data): (s: Moments, d: number) => Float64Array {
  const { mean, matrix } = scatterOf(data);
  return (s, d) => {
    const out = matrix.slice();
    for (let k = 0; k < s.counts.length; k++)
      for (let i = 0; i < d; i++)
        for (let j = 0; j <= i; j++) {
          const [u, v] = [s.shift[k * d + i] - mean[i], s.shift[k * d + j] - mean[j]];
          const [a, b] = [s.first[k * d + i], s.first[k * d + j]];
          out[i * d + j] -= u * b + a * v + s.counts[k] * u * v;
        }
    return out;
  };
}

/** ∂(mean log-likelihood)/∂θ. */
export function gradient(
  s: Moments,
  p: GaussianParams,
  theta: Theta,
  n: number,
  reg: number,
  tiedSecond?: (s: Moments, d: number) => Float64Array,
): Theta {
  const { type, K, d } = p;
  const logits = s.counts.map((c, k) => c / n - p.weights[k]);
  const means = new Float64Array(K * d);
  const scale = new Float64Array(theta.scale.length);
  const precisions = precisionsOf(type, p.precisionsCholesky, d);
  if (!matrices(p)) {
    for (let i = 0; i < K * d; i++) {
      const k = Math.floor(i / d);
      const at = type === "diag" ? i : k;
      means[i] = (precisions[at] * s.first[i]) / n;
      const slope = (0.5 * precisions[at] * (precisions[at] * s.second[i] - s.counts[k])) / n;
      scale[at] += slope * 2 * (p.covariances[at] - reg);
    }
    return { logits, means, scale };
  }
  const second = type === "tied" ? (tiedSecond as (s: Moments, d: number) => Float64Array)(s, d) : s.second;
  for (let k = 0; k < K; k++) {
    const P = precisions.subarray(type === "tied" ? 0 : k * d * d).subarray(0, d * d);
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) means[k * d + i] += (P[i * d + j] * s.first[k * d + j]) / n;
    if (type === "tied" && k > 0) continue;
    scaleGradient(P, second, k * d * d, type === "tied" ? n : s.counts[k], theta.scale, d, n, scale);
  }
  return { logits, means, scale };
}

/** The lower triangle of Σ⁻¹ (S − N Σ) Σ⁻¹ L / n, the diagonal times L_ii. */
function scaleGradient(
  P: Float64Array,
  second: Float64Array,
  at: number,
  N: number,
  scale: Float64Array,
  d: number,
  n: number,
  out: Float64Array,
): void {
  const G = new Float64Array(d * d);
  const PS = new Float64Array(d * d);
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++)
      for (let k = 0; k < d; k++)
        PS[i * d + j] += P[i * d + k] * second[at + Math.max(k, j) * d + Math.min(k, j)];
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++) {
      let s = -N * P[i * d + j];
      for (let k = 0; k < d; k++) s += PS[i * d + k] * P[k * d + j];
      G[i * d + j] = s / n;
    }
  for (let i = 0; i < d; i++)
    for (let j = 0; j <= i; j++) {
      let s = 0;
      for (let k = j; k < d; k++) s += G[i * d + k] * entry(scale, at, k, j, d);
      out[at + i * d + j] = i === j ? s * Math.exp(scale[at + i * d + i]) : s;
    }
}
