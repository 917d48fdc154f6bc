/**
 * Operations element by element, and those that only look at elements differently.
 */

import { sameShape } from "../../../tensor/index.ts";
import type { Rule } from "./rule.ts";

const map =
  (fn: string): Rule =>
  ({ graph }, args, r) =>
    graph.map(fn, args, r.dtype);

export const maps: Record<string, Rule> = {
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
};

export const views: Record<string, Rule> = {
  broadcastTo: ({ graph }, [x], r) => graph.broadcast(x, r.shape),
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
};
