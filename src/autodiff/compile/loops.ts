/**
 * Code for a loop nest: offsets, vectors with their remainders, accumulators.
 *
 * The axis that vectors run along is walked three times: by several vectors at once, by single vectors,
 * and by single numbers for what is left. Operands that advance alike share one offset; where they
 * begin is an immediate of the load.
 */

import { Code, I32, V128 } from "../../kernels/wasm/emit.ts";
import { bytesOf } from "../../kernels/wasm/memory.ts";
import type { DType } from "../../tensor/index.ts";
import {
  constant,
  type Functions,
  fitsVectors,
  LOCAL,
  laneType,
  scalarMap,
  shapeOfLanes,
  typeOf,
  vectorMap,
  type Wide,
} from "./arithmetic.ts";
import type { Nest, Result, Term } from "./nest.ts";
import type { Store } from "./stores.ts";

/** How the vector axis is being walked: `copies` vectors of `lanes`, or single numbers (lanes 1). */
interface Mode {
  lanes: 1 | Wide;
  copies: number;
}
const NARROW: Mode = { lanes: 1, copies: 1 };

interface OffsetClass {
  /** Bytes by axis. */
  strides: number[];
  /** Added into the offset itself when strides go backwards; otherwise 0. */
  start: number;
  /** Offset local by axis; −1 where the axis does not move it. */
  locals: number[];
}

interface Accumulator {
  result: Result;
  vectors: number[];
  scalar: number;
}

export class LoopWriter {
  readonly code = new Code();
  readonly #nest: Nest;
  readonly #functions: Functions;
  readonly #address: (s: Store) => number;
  readonly #level = new Map<Term, number>();
  readonly #wide = new Map<Term, boolean>();
  readonly #classOf = new Map<Term | Result, OffsetClass>();
  readonly #classes = new Map<string, OffsetClass>();
  readonly #scalars = new Map<Term, number>();
  readonly #splats = new Map<Term, number>();
  #vectors = new Map<Term, number[]>();
  #accumulators: Accumulator[] = [];
  readonly #lanes: 1 | Wide;
  readonly #firstReduced: number;
  /** Maps computed inside a multiply–add, not by themselves. */
  readonly #absorbed = new Set<Term>();

  constructor(nest: Nest, functions: Functions, address: (s: Store) => number) {
    this.#nest = nest;
    this.#functions = functions;
    this.#address = address;
    for (const t of nest.terms) this.#place(t);
    this.#lanes = this.#chooseLanes();
    const reduced = nest.axes.findIndex((a) => a.reduced);
    this.#firstReduced = reduced < 0 ? Number.POSITIVE_INFINITY : reduced;
    if (functions.fused && this.#lanes > 1) this.#absorb();
  }

  /** The finished function body. */
  write(): Code {
    this.#evaluate(-1, NARROW);
    this.#walk(0, NARROW);
    return this.code;
  }

  #strides(m: Term | Result): number[] {
    return this.#nest.strides.get(m) as number[];
  }

