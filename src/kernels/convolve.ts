/**
 * Convolution by whichever kernel is quicker: portable loops for little work, else WebAssembly.
 */

import type { TypedArray } from "../tensor/index.ts";
import * as portable from "./conv.ts";
import { engine } from "./wasm/engine.ts";
import { convolve, convolvesInWasm, convolveWeights } from "./wasm/images.ts";

type ConvSizes = portable.ConvSizes;

/** y[n, o, i, j] = Σ x[n, c, i·s − p + k·d, …] w[o, c, k, l]. */
export function convForward(x: TypedArray, w: TypedArray, y: TypedArray, s: ConvSizes): void {
  const e = convolvesInWasm(s, y) ? engine() : null;
  if (e) convolve(e, x, w, y, s, false);
  else portable.convForward(x, w, y, s);
}

/** The adjoint in the image. */
export function convInputGrad(g: TypedArray, w: TypedArray, dx: TypedArray, s: ConvSizes): void {
  const e = convolvesInWasm(s, dx) ? engine() : null;
  if (e) convolve(e, g, w, dx, s, true);
  else portable.convInputGrad(g, w, dx, s);
}

/** The adjoint in the kernel. */
export function convWeightGrad(x: TypedArray, g: TypedArray, dw: TypedArray, s: ConvSizes): void {
  const e = convolvesInWasm(s, dw) ? engine() : null;
  if (e) convolveWeights(e, x, g, dw, s);
  else portable.convWeightGrad(x, g, dw, s);
}
