/**
 * Each operation in terms of maps, views, reductions and kernels: the second reading of the records.
 *
 * An operation that is not listed runs its own forward function in the middle of the plan; that is
 * right for everything and fast for nothing, so what training loops do often is listed.
 */

import { type ConvParams, convSizes } from "../../ops/conv.ts";
import { type DType, isFloat, promote, sameShape, sizeOf } from "../../tensor/index.ts";
import type { Graph, Value } from "./graph.ts";
import type { Recorded } from "./record.ts";

/** Checks and the like that must happen although nothing reads their result. */
export interface Lowering {
  graph: Graph;
  values: Map<Recorded, Value>;
  effects: Value[];
}

type Rule = (l: Lowering, args: Value[], r: Recorded) => Value;

export function lower(recorded: readonly Recorded[], graph: Graph): Lowering {
  const l: Lowering = { graph, values: new Map(), effects: [] };
  for (const r of recorded) {
    const { source } = r;
    if (source.kind === "literal") l.values.set(r, graph.literal(source.value, r.dtype));
    else if (source.kind !== "operation") l.values.set(r, graph.source(r));
    else {
      const args = r.inputs.map((i) => l.values.get(i) as Value);
      const rule = r.op && (RULES[r.op.name] ?? layers[r.op.name]);
      l.values.set(r, rule ? rule(l, args, r) : host(l, args, r));
    }
  }
  return l;
}

const host: Rule = ({ graph }, args, r) =>
  graph.unique(
    "host",
    args,
    { op: r.op, params: r.params, like: args.map((a) => a.shape) },
    r.shape,
    r.dtype,
  );

const map =
  (fn: string): Rule =>
  ({ graph }, args, r) =>
    graph.map(fn, args, r.dtype);

const reduce =
  (fn: "sum" | "prod" | "max" | "min"): Rule =>
  ({ graph }, [x], r) => {
    const wide = graph.map("cast", [x], r.dtype);
    return graph.reshape(graph.reduce(fn, wide, r.params.axes), r.shape);
  };

/** The largest entry over the axes, 0 where it is infinite or NaN: what exponentials are shifted by. */
function shift(graph: Graph, x: Value, axes: readonly number[]): { top: Value; by: Value } {
  const top = graph.reduce("max", x, axes);
  const finite = graph.map(
    "less",
    [graph.map("abs", [top], x.dtype), graph.literal(Number.POSITIVE_INFINITY, x.dtype)],
    "bool",
  );
  return { top, by: graph.map("select", [finite, top, graph.literal(0, x.dtype)], x.dtype) };
}

/** log Σ eˣ over the axes, which are kept. */
function logSumExp(graph: Graph, x: Value, axes: readonly number[]): Value {
  const { by } = shift(graph, x, axes);
  const e = graph.map("exp", [graph.map("sub", [x, by], x.dtype)], x.dtype);
  return graph.map("add", [by, graph.map("log", [graph.reduce("sum", e, axes)], x.dtype)], x.dtype);
}

function floating({ graph }: Lowering, x: Value, dtype: DType): Value {
  return graph.map("cast", [x], dtype);
}

function asInt({ graph }: Lowering, index: Value): Value {
  return graph.map("cast", [index], "int32");
}

/** An axis along which each place reads or writes one entry can be compared with the index instead. */
const FEW = 64;

