/**
 * Squared distances between many rows and few points, as k-means needs them: ‖x‖² − 2 x·c + ‖c‖², so that nearly all
 * the work is one matrix product a block of rows.
 *
 * The rows are taken about their mean (`centredRows`): far from the origin the three terms would cancel.
 */

import { flip, product, view } from "../linalg/dense/gemm.ts";
import type { Data } from "./rows.ts";

export interface CentredRows extends Data {
  /** What was taken off every row, [d]. */
  mean: Float64Array;
  /** ‖x‖² of each row. */
  norms: Float64Array;
}

export function centredRows({ x, n, d }: Data, about?: Float64Array): CentredRows {
  const mean = about ?? new Float64Array(d);
  if (!about) for (let i = 0, j = 0; i < x.length; i++, j = j + 1 === d ? 0 : j + 1) mean[j] += x[i] / n;
  const z = new Float64Array(n * d);
  const norms = new Float64Array(n);
  for (let i = 0, at = 0; i < n; i++) {
    let s = 0;
    for (let j = 0; j < d; j++, at++) {
      const v = x[at] - mean[j];
      z[at] = v;
      s += v * v;
    }
    norms[i] = s;
  }
  return { x: z, n, d, mean, norms };
}

/** Rows a block: the block, the points and their products stay in the cache. */
const BLOCK = 512;
/** What rounding leaves of the distance between equal rows, relative to the terms. */
const NOISE = 8 * Number.EPSILON;

/** Hands out ‖x_i − c_k‖² of K points (K × d, about the same mean), block by block: m rows from `start`, m × K. */
export function squaredDistances(
  { x, n, d, norms }: CentredRows,
  points: Float64Array,
  K: number,
  use: (start: number, m: number, distances: Float64Array) => void,
): void {
  const own = new Float64Array(K);
  for (let k = 0; k < K; k++) for (let p = k * d; p < (k + 1) * d; p++) own[k] += points[p] * points[p];
  const C = flip(view(points, d));
  for (let start = 0; start < n; start += BLOCK) {
    const m = Math.min(BLOCK, n - start);
    const out = product(view(x, d, start), C, m, d, K);
    for (let i = 0, at = 0; i < m; i++) {
      const norm = norms[start + i];
      for (let k = 0; k < K; k++, at++) {
        const terms = norm + own[k];
        const s = terms - 2 * out[at];
        out[at] = s > NOISE * terms ? s : 0;
      }
    }
    use(start, m, out);
  }
}
