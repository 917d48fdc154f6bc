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
import { lowerCall } from "./calls/index.ts";
import type { Value } from "./graph.ts";
import { type Result, type Term, Terms } from "./nest.ts";
import { Readers } from "./readers.ts";
import type { Access, Loop, Step } from "./steps.ts";
import { type Store, Stores } from "./stores.ts";

export class Schedule {
  readonly stores = new Stores();
  readonly steps: Step[] = [];
  readonly readers: Readers;
  /** Buffers of arguments, captured tensors and host values. */
  readonly sources = new Map<Value, Store>();
  readonly #held = new Map<Value, Store[]>();
  /** Step that completes a buffer; −1 for what is there from the start. */
  readonly #producer = new Map<Store, number>();

  constructor(roots: readonly Value[]) {
    this.readers = new Readers(roots);
    for (const v of this.readers.reachable) this.#visit(v);
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
        if (this.readers.worthKeeping(v, (x) => this.#held.has(x))) this.keep(v, this.naturalOrder(v));
        return;
    }
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

  /** Takes a buffer for the one place of a value: it is complete from the start. */
  replace(v: Value, store: Store): void {
    this.#held.set(v, [store]);
    this.#producer.set(store, -1);
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
  write(v: Value, store: Store, into?: Strided): void {
    const at = into ?? { offset: 0, strides: store.strides };
    const isolated = into !== undefined;
    if (!isolated && this.#transposes(v, store)) {
      this.#hold(v, store, this.steps.length - 1);
      return;
    }
    const order = into ? orderOf(v.shape, at.strides) : store.order;
    const made = { shape: v.shape, order, reduced: [], value: v, dtype: store.dtype };
    const index = this.#loop(made, (term) => ({ term, store, at, reduce: null }), isolated);
    if (!isolated) this.#hold(v, store, index);
  }

  #reduce(v: Value, fn: Result["reduce"], arg: Value, axes: readonly number[]): void {
    const walk = this.naturalOrder(arg, false);
    const order = [...axes, ...walk.filter((d) => !axes.includes(d))];
    const store = this.stores.make(v.shape, v.dtype, order);
    const at = { offset: 0, strides: store.strides.map((s, d) => (axes.includes(d) ? 0 : s)) };
    const made = { shape: arg.shape, order: walk, reduced: axes, value: arg, dtype: v.dtype };
    const index = this.#loop(made, (term) => ({ term, store, at, reduce: fn }), false);
    this.#hold(v, store, index);
  }

  /**
   * Adds a result to an earlier loop over the same space when all it reads is there by then, else a new
   * loop; returns the step.
   */
  #loop(
    {
      value,
      dtype,
      ...space
    }: Pick<Loop, "shape" | "order" | "reduced"> & Pick<Value, "dtype"> & { value: Value },
    result: (term: Term) => Result,
    isolated: boolean,
  ): number {
    const make = (terms: Terms): Term => terms.cast(terms.of(value) as Term, dtype);
    const terms = this.terms();
    const term = make(terms);
    const ready = terms.list.map((t) => (t.store ? (this.#producer.get(t.store) as number) : -1));
    const after = isolated ? this.steps.length : Math.max(-1, ...ready);
    for (let i = this.steps.length - 1; i > after; i--) {
      const step = this.steps[i];
      if (step.kind !== "loop" || step.results.length >= 4) continue;
      if ((["shape", "order", "reduced"] as const).some((k) => !sameShape(step[k], space[k]))) continue;
      step.results.push(result(make(step.terms)));
      return i;
    }
    this.steps.push({ kind: "loop", ...space, terms, results: [result(term)] });
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
}
