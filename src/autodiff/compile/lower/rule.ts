/**
 * What the rules of lowering share.
 */

import type { DType } from "../../../tensor/index.ts";
import type { Graph, Value } from "../graph.ts";
import type { Recorded } from "../record.ts";

export interface Lowering {
  graph: Graph;
  values: Map<Recorded, Value>;
  /** Checks and the like that must happen although nothing reads their result. */
  effects: Value[];
}

/** An operation on the given arguments, in terms of maps, views, reductions and kernels. */
export type Rule = (l: Lowering, args: Value[], r: Recorded) => Value;

/** The operation's own forward function, run in the middle of the plan. */
export const host: Rule = ({ graph }, args, r) =>
  graph.unique("host", args, { op: r.op, params: r.params }, r.shape, r.dtype);

/** The value as another element type. */
export function cast({ graph }: Lowering, x: Value, dtype: DType): Value {
  return graph.map("cast", [x], dtype);
}
