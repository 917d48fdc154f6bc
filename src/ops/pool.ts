/**
 * Pooling: the largest or the average entry of each window.
 *
 * Averages are linear, with `spreadWindows` their adjoint. The maximum reads one entry a window; its
 * positions come from the input, so its derivative is a gather at them and the adjoint a scatter.
 */

import { averageWindows, maxPositions, pick, put, spreadWindows, type Windows } from "../kernels/index.ts";
import {
  ArgumentError,
  allocate,
  type Op,
  reserve,
  rng,
  ShapeError,
  shapeText,
  sizeOf,
  Tensor,
  type TypedArray,
  toFloat,
} from "../tensor/index.ts";
import type { Shape } from "../tensor/types.ts";
import { type Pair, pair } from "./conv.ts";
import { apply, defineOp } from "./define.ts";
import { call } from "./latex.ts";
import { lift, type TensorLike } from "./lift.ts";
import type { Pooled } from "./types.ts";

/** How the windows of a pooling move, as in PyTorch; a pair is [height, width]. */
export interface PoolOptions {
  /** Default: the kernel size. */
  stride?: number | Pair;
  padding?: number | Pair;
  /** Count a last window that only partly fits. */
  ceilMode?: boolean;
}

const planesOf = (x: Tensor): number => sizeOf(x.shape.slice(0, -2));
const pooled = (x: Tensor, s: Windows): number[] => [...x.shape.slice(0, -2), s.oh, s.ow];
const full = (x: Tensor, s: Windows): number[] => [...x.shape.slice(0, -2), s.h, s.w];

const maxSamples = (): { inputs: Tensor[]; params: Windows }[] => [
  { inputs: [rng(1).normal([2, 1, 4, 4])], params: windows([4, 4], [2, 2], { what: "maxPool2d" }) },
  {
    inputs: [rng(2).normal([1, 2, 3, 5])],
    params: windows([3, 5], [3, 2], { stride: 2, padding: 1, what: "maxPool2d" }),
  },
];

export const maxPool2dOp: Op<Windows> = defineOp<Windows>({
  name: "maxPool2d",
  forward: ([x], s) => {
    const positions = maxPositions(x.values(), planesOf(x), s);
    if (x.isContiguous) found.set(x.data, { s, offset: x.offset, positions });
    return read(x, positions, s);
  },
  vjp: [(G, [x], _, s) => apply(maxPool2dGradOp, [G, x], s)],
  jvp: [(T, [x], _, s) => apply(maxPool2dReadOp, [T, x], s)],
  latex: call("\\operatorname{maxpool}"),
  samples: maxSamples,
});

/** Entries of T at the places where x is largest in its window. */
export const maxPool2dReadOp: Op<Windows> = defineOp<Windows>({
  name: "maxPool2dRead",
  forward: ([T, x], s) => read(T, positionsOf(x, s), s),
  vjp: [(G, [, x], _, s) => apply(maxPool2dGradOp, [G, x], s), null],
  jvp: [(T, [, x], _, s) => apply(maxPool2dReadOp, [T, x], s), null],
  latex: call("\\operatorname{maxpool}^{\\prime}"),
  samples: () =>
    maxSamples().map(({ inputs: [x], params }) => ({ inputs: [rng(3).normal(x.shape), x], params })),
});

/** G put back at the places where x is largest in its window. */
export const maxPool2dGradOp: Op<Windows> = defineOp<Windows>({
  name: "maxPool2dGrad",
  forward: ([G, x], s) => {
    const out = allocate(toFloat(G.dtype), x.size);
    put(G.values(), positionsOf(x, s), out);
    return new Tensor(out, x.shape, toFloat(G.dtype));
  },
  vjp: [(H, [, x], _, s) => apply(maxPool2dReadOp, [H, x], s), null],
  jvp: [(T, [, x], _, s) => apply(maxPool2dGradOp, [T, x], s), null],
  latex: call("\\operatorname{maxpool}^{\\top}"),
  samples: () =>
    maxSamples().map(({ inputs: [x], params }) => ({
      inputs: [rng(3).normal(pooled(x, params)), x],
      params,
    })),
});

/** Where the latest forward pass over these numbers found the largest: its backward pass asks again. */
const found = new WeakMap<TypedArray, { s: Windows; offset: number; positions: Int32Array }>();

function positionsOf(x: Tensor, s: Windows): Int32Array {
  const known = x.isContiguous ? found.get(x.data) : undefined;
  return known?.s === s && known.offset === x.offset
    ? known.positions
    : maxPositions(x.values(), planesOf(x), s);
}

