/**
 * Convolution with many channels: weights and images are packed into panels, and the matrix product's
 * register tile sums over taps and channels.
 */

import { MR } from "./matmul";
import { madd, put } from "./vector";

/**
 * The same sums with packed panels: weights as [tap][panel of MR channels][k][MR], and for two vectors of
 * the batch at a time the whole image as [q][k][2 vectors].
 */
export function forwardPacked<T>(
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
export function weightsPacked<T>(
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

