/**
 * The loop nest of one step: which expressions are evaluated where.
 *
 * Expressions are trees of loads, literals and maps over one iteration space. Axes are ordered as the
 * data lies in memory and joined where every operand allows. Each node is evaluated at the outermost
 * loop it depends on, so what does not vary inside is computed once outside.
 */

import { type DType, promote } from "../../tensor/index.ts";
import { applyView, type Strided } from "./access.ts";
import type { Value, View } from "./graph.ts";
import type { Store } from "./stores.ts";

/** A view on the way from a value to the loop that reads it, with the shape it gives. */
export interface Pending {
  view: View;
  shape: readonly number[];
}

export interface Term {
  readonly index: number;
  readonly kind: "load" | "literal" | "iota" | "map";
  readonly dtype: DType;
  readonly fn: string;
  readonly extra: number | undefined;
  readonly args: readonly Term[];
  readonly value: number;
  readonly store: Store | null;
  /** Strides over the axes of the iteration space, in elements; for loads and iotas. */
  readonly at: Strided | null;
  uses: number;
}

/** Builds the terms of one step, each once. */
export class Terms {
  readonly list: Term[] = [];
  readonly #known = new Map<string, Term>();
  readonly #stored: (v: Value) => readonly Store[];

  /** @param stored the buffers that hold a value already, preferred first; none when it has to be computed */
  constructor(stored: (v: Value) => readonly Store[]) {
    this.#stored = stored;
  }

  #make(key: string, part: Partial<Term> & Pick<Term, "kind" | "dtype">): Term {
    const known = this.#known.get(key);
    if (known) return known;
    const made: Term = {
      index: this.list.length,
      fn: "",
      extra: undefined,
      args: [],
      value: 0,
      store: null,
      at: null,
      uses: 0,
      ...part,
    };
    for (const a of made.args) a.uses++;
    this.list.push(made);
    this.#known.set(key, made);
    return made;
  }

  /** The term for a value seen through views; null when a view cannot be read without copying. */
  of(v: Value, pending: readonly Pending[] = [], fresh = false): Term | null {
    const { def } = v;
    if (def.kind === "literal")
      return this.#make(`literal ${def.value} ${Object.is(def.value, -0)} ${v.dtype}`, {
        kind: "literal",
        dtype: v.dtype,
        value: def.value,
      });
    if (!fresh)
      for (const store of this.#stored(v)) {
        const at = through({ offset: 0, strides: store.strides }, v.shape, pending);
        if (at)
          return this.#make(`load ${store.id} ${at.offset} ${at.strides}`, {
            kind: "load",
            dtype: v.dtype,
            store,
            at,
          });
      }
    if (def.kind === "iota") {
      const at = through(
        { offset: 0, strides: v.shape.map((_, d) => (d === def.axis ? 1 : 0)) },
        v.shape,
        pending,
      );
      return at && this.#make(`iota ${at.offset} ${at.strides}`, { kind: "iota", dtype: "int32", at });
    }
    if (def.kind === "view") return this.of(def.arg, [{ view: def.view, shape: v.shape }, ...pending]);
    if (def.kind === "map" && def.fn === "cast") {
      const t = this.of(def.args[0], pending);
      return t && this.cast(t, v.dtype);
    }
    if (def.kind === "map") {
      const args: Term[] = [];
      for (const a of def.args) {
        const spread: Pending = { view: { kind: "broadcast" }, shape: v.shape };
        const t = this.of(a, [spread, ...pending]);
        if (!t) return null;
        args.push(this.cast(t, operandType(def.fn, args.length, v, def.args)));
      }
      return this.#make(`${def.fn} ${def.extra ?? ""} ${v.dtype} ${args.map((a) => a.index)}`, {
        kind: "map",
        fn: def.fn,
        dtype: v.dtype,
        extra: def.extra,
        args,
      });
    }
    return null;
  }

  cast(t: Term, dtype: DType): Term {
    if (t.dtype === dtype) return t;
    if (t.kind === "literal") {
      const value =
        dtype === "bool" ? Number(t.value !== 0) : dtype === "int32" ? Math.trunc(t.value) : t.value;
      return this.#make(`literal ${value} ${Object.is(value, -0)} ${dtype}`, {
        kind: "literal",
        dtype,
        value,
      });
    }
    return this.#make(`cast ${t.index} ${dtype}`, { kind: "map", fn: "cast", dtype, args: [t] });
  }
}

