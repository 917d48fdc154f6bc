/**
 * From a graph to steps: what is kept in memory, in which order of axes, and what is computed on the
 * way.
 *
 * Kernels' operands, reductions and results are kept; maps are computed where they are read unless
 * that would repeat expensive work. Steps that walk the same space are joined where nothing they read
 * comes in between.
 */

import { isFloat, sameShape, sizeOf } from "../../tensor/index.ts";
import { denseStrides, orderOf, rowMajor, type Strided } from "./access.ts";
import { lowerCall } from "./calls.ts";
import type { Graph, Value } from "./graph.ts";
import { type Result, type Term, Terms } from "./nest.ts";
import { type Store, Stores } from "./stores.ts";

/** An argument of a kernel call. */
export type Argument =
  | number
  /** Address of a buffer, moved by so many elements. */
  | { store: Store; offset: number; write?: boolean }
  /** Address of constant data. */
  | { constant: Int32Array | Float32Array | Float64Array }
  /** Address of so many bytes that only this call uses. */
  | { scratch: number };

export type Step =
  | {
      kind: "loop";
      shape: readonly number[];
      order: readonly number[];
      reduced: readonly number[];
      terms: Terms;
      results: Result[];
    }
  | { kind: "call"; fn: string; args: Argument[] /** The kernel reports bad indices. */; checks?: string }
  | { kind: "clear"; store: Store }
  | { kind: "host"; value: Value; args: Access[]; out: Store };

/** A value as it lies in a buffer. */
export interface Access {
  store: Store;
  at: Strided;
  shape: readonly number[];
}

/** Relative cost of one element of a map; cheap ones are 1. */
const COST: Record<string, number> = {
  div: 5,
  sqrt: 6,
  exp: 14,
  log: 16,
  tanh: 18,
  sigmoid: 18,
  cast: 0,
};
const CHEAP = new Set(
  "add sub mul neg abs relu maximum minimum greater greaterEqual less lessEqual equal notEqual and or not select".split(
    " ",
  ),
);

export class Schedule {
  readonly stores = new Stores();
  readonly steps: Step[] = [];
  readonly graph: Graph;
  readonly #held = new Map<Value, Store[]>();
  /** Step that fills a buffer; −1 for what is there from the start. */
  readonly #producer = new Map<Store, number>();
  /** Who reads a value; null for results of the plan. */
  readonly #readers = new Map<Value, (Value | null)[]>();
  readonly sources = new Map<Value, Store>();

  constructor(graph: Graph, roots: readonly Value[]) {
    this.graph = graph;
    const reachable = this.#reach(roots);
    for (const v of reachable) this.#visit(v);
  }

