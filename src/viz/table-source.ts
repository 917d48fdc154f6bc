/**
 * Whatever people have as a table, read as columns: rows of objects, lists of lists, columns by name,
 * tensors, data frames and series.
 */

import { type FrameLike, isSeriesLike } from "../data/frame.ts";
import { Tensor } from "../tensor/index.ts";

export interface Column {
  name: string;
  values: ArrayLike<unknown>;
}

/** What `table` can show: records, columns by name, nested arrays, a matrix, a data frame. */
export type TableSource =
  | readonly Record<string, unknown>[]
  | readonly (readonly unknown[])[]
  | Record<string, ArrayLike<unknown>>
  | Tensor
  | FrameLike;

interface Read {
  columns: Column[];
  rowCount: number;
  index: readonly unknown[] | null;
}

export function readColumns(source: TableSource, names: readonly string[] | undefined): Read {
  if (source === null || typeof source !== "object")
    throw new TypeError(`table(): expected rows, columns, a tensor or a data frame; got ${typeof source}.`);
  if (source instanceof Tensor) return readTensor(source, names);
  if (isFrameLike(source)) return readFrame(source, names);
  if (Array.isArray(source) && source.some(Array.isArray)) return readLists(source, names);
  if (Array.isArray(source)) return readRecords(source, names);
  return readDictionary(source as Record<string, ArrayLike<unknown>>, names);
}

export function isFrameLike(source: unknown): source is FrameLike {
  const frame = source as FrameLike;
  return (
    typeof source === "object" &&
    source !== null &&
    Array.isArray(frame.columns) &&
    Array.isArray(frame.index) &&
    Array.isArray(frame.shape) &&
    "values" in frame
  );
}

function readFrame(frame: FrameLike, names: readonly string[] | undefined): Read {
  const all = frame.columns.map(String);
  const rows = frame.values as readonly unknown[];
  const [rowCount] = frame.shape;
  const isSeries = isSeriesLike(frame);
  const at = (name: string): Column => {
    const c = all.indexOf(name);
    if (c < 0) throw new RangeError(`table(): no column "${name}"; there are ${all.join(", ")}.`);
    const values = Array.from({ length: rowCount }, (_, r) =>
      isSeries ? rows[r] : (rows[r] as unknown[])[c],
    );
    return { name, values };
  };
  return { columns: (names ?? all).map(at), rowCount, index: frame.index };
}

function readTensor(t: Tensor, names: readonly string[] | undefined): Read {
  if (t.rank === 0 || t.rank > 2)
    throw new RangeError(
      `table(): a tensor of shape [${t.shape.join(", ")}] is no table; give one of rank 1 or 2.`,
    );
  const [rowCount, width] = t.rank === 1 ? [t.shape[0], 1] : t.shape;
  const flat = t.values();
  if (names && names.length !== width)
    throw new RangeError(`table(): ${names.length} names for ${width} columns.`);
  const columns = Array.from({ length: width }, (_, c) => ({
    name: names?.[c] ?? String(c),
    values: Array.from({ length: rowCount }, (_, r) => flat[r * width + c]),
  }));
  return { columns, rowCount, index: Array.from({ length: rowCount }, (_, r) => r) };
}

function readLists(rows: readonly (readonly unknown[])[], names: readonly string[] | undefined): Read {
  const width = names?.length ?? Math.max(0, ...rows.map((row) => row.length));
  for (const [r, row] of rows.entries())
    if (!Array.isArray(row) || row.length !== width)
      throw new RangeError(`table(): row ${r} has ${row?.length ?? "no"} cells; ${width} are expected.`);
  const columns = Array.from({ length: width }, (_, c) => ({
    name: names?.[c] ?? String(c),
    values: rows.map((row) => row[c]),
  }));
  return { columns, rowCount: rows.length, index: null };
}

function readRecords(rows: readonly Record<string, unknown>[], names: readonly string[] | undefined): Read {
  for (const [r, row] of rows.entries())
    if (typeof row !== "object" || row === null)
      throw new TypeError(`table(): row ${r} is ${row === null ? "null" : typeof row}, not an object.`);
  const all = names ?? [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = all.map((name) => ({ name, values: rows.map((row) => row[name]) }));
  return { columns, rowCount: rows.length, index: null };
}

function readDictionary(
  source: Record<string, ArrayLike<unknown>>,
  names: readonly string[] | undefined,
): Read {
  const columns = (names ?? Object.keys(source)).map((name) => {
    const given = source[name] as unknown;
    const values = given instanceof Tensor ? Array.from(given.values()) : (given as ArrayLike<unknown>);
    if (values === undefined) throw new RangeError(`table(): no column "${name}".`);
    if (typeof values !== "object" || typeof values.length !== "number")
      throw new TypeError(`table(): column "${name}" is no array; for one row, give [{ … }].`);
    return { name, values };
  });
  const rowCount = columns[0]?.values.length ?? 0;
  for (const { name, values } of columns)
    if (values.length !== rowCount)
      throw new RangeError(`table(): column "${name}" has ${values.length} values, the first ${rowCount}.`);
  return { columns, rowCount, index: null };
}
