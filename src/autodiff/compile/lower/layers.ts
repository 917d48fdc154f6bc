/**
 * Normalisation in terms of sums, convolution and pooling as kernel calls.
 */

import { type ConvParams, convSizes } from "../../../ops/conv.ts";
import { isFloat, promote, sizeOf } from "../../../tensor/index.ts";
import type { Graph, Value } from "../graph.ts";
import type { Recorded } from "../record.ts";
import { cast, host, type Lowering, type Rule } from "./rule.ts";

/** Mean and 1/σ of a normalisation, kept axes and all. */
function moments(graph: Graph, x: Value, axes: readonly number[]): { mean: Value; variance: Value } {
  const count = graph.literal(sizeOf(axes.map((d) => x.shape[d])), x.dtype);
  const mean = graph.map("div", [graph.reduce("sum", x, axes), count], x.dtype);
  const centred = graph.map("sub", [x, mean], x.dtype);
  const squares = graph.map("mul", [centred, centred], x.dtype);
  return { mean, variance: graph.map("div", [graph.reduce("sum", squares, axes), count], x.dtype) };
}

function normalized(
  graph: Graph,
  x: Value,
  axes: readonly number[],
  eps: number,
): { normal: Value; scale: Value } {
  const { mean, variance } = moments(graph, x, axes);
  const root = graph.map(
    "sqrt",
    [graph.map("add", [variance, graph.literal(eps, x.dtype)], x.dtype)],
    x.dtype,
  );
  const scale = graph.map("div", [graph.literal(1, x.dtype), root], x.dtype);
  return { normal: graph.map("mul", [graph.map("sub", [x, mean], x.dtype), scale], x.dtype), scale };
}

/** Kernel calls for layers; image data must be floating and of one type. */
export const layers: Record<string, Rule> = {
  normalize: (l, [x], r) => normalized(l.graph, cast(l, x, r.dtype), r.params.axes, r.params.eps).normal,
  normalizeGrad: (l, [g, x], r) => {
    const { graph } = l;
    const { axes, eps } = r.params;
    const dtype = r.dtype;
    const { normal, scale } = normalized(graph, cast(l, x, dtype), axes, eps);
    const G = cast(l, g, dtype);
    const count = graph.literal(sizeOf(r.params.axes.map((d: number) => x.shape[d])), dtype);
    const mean = graph.map("div", [graph.reduce("sum", G, axes), count], dtype);
    const along = graph.map(
      "div",
      [graph.reduce("sum", graph.map("mul", [G, normal], dtype), axes), count],
      dtype,
    );
    const rest = graph.map("sub", [G, mean], dtype);
    const left = graph.map("sub", [rest, graph.map("mul", [normal, along], dtype)], dtype);
    return graph.map("mul", [left, scale], dtype);
  },
  moments: (l, [x], r) => {
    const { mean, variance } = moments(l.graph, cast(l, x, r.dtype), r.params.axes);
    const shape = [1, ...r.shape.slice(1)];
    return l.graph.stack([l.graph.reshape(mean, shape), l.graph.reshape(variance, shape)], r.shape);
  },
  conv2d: (l, [x, w], r) => convolution(l, "conv2d", x.shape, w.shape, [x, w], r),
  conv2dInputGrad: (l, [g, w], r) => convolution(l, "conv2dInputGrad", r.shape, w.shape, [g, w], r),
  conv2dWeightGrad: (l, [x, g], r) => convolution(l, "conv2dWeightGrad", x.shape, r.shape, [x, g], r),
  maxPool2d: pooling,
  maxPool2dGrad: pooling,
  averagePool2d: pooling,
  averagePool2dGrad: pooling,
};

function convolution(
  l: Lowering,
  kernel: string,
  image: readonly number[],
  weight: readonly number[],
  args: Value[],
  r: Recorded,
): Value {
  const p = r.params as ConvParams;
  if (!isFloat(r.dtype) || p.groups !== 1) return host(l, args, r);
  const operands = args.map((a) => cast(l, a, r.dtype));
  return l.graph.call(kernel, operands, convSizes(image, weight, p), r.shape, r.dtype);
}

function pooling(l: Lowering, args: Value[], r: Recorded): Value {
  const types = args.map((a) => a.dtype).reduce(promote);
  if (!isFloat(r.dtype) || types !== r.dtype || r.shape.length !== 4) return host(l, args, r);
  return l.graph.call((r.op as { name: string }).name, args, r.params, r.shape, r.dtype);
}
