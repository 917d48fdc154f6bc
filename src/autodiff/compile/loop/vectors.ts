/**
 * Code for one map on vectors that are already in local variables.
 */

import { type Code, F64, type Mnemonic } from "../../../kernels/wasm/emit/index.ts";
import type { DType } from "../../../tensor/index.ts";
import { scalarCast } from "./numbers.ts";
import {
  BINARY,
  COMPARE,
  type Functions,
  laneType,
  shapeOfLanes,
  UNARY,
  VECTOR_KERNELS,
  type Wide,
} from "./types.ts";

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
