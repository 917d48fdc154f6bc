/**
 * The responsibilities from which a mixture's first parameters are made, by scikit-learn's four ways.
 *
 * "kmeans": each row belongs to its cluster; "k-means++" and "random_from_data": only the chosen rows count,
 * one a component; "random": every row belongs to all components by chance.
 */

import { KMeans } from "../models/kmeans.ts";
import { kMeansPlusPlus } from "../models/plusplus.ts";
import type { Data } from "../models/rows.ts";
import { ArgumentError, type Random, Tensor } from "../tensor/index.ts";

/** How the first responsibilities are chosen, as in scikit-learn. */
export type Start = "kmeans" | "k-means++" | "random" | "random_from_data";

/** n × K. @throws ArgumentError for another way */
export function firstResponsibilities(
  data: Data,
  K: number,
  how: Start,
  random: Random,
  where: string,
): Float64Array {
  const { n, d } = data;
  const out = new Float64Array(n * K);
  if (how === "random") {
    for (let i = 0; i < n; i++) {
      let s = 0;
      for (let k = i * K; k < (i + 1) * K; k++) s += out[k] = random.random();
      for (let k = i * K; k < (i + 1) * K; k++) out[k] /= s;
    }
    return out;
  }
  if (how === "kmeans") {
    const X = new Tensor(data.x, [n, d], "float64");
    const { labels } = new KMeans({ nClusters: K, randomState: random }).fit(X);
    labels.values().forEach((k: number, i: number) => {
      out[i * K + k] = 1;
    });
    return out;
  }
  if (how !== "k-means++" && how !== "random_from_data")
    throw new ArgumentError(
      `${where}: initParams must be "kmeans", "k-means++", "random" or "random_from_data"; got "${how}".`,
    );
  const rows =
    how === "k-means++" ? kMeansPlusPlus(data, K, random) : random.choice(n, K, { replace: false }).values();
  for (let k = 0; k < K; k++) out[rows[k] * K + k] = 1;
  return out;
}
