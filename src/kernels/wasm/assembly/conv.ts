/**
 * Convolution and its adjoints on data laid out [channels, positions, batch], batch innermost.
 *
 * A convolution is a set of (output position, input position, tap) triples; taps on padding are not
 * in the set, so they cost nothing. The set comes as a list grouped by what is summed into: by output
 * position for the forward pass, by input position for the image's gradient, by tap for the kernel's.
 * Few channels: weights are broadcast against batch vectors straight from memory. Many: panels are
 * packed and the matrix product's register tile does the work.
 */

import { MR } from "./matmul";
import { madd, total } from "./vector";

/**
 * out[c, p, :] = Σ over (tap, q) of p, Σ_k w[tap, k, c] x[k, q, :].
 * @param starts first entry of each position; one more than positions
 * @param entries pairs (tap, q)
 */
function forward<T>(
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

// @ts-expect-error: decorator
@inline function put(p: usize, x: v128, y: v128): void {
  v128.store(p, x);
  v128.store(p, y, 16);
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
 * The same sums with packed panels: weights as [tap][panel of MR channels][k][MR], and for two vectors of
 * the batch at a time the whole image as [q][k][2 vectors].
 */
function forwardPacked<T>(
  x: usize, w: usize, out: usize, starts: usize, entries: usize,
  positions: i32, n: i32, channels: i32, inner: i32, inputPositions: i32, taps: i32,
  wTap: i32, wInner: i32, wChannel: i32, scratch: usize,
): void {
  const S = <i32>sizeof<T>();
  const NR = 32 / S;
  const panels = (channels + MR - 1) / MR;
  const panelBytes = inner * MR * S;
  const spill = (scratch + 15) & ~15;
  const packedW = spill + 256;
  const packedX = packedW + taps * panels * panelBytes;
  let to = packedW;
  for (let t = 0; t < taps; t++)
    for (let c = 0; c < channels; c += MR)
      for (let k = 0; k < inner; k++) {
        const from = w + t * wTap + k * wInner + c * wChannel;
        for (let r = 0; r < MR; r++, to += S)
          store<T>(to, c + r < channels ? load<T>(from + r * wChannel) : <T>0);
      }
  const row = n * S;
  const xInner = inputPositions * row;
  const outChannel = positions * row;
  for (let i = 0; i < n; i += NR) {
    // The last block starts early enough to be whole; what it repeats it writes alike.
    const start = n >= NR ? min(i, n - NR) : 0;
    const columns = min(NR, n);
    to = packedX;
    for (let q = 0; q < inputPositions; q++) {
      let from = x + q * row + start * S;
      if (columns == NR)
        for (let k = 0; k < inner; k++, from += xInner, to += 32) {
          v128.store(to, v128.load(from));
          v128.store(to, v128.load(from, 16), 16);
        }
      else
        for (let k = 0; k < inner; k++, from += xInner)
          for (let j = 0; j < NR; j++, to += S) store<T>(to, j < columns ? load<T>(from + j * S) : <T>0);
    }
    for (let p = 0; p < positions; p++) {
      const first = load<i32>(starts + 4 * p);
      const count = load<i32>(starts + 4 * p, 4) - first;
      for (let c = 0; c < panels; c++)
        tapTile<T>(
          packedW + c * panelBytes, panels * panelBytes, packedX, inner * 32,
          entries + 8 * first, count, inner,
          out + c * MR * outChannel + p * row + start * S, outChannel,
          min(MR, channels - c * MR), columns, spill,
        );
    }
  }
}

/** One register tile summed over the taps of a position. */
function tapTile<T>(
  w: usize, wTap: i32, x: usize, xPosition: i32, list: usize, count: i32, inner: i32,
  out: usize, outChannel: i32, rows: i32, columns: i32, spill: usize,
): void {
  const S = <i32>sizeof<T>();
  let c00 = v128.splat<T>(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  for (let e = 0; e < count; e++, list += 8) {
    let a = w + load<i32>(list) * wTap;
    let b = x + load<i32>(list, 4) * xPosition;
    for (let k = 0; k < inner; k++, a += MR * S, b += 32) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      let s = v128.load_splat<T>(a);
      c00 = madd<T>(s, b0, c00);
      c01 = madd<T>(s, b1, c01);
      s = v128.load_splat<T>(a, sizeof<T>());
      c10 = madd<T>(s, b0, c10);
      c11 = madd<T>(s, b1, c11);
      s = v128.load_splat<T>(a, 2 * sizeof<T>());
      c20 = madd<T>(s, b0, c20);
      c21 = madd<T>(s, b1, c21);
      s = v128.load_splat<T>(a, 3 * sizeof<T>());
      c30 = madd<T>(s, b0, c30);
      c31 = madd<T>(s, b1, c31);
      s = v128.load_splat<T>(a, 4 * sizeof<T>());
      c40 = madd<T>(s, b0, c40);
      c41 = madd<T>(s, b1, c41);
      if (MR == 6) {
        s = v128.load_splat<T>(a, 5 * sizeof<T>());
        c50 = madd<T>(s, b0, c50);
        c51 = madd<T>(s, b1, c51);
      }
    }
  }
  const whole = rows == MR && columns * S == 32;
  let p = whole ? out : spill;
  const step = whole ? outChannel : 32;
  put(p, c00, c01);
  put((p += step), c10, c11);
  put((p += step), c20, c21);
  put((p += step), c30, c31);
  put((p += step), c40, c41);
  if (MR == 6) put((p += step), c50, c51);
  if (!whole)
    for (let r = 0; r < rows; r++) memory.copy(out + r * outChannel, spill + r * 32, columns * S);
}

/**
 * dw[c, k, tap] = Σ over (p, q) of tap, g[c, p, :] · x[k, q, :].
 * @param entries pairs (p, q), grouped by tap
 */
function weights<T>(
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

/** Rows of a [channels, n] block (rows `step` bytes apart) as panels [panel][n][width], short panels filled with zeros. */
function panelsOf<T>(from: usize, step: i32, channels: i32, n: i32, width: i32, to: usize): usize {
  const S = <i32>sizeof<T>();
  for (let c = 0; c < channels; c += width) {
    const rows = min(width, channels - c);
    const base = from + c * step;
    let j = 0;
    if (S == 4 && rows == width) {
      for (; j + 4 <= n; j += 4) {
        // Four columns at once: a 4 × 4 transpose of the first rows, then of the rest.
        transpose4(base + j * 4, step, to, width * 4);
        if (width == 8) transpose4(base + j * 4 + 4 * step, step, to + 16, width * 4);
        else
          for (let r = 4; r < width; r++)
            for (let l = 0; l < 4; l++)
              store<f32>(to + (l * width + r) * 4, load<f32>(base + (j + l) * 4 + r * step));
        to += 4 * width * 4;
      }
    }
    for (; j < n; j++)
      for (let r = 0; r < width; r++, to += S)
        store<T>(to, r < rows ? load<T>(base + r * step + j * S) : <T>0);
  }
  return to;
}

// @ts-expect-error: decorator
@inline function transpose4(from: usize, step: i32, to: usize, toStep: i32): void {
  const a = v128.load(from);
  const b = v128.load(from + step);
  const c = v128.load(from + 2 * step);
  const d = v128.load(from + 3 * step);
  const ab0 = i32x4.shuffle(a, b, 0, 4, 1, 5);
  const ab1 = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cd0 = i32x4.shuffle(c, d, 0, 4, 1, 5);
  const cd1 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(to, i64x2.shuffle(ab0, cd0, 0, 2));
  v128.store(to + toStep, i64x2.shuffle(ab0, cd0, 1, 3));
  v128.store(to + 2 * toStep, i64x2.shuffle(ab1, cd1, 0, 2));
  v128.store(to + 3 * toStep, i64x2.shuffle(ab1, cd1, 1, 3));
}

/** The kernel's gradient with packed panels: products of [channels × batch] by [batch × inner] blocks, one for each pair. */
function weightsPacked<T>(
  x: usize, g: usize, dw: usize, starts: usize, entries: usize,
  positions: i32, n: i32, channels: i32, inner: i32, inputPositions: i32, taps: i32, scratch: usize,
): void {
  const S = <i32>sizeof<T>();
  const NR = 32 / S;
  const row = n * S;
  const gPanels = (channels + MR - 1) / MR;
  const xPanels = (inner + NR - 1) / NR;
  const tileAt = (scratch + 15) & ~15;
  const packedG = tileAt + 256;
  const gPosition = gPanels * MR * row;
  const packedX = packedG + positions * gPosition;
  const xPosition = xPanels * 32 * n;
  for (let p = 0; p < positions; p++)
    panelsOf<T>(g + p * row, positions * row, channels, n, MR, packedG + p * gPosition);
  for (let q = 0; q < inputPositions; q++)
    panelsOf<T>(x + q * row, inputPositions * row, inner, n, NR, packedX + q * xPosition);
  for (let c = 0; c < gPanels; c++)
    for (let k = 0; k < xPanels; k++)
      for (let t = 0; t < taps; t++) {
        const first = load<i32>(starts + 4 * t);
        const count = load<i32>(starts + 4 * t, 4) - first;
        tapTile<T>(
          packedG + c * MR * row, gPosition, packedX + k * 32 * n, xPosition,
          entries + 8 * first, count, n, tileAt, 32, MR, NR, tileAt,
        );
        const rows = min(MR, channels - c * MR);
        const columns = min(NR, inner - k * NR);
        for (let r = 0; r < rows; r++)
          for (let j = 0; j < columns; j++)
            store<T>(
              dw + (((c * MR + r) * inner + k * NR + j) * taps + t) * S,
              load<T>(tileAt + r * 32 + j * S),
            );
      }
}

/** Whether packing pays: enough channels on both sides to reuse the panels. */
export function convPacks(channels: i32, inner: i32): bool {
  return channels >= 12 && inner >= 8;
}

/** Bytes of scratch for any of the three, in elements of `size` bytes. */
export function convScratch(
  channels: i32, inner: i32, positions: i32, inputPositions: i32, taps: i32, n: i32, size: i32,
): i32 {
  const wide = ((channels + 5) / 5) * 6;
  const forwardBytes = (taps * wide * inner + inputPositions * inner * 8) * size;
  const weightBytes = (positions * wide + inputPositions * (inner + 8)) * n * size;
  return 1024 + max(forwardBytes, weightBytes);
}

export function conv32(
  x: usize, w: usize, out: usize, starts: usize, entries: usize,
  positions: i32, n: i32, channels: i32, inner: i32, inputPositions: i32, taps: i32,
  wTap: i32, wInner: i32, wChannel: i32, scratch: usize,
): void {
  if (convPacks(channels, inner))
    forwardPacked<f32>(x, w, out, starts, entries, positions, n, channels, inner, inputPositions, taps, 4 * wTap, 4 * wInner, 4 * wChannel, scratch);
  else
    forward<f32>(x, w, out, starts, entries, positions, n, channels, inner, inputPositions, 4 * wTap, 4 * wInner, 4 * wChannel);
}

export function conv64(
  x: usize, w: usize, out: usize, starts: usize, entries: usize,
  positions: i32, n: i32, channels: i32, inner: i32, inputPositions: i32, taps: i32,
  wTap: i32, wInner: i32, wChannel: i32, scratch: usize,
): void {
  if (convPacks(channels, inner))
    forwardPacked<f64>(x, w, out, starts, entries, positions, n, channels, inner, inputPositions, taps, 8 * wTap, 8 * wInner, 8 * wChannel, scratch);
  else
    forward<f64>(x, w, out, starts, entries, positions, n, channels, inner, inputPositions, 8 * wTap, 8 * wInner, 8 * wChannel);
}

export function convWeights32(
  x: usize, g: usize, dw: usize, starts: usize, entries: usize,
  positions: i32, n: i32, channels: i32, inner: i32, inputPositions: i32, taps: i32, scratch: usize,
): void {
  if (convPacks(channels, inner))
    weightsPacked<f32>(x, g, dw, starts, entries, positions, n, channels, inner, inputPositions, taps, scratch);
  else weights<f32>(x, g, dw, starts, entries, positions, n, channels, inner, inputPositions, taps);
}

export function convWeights64(
  x: usize, g: usize, dw: usize, starts: usize, entries: usize,
  positions: i32, n: i32, channels: i32, inner: i32, inputPositions: i32, taps: i32, scratch: usize,
): void {
  if (convPacks(channels, inner))
    weightsPacked<f64>(x, g, dw, starts, entries, positions, n, channels, inner, inputPositions, taps, scratch);
  else weights<f64>(x, g, dw, starts, entries, positions, n, channels, inner, inputPositions, taps);
}
