/**
 * The matrix product C = A B or C += A B, with A and B at any strides and C dense in rows.
 *
 * Both factors are packed into panels that the inner loop reads in order; the inner loop keeps a tile
 * of C in registers (tile.ts).
 * Panels of B stay in the first-level cache, blocks of A in the second (Goto & van de Geijn, 2008).
 */

import { Add, Four, MR, ONE_PAIR, SPILL, tile, Two, WIDE, width } from "./tile";
import { madd, total } from "./vector";

// @ts-expect-error: decorator
@inline const KC: i32 = 256;
// @ts-expect-error: decorator
@inline const MC: i32 = 96;
// @ts-expect-error: decorator
@inline const NC: i32 = 1024;

/** Bytes of scratch that one call needs for its packed panels. */
export function matmulScratch(): i32 {
  return (KC * (MC + MR) + KC * (NC + 16)) * 8 + 1024;
}

/** Rows of A in panels of MR: panel by panel, column by column, short panels filled with zeros. */
function packA<T>(a: usize, row: i32, column: i32, m: i32, k: i32, to: usize): void {
  for (let i = 0; i < m; i += MR) {
    const rows = min(MR, m - i);
    const panel = a + ((<isize>i * row) << alignof<T>());
    const rowBytes = <isize>row << alignof<T>();
    const columnBytes = <isize>column << alignof<T>();
    if (rows == MR) {
      let p = panel;
      for (let l = 0; l < k; l++, p += columnBytes) {
        store<T>(to, load<T>(p));
        store<T>(to, load<T>(p + rowBytes), sizeof<T>());
        store<T>(to, load<T>(p + 2 * rowBytes), 2 * sizeof<T>());
        store<T>(to, load<T>(p + 3 * rowBytes), 3 * sizeof<T>());
        store<T>(to, load<T>(p + 4 * rowBytes), 4 * sizeof<T>());
        if (MR == 6) store<T>(to, load<T>(p + 5 * rowBytes), 5 * sizeof<T>());
        to += MR * sizeof<T>();
      }
    } else
      for (let l = 0; l < k; l++) {
        for (let r = 0; r < MR; r++, to += sizeof<T>())
          store<T>(to, r < rows ? load<T>(panel + r * rowBytes + l * columnBytes) : <T>0);
      }
  }
}

/** Columns of B in panels of W vectors, row by row, short panels filled with zeros. */
function packB<T, W>(b: usize, row: i32, column: i32, k: i32, n: i32, to: usize): void {
  const NR = width<W>() / <i32>sizeof<T>();
  const rowBytes = <isize>row << alignof<T>();
  const columnBytes = <isize>column << alignof<T>();
  for (let j = 0; j < n; j += NR) {
    const columns = min(NR, n - j);
    let p = b + j * columnBytes;
    if (columns == NR && column == 1)
      for (let l = 0; l < k; l++, p += rowBytes, to += width<W>())
        for (let v = 0; v < width<W>(); v += 16) v128.store(to + v, v128.load(p + v));
    else
      for (let l = 0; l < k; l++, p += rowBytes)
        for (let c = 0; c < NR; c++, to += sizeof<T>())
          store<T>(to, c < columns ? load<T>(p + c * columnBytes) : <T>0);
  }
}

/** Few results, both factors contiguous along the sum: inner products straight from memory, four at a time. */
function dots<T>(
  a: usize, ars: i32, b: usize, bcs: i32, c: usize, ldc: i32, m: i32, k: i32, n: i32, accumulate: bool,
): void {
  const S = <i32>sizeof<T>();
  const column = bcs * S;
  for (let i = 0; i < m; i++) {
    const p = a + i * ars * S;
    let q = b;
    let to = c + i * ldc * S;
    let j = 0;
    for (; j + 4 <= n; j += 4, q += 4 * column, to += 4 * S) fourDots<T>(p, q, column, to, k, accumulate);
    for (; j < n; j++, q += column, to += S) {
      const sum = dot<T>(p, q, k);
      store<T>(to, accumulate ? load<T>(to) + sum : sum);
    }
  }
}

