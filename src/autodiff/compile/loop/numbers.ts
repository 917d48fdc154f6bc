/**
 * Code for one map on single numbers that are already in local variables.
 */

import { type Code, F64, type Mnemonic } from "../../../kernels/wasm/emit/index.ts";
import type { DType } from "../../../tensor/index.ts";
import {
  BINARY,
  COMPARE,
  constant,
  type Functions,
  shapeOfLanes,
  typeOf,
  UNARY,
  VECTOR_KERNELS,
} from "./types.ts";

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
