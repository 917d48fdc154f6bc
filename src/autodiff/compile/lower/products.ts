/**
 * Matrix products, and reading and writing by index.
 */

import { isFloat, sameShape, sizeOf } from "../../../tensor/index.ts";
import type { Value } from "../graph.ts";
import { cast, host, type Rule } from "./rule.ts";

/** An axis along which each place reads or writes one entry can be compared with the index instead. */
const FEW = 64;

export const products: Record<string, Rule> = {
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
    l.graph.call("take", [x, cast(l, index, "int32")], { axis: r.params.axis }, r.shape, r.dtype),
  putAdd: (l, [g, index], r) =>
    isFloat(r.dtype)
      ? l.graph.call(
          "putAdd",
          [g, cast(l, index, "int32")],
          { axis: r.params.axis, size: r.params.size },
          r.shape,
          r.dtype,
        )
      : host(l, [g, index], r),
  gather: (l, [x, given], r) => {
    const { axis } = r.params;
    const { graph } = l;
    if (!isFloat(r.dtype) || !sameShape(r.shape, x.shape.with(axis, 1))) return host(l, [x, given], r);
    const index = cast(l, given, "int32");
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
    const index = cast(l, given, "int32");
    if (r.shape[axis] > FEW) return graph.call("placeOne", [g, index], { axis }, r.shape, r.dtype);
    l.effects.push(graph.call("checkIndex", [index], { size: r.shape[axis] }, [], "int32"));
    const here = graph.map("equal", [graph.iota(r.shape, axis), index], "bool");
    return graph.map("select", [here, g, graph.literal(0, r.dtype)], r.dtype);
  },
};
