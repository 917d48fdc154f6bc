/**
 * Who reads what, and what it would cost to compute a value again instead of keeping it.
 */

import { sizeOf } from "../../tensor/index.ts";
import type { Value } from "./graph.ts";

/** Relative cost of one element of a map; those not listed are called one number at a time. */
const COST: Record<string, number> = {
  div: 5,
  sqrt: 6,
  exp: 14,
  log: 16,
  tanh: 18,
  sigmoid: 18,
  erf: 40,
  cast: 0,
};
for (const fn of "add sub mul neg abs relu maximum minimum select and or not".split(" ")) COST[fn] = 1;
for (const fn of "greater greaterEqual less lessEqual equal notEqual".split(" ")) COST[fn] = 1;
const ONE_BY_ONE = 40;

export function argumentsOf(v: Value): readonly Value[] {
  const { def } = v;
  switch (def.kind) {
    case "map":
    case "call":
    case "stack":
      return def.args;
    case "view":
    case "reduce":
      return [def.arg];
    default:
      return [];
  }
}

export class Readers {
  /** Everything the roots depend on, oldest first. */
  readonly reachable: readonly Value[];
  /** By value, those that read it; null stands for a result of the plan. */
  readonly #readers = new Map<Value, (Value | null)[]>();

  constructor(roots: readonly Value[]) {
    const seen = new Set<Value>();
    const stack = [...roots];
    for (const r of roots) this.#add(r, null);
    while (stack.length > 0) {
      const v = stack.pop() as Value;
      if (seen.has(v)) continue;
      seen.add(v);
      for (const a of argumentsOf(v)) {
        this.#add(a, v);
        stack.push(a);
      }
    }
    this.reachable = [...seen].sort((a, b) => a.id - b.id);
  }

  #add(v: Value, by: Value | null): void {
    const list = this.#readers.get(v);
    if (list) list.push(by);
    else this.#readers.set(v, [by]);
  }

  /** Whether every reader takes a matrix transposed. */
  transposed(v: Value): boolean {
    const readers = this.#readers.get(v) ?? [];
    return readers.every(
      (r) => r?.def.kind === "view" && r.def.view.kind === "permute" && r.shape.length === 2,
    );
  }

  /** Whether a map is better computed once into memory than again wherever it is read. */
  worthKeeping(v: Value, kept: (v: Value) => boolean): boolean {
    const readers = this.#readers.get(v) ?? [];
    const cost = this.#cost(v, kept);
    if (readers.length > 1 && cost > 5) return true;
    // A small value read over a larger space would be computed for every repetition.
    const size = sizeOf(v.shape);
    return cost > 12 && size > 1 && readers.some((r) => r !== null && sizeOf(r.shape) > size);
  }

  /** Cost of computing an element anew from what is kept; small repeated operands are computed outside the loop. */
  #cost(v: Value, kept: (v: Value) => boolean): number {
    if (kept(v)) return 1;
    const { def } = v;
    if (def.kind === "view") return this.#cost(def.arg, kept);
    if (def.kind !== "map") return 0;
    let cost = COST[def.fn] ?? ONE_BY_ONE;
    for (const a of def.args) if (sizeOf(a.shape) * 4 > sizeOf(v.shape)) cost += this.#cost(a, kept);
    return cost;
  }
}