  #reach(roots: readonly Value[]): Value[] {
    const seen = new Set<Value>();
    const stack = [...roots];
    const count = (v: Value, by: Value | null): void => {
      const list = this.#readers.get(v);
      if (list) list.push(by);
      else this.#readers.set(v, [by]);
    };
    for (const r of roots) count(r, null);
    while (stack.length > 0) {
      const v = stack.pop() as Value;
      if (seen.has(v)) continue;
      seen.add(v);
      for (const a of argumentsOf(v)) {
        count(a, v);
        stack.push(a);
      }
    }
    return [...seen].sort((a, b) => a.id - b.id);
  }

  #visit(v: Value): void {
    const { def } = v;
    switch (def.kind) {
      case "source": {
        const store = this.stores.make(v.shape, v.dtype, rowMajor(v.shape), 0);
        this.sources.set(v, store);
        this.#hold(v, store, -1);
        return;
      }
      case "call":
        lowerCall(this, v, def);
        return;
      case "stack":
        lowerCall(this, v, { kind: "call", kernel: "concat", args: def.args, params: { axis: 0 } });
        return;
      case "reduce":
        this.#reduce(v, def.fn, def.arg, def.axes);
        return;
      case "view":
        // Joining axes that do not lie behind each other needs the argument in row-major order.
        if (!this.terms().of(v)) this.keep(def.arg, rowMajor(def.arg.shape));
        return;
      case "map":
        if (this.#worthKeeping(v)) this.keep(v, this.naturalOrder(v));
        return;
    }
  }

  /** Whether a map is better computed once into memory than again wherever it is read. */
  #worthKeeping(v: Value): boolean {
    const readers = this.#readers.get(v) ?? [];
    const cost = this.#cost(v);
    if (readers.length > 1 && cost > 5) return true;
    // A small value read over a larger space would be computed for every repetition.
    const size = sizeOf(v.shape);
    return cost > 12 && size > 1 && readers.some((r) => r !== null && sizeOf(r.shape) > size);
  }

  /** Cost of computing an element anew from what is kept. */
  #cost(v: Value): number {
    if (this.#held.has(v)) return 1;
    const { def } = v;
    if (def.kind === "view") return this.#cost(def.arg);
    if (def.kind !== "map") return 0;
    let cost = CHEAP.has(def.fn) ? 1 : (COST[def.fn] ?? 40);
    for (const a of def.args) if (sizeOf(a.shape) * 4 > sizeOf(v.shape)) cost += this.#cost(a);
    return cost;
  }

  #hold(v: Value, store: Store, producer: number): void {
    const list = this.#held.get(v);
    if (list) list.push(store);
    else this.#held.set(v, [store]);
    this.#producer.set(store, producer);
  }

  /** A builder of terms that reads only what is there before the given step. */
  terms(before = this.steps.length): Terms {
    return new Terms((v) =>
      (this.#held.get(v) ?? []).filter((s) => (this.#producer.get(s) as number) < before),
    );
  }

  /** The order of axes in which a value is best walked: that of most of the full-sized data it reads. */
  naturalOrder(v: Value, fresh = true): number[] {
    const t = this.terms();
    t.of(v, [], fresh);
    const votes = new Map<string, { order: number[]; weight: number }>();
    for (const term of t.list) {
      if (term.kind !== "load" || !term.at) continue;
      const { strides } = term.at;
      const covered = sizeOf(v.shape.filter((_, d) => strides[d] !== 0));
      const order = orderOf(v.shape, strides);
      const vote = votes.get(String(order)) ?? { order, weight: 0 };
      // Temporary buffers count a little more than sources, whose order nobody chose.
      vote.weight += covered * (term.store?.address === null ? 1.25 : 1);
      votes.set(String(order), vote);
    }
    const best = [...votes.values()].sort((a, b) => b.weight - a.weight)[0];
    return best?.order ?? rowMajor(v.shape);
  }

  /** A new buffer for a value that a call fills; the caller adds the step. */
  output(v: Value, order: readonly number[]): Store {
    const store = this.stores.make(v.shape, v.dtype, order);
    this.#hold(v, store, this.steps.length);
    return store;
  }

  /** Says that the steps so far complete a buffer: nothing may read it before the last of them. */
  settle(store: Store): void {
    this.#producer.set(store, this.steps.length - 1);
  }

  /** Whether every reader takes a matrix transposed. */
  readTransposed(v: Value): boolean {
    const readers = this.#readers.get(v) ?? [];
    return readers.every(
      (r) => r?.def.kind === "view" && r.def.view.kind === "permute" && r.shape.length === 2,
    );
  }

  /**
   * Adds the steps that deliver results, then those that update state in place: an update waits until
   * everything that reads the old value has done so.
   */
  finish(
    outputs: readonly { value: Value; store: Store }[],
    updates: readonly { value: Value; store: Store }[],
  ): void {
    for (const { value, store } of outputs) this.write(value, store, whole(store));
    const waiting = updates.map((u) => ({ ...u, reads: this.#sourcesOf(u.value) }));
    const late: { from: Store; value: Value; to: Store }[] = [];
    while (waiting.length > 0) {
      const free = waiting.findIndex((u) => !waiting.some((w) => w !== u && w.reads.has(u.store)));
      const [u] = waiting.splice(Math.max(free, 0), 1);
      if (free >= 0 && u.reads.get(u.store) !== "moved") this.write(u.value, u.store, whole(u.store));
      else {
        // Updates that need each other's old values go through a copy.
        const copy = this.stores.make(u.value.shape, u.store.dtype, rowMajor(u.value.shape));
        this.write(u.value, copy, whole(copy));
        late.push({ from: copy, value: u.value, to: u.store });
      }
    }
    for (const { from, value, to } of late) {
      this.#held.set(value, [from]);
      this.#producer.set(from, -1);
      this.write(value, to, whole(to));
    }
  }

  /** Buffers an expression reads; "moved" where it reads them at other places than it writes. */
  #sourcesOf(v: Value): Map<Store, "same" | "moved"> {
    const t = this.terms();
    t.of(v);
    const dense = denseStrides(v.shape, rowMajor(v.shape));
    const out = new Map<Store, "same" | "moved">();
    for (const { store, at } of t.list) {
      if (!store || !at) continue;
      const same = at.offset === 0 && v.shape.every((n, d) => n === 1 || at.strides[d] === dense[d]);
      if (out.get(store) !== "moved") out.set(store, same ? "same" : "moved");
    }
    return out;
  }

  add(step: Step): void {
    this.steps.push(step);
  }

  /** A value as it lies in memory already, if it does. */
  lies(v: Value): Access | null {
    const t = this.terms().of(v);
    return t && t.kind === "load" ? { store: t.store as Store, at: t.at as Strided, shape: v.shape } : null;
  }

  /** The value in memory with its axes in exactly this order and no gaps, copied there if need be. */
  dense(v: Value, order: readonly number[]): Access {
    const wanted = denseStrides(v.shape, order);
    for (const store of this.#held.get(v) ?? [])
      if (v.shape.every((n, d) => n === 1 || store.strides[d] === wanted[d]))
        return { store, at: { offset: 0, strides: wanted }, shape: v.shape };
    const found = this.lies(v);
    if (found && v.shape.every((n, d) => n === 1 || found.at.strides[d] === wanted[d])) return found;
    const store = this.keep(v, order);
    return { store, at: { offset: 0, strides: wanted }, shape: v.shape };
  }

  /** The value somewhere in memory, at any strides. */
  somewhere(v: Value): Access {
    const found = this.lies(v);
    if (found) return found;
    const order = this.naturalOrder(v);
    const store = this.keep(v, order);
    return { store, at: { offset: 0, strides: store.strides }, shape: v.shape };
  }

  /** Keeps a value in a buffer of its own from now on. */
  keep(v: Value, order: readonly number[]): Store {
    const store = this.stores.make(v.shape, v.dtype, order);
    this.write(v, store);
    return store;
  }

  /** Adds the step that computes a value into a buffer (dense in the buffer's order, unless told). */
  write(v: Value, store: Store, into?: Strided, alone = false): void {
    const at = into ?? { offset: 0, strides: store.strides };
    const isolated = alone || into !== undefined;
    if (!isolated && this.#transposes(v, store)) {
      this.#hold(v, store, this.steps.length - 1);
      return;
    }
    const make = (terms: Terms): Term => terms.cast(terms.of(v) as Term, store.dtype);
    const order = into ? orderOf(v.shape, at.strides) : store.order;
    const index = this.#add(
      v.shape,
      order,
      [],
      make,
      (term) => ({ term, store, at, reduce: null }),
      isolated,
    );
    if (!isolated) this.#hold(v, store, index);
  }

  #reduce(v: Value, fn: Result["reduce"], arg: Value, axes: readonly number[]): void {
    const walk = this.naturalOrder(arg, false);
    const order = [...axes, ...walk.filter((d) => !axes.includes(d))];
    const store = this.stores.make(v.shape, v.dtype, order);
    const at = { offset: 0, strides: store.strides.map((s, d) => (axes.includes(d) ? 0 : s)) };
    const make = (terms: Terms): Term => terms.cast(terms.of(arg) as Term, v.dtype);
    const index = this.#add(arg.shape, walk, axes, make, (term) => ({ term, store, at, reduce: fn }), false);
    this.#hold(v, store, index);
  }

  /** Adds a result to an earlier loop over the same space when all it reads is there by then, else a new loop. */
  #add(
    shape: readonly number[],
    order: readonly number[],
    reduced: readonly number[],
    make: (t: Terms) => Term,
    result: (term: Term) => Result,
    isolated: boolean,
  ): number {
    const fresh = this.terms();
    const own = make(fresh);
    if (!isolated) {
      const after = Math.max(
        -1,
        ...fresh.list.map((t) => (t.store ? (this.#producer.get(t.store) as number) : -1)),
      );
      for (let i = this.steps.length - 1; i > after; i--) {
        const step = this.steps[i];
        if (step.kind !== "loop" || step.results.length >= 4) continue;
        if (
          !sameShape(step.shape, shape) ||
          !sameShape(step.order, order) ||
          !sameShape(step.reduced, reduced)
        )
          continue;
        step.results.push(result(make(step.terms)));
        return i;
      }
    }
    this.steps.push({ kind: "loop", shape, order, reduced, terms: fresh, results: [result(own)] });
    return this.steps.length - 1;
  }

  /** Copies by the transposing kernel when the value lies dense in an order that is rotated. */
  #transposes(v: Value, store: Store): boolean {
    const from = this.lies(v);
    if (!from || !isFloat(v.dtype) || store.dtype !== v.dtype || v.shape.includes(0)) return false;
    const live = (order: readonly number[]): number[] => order.filter((d) => v.shape[d] !== 1);
    const old = live(orderOf(v.shape, from.at.strides));
    const now = live(store.order);
    const dense = denseStrides(v.shape, old);
    if (!old.every((d) => from.at.strides[d] === dense[d])) return false;
    const cut = old.indexOf(now[0]);
    if (cut <= 0 || ![...old.slice(cut), ...old.slice(0, cut)].every((d, i) => d === now[i])) return false;
    const rows = sizeOf(old.slice(0, cut).map((d) => v.shape[d]));
    const columns = sizeOf(old.slice(cut).map((d) => v.shape[d]));
    this.steps.push({
      kind: "call",
      fn: v.dtype === "float64" ? "transpose64" : "transpose32",
      args: [{ store: from.store, offset: from.at.offset }, { store, offset: 0, write: true }, rows, columns],
    });
    return true;
  }

  /** Buffers a step reads, and those it writes. */
  static touches(step: Step): { reads: Store[]; writes: Store[] } {
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
  live(): void {
    this.steps.forEach((step, i) => {
      const { reads, writes } = Schedule.touches(step);
      for (const s of [...reads, ...writes]) {
        s.from = Math.min(s.from, i);
        s.to = Math.max(s.to, i);
      }
    });
  }
}

function whole(store: Store): Strided {
  return { offset: 0, strides: store.strides };
}

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