const RULES: Record<string, Rule> = {
  add: map("add"),
  sub: map("sub"),
  mul: map("mul"),
  div: map("div"),
  maximum: map("maximum"),
  minimum: map("minimum"),
  neg: map("neg"),
  exp: map("exp"),
  log: map("log"),
  log1p: map("log1p"),
  expm1: map("expm1"),
  sqrt: map("sqrt"),
  abs: map("abs"),
  sin: map("sin"),
  cos: map("cos"),
  tanh: map("tanh"),
  sigmoid: map("sigmoid"),
  softplus: map("softplus"),
  relu: map("relu"),
  erf: map("erf"),
  lgamma: map("lgamma"),
  greaterEqual: map("greaterEqual"),
  less: map("less"),
  lessEqual: map("lessEqual"),
  equal: map("equal"),
  notEqual: map("notEqual"),
  and: map("and"),
  or: map("or"),
  not: map("not"),
  where: map("select"),
  cast: map("cast"),
  square: ({ graph }, [x], r) => graph.map("mul", [x, x], r.dtype),
  sign: ({ graph }, [x], r) => {
    const zero = graph.literal(0, x.dtype);
    const [up, down] = [graph.map("greater", [x, zero], "bool"), graph.map("less", [x, zero], "bool")];
    const below = graph.map(
      "select",
      [down, graph.literal(-1, r.dtype), graph.map("cast", [x], r.dtype)],
      r.dtype,
    );
    return graph.map("select", [up, graph.literal(1, r.dtype), below], r.dtype);
  },
  pow: ({ graph }, [x, y], r) => {
    if (y.def.kind === "literal") {
      const base = graph.map("cast", [x], r.dtype);
      if (y.def.value === 2) return graph.map("mul", [base, base], r.dtype);
      if (y.def.value === 1) return base;
      if (y.def.value === 0.5) return graph.map("sqrt", [base], r.dtype);
      if (y.def.value === -1) return graph.map("div", [graph.literal(1, r.dtype), base], r.dtype);
    }
    return graph.map("pow", [x, y], r.dtype);
  },
  polygamma: ({ graph }, [x], r) => graph.map("polygamma", [x], r.dtype, r.params.n),
  // Where the rectified value is there already, its sign tells the same.
  greater: ({ graph }, [x, y], r) => {
    const rectified =
      y.def.kind === "literal" && y.def.value === 0 ? graph.existing("relu", [x], x.dtype) : null;
    return graph.map("greater", [rectified ?? x, y], r.dtype);
  },

  sum: reduce("sum"),
  prod: reduce("prod"),
  max: reduce("max"),
  min: reduce("min"),
  sumTo: ({ graph }, [x], r) => {
    const lead = x.shape.length - r.shape.length;
    const axes = [...x.shape.keys()].filter((d) => d < lead || (r.shape[d - lead] === 1 && x.shape[d] !== 1));
    return graph.reshape(graph.reduce("sum", graph.map("cast", [x], r.dtype), axes), r.shape);
  },
  broadcastTo: ({ graph }, [x], r) => graph.broadcast(x, r.shape),
  logSumExp: (l, [x], r) =>
    l.graph.reshape(logSumExp(l.graph, floating(l, x, r.dtype), r.params.axes), r.shape),
  softmax: (l, [x], r) => {
    const { graph } = l;
    const z = floating(l, x, r.dtype);
    const axes = [r.params.axis];
    const e = graph.map("exp", [graph.map("sub", [z, shift(graph, z, axes).by], z.dtype)], z.dtype);
    return graph.map("div", [e, graph.reduce("sum", e, axes)], z.dtype);
  },
  logSoftmax: (l, [x], r) => {
    const z = floating(l, x, r.dtype);
    return l.graph.map("sub", [z, logSumExp(l.graph, z, [r.params.axis])], z.dtype);
  },
  argmax: (l, args, r) => extremePlace(l, args[0], r, "max"),
  argmin: (l, args, r) => extremePlace(l, args[0], r, "min"),

  reshape: ({ graph }, [x], r) => graph.reshape(x, r.shape),
  permute: ({ graph }, [x], r) => graph.view(x, { kind: "permute", order: r.params.order }, r.shape),
  slice: ({ graph }, [x], r) =>
    sameShape(x.shape, r.shape) && r.params.steps.every((s: number) => s === 1)
      ? x
      : graph.view(x, { kind: "slice", starts: r.params.starts, steps: r.params.steps }, r.shape),
  unslice: ({ graph }, [x], r) =>
    r.params.steps.some((s: number) => s < 0)
      ? graph.unique("host", [x], { op: r.op, params: r.params }, r.shape, r.dtype)
      : graph.call("unslice", [x], { starts: r.params.starts, steps: r.params.steps }, r.shape, r.dtype),
  concat: ({ graph }, args, r) =>
    graph.call(
      "concat",
      args.map((a) => graph.map("cast", [a], r.dtype)),
      { axis: r.params.axis },
      r.shape,
      r.dtype,
    ),

  matmul: (l, [a, b], r) => {
    const { graph } = l;
    const long = sizeOf(r.shape.slice(0, -2)) > 256;
    if (!isFloat(r.dtype) || (a.shape.length > 2 && b.shape.length > 2 && long)) return host(l, [a, b], r);
    let [left, right] = [graph.map("cast", [a], r.dtype), graph.map("cast", [b], r.dtype)];
    const k = a.shape[a.shape.length - 1];
    if (a.shape.length === 1) left = graph.reshape(left, [1, k]);
    if (b.shape.length === 1) right = graph.reshape(right, [k, 1]);
    const [m, n] = [left.shape[left.shape.length - 2], right.shape[right.shape.length - 1]];
    // A batch of rows times one matrix is one product.
    if (right.shape.length === 2 && left.shape.length > 2)
      return graph.reshape(
        graph.call(
          "matmul",
          [graph.reshape(left, [-1, k].with(0, sizeOf(left.shape) / k)), right],
          {},
          [sizeOf(left.shape) / k, n],
          r.dtype,
        ),
        r.shape,
      );
    const lead = a.shape.length > 2 || b.shape.length > 2 ? r.shape.slice(0, -2) : [];
    const spread = (x: Value): Value => graph.broadcast(x, [...lead, ...x.shape.slice(-2)]);
    return graph.reshape(
      graph.call(
        "matmul",
        lead.length > 0 ? [spread(left), spread(right)] : [left, right],
        {},
        [...lead, m, n],
        r.dtype,
      ),
      r.shape,
    );
  },
  outer: ({ graph }, [a, b], r) => graph.map("mul", [graph.reshape(a, [a.shape[0], 1]), b], r.dtype),

  take: (l, [x, index], r) =>
    l.graph.call("take", [x, asInt(l, index)], { axis: r.params.axis }, r.shape, r.dtype),
  putAdd: (l, [g, index], r) =>
    isFloat(r.dtype)
      ? l.graph.call(
          "putAdd",
          [g, asInt(l, index)],
          { axis: r.params.axis, size: r.params.size },
          r.shape,
          r.dtype,
        )
      : host(l, [g, index], r),
  gather: (l, [x, given], r) => {
    const { axis } = r.params;
    const { graph } = l;
    if (!isFloat(r.dtype) || !sameShape(r.shape, x.shape.with(axis, 1))) return host(l, [x, given], r);
    const index = asInt(l, given);
    if (x.shape[axis] > FEW) return graph.call("pickOne", [x, index], { axis }, r.shape, r.dtype);
    l.effects.push(graph.call("checkIndex", [index], { size: x.shape[axis] }, [], "int32"));
    const here = graph.map("equal", [graph.iota(x.shape, axis), index], "bool");
    const chosen = graph.map("select", [here, x, graph.literal(0, r.dtype)], r.dtype);
    return graph.reshape(graph.reduce("sum", chosen, [axis]), r.shape);
  },
  scatterAdd: (l, [g, given], r) => {
    const { axis } = r.params;
    const { graph } = l;
    if (!isFloat(r.dtype) || !sameShape(g.shape, r.shape.with(axis, 1))) return host(l, [g, given], r);
    const index = asInt(l, given);
    if (r.shape[axis] > FEW) return graph.call("placeOne", [g, index], { axis }, r.shape, r.dtype);
    l.effects.push(graph.call("checkIndex", [index], { size: r.shape[axis] }, [], "int32"));
    const here = graph.map("equal", [graph.iota(r.shape, axis), index], "bool");
    return graph.map("select", [here, g, graph.literal(0, r.dtype)], r.dtype);
  },
};

