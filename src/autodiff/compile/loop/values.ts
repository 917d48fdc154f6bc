/**
 * Terms in local variables: as numbers, as vectors, or spread over the lanes of a vector.
 */

import { type Code, I32, V128 } from "../../../kernels/wasm/emit/index.ts";
import { bytesOf } from "../../../tensor/dtype.ts";
import type { DType } from "../../../tensor/index.ts";
import type { Term } from "../nest.ts";
import type { Analysis, Mode } from "./analysis.ts";
import { scalarMap } from "./numbers.ts";
import type { Offsets } from "./offsets.ts";
import { constant, type Functions, LOCAL, laneType, shapeOfLanes, typeOf, type Wide } from "./types.ts";
import { vectorMap } from "./vectors.ts";

export class Values {
  readonly #code: Code;
  readonly #analysis: Analysis;
  readonly #offsets: Offsets;
  readonly #functions: Functions;
  readonly #numbers = new Map<Term, number>();
  readonly #splats = new Map<Term, number>();
  #vectors = new Map<Term, number[]>();
  #spare = -1;

  constructor(code: Code, analysis: Analysis, offsets: Offsets, functions: Functions) {
    this.#code = code;
    this.#analysis = analysis;
    this.#offsets = offsets;
    this.#functions = functions;
  }

  /** Forgets afterwards the vectors that `body` computes: another walk computes its own. */
  scope(body: () => void): void {
    const before = this.#vectors;
    this.#vectors = new Map(before);
    body();
    this.#vectors = before;
  }

  /** Computes the terms that first vary at this loop. */
  compute(level: number, mode: Mode): void {
    const a = this.#analysis;
    for (const t of a.nest.terms) {
      if (a.level.get(t) !== level) continue;
      if (t.kind === "literal" && !a.splatted(t)) continue;
      if (mode.lanes > 1 && a.absorbed.has(t)) continue;
      if (a.wide(t) && mode.lanes > 1) this.#asVectors(t, level, mode);
      else this.#asNumber(t, level);
    }
  }

  /** The variable that holds a term as a single number. */
  number(t: Term): number {
    const known = this.#numbers.get(t);
    if (known !== undefined) return known;
    // Literals that no vector needs are put into a variable where they are used.
    const local = this.#code.local(LOCAL[typeOf(t.dtype)]);
    constant(this.#code, t.value, t.dtype);
    this.#code.set(local);
    return local;
  }

  /** The variable that holds a term as a vector. */
  vector(t: Term, copy: number): number {
    const local = this.#vectors.get(t)?.[copy] ?? this.#splats.get(t);
    if (local === undefined) throw new Error(`The vector of term ${t.index} is missing.`);
    return local;
  }

  /** Pushes the product of two terms and adds what `push` leaves: one instruction, one rounding. */
  multiplyAdd(product: Term, copy: number, lanes: Wide, push: () => void): void {
    for (const a of product.args) this.#code.get(this.vector(a, copy));
    push();
    this.#code.op(lanes === 2 ? "f64x2.relaxed_madd" : "f32x4.relaxed_madd");
  }

  #asNumber(t: Term, level: number): void {
    const code = this.#code;
    let local = this.#numbers.get(t);
    if (local === undefined) this.#numbers.set(t, (local = code.local(LOCAL[typeOf(t.dtype)])));
    this.#pushNumber(t, level);
    code.set(local);
    if (!this.#analysis.splatted(t)) return;
    let spread = this.#splats.get(t);
    if (spread === undefined) this.#splats.set(t, (spread = code.local(V128)));
    code.get(local);
    this.#splat(t.dtype);
    code.set(spread);
  }

  #pushNumber(t: Term, level: number): void {
    const code = this.#code;
    if (t.kind === "literal") constant(code, t.value, t.dtype);
    else if (t.kind === "iota") code.i32(this.#offsets.push(t, level)).op("i32.add");
    else if (t.kind === "load") {
      const offset = this.#offsets.push(t, level);
      code.memory(t.dtype === "bool" ? "i32.load8_u" : `${typeOf(t.dtype)}.load`, offset);
    } else {
      const args = t.args.map((a) => this.number(a));
      const from = t.args.map((a) => a.dtype);
      scalarMap(code, t.fn, t.extra, args, from, t.dtype, this.#functions);
    }
  }

  /** Spreads the number on the stack over the lanes. */
  #splat(dtype: DType): void {
    const code = this.#code;
    const lanes = this.#analysis.lanes as Wide;
    if (dtype === "bool") {
      // 1 becomes a mask of all ones: 0 − 1.
      if (this.#spare < 0) this.#spare = code.local(I32);
      code.i32(0).op("i32.ne").set(this.#spare).i32(0).get(this.#spare).op("i32.sub").op("i32x4.splat");
      return;
    }
    if (lanes === 2 && dtype === "int32") code.op("f64.convert_i32_s");
    code.op(`${shapeOfLanes[laneType(dtype, lanes)]}.splat`);
  }

  #asVectors(t: Term, level: number, mode: Mode): void {
    const locals: number[] = [];
    for (let copy = 0; copy < mode.copies; copy++) {
      this.#pushVector(t, level, copy, mode.lanes as Wide);
      const local = this.#code.local(V128);
      this.#code.set(local);
      locals.push(local);
    }
    this.#vectors.set(t, locals);
  }

  #pushVector(t: Term, level: number, copy: number, lanes: Wide): void {
    const code = this.#code;
    if (t.kind === "map") {
      const product = t.fn === "add" ? t.args.find((a) => this.#analysis.absorbed.has(a)) : undefined;
      if (product) {
        const other = t.args[t.args[0] === product ? 1 : 0];
        this.multiplyAdd(product, copy, lanes, () => code.get(this.vector(other, copy)));
        return;
      }
      const args = t.args.map((a) => this.vector(a, copy));
      const from = t.args.map((a) => a.dtype);
      vectorMap(code, t.fn, t.extra, args, from, t.dtype, lanes, this.#functions);
      return;
    }
    const { nest } = this.#analysis;
    const stride = (nest.strides.get(t) as number[])[nest.vector];
    if (t.kind === "iota") {
      code.i32(this.#offsets.push(t, level) + copy * lanes * stride).op("i32.add");
      const steps = [0, stride, 2 * stride, 3 * stride];
      code.op("i32x4.splat").v128(steps).op("i32x4.add");
      if (lanes === 2) code.op("f64x2.convert_low_i32x4_s");
    } else if (stride === 1) {
      const offset = this.#offsets.push(t, level) + copy * lanes * bytesOf(t.dtype);
      if (lanes === 2 && t.dtype === "int32")
        code.memory("v128.load64_zero", offset).op("f64x2.convert_low_i32x4_s");
      else code.memory("v128.load", offset);
    } else this.#gather(t, level, copy, lanes, stride * bytesOf(t.dtype));
  }

  /** Loads the lanes one by one, `step` bytes apart. */
  #gather(t: Term, level: number, copy: number, lanes: Wide, step: number): void {
    const code = this.#code;
    const load = `${typeOf(t.dtype)}.load` as const;
    code.v128([0, 0, 0, 0]);
    for (let lane = 0; lane < lanes; lane++) {
      const offset = this.#offsets.push(t, level);
      const from = (copy * lanes + lane) * step;
      if (from < 0) code.i32(from).op("i32.add").memory(load, offset);
      else code.memory(load, offset + from);
      if (lanes === 2 && t.dtype === "int32") code.op("f64.convert_i32_s");
      code.lane(`${shapeOfLanes[laneType(t.dtype, lanes)]}.replace_lane`, lane);
    }
  }
}
