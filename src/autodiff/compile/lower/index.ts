/**
 * Each operation in terms of maps, views, reductions and kernels: the second reading of the records.
 *
 * An operation that is not listed runs its own forward function in the middle of the plan; that is
 * right for everything and fast for nothing, so what training loops do often is listed.
 */

import { Graph, type Value } from "../graph.ts";
import type { Recorded } from "../record.ts";
import { layers } from "./layers.ts";
import { maps, views } from "./maps.ts";
import { products } from "./products.ts";
import { reductions } from "./reductions.ts";
import { host, type Lowering, type Rule } from "./rule.ts";

const RULES: Record<string, Rule> = { ...maps, ...views, ...reductions, ...products, ...layers };

export function lower(recorded: readonly Recorded[]): Lowering {
  const graph = new Graph();
  const l: Lowering = { graph, values: new Map(), effects: [] };
  for (const r of recorded) {
    const { source } = r;
    if (source.kind === "literal") l.values.set(r, graph.literal(source.value, r.dtype));
    else if (source.kind !== "operation") l.values.set(r, graph.source(r));
    else {
      const args = r.inputs.map((i) => l.values.get(i) as Value);
      const rule = (r.op && RULES[r.op.name]) || host;
      l.values.set(r, rule(l, args, r));
    }
  }
  return l;
}
