/**
 * The passes over the data by WebAssembly where there is an engine: the same results to rounding, several
 * times quicker. Parameters and accumulators live in the engine's memory for one pass; samples are copied in
 * block by block.
 */

import { type Engine, engine } from "../kernels/index.ts";
import type { Data } from "../models/rows.ts";
import type { Bits } from "./bernoulli/bits.ts";
import { columnSums, logTables } from "./bernoulli/bits.ts";
import type { BernoulliParams, BernoulliSinks } from "./bernoulli/pass.ts";
import { type GaussianParams, logConstants } from "./gaussian/parameters.ts";
import type { Sinks } from "./gaussian/pass.ts";

const BLOCK = 128;
/** Binary rows in a block: enough that reading all tables once a block costs little. */
const ROWS = 512;

/** Typed arrays of the given lengths side by side in the engine's memory, zeroed; gone after `use`. */
function withArrays<T>(
  e: Engine,
  lengths: readonly number[],
  use: (arrays: Float64Array[], addresses: number[]) => T,
): T {
  const sizes = lengths.map((n) => (n * 8 + 63) & ~63);
  const block = e.arena.allocate(sizes.reduce((a, b) => a + b, 0));
  try {
    let at = block.address;
    const addresses = sizes.map((size) => {
      const start = at;
      at += size;
      return start;
    });
    const arrays = lengths.map((n, i) => new Float64Array(e.arena.memory.buffer, addresses[i], n).fill(0));
    return use(arrays, addresses);
  } finally {
    e.arena.release(block);
  }
}

/** Like gaussianPass; undefined where there is no engine or nothing to gain. */
export function gaussianAccelerated({ x, n, d }: Data, p: GaussianParams, sinks: Sinks): number | undefined {
  const e = engine();
  if (!e?.exports.gaussianBlock64 || n < 64) return undefined;
  const { type, K, precisionsCholesky: W } = p;
  const dp = (d + 3) & ~3;
  const form = type === "full" ? 0 : type === "tied" ? 2 : 1;
  const each = e.exports.gaussianMoments(d, form === 0 ? 0 : 1);
  const factor = form === 1 ? d : d * dp;
  const factors = type === "tied" ? 1 : K;
  const lengths = [
    BLOCK * d,
    factors * factor,
    K * d,
    K,
    K,
    e.exports.gaussianScratch(d) / 8,
    K * BLOCK,
    BLOCK,
    sinks.moments ? K * each : 0,
  ];
  return withArrays(e, lengths, ([rows, w, means, constants, weights, , joint, norms, moments], at) => {
    if (type === "full" || type === "tied")
      for (let k = 0; k < factors; k++)
        for (let i = 0; i < d; i++)
          w.set(W.subarray(k * d * d + i * d, k * d * d + (i + 1) * d), k * factor + i * dp);
    else for (let i = 0; i < K * d; i++) w[i] = type === "diag" ? W[i] : W[Math.floor(i / d)];
    means.set(p.means);
    constants.set(logConstants(p));
    weights.set(p.weights);
    let total = 0;
    for (let start = 0; start < n; start += BLOCK) {
      const m = Math.min(BLOCK, n - start);
      rows.set(x.subarray(start * d, (start + m) * d));
      const wStep = type === "tied" ? 0 : factor * 8;
      const out = sinks.moments ? at[8] : 0;
      total += e.exports.gaussianBlock64(
        at[0],
        m,
        d,
        K,
        form,
        at[1],
        wStep,
        at[2],
        at[3],
        at[4],
        at[5],
        at[6],
        at[7],
        out,
      );
      sinks.logProb?.set(norms.subarray(0, m), start);
      if (sinks.responsibilities)
        for (let b = 0; b < m; b++)
          for (let k = 0; k < K; k++) sinks.responsibilities[(start + b) * K + k] = joint[k * BLOCK + b];
    }
    const s = sinks.moments;
    if (s)
      for (let k = 0; k < K; k++) {
        const from = k * each;
        s.counts[k] = moments[from];
        s.first.set(moments.subarray(from + 2, from + 2 + d), k * d);
        const second = from + 2 + dp;
        if (form === 1) s.second.set(moments.subarray(second, second + d), k * d);
        if (form === 0)
          for (let i = 0; i < d; i++)
            for (let j = 0; j <= i; j++) s.second[k * d * d + i * d + j] = moments[second + i * dp + j];
      }
    return total;
  });
}

/** Like bernoulliPass; undefined where there is no engine or nothing to gain. */
export function bernoulliAccelerated(
  { n, d, width, bytes }: Bits,
  p: BernoulliParams,
  sinks: BernoulliSinks,
): number | undefined {
  const e = engine();
  if (!e?.exports.bernoulliBlock64 || n < 64) return undefined;
  const { K } = p;
  const Kp = K + (K & 1);
  const tableSize = width * 256 * Kp;
  const lengths = [
    Math.ceil((ROWS * width) / 8),
    tableSize,
    Kp,
    Kp,
    ROWS * Kp,
    ROWS,
    sinks.counts ? tableSize : 0,
  ];
  return withArrays(e, lengths, ([, tables, prior, weights, rows, norms, patterns], at) => {
    // A component of its own pads an odd K; it never wins.
    const padded = (v: Float64Array, per: number): Float64Array => {
      const out = new Float64Array(Kp * per);
      out.set(v);
      return out;
    };
    tables.set(logTables(K === Kp ? p.probabilities : padded(p.probabilities, d), Kp, d));
    prior.fill(Number.NEGATIVE_INFINITY);
    prior.set(p.weights.map(Math.log));
    weights.set(p.weights);
    const block = new Uint8Array(e.arena.memory.buffer, at[0], ROWS * width);
    let total = 0;
    for (let start = 0; start < n; start += ROWS) {
      const m = Math.min(ROWS, n - start);
      block.set(bytes.subarray(start * width, (start + m) * width));
      total += e.exports.bernoulliBlock64(
        at[0],
        m,
        width,
        Kp / 2,
        at[1],
        at[2],
        at[3],
        at[4],
        at[5],
        sinks.counts ? at[6] : 0,
      );
      sinks.logProb?.set(norms.subarray(0, m), start);
      for (let b = 0; b < m; b++)
        for (let k = 0; k < K; k++) {
          const r = rows[b * Kp + k];
          if (sinks.responsibilities) sinks.responsibilities[(start + b) * K + k] = r;
          if (sinks.counts) sinks.counts.counts[k] += r;
        }
    }
    if (sinks.counts) {
      sinks.counts.n = n;
      sinks.counts.sums.set(columnSums(patterns, Kp, d).subarray(0, K * d));
    }
    return total;
  });
}
