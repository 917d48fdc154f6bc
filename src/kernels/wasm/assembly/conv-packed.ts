/**
 * Convolution with many channels: weights and images are packed into panels, and the matrix product's
 * register tile sums over taps and channels.
 */

import { MR, Put, SPILL, tile, width } from "./tile";

/**
 * The same sums with packed panels: weights as [tap][panel of MR channels][k][MR], and for W vectors of
 * the batch at a time the whole image as [q][k][W vectors].
 */
export function forwardPacked<T, W>(
  x: usize, w: usize, out: usize, starts: usize, entries: usize,
  positions: i32, n: i32, channels: i32, inner: i32, inputPositions: i32, taps: i32,
  wTap: i32, wInner: i32, wChannel: i32, scratch: usize,
): void {
  const S = <i32>sizeof<T>();
  const NR = width<W>() / S;
  const panels = (channels + MR - 1) / MR;
  const panelBytes = inner * MR * S;
  const spill = (scratch + 15) & ~15;
  const packedW = spill + SPILL;
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
        for (let k = 0; k < inner; k++, from += xInner, to += width<W>())
          for (let v = 0; v < width<W>(); v += 16) v128.store(to + v, v128.load(from + v));
      else
        for (let k = 0; k < inner; k++, from += xInner)
          for (let j = 0; j < NR; j++, to += S) store<T>(to, j < columns ? load<T>(from + j * S) : <T>0);
    }
    for (let p = 0; p < positions; p++) {
      const first = load<i32>(starts + 4 * p);
      const count = load<i32>(starts + 4 * p, 4) - first;
      for (let c = 0; c < panels; c++)
        tile<T, W, Put>(
          packedW + c * panelBytes, panels * panelBytes, packedX, inner * width<W>(),
          entries + 8 * first, count, inner,
          out + c * MR * outChannel + p * row + start * S, outChannel,
          min(MR, channels - c * MR), columns, spill,
        );
    }
  }
}

/** Rows of a [channels, n] block (rows `step` bytes apart) as panels [panel][n][size], short panels filled with zeros. */
function panelsOf<T>(from: usize, step: i32, channels: i32, n: i32, size: i32, to: usize): usize {
  const S = <i32>sizeof<T>();
  for (let c = 0; c < channels; c += size) {
    const rows = min(size, channels - c);
    const base = from + c * step;
    let j = 0;
    if (S == 4 && rows == size) {
      for (; j + 4 <= n; j += 4) {
        // Four columns at once: a 4 × 4 transpose of the first rows, then of the rest.
        transpose4(base + j * 4, step, to, size * 4);
        let r = 4;
        for (; r + 4 <= size; r += 4) transpose4(base + j * 4 + r * step, step, to + r * 4, size * 4);
        for (; r < size; r++)
          for (let l = 0; l < 4; l++)
            store<f32>(to + (l * size + r) * 4, load<f32>(base + (j + l) * 4 + r * step));
        to += 4 * size * 4;
      }
    }
    for (; j < n; j++)
      for (let r = 0; r < size; r++, to += S)
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
export function weightsPacked<T, W>(
  x: usize, g: usize, dw: usize, starts: usize, entries: usize,
  positions: i32, n: i32, channels: i32, inner: i32, inputPositions: i32, taps: i32, scratch: usize,
): void {
  const S = <i32>sizeof<T>();
  const NR = width<W>() / S;
  const row = n * S;
  const gPanels = (channels + MR - 1) / MR;
  const xPanels = (inner + NR - 1) / NR;
  const tileAt = (scratch + 15) & ~15;
  const packedG = tileAt + SPILL;
  const gPosition = gPanels * MR * row;
  const packedX = packedG + positions * gPosition;
  const xPosition = xPanels * width<W>() * n;
  for (let p = 0; p < positions; p++)
    panelsOf<T>(g + p * row, positions * row, channels, n, MR, packedG + p * gPosition);
  for (let q = 0; q < inputPositions; q++)
    panelsOf<T>(x + q * row, inputPositions * row, inner, n, NR, packedX + q * xPosition);
  for (let c = 0; c < gPanels; c++)
    for (let k = 0; k < xPanels; k++)
      for (let t = 0; t < taps; t++) {
        const first = load<i32>(starts + 4 * t);
        const count = load<i32>(starts + 4 * t, 4) - first;
        tile<T, W, Put>(
          packedG + c * MR * row, gPosition, packedX + k * width<W>() * n, xPosition,
          entries + 8 * first, count, n, tileAt, width<W>(), MR, NR, tileAt,
        );
        const rows = min(MR, channels - c * MR);
        const columns = min(NR, inner - k * NR);
        for (let r = 0; r < rows; r++)
          for (let j = 0; j < columns; j++)
            store<T>(
              dw + (((c * MR + r) * inner + k * NR + j) * taps + t) * S,
              load<T>(tileAt + r * width<W>() + j * S),
            );
      }
}