/** The first index of the extreme: the smallest index among the places that hold it (or NaN). */
function extremePlace({ graph }: Lowering, x: Value, r: Recorded, which: "max" | "min"): Value {
  const { axis } = r.params;
  const extreme = graph.reduce(which, x, [axis]);
  const here = graph.map("equal", [x, extreme], "bool");
  const hit = isFloat(x.dtype)
    ? graph.map("or", [here, graph.map("notEqual", [x, x], "bool")], "bool")
    : here;
  const place = graph.map(
    "select",
    [hit, graph.iota(x.shape, axis), graph.literal(x.shape[axis], "int32")],
    "int32",
  );
  return graph.reshape(graph.reduce("min", place, [axis]), r.shape);
}

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
const layers: Record<string, Rule> = {
  normalize: (l, [x], r) => normalized(l.graph, floating(l, x, r.dtype), r.params.axes, r.params.eps).normal,
  normalizeGrad: (l, [g, x], r) => {
    const { graph } = l;
    const { axes, eps } = r.params;
    const dtype = r.dtype;
    const { normal, scale } = normalized(graph, floating(l, x, dtype), axes, eps);
    const G = floating(l, g, dtype);
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
    const { mean, variance } = moments(l.graph, floating(l, x, r.dtype), r.params.axes);
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
  const operands = args.map((a) => floating(l, a, r.dtype));
  return l.graph.call(kernel, operands, convSizes(image, weight, p), r.shape, r.dtype);
}

function pooling(l: Lowering, args: Value[], r: Recorded): Value {
  const types = args.map((a) => a.dtype).reduce(promote);
  if (!isFloat(r.dtype) || types !== r.dtype || r.shape.length !== 4) return host(l, args, r);
  return l.graph.call((r.op as { name: string }).name, args, r.params, r.shape, r.dtype);
}
