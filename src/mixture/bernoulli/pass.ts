/**
 * One pass over packed binary rows: log-likelihoods, responsibilities, expected counts.
 */

import { bernoulliAccelerated } from "../accelerated.ts";
import { normalise } from "../gaussian/pass.ts";
import { type Bits, columnSums, logTables } from "./bits.ts";

export interface BernoulliParams {
  K: number;
  d: number;
  weights: Float64Array;
  /** K × d. */
  probabilities: Float64Array;
}

/** Expected sufficient statistics. */
export interface Counts {
  n: number;
  /** N_k = Σ_i η_ik. */
  counts: Float64Array;
  /** Σ_i η_ik x_i, K × d. */
  sums: Float64Array;
}

export interface BernoulliSinks {
  logProb?: Float64Array;
  responsibilities?: Float64Array;
  counts?: Counts;
}

const BLOCK = 256;

/** Fills the sinks and returns Σ_i log P(x_i). */
export function bernoulliPass(data: Bits, p: BernoulliParams, sinks: BernoulliSinks): number {
  const quick = bernoulliAccelerated(data, p, sinks);
  if (quick !== undefined) return quick;
  const { n, d, width, bytes } = data;
  const { K } = p;
  const tables = logTables(p.probabilities, K, d);
  const prior = p.weights.map(Math.log);
  const rows = new Float64Array(BLOCK * K);
  const joint = new Float64Array(K * BLOCK);
  const norms = new Float64Array(BLOCK);
  const patterns = sinks.counts ? new Float64Array(width * 256 * K) : null;
  let total = 0;
  for (let start = 0; start < n; start += BLOCK) {
    const m = Math.min(BLOCK, n - start);
    for (let b = 0; b < m; b++) rows.set(prior, b * K);
    // Byte by byte over the block, so that one byte's table stays in the fastest cache.
    for (let j = 0; j < width; j++) addRows(tables, j * 256 * K, bytes, start * width + j, width, rows, K, m);
    for (let b = 0; b < m; b++) for (let k = 0; k < K; k++) joint[k * BLOCK + b] = rows[b * K + k];
    total += normalise(joint, norms, p.weights, K, BLOCK, m);
    for (let b = 0; b < m; b++) for (let k = 0; k < K; k++) rows[b * K + k] = joint[k * BLOCK + b];
    sinks.logProb?.set(norms.subarray(0, m), start);
    sinks.responsibilities?.set(rows.subarray(0, m * K), start * K);
    if (sinks.counts && patterns) {
      for (let i = 0; i < m * K; i++) sinks.counts.counts[i % K] += rows[i];
      for (let j = 0; j < width; j++)
        addPatterns(patterns, j * 256 * K, bytes, start * width + j, width, rows, K, m);
    }
  }
  if (sinks.counts && patterns) {
    sinks.counts.n = n;
    sinks.counts.sums.set(columnSums(patterns, K, d));
  }
  return total;
}

/** Expected counts under given responsibilities (n × K). */
export function countsOf(data: Bits, R: Float64Array, K: number): Counts {
  const { n, d, width, bytes } = data;
  const out: Counts = { n, counts: new Float64Array(K), sums: new Float64Array(K * d) };
  const patterns = new Float64Array(width * 256 * K);
  for (let i = 0; i < n * K; i++) out.counts[i % K] += R[i];
  for (let start = 0; start < n; start += BLOCK) {
    const m = Math.min(BLOCK, n - start);
    const rows = R.subarray(start * K, (start + m) * K);
    for (let j = 0; j < width; j++)
      addPatterns(patterns, j * 256 * K, bytes, start * width + j, width, rows, K, m);
  }
  out.sums.set(columnSums(patterns, K, d));
  return out;
}

function addRows(
  tables: Float64Array,
  slab: number,
  bytes: Uint8Array,
  first: number,
  width: number,
  rows: Float64Array,
  K: number,
  m: number,
): void {
  for (let b = 0, to = 0, at = first; b < m; b++, at += width) {
    let from = slab + bytes[at] * K;
    for (const end = to + K; to < end; to++, from++) rows[to] += tables[from];
  }
}

function addPatterns(
  patterns: Float64Array,
  slab: number,
  bytes: Uint8Array,
  first: number,
  width: number,
  rows: Float64Array,
  K: number,
  m: number,
): void {
  for (let b = 0, from = 0, at = first; b < m; b++, at += width) {
    let to = slab + bytes[at] * K;
    for (const end = from + K; from < end; from++, to++) patterns[to] += rows[from];
  }
}
