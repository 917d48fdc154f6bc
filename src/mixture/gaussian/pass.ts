/**
 * One pass over the data: log densities, responsibilities and moments, block by block.
 *
 * Samples are taken in blocks stored dimension by dimension, so that every inner loop walks samples with
 * unit stride and four dimensions at a time. Moments are accumulated about the current means, whose
 * deviations the densities need anyway: near convergence nothing cancels.
 */

import type { Data } from "../../models/rows.ts";
import { gaussianAccelerated } from "../accelerated.ts";
import { type GaussianParams, logConstants } from "./parameters.ts";

/** Expected sufficient statistics, about the point `shift` of each component. */
export interface Moments {
  /** Σ_n r_nk. */
  counts: Float64Array;
  /** K × d. */
  shift: Float64Array;
  /** Σ_n r_nk (x_n − shift_k), K × d. */
  first: Float64Array;
  /** full: Σ_n r_nk z zᵀ, K × d × d, lower triangles; diag, spherical: Σ_n r_nk z², K × d; tied: empty. */
  second: Float64Array;
}

export interface Sinks {
  /** log p(x_n), n. */
  logProb?: Float64Array;
  /** Posterior probabilities, n × K. */
  responsibilities?: Float64Array;
  moments?: Moments;
}

export function emptyMoments(p: Pick<GaussianParams, "type" | "K" | "d" | "means">): Moments {
  const { type, K, d } = p;
  return {
    counts: new Float64Array(K),
    shift: p.means.slice(),
    first: new Float64Array(K * d),
    second: new Float64Array(type === "full" ? K * d * d : type === "tied" ? 0 : K * d),
  };
}

const BLOCK = 256;

/** Fills the sinks and returns Σ_n log p(x_n). */
export function gaussianPass(data: Data, p: GaussianParams, sinks: Sinks): number {
  const quick = gaussianAccelerated(data, p, sinks);
  if (quick !== undefined) return quick;
  const { x, n, d } = data;
  const { K } = p;
  const B = Math.min(BLOCK, Math.max(1, n));
  const xt = new Float64Array(d * B);
  const z = new Float64Array(d * B);
  const y = new Float64Array(B);
  const joint = new Float64Array(K * B);
  const norms = new Float64Array(B);
  const constants = logConstants(p);
  let total = 0;
  for (let start = 0; start < n; start += B) {
    const m = Math.min(B, n - start);
    for (let b = 0; b < m; b++) for (let i = 0; i < d; i++) xt[i * B + b] = x[(start + b) * d + i];
    for (let k = 0; k < K; k++) {
      centre(xt, p.means, k, d, B, m, z);
      const q = joint.subarray(k * B, k * B + m);
      mahalanobis(p, k, z, y, q, B, m);
      for (let b = 0; b < m; b++) q[b] = constants[k] - 0.5 * q[b];
    }
    total += normalise(joint, norms, p.weights, K, B, m);
    if (sinks.logProb) sinks.logProb.set(norms.subarray(0, m), start);
    if (sinks.responsibilities)
      for (let b = 0; b < m; b++)
        for (let k = 0; k < K; k++) sinks.responsibilities[(start + b) * K + k] = joint[k * B + b];
    if (sinks.moments)
      for (let k = 0; k < K; k++) {
        centre(xt, sinks.moments.shift, k, d, B, m, z);
        accumulate(sinks.moments, k, z, joint.subarray(k * B, k * B + m), d, B, m, p.type);
      }
  }
  return total;
}

/** Moments of given responsibilities (n × K) about the given points. */
export function momentsOf(
  data: Data,
  type: GaussianParams["type"],
  R: Float64Array,
  shift: Float64Array,
): Moments {
  const { x, n, d } = data;
  const K = shift.length / d;
  const out = emptyMoments({ type, K, d, means: shift });
  const z = new Float64Array(d * BLOCK);
  const xt = new Float64Array(d * BLOCK);
  const r = new Float64Array(BLOCK);
  const rows = new Int32Array(BLOCK);
  for (let start = 0; start < n; start += BLOCK) {
    const m = Math.min(BLOCK, n - start);
    for (let b = 0; b < m; b++) for (let i = 0; i < d; i++) xt[i * BLOCK + b] = x[(start + b) * d + i];
    for (let k = 0; k < K; k++) {
      // Rows of another component, as k-means leaves most of them, add nothing.
      let own = 0;
      for (let b = 0; b < m; b++) {
        const share = R[(start + b) * K + k];
        if (share === 0) continue;
        r[own] = share;
        rows[own++] = b;
      }
      for (let i = 0; i < d; i++) {
        const mean = shift[k * d + i];
        for (let b = 0; b < own; b++) z[i * BLOCK + b] = xt[i * BLOCK + rows[b]] - mean;
      }
      accumulate(out, k, z, r.subarray(0, own), d, BLOCK, own, type);
    }
  }
  return out;
}

