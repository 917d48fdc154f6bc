/**
 * The matrix product that blocked factorisations are built on; one place to choose the kernel.
 */

import { type MatrixView, multiplyInto } from "../../kernels/index.ts";

/** A rectangle of a dense row-major array: rows from `row`, columns from `column`, `width` numbers a row. */
export function view(data: Float64Array, width: number, row = 0, column = 0): MatrixView {
  return { data, offset: row * width + column, row: width, column: 1 };
}

/** The same rectangle, read as its transpose. */
export function flip(a: MatrixView): MatrixView {
  return { ...a, row: a.column, column: a.row };
}

/** A B as a new dense m × n array. */
export function product(a: MatrixView, b: MatrixView, m: number, k: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  multiplyInto(a, b, out, 0, m, k, n);
  return out;
}