function read(T: Tensor, positions: Int32Array, s: Windows): Tensor {
  const shape = pooled(T, s);
  const out = reserve(T.dtype, sizeOf(shape));
  pick(T.values(), positions, out);
  return new Tensor(out, shape, T.dtype);
}

const averageSamples = (): { inputs: Tensor[]; params: Windows }[] => [
  { inputs: [rng(1).normal([2, 1, 4, 4])], params: windows([4, 4], [2, 2], { what: "avgPool2d" }) },
  {
    inputs: [rng(2).normal([1, 2, 3, 5])],
    params: windows([3, 5], [3, 2], { stride: 2, padding: 1, what: "avgPool2d" }),
  },
  { inputs: [rng(3).normal([1, 1, 5, 3])], params: adaptive([5, 3], [3, 2]) },
];

export const averagePool2dOp: Op<Windows> = defineOp<Windows>({
  name: "averagePool2d",
  forward: ([x], s) => {
    const out = reserve(toFloat(x.dtype), planesOf(x) * s.oh * s.ow);
    averageWindows(x.values(), out, planesOf(x), s);
    return new Tensor(out, pooled(x, s), toFloat(x.dtype));
  },
  vjp: [(G, _, __, s) => apply(averagePool2dGradOp, [G], s)],
  jvp: [(T, _, __, s) => apply(averagePool2dOp, [T], s)],
  latex: call("\\operatorname{avgpool}"),
  samples: averageSamples,
});

export const averagePool2dGradOp: Op<Windows> = defineOp<Windows>({
  name: "averagePool2dGrad",
  forward: ([G], s) => {
    const out = allocate(toFloat(G.dtype), planesOf(G) * s.h * s.w);
    spreadWindows(G.values(), out, planesOf(G), s);
    return new Tensor(out, full(G, s), toFloat(G.dtype));
  },
  vjp: [(H, _, __, s) => apply(averagePool2dOp, [H], s)],
  jvp: [(T, _, __, s) => apply(averagePool2dGradOp, [T], s)],
  latex: call("\\operatorname{avgpool}^{\\top}"),
  samples: () =>
    averageSamples().map(({ inputs: [x], params }) => ({
      inputs: [rng(4).normal(pooled(x, params))],
      params,
    })),
});

interface WindowOptions extends PoolOptions {
  what: string;
  dilation?: number | Pair;
  /** Whether averages divide by the whole window, padding included. Default true. */
  countIncludePad?: boolean;
}

/** The windows of a kernel that slides over an image. */
function windows(image: Pair, kernel: Pair, o: WindowOptions): Windows {
  const stride = pair(o.stride ?? kernel, "stride", o.what, 1);
  const padding = pair(o.padding ?? 0, "padding", o.what, 0);
  const dilation = pair(o.dilation ?? 1, "dilation", o.what, 1);
  if (padding.some((p, d) => 2 * p > kernel[d]))
    throw new ArgumentError(`${o.what}: padding ${padding} may be at most half the kernel size ${kernel}.`);
  const axis = (d: 0 | 1): { ranges: number[]; spans: number[] } => {
    const reach = dilation[d] * (kernel[d] - 1) + 1;
    const room = (image[d] + 2 * padding[d] - reach) / stride[d];
    let count = Math.floor(room) + 1;
    // A last, partial window counts only when it begins inside the image or its left padding.
    if (o.ceilMode) {
      count = Math.ceil(room) + 1;
      if ((count - 1) * stride[d] >= image[d] + padding[d]) count--;
    }
    if (count < 1)
      throw new ShapeError(
        `${o.what}: windows of ${kernel.join(" × ")} do not fit images of ${image.join(" × ")} with padding ${padding}.`,
      );
    const ranges: number[] = [];
    const spans: number[] = [];
    for (let i = 0; i < count; i++) {
      const start = i * stride[d] - padding[d];
      const end = start + reach;
      const first = start >= 0 ? start : start + Math.ceil(-start / dilation[d]) * dilation[d];
      ranges.push(first, Math.min(end, image[d]));
      spans.push(Math.min(end, image[d] + padding[d]) - start);
    }
    return { ranges, spans };
  };
  const [r, c] = [axis(0), axis(1)];
  const real = (ranges: number[], i: number): number => ranges[2 * i + 1] - ranges[2 * i];
  const whole = o.countIncludePad ?? true;
  return {
    h: image[0],
    w: image[1],
    oh: r.spans.length,
    ow: c.spans.length,
    rows: r.ranges,
    columns: c.ranges,
    divisors: r.spans.flatMap((a, i) =>
      c.spans.map((b, j) => (whole ? a * b : real(r.ranges, i) * real(c.ranges, j))),
    ),
    dilation,
  };
}

