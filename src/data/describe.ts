/**
 * Statistics of columns that say how many values they rest on.
 *
 * danfo's own `describe` and `groupby` let one NaN spoil a mean, or count it; these leave missing values
 * out and report their number. The results are plain rows, to be shown by `table()`.
 */

import { ArgumentError, Tensor } from "../tensor/index.ts";
import { type FrameLike, isSeriesLike } from "./frame.ts";

/** What has named columns: a data frame, or lists by name. */
export type ColumnSource = FrameLike | Record<string, ArrayLike<unknown> | Tensor>;

/** One column in numbers; missing values are counted apart. */
export interface Summary {
  column: string;
  count: number;
  missing: number;
  mean: number | null;
  /** Over count − 1, as pandas and R. */
  std: number | null;
  min: number | null;
  "25%": number | null;
  "50%": number | null;
  "75%": number | null;
  max: number | null;
  /** Different values. */
  distinct: number;
}

/**
 * One row a column: count, missing, mean, std (over count − 1), quartiles, distinct values. Text columns have counts only.
 * Show it with table(describe(df)).
 * @example
 * ```ts
 * const [mass] = describe({ mass: [1, 2, Number.NaN, 4] });
 * [mass.count, mass.missing, mass["50%"]]; // → [ 3, 1, 2 ]
 * ```
 */
export function describe(source: ColumnSource): Summary[] {
  return columnsOf(source).map(({ name, values }) => summarize(name, values));
}

/** One group: its key, its size, and a statistic of each chosen column. */
export interface GroupSummary {
  /** Rows in the group. */
  rows: number;
  [column: string]: unknown;
}

/**
 * Groups rows by a column and summarises others: mean (default), sum, min, max, or count of present values.
 * Rows whose key is missing form a group of their own.
 * @throws ArgumentError for unknown columns, and for statistics of text
 * @example
 * ```ts
 * groupBy({ species: ["cat", "dog", "cat"], mass: [4, 20, 6] }, "species"); // → [ { species: 'cat', rows: 2, 'mean of mass': 5 }, { species: 'dog', rows: 1, 'mean of mass': 20 } ]
 * ```
 */
export function groupBy(
  source: ColumnSource,
  by: string,
  options: { of?: readonly string[]; statistic?: "mean" | "sum" | "min" | "max" | "count" } = {},
): GroupSummary[] {
  const columns = columnsOf(source);
  const find = (name: string): unknown[] => {
    const column = columns.find((each) => each.name === name);
    if (!column)
      throw new ArgumentError(
        `groupBy(): no column "${name}"; there are: ${columns.map((c) => c.name).join(", ")}.`,
      );
    return column.values;
  };
  const keys = find(by);
  const statistic = options.statistic ?? "mean";
  const wanted =
    options.of ??
    columns.filter(({ name, values }) => name !== by && isNumeric(values)).map(({ name }) => name);
  const groups = new Map<unknown, number[]>();
  for (const [i, key] of keys.entries()) {
    const own = isGap(key) ? null : key;
    if (!groups.has(own)) groups.set(own, []);
    groups.get(own)!.push(i);
  }
  return [...groups]
    .sort(([a], [b]) => compare(a, b))
    .map(([key, rows]): GroupSummary => {
      const out: GroupSummary = { [by]: key, rows: rows.length };
      for (const name of wanted) {
        const values = find(name);
        if (statistic !== "count" && !isNumeric(values))
          throw new ArgumentError(`groupBy(): column "${name}" holds text; only its count can be taken.`);
        const present = rows.map((i) => values[i]).filter((v) => !isGap(v));
        out[`${statistic} of ${name}`] =
          statistic === "count" ? present.length : statisticOf(present.map(Number), statistic);
        if (statistic !== "count" && present.length < rows.length)
          out[`missing in ${name}`] = rows.length - present.length;
      }
      return out;
    });
}

function summarize(name: string, values: unknown[]): Summary {
  const present = values.filter((v) => !isGap(v));
  const numeric = isNumeric(values);
  const sorted = numeric ? Float64Array.from(present as number[], Number).sort() : new Float64Array(0);
  const n = sorted.length;
  const mean = n > 0 ? sorted.reduce((a, b) => a + b, 0) / n : null;
  const std = n > 1 ? Math.sqrt(sorted.reduce((a, b) => a + (b - mean!) ** 2, 0) / (n - 1)) : null;
  return {
    column: name,
    count: present.length,
    missing: values.length - present.length,
    mean,
    std,
    min: n > 0 ? sorted[0] : null,
    "25%": quantile(sorted, 0.25),
    "50%": quantile(sorted, 0.5),
    "75%": quantile(sorted, 0.75),
    max: n > 0 ? sorted[n - 1] : null,
    distinct: new Set(present).size,
  };
}

/** Linear between the two nearest values, as NumPy and pandas do. */
function quantile(sorted: Float64Array, q: number): number | null {
  if (sorted.length === 0) return null;
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  const high = Math.ceil(at);
  return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}

function statisticOf(values: number[], name: "mean" | "sum" | "min" | "max"): number | null {
  if (values.length === 0) return null;
  if (name === "min") return values.reduce((a, b) => Math.min(a, b));
  if (name === "max") return values.reduce((a, b) => Math.max(a, b));
  const sum = values.reduce((a, b) => a + b, 0);
  return name === "sum" ? sum : sum / values.length;
}

export function isGap(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === "number" && Number.isNaN(value));
}

function isNumeric(values: readonly unknown[]): boolean {
  return values.every((v) => isGap(v) || typeof v === "number" || typeof v === "boolean");
}

function compare(a: unknown, b: unknown): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a) < String(b) ? -1 : 1;
}

function columnsOf(source: ColumnSource): { name: string; values: unknown[] }[] {
  const frame = source as FrameLike;
  if (Array.isArray(frame.columns) && Array.isArray(frame.shape)) {
    const rows = frame.values as readonly any[];
    const single = isSeriesLike(frame);
    return frame.columns.map((name, c) => ({
      name: String(name),
      values: Array.from({ length: frame.shape[0] }, (_, r) => (single ? rows[r] : rows[r][c])),
    }));
  }
  return Object.entries(source as Record<string, ArrayLike<unknown> | Tensor>).map(([name, list]) => ({
    name,
    values: Array.from<unknown>(list instanceof Tensor ? list.values() : list),
  }));
}
