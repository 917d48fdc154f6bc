/**
 * The steps of a plan: loops, kernel calls, and what each touches.
 */

import type { Strided } from "./access.ts";
import type { Value } from "./graph.ts";
import type { Result, Term, Terms } from "./nest.ts";
import type { Store } from "./stores.ts";

/** An argument of a kernel call. */
export type Argument =
  | number
  /** Address of a buffer, moved by so many elements. */
  | { store: Store; offset: number; write?: boolean }
  /** Address of constant data. */
  | { constant: Int32Array | Float32Array | Float64Array }
  /** Address of so many bytes that only this call uses. */
  | { scratch: number };

/** A value as it lies in a buffer. */
export interface Access {
  store: Store;
  at: Strided;
  shape: readonly number[];
}

export interface Loop {
  kind: "loop";
  shape: readonly number[];
  /** Axes from outermost to innermost. */
  order: readonly number[];
  reduced: readonly number[];
  terms: Terms;
  results: Result[];
}

export type Step =
  | Loop
  /** With `checks`, the kernel tells of bad indices, and this is the message. */
  | { kind: "call"; fn: string; args: Argument[]; checks?: string }
  | { kind: "clear"; store: Store }
  /** An operation's own forward function, called from the middle of the plan. */
  | { kind: "host"; value: Value; args: Access[]; out: Store };

/** Buffers a step reads, and those it writes. */
function touches(step: Step): { reads: Store[]; writes: Store[] } {
  switch (step.kind) {
    case "loop":
      return {
        reads: step.terms.list.flatMap((t) => (t.store ? [t.store] : [])),
        writes: step.results.map((r) => r.store),
      };
    case "call": {
      const buffers = step.args.filter((a) => typeof a === "object" && "store" in a);
      return {
        reads: buffers.filter((a) => !a.write).map((a) => a.store),
        writes: buffers.filter((a) => a.write).map((a) => a.store),
      };
    }
    case "clear":
      return { reads: [], writes: [step.store] };
    case "host":
      return { reads: step.args.map((a) => a.store), writes: [step.out] };
  }
}

/** Marks for every buffer the first and the last step that touch it. */
export function markLives(steps: readonly Step[]): void {
  steps.forEach((step, i) => {
    const { reads, writes } = touches(step);
    for (const s of [...reads, ...writes]) {
      s.from = Math.min(s.from, i);
      s.to = Math.max(s.to, i);
    }
  });
}

export function hostName(step: Step): string {
  return step.kind === "host" ? (step.value.def as { params: any }).params.op.name : "";
}

function formula(t: Term): string {
  if (t.kind === "literal") return String(t.value);
  if (t.kind === "load") return `b${t.store?.id}`;
  return t.kind === "iota" ? "index" : `${t.fn}(${t.args.map(formula).join(", ")})`;
}

/** A step in a line: the axes it walks (↓ those it sums over) and what it writes, or the kernel it calls. */
export function inWords(step: Step): string {
  if (step.kind === "call") return step.fn;
  if (step.kind === "clear") return `clear b${step.store.id}`;
  if (step.kind === "host") return `host ${hostName(step)}`;
  const axes = step.order.map((d) => `${step.shape[d]}${step.reduced.includes(d) ? "↓" : ""}`);
  const results = step.results.map(
    (r) => `b${r.store.id} = ${r.reduce ? `${r.reduce} ` : ""}${formula(r.term)}`,
  );
  return `[${axes.join(", ")}] ${results.join("; ")}`;
}