  #place(t: Term): void {
    if (t.kind === "load" || t.kind === "iota") {
      const strides = this.#strides(t);
      this.#level.set(
        t,
        strides.findLastIndex((s) => s !== 0),
      );
      this.#wide.set(t, strides.length > 0 && strides[this.#nest.vector] !== 0);
    } else {
      this.#level.set(t, Math.max(-1, ...t.args.map((a) => this.#level.get(a) as number)));
      this.#wide.set(
        t,
        t.args.some((a) => this.#wide.get(a)),
      );
    }
  }

  #chooseLanes(): 1 | Wide {
    const { axes, vector, terms, results } = this.#nest;
    if (axes.length === 0) return 1;
    const wide = terms.filter((t) => this.#wide.get(t));
    const types = new Set<DType>([...wide, ...results.map((r) => r.term)].map((t) => t.dtype));
    if (types.has("float32") && types.has("float64")) return 1;
    const lanes: Wide = types.has("float64") ? 2 : 4;
    if (axes[vector].size < lanes) return 1;
    if (types.size === 1 && types.has("bool")) return 1;
    const fits = wide.every((t) =>
      t.kind === "map"
        ? fitsVectors(
            t.fn,
            t.args.map((a) => a.dtype),
            t.dtype,
            lanes,
          )
        : t.dtype !== "bool" && !(t.kind === "iota" && lanes === 2 && t.dtype !== "int32"),
    );
    const stored = results.every(
      (r) => r.store.dtype !== "bool" && (lanes === 4 || r.store.dtype === "float64"),
    );
    return fits && stored ? lanes : 1;
  }

  /** Finds a·b + c where a·b is used only there. */
  #absorb(): void {
    for (const t of this.#nest.terms) {
      if (t.kind !== "map" || t.fn !== "add" || !this.#wide.get(t) || !isFloat(t.dtype)) continue;
      const product = t.args.find((a) => this.#isProduct(a));
      if (product) this.#absorbed.add(product);
    }
    for (const r of this.#nest.results)
      if (r.reduce === "sum" && this.#isProduct(r.term)) this.#absorbed.add(r.term);
  }

  #isProduct(t: Term): boolean {
    if (t.kind !== "map" || t.fn !== "mul" || !this.#wide.get(t) || !isFloat(t.dtype)) return false;
    return t.uses + this.#nest.results.filter((r) => r.term === t).length === 1;
  }

  // Offsets ------------------------------------------------------------------------------------

  #class(m: Term | Result): OffsetClass {
    const known = this.#classOf.get(m);
    if (known) return known;
    const store = "reduce" in m ? m.store : (m.store as Store | null);
    const size = store ? bytesOf(store.dtype) : 1;
    const strides = this.#strides(m).map((s) => s * size);
    const backwards = strides.some((s) => s < 0);
    const start = backwards ? this.#begin(m) : 0;
    const key = `${strides} ${start}`;
    let made = this.#classes.get(key);
    if (!made) {
      made = { strides, start, locals: strides.map((s) => (s === 0 ? -1 : this.code.local(I32))) };
      this.#classes.set(key, made);
    }
    this.#classOf.set(m, made);
    return made;
  }

  /** Address of the first element, or first index of an iota. */
  #begin(m: Term | Result): number {
    const store = "reduce" in m ? m.store : m.store;
    const offset = m.at?.offset ?? 0;
    return store ? this.#address(store) + offset * bytesOf(store.dtype) : offset;
  }

  /** Pushes the moving part of the position at a level; returns the immediate that goes with it. */
  #position(m: Term | Result, level: number): number {
    const c = this.#class(m);
    for (let l = Math.min(level, c.locals.length - 1); l >= 0; l--)
      if (c.locals[l] >= 0) {
        this.code.get(c.locals[l]);
        return c.start === 0 ? this.#begin(m) : 0;
      }
    this.code.i32(c.start);
    return c.start === 0 ? this.#begin(m) : 0;
  }

  // Loops --------------------------------------------------------------------------------------

  #walk(l: number, mode: Mode): void {
    const { axes, vector } = this.#nest;
    if (l === this.#firstReduced) this.#startAccumulators(mode);
    if (l === axes.length) this.#body(l - 1, mode);
    else {
      this.#enter(l);
      const { size } = axes[l];
      if (l === vector && this.#lanes > 1) this.#walkVectors(l, size);
      else this.#repeat(l, 0, size, 1, mode);
    }
    if (l === this.#firstReduced) this.#finishAccumulators(l - 1, mode);
  }

  #walkVectors(l: number, size: number): void {
    const lanes = this.#lanes as Wide;
    const heavy = this.#nest.terms.filter((t) => this.#wide.get(t)).length;
    const want = this.#firstReduced < Number.POSITIVE_INFINITY ? 4 : heavy <= 14 ? 2 : 1;
    let copies = want;
    while (copies > 1 && size < copies * lanes) copies /= 2;
    const block = copies * lanes;
    let at = 0;
    for (const [step, mode] of [
      [block, { lanes, copies }],
      [lanes, { lanes, copies: 1 }],
      [1, NARROW],
    ] as const) {
      const end = at + Math.floor((size - at) / step) * step;
      if (end > at) this.#repeat(l, at, end, step, mode);
      at = end;
    }
  }

  /** Sets the offsets of axis l to where its walk begins. */
  #enter(l: number): void {
    for (const m of this.#nest.strides.keys()) this.#class(m);
    for (const c of this.#classes.values()) {
      if (c.locals[l] < 0) continue;
      const before = c.locals.slice(0, l).findLast((i) => i >= 0);
      if (before === undefined) this.code.i32(c.start);
      else this.code.get(before);
      this.code.set(c.locals[l]);
    }
  }

  #repeat(l: number, from: number, to: number, step: number, mode: Mode): void {
    const outer = this.#vectors;
    const once = (): void => {
      this.#evaluate(l, mode);
      this.#walk(l + 1, mode);
      for (const c of this.#classes.values())
        if (c.locals[l] >= 0)
          this.code
            .get(c.locals[l])
            .i32(c.strides[l] * step)
            .op("i32.add")
            .set(c.locals[l]);
    };
    if (mode.lanes > 1) this.#vectors = new Map(outer);
    if (to - from === step) once();
    else {
      const counter = this.code.local(I32);
      this.code.i32(from).set(counter).loop(counter, step, to, once);
    }
    this.#vectors = outer;
  }

  // Terms --------------------------------------------------------------------------------------

  /** Computes the terms that first vary at this level. */
  #evaluate(level: number, mode: Mode): void {
    for (const t of this.#nest.terms) {
      if (this.#level.get(t) !== level) continue;
      if (t.kind === "literal" && !this.#splatted(t)) continue;
      if (mode.lanes > 1 && this.#absorbed.has(t)) continue;
      if (this.#wide.get(t) && mode.lanes > 1) this.#vectorTerm(t, level, mode);
      else this.#scalarTerm(t, level);
    }
  }

  /** Whether a term that is the same in all lanes is needed as a vector too. */
  #splatted(t: Term): boolean {
    return (
      this.#lanes > 1 &&
      !this.#wide.get(t) &&
      (this.#nest.terms.some((u) => this.#wide.get(u) && u.args.includes(t)) ||
        this.#nest.results.some((r) => r.term === t))
    );
  }

  #scalarTerm(t: Term, level: number): void {
    const { code } = this;
    const type = typeOf(t.dtype);
    let local = this.#scalars.get(t);
    if (local === undefined) this.#scalars.set(t, (local = code.local(LOCAL[type])));
    this.#pushScalar(t, level);
    code.set(local);
    if (!this.#splatted(t)) return;
    let wide = this.#splats.get(t);
    if (wide === undefined) this.#splats.set(t, (wide = code.local(V128)));
    code.get(local);
    this.#splat(t.dtype);
    code.set(wide);
  }

  #splat(dtype: DType): void {
    const { code } = this;
    const lanes = this.#lanes as Wide;
    if (dtype === "bool") {
      // 1 becomes a mask of all ones.
      code.i32(0).op("i32.ne").set(this.#spare());
      code.i32(0).get(this.#spare()).op("i32.sub").op("i32x4.splat");
      return;
    }
    if (lanes === 2 && dtype === "int32") code.op("f64.convert_i32_s");
    code.op(`${shapeOfLanes[laneType(dtype, lanes)]}.splat`);
  }

  #spareLocal = -1;
  #spare(): number {
    if (this.#spareLocal < 0) this.#spareLocal = this.code.local(I32);
    return this.#spareLocal;
  }

  #pushScalar(t: Term, level: number): void {
    const { code } = this;
    if (t.kind === "literal") constant(code, t.value, t.dtype);
    else if (t.kind === "iota") code.i32(this.#position(t, level)).op("i32.add");
    else if (t.kind === "load") {
      const offset = this.#position(t, level);
      const load = t.dtype === "bool" ? "i32.load8_u" : (`${typeOf(t.dtype)}.load` as const);
      code.memory(load, offset);
    } else
      scalarMap(
        code,
        t.fn,
        t.extra,
        t.args.map((a) => this.#scalar(a)),
        t.args.map((a) => a.dtype),
        t.dtype,
        this.#functions,
      );
  }

  /** The local that holds a term as a single number. */
  #scalar(t: Term): number {
    const known = this.#scalars.get(t);
    if (known !== undefined) return known;
    // Literals that no vector needs are put into a local where they are first used.
    const local = this.code.local(LOCAL[typeOf(t.dtype)]);
    constant(this.code, t.value, t.dtype);
    this.code.set(local);
    return local;
  }

  #vectorTerm(t: Term, level: number, mode: Mode): void {
    const locals: number[] = [];
    for (let copy = 0; copy < mode.copies; copy++) {
      this.#pushVector(t, level, copy, mode);
      const local = this.code.local(V128);
      this.code.set(local);
      locals.push(local);
    }
    this.#vectors.set(t, locals);
  }

  #pushVector(t: Term, level: number, copy: number, mode: Mode): void {
    const { code } = this;
    const lanes = mode.lanes as Wide;
    if (t.kind === "map") {
      const product = t.fn === "add" ? t.args.find((a) => this.#absorbed.has(a)) : undefined;
      if (product) {
        const other = t.args[t.args[0] === product ? 1 : 0];
        for (const a of [...product.args, other]) code.get(this.#vector(a, copy));
        code.op(lanes === 2 ? "f64x2.relaxed_madd" : "f32x4.relaxed_madd");
        return;
      }
      vectorMap(
        code,
        t.fn,
        t.extra,
        t.args.map((a) => this.#vector(a, copy)),
        t.args.map((a) => a.dtype),
        t.dtype,
        lanes,
        this.#functions,
      );
      return;
    }
    const stride = this.#strides(t)[this.#nest.vector];
    const shape = shapeOfLanes[laneType(t.dtype, lanes)];
    if (t.kind === "iota") {
      code.i32(this.#position(t, level) + copy * lanes * stride).op("i32.add");
      code
        .op("i32x4.splat")
        .v128([0, stride, 2 * stride, 3 * stride])
        .op("i32x4.add");
      if (lanes === 2) code.op("f64x2.convert_low_i32x4_s");
      return;
    }
    const bytes = bytesOf(t.dtype);
    if (stride === 1) {
      const offset = this.#position(t, level) + copy * lanes * bytes;
      if (lanes === 2 && t.dtype === "int32")
        code.memory("v128.load64_zero", offset).op("f64x2.convert_low_i32x4_s");
      else code.memory("v128.load", offset);
      return;
    }
    code.v128([0, 0, 0, 0]);
    for (let lane = 0; lane < lanes; lane++) {
      const offset = this.#position(t, level);
      const step = (copy * lanes + lane) * stride * bytes;
      // Backward strides move the address itself; immediates cannot be negative.
      if (step < 0)
        code
          .i32(step)
          .op("i32.add")
          .memory(`${typeOf(t.dtype)}.load`, offset);
      else code.memory(`${typeOf(t.dtype)}.load`, offset + step);
      if (lanes === 2 && t.dtype === "int32") code.op("f64.convert_i32_s");
      code.lane(`${shape}.replace_lane` as "f32x4.replace_lane", lane);
    }
  }

  #vector(t: Term, copy: number): number {
    const local = this.#vectors.get(t)?.[copy] ?? this.#splats.get(t);
    if (local === undefined) throw new Error(`The vector of term ${t.index} is missing.`);
    return local;
  }

  // Results ------------------------------------------------------------------------------------

  #body(level: number, mode: Mode): void {
    for (const r of this.#nest.results) {
      if (r.reduce) continue;
      for (let copy = 0; copy < mode.copies; copy++) this.#store(r, level, copy, mode);
    }
    for (const a of this.#accumulators) this.#accumulate(a, mode);
  }

  /** Stores the result's term, or what `push` leaves on the stack instead. */
  #store(r: Result, level: number, copy: number, mode: Mode, push?: () => void): void {
    const { code } = this;
    const bytes = bytesOf(r.store.dtype);
    if (mode.lanes === 1) {
      const offset = this.#position(r, level);
      if (push) push();
      else code.get(this.#scalar(r.term));
      code.memory(r.store.dtype === "bool" ? "i32.store8" : `${typeOf(r.store.dtype)}.store`, offset);
      return;
    }
    const stride = this.#strides(r)[this.#nest.vector];
    if (stride === 1) {
      const offset = this.#position(r, level) + copy * mode.lanes * bytes;
      if (push) push();
      else code.get(this.#vector(r.term, copy));
      code.memory("v128.store", offset);
      return;
    }
    const held = code.local(V128);
    if (push) push();
    else code.get(this.#vector(r.term, copy));
    code.set(held);
    const type = typeOf(r.store.dtype);
    for (let lane = 0; lane < mode.lanes; lane++) {
      const offset = this.#position(r, level);
      const step = (copy * mode.lanes + lane) * stride * bytes;
      if (step < 0) code.i32(step).op("i32.add");
      code.get(held).lane(`${shapeOfLanes[type]}.extract_lane` as "f32x4.extract_lane", lane);
      code.memory(`${type}.store`, step < 0 ? offset : offset + step);
    }
  }

  #startAccumulators(mode: Mode): void {
    const { code } = this;
    // Vectors inside the reduced axes, or (when the vector axis is kept) around them.
    const inside = this.#nest.vector >= this.#firstReduced;
    const lanes = inside ? this.#lanes : mode.lanes;
    const copies = inside ? 4 : mode.copies;
    this.#accumulators = this.#nest.results
      .filter((r) => r.reduce)
      .map((result) => {
        const { dtype } = result.store;
        const type = typeOf(dtype);
        const start = identity(result.reduce as string, dtype);
        const scalar = code.local(LOCAL[type]);
        constant(code, start, dtype);
        code.set(scalar);
        const vectors: number[] = [];
        if (lanes > 1)
          for (let i = 0; i < copies; i++) {
            const v = code.local(V128);
            constant(code, start, dtype);
            code.op(`${shapeOfLanes[type]}.splat`).set(v);
            vectors.push(v);
          }
        return { result, vectors, scalar };
      });
  }

  #accumulate({ result, vectors, scalar }: Accumulator, mode: Mode): void {
    const { code } = this;
    const { term, store } = result;
    const fn = COMBINE[result.reduce as string];
    if (mode.lanes === 1) {
      const value = this.#scalar(term);
      scalarMap(
        code,
        fn,
        undefined,
        [scalar, value],
        [store.dtype, store.dtype],
        store.dtype,
        this.#functions,
      );
      code.set(scalar);
      return;
    }
    const lanes = mode.lanes as Wide;
    for (let copy = 0; copy < mode.copies; copy++) {
      if (this.#absorbed.has(term) && result.reduce === "sum") {
        for (const a of term.args) code.get(this.#vector(a, copy));
        code.get(vectors[copy]).op(lanes === 2 ? "f64x2.relaxed_madd" : "f32x4.relaxed_madd");
      } else
        vectorMap(
          code,
          fn,
          undefined,
          [vectors[copy], this.#vector(term, copy)],
          [store.dtype, store.dtype],
          store.dtype,
          lanes,
          this.#functions,
        );
      code.set(vectors[copy]);
    }
  }

  #finishAccumulators(level: number, mode: Mode): void {
    const { code } = this;
    const inside = this.#nest.vector >= this.#firstReduced;
    for (const { result, vectors, scalar } of this.#accumulators) {
      const { dtype } = result.store;
      const fn = COMBINE[result.reduce as string];
      if (!inside && mode.lanes > 1) {
        for (let copy = 0; copy < mode.copies; copy++)
          this.#store(result, level, copy, mode, () => code.get(vectors[copy]));
        continue;
      }
      if (vectors.length > 0) {
        const lanes = this.#lanes as Wide;
        const types = [dtype, dtype];
        for (const [a, b] of [
          [0, 1],
          [2, 3],
          [0, 2],
        ]) {
          vectorMap(code, fn, undefined, [vectors[a], vectors[b]], types, dtype, lanes, this.#functions);
          code.set(vectors[a]);
        }
        const part = code.local(LOCAL[typeOf(dtype)]);
        for (let lane = 0; lane < lanes; lane++) {
          const extract = `${shapeOfLanes[typeOf(dtype)]}.extract_lane` as "f32x4.extract_lane";
          code.get(vectors[0]).lane(extract, lane).set(part);
          scalarMap(code, fn, undefined, [scalar, part], types, dtype, this.#functions);
          code.set(scalar);
        }
      }
      this.#store(result, level, 0, NARROW, () => code.get(scalar));
    }
    this.#accumulators = [];
  }
}

const COMBINE: Record<string, string> = { sum: "add", prod: "mul", max: "maximum", min: "minimum" };

function identity(reduce: string, dtype: DType): number {
  if (reduce === "sum") return 0;
  if (reduce === "prod") return 1;
  if (dtype === "int32") return reduce === "max" ? -2147483648 : 2147483647;
  return reduce === "max" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}
