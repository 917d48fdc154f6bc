/**
 * What a nest leaves behind: stored elements, and sums and extremes gathered on the way.
 *
 * A reduction along the vector axis keeps several vectors, joined at the end; one across it keeps a
 * vector for each vector of results.
 */

import { type Code, V128 } from "../../../kernels/wasm/emit/index.ts";
import { bytesOf } from "../../../tensor/dtype.ts";
import type { DType } from "../../../tensor/index.ts";
import type { Result } from "../nest.ts";
import { type Analysis, type Mode, NARROW } from "./analysis.ts";
import { scalarMap } from "./numbers.ts";
import type { Offsets } from "./offsets.ts";
import { constant, type Functions, LOCAL, shapeOfLanes, typeOf, type Wide } from "./types.ts";
import type { Values } from "./values.ts";
import { vectorMap } from "./vectors.ts";

interface Accumulator {
  result: Result;
  vectors: number[];
  scalar: number;
}

/** Vectors that gather along the vector axis at once, so that additions do not wait for each other. */
const ALONG = 4;
const COMBINE = { sum: "add", prod: "mul", max: "maximum", min: "minimum" } as const;

export class Results {
  readonly #code: Code;
  readonly #analysis: Analysis;
  readonly #offsets: Offsets;
  readonly #values: Values;
  readonly #functions: Functions;
  #accumulators: Accumulator[] = [];

  constructor(code: Code, analysis: Analysis, offsets: Offsets, values: Values, functions: Functions) {
    this.#code = code;
    this.#analysis = analysis;
    this.#offsets = offsets;
    this.#values = values;
    this.#functions = functions;
  }

  /** Whether vectors run along a reduced axis. */
  get #along(): boolean {
    return this.#analysis.nest.vector >= this.#analysis.firstReduced;
  }

  /** One round of the innermost loop. */
  body(level: number, mode: Mode): void {
    for (const r of this.#analysis.nest.results) {
      if (r.reduce) continue;
      for (let copy = 0; copy < mode.copies; copy++) {
        const term = (): number =>
          mode.lanes === 1 ? this.#values.number(r.term) : this.#values.vector(r.term, copy);
        this.#store(r, level, copy, mode, term);
      }
    }
    for (const a of this.#accumulators) this.#gather(a, mode);
  }

  #store(r: Result, level: number, copy: number, { lanes }: Mode, variable: () => number): void {
    const code = this.#code;
    const { dtype } = r.store;
    const { nest } = this.#analysis;
    const stride = (nest.strides.get(r) as number[])[nest.vector];
    const type = typeOf(dtype);
    if (lanes === 1) {
      const offset = this.#offsets.push(r, level);
      code.get(variable()).memory(dtype === "bool" ? "i32.store8" : `${type}.store`, offset);
    } else if (stride === 1) {
      const offset = this.#offsets.push(r, level) + copy * lanes * bytesOf(dtype);
      code.get(variable()).memory("v128.store", offset);
    } else
      for (let lane = 0; lane < lanes; lane++) {
        const offset = this.#offsets.push(r, level);
        const step = (copy * lanes + lane) * stride * bytesOf(dtype);
        if (step < 0) code.i32(step).op("i32.add");
        code.get(variable()).lane(`${shapeOfLanes[type]}.extract_lane`, lane);
        code.memory(`${type}.store`, step < 0 ? offset : offset + step);
      }
  }

  /** Sets the accumulators to nothing yet. */
  start(mode: Mode): void {
    const code = this.#code;
    const lanes = this.#along ? this.#analysis.lanes : mode.lanes;
    const copies = this.#along ? ALONG : mode.copies;
    const reductions = this.#analysis.nest.results.filter((r) => r.reduce);
    this.#accumulators = reductions.map((result) => {
      const { dtype } = result.store;
      const type = typeOf(dtype);
      const nothing = identity(result.reduce as string, dtype);
      const scalar = code.local(LOCAL[type]);
      constant(code, nothing, dtype);
      code.set(scalar);
      const vectors = Array.from({ length: lanes > 1 ? copies : 0 }, () => code.local(V128));
      for (const v of vectors) {
        constant(code, nothing, dtype);
        code.op(`${shapeOfLanes[type]}.splat`).set(v);
      }
      return { result, vectors, scalar };
    });
  }

  /** into ← into ∘ value, for numbers or vectors. */
  #combine(result: Result, into: number, value: number, lanes: 1 | Wide): void {
    const { dtype } = result.store;
    const fn = COMBINE[result.reduce as keyof typeof COMBINE];
    const [args, types] = [
      [into, value],
      [dtype, dtype],
    ];
    if (lanes === 1) scalarMap(this.#code, fn, undefined, args, types, dtype, this.#functions);
    else vectorMap(this.#code, fn, undefined, args, types, dtype, lanes, this.#functions);
    this.#code.set(into);
  }

  #gather({ result, vectors, scalar }: Accumulator, mode: Mode): void {
    const { term } = result;
    if (mode.lanes === 1) {
      this.#combine(result, scalar, this.#values.number(term), 1);
      return;
    }
    for (let copy = 0; copy < mode.copies; copy++) {
      const into = vectors[copy];
      if (this.#analysis.absorbed.has(term) && result.reduce === "sum") {
        this.#values.multiplyAdd(term, copy, mode.lanes, () => this.#code.get(into));
        this.#code.set(into);
      } else this.#combine(result, into, this.#values.vector(term, copy), mode.lanes);
    }
  }

  /** Stores what was gathered. */
  finish(level: number, mode: Mode): void {
    const code = this.#code;
    for (const { result, vectors, scalar } of this.#accumulators) {
      if (!this.#along && mode.lanes > 1) {
        for (let copy = 0; copy < mode.copies; copy++)
          this.#store(result, level, copy, mode, () => vectors[copy]);
        continue;
      }
      if (vectors.length > 0) {
        const lanes = this.#analysis.lanes as Wide;
        this.#combine(result, vectors[0], vectors[1], lanes);
        this.#combine(result, vectors[2], vectors[3], lanes);
        this.#combine(result, vectors[0], vectors[2], lanes);
        const type = typeOf(result.store.dtype);
        const part = code.local(LOCAL[type]);
        for (let lane = 0; lane < lanes; lane++) {
          code.get(vectors[0]).lane(`${shapeOfLanes[type]}.extract_lane`, lane).set(part);
          this.#combine(result, scalar, part, 1);
        }
      }
      this.#store(result, level, 0, NARROW, () => scalar);
    }
    this.#accumulators = [];
  }
}

function identity(reduce: string, dtype: DType): number {
  if (reduce === "sum") return 0;
  if (reduce === "prod") return 1;
  if (dtype === "int32") return reduce === "max" ? -2147483648 : 2147483647;
  return reduce === "max" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