/** The type a map computes in: that of its result, or for comparisons that of the wider operand. */
function operandType(fn: string, position: number, v: Value, args: readonly Value[]): DType {
  if (fn === "cast") return args[0].dtype;
  if (fn === "and" || fn === "or" || fn === "not" || (fn === "select" && position === 0)) return "bool";
  if (v.dtype === "bool" && COMPARISONS.has(fn)) return args.map((a) => a.dtype).reduce(promote);
  return v.dtype;
}

export const COMPARISONS = new Set(["greater", "greaterEqual", "less", "lessEqual", "equal", "notEqual"]);

function through(start: Strided, shape: readonly number[], pending: readonly Pending[]): Strided | null {
  let at: Strided | null = start;
  let from = shape;
  for (const p of pending) {
    at = applyView(at, from, p.view, p.shape);
    if (!at) return null;
    from = p.shape;
  }
  return at;
}

export interface Result {
  term: Term;
  /** Where it goes; its strides are over the iteration space, zero along reduced axes. */
  store: Store;
  at: Strided;
  reduce: "sum" | "prod" | "max" | "min" | null;
}

/** One axis of the finished nest: several axes of the iteration space that lie behind each other. */
export interface Axis {
  size: number;
  reduced: boolean;
}

/** A load, iota or result with one stride an axis of the nest. */
export interface Nest {
  /** Outermost first; kept axes before reduced ones. */
  axes: Axis[];
  /** Index in `axes` of the one that vectors run along. */
  vector: number;
  /** Strides by axis of the nest. */
  strides: Map<Term | Result, number[]>;
  terms: readonly Term[];
  results: readonly Result[];
}

/** Puts axes in order, joins them and decides along which one vectors run. */
export function buildNest(
  shape: readonly number[],
  order: readonly number[],
  reducedAxes: readonly number[],
  terms: readonly Term[],
  results: readonly Result[],
): Nest {
  const moving: (Term | Result)[] = [...terms.filter((t) => t.at !== null), ...results];
  const stride = (m: Term | Result, d: number): number => (m.at as Strided).strides[d];
  const live = order.filter((d) => shape[d] !== 1);
  const kept = live.filter((d) => !reducedAxes.includes(d));
  const gone = live.filter((d) => reducedAxes.includes(d));
  const innermostReduced = gone.length > 0 && live[live.length - 1] === gone[gone.length - 1];
  const axes: { dims: number[]; size: number; reduced: boolean }[] = [];
  for (const [list, reduced] of [
    [kept, false],
    [gone, true],
  ] as const) {
    const start = axes.length;
    for (const d of list) {
      const last = axes.length > start ? axes[axes.length - 1] : undefined;
      const inner = shape[d];
      const joins =
        last && moving.every((m) => stride(m, last.dims[last.dims.length - 1]) === stride(m, d) * inner);
      if (last && joins) {
        last.dims.push(d);
        last.size *= inner;
      } else axes.push({ dims: [d], size: inner, reduced });
    }
  }
  const strides = new Map<Term | Result, number[]>();
  for (const m of moving)
    strides.set(
      m,
      axes.map((a) => stride(m, a.dims[a.dims.length - 1])),
    );
  const lastKept = axes.filter((a) => !a.reduced).length - 1;
  const vector = innermostReduced || lastKept < 0 ? axes.length - 1 : lastKept;
  return { axes: axes.map(({ size, reduced }) => ({ size, reduced })), vector, strides, terms, results };
}
