/**
 * k-means by Lloyd's algorithm with k-means++ starts: a reference, and the usual start of a mixture.
 *
 * Parameters, attributes and the stopping rule are scikit-learn's: centres move by less than
 * tol · (mean variance of the columns) in squared distance. Greedy k-means++ tries 2 + ⌊ln K⌋ candidates a step.
 */

import { ArgumentError, type Random, rng, Tensor } from "../tensor/index.ts";
import { type CentredRows, centredRows, squaredDistances } from "./nearest.ts";
import { plusPlus } from "./plusplus.ts";
import { asData, asRows, type Data, type Rows, requireEnough, sameColumns } from "./rows.ts";

/** Settings of `KMeans`; names and defaults are scikit-learn's. */
export interface KMeansOptions {
  /** K. Default 8. */
  nClusters?: number;
  /** "k-means++" (default), "random" rows, or the first centres [K, d]. */
  init?: "k-means++" | "random" | Rows;
  /** Runs from different starts, of which the one with least inertia is kept. Default 1. */
  nInit?: number;
  /** Default 300. */
  maxIter?: number;
  /** Default 1e-4. */
  tol?: number;
  /** A seed, or a stream to draw from. Default 0. */
  randomState?: number | Random;
}

/**
 * K centres with each row's nearest: a local minimum of Σ_n min_k ‖x_n − centre_k‖². After `fit`: clusterCenters [K, d],
 * labels [n], inertia, nIter. Source: Lloyd 1982; Arthur & Vassilvitskii 2007; scikit-learn's names.
 * @throws ArgumentError for fewer rows than clusters, NaN, unfit options
 * @example
 * ```ts
 * const km = new KMeans({ nClusters: 2 }).fit([[0, 0], [0, 1], [9, 9], [9, 8]]);
 * km.predict([[1, 1], [8, 8]]).sub(km.labels.take([0, 2])); // → tensor([0, 0], shape=[2], int32)
 * km.inertia; // → 1
 * ```
 */
export class KMeans {
  readonly options: Required<KMeansOptions>;
  /** [K, d]. */
  declare clusterCenters: Tensor;
  /** Nearest centre of each training row, [n] int32. */
  declare labels: Tensor;
  /** Σ ‖x − centre‖². */
  inertia = Number.POSITIVE_INFINITY;
  nIter = 0;

  constructor(o: KMeansOptions = {}) {
    for (const name of ["maxIter", "nInit"] as const)
      if (o[name] !== undefined && (!Number.isInteger(o[name]) || o[name] < 1))
        throw new ArgumentError(`KMeans: ${name} must be a positive integer; got ${o[name]}.`);
    if (typeof o.init === "string" && o.init !== "k-means++" && o.init !== "random")
      throw new ArgumentError(
        `KMeans: init must be "k-means++", "random" or centres [K, d]; got "${o.init}".`,
      );
    this.options = {
      nClusters: o.nClusters ?? 8,
      init: o.init ?? "k-means++",
      nInit: o.nInit ?? 1,
      maxIter: o.maxIter ?? 300,
      tol: o.tol ?? 1e-4,
      randomState: o.randomState ?? 0,
    };
  }

  /** Clusters the rows of X [n, d]. */
  fit(X: Rows): this {
    const { nClusters: K, init, nInit, maxIter, tol, randomState } = this.options;
    const given = asData(X, "KMeans.fit");
    requireEnough(given, K, "KMeans.fit", "clusters");
    const random = typeof randomState === "number" ? rng(randomState) : randomState;
    const data = centredRows(given);
    const threshold = tol * meanVariance(data);
    this.inertia = Number.POSITIVE_INFINITY;
    for (let run = 0; run < (typeof init === "string" ? nInit : 1); run++) {
      const made = lloyd(data, startCentres(data, K, init, random), K, maxIter, threshold);
      if (made.inertia >= this.inertia) continue;
      this.inertia = made.inertia;
      this.nIter = made.nIter;
      const centres = made.centres.map((v, i) => v + data.mean[i % data.d]);
      this.clusterCenters = new Tensor(centres, [K, data.d], "float64");
      this.labels = new Tensor(made.labels, [data.n], "int32");
    }
    return this;
  }

  /** Fits, and gives the labels of the same rows. */
  fitPredict(X: Rows): Tensor {
    return this.fit(X).labels;
  }

