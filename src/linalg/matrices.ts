/**
 * Matrices inside tensors: the last two axes, with any leading batch axes.
 *
 * Decompositions compute in double precision on dense row-major copies, whatever the storage, and
 * write the result back in the tensor's own floating type.
 */

import { ArgumentError, allocate, ShapeError, shapeText, sizeOf, Tensor, toFloat } from "../tensor/index.ts";

/** Rows and columns of the matrices; throws unless the tensor has at least two axes. */
export function matrixShape(x: Tensor, where: string): { lead: readonly number[]; m: number; n: number } {
  if (x.rank < 2)
    throw new ShapeError(
      `${where}: expected a matrix [m, n] or a batch of them; got shape ${shapeText(x.shape)}.`,
    );
  return { lead: x.shape.slice(0, -2), m: x.shape[x.rank - 2], n: x.shape[x.rank - 1] };
}

/** The size n of square matrices. */
export function squareSize(x: Tensor, where: string): number {
  const { m, n } = matrixShape(x, where);
  if (m !== n)
    throw new ShapeError(`${where}: expected square matrices [n, n]; got shape ${shapeText(x.shape)}.`);
  return n;
}

/** Refuses NaN and infinity, which would otherwise make iterations wander and pivots lie. For forward passes. */
export function requireFinite(x: Tensor, where: string): void {
  const v = x.values();
  for (let i = 0; i < v.length; i++)
    if (!Number.isFinite(v[i]))
      throw new ArgumentError(
        `${where}: the matrix of shape ${shapeText(x.shape)} holds ${v[i]} at flat position ${i}.`,
      );
}

/** The elements as doubles in row-major order; always a fresh copy. */
export function doubles(x: Tensor): Float64Array<ArrayBuffer> {
  return Float64Array.from(x.values());
}

/**
 * Computes one result of shape `tail` for every matrix of the batch.
 * @param each receives a fresh copy of the matrix, its place in the batch, and where to write
 */
export function perMatrix(
  x: Tensor,
  tail: readonly number[],
  each: (a: Float64Array, out: Float64Array, index: number) => void,
): Tensor {
  const { lead, m, n } = matrixShape(x, "perMatrix");
  const count = sizeOf(lead);
  const values = doubles(x);
  const size = sizeOf(tail);
  const out = new Float64Array(count * size);
  for (let i = 0; i < count; i++)
    each(values.subarray(i * m * n, (i + 1) * m * n), out.subarray(i * size, (i + 1) * size), i);
  return pack(out, [...lead, ...tail], x);
}

/** Doubles as a tensor of the floating type that belongs to `like`. */
export function pack(values: Float64Array, shape: readonly number[], like: Tensor): Tensor {
  const dtype = toFloat(like.dtype);
  if (dtype === "float64") return new Tensor(values, shape, dtype);
  const out = allocate(dtype, values.length);
  out.set(values);
  return new Tensor(out, shape, dtype);
}

/** " (matrix 3 of the batch)", or nothing for a single matrix. */
export function place(x: Tensor, index: number): string {
  return x.rank > 2 ? ` (matrix ${index} of the batch)` : "";
}
