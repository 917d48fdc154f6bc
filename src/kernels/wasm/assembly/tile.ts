/**
 * The register tile that matrix products and convolutions share: MR rows by two or four vectors of
 * sums, kept in registers while two packed panels are read in order.
 *
 * Four vectors are for machines where pairs of vectors become one register of twice the width (V8 does
 * that on request on x64 with AVX2); elsewhere they would not fit. Such pairs must be loaded, computed
 * and stored side by side, with nothing between the two stores.
 */

import { madd } from "./vector";

// @ts-expect-error: decorator
@inline export const MR: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;

/** How many vectors a tile is wide, as a type: its size in bytes is the number. */
export type Two = u16;
export type Four = u32;
/** What becomes of the sums, as a type. */
export type Put = u8;
export type Add = u16;

/** Whether this build is for pairs of vectors: its constants lie elsewhere in memory, which tells it apart. */
// @ts-expect-error: decorator
@inline export const WIDE: bool = ASC_MEMORY_BASE > 0;

/** Bytes of a row of a tile. */
// @ts-expect-error: decorator
@inline export function width<W>(): i32 { return 16 * <i32>sizeof<W>(); }

/** Room in front of packed panels for a tile that is cut at an edge. */
export const SPILL: i32 = 6 * 64 + 128;

/** A list of one pair, both numbers 0: for sums over one pair of panels. */
export const ONE_PAIR = memory.data<i32>([0, 0], 8);

/**
 * out[r, :] = (or +=) Σ over (s, t) in `list`, Σ_k a[s, k, r] b[t, k, :].
 * @param a panels of MR numbers, `aStep` bytes from one to the next
 * @param b panels of W vectors, `bStep` bytes from one to the next
 * @param rows so many rows are wanted, and so many `columns`; the rest is not written
 */
export function tile<T, W, A>(
  a: usize, aStep: i32, b: usize, bStep: i32, list: usize, count: i32, inner: i32,
  out: usize, outStep: i32, rows: i32, columns: i32, spill: usize,
): void {
  const S = <i32>sizeof<T>();
  const V = <i32>sizeof<W>();
  let c00 = v128.splat<T>(0), c01 = c00, c02 = c00, c03 = c00;
  let c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  let c20 = c00, c21 = c00, c22 = c00, c23 = c00;
  let c30 = c00, c31 = c00, c32 = c00, c33 = c00;
  let c40 = c00, c41 = c00, c42 = c00, c43 = c00;
  let c50 = c00, c51 = c00, c52 = c00, c53 = c00;
  for (let e = 0; e < count; e++, list += 8) {
    let p = a + load<i32>(list) * aStep;
    let q = b + load<i32>(list, 4) * bStep;
    for (let k = 0; k < inner; k++, p += MR * S, q += 16 * V) {
      const b0 = v128.load(q);
      const b1 = v128.load(q, 16);
      const b2 = V == 4 ? v128.load(q, 32) : b0;
      const b3 = V == 4 ? v128.load(q, 48) : b0;
      let x = v128.load_splat<T>(p);
      c00 = madd<T>(x, b0, c00);
      c01 = madd<T>(x, b1, c01);
      if (V == 4) {
        c02 = madd<T>(x, b2, c02);
        c03 = madd<T>(x, b3, c03);
      }
      x = v128.load_splat<T>(p, 1 * sizeof<T>());
      c10 = madd<T>(x, b0, c10);
      c11 = madd<T>(x, b1, c11);
      if (V == 4) {
        c12 = madd<T>(x, b2, c12);
        c13 = madd<T>(x, b3, c13);
      }
      x = v128.load_splat<T>(p, 2 * sizeof<T>());
      c20 = madd<T>(x, b0, c20);
      c21 = madd<T>(x, b1, c21);
      if (V == 4) {
        c22 = madd<T>(x, b2, c22);
        c23 = madd<T>(x, b3, c23);
      }
      x = v128.load_splat<T>(p, 3 * sizeof<T>());
      c30 = madd<T>(x, b0, c30);
      c31 = madd<T>(x, b1, c31);
      if (V == 4) {
        c32 = madd<T>(x, b2, c32);
        c33 = madd<T>(x, b3, c33);
      }
      x = v128.load_splat<T>(p, 4 * sizeof<T>());
      c40 = madd<T>(x, b0, c40);
      c41 = madd<T>(x, b1, c41);
      if (V == 4) {
        c42 = madd<T>(x, b2, c42);
        c43 = madd<T>(x, b3, c43);
      }
      if (MR == 6) {
        x = v128.load_splat<T>(p, 5 * sizeof<T>());
        c50 = madd<T>(x, b0, c50);
        c51 = madd<T>(x, b1, c51);
        if (V == 4) {
          c52 = madd<T>(x, b2, c52);
          c53 = madd<T>(x, b3, c53);
        }
      }
    }
  }
  const whole = rows == MR && columns * S == 16 * V;
  let p = whole ? out : spill;
  const step = whole ? outStep : 16 * V;
  if (sizeof<A>() == sizeof<Add>() && !whole)
    for (let r = 0; r < MR * 16 * V; r += 16) v128.store(spill + r, v128.splat<T>(0));
  leave<T, W, A>(p, c00, c01, c02, c03);
  leave<T, W, A>((p += step), c10, c11, c12, c13);
  leave<T, W, A>((p += step), c20, c21, c22, c23);
  leave<T, W, A>((p += step), c30, c31, c32, c33);
  leave<T, W, A>((p += step), c40, c41, c42, c43);
  if (MR == 6) leave<T, W, A>((p += step), c50, c51, c52, c53);
  if (whole) return;
  for (let r = 0; r < rows; r++)
    if (sizeof<A>() == sizeof<Add>()) {
      const to = out + r * outStep;
      const from = spill + r * 16 * V;
      const end = columns * S;
      let j = 0;
      for (; j + 16 <= end; j += 16) v128.store(to + j, v128.add<T>(v128.load(to + j), v128.load(from + j)));
      for (; j < end; j += S) store<T>(to + j, load<T>(to + j) + load<T>(from + j));
    } else memory.copy(out + r * outStep, spill + r * 16 * V, columns * S);
}

// @ts-expect-error: decorator
@inline function leave<T, W, A>(p: usize, x: v128, y: v128, z: v128, w: v128): void {
  const adds = sizeof<A>() == sizeof<Add>();
  const four = sizeof<W>() == 4;
  const a = adds ? v128.add<T>(v128.load(p), x) : x;
  const b = adds ? v128.add<T>(v128.load(p, 16), y) : y;
  const c = four && adds ? v128.add<T>(v128.load(p, 32), z) : z;
  const d = four && adds ? v128.add<T>(v128.load(p, 48), w) : w;
  v128.store(p, a);
  v128.store(p, b, 16);
  if (four) {
    v128.store(p, c, 32);
    v128.store(p, d, 48);
  }
}
