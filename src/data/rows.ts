/**
 * Choosing rows of whatever holds one row a sample: tensors, typed arrays, arrays.
 */

import { ArgumentError, allocate, Tensor, type TypedArray } from "../tensor/index.ts";

export type Rows = Tensor | TypedArray | readonly unknown[];

/** The same thing with another number of rows. */
export type OfRows<A> =
  A extends Tensor<infer S>
    ? 0 extends 1 & S
      ? Tensor
      : S extends readonly [unknown, ...infer Rest extends readonly (string | number)[]]
        ? Tensor<[number, ...Rest]>
        : Tensor
    : A extends readonly (infer T)[]
      ? T[]
      : A;

export function rowCount(rows: Rows, name: string): number {
  if (rows instanceof Tensor) {
    if (rows.rank === 0) throw new ArgumentError(`${name}: a scalar has no rows to split.`);
    return rows.shape[0];
  }
  if (!Array.isArray(rows) && !ArrayBuffer.isView(rows))
    throw new ArgumentError(`${name}: expected a tensor or an array, got ${typeof rows}.`);
  return (rows as ArrayLike<unknown>).length;
}

/**
 * Rows `indices`, in that order, as a copy: of a tensor, a typed array or an array.
 * @throws ArgumentError for an index that is none of the rows
 * @example
 * ```ts
 * takeRows(tensor([[1, 1], [2, 2], [3, 3]]), [2, 0]); // → [[3,3],[1,1]]
 * takeRows(["a", "b"], [2]); // throws index 2 at position 0 is none of 2 rows
 * ```
 */
export function takeRows<A extends Rows>(rows: A, indices: ArrayLike<number>): OfRows<A> {
  const pick = Array.from(indices);
  const n = rowCount(rows, "takeRows()");
  const bad = pick.findIndex((i) => !Number.isInteger(i) || i < 0 || i >= n);
  if (bad >= 0)
    throw new ArgumentError(`takeRows(): index ${pick[bad]} at position ${bad} is none of ${n} rows.`);
  if (rows instanceof Tensor) {
    const values = rows.values();
    const width = rows.shape[0] === 0 ? 0 : rows.size / rows.shape[0];
    const out = allocate(rows.dtype, pick.length * width);
    for (const [to, from] of pick.entries())
      out.set(values.subarray(from * width, (from + 1) * width), to * width);
    return new Tensor(out, [pick.length, ...rows.shape.slice(1)], rows.dtype) as OfRows<A>;
  }
  if (ArrayBuffer.isView(rows)) {
    const source = rows as TypedArray;
    const out = new (source.constructor as new (n: number) => TypedArray)(pick.length);
    for (const [to, from] of pick.entries()) out[to] = source[from];
    return out as OfRows<A>;
  }
  return pick.map((i) => (rows as readonly unknown[])[i]) as OfRows<A>;
}
