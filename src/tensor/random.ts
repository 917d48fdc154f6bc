/**
 * Seeded random streams: the same seed gives the same bits on every machine.
 *
 * The generator is sfc32 (Chris Doty-Humphrey's small fast counting generator, 128 bits of state),
 * seeded through splitmix32. Streams are values, not a hidden global: pass them, or `split` them.
 */

import { checkSizes } from "./create.ts";
import { allocate, type DType } from "./dtype.ts";
import { ArgumentError } from "./errors.ts";
import { sizeOf } from "./shape.ts";
import { Tensor } from "./tensor.ts";
import type { Reshaped } from "./types.ts";

/** Element type of what is drawn. */
export interface RandomOptions {
  dtype?: DType;
}

function count(n: number, what: string): void {
  if (!Number.isInteger(n) || n < 0)
    throw new ArgumentError(`${what} must be a non-negative integer; got ${n}.`);
}

/**
 * A stream of random numbers; `rng(seed)` makes one. Each draw moves it on; `split` gives an independent
 * stream.
 * @example
 * ```ts
 * const stream = new Random(7);
 * stream.integers([5], 0, 10); // → tensor([4, 4, 9, 1, 1], shape=[5], int32)
 * ```
 */
export class Random {
  readonly seed: number;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  #spare: number | undefined;

  constructor(seed: number) {
    if (!Number.isInteger(seed)) throw new ArgumentError(`rng(): the seed must be an integer; got ${seed}.`);
    this.seed = seed;
    let s = (seed ^ Math.floor(seed / 4294967296)) | 0;
    const mix = (): number => {
      s = (s + 0x9e3779b9) | 0;
      let z = s ^ (s >>> 16);
      z = Math.imul(z, 0x21f0aaad);
      z ^= z >>> 15;
      z = Math.imul(z, 0x735a2d97);
      return (z ^ (z >>> 15)) | 0;
    };
    this.#a = mix();
    this.#b = mix();
    this.#c = mix();
    for (let i = 0; i < 12; i++) this.bits();
  }

  /** 32 random bits as an unsigned integer. */
  bits(): number {
    const t = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  /** One number from [0, 1), with 53 random bits. */
  random(): number {
    return ((this.bits() >>> 5) * 67108864 + (this.bits() >>> 6)) / 9007199254740992;
  }

  /** One standard normal number (Marsaglia's polar method). */
  gaussian(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    for (;;) {
      const u = 2 * this.random() - 1;
      const v = 2 * this.random() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const m = Math.sqrt((-2 * Math.log(s)) / s);
      this.#spare = v * m;
      return u * m;
    }
  }

  /** One integer from 0 to n − 1, without modulo bias. */
  integer(n: number): number {
    if (!(n >= 1)) throw new ArgumentError(`integer(): n must be at least 1; got ${n}.`);
    return Math.floor(this.random() * n);
  }

  /** Independent normal numbers with the given mean and standard deviation. */
  normal<const S extends readonly number[] = []>(
    shape?: S,
    mean = 0,
    std = 1,
    options: RandomOptions = {},
  ): Tensor<Reshaped<S>> {
    if (!(std >= 0))
      throw new ArgumentError(`normal(): the standard deviation must not be negative; got ${std}.`);
    return this.#fill(shape ?? [], options, () => mean + std * this.gaussian());
  }

  /** Independent uniform numbers from [low, high). */
  uniform<const S extends readonly number[] = []>(
    shape?: S,
    low = 0,
    high = 1,
    options: RandomOptions = {},
  ): Tensor<Reshaped<S>> {
    if (!(high >= low)) throw new ArgumentError(`uniform(): low = ${low} is above high = ${high}.`);
    return this.#fill(shape ?? [], options, () => low + (high - low) * this.random());
  }

  /** Independent integers from [low, high). */
  integers(shape: readonly number[], low: number, high: number): Tensor {
    if (!Number.isInteger(low) || !Number.isInteger(high) || low >= high)
      throw new ArgumentError(`integers(): needs integers low < high; got ${low} and ${high}.`);
    return this.#fill(shape, { dtype: "int32" }, () => low + this.integer(high - low));
  }

  /** Ones with probability p, else zeros. */
  bernoulli(shape: readonly number[], p: number, options: RandomOptions = {}): Tensor {
    if (!(p >= 0 && p <= 1)) throw new ArgumentError(`bernoulli(): p must be between 0 and 1; got ${p}.`);
    return this.#fill(shape, options, () => (this.random() < p ? 1 : 0));
  }

  /** A random order of 0 … n − 1 (Fisher–Yates). */
  permutation(n: number): Tensor {
    count(n, "permutation(): n");
    const out = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [out[i], out[j]] = [out[j], out[i]];
    }
    return new Tensor(out, [n], "int32");
  }

