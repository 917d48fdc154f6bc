/**
 * Sums, extremes, and what is built on shifted exponentials.
 */

import { isFloat } from "../../../tensor/index.ts";
import type { Graph, Value } from "../graph.ts";
import type { Recorded } from "../record.ts";
import { cast, type Lowering, type Rule } from "./rule.ts";

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

export const reductions: Record<string, Rule> = {
  sum: reduce("sum"),
  prod: reduce("prod"),
  max: reduce("max"),
  min: reduce("min"),
  sumTo: ({ graph }, [x], r) => {
    const lead = x.shape.length - r.shape.length;
    const axes = [...x.shape.keys()].filter((d) => d < lead || (r.shape[d - lead] === 1 && x.shape[d] !== 1));
    return graph.reshape(graph.reduce("sum", graph.map("cast", [x], r.dtype), axes), r.shape);
  },
  logSumExp: (l, [x], r) => l.graph.reshape(logSumExp(l.graph, cast(l, x, r.dtype), r.params.axes), r.shape),
  softmax: (l, [x], r) => {
    const { graph } = l;
    const z = cast(l, x, r.dtype);
    const axes = [r.params.axis];
    const e = graph.map("exp", [graph.map("sub", [z, shift(graph, z, axes).by], z.dtype)], z.dtype);
    return graph.map("div", [e, graph.reduce("sum", e, axes)], z.dtype);
  },
  logSoftmax: (l, [x], r) => {
    const z = cast(l, x, r.dtype);
    return l.graph.map("sub", [z, logSumExp(l.graph, z, [r.params.axis])], z.dtype);
  },
  argmax: (l, args, r) => extremePlace(l, args[0], r, "max"),
  argmin: (l, args, r) => extremePlace(l, args[0], r, "min"),
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
