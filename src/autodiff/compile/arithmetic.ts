/**
 * Code for one map on operands that are already in local variables: once for single numbers, once for
 * vectors.
 *
 * Bools are 0 or 1 as numbers and all-ones masks in vectors. In vectors of two doubles, integers are
 * kept as doubles, which hold them exactly.
 */

import { type Code, F64, I32, type Mnemonic, type Signature, V128 } from "../../kernels/wasm/emit.ts";
import type { DType } from "../../tensor/index.ts";

export interface Functions {
  /** Whether multiply–add is one instruction. */
  fused: boolean;
  /** Index of an imported function. */
  find(module: "kernels" | "math", name: string, signature: Signature): number;
}

/** Functions that the kernels have for vectors. */
const VECTOR_KERNELS = new Set(["exp", "log", "tanh", "sigmoid"]);
const UNARY: Signature = { params: [V128], results: [V128] };

export type Wide = 2 | 4;
type Type = "f32" | "f64" | "i32";

export function typeOf(dtype: DType): Type {
  return dtype === "float64" ? "f64" : dtype === "float32" ? "f32" : "i32";
}
const shapeOfLanes = { f32: "f32x4", f64: "f64x2", i32: "i32x4" } as const;

/** The vector type that holds this element type in vectors of so many lanes. */
export function laneType(dtype: DType, lanes: Wide): Type {
  return lanes === 2 ? "f64" : typeOf(dtype);
}

export function constant(code: Code, value: number, dtype: DType): void {
  const t = typeOf(dtype);
  if (t === "f64") code.f64(value);
  else if (t === "f32") code.f32(value);
  else code.i32(value);
}

const BINARY: Record<string, string> = {
  add: "add",
  sub: "sub",
  mul: "mul",
  div: "div",
  maximum: "max",
  minimum: "min",
};
const COMPARE: Record<string, string> = {
  greater: "gt",
  greaterEqual: "ge",
  less: "lt",
  lessEqual: "le",
  equal: "eq",
  notEqual: "ne",
};

/** Pushes f(args) for single numbers. */
export function scalarMap(
  code: Code,
  fn: string,
  extra: number | undefined,
  args: readonly number[],
  from: readonly DType[],
  dtype: DType,
  functions: Functions,
): void {
  const t = typeOf(dtype);
  const push = (): void => {
    for (const a of args) code.get(a);
  };
  const op = (name: string): void => {
    code.op(name as Mnemonic);
  };
  if (fn in BINARY) {
    if (t === "i32" && (fn === "maximum" || fn === "minimum")) {
      push();
      push();
      op(fn === "maximum" ? "i32.gt_s" : "i32.lt_s");
      op("select");
      return;
    }
    push();
    op(`${t}.${BINARY[fn]}`);
    return;
  }
  if (fn in COMPARE) {
    push();
    const a = typeOf(from[0]);
    const name = COMPARE[fn];
    op(`${a}.${a === "i32" && name !== "eq" && name !== "ne" ? `${name}_s` : name}`);
    return;
  }
  switch (fn) {
    case "neg":
      if (t === "i32") code.i32(0).get(args[0]).op("i32.sub");
      else {
        push();
        op(`${t}.neg`);
      }
      return;
    case "abs":
      if (t === "i32") {
        code.get(args[0]).i32(0).get(args[0]).op("i32.sub").get(args[0]).i32(0);
        code.op("i32.gt_s").op("select");
        return;
      }
      push();
      op(`${t}.abs`);
      return;
    case "sqrt":
      push();
      op(`${t}.sqrt`);
      return;
    case "relu":
      code.get(args[0]);
      constant(code, 0, dtype);
      if (t === "i32") {
        code.get(args[0]).i32(0).op("i32.gt_s").op("select");
      } else op(`${t}.max`);
      return;
    case "and":
      push();
      op("i32.and");
      return;
    case "or":
      push();
      op("i32.or");
      return;
    case "not":
      push();
      op("i32.eqz");
      return;
    case "select":
      code.get(args[1]).get(args[2]).get(args[0]).op("select");
      return;
    case "cast":
      code.get(args[0]);
      scalarCast(code, from[0], dtype);
      return;
  }
  if (VECTOR_KERNELS.has(fn) && t !== "i32") {
    // One lane of the vector function: the same numbers whether or not they fell into a whole vector.
    push();
    op(`${shapeOfLanes[t]}.splat`);
    code.call(functions.find("kernels", `${fn}${t.slice(1)}`, UNARY));
    code.lane(`${shapeOfLanes[t]}.extract_lane` as "f32x4.extract_lane", 0);
    return;
  }
  if (extra !== undefined) code.f64(extra);
  for (const [i, a] of args.entries()) {
    code.get(a);
    scalarCast(code, from[i], "float64");
  }
  const count = args.length + (extra === undefined ? 0 : 1);
  code.call(functions.find("math", fn, { params: new Array(count).fill(F64), results: [F64] }));
  scalarCast(code, "float64", dtype);
}

