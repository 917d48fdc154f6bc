/**
 * What the handlers of kernels share: each adds the steps that compute one value.
 */

import type { Definition, Value } from "../graph.ts";
import type { Schedule } from "../schedule.ts";
import type { Access, Argument } from "../steps.ts";

export type Call = Extract<Definition, { kind: "call" }>;
export type Handler = (s: Schedule, v: Value, call: Call) => void;

/** What a kernel's name ends in. */
export const bits = (v: Value): 32 | 64 => (v.dtype === "float64" ? 64 : 32);

/** The address of an operand. */
export const read = (a: Access): Argument => ({ store: a.store, offset: a.at.offset });
