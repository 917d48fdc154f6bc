/**
 * Made point sets with known answers: mixtures of normals and the two moons. The same seed, the same points.
 */

import { ArgumentError, type Random, rng, Tensor } from "../tensor/index.ts";

/** Points with their labels. */
export interface Labelled {
  /** [N, D] */
  data: Tensor;
  /** [N], int32 */
  target: Tensor;
}

/** Settings of `makeBlobs`. */
export interface BlobOptions {
  /** How many points in all (shared out evenly), or how many of each blob. Default 100. */
  samples?: number | readonly number[];
  /** How many centres, drawn uniformly from [−10, 10]ᴰ, or the centres [K, D]. Default 3. */
  centers?: number | readonly (readonly number[])[] | Tensor;
  /** Standard deviation, of all or of each blob. Default 1. */
  std?: number | readonly number[];
  /** Dimensions of drawn centres. Default 2. */
  features?: number;
  /** Default true: points in random order. */
  shuffle?: boolean;
  seed?: number | Random;
}

/**
 * Round normal clouds: x ~ N(μ_k, σ_k² I). Also gives the centres.
 * @throws ArgumentError for counts, centres or spreads that do not fit each other
 * @example
 * ```ts
 * const { data, target, centers } = makeBlobs({ samples: 60, centers: [[0, 0], [5, 5]], std: 0.5, seed: 1 });
 * [data.shape, target.shape]; // → [ [ 60, 2 ], [ 60 ] ]
 * centers; // → [[0,0],[5,5]]
 * ```
 */
export function makeBlobs(options: BlobOptions = {}): Labelled & { centers: Tensor } {
  const random = streamOf(options.seed);
  const given = options.centers ?? 3;
  const centers: number[][] =
    typeof given === "number"
      ? Array.from({ length: given }, () =>
          Array.from({ length: options.features ?? 2 }, () => -10 + 20 * random.random()),
        )
      : given instanceof Tensor
        ? given.toArray()
        : given.map((row) => [...row]);
  const k = centers.length;
  const d = centers[0]?.length ?? 0;
  if (k === 0 || d === 0 || centers.some((c) => c.length !== d))
    throw new ArgumentError("makeBlobs(): centers must be K rows of D numbers, K and D at least 1.");
  const counts = countsOf(options.samples ?? 100, k);
  const spread = options.std ?? 1;
  const stds = typeof spread === "number" ? centers.map(() => spread) : spread;
  if (stds.length !== k)
    throw new ArgumentError(`makeBlobs(): ${stds.length} standard deviations for ${k} centres.`);
  if (!stds.every((s) => s >= 0))
    throw new ArgumentError(`makeBlobs(): std must not be negative; got ${stds.join(", ")}.`);
  const rows = counts.flatMap((count, c) =>
    Array.from({ length: count }, () => ({
      x: centers[c].map((m) => m + stds[c] * random.gaussian()),
      label: c,
    })),
  );
  const flat = Float64Array.from(centers.flat());
  return { ...pack(rows, d, options.shuffle ?? true, random), centers: new Tensor(flat, [k, d], "float64") };
}

/** Settings of `makeMoons`. */
export interface MoonOptions {
  samples?: number | readonly [number, number];
  /** Standard deviation of the noise added to each coordinate. Default 0. */
  noise?: number;
  shuffle?: boolean;
  seed?: number | Random;
}

/**
 * Two half circles, one in the other's mouth: (cos t, sin t) and (1 − cos t, ½ − sin t), t from 0 to π.
 * @example
 * ```ts
 * const { data } = makeMoons({ samples: 4, shuffle: false });
 * data.sub([[1, 0], [-1, 0], [0, 0.5], [2, 0.5]]).abs().max().item() < 1e-12; // → true
 * ```
 */
export function makeMoons(options: MoonOptions = {}): Labelled {
  const random = streamOf(options.seed);
  const counts = countsOf(options.samples ?? 100, 2);
  const noise = options.noise ?? 0;
  if (!(noise >= 0)) throw new ArgumentError(`makeMoons(): noise must not be negative; got ${noise}.`);
  const rows = counts.flatMap((count, label) =>
    Array.from({ length: count }, (_, i) => {
      const t = count === 1 ? 0 : (Math.PI * i) / (count - 1);
      const x = label === 0 ? [Math.cos(t), Math.sin(t)] : [1 - Math.cos(t), 0.5 - Math.sin(t)];
      return { x: noise > 0 ? x.map((v) => v + noise * random.gaussian()) : x, label };
    }),
  );
  return pack(rows, 2, options.shuffle ?? true, random);
}

export function streamOf(seed: number | Random | undefined): Random {
  return typeof seed === "object" ? seed : rng(seed ?? 0);
}

/** Even shares, the first ones larger by one when they do not come out even. */
export function countsOf(samples: number | readonly number[], k: number): number[] {
  if (typeof samples !== "number") {
    if (samples.length !== k) throw new ArgumentError(`samples: ${samples.length} counts for ${k} classes.`);
    if (!samples.every((count) => Number.isInteger(count) && count >= 0))
      throw new ArgumentError(`samples: counts are whole numbers; got ${samples.join(", ")}.`);
    return [...samples];
  }
  if (!Number.isInteger(samples) || samples < 1)
    throw new ArgumentError(`samples must be a positive whole number; got ${samples}.`);
  return Array.from({ length: k }, (_, c) => Math.floor(samples / k) + (c < samples % k ? 1 : 0));
}

function pack(rows: { x: number[]; label: number }[], d: number, shuffle: boolean, random: Random): Labelled {
  const n = rows.length;
  const order = shuffle ? random.permutation(n).data : Int32Array.from({ length: n }, (_, i) => i);
  const data = new Float64Array(n * d);
  const target = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    data.set(rows[order[i]].x, i * d);
    target[i] = rows[order[i]].label;
  }
  return { data: new Tensor(data, [n, d], "float64"), target: new Tensor(target, [n], "int32") };
}