/** Converts the number on the stack. */
export function scalarCast(code: Code, from: DType, to: DType): void {
  if (from === to) return;
  const [a, b] = [typeOf(from), typeOf(to)];
  if (to === "bool") {
    if (a !== "i32") {
      constant(code, 0, from);
      code.op(`${a}.ne`);
    } else code.i32(0).op("i32.ne");
  } else if (b === "i32") {
    if (a !== "i32") code.truncate(a);
  } else if (a === "i32") code.op(`${b}.convert_i32_s`);
  else if (a !== b) code.op(b === "f64" ? "f64.promote_f32" : "f32.demote_f64");
}

/** Whether a map can be done on vectors of so many lanes. */
export function fitsVectors(fn: string, from: readonly DType[], dtype: DType, lanes: Wide): boolean {
  const all = [...from, dtype];
  if (lanes === 4) return !all.includes("float64");
  if (all.includes("float32")) return false;
  // Integers live in doubles: exact for comparing and choosing, not for overflowing arithmetic.
  return dtype !== "int32" || fn === "select" || fn === "maximum" || fn === "minimum";
}

/** Pushes f(args) for vectors; the operands are vector locals. */
export function vectorMap(
  code: Code,
  fn: string,
  extra: number | undefined,
  args: readonly number[],
  from: readonly DType[],
  dtype: DType,
  lanes: Wide,
  functions: Functions,
): void {
  const t = laneType(dtype, lanes);
  const shape = shapeOfLanes[t];
  const push = (): void => {
    for (const a of args) code.get(a);
  };
  const op = (name: string): void => {
    code.op(name as Mnemonic);
  };
  if (fn in BINARY) {
    push();
    const suffix = t === "i32" && (fn === "maximum" || fn === "minimum") ? "_s" : "";
    op(`${shape}.${BINARY[fn]}${suffix}`);
    return;
  }
  if (fn in COMPARE) {
    push();
    const a = shapeOfLanes[laneType(from[0], lanes)];
    const name = COMPARE[fn];
    op(`${a}.${a === "i32x4" && name !== "eq" && name !== "ne" ? `${name}_s` : name}`);
    return;
  }
  switch (fn) {
    case "neg":
    case "abs":
    case "sqrt":
      push();
      op(`${shape}.${fn}`);
      return;
    case "relu":
      push();
      code.v128([0, 0, 0, 0]);
      op(t === "i32" ? "i32x4.max_s" : `${shape}.max`);
      return;
    case "and":
    case "or":
      push();
      op(`v128.${fn}`);
      return;
    case "not":
      push();
      op("v128.not");
      return;
    case "select":
      code.get(args[1]).get(args[2]).get(args[0]).op("v128.bitselect");
      return;
    case "cast":
      code.get(args[0]);
      vectorCast(code, from[0], dtype, lanes);
      return;
  }
  if (VECTOR_KERNELS.has(fn)) {
    push();
    code.call(functions.find("kernels", `${fn}${lanes === 2 ? 64 : 32}`, UNARY));
    return;
  }
  // Lane by lane through JavaScript.
  const scalar: DType = lanes === 2 ? "float64" : "float32";
  const count = args.length + (extra === undefined ? 0 : 1);
  const at = functions.find("math", fn, { params: new Array(count).fill(F64), results: [F64] });
  code.v128([0, 0, 0, 0]);
  for (let lane = 0; lane < lanes; lane++) {
    if (extra !== undefined) code.f64(extra);
    for (const a of args) {
      code.get(a).lane(lanes === 2 ? "f64x2.extract_lane" : "f32x4.extract_lane", lane);
      scalarCast(code, scalar, "float64");
    }
    code.call(at);
    scalarCast(code, "float64", scalar);
    code.lane(lanes === 2 ? "f64x2.replace_lane" : "f32x4.replace_lane", lane);
  }
}

function vectorCast(code: Code, from: DType, to: DType, lanes: Wide): void {
  if (to === "bool") {
    code.v128([0, 0, 0, 0]).op(`${shapeOfLanes[laneType(from, lanes)]}.ne`);
    return;
  }
  if (from === "bool") {
    // Ones where the mask is set.
    const one = new DataView(new ArrayBuffer(8));
    if (lanes === 2) {
      one.setFloat64(0, 1, true);
      const [low, high] = [one.getInt32(0, true), one.getInt32(4, true)];
      code.v128([low, high, low, high]);
    } else if (to === "float32") {
      one.setFloat32(0, 1, true);
      code.v128(new Array(4).fill(one.getInt32(0, true)));
    } else code.v128([1, 1, 1, 1]);
    code.op("v128.and");
    return;
  }
  // With two lanes integers are doubles already.
  if (lanes === 2) return;
  if (from === "int32" && to === "float32") code.op("f32x4.convert_i32x4_s");
  else if (from === "float32" && to === "int32") code.op("i32x4.trunc_sat_f32x4_s");
}

export const LOCAL = { f32: 0x7d, f64: 0x7c, i32: I32 } as const;
export { shapeOfLanes };
