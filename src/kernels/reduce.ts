/**
 * Reductions over a middle block: data seen as [outer, n, inner], reduced over n.
 *
 * Sums are kept in double precision whatever the storage, so float32 sums carry one rounding.
 */

import type { TypedArray } from "../tensor/index.ts";
import { engine } from "./wasm/engine.ts";
import { copyIn, copyOut, regions } from "./wasm/room.ts";

/** From so many numbers on, WebAssembly's sums make up for the copy. */
const WORTH_COPYING = 1024;

export function sumBlocks(a: TypedArray, out: TypedArray, outer: number, n: number, inner: number): void {
  if (inner === 1) {
    for (let i = 0, p = 0; i < outer; i++) {
      let s = 0;
      for (let j = 0; j < n; j++) s += a[p++];
      out[i] = s;
    }
    return;
  }
  const row = new Float64Array(inner);
  for (let i = 0, p = 0; i < outer; i++) {
    row.fill(0);
    for (let j = 0; j < n; j++) for (let k = 0; k < inner; k++) row[k] += a[p++];
    out.set(row, i * inner);
  }
}

/** out[k] = Σ over what comes before and after of [outer, kept, inner]. */
export function sumAround(a: TypedArray, out: TypedArray, outer: number, kept: number, inner: number): void {
  if (inner === 1) {
    sumBlocks(a, out, 1, outer, kept);
    return;
  }
  const sums = new Float64Array(kept);
  const e = a instanceof Float32Array && a.length >= WORTH_COPYING ? engine() : null;
  if (e) {
    const [from, to] = regions(e, a.byteLength, sums.byteLength);
    copyIn(e, a, from, false);
    e.exports.sumAround32(from, to, outer, kept, inner);
    copyOut(e, to, sums);
    out.set(sums);
    return;
  }
  for (let o = 0, p = 0; o < outer; o++)
    for (let k = 0; k < kept; k++) {
      let s = 0;
      for (let i = 0; i < inner; i++) s += a[p++];
      sums[k] += s;
    }
  out.set(sums);
}

export function prodBlocks(a: TypedArray, out: TypedArray, outer: number, n: number, inner: number): void {
  for (let i = 0; i < outer; i++)
    for (let k = 0; k < inner; k++) {
      let s = 1;
      for (let j = 0, p = i * n * inner + k; j < n; j++, p += inner) s *= a[p];
      out[i * inner + k] = s;
    }
}

/** Largest (sign = 1) or smallest (sign = −1) values; NaN wins, as in NumPy. */
export function extremeBlocks(
  a: TypedArray,
  out: TypedArray,
  outer: number,
  n: number,
  inner: number,
  sign: 1 | -1,
): void {
  for (let i = 0; i < outer; i++)
    for (let k = 0; k < inner; k++) {
      const p = i * n * inner + k;
      out[i * inner + k] = a[p + argOf(a, p, n, inner, sign) * inner];
    }
}

/** Positions of the extremes; the first of equals. */
export function argExtremeBlocks(
  a: TypedArray,
  out: TypedArray,
  outer: number,
  n: number,
  inner: number,
  sign: 1 | -1,
): void {
  for (let i = 0; i < outer; i++)
    for (let k = 0; k < inner; k++) out[i * inner + k] = argOf(a, i * n * inner + k, n, inner, sign);
}

function argOf(a: TypedArray, at: number, n: number, step: number, sign: 1 | -1): number {
  let best = 0;
  let value = a[at];
  for (let j = 1, p = at + step; j < n && !Number.isNaN(value); j++, p += step) {
    const x = a[p];
    if ((x - value) * sign > 0 || Number.isNaN(x)) {
      best = j;
      value = x;
    }
  }
  return best;
}

/** log Σ exp over the block, shifted by the largest entry; −∞ for all −∞. */
export function logSumExpBlocks(
  a: TypedArray,
  out: TypedArray,
  outer: number,
  n: number,
  inner: number,
): void {
  for (let i = 0; i < outer; i++)
    for (let k = 0; k < inner; k++) {
      const start = i * n * inner + k;
      const top = a[start + argOf(a, start, n, inner, 1) * inner];
      let s = 0;
      if (Number.isFinite(top)) for (let j = 0, p = start; j < n; j++, p += inner) s += Math.exp(a[p] - top);
      out[i * inner + k] = Number.isFinite(top) ? top + Math.log(s) : top;
    }
}

/** Softmax over the block; each slice sums to one, for inputs of any size. */
export function softmaxBlocks(a: TypedArray, out: TypedArray, outer: number, n: number, inner: number): void {
  for (let i = 0; i < outer; i++)
    for (let k = 0; k < inner; k++) {
      const start = i * n * inner + k;
      const top = a[start + argOf(a, start, n, inner, 1) * inner];
      let s = 0;
      for (let j = 0, p = start; j < n; j++, p += inner) {
        const e = Math.exp(a[p] - top);
        out[p] = e;
        s += e;
      }
      for (let j = 0, p = start; j < n; j++, p += inner) out[p] /= s;
    }
}

/** Running sums along the block. */
export function cumsumBlocks(a: TypedArray, out: TypedArray, outer: number, n: number, inner: number): void {
  for (let i = 0; i < outer; i++)
    for (let k = 0; k < inner; k++) {
      let s = 0;
      for (let j = 0, p = i * n * inner + k; j < n; j++, p += inner) out[p] = s += a[p];
    }
}