function fourDots<T>(p: usize, q: usize, column: i32, to: usize, k: i32, accumulate: bool): void {
  const S = <i32>sizeof<T>();
  const row = k * S;
  const whole = row & ~15;
  let x = v128.splat<T>(0), y = x, z = x, w = x;
  let l = 0;
  for (; l < whole; l += 16) {
    const v = v128.load(p + l);
    x = madd<T>(v, v128.load(q + l), x);
    y = madd<T>(v, v128.load(q + column + l), y);
    z = madd<T>(v, v128.load(q + 2 * column + l), z);
    w = madd<T>(v, v128.load(q + 3 * column + l), w);
  }
  let s0 = total<T>(x), s1 = total<T>(y), s2 = total<T>(z), s3 = total<T>(w);
  for (; l < row; l += S) {
    const v = load<T>(p + l);
    s0 += v * load<T>(q + l);
    s1 += v * load<T>(q + column + l);
    s2 += v * load<T>(q + 2 * column + l);
    s3 += v * load<T>(q + 3 * column + l);
  }
  store<T>(to, accumulate ? load<T>(to) + s0 : s0);
  store<T>(to + S, accumulate ? load<T>(to + S) + s1 : s1);
  store<T>(to + 2 * S, accumulate ? load<T>(to + 2 * S) + s2 : s2);
  store<T>(to + 3 * S, accumulate ? load<T>(to + 3 * S) + s3 : s3);
}

function dot<T>(p: usize, q: usize, k: i32): T {
  const S = <i32>sizeof<T>();
  const row = k * S;
  const four = row & ~63;
  let x = v128.splat<T>(0), y = x, z = x, w = x;
  let l = 0;
  for (; l < four; l += 64) {
    x = madd<T>(v128.load(p + l), v128.load(q + l), x);
    y = madd<T>(v128.load(p + l, 16), v128.load(q + l, 16), y);
    z = madd<T>(v128.load(p + l, 32), v128.load(q + l, 32), z);
    w = madd<T>(v128.load(p + l, 48), v128.load(q + l, 48), w);
  }
  let rest: T = 0;
  for (; l < row; l += S) rest += load<T>(p + l) * load<T>(q + l);
  return total<T>(v128.add<T>(v128.add<T>(x, y), v128.add<T>(z, w))) + rest;
}

function product<T, W>(
  a: usize, ars: i32, acs: i32,
  b: usize, brs: i32, bcs: i32,
  c: usize, ldc: i32,
  m: i32, k: i32, n: i32,
  accumulate: bool, scratch: usize,
): void {
  const S = sizeof<T>();
  const NR = width<W>() / <i32>sizeof<T>();
  if (acs == 1 && brs == 1 && m * n <= 128) {
    dots<T>(a, ars, b, bcs, c, ldc, m, k, n, accumulate);
    return;
  }
  if (!accumulate) for (let i = 0; i < m; i++) memory.fill(c + i * ldc * S, 0, n * S);
  const spill = (scratch + 15) & ~15;
  const packedA = spill + SPILL;
  const packedB = packedA + KC * (MC + MR) * S;
  for (let j = 0; j < n; j += NC) {
    const nc = min(NC, n - j);
    for (let l = 0; l < k; l += KC) {
      const kc = min(KC, k - l);
      packB<T, W>(b + (<isize>l * brs + <isize>j * bcs) * S, brs, bcs, kc, nc, packedB);
      for (let i = 0; i < m; i += MC) {
        const mc = min(MC, m - i);
        packA<T>(a + (<isize>i * ars + <isize>l * acs) * S, ars, acs, mc, kc, packedA);
        for (let jj = 0; jj < nc; jj += NR)
          for (let ii = 0; ii < mc; ii += MR)
            tile<T, W, Add>(
              packedA + ii * kc * S, 0, packedB + jj * kc * S, 0, ONE_PAIR, 1, kc,
              c + ((i + ii) * ldc + j + jj) * S, ldc * S,
              min(MR, mc - ii), min(NR, nc - jj), spill,
            );
      }
    }
  }
}

/** C[m × n] = A[m × k] B[k × n] (or += with `accumulate`); strides in elements, C's rows `ldc` apart. */
export function matmul32(
  a: usize, ars: i32, acs: i32, b: usize, brs: i32, bcs: i32, c: usize, ldc: i32,
  m: i32, k: i32, n: i32, accumulate: bool, scratch: usize,
): void {
  if (WIDE) product<f32, Four>(a, ars, acs, b, brs, bcs, c, ldc, m, k, n, accumulate, scratch);
  else product<f32, Two>(a, ars, acs, b, brs, bcs, c, ldc, m, k, n, accumulate, scratch);
}

export function matmul64(
  a: usize, ars: i32, acs: i32, b: usize, brs: i32, bcs: i32, c: usize, ldc: i32,
  m: i32, k: i32, n: i32, accumulate: bool, scratch: usize,
): void {
  if (WIDE) product<f64, Four>(a, ars, acs, b, brs, bcs, c, ldc, m, k, n, accumulate, scratch);
  else product<f64, Two>(a, ars, acs, b, brs, bcs, c, ldc, m, k, n, accumulate, scratch);
}
