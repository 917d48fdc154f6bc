/**
 * Data frames (danfojs-node) to tensors and back, with nothing decided silently: a missing value is an
 * error unless you say what becomes of it, text never becomes a number, and int, bool and NaN survive
 * the way there and back.
 *
 * danfojs-node is loaded when first asked for (half a second), and only then needs to be installed.
 */

import { ArgumentError, allocate, type DType, Tensor } from "../tensor/index.ts";
import { type CsvOptions, parseTable, readText } from "./csv.ts";

/** The danfojs-node module. */
export type Danfo = typeof import("danfojs-node");
/** danfo's DataFrame. */
export type DataFrame = InstanceType<Danfo["DataFrame"]>;

/** The parts of a data frame (or series) that are read here. */
export interface FrameLike {
  columns: readonly unknown[];
  index: readonly unknown[];
  shape: readonly number[];
  values: unknown;
}

/**
 * Whether it is a series, which holds its values bare, where a frame holds rows. (danfo gives both two sizes.)
 * @example
 * ```ts
 * const { Series } = await danfo();
 * [isSeriesLike(new Series([1, 2])), isSeriesLike(await frame({ a: [1, 2] }))]; // → [ true, false ]
 * ```
 */
export function isSeriesLike(df: FrameLike): boolean {
  return df.shape.length === 1 || (df.shape[0] > 0 && !Array.isArray((df.values as readonly unknown[])[0]));
}

/** Tried on Node 26. Without the overrides npm wants a native TensorFlow and a file from outside the registry. */
const HOW_TO_ADD =
  "  npm install danfojs-node@1.2.0  after writing " +
  '"overrides": { "@tensorflow/tfjs-node": "npm:@tensorflow/tfjs@4.22.0", "xlsx": "0.18.5" } into your ' +
  "package.json. gradlab's own tables, parseCsv and readColumns do without.";

let loading: Promise<Danfo> | undefined;

/**
 * danfojs-node itself, loaded at the first call.
 * @throws Error that says how to add it when it is not installed
 * @example
 * ```ts
 * const { DataFrame } = await danfo();
 * new DataFrame({ a: [1, 2], b: [3, 4] }).shape; // → [ 2, 2 ]
 * ```
 */
export async function danfo(): Promise<Danfo> {
  loading ??= import("danfojs-node").then(
    (module: any) => (module.DataFrame ? module : module.default) as Danfo,
    (cause) => {
      loading = undefined;
      const { code, message } = cause as { code?: string; message?: string };
      if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") throw cause;
      const missing = /Cannot find (?:package|module) '([^']+)'/.exec(message ?? "")?.[1] ?? "danfojs-node";
      const which = missing === "danfojs-node" ? "which" : `and its part ${missing}`;
      throw new Error(`Data frames need danfojs-node, ${which} is not installed:${HOW_TO_ADD}`, { cause });
    },
  );
  return loading;
}

/**
 * A data frame from columns of equal length; typed arrays and tensors of rank 1 may stand for arrays.
 * @throws ArgumentError for columns of different lengths
 * @example
 * ```ts
 * (await frame({ a: [1, 2], b: [0.5, Number.NaN] })).dtypes; // → [ 'int32', 'float32' ]
 * ```
 */
export async function frame(
  columns: Record<string, ArrayLike<unknown> | Tensor>,
  options: { index?: readonly (string | number)[] } = {},
): Promise<DataFrame> {
  const named = Object.entries(columns).map(([name, list]) => ({ name, values: listOf(name, list) }));
  return makeFrame(named, options.index);
}

function listOf(name: string, list: ArrayLike<unknown> | Tensor): unknown[] {
  if (!(list instanceof Tensor)) return Array.from(list);
  if (list.rank !== 1)
    throw new ArgumentError(
      `frame(): column "${name}" is a tensor of shape [${list.shape.join(", ")}]; give rank 1.`,
    );
  return list.dtype === "bool" ? Array.from(list.values(), (v) => v === 1) : Array.from(list.values());
}

async function makeFrame(
  columns: { name: string; values: unknown[] }[],
  index?: readonly (string | number)[],
): Promise<DataFrame> {
  const { DataFrame } = await danfo();
  const count = columns[0]?.values.length ?? 0;
  for (const { name, values } of columns)
    if (values.length !== count)
      throw new ArgumentError(`frame(): column "${name}" has ${values.length} values, the first ${count}.`);
  const rows = Array.from({ length: count }, (_, i) => columns.map(({ values }) => values[i]));
  return new DataFrame(rows as any, {
    columns: columns.map(({ name }) => name),
    dtypes: columns.map(({ values }) => dtypeName(values)),
    ...(index ? { index: [...index] } : {}),
  });
}

/** danfo's own name for a column's type; decided by all values, not by the first few as danfo does. */
function dtypeName(values: readonly unknown[]): string {
  const present = values.filter((v) => v !== null && v !== undefined);
  if (present.every((v) => typeof v === "number"))
    return present.length === values.length && present.every(Number.isInteger) ? "int32" : "float32";
  return present.every((v) => typeof v === "boolean") ? "boolean" : "string";
}

/**
 * A data frame from a CSV file (also .gz): types by whole columns (see parseCsv), missing numbers as NaN.
 * @example
 * ```ts
 * const df = await readCsv(digitsFile);
 * [df.shape, df.columns[64]]; // → [ [ 1797, 65 ], 'digit' ]
 * ```
 */