  /** `draws` indices below n, with replacement unless told, weighted by `weights` (any positive scale). */
  choice(n: number, draws: number, o: { replace?: boolean; weights?: ArrayLike<number> } = {}): Tensor {
    const replace = o.replace ?? true;
    count(n, "choice(): n");
    count(draws, "choice(): the number of draws");
    if ((!replace || n === 0) && draws > n)
      throw new ArgumentError(
        `choice(): cannot take ${draws} of ${n}${replace ? "" : " without replacement"}.`,
      );
    if (!o.weights && !replace) return new Tensor(this.permutation(n).data.slice(0, draws), [draws], "int32");
    const left = o.weights ? Float64Array.from(o.weights) : new Float64Array(n).fill(1);
    if (left.length !== n) throw new ArgumentError(`choice(): ${left.length} weights for ${n} items.`);
    const out = new Int32Array(draws);
    let sums: Float64Array | null = null;
    for (let k = 0; k < draws; k++) {
      sums ??= runningSums(left, k);
      out[k] = firstAbove(sums, this.random() * sums[n - 1]);
      if (replace) continue;
      left[out[k]] = 0;
      sums = null;
    }
    return new Tensor(out, [draws], "int32");
  }

  /** Counts of `trials` draws over the classes of `probabilities`. */
  multinomial(trials: number, probabilities: ArrayLike<number>): Tensor {
    count(trials, "multinomial(): the number of trials");
    const out = new Int32Array(probabilities.length);
    for (const i of this.choice(probabilities.length, trials, { weights: probabilities }).data) out[i]++;
    return new Tensor(out, [out.length], "int32");
  }

  /** A new independent stream, derived from this one. */
  split(): Random {
    return new Random(this.bits());
  }

  #fill(shape: readonly number[], options: RandomOptions, draw: () => number): Tensor {
    const dtype = options.dtype ?? "float64";
    const data = allocate(dtype, sizeOf(checkSizes(shape)));
    for (let i = 0; i < data.length; i++) data[i] = draw();
    return new Tensor(data, shape, dtype);
  }
}

/** Σ of the weights up to each; refused when nothing can be drawn by them. */
function runningSums(weights: Float64Array, drawn: number): Float64Array {
  let total = 0;
  const sums = weights.map((w) => (total += w));
  if (!(total > 0) || !Number.isFinite(total) || weights.some((w) => w < 0))
    throw new ArgumentError(
      `choice(): the weights must be finite, non-negative and not all zero${drawn > 0 ? `; ${drawn} draws used them up` : ""}.`,
    );
  return sums;
}

/** The first place whose running sum is above u, which is below the last: so never one of weight zero. */
export function firstAbove(sums: Float64Array, u: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] > u) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * A stream of random numbers that starts from `seed`.
 * @throws ArgumentError unless the seed is an integer.
 * @example
 * ```ts
 * rng(1).normal([2]); // → tensor([0.1492, 0.9276], shape=[2], float64)
 * ```
 */
export function rng(seed = 0): Random {
  return new Random(seed);
}
