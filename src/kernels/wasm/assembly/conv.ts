/**
 * Convolution and its adjoints on data laid out [channels, positions, batch], batch innermost.
 *
 * A convolution is a set of (output position, input position, tap) triples; taps on padding are not
 * in the set, so they cost nothing. The set comes as a list grouped by what is summed into: by output
 * position for the forward pass, by input position for the image's gradient, by tap for the kernel's.
 * Few channels: weights are broadcast against batch vectors straight from memory. Many: panels are
 * packed and the matrix product's register tile does the work.
 */

import { forward, weights } from "./conv-direct";
import { forwardPacked, weightsPacked } from "./conv-packed";
import { Four, Two, WIDE } from "./tile";

/** Whether packing pays: enough channels on both sides to reuse the panels. */
export function convPacks(channels: i32, inner: i32): bool {
  return channels >= 12 && inner >= 8;
}

/** Bytes of scratch for any of the three, in elements of `size` bytes. */
export function convScratch(
  channels: i32, inner: i32, positions: i32, inputPositions: i32, taps: i32, n: i32, size: i32,
): i32 {
  const rows = ((channels + 5) / 5) * 6;
  const forwardBytes = (taps * rows * inner + inputPositions * inner * 16) * size;
  const weightBytes = (positions * rows + inputPositions * (inner + 16)) * n * size;
  return 1024 + max(forwardBytes, weightBytes);
}

export function conv32(
  x: usize, w: usize, out: usize, starts: usize, entries: usize,
  positions: i32, n: i32, channels: i32, inner: i32, inputPositions: i32, taps: i32,
  wTap: i32, wInner: i32, wChannel: i32, scratch: usize,
): void {
  convolve<f32>(x, w, out, starts, entries, positions, n, channels, inner, inputPositions, taps, 4 * wTap, 4 * wInner, 4 * wChannel, scratch);
}

export function convWeights32(
  x: usize, g: usize, dw: usize, starts: usize, entries: usize,
  positions: i32, n: i32, channels: i32, inner: i32, inputPositions: i32, taps: i32, scratch: usize,
): void {
  convolveWeights<f32>(x, g, dw, starts, entries, positions, n, channels, inner, inputPositions, taps, scratch);
}

export function conv64(
  x: usize, w: usize, out: usize, starts: usize, entries: usize,
  positions: i32, n: i32, channels: i32, inner: i32, inputPositions: i32, taps: i32,
  wTap: i32, wInner: i32, wChannel: i32, scratch: usize,
): void {
  convolve<f64>(x, w, out, starts, entries, positions, n, channels, inner, inputPositions, taps, 8 * wTap, 8 * wInner, 8 * wChannel, scratch);
}

export function convWeights64(
  x: usize, g: usize, dw: usize, starts: usize, entries: usize,
  positions: i32, n: i32, channels: i32, inner: i32, inputPositions: i32, taps: i32, scratch: usize,
): void {
  convolveWeights<f64>(x, g, dw, starts, entries, positions, n, channels, inner, inputPositions, taps, scratch);
}

/** Steps through the weights are in bytes. */
function convolve<T>(
  x: usize, w: usize, out: usize, starts: usize, entries: usize,
  positions: i32, n: i32, channels: i32, inner: i32, inputPositions: i32, taps: i32,
  wTap: i32, wInner: i32, wChannel: i32, scratch: usize,
): void {
  if (!convPacks(channels, inner))
    forward<T>(x, w, out, starts, entries, positions, n, channels, inner, inputPositions, wTap, wInner, wChannel);
  else if (WIDE && n * <i32>sizeof<T>() >= 64)
    forwardPacked<T, Four>(x, w, out, starts, entries, positions, n, channels, inner, inputPositions, taps, wTap, wInner, wChannel, scratch);
  else
    forwardPacked<T, Two>(x, w, out, starts, entries, positions, n, channels, inner, inputPositions, taps, wTap, wInner, wChannel, scratch);
}

function convolveWeights<T>(
  x: usize, g: usize, dw: usize, starts: usize, entries: usize,
  positions: i32, n: i32, channels: i32, inner: i32, inputPositions: i32, taps: i32, scratch: usize,
): void {
  if (!convPacks(channels, inner))
    weights<T>(x, g, dw, starts, entries, positions, n, channels, inner, inputPositions, taps);
  else if (WIDE && inner * <i32>sizeof<T>() >= 64)
    weightsPacked<T, Four>(x, g, dw, starts, entries, positions, n, channels, inner, inputPositions, taps, scratch);
  else weightsPacked<T, Two>(x, g, dw, starts, entries, positions, n, channels, inner, inputPositions, taps, scratch);
}
