/**
 * What a recording is lowered to: element-by-element maps, views, reductions and calls of kernels.
 *
 * Equal values are made once (hash-consing), and a few identities are applied on the way, so that the
 * sums a normalisation's backward pass needs are the ones its parameters' gradients need too.
 */

import { broadcastShapes, type DType, sameShape, sizeOf } from "../../tensor/index.ts";
import type { Recorded } from "./record.ts";

export type View =
  | { kind: "permute"; order: readonly number[] }
  | { kind: "broadcast" }
  | { kind: "slice"; starts: readonly number[]; steps: readonly number[] }
  | { kind: "reshape" };

export type Definition =
  /** Values in a buffer of their own: arguments, captured tensors, host values. */
  | { kind: "source"; recorded: Recorded }
  | { kind: "literal"; value: number }
  /** The index along an axis, as int32. */
  | { kind: "iota"; axis: number }
  /** One number from the numbers at the same place of the (broadcast) arguments. */
  | { kind: "map"; fn: string; args: readonly Value[]; extra?: number }
  | { kind: "view"; arg: Value; view: View }
  /** Reduced axes are kept with size 1. */
  | { kind: "reduce"; fn: "sum" | "prod" | "max" | "min"; arg: Value; axes: readonly number[] }
  /** Values joined along axis 0 and so far only taken apart again. */
  | { kind: "stack"; args: readonly Value[] }
  /** A kernel, by name, with one result. */
  | { kind: "call"; kernel: string; args: readonly Value[]; params: any };

export interface Value {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly def: Definition;
}

const PRODUCT = "mul";

export class Graph {
  readonly values: Value[] = [];
  readonly #known = new Map<string, Value>();