export async function readCsv(file: string | URL, options: CsvOptions = {}): Promise<DataFrame> {
  const table = parseTable(readText(file), options);
  return makeFrame(table.map(({ name, values }) => ({ name, values: Array.from<unknown>(values) })));
}

/** Which columns of a frame become a tensor, and what becomes of missing values. */
export interface FrameToTensorOptions {
  /** Which columns, in which order. By default all. */
  columns?: readonly string[];
  /** Default float64, or bool when every column is boolean. */
  dtype?: DType;
  /** Missing values: "error" (default) names them, "keep" makes them NaN, "drop" leaves their rows out. */
  missing?: "error" | "keep" | "drop";
}

/**
 * The numbers of a frame as a tensor [rows, columns]; of a series as [rows].
 * @throws ArgumentError for text, for missing values unless told what to do, and for what the dtype cannot hold
 * @example
 * ```ts
 * const df = await frame({ age: [31, Number.NaN, 45], name: ["Ada", "Bo", "Cy"] });
 * frameToTensor(df, { columns: ["age"], missing: "drop" }); // → [[31],[45]]
 * frameToTensor(df, { columns: ["age"] }); // throws missing in 1 of 3 rows ("age" in row 1)
 * ```
 */
export function frameToTensor(df: FrameLike, options: FrameToTensorOptions = {}): Tensor {
  const isSeries = isSeriesLike(df);
  const all = df.columns.map(String);
  const names = options.columns ?? all;
  const places = names.map((name) => {
    const c = all.indexOf(name);
    if (c < 0) throw new ArgumentError(`frameToTensor(): no column "${name}"; there are: ${all.join(", ")}.`);
    return c;
  });
  const values = df.values as readonly any[];
  const missing = options.missing ?? "error";
  if (!["error", "keep", "drop"].includes(missing))
    throw new ArgumentError(`frameToTensor(): missing must be "error", "keep" or "drop"; got "${missing}".`);
  const gaps: string[] = [];
  let allBoolean = df.shape[0] > 0;
  const rows: number[][] = [];
  for (let r = 0; r < df.shape[0]; r++) {
    const row = places.map((c, k) => {
      const value: unknown = isSeries ? values[r] : values[r][c];
      if (typeof value !== "boolean") allBoolean = false;
      return numberOf(value, names[k], r);
    });
    const gap = row.findIndex(Number.isNaN);
    if (gap >= 0) gaps.push(`"${names[gap]}" in row ${r}`);
    if (gap < 0 || missing === "keep") rows.push(row);
  }
  if (missing === "error" && gaps.length > 0)
    throw new ArgumentError(
      `frameToTensor(): values are missing in ${gaps.length} of ${df.shape[0]} rows (${gaps.slice(0, 3).join(", ")}` +
        `${gaps.length > 3 ? ", …" : ""}). Pass missing: "drop" to leave those rows out, "keep" for NaN.`,
    );
  const dtype = options.dtype ?? (allBoolean ? "bool" : "float64");
  if (missing === "keep" && gaps.length > 0 && (dtype === "int32" || dtype === "bool"))
    throw new ArgumentError(`frameToTensor(): ${dtype} cannot hold the NaN of missing values.`);
  if (dtype === "int32" || dtype === "bool")
    for (const row of rows)
      for (const [k, v] of row.entries())
        if (dtype === "int32" ? v !== (v | 0) : v !== 0 && v !== 1)
          throw new ArgumentError(`frameToTensor(): ${dtype} cannot hold ${v} of column "${names[k]}".`);
  const out = allocate(dtype, rows.length * names.length);
  for (const [r, row] of rows.entries()) out.set(row, r * names.length);
  return new Tensor(out, isSeries ? [rows.length] : [rows.length, names.length], dtype);
}

function numberOf(value: unknown, column: string, row: number): number {
  if (value === null || value === undefined) return Number.NaN;
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  throw new ArgumentError(
    `frameToTensor(): column "${column}" holds ${typeof value === "string" ? `text ("${value}" in row ${row})` : typeof value}. ` +
      "Leave it out by columns: […], or make numbers of it by encodeLabels().",
  );
}

/**
 * A frame of the columns of a tensor [n, d] (or of one, [n]); bool becomes true and false.
 * @throws ArgumentError for other ranks, and for too few or too many names
 * @example
 * ```ts
 * const df = await tensorToFrame(tensor([[1, 2], [3, 4]]), { columns: ["a", "b"] });
 * frameToTensor(df, { columns: ["b"] }); // → [[2],[4]]
 * ```
 */
export async function tensorToFrame(
  t: Tensor,
  options: { columns?: readonly string[]; index?: readonly (string | number)[] } = {},
): Promise<DataFrame> {
  if (t.rank !== 1 && t.rank !== 2)
    throw new ArgumentError(
      `tensorToFrame(): a frame holds rank 1 or 2; the tensor has shape [${t.shape.join(", ")}].`,
    );
  const [n, d] = t.rank === 2 ? t.shape : [t.shape[0], 1];
  const names = options.columns ?? Array.from({ length: d }, (_, j) => String(j));
  if (names.length !== d) throw new ArgumentError(`tensorToFrame(): ${names.length} names for ${d} columns.`);
  const flat = t.values();
  const cell = (v: number): unknown => (t.dtype === "bool" ? v === 1 : v);
  return makeFrame(
    names.map((name, j) => ({ name, values: Array.from({ length: n }, (_, i) => cell(flat[i * d + j])) })),
    options.index,
  );
}
