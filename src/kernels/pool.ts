/**
 * Portable pooling over windows of dense [planes, H, W] data.
 *
 * A window list says, for each output row and column, which input rows and columns it covers; strided,
 * padded and adaptive pooling differ only in that list.
 */

import { reserve, type TypedArray } from "../tensor/index.ts";

export interface Windows {
  h: number;
  w: number;
  oh: number;
  ow: number;
  /** [first, past the last] input row of each output row; then the same for columns. */
  rows: readonly number[];
  columns: readonly number[];
  /** The number each window's sum is divided by, [oh × ow]. */
  divisors: readonly number[];
  /** Input rows between neighbours within a window. */
  dilation: readonly [number, number];
}

/** For each output position, the places its window covers: list[starts[p]] … list[starts[p + 1] − 1]. */
export function windowLists(s: Windows): { starts: Int32Array; list: Int32Array } {
  const starts = [0];
  const list: number[] = [];
  for (let i = 0; i < s.oh; i++)
    for (let j = 0; j < s.ow; j++) {
      for (let r = s.rows[2 * i]; r < s.rows[2 * i + 1]; r += s.dilation[0])
        for (let c = s.columns[2 * j]; c < s.columns[2 * j + 1]; c += s.dilation[1]) list.push(r * s.w + c);
      starts.push(list.length);
    }
  return { starts: Int32Array.from(starts), list: Int32Array.from(list) };
}

/** Position of the largest entry of each window in its plane (the first of equals; NaN wins). */
export function maxPositions(x: TypedArray, planes: number, s: Windows): Int32Array {
  const { starts, list } = windowLists(s);
  const positions = s.oh * s.ow;
  const plane = s.h * s.w;
  const out = reserve("int32", planes * positions) as Int32Array;
  for (let o = 0; o < positions; o++) {
    const [from, to] = [starts[o], starts[o + 1]];
    const last = o + planes * positions;
    if (to - from === 4) {
      // Two by two, so that no comparison waits for the one before it.
      const [i, j, k, l] = list.subarray(from, to);
      for (let at = o, base = 0; at < last; at += positions, base += plane)
        out[at] = larger(x, larger(x, base + i, base + j), larger(x, base + k, base + l));
    } else
      for (let at = o, base = 0; at < last; at += positions, base += plane) {
        let best = base + list[from];
        for (let e = from + 1; e < to; e++) best = larger(x, best, base + list[e]);
        out[at] = best;
      }
  }
  return out;
}

/** The place of the larger of two, without a branch: random numbers would be guessed wrong every other time. */
function larger(x: TypedArray, p: number, q: number): number {
  const value = x[p];
  return p ^ ((p ^ q) & -(Number(!(x[q] <= value)) & Number(!Number.isNaN(value))));
}

/** out[i] = x[at[i]]. */
export function pick(x: TypedArray, at: Int32Array, out: TypedArray): void {
  for (let i = 0; i < at.length; i++) out[i] = x[at[i]];
}

/** out[at[i]] += g[i]. */
export function put(g: TypedArray, at: Int32Array, out: TypedArray): void {
  for (let i = 0; i < at.length; i++) out[at[i]] += g[i];
}

/** The average of each window. */
export function averageWindows(x: TypedArray, y: TypedArray, planes: number, s: Windows): void {
  const { starts, list } = windowLists(s);
  const positions = s.oh * s.ow;
  const plane = s.h * s.w;
  for (let o = 0; o < positions; o++) {
    const [from, to, divisor] = [starts[o], starts[o + 1], s.divisors[o]];
    for (let p = 0, at = o, base = 0; p < planes; p++, at += positions, base += plane) {
      let sum = 0;
      for (let e = from; e < to; e++) sum += x[base + list[e]];
      y[at] = sum / divisor;
    }
  }
}

/**
 * Its adjoint: each window's share given back to every entry it covers. (The walk stands here again because
 * through a callback it takes half as long again.)
 */
export function spreadWindows(g: TypedArray, dx: TypedArray, planes: number, s: Windows): void {
  const { starts, list } = windowLists(s);
  const positions = s.oh * s.ow;
  const plane = s.h * s.w;
  for (let o = 0; o < positions; o++) {
    const [from, to, divisor] = [starts[o], starts[o + 1], s.divisors[o]];
    for (let p = 0, at = o, base = 0; p < planes; p++, at += positions, base += plane) {
      const share = g[at] / divisor;
      for (let e = from; e < to; e++) dx[base + list[e]] += share;
    }
  }
}
