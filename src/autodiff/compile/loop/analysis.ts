/**
 * What is known about a nest before any code is written: at which loop each term is computed, which
 * terms differ from lane to lane, and how wide the vectors are.
 */

import type { DType } from "../../../tensor/index.ts";
import type { Nest, Term } from "../nest.ts";
import { isFloat, type Wide } from "./types.ts";
import { fitsVectors } from "./vectors.ts";

/** How the vector axis is being walked: `copies` vectors of `lanes`, or single numbers (lanes 1). */
export interface Mode {
  lanes: 1 | Wide;
  copies: number;
}
export const NARROW: Mode = { lanes: 1, copies: 1 };

export class Analysis {
  readonly nest: Nest;
  /** The innermost loop that a term depends on; −1 for none. */
  readonly level = new Map<Term, number>();
  readonly #wide = new Set<Term>();
  readonly #splatted = new Set<Term>();
  /** Products computed inside a multiply–add, not by themselves. */
  readonly absorbed = new Set<Term>();
  readonly lanes: 1 | Wide;
  /** The outermost reduced axis; infinite when nothing is reduced. */
  readonly firstReduced: number;

  constructor(nest: Nest, fused: boolean) {
    this.nest = nest;
    for (const t of nest.terms) this.#place(t);
    this.lanes = this.#chooseLanes();
    const reduced = nest.axes.findIndex((a) => a.reduced);
    this.firstReduced = reduced < 0 ? Number.POSITIVE_INFINITY : reduced;
    if (this.lanes === 1) return;
    if (fused) this.#absorb();
    for (const t of [
      ...nest.terms.filter((u) => this.wide(u)).flatMap((u) => u.args),
      ...nest.results.map((r) => r.term),
    ])
      if (!this.wide(t)) this.#splatted.add(t);
  }

  /** Whether a term differs from lane to lane. */
  wide(t: Term): boolean {
    return this.#wide.has(t);
  }

  /** Whether a term that is the same in all lanes is needed as a vector too. */
  splatted(t: Term): boolean {
    return this.#splatted.has(t);
  }

  #place(t: Term): void {
    if (t.kind === "load" || t.kind === "iota") {
      const strides = this.nest.strides.get(t) as number[];
      this.level.set(
        t,
        strides.findLastIndex((s) => s !== 0),
      );
      if (strides.length > 0 && strides[this.nest.vector] !== 0) this.#wide.add(t);
    } else {
      this.level.set(t, Math.max(-1, ...t.args.map((a) => this.level.get(a) as number)));
      if (t.args.some((a) => this.wide(a))) this.#wide.add(t);
    }
  }

  #chooseLanes(): 1 | Wide {
    const { axes, vector, terms, results } = this.nest;
    if (axes.length === 0) return 1;
    const wide = terms.filter((t) => this.wide(t));
    const types = new Set<DType>([...wide, ...results.map((r) => r.term)].map((t) => t.dtype));
    if (types.has("float32") && types.has("float64")) return 1;
    const lanes: Wide = types.has("float64") ? 2 : 4;
    if (axes[vector].size < lanes) return 1;
    if (types.size === 1 && types.has("bool")) return 1;
    const from = (t: Term): DType[] => t.args.map((a) => a.dtype);
    const fits = wide.every((t) =>
      t.kind === "map" ? fitsVectors(t.fn, from(t), t.dtype, lanes) : t.dtype !== "bool",
    );
    const stored = results.every(
      (r) => r.store.dtype !== "bool" && (lanes === 4 || r.store.dtype === "float64"),
    );
    return fits && stored ? lanes : 1;
  }

  /** Finds a·b + c where a·b is used only there. */
  #absorb(): void {
    for (const t of this.nest.terms) {
      if (t.kind !== "map" || t.fn !== "add" || !this.wide(t) || !isFloat(t.dtype)) continue;
      const product = t.args.find((a) => this.#isProduct(a));
      if (product) this.absorbed.add(product);
    }
    for (const r of this.nest.results)
      if (r.reduce === "sum" && this.#isProduct(r.term)) this.absorbed.add(r.term);
  }

  #isProduct(t: Term): boolean {
    if (t.kind !== "map" || t.fn !== "mul" || !this.wide(t) || !isFloat(t.dtype)) return false;
    return t.uses + this.nest.results.filter((r) => r.term === t).length === 1;
  }
}