  #make(key: string, shape: readonly number[], dtype: DType, def: Definition): Value {
    const full = `${key}|${shape}|${dtype}`;
    const known = this.#known.get(full);
    if (known) return known;
    const made = { id: this.values.length, shape, dtype, def };
    this.values.push(made);
    this.#known.set(full, made);
    return made;
  }

  source(recorded: Recorded): Value {
    return this.#make(`source ${recorded.id}`, recorded.shape, recorded.dtype, { kind: "source", recorded });
  }

  literal(value: number, dtype: DType): Value {
    return this.#make(`literal ${Object.is(value, -0) ? "-0" : value}`, [], dtype, {
      kind: "literal",
      value,
    });
  }

  iota(shape: readonly number[], axis: number): Value {
    return this.#make(`iota ${axis}`, shape, "int32", { kind: "iota", axis });
  }

  call(kernel: string, args: readonly Value[], params: any, shape: readonly number[], dtype: DType): Value {
    const key = `call ${kernel} ${args.map((a) => a.id)} ${JSON.stringify(params)}`;
    return this.#make(key, shape, dtype, { kind: "call", kernel, args, params });
  }

  /** A call that must not be shared: its parameters are not plain data. */
  unique(kernel: string, args: readonly Value[], params: any, shape: readonly number[], dtype: DType): Value {
    const def: Definition = { kind: "call", kernel, args, params };
    return this.#make(`unique ${this.values.length}`, shape, dtype, def);
  }

  stack(args: readonly Value[], shape: readonly number[]): Value {
    return this.#make(`stack ${args.map((a) => a.id)}`, shape, args[0].dtype, { kind: "stack", args });
  }

  map(fn: string, given: readonly Value[], dtype: DType, extra?: number): Value {
    const shape = given.map((a) => a.shape).reduce((a, b) => broadcastShapes(a, b, fn));
    const args = given.map((a) => unrepeated(a, shape));
    const simple = this.#simplified(fn, args, dtype);
    if (simple && sameShape(simple.shape, shape)) return simple;
    return this.#make(`${fn} ${extra ?? ""} ${args.map((a) => a.id)}`, shape, dtype, {
      kind: "map",
      fn,
      args,
      extra,
    });
  }

  /** The map if it was made before. */
  existing(fn: string, args: readonly Value[], dtype: DType): Value | null {
    const shape = args.map((a) => a.shape).reduce((a, b) => broadcastShapes(a, b, fn));
    return this.#known.get(`${fn}  ${args.map((a) => a.id)}|${shape}|${dtype}`) ?? null;
  }

  #simplified(fn: string, args: readonly Value[], dtype: DType): Value | null {
    const number = (v: Value): number | null => (v.def.kind === "literal" ? v.def.value : null);
    const [a, b] = args;
    if (args.every((v) => v.dtype === dtype)) {
      if (fn === "mul" && number(b) === 1) return a;
      if (fn === "mul" && number(a) === 1) return b;
      if (fn === "div" && number(b) === 1) return a;
      if ((fn === "add" || fn === "sub") && number(b) === 0) return a;
      if (fn === "add" && number(a) === 0) return b;
      if (fn === "neg" && a.def.kind === "map" && a.def.fn === "neg") return a.def.args[0];
      if (fn === "cast") return a;
    }
    if (fn === "exp") return this.#shiftedExponential(a, dtype);
    return null;
  }

  /** exp(x − (b + log S)) is exp(x − b)/S: the exponentials of a softmax's sum serve its gradient too. */
  #shiftedExponential(a: Value, dtype: DType): Value | null {
    if (a.def.kind !== "map" || a.def.fn !== "sub") return null;
    const [x, shift] = a.def.args;
    if (shift.def.kind !== "map" || shift.def.fn !== "add") return null;
    const [b, log] = shift.def.args;
    if (log.def.kind !== "map" || log.def.fn !== "log") return null;
    const known = this.existing("sub", [x, b], dtype);
    const e = known && this.existing("exp", [known], dtype);
    return e && this.map("div", [e, log.def.args[0]], dtype);
  }

  view(arg: Value, view: View, shape: readonly number[]): Value {
    if (sameShape(arg.shape, shape) && view.kind !== "permute" && view.kind !== "slice") return arg;
    if (view.kind === "reshape" && arg.def.kind === "view" && arg.def.view.kind === "reshape")
      return this.view(arg.def.arg, view, shape);
    if (view.kind === "slice" && arg.def.kind === "stack" && shape[0] === 1 && sameTail(shape, arg.shape))
      return arg.def.args[view.starts[0]];
    return this.#make(`view ${arg.id} ${JSON.stringify(view)}`, shape, arg.dtype, {
      kind: "view",
      arg,
      view,
    });
  }

  reshape(arg: Value, shape: readonly number[]): Value {
    return this.view(arg, { kind: "reshape" }, shape);
  }

  broadcast(arg: Value, shape: readonly number[]): Value {
    return this.view(arg, { kind: "broadcast" }, shape);
  }

  /** Reduction with the axes kept at size 1. Factors that do not vary along the axes come out of sums. */
  reduce(fn: "sum" | "prod" | "max" | "min", arg: Value, axes: readonly number[]): Value {
    const shape = arg.shape.map((n, d) => (axes.includes(d) ? 1 : n));
    const live = axes.filter((d) => arg.shape[d] !== 1);
    if (live.length === 0) return arg;
    if (fn === "sum") {
      const outside = this.#withoutConstantFactors(arg, live, shape);
      if (outside) return outside;
    }
    return this.#make(`${fn} ${arg.id} over ${live}`, shape, arg.dtype, {
      kind: "reduce",
      fn,
      arg,
      axes: live,
    });
  }

  #withoutConstantFactors(arg: Value, axes: readonly number[], shape: readonly number[]): Value | null {
    const constant = (v: Value): boolean => axes.every((d) => sizeAlong(v, d, arg.shape.length) === 1);
    const { dtype } = arg;
    if (arg.def.kind !== "map") {
      // A repeated value sums to itself times the number of repeats.
      if (arg.def.kind === "view" && arg.def.view.kind === "broadcast" && constant(arg.def.arg)) {
        const count = sizeOf(axes.map((d) => arg.shape[d]));
        return this.broadcast(this.map(PRODUCT, [arg.def.arg, this.literal(count, dtype)], dtype), shape);
      }
      return null;
    }
    const { fn, args } = arg.def;
    if (fn === "neg") return this.map("neg", [this.reduce("sum", args[0], axes)], dtype);
    if (fn === "div" && constant(args[1]) && sameShape(args[0].shape, arg.shape))
      return this.map("div", [this.reduce("sum", args[0], axes), args[1]], dtype);
    if (fn !== PRODUCT) return null;
    const factors: Value[] = [];
    const collect = (v: Value): void => {
      if (v.def.kind === "map" && v.def.fn === PRODUCT && v.dtype === dtype) v.def.args.forEach(collect);
      else factors.push(v);
    };
    collect(arg);
    const fixed = factors.filter(constant);
    const varying = factors.filter((v) => !constant(v));
    if (
      fixed.length === 0 ||
      varying.length === 0 ||
      factors.some((v) => v.dtype !== dtype && v.dtype !== "bool")
    )
      return null;
    const product = (list: Value[]): Value => list.reduce((x, y) => this.map(PRODUCT, [x, y], dtype));
    const inner = product(varying);
    if (!sameShape(inner.shape, arg.shape) || inner.dtype !== dtype) return null;
    const out = this.map(PRODUCT, [this.reduce("sum", inner, axes), product(fixed)], dtype);
    return sameShape(out.shape, shape) ? out : null;
  }
}

function sameTail(a: readonly number[], b: readonly number[]): boolean {
  return sameShape(a.slice(1), b.slice(1));
}

/** Size of a value along an axis of a broadcast result of the given rank. */
function sizeAlong(v: Value, axis: number, rank: number): number {
  const d = axis - (rank - v.shape.length);
  return d < 0 ? 1 : v.shape[d];
}

/** A repeated argument of a map as it was before it was repeated: maps broadcast by themselves. */
function unrepeated(v: Value, shape: readonly number[]): Value {
  if (v.def.kind !== "view" || v.def.view.kind !== "broadcast") return v;
  const { arg } = v.def;
  const rank = Math.max(arg.shape.length, shape.length);
  for (let d = 0; d < v.shape.length; d++) {
    const axis = rank - v.shape.length + d;
    // Where another argument is as wide, this one need not be.
    if (sizeAlong(arg, axis, rank) !== shape[axis] && shape[axis] !== v.shape[d]) return v;
  }
  return arg;
}
