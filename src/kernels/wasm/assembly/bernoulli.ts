/**
 * One block of binary samples through the E-step of a Bernoulli mixture, and into the pattern counts for
 * its M-step.
 *
 * Components lie across lanes. Eight columns at a time are looked up in a table of their 256 patterns.
 */

import { exp64, log64 } from "./math";
import { total } from "./vector";

/** Where the pattern of byte j of a row has its numbers. */
// @ts-expect-error: decorator
@inline function slab(table: usize, bytes: usize, j: i32, rowBytes: usize): usize {
  return table + (<usize>(j * 256 + <i32>load<u8>(bytes + j))) * rowBytes;
}

/**
 * m binary rows of `width` bytes through K components, `vectors` pairs of them (K padded).
 * @param tables log probabilities of byte patterns; prior: log weights, padded with −∞
 * @param rows m rows: responsibilities on return; norms: log p(x)
 * @param patterns expected pattern counts to add to, or 0
 */
export function bernoulliBlock64(
  bytes: usize,
  m: i32,
  width: i32,
  vectors: i32,
  tables: usize,
  prior: usize,
  weights: usize,
  rows: usize,
  norms: usize,
  patterns: usize,
): f64 {
  const rowBytes = <usize>vectors << 4;
  const blocks = width & ~3;
  for (let b = 0; b < m; b++) memory.copy(rows + <usize>b * rowBytes, prior, rowBytes);
  // Four bytes at a time over all rows, so that their tables stay in cache.
  for (let j = 0; j < width; j += 4) {
    const four = j < blocks;
    for (let b = 0; b < m; b++) {
      const at = bytes + <usize>(b * width);
      const row = rows + <usize>b * rowBytes;
      if (four) {
        const t0 = slab(tables, at, j, rowBytes), t1 = slab(tables, at, j + 1, rowBytes);
        const t2 = slab(tables, at, j + 2, rowBytes), t3 = slab(tables, at, j + 3, rowBytes);
        for (let v: usize = 0; v < rowBytes; v += 16) {
          const s = f64x2.add(
            f64x2.add(v128.load(t0 + v), v128.load(t1 + v)),
            f64x2.add(v128.load(t2 + v), v128.load(t3 + v)),
          );
          v128.store(row + v, f64x2.add(v128.load(row + v), s));
        }
      } else
        for (let l = j; l < width; l++) {
          const t = slab(tables, at, l, rowBytes);
          for (let v: usize = 0; v < rowBytes; v += 16)
            v128.store(row + v, f64x2.add(v128.load(row + v), v128.load(t + v)));
        }
    }
  }
  const impossible = f64x2.splat(-Infinity);
  let sum: f64 = 0;
  for (let b = 0; b < m; b++) {
    const row = rows + <usize>b * rowBytes;
    let top = impossible;
    for (let v: usize = 0; v < rowBytes; v += 16) top = f64x2.pmax(top, v128.load(row + v));
    const best = max(f64x2.extract_lane(top, 0), f64x2.extract_lane(top, 1));
    if (best == -Infinity) {
      memory.copy(row, weights, rowBytes);
      store<f64>(norms + (<usize>b << 3), best);
      sum += best;
      continue;
    }
    const base = f64x2.splat(best);
    let acc = f64x2.splat(0);
    for (let v: usize = 0; v < rowBytes; v += 16) {
      const e = exp64(f64x2.sub(v128.load(row + v), base));
      v128.store(row + v, e);
      acc = f64x2.add(acc, e);
    }
    const s = total<f64>(acc);
    const scale = f64x2.splat(1 / s);
    for (let v: usize = 0; v < rowBytes; v += 16) v128.store(row + v, f64x2.mul(v128.load(row + v), scale));
    const log = best + f64x2.extract_lane(log64(f64x2.splat(s)), 0);
    store<f64>(norms + (<usize>b << 3), log);
    sum += log;
  }
  if (patterns == 0) return sum;
  for (let j = 0; j + 1 < width; j += 2)
    for (let b = 0; b < m; b++) {
      const at = bytes + <usize>(b * width);
      // Two empty patterns count towards no column.
      if (load<u16>(at + j) == 0) continue;
      const t0 = slab(patterns, at, j, rowBytes), t1 = slab(patterns, at, j + 1, rowBytes);
      const row = rows + <usize>b * rowBytes;
      for (let v: usize = 0; v < rowBytes; v += 16) {
        const r = v128.load(row + v);
        v128.store(t0 + v, f64x2.add(v128.load(t0 + v), r));
        v128.store(t1 + v, f64x2.add(v128.load(t1 + v), r));
      }
    }
  if (width & 1)
    for (let b = 0; b < m; b++) {
      const to = slab(patterns, bytes + <usize>(b * width), width - 1, rowBytes);
      const row = rows + <usize>b * rowBytes;
      for (let v: usize = 0; v < rowBytes; v += 16)
        v128.store(to + v, f64x2.add(v128.load(to + v), v128.load(row + v)));
    }
  return sum;
}
