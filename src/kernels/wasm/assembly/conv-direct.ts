/**
 * Convolution with few channels: weights are broadcast against batch vectors straight from memory.
 */

import { madd, put, total } from "./vector";

/**
 * out[c, p, :] = Σ over (tap, q) of p, Σ_k w[tap, k, c] x[k, q, :].
 * @param starts first entry of each position; one more than positions
 * @param entries pairs (tap, q)
 */
export function forward<T>(
  x: usize, w: usize, out: usize, starts: usize, entries: usize,
  positions: i32, n: i32, channels: i32, inner: i32, inputPositions: i32,
  wTap: i32, wInner: i32, wChannel: i32,
): void {
  const S = <i32>sizeof<T>();
  const L = 16 / S;
  const row = n * S;
  const outChannel = positions * row;
  const xInner = inputPositions * row;
  for (let p = 0; p < positions; p++) {
    const first = load<i32>(starts + 4 * p);
    const list = entries + 8 * first;
    const count = load<i32>(starts + 4 * p, 4) - first;
    const to = out + p * row;
    let c = 0;
    for (; c + 4 <= channels; c += 4) {
      const wc = w + c * wChannel;
      const oc = to + c * outChannel;
      if (n >= 2 * L)
        for (let i = 0; i < n; i += 2 * L) {
          const at = min(i, n - 2 * L) * S;
          four<T>(x + at, wc, oc + at, list, count, inner, row, xInner, wTap, wInner, wChannel, outChannel);
        }
      else few<T>(x, wc, oc, list, count, inner, row, xInner, wTap, wInner, wChannel, outChannel, n, 4);
    }
    for (; c < channels; c++) {
      const wc = w + c * wChannel;
      const oc = to + c * outChannel;
      if (n >= 8 * L)
        for (let i = 0; i < n; i += 8 * L) {
          const at = min(i, n - 8 * L) * S;
          one<T>(x + at, wc, oc + at, list, count, inner, row, xInner, wTap, wInner);
        }
      else few<T>(x, wc, oc, list, count, inner, row, xInner, wTap, wInner, wChannel, outChannel, n, 1);
    }
  }
}

