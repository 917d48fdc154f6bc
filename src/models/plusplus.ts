/**
 * Greedy k-means++: where k-means and mixtures begin. Each step tries 2 + ⌊ln K⌋ rows and keeps the one that leaves
 * the least to explain. Source: Arthur & Vassilvitskii 2007; the greedy form and its number of trials are
 * scikit-learn's.
 */

import type { Random } from "../tensor/index.ts";
import { firstAbove } from "../tensor/random.ts";
import { type CentredRows, centredRows, squaredDistances } from "./nearest.ts";
import type { Data } from "./rows.ts";

/** K rows, drawn in proportion to their squared distance from those already chosen. */
export function kMeansPlusPlus(data: Data, K: number, random: Random): Int32Array {
  return plusPlus(centredRows(data), K, random);
}

/** The same for rows about their mean. */
export function plusPlus(data: CentredRows, K: number, random: Random): Int32Array {
  const { x, n, d } = data;
  const trials = 2 + Math.floor(Math.log(K));
  const chosen = new Int32Array(K);
  chosen[0] = random.integer(n);
  const nearest = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  for (let k = 0; k < K; k++) {
    if (k > 0) {
      const candidates = drawRows(nearest, trials, random);
      const T = candidates.length;
      const points = new Float64Array(T * d);
      for (let t = 0; t < T; t++) points.set(x.subarray(candidates[t] * d, (candidates[t] + 1) * d), t * d);
      // What would be left if each of them were taken.
      const potential = new Float64Array(T);
      squaredDistances(data, points, T, (start, m, distances) => {
        for (let i = 0, at = 0; i < m; i++)
          for (let t = 0; t < T; t++, at++) potential[t] += Math.min(distances[at], nearest[start + i]);
      });
      chosen[k] = candidates[potential.indexOf(potential.reduce((u, v) => Math.min(u, v)))];
    }
    const point = x.slice(chosen[k] * d, (chosen[k] + 1) * d);
    squaredDistances(data, point, 1, (start, m, distances) => {
      for (let i = 0; i < m; i++) nearest[start + i] = Math.min(nearest[start + i], distances[i]);
    });
  }
  return chosen;
}

/** `count` rows with replacement, each in proportion to its weight; one at random where all weights are 0. */
function drawRows(weights: Float64Array, count: number, random: Random): number[] {
  const upTo = new Float64Array(weights.length);
  let total = 0;
  for (let i = 0; i < weights.length; i++) upTo[i] = total += weights[i];
  // All rows coincide with chosen ones: any will do.
  if (!(total > 0)) return [random.integer(weights.length)];
  return Array.from({ length: count }, () => firstAbove(upTo, random.random() * total));
}
