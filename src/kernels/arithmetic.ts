/**
 * Elementwise work on two arrays of many numbers, through WebAssembly: vectors make up for the copies.
 */

import type { TypedArray } from "../tensor/index.ts";
import { type Engine, engine } from "./wasm/engine.ts";
import { copyArray, copyIn, copyOut, regions } from "./wasm/room.ts";

/** How the second operand lies beside the first, which is dense: repeated every `period` rows of `n`. */
export interface Beside {
  rows: number;
  n: number;
  period: number;
  /** 1: it has a number for each; 0: one for each row. */
  step: 0 | 1;
}

const ARITHMETIC = ["x + y", "x - y", "x * y", "x / y"];
const COMPARISONS = ["+(x > y)", "+(x >= y)", "+(x < y)", "+(x <= y)"];
const KNOWN = new Set([...ARITHMETIC, ...COMPARISONS]);

/** From so many numbers on, vectors make up for the copies. */
const WORTH_COPYING = 4096;

/** Whether a result is worth a look at how its operands lie. */
export function worthVectors(expression: string, out: TypedArray): boolean {
  return out.length >= WORTH_COPYING && KNOWN.has(expression);
}

/** out = x ∘ y for the operation of an expression; false where the plain loops must do it. */
export function vectorsInto(
  expression: string,
  out: TypedArray,
  x: TypedArray,
  y: TypedArray,
  beside: Beside,
): boolean {
  const e = engine();
  if (!e) return false;
  const floats = out instanceof Float32Array || out instanceof Float64Array;
  const kind = ARITHMETIC.indexOf(expression);
  if (kind >= 0 && floats && x.constructor === out.constructor && y.constructor === out.constructor)
    arithmetic(e, kind, out, x, y, beside);
  else if (kind < 0 && x instanceof Float32Array && y instanceof Float32Array && y.length === 1)
    compare(e, COMPARISONS.indexOf(expression), out, x, y[0]);
  else if (
    expression === "x * y" &&
    x instanceof Float32Array &&
    y instanceof Uint8Array &&
    x.length === y.length
  )
    mask(e, out, x, y);
  else return false;
  return true;
}

function arithmetic(e: Engine, kind: number, out: TypedArray, x: TypedArray, y: TypedArray, b: Beside): void {
  const wide = out instanceof Float64Array;
  const [left, right, to] = regions(e, x.byteLength, y.byteLength, out.byteLength);
  copyIn(e, x, left, wide);
  copyIn(e, y, right, wide);
  e.exports[wide ? "arithmetic64" : "arithmetic32"](kind, left, right, to, b.rows, b.n, b.period, b.step);
  copyOut(e, to, out);
}

function compare(e: Engine, kind: number, out: TypedArray, x: Float32Array, y: number): void {
  const [from, to] = regions(e, x.byteLength, out.byteLength);
  copyIn(e, x, from, false);
  e.exports.compare32(kind, from, y, to, x.length);
  copyArray(new Uint8Array(e.arena.memory.buffer, to, out.length), out);
}

function mask(e: Engine, out: TypedArray, x: Float32Array, holes: Uint8Array): void {
  const [from, bytes, to] = regions(e, x.byteLength, holes.byteLength, out.byteLength);
  copyIn(e, x, from, false);
  copyArray(holes, new Uint8Array(e.arena.memory.buffer, bytes, holes.length));
  e.exports.masked32(from, bytes, to, x.length);
  copyOut(e, to, out);
}