/** Four channels by two vectors. */
function four<T>(
  x: usize, w: usize, out: usize, list: usize, count: i32, inner: i32,
  row: i32, xInner: i32, wTap: i32, wInner: i32, wChannel: i32, outChannel: i32,
): void {
  let a0 = v128.splat<T>(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  for (let e = 0; e < count; e++, list += 8) {
    let wp = w + load<i32>(list) * wTap;
    let xp = x + load<i32>(list, 4) * row;
    for (let k = 0; k < inner; k++, wp += wInner, xp += xInner) {
      const x0 = v128.load(xp);
      const x1 = v128.load(xp, 16);
      let s = v128.load_splat<T>(wp);
      a0 = madd<T>(s, x0, a0);
      a1 = madd<T>(s, x1, a1);
      s = v128.load_splat<T>(wp + wChannel);
      b0 = madd<T>(s, x0, b0);
      b1 = madd<T>(s, x1, b1);
      s = v128.load_splat<T>(wp + 2 * wChannel);
      c0 = madd<T>(s, x0, c0);
      c1 = madd<T>(s, x1, c1);
      s = v128.load_splat<T>(wp + 3 * wChannel);
      d0 = madd<T>(s, x0, d0);
      d1 = madd<T>(s, x1, d1);
    }
  }
  put(out, a0, a1);
  put((out += outChannel), b0, b1);
  put((out += outChannel), c0, c1);
  put((out += outChannel), d0, d1);
}


/** One channel by eight vectors. */
function one<T>(
  x: usize, w: usize, out: usize, list: usize, count: i32, inner: i32,
  row: i32, xInner: i32, wTap: i32, wInner: i32,
): void {
  let a0 = v128.splat<T>(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
  for (let e = 0; e < count; e++, list += 8) {
    let wp = w + load<i32>(list) * wTap;
    let xp = x + load<i32>(list, 4) * row;
    for (let k = 0; k < inner; k++, wp += wInner, xp += xInner) {
      const s = v128.load_splat<T>(wp);
      a0 = madd<T>(s, v128.load(xp), a0);
      a1 = madd<T>(s, v128.load(xp, 16), a1);
      a2 = madd<T>(s, v128.load(xp, 32), a2);
      a3 = madd<T>(s, v128.load(xp, 48), a3);
      a4 = madd<T>(s, v128.load(xp, 64), a4);
      a5 = madd<T>(s, v128.load(xp, 80), a5);
      a6 = madd<T>(s, v128.load(xp, 96), a6);
      a7 = madd<T>(s, v128.load(xp, 112), a7);
    }
  }
  put(out, a0, a1);
  put(out + 32, a2, a3);
  put(out + 64, a4, a5);
  put(out + 96, a6, a7);
}

/** Batches too short for the blocks above: vector by vector, then number by number. */
function few<T>(
  x: usize, w: usize, out: usize, list: usize, count: i32, inner: i32,
  row: i32, xInner: i32, wTap: i32, wInner: i32, wChannel: i32, outChannel: i32, n: i32, channels: i32,
): void {
  const S = <i32>sizeof<T>();
  const L = 16 / S;
  for (let c = 0; c < channels; c++, w += wChannel, out += outChannel) {
    let i = 0;
    for (; i + L <= n; i += L) {
      let a = v128.splat<T>(0);
      for (let e = 0; e < count; e++) {
        let wp = w + load<i32>(list + 8 * e) * wTap;
        let xp = x + load<i32>(list + 8 * e, 4) * row + i * S;
        for (let k = 0; k < inner; k++, wp += wInner, xp += xInner)
          a = madd<T>(v128.load_splat<T>(wp), v128.load(xp), a);
      }
      v128.store(out + i * S, a);
    }
    for (; i < n; i++) {
      let a: T = 0;
      for (let e = 0; e < count; e++) {
        let wp = w + load<i32>(list + 8 * e) * wTap;
        let xp = x + load<i32>(list + 8 * e, 4) * row + i * S;
        for (let k = 0; k < inner; k++, wp += wInner, xp += xInner) a += load<T>(wp) * load<T>(xp);
      }
      store<T>(out + i * S, a);
    }
  }
}

/**
 * dw[c, k, tap] = Σ over (p, q) of tap, g[c, p, :] · x[k, q, :].
 * @param entries pairs (p, q), grouped by tap
 */
export function weights<T>(
  x: usize, g: usize, dw: usize, starts: usize, entries: usize,
  positions: i32, n: i32, channels: i32, inner: i32, inputPositions: i32, taps: i32,
): void {
  const S = <i32>sizeof<T>();
  const row = n * S;
  const gChannel = positions * row;
  const xInner = inputPositions * row;
  const dChannel = inner * taps * S;
  for (let t = 0; t < taps; t++) {
    const first = load<i32>(starts + 4 * t);
    const list = entries + 8 * first;
    const count = load<i32>(starts + 4 * t, 4) - first;
    for (let k = 0; k < inner; k++) {
      const xk = x + k * xInner;
      const to = dw + (k * taps + t) * S;
      let c = 0;
      for (; c + 4 <= channels; c += 4)
        dots4<T>(g + c * gChannel, xk, list, count, n, row, gChannel, to + c * dChannel, dChannel);
      for (; c < channels; c++) store<T>(to + c * dChannel, dots1<T>(g + c * gChannel, xk, list, count, n, row));
    }
  }
}

/** Four channels against one: five loads for four products. */
function dots4<T>(
  g: usize, x: usize, list: usize, count: i32, n: i32, row: i32, gChannel: i32, to: usize, step: i32,
): void {
  const S = <i32>sizeof<T>();
  const whole = (n & ~(16 / S - 1)) * S;
  let a = v128.splat<T>(0), b = a, c = a, d = a;
  let ra: T = 0, rb: T = 0, rc: T = 0, rd: T = 0;
  for (let e = 0; e < count; e++, list += 8) {
    const gp = g + load<i32>(list) * row;
    const xp = x + load<i32>(list, 4) * row;
    let i = 0;
    for (; i < whole; i += 16) {
      const v = v128.load(xp + i);
      a = madd<T>(v128.load(gp + i), v, a);
      b = madd<T>(v128.load(gp + i + gChannel), v, b);
      c = madd<T>(v128.load(gp + i + 2 * gChannel), v, c);
      d = madd<T>(v128.load(gp + i + 3 * gChannel), v, d);
    }
    for (; i < row; i += S) {
      const v = load<T>(xp + i);
      ra += load<T>(gp + i) * v;
      rb += load<T>(gp + i + gChannel) * v;
      rc += load<T>(gp + i + 2 * gChannel) * v;
      rd += load<T>(gp + i + 3 * gChannel) * v;
    }
  }
  store<T>(to, total<T>(a) + ra);
  store<T>(to + step, total<T>(b) + rb);
  store<T>(to + 2 * step, total<T>(c) + rc);
  store<T>(to + 3 * step, total<T>(d) + rd);
}

function dots1<T>(g: usize, x: usize, list: usize, count: i32, n: i32, row: i32): T {
  const S = <i32>sizeof<T>();
  const twice = (n & ~(32 / S - 1)) * S;
  let a = v128.splat<T>(0), b = a;
  let rest: T = 0;
  for (let e = 0; e < count; e++, list += 8) {
    const gp = g + load<i32>(list) * row;
    const xp = x + load<i32>(list, 4) * row;
    let i = 0;
    for (; i < twice; i += 32) {
      a = madd<T>(v128.load(gp + i), v128.load(xp + i), a);
      b = madd<T>(v128.load(gp + i, 16), v128.load(xp + i, 16), b);
    }
    for (; i < row; i += S) rest += load<T>(gp + i) * load<T>(xp + i);
  }
  return total<T>(v128.add<T>(a, b)) + rest;
}