  /** The nearest centre of each row, [n] int32. */
  predict(X: Rows): Tensor {
    if (!this.clusterCenters) throw new ArgumentError("KMeans.predict: call fit(X) first.");
    const d = this.clusterCenters.shape[1];
    const data = asData(sameColumns(asRows(X, "KMeans.predict"), d, "KMeans.predict"), "KMeans.predict");
    const labels = new Int32Array(data.n);
    const centres: Data = { x: this.clusterCenters.values() as Float64Array, n: this.options.nClusters, d };
    const about = centredRows(centres);
    assign(centredRows(data, about.mean), about.x, centres.n, labels, null);
    return new Tensor(labels, [data.n], "int32");
  }
}

function startCentres(
  data: CentredRows,
  K: number,
  init: KMeansOptions["init"],
  random: Random,
): Float64Array {
  const { x, d } = data;
  if (init !== undefined && typeof init !== "string") {
    const given = asData(init, "KMeans: init");
    if (given.n !== K || given.d !== d)
      throw new ArgumentError(`KMeans: init has shape [${given.n}, ${given.d}]; expected [${K}, ${d}].`);
    return given.x.map((v, i) => v - data.mean[i % d]);
  }
  const rows =
    init === "random" ? random.choice(data.n, K, { replace: false }).values() : plusPlus(data, K, random);
  const out = new Float64Array(K * d);
  for (let k = 0; k < K; k++) out.set(x.subarray(rows[k] * d, (rows[k] + 1) * d), k * d);
  return out;
}

/** Of the columns, for rows about their mean. */
function meanVariance({ norms, n, d }: CentredRows): number {
  return norms.reduce((a, b) => a + b, 0) / (n * d);
}

/** Labels every row; returns Σ of squared distances, and each row's own in `far` when asked. */
function assign(
  data: CentredRows,
  centres: Float64Array,
  K: number,
  labels: Int32Array,
  far: Float64Array | null,
): number {
  const { x, d } = data;
  let inertia = 0;
  squaredDistances(data, centres, K, (start, m, distances) => {
    for (let i = 0, at = 0; i < m; i++) {
      let best = Number.POSITIVE_INFINITY;
      let label = 0;
      for (let k = 0; k < K; k++, at++)
        if (distances[at] < best) {
          best = distances[at];
          label = k;
        }
      labels[start + i] = label;
      // The distance that counts is taken without cancellation.
      let s = 0;
      for (let p = (start + i) * d, q = label * d; q < (label + 1) * d; p++, q++)
        s += (x[p] - centres[q]) * (x[p] - centres[q]);
      inertia += s;
      if (far) far[start + i] = s;
    }
  });
  return inertia;
}

function lloyd(
  data: CentredRows,
  centres: Float64Array,
  K: number,
  maxIter: number,
  threshold: number,
): { centres: Float64Array; labels: Int32Array; inertia: number; nIter: number } {
  const { x, n, d } = data;
  const labels = new Int32Array(n).fill(-1);
  const far = new Float64Array(n);
  let nIter = 0;
  for (let moved = Number.POSITIVE_INFINITY; nIter < maxIter && moved > threshold; nIter++) {
    const before = labels.slice();
    assign(data, centres, K, labels, far);
    const next = new Float64Array(K * d);
    const counts = new Float64Array(K);
    for (let i = 0; i < n; i++) {
      counts[labels[i]]++;
      for (let j = 0; j < d; j++) next[labels[i] * d + j] += x[i * d + j];
    }
    for (let k = 0; k < K; k++) if (counts[k] === 0) relocate(data, labels, far, counts, next, k);
    for (let i = 0; i < K * d; i++) next[i] /= Math.max(1, counts[Math.floor(i / d)]);
    moved = next.reduce((s, v, i) => s + (v - centres[i]) ** 2, 0);
    centres = next;
    if (labels.every((v, i) => v === before[i])) {
      nIter++;
      break;
    }
  }
  return { centres, labels, inertia: assign(data, centres, K, labels, null), nIter };
}

/** Gives the empty cluster k the row that lies farthest from its own centre; sums and counts follow. */
function relocate(
  { x, d }: Data,
  labels: Int32Array,
  far: Float64Array,
  counts: Float64Array,
  sums: Float64Array,
  k: number,
): void {
  let row = -1;
  for (let i = 0; i < far.length; i++) if (counts[labels[i]] > 1 && (row < 0 || far[i] > far[row])) row = i;
  if (row < 0) return;
  for (let j = 0; j < d; j++) {
    sums[labels[row] * d + j] -= x[row * d + j];
    sums[k * d + j] = x[row * d + j];
  }
  counts[labels[row]]--;
  counts[k] = 1;
  labels[row] = k;
  far[row] = 0;
}
