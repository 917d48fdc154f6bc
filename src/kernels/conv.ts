/**
 * Portable two-dimensional correlation and its two adjoints, on dense [N, C, H, W] data.
 *
 * All three visit the same set of (output, input, weight) triples; only the one that is summed into
 * differs. Taps that fall on padding are never visited: their ranges are computed once a row.
 */

import type { TypedArray } from "../tensor/index.ts";

export interface ConvSizes {
  /** Batch, input channels, output channels, groups. */
  n: number;
  ci: number;
  co: number;
  groups: number;
  /** Input, kernel and output sizes. */
  h: number;
  w: number;
  kh: number;
  kw: number;
  oh: number;
  ow: number;
  stride: readonly [number, number];
  padding: readonly [number, number];
  dilation: readonly [number, number];
}

/** For each output position, the taps [from, to) that meet the image. */
export function liveTaps(
  out: number,
  size: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation: number,
): Int32Array {
  const ranges = new Int32Array(2 * out);
  for (let o = 0; o < out; o++) {
    const first = o * stride - padding;
    const from = Math.max(0, Math.ceil(-first / dilation));
    const to = Math.min(kernel, Math.floor((size - 1 - first) / dilation) + 1);
    ranges[2 * o] = from;
    ranges[2 * o + 1] = Math.max(from, to);
  }
  return ranges;
}

type Visit = (n: number, out: number, image: number, weight: number, count: number, step: number) => void;

/** Calls `visit(batch, output index, input index, weight index, taps along W, input step)` for each row of live taps. */
function eachRow(s: ConvSizes, visit: Visit): void {
  const rows = liveTaps(s.oh, s.h, s.kh, s.stride[0], s.padding[0], s.dilation[0]);
  const columns = liveTaps(s.ow, s.w, s.kw, s.stride[1], s.padding[1], s.dilation[1]);
  const inGroup = s.ci / s.groups;
  const outGroup = s.co / s.groups;
  for (let n = 0; n < s.n; n++)
    for (let co = 0; co < s.co; co++) {
      const first = Math.floor(co / outGroup) * inGroup;
      for (let oh = 0; oh < s.oh; oh++)
        for (let ow = 0; ow < s.ow; ow++) {
          const out = ((n * s.co + co) * s.oh + oh) * s.ow + ow;
          const from = columns[2 * ow];
          const count = columns[2 * ow + 1] - from;
          if (count <= 0) continue;
          const left = ow * s.stride[1] - s.padding[1] + from * s.dilation[1];
          for (let c = 0; c < inGroup; c++)
            for (let kh = rows[2 * oh]; kh < rows[2 * oh + 1]; kh++) {
              const ih = oh * s.stride[0] - s.padding[0] + kh * s.dilation[0];
              const image = ((n * s.ci + first + c) * s.h + ih) * s.w + left;
              visit(n, out, image, ((co * inGroup + c) * s.kh + kh) * s.kw + from, count, s.dilation[1]);
            }
        }
    }
}

/** y[n, o, i, j] = Σ x[n, c, i·s − p + k·d, …] w[o, c, k, l]. */
export function convForward(x: TypedArray, w: TypedArray, y: TypedArray, s: ConvSizes): void {
  const sums = new Float64Array(y.length);
  eachRow(s, (_, out, image, weight, count, step) => {
    let sum = 0;
    for (let k = 0; k < count; k++) sum += x[image + k * step] * w[weight + k];
    sums[out] += sum;
  });
  y.set(sums);
}

/** The adjoint in the image: gradients of the outputs spread back over the taps they were read from. */
export function convInputGrad(g: TypedArray, w: TypedArray, dx: TypedArray, s: ConvSizes): void {
  const sums = new Float64Array(dx.length);
  eachRow(s, (_, out, image, weight, count, step) => {
    const v = g[out];
    for (let k = 0; k < count; k++) sums[image + k * step] += v * w[weight + k];
  });
  dx.set(sums);
}

/** The adjoint in the kernel: each weight collects the products of the pairs it joined. */
export function convWeightGrad(x: TypedArray, g: TypedArray, dw: TypedArray, s: ConvSizes): void {
  const sums = new Float64Array(dw.length);
  eachRow(s, (_, out, image, weight, count, step) => {
    const v = g[out];
    for (let k = 0; k < count; k++) sums[weight + k] += v * x[image + k * step];
  });
  dw.set(sums);
}
