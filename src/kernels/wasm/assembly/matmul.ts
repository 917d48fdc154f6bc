/**
 * The matrix product C = A B or C += A B, with A and B at any strides and C dense in rows.
 *
 * Both factors are packed into panels that the inner loop reads in order; the inner loop keeps a tile
 * of C in registers: six rows by two vectors where multiply and add are one instruction, else five.
 * Panels of B stay in the first-level cache, blocks of A in the second (Goto & van de Geijn, 2008).
 */

import { madd, total } from "./vector";

// @ts-expect-error: decorator
@inline export const MR: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;
// @ts-expect-error: decorator
@inline const KC: i32 = 256;
// @ts-expect-error: decorator
@inline const MC: i32 = 96;
// @ts-expect-error: decorator
@inline const NC: i32 = 1024;

/** Numbers in a register. */
// @ts-expect-error: decorator
@inline function lanes<T>(): i32 { return 16 / <i32>sizeof<T>(); }

/** Bytes of scratch that one call needs for its packed panels. */
export function matmulScratch(): i32 {
  return (KC * (MC + MR) + KC * (NC + 8)) * 8 + 1024;
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

/** Columns of B in panels of two vectors, row by row, short panels filled with zeros. */
function packB<T>(b: usize, row: i32, column: i32, k: i32, n: i32, to: usize): void {
  const NR = 2 * lanes<T>();
  const rowBytes = <isize>row << alignof<T>();
  const columnBytes = <isize>column << alignof<T>();
  for (let j = 0; j < n; j += NR) {
    const columns = min(NR, n - j);
    let p = b + j * columnBytes;
    if (columns == NR && column == 1)
      for (let l = 0; l < k; l++, p += rowBytes, to += 32) {
        v128.store(to, v128.load(p));
        v128.store(to, v128.load(p, 16), 16);
      }
    else
      for (let l = 0; l < k; l++, p += rowBytes)
        for (let c = 0; c < NR; c++, to += sizeof<T>())
          store<T>(to, c < columns ? load<T>(p + c * columnBytes) : <T>0);
  }
}

/** One tile: C[rows × columns] += packed A panel × packed B panel. */
function tile<T>(k: i32, a: usize, b: usize, c: usize, ldc: i32, rows: i32, columns: i32, spill: usize): void {
  let c00 = v128.splat<T>(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  const S = sizeof<T>();
  for (let l = 0; l < k; l++, a += MR * S, b += 32) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load_splat<T>(a);
    c00 = madd<T>(x, b0, c00);
    c01 = madd<T>(x, b1, c01);
    x = v128.load_splat<T>(a, S);
    c10 = madd<T>(x, b0, c10);
    c11 = madd<T>(x, b1, c11);
    x = v128.load_splat<T>(a, 2 * S);
    c20 = madd<T>(x, b0, c20);
    c21 = madd<T>(x, b1, c21);
    x = v128.load_splat<T>(a, 3 * S);
    c30 = madd<T>(x, b0, c30);
    c31 = madd<T>(x, b1, c31);
    x = v128.load_splat<T>(a, 4 * S);
    c40 = madd<T>(x, b0, c40);
    c41 = madd<T>(x, b1, c41);
    if (MR == 6) {
      x = v128.load_splat<T>(a, 5 * S);
      c50 = madd<T>(x, b0, c50);
      c51 = madd<T>(x, b1, c51);
    }
  }
  const NR = 2 * lanes<T>();
  const whole = rows == MR && columns == NR;
  const to = whole ? c : spill;
  const step = whole ? <usize>(ldc * S) : 32;
  if (!whole) {
    for (let r = 0; r < MR * 32; r += 16) v128.store(spill + r, v128.splat<T>(0));
  }
  let p = to;
  addTo<T>(p, c00, c01);
  addTo<T>((p += step), c10, c11);
  addTo<T>((p += step), c20, c21);
  addTo<T>((p += step), c30, c31);
  addTo<T>((p += step), c40, c41);
  if (MR == 6) addTo<T>((p += step), c50, c51);
  if (!whole)
    for (let r = 0; r < rows; r++)
      for (let q = 0; q < columns; q++) {
        const at = c + (r * ldc + q) * S;
        store<T>(at, load<T>(at) + load<T>(spill + r * 32 + q * S));
      }
}

// @ts-expect-error: decorator
@inline export function addTo<T>(p: usize, x: v128, y: v128): void {
  v128.store(p, v128.add<T>(v128.load(p), x));
  v128.store(p, v128.add<T>(v128.load(p, 16), y), 16);
}

/** Few results, both factors contiguous along the sum: inner products straight from memory. */
function dots<T>(
  a: usize, ars: i32, b: usize, bcs: i32, c: usize, ldc: i32, m: i32, k: i32, n: i32, accumulate: bool,
): void {
  const S = sizeof<T>();
  const row = k * S;
  const twice = row & ~31;
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      const p = a + i * ars * S;
      const q = b + j * bcs * S;
      let x = v128.splat<T>(0), y = x;
      let l = 0;
      for (; l < twice; l += 32) {
        x = madd<T>(v128.load(p + l), v128.load(q + l), x);
        y = madd<T>(v128.load(p + l, 16), v128.load(q + l, 16), y);
      }
      let rest: T = 0;
      for (; l < row; l += S) rest += load<T>(p + l) * load<T>(q + l);
      const at = c + (i * ldc + j) * S;
      const sum = total<T>(v128.add<T>(x, y)) + rest;
      store<T>(at, accumulate ? load<T>(at) + sum : sum);
    }
}

function product<T>(
  a: usize, ars: i32, acs: i32,
  b: usize, brs: i32, bcs: i32,
  c: usize, ldc: i32,
  m: i32, k: i32, n: i32,
  accumulate: bool, scratch: usize,
): void {
  const S = sizeof<T>();
  const NR = 2 * lanes<T>();
  if (acs == 1 && brs == 1 && m * n <= 128) {
    dots<T>(a, ars, b, bcs, c, ldc, m, k, n, accumulate);
    return;
  }
  if (!accumulate) for (let i = 0; i < m; i++) memory.fill(c + i * ldc * S, 0, n * S);
  const spill = (scratch + 15) & ~15;
  const packedA = spill + 256;
  const packedB = packedA + KC * (MC + MR) * S;
  for (let j = 0; j < n; j += NC) {
    const nc = min(NC, n - j);
    for (let l = 0; l < k; l += KC) {
      const kc = min(KC, k - l);
      packB<T>(b + (<isize>l * brs + <isize>j * bcs) * S, brs, bcs, kc, nc, packedB);
      for (let i = 0; i < m; i += MC) {
        const mc = min(MC, m - i);
        packA<T>(a + (<isize>i * ars + <isize>l * acs) * S, ars, acs, mc, kc, packedA);
        for (let jj = 0; jj < nc; jj += NR)
          for (let ii = 0; ii < mc; ii += MR)
            tile<T>(
              kc,
              packedA + ii * kc * S,
              packedB + jj * kc * S,
              c + ((i + ii) * ldc + j + jj) * S,
              ldc,
              min(MR, mc - ii),
              min(NR, nc - jj),
              spill,
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
  product<f32>(a, ars, acs, b, brs, bcs, c, ldc, m, k, n, accumulate, scratch);
}

export function matmul64(
  a: usize, ars: i32, acs: i32, b: usize, brs: i32, bcs: i32, c: usize, ldc: i32,
  m: i32, k: i32, n: i32, accumulate: bool, scratch: usize,
): void {
  product<f64>(a, ars, acs, b, brs, bcs, c, ldc, m, k, n, accumulate, scratch);
}
