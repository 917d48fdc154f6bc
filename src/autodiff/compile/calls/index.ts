/**
 * How each kernel is called: which layout its operands need and what it is told.
 */

import { rowMajor } from "../access.ts";
import type { Value } from "../graph.ts";
import type { Schedule } from "../schedule.ts";
import type { Call, Handler } from "./handler.ts";
import { images } from "./images.ts";
import { matrix } from "./matrix.ts";
import { rows } from "./rows.ts";

const HANDLERS: Record<string, Handler> = { ...matrix, ...images, ...rows };

/** Adds the steps of a call. */
export function lowerCall(s: Schedule, v: Value, call: Call): void {
  (HANDLERS[call.kernel] ?? host)(s, v, call);
}

/** An operation without a kernel: its own forward function, called from the middle of the plan. */
function host(s: Schedule, v: Value, call: Call): void {
  const args = call.args.map((a) => s.dense(a, rowMajor(a.shape)));
  const out = s.output(v, rowMajor(v.shape));
  s.add({ kind: "host", value: v, args, out });
}
