/**
 * Mini-batches in a seeded random order that depends only on the seed and the epoch, so that any epoch
 * can be repeated or resumed on its own.
 */

import { take } from "../ops/index.ts";
import { ArgumentError, type Random, rng, Tensor } from "../tensor/index.ts";

/** How examples are put into batches. */
export interface LoaderOptions {
  batchSize?: number;
  /** A new random order each epoch. Default true. */
  shuffle?: boolean;
  seed?: number;
  /** Leave out a last, smaller batch. Default false, as in PyTorch. */
  dropLast?: boolean;
}

/** The stream of one epoch of a seeded run. */
export function epochStream(seed: number, epoch: number): Random {
  return rng((seed ^ Math.imul(epoch + 1, 0x9e3779b9)) | 0);
}

/**
 * Examples x with labels y, in batches.
 * @example
 * ```ts
 * const loader = new DataLoader(zeros([10, 3]), zeros([10]), { batchSize: 4, seed: 1 });
 * [...loader.batches(0)].map(({ x }) => x.shape[0]); // → [ 4, 4, 2 ]
 * ```
 */
export class DataLoader {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly dropLast: boolean;

  constructor(x: Tensor, y: Tensor, o: LoaderOptions = {}) {
    this.x = x;
    this.y = y;
    this.batchSize = o.batchSize ?? 32;
    this.shuffle = o.shuffle ?? true;
    this.seed = o.seed ?? 0;
    this.dropLast = o.dropLast ?? false;
    if (x.shape[0] !== y.shape[0])
      throw new ArgumentError(`DataLoader: ${x.shape[0]} examples but ${y.shape[0]} labels.`);
    if (!Number.isInteger(this.batchSize) || this.batchSize < 1)
      throw new ArgumentError(`DataLoader: batchSize must be a positive integer; got ${o.batchSize}.`);
  }

  /** Number of batches in an epoch. */
  get length(): number {
    const whole = this.x.shape[0] / this.batchSize;
    return this.dropLast ? Math.floor(whole) : Math.ceil(whole);
  }

  /** Positions of the examples in each batch of an epoch. */
  indices(epoch = 0): Tensor[] {
    const n = this.x.shape[0];
    const order = this.shuffle
      ? (epochStream(this.seed, epoch).permutation(n).data as Int32Array)
      : Int32Array.from({ length: n }, (_, i) => i);
    return Array.from({ length: this.length }, (_, b) => {
      const part = order.slice(b * this.batchSize, (b + 1) * this.batchSize);
      return new Tensor(part, [part.length], "int32");
    });
  }

  /** The batches of an epoch. */
  *batches(epoch = 0): Generator<{ x: Tensor; y: Tensor; index: Tensor }> {
    for (const index of this.indices(epoch)) yield { x: take(this.x, index), y: take(this.y, index), index };
  }

  [Symbol.iterator](): Iterator<{ x: Tensor; y: Tensor; index: Tensor }> {
    return this.batches(0);
  }
}
