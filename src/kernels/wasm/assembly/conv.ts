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