/** Windows that cut an image into `out` parts: from ⌊i·H/out⌋ to ⌈(i + 1)·H/out⌉. */
function adaptive(image: Pair, out: Pair): Windows {
  const axis = (d: 0 | 1): number[] =>
    Array.from({ length: out[d] }, (_, i) => [
      Math.floor((i * image[d]) / out[d]),
      Math.ceil(((i + 1) * image[d]) / out[d]),
    ]).flat();
  const [rows, columns] = [axis(0), axis(1)];
  const divisors: number[] = [];
  for (let i = 0; i < out[0]; i++)
    for (let j = 0; j < out[1]; j++)
      divisors.push((rows[2 * i + 1] - rows[2 * i]) * (columns[2 * j + 1] - columns[2 * j]));
  return { h: image[0], w: image[1], oh: out[0], ow: out[1], rows, columns, divisors, dilation: [1, 1] };
}

function imageOf(x: TensorLike, what: string): { t: Tensor; image: Pair } {
  const t = lift(x, what);
  if (t.rank !== 3 && t.rank !== 4)
    throw new ShapeError(
      `${what}: expected images [N, C, H, W] or [C, H, W]; got shape ${shapeText(t.shape)}.`,
    );
  return { t, image: [t.shape[t.rank - 2], t.shape[t.rank - 1]] };
}

/**
 * The largest entry of each window; the gradient goes to the first of equals, as in PyTorch. Padding counts
 * as −∞.
 * @param x [N, C, H, W] or [C, H, W]
 * @throws ShapeError for other shapes or when no window fits.
 * @example
 * ```ts
 * maxPool2d(arange(16).reshape([1, 4, 4]), 2); // → [[[5,7],[13,15]]]
 * ```
 */
export function maxPool2d<
  S extends Shape,
  const K extends number | Pair,
  const O extends PoolOptions & { dilation?: number | Pair } = PoolOptions,
>(x: Tensor<S>, kernelSize: K, o?: O): Tensor<Pooled<S, K, O>>;
export function maxPool2d(
  x: TensorLike,
  kernelSize: number | Pair,
  o?: PoolOptions & { dilation?: number | Pair },
): Tensor;
export function maxPool2d(
  x: TensorLike,
  kernelSize: number | Pair,
  o: PoolOptions & { dilation?: number | Pair } = {},
): Tensor {
  const { t, image } = imageOf(x, "maxPool2d");
  const kernel = pair(kernelSize, "kernelSize", "maxPool2d", 1);
  return apply(maxPool2dOp, [t], windows(image, kernel, { ...o, what: "maxPool2d" }));
}

/**
 * The average of each window; zeros of the padding count unless `countIncludePad` is false.
 * @param x [N, C, H, W] or [C, H, W]
 * @throws ShapeError for other shapes or when no window fits.
 * @example
 * ```ts
 * avgPool2d(arange(16).reshape([1, 4, 4]), 2); // → [[[2.5,4.5],[10.5,12.5]]]
 * ```
 */
export function avgPool2d<
  S extends Shape,
  const K extends number | Pair,
  const O extends PoolOptions & { countIncludePad?: boolean } = PoolOptions,
>(x: Tensor<S>, kernelSize: K, o?: O): Tensor<Pooled<S, K, O>>;
export function avgPool2d(
  x: TensorLike,
  kernelSize: number | Pair,
  o?: PoolOptions & { countIncludePad?: boolean },
): Tensor;
export function avgPool2d(
  x: TensorLike,
  kernelSize: number | Pair,
  o: PoolOptions & { countIncludePad?: boolean } = {},
): Tensor {
  const { t, image } = imageOf(x, "avgPool2d");
  const kernel = pair(kernelSize, "kernelSize", "avgPool2d", 1);
  return apply(averagePool2dOp, [t], windows(image, kernel, { ...o, what: "avgPool2d" }));
}

/**
 * Averages over windows chosen so that the result has the given height and width.
 * @param x [N, C, H, W] or [C, H, W]
 * @example
 * ```ts
 * adaptiveAvgPool2d(arange(9).reshape([1, 3, 3]), 1); // → tensor([[[4]]], shape=[1, 1, 1], float64)
 * ```
 */
export function adaptiveAvgPool2d(x: TensorLike, size: number | Pair): Tensor {
  const { t, image } = imageOf(x, "adaptiveAvgPool2d");
  return apply(averagePool2dOp, [t], adaptive(image, pair(size, "outputSize", "adaptiveAvgPool2d", 1)));
}
