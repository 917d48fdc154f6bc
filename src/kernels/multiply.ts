/**
 * The matrix product by whichever kernel is quicker: the one cost model that eager products go by.
 *
 * Copying both factors into WebAssembly memory and the product out costs about a nanosecond an element
 * and a microsecond a call; after that a multiply–add takes some 0.04 ns there and 1 ns in the
 * portable loops.
 */

import type { TypedArray } from "../tensor/index.ts";
import { type MatrixView, matmulPortable } from "./matmul.ts";
import { type Engine, engine } from "./wasm/engine.ts";
import { copyArray } from "./wasm/room.ts";
import { worthSharing } from "./wasm/split.ts";

const CALL = 1500;

/** Whether the product [m × k][k × n] is worth copying into WebAssembly. */
export function worthCopying(m: number, k: number, n: number): boolean {
  return m * k * n > CALL + 1.5 * (m * k + k * n + m * n);
}

/** C[m × n] = A B, C dense in rows at `at`. */
export function multiplyInto(
  a: MatrixView,
  b: MatrixView,
  c: TypedArray,
  at: number,
  m: number,
  k: number,
  n: number,
): void {
  const e = c instanceof Float32Array || c instanceof Float64Array ? engine() : null;
  if (e && worthCopying(m, k, n)) viaWebAssembly(e, a, b, c, at, m, k, n);
  else matmulPortable(a, b, c, at, m, k, n);
}

let room = 0;

function viaWebAssembly(
  e: Engine,
  a: MatrixView,
  b: MatrixView,
  c: TypedArray,
  at: number,
  m: number,
  k: number,
  n: number,
): void {
  const wide = c instanceof Float64Array;
  const bytes = wide ? 8 : 4;
  const type = wide ? Float64Array : Float32Array;
  room ||= e.exports.matmulScratch();
  const align = (v: number): number => (v + 63) & ~63;
  const atA = e.scratch(align(m * k * bytes) + align(k * n * bytes) + align(m * n * bytes) + room);
  const atB = atA + align(m * k * bytes);
  const atC = atB + align(k * n * bytes);
  const buffer = e.arena.memory.buffer;
  const [ar, ac] = copyIn(a, m, k, new type(buffer, atA, m * k));
  const [br, bc] = copyIn(b, k, n, new type(buffer, atB, k * n));
  const product = new type(buffer, atC, m * n);
  const shared = worthSharing(m * k * n) ? "Shared" : "";
  e.exports[`matmul${wide ? 64 : 32}${shared}`](
    atA,
    ar,
    ac,
    atB,
    br,
    bc,
    atC,
    n,
    m,
    k,
    n,
    0,
    atC + align(m * n * bytes),
  );
  copyArray(product, c.subarray(at, at + m * n));
}

/** Copies a matrix into dense storage, in rows or in columns as it lies; returns the strides it has there. */
function copyIn(x: MatrixView, rows: number, columns: number, to: TypedArray): [number, number] {
  const dense = (major: number, minor: number, count: number, length: number): boolean =>
    (minor === 1 || length === 1) && (major === length || count === 1);
  const { data, offset, row, column } = x;
  if (dense(row, column, rows, columns)) {
    copyArray(data.subarray(offset, offset + rows * columns), to);
    return [columns, 1];
  }
  if (dense(column, row, columns, rows)) {
    copyArray(data.subarray(offset, offset + rows * columns), to);
    return [1, rows];
  }
  for (let i = 0, p = 0; i < rows; i++)
    for (let j = 0, q = offset + i * row; j < columns; j++, q += column) to[p++] = data[q];
  return [columns, 1];
}
