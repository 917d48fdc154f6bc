/**
 * Two-dimensional convolution (cross-correlation, as in PyTorch) and its two adjoints.
 *
 * y = x ⋆ w is bilinear, so each of the three operations differentiates into the other two:
 * with G = ∂L/∂y, ∂L/∂x is the transposed convolution of G with w, and ∂L/∂w correlates x with G.
 */

import { type ConvSizes, convForward, convInputGrad, convWeightGrad } from "../kernels/index.ts";
import {
  ArgumentError,
  type Op,
  promote,
  reserve,
  rng,
  ShapeError,
  shapeText,
  sizeOf,
  Tensor,
  type TypedArray,
} from "../tensor/index.ts";
import type { Shape } from "../tensor/types.ts";
import { add } from "./arithmetic.ts";
import { apply, defineOp } from "./define.ts";
import { PREC, tex, wrap } from "./latex.ts";
import { reshape } from "./layout.ts";
import { lift, type TensorLike } from "./lift.ts";
import type { Convolved, Kernels } from "./types.ts";

export type Pair = readonly [number, number];

export interface ConvParams {
  stride: Pair;
  padding: Pair;
  dilation: Pair;
  groups: number;
}
interface ConvInto extends ConvParams {
  /** Shape of the result: that of the image or of the kernel. */
  shape: readonly number[];
}

/** How the kernels of a convolution move, as in PyTorch; a pair is [height, width]. */
export interface ConvOptions {
  stride?: number | Pair;
  padding?: number | Pair;
  dilation?: number | Pair;
  /** Blocks of channels that do not mix. */
  groups?: number;
}

export function pair(value: number | Pair, name: string, where: string, least: number): Pair {
  const both: Pair = typeof value === "number" ? [value, value] : value;
  if (both.length !== 2 || !both.every((v) => Number.isInteger(v) && v >= least))
    throw new ArgumentError(
      `${where}: ${name} must be an integer of at least ${least}, or two of them (height, width); got ${value}.`,
    );
  return both;
}

/** Output positions along one axis: ⌊(size + 2p − d(k − 1) − 1)/s⌋ + 1. */
export function outputSize(size: number, kernel: number, s: number, p: number, d: number): number {
  return Math.floor((size + 2 * p - d * (kernel - 1) - 1) / s) + 1;
}

/** The sizes that the kernels work with, from the shapes of image, kernel and output. */
export function convSizes(
  image: readonly number[],
  kernel: readonly number[],
  { stride, padding, dilation, groups }: ConvParams,
): ConvSizes {
  return {
    n: image[0],
    ci: image[1],
    co: kernel[0],
    groups,
    h: image[2],
    w: image[3],
    kh: kernel[2],
    kw: kernel[3],
    oh: outputSize(image[2], kernel[2], stride[0], padding[0], dilation[0]),
    ow: outputSize(image[3], kernel[3], stride[1], padding[1], dilation[1]),
    stride,
    padding,
    dilation,
  };
}

type Kernel = (a: TypedArray, b: TypedArray, out: TypedArray, s: ConvSizes) => void;

function run(kernel: Kernel, a: Tensor, b: Tensor, s: ConvSizes, shape: readonly number[]): Tensor {
  const dtype = promote(promote(a.dtype, b.dtype), "int32");
  const out = reserve(dtype, sizeOf(shape));
  kernel(a.values(), b.values(), out, s);
  return new Tensor(out, shape, dtype);
}

const star =
  (sign: string): Op["latex"] =>
  ([a, b]) =>
    tex(`${wrap(a, PREC.mul)} ${sign} ${wrap(b, PREC.unary)}`, PREC.mul);

const plain: ConvParams = { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 };
const settings: { image: number[]; kernel: number[]; p: ConvParams }[] = [
  { image: [2, 2, 4, 3], kernel: [3, 2, 2, 2], p: plain },
  { image: [1, 1, 5, 4], kernel: [2, 1, 3, 3], p: { ...plain, stride: [2, 2], padding: [1, 1] } },
  { image: [2, 2, 2, 2], kernel: [2, 2, 3, 3], p: { ...plain, padding: [1, 1] } },
  {
    image: [1, 2, 5, 5],
    kernel: [2, 1, 2, 2],
    p: { ...plain, dilation: [2, 3], padding: [0, 1], groups: 2 },
  },
];
const outputOf = (image: readonly number[], kernel: readonly number[], p: ConvParams): number[] => {
  const s = convSizes(image, kernel, p);
  return [s.n, s.co, s.oh, s.ow];
};

export const conv2dOp: Op<ConvParams> = defineOp<ConvParams>({
  name: "conv2d",
  forward: ([x, w], p) =>
    run(convForward, x, w, convSizes(x.shape, w.shape, p), outputOf(x.shape, w.shape, p)),
  vjp: [
    (G, [x, w], _, p) => apply(conv2dInputGradOp, [G, w], { ...p, shape: x.shape }),
    (G, [x, w], _, p) => apply(conv2dWeightGradOp, [x, G], { ...p, shape: w.shape }),
  ],
  jvp: [(T, [, w], _, p) => apply(conv2dOp, [T, w], p), (T, [x], _, p) => apply(conv2dOp, [x, T], p)],
  latex: star("\\star"),
  samples: () =>
    settings.map(({ image, kernel, p }) => ({
      inputs: [rng(1).normal(image), rng(2).normal(kernel)],
      params: p,
    })),
});

