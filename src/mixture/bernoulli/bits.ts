/**
 * Binary rows packed eight to a byte.
 *
 * Eight pixels have only 256 patterns, so their summed log-probabilities are looked up instead of added:
 * an EM iteration does an eighth of the work of a matrix product, and log 0 never meets a factor 0.
 */

import type { Rows } from "../../models/rows.ts";
import { ArgumentError, ShapeError, shapeText, Tensor, tensor } from "../../tensor/index.ts";

export interface Bits {
  n: number;
  d: number;
  /** Bytes a row: ⌈d / 8⌉. */
  width: number;
  /** Byte j of row i at i·width + j; column 8j + b is bit b. */
  bytes: Uint8Array;
}

/** Packs rows of zeros and ones (numbers or bool). Throws on any other value. */
export function pack(X: Rows, where: string): Bits {
  const t = X instanceof Tensor ? X : (tensor(X) as Tensor);
  if (t.rank !== 2 || t.shape[1] === 0)
    throw new ShapeError(`${where}: expected binary data of shape [n, D]; got ${shapeText(t.shape)}.`);
  const [n, d] = t.shape;
  const width = Math.ceil(d / 8);
  const bytes = new Uint8Array(n * width);
  const x = t.values();
  for (let i = 0, at = 0; i < n; i++)
    for (let j = 0; j < d; j++, at++) {
      const v = x[at];
      if (v === 0) continue;
      if (v !== 1)
        throw new ArgumentError(
          `${where}: row ${i}, column ${j} is ${v}; a Bernoulli mixture needs zeros and ones. ` +
            "Binarise first, for example X.greater(0.5).",
        );
      bytes[i * width + (j >> 3)] |= 1 << (j & 7);
    }
  return { n, d, width, bytes };
}

/** The rows as doubles again. */
export function unpack({ n, d, width, bytes }: Bits): Float64Array {
  const out = new Float64Array(n * d);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < d; j++) out[i * d + j] = (bytes[i * width + (j >> 3)] >> (j & 7)) & 1;
  return out;
}

/**
 * Sums over patterns: entry (j·256 + v)·K + k is Σ log P(bits of v | p_k) over the columns of byte j.
 * @param p K × d probabilities, 0 and 1 included
 */
export function logTables(p: Float64Array, K: number, d: number): Float64Array {
  const width = Math.ceil(d / 8);
  const out = new Float64Array(width * 256 * K);
  for (let j = 0; j < width; j++) {
    const slab = j * 256 * K;
    for (let b = 0; b < 8; b++) {
      const column = 8 * j + b;
      const half = (1 << b) * K;
      for (let k = 0; k < K; k++) {
        // Columns beyond d are always 0 and must not count.
        const one = column < d ? Math.log(p[k * d + column]) : 0;
        const zero = column < d ? Math.log1p(-p[k * d + column]) : 0;
        for (let at = slab + k; at < slab + half; at += K) {
          out[at + half] = out[at] + one;
          out[at] += zero;
        }
      }
    }
  }
  return out;
}

/** Adds up, for every column, the weights of the patterns in which it is 1: K × d. */
export function columnSums(patterns: Float64Array, K: number, d: number): Float64Array {
  const out = new Float64Array(K * d);
  for (let column = 0; column < d; column++) {
    const slab = (column >> 3) * 256 * K;
    const bit = 1 << (column & 7);
    for (let v = 0; v < 256; v++) {
      if ((v & bit) === 0) continue;
      for (let k = 0; k < K; k++) out[k * d + column] += patterns[slab + v * K + k];
    }
  }
  return out;
}
