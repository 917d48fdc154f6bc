/**
 * What maps on numbers and maps on vectors share: types, names of instructions, functions from outside.
 *
 * Bools are 0 or 1 as numbers and all-ones masks in vectors. In vectors of two doubles, integers are
 * kept as doubles, which hold them exactly.
 */

import { type Code, F32, F64, I32, type Signature, V128 } from "../../../kernels/wasm/emit/index.ts";
import type { DType } from "../../../tensor/index.ts";

export interface Functions {
  /** Whether multiply–add is one instruction. */
  fused: boolean;
  /** Index of an imported function. */
  find(module: "kernels" | "math" | "host", name: string, signature: Signature): number;
}

/** Functions that the kernels have for vectors. */
export const VECTOR_KERNELS = new Set(["exp", "log", "tanh", "sigmoid", "erf"]);
export const UNARY: Signature = { params: [V128], results: [V128] };

export type Wide = 2 | 4;
export type Type = "f32" | "f64" | "i32";

export function typeOf(dtype: DType): Type {
  return dtype === "float64" ? "f64" : dtype === "float32" ? "f32" : "i32";
}
export const shapeOfLanes = { f32: "f32x4", f64: "f64x2", i32: "i32x4" } as const;

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

export const BINARY: Record<string, string> = {
  add: "add",
  sub: "sub",
  mul: "mul",
  div: "div",
  maximum: "max",
  minimum: "min",
};
export const COMPARE: Record<string, string> = {
  greater: "gt",
  greaterEqual: "ge",
  less: "lt",
  lessEqual: "le",
  equal: "eq",
  notEqual: "ne",
};

/** The type of a local variable. */
export const LOCAL = { f32: F32, f64: F64, i32: I32 } as const;

export function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}