function centre(
  xt: Float64Array,
  means: Float64Array,
  k: number,
  d: number,
  B: number,
  m: number,
  z: Float64Array,
): void {
  for (let i = 0; i < d; i++) {
    const mean = means[k * d + i];
    for (let b = i * B; b < i * B + m; b++) z[b] = xt[b] - mean;
  }
}

/** q[b] = ‖z_bᵀ W‖² for component k. */
function mahalanobis(
  p: GaussianParams,
  k: number,
  z: Float64Array,
  y: Float64Array,
  q: Float64Array,
  B: number,
  m: number,
): void {
  const { type, d, precisionsCholesky: W } = p;
  q.fill(0);
  if (type === "diag" || type === "spherical") {
    for (let i = 0; i < d; i++) {
      const w = type === "diag" ? W[k * d + i] : W[k];
      const w2 = w * w;
      for (let b = 0; b < m; b++) q[b] += w2 * z[i * B + b] * z[i * B + b];
    }
    return;
  }
  const at = type === "full" ? k * d * d : 0;
  for (let j = 0; j < d; j++) {
    y.fill(0);
    let i = 0;
    for (; i + 3 <= j; i += 4) {
      const w0 = W[at + i * d + j];
      const w1 = W[at + (i + 1) * d + j];
      const w2 = W[at + (i + 2) * d + j];
      const w3 = W[at + (i + 3) * d + j];
      const [z0, z1, z2, z3] = [i * B, (i + 1) * B, (i + 2) * B, (i + 3) * B];
      for (let b = 0; b < m; b++) y[b] += w0 * z[z0 + b] + w1 * z[z1 + b] + w2 * z[z2 + b] + w3 * z[z3 + b];
    }
    for (; i <= j; i++) {
      const w = W[at + i * d + j];
      for (let b = 0; b < m; b++) y[b] += w * z[i * B + b];
    }
    for (let b = 0; b < m; b++) q[b] += y[b] * y[b];
  }
}

/** Joint log densities → responsibilities in place; log p(x) in `norms`; returns its sum. */
export function normalise(
  joint: Float64Array,
  norms: Float64Array,
  weights: Float64Array,
  K: number,
  B: number,
  m: number,
): number {
  let total = 0;
  for (let b = 0; b < m; b++) {
    let top = joint[b];
    for (let k = 1; k < K; k++) if (joint[k * B + b] > top) top = joint[k * B + b];
    if (top === Number.NEGATIVE_INFINITY) {
      // No component can make this sample: its posterior is the prior.
      for (let k = 0; k < K; k++) joint[k * B + b] = weights[k];
      norms[b] = top;
      total += top;
      continue;
    }
    let s = 0;
    for (let k = 0; k < K; k++) {
      const e = Math.exp(joint[k * B + b] - top);
      joint[k * B + b] = e;
      s += e;
    }
    for (let k = 0; k < K; k++) joint[k * B + b] /= s;
    norms[b] = top + Math.log(s);
    total += norms[b];
  }
  return total;
}

function accumulate(
  out: Moments,
  k: number,
  z: Float64Array,
  r: Float64Array,
  d: number,
  B: number,
  m: number,
  type: GaussianParams["type"],
): void {
  let count = 0;
  for (let b = 0; b < m; b++) count += r[b];
  out.counts[k] += count;
  const { first, second } = out;
  const w = new Float64Array(m);
  for (let i = 0; i < d; i++) {
    const zi = i * B;
    let s = 0;
    for (let b = 0; b < m; b++) s += w[b] = r[b] * z[zi + b];
    first[k * d + i] += s;
    if (type === "tied") continue;
    if (type !== "full") {
      let q = 0;
      for (let b = 0; b < m; b++) q += w[b] * z[zi + b];
      second[k * d + i] += q;
      continue;
    }
    const row = k * d * d + i * d;
    let j = 0;
    for (; j + 3 <= i; j += 4) {
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      const [z0, z1, z2, z3] = [j * B, (j + 1) * B, (j + 2) * B, (j + 3) * B];
      for (let b = 0; b < m; b++) {
        const v = w[b];
        s0 += v * z[z0 + b];
        s1 += v * z[z1 + b];
        s2 += v * z[z2 + b];
        s3 += v * z[z3 + b];
      }
      second[row + j] += s0;
      second[row + j + 1] += s1;
      second[row + j + 2] += s2;
      second[row + j + 3] += s3;
    }
    for (; j <= i; j++) {
      let q = 0;
      for (let b = 0; b < m; b++) q += w[b] * z[j * B + b];
      second[row + j] += q;
    }
  }
}