/** ∂L/∂x from G = ∂L/∂y and w: the transposed convolution. */
export const conv2dInputGradOp: Op<ConvInto> = defineOp<ConvInto>({
  name: "conv2dInputGrad",
  forward: ([G, w], p) => run(convInputGrad, G, w, convSizes(p.shape, w.shape, p), p.shape),
  vjp: [
    (H, [, w], _, p) => apply(conv2dOp, [H, w], p),
    (H, [G, w], _, p) => apply(conv2dWeightGradOp, [H, G], { ...p, shape: w.shape }),
  ],
  jvp: [
    (T, [, w], _, p) => apply(conv2dInputGradOp, [T, w], p),
    (T, [G], _, p) => apply(conv2dInputGradOp, [G, T], p),
  ],
  latex: star("\\star^{\\top}"),
  samples: () =>
    settings.map(({ image, kernel, p }) => ({
      inputs: [rng(1).normal(outputOf(image, kernel, p)), rng(2).normal(kernel)],
      params: { ...p, shape: image },
    })),
});

/** ∂L/∂w from x and G = ∂L/∂y. */
export const conv2dWeightGradOp: Op<ConvInto> = defineOp<ConvInto>({
  name: "conv2dWeightGrad",
  forward: ([x, G], p) => run(convWeightGrad, x, G, convSizes(x.shape, p.shape, p), p.shape),
  vjp: [
    (V, [x, G], _, p) => apply(conv2dInputGradOp, [G, V], { ...p, shape: x.shape }),
    (V, [x], _, p) => apply(conv2dOp, [x, V], p),
  ],
  jvp: [
    (T, [, G], _, p) => apply(conv2dWeightGradOp, [T, G], p),
    (T, [x], _, p) => apply(conv2dWeightGradOp, [x, T], p),
  ],
  latex: star("\\star_{w}"),
  samples: () =>
    settings.map(({ image, kernel, p }) => ({
      inputs: [rng(1).normal(image), rng(2).normal(outputOf(image, kernel, p))],
      params: { ...p, shape: kernel },
    })),
});

/**
 * y[n, o, i, j] = b[o] + Σ_{c,k,l} x[n, c, i·s + k·d − p, j·s + l·d − p] w[o, c, k, l], as PyTorch's conv2d.
 * @param x [N, C, H, W]
 * @param weight [O, C / groups, kH, kW]
 * @param bias [O] or null
 * @returns [N, O, ⌊(H + 2p − d(kH − 1) − 1)/s⌋ + 1, …]
 * @throws ShapeError when channels do not match or the kernel is larger than the padded image.
 * @example
 * ```ts
 * conv2d(ones([1, 1, 3, 3]), ones([1, 1, 2, 2]), null, { stride: 2, padding: 1 }); // → [[[[1,2],[2,4]]]]
 * ```
 */
export function conv2d(
  x: readonly unknown[],
  weight: TensorLike,
  bias?: TensorLike | null,
  o?: ConvOptions,
): Tensor;
export function conv2d<X extends Shape, K extends Shape, const O extends ConvOptions = ConvOptions>(
  x: Tensor<X>,
  weight: Tensor<K> & Kernels<X, K, O>,
  bias?: TensorLike | null,
  o?: O,
): Tensor<Convolved<X, K, O>>;
export function conv2d(
  x: TensorLike,
  weight: TensorLike,
  bias: TensorLike | null = null,
  o: ConvOptions = {},
): Tensor {
  const image = lift(x, "conv2d");
  const kernel = lift(weight, "conv2d");
  const p: ConvParams = {
    stride: pair(o.stride ?? 1, "stride", "conv2d", 1),
    padding: pair(o.padding ?? 0, "padding", "conv2d", 0),
    dilation: pair(o.dilation ?? 1, "dilation", "conv2d", 1),
    groups: o.groups ?? 1,
  };
  check(image, kernel, p);
  const y = apply(conv2dOp, [image, kernel], p);
  return bias === null ? y : add(y, reshape(lift(bias, "conv2d"), [kernel.shape[0], 1, 1]));
}

function check(x: Tensor, w: Tensor, p: ConvParams): void {
  if (x.rank !== 4 || w.rank !== 4)
    throw new ShapeError(
      `conv2d: expected images [N, C, H, W] and kernels [O, C, kH, kW]; got ${shapeText(x.shape)} and ${shapeText(w.shape)}.` +
        (x.rank === 3 ? " Give one image a batch axis with expandDims(0)." : ""),
    );
  const { groups } = p;
  if (!Number.isInteger(groups) || groups < 1 || x.shape[1] % groups !== 0 || w.shape[0] % groups !== 0)
    throw new ArgumentError(
      `conv2d: groups = ${groups} must divide the ${x.shape[1]} input and ${w.shape[0]} output channels.`,
    );
  if (x.shape[1] !== w.shape[1] * groups)
    throw new ShapeError(
      `conv2d: the images ${shapeText(x.shape)} have ${x.shape[1]} channels, but the kernels ${shapeText(w.shape)} ` +
        `read ${w.shape[1] * groups}${groups > 1 ? ` (${w.shape[1]} in each of ${groups} groups)` : ""}.`,
    );
  const s = convSizes(x.shape, w.shape, p);
  if (s.oh < 1 || s.ow < 1)
    throw new ShapeError(
      `conv2d: a kernel of ${s.kh} × ${s.kw} (dilation ${p.dilation}) does not fit images of ${s.h} × ${s.w} with padding ${p.padding}.`,
    );
}
