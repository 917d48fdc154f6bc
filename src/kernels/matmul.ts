/**
 * The portable matrix product: C[m×n] = A[m×k] B[k×n], any strides for A and B, C dense row-major.
 *
 * Rows of B are walked with unit stride four at a time, so each C row is read and written once per
 * four products; a B with awkward strides is packed first. About 1–2 GFLOP/s; the WebAssembly
 * kernels take over where the cost model says so.
 */

import type { TypedArray } from "../tensor/index.ts";

export interface MatrixView {
  data: TypedArray;
  offset: number;
  /** Elements from one row to the next, and from one column to the next. */
  row: number;
  column: number;
}

export function matmulPortable(
  a: MatrixView,
  b: MatrixView,
  c: TypedArray,
  at: number,
  m: number,
  k: number,
  n: number,
): void {
  c.fill(0, at, at + m * n);
  if (n === 1) {
    productWithVector(a, b, c, at, m, k);
    return;
  }
  const rows = b.column === 1 ? b : pack(b, k, n);
  const { data: B, offset: b0, row: bs } = rows;
  const A = a.data;
  for (let i = 0; i < m; i++) {
    const ai = a.offset + i * a.row;
    const ci = at + i * n;
    let p = 0;
    for (; p + 3 < k; p += 4) {
      const x0 = A[ai + p * a.column];
      const x1 = A[ai + (p + 1) * a.column];
      const x2 = A[ai + (p + 2) * a.column];
      const x3 = A[ai + (p + 3) * a.column];
      const q0 = b0 + p * bs;
      const q1 = q0 + bs;
      const q2 = q1 + bs;
      const q3 = q2 + bs;
      for (let j = 0; j < n; j++)
        c[ci + j] += x0 * B[q0 + j] + x1 * B[q1 + j] + x2 * B[q2 + j] + x3 * B[q3 + j];
    }
    for (; p < k; p++) {
      const x = A[ai + p * a.column];
      const q = b0 + p * bs;
      for (let j = 0; j < n; j++) c[ci + j] += x * B[q + j];
    }
  }
}

function productWithVector(
  a: MatrixView,
  b: MatrixView,
  c: TypedArray,
  at: number,
  m: number,
  k: number,
): void {
  for (let i = 0; i < m; i++) {
    let s = 0;
    for (let p = 0, x = a.offset + i * a.row, y = b.offset; p < k; p++, x += a.column, y += b.row)
      s += a.data[x] * b.data[y];
    c[at + i] += s;
  }
}

function pack(b: MatrixView, k: number, n: number): MatrixView {
  const data = new Float64Array(k * n);
  for (let p = 0; p < k; p++)
    for (let j = 0; j < n; j++) data[p * n + j] = b.data[b.offset + p * b.row + j * b.column];
  return { data, offset: 0, row: n, column: 1 };
}
