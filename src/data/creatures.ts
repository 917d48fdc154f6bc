/**
 * Pictures of seven made species, for classifiers that need images and have none: each species is a
 * shape (disc, ring, square, triangle, cross, bar, crescent), each creature of it turned, moved, scaled,
 * lit and photographed with noise in its own way. Everything follows from the seed.
 *
 * No such data set exists; these pictures stand in for one and are recognisably made.
 */

import { ArgumentError, type Random, Tensor } from "../tensor/index.ts";
import { countsOf, streamOf } from "./synthetic.ts";

/**
 * The seven species, in the order of their labels.
 * @example
 * ```ts
 * speciesNames.join(" "); // → disc ring square triangle cross bar crescent
 * ```
 */
export const speciesNames = ["disc", "ring", "square", "triangle", "cross", "bar", "crescent"] as const;

/** How many creatures of each species, how large and how noisy. */
export interface CreatureOptions {
  /** How many pictures in all (shared out evenly), or how many of each species. Default 700. */
  samples?: number | readonly number[];
  /** Pixels along each side. Default 12. */
  size?: number;
  /** Standard deviation of the noise on each pixel. Default 0.15. */
  noise?: number;
  seed?: number | Random;
}

/** Pictures of made species with their labels. */
export interface Creatures {
  /** [N, size, size], about 0 (background) to 1. */
  images: Tensor;
  /** The same as rows: [N, size²]. */
  data: Tensor;
  /** The species: [N], int32, an index into `names`. */
  target: Tensor;
  names: string[];
}

/**
 * Pictures of the seven species in random order, with their labels.
 * @throws ArgumentError for pictures of fewer than 6 pixels a side, negative noise, counts that do not fit
 * @example
 * ```ts
 * const { images, target, names } = makeCreatures({ samples: 70, seed: 1 });
 * images.shape; // → [ 70, 12, 12 ]
 * names[target.at(0)]; // → bar
 * ```
 */
export function makeCreatures(options: CreatureOptions = {}): Creatures {
  const random = streamOf(options.seed);
  const size = options.size ?? 12;
  const noise = options.noise ?? 0.15;
  if (!Number.isInteger(size) || size < 6)
    throw new ArgumentError(`makeCreatures(): size is a whole number of at least 6 pixels; got ${size}.`);
  if (!(noise >= 0)) throw new ArgumentError(`makeCreatures(): noise must not be negative; got ${noise}.`);
  const counts = countsOf(options.samples ?? 700, speciesNames.length);
  const n = counts.reduce((a, b) => a + b, 0);
  const labels = Int32Array.from(counts.flatMap((count, c) => new Array<number>(count).fill(c)));
  const order = random.permutation(n).data;
  const target = Int32Array.from({ length: n }, (_, i) => labels[order[i]]);
  const pixels = new Float64Array(n * size * size);
  for (let i = 0; i < n; i++)
    paint(pixels.subarray(i * size * size, (i + 1) * size * size), target[i], size, noise, random);
  return {
    images: new Tensor(pixels, [n, size, size], "float64"),
    data: new Tensor(pixels, [n, size * size], "float64"),
    target: new Tensor(target, [n], "int32"),
    names: [...speciesNames],
  };
}

function paint(pixels: Float64Array, species: number, size: number, noise: number, random: Random): void {
  const between = (low: number, high: number): number => low + (high - low) * random.random();
  const angle = between(0, 2 * Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const scale = between(0.75, 1.05);
  const [dx, dy] = [between(-0.2, 0.2), between(-0.2, 0.2)];
  const light = between(0.6, 1);
  const pixel = 2 / size;
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const [x, y] = [(column + 0.5) * pixel - 1 - dx, (row + 0.5) * pixel - 1 - dy];
      const distance = scale * outside((cos * x + sin * y) / scale, (cos * y - sin * x) / scale, species);
      // The share of the pixel that the shape covers, for edges that are soft by one pixel.
      const cover = Math.min(1, Math.max(0, 0.5 - distance / pixel));
      pixels[row * size + column] = light * cover + noise * random.gaussian();
    }
}

/** How far outside the shape a point of [−1, 1]² lies; negative within. */
function outside(u: number, v: number, species: number): number {
  const radius = Math.hypot(u, v);
  const box = (a: number, b: number): number => Math.max(Math.abs(u) - a, Math.abs(v) - b);
  switch (speciesNames[species]) {
    case "disc":
      return radius - 0.6;
    case "ring":
      return Math.abs(radius - 0.55) - 0.14;
    case "square":
      return box(0.52, 0.52);
    case "triangle":
      return Math.max(-v, 0.5 * v + 0.866 * Math.abs(u)) - 0.4;
    case "cross":
      return Math.min(box(0.66, 0.17), box(0.17, 0.66));
    case "bar":
      return box(0.75, 0.17);
    case "crescent":
      return Math.max(radius - 0.65, 0.5 - Math.hypot(u - 0.32, v));
  }
}
