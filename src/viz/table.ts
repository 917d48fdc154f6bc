/**
 * Tables: rows of objects, columns of arrays, tensors and data frames, shown the same way everywhere.
 *
 * Long tables show their first and last rows and say how many are left out; missing values (null,
 * undefined, NaN) are counted and the count is shown, because a mean over a column with holes is a
 * different thing. The HTML has no colours of its own, so that it is legible in light and dark themes.
 */

import { inspect } from "node:util";
import { Tensor } from "../tensor/index.ts";
import { type Displayable, displaySymbol, type MimeBundle } from "./display.ts";
import { columnFormat, shortNumber } from "./format.ts";
import { tableToHtml, tableToLatex, tableToMarkdown, tableToText } from "./table-formats.ts";
import { type Column, readColumns, type TableSource } from "./table-source.ts";

/** Settings of `table`. */
export interface TableOptions {
  /** Which columns, in which order; by default all. For arrays of arrays and tensors: their names. */
  columns?: readonly string[];
  /** Row labels. */
  index?: readonly unknown[];
  caption?: string;
  /** Significant digits of columns with fractions. Default 5. */
  digits?: number;
  /** Rows shown at most; the middle of longer tables is left out. Default 20; Infinity shows all. */
  maxRows?: number;
  /** Columns shown at most. Default 20. */
  maxColumns?: number;
}

/** What the formats write: text cells, already chosen and shortened. `null` in `rows` is the gap. */
export interface Cells {
  head: string[];
  numeric: boolean[];
  /** Row labels, when the table has any. */
  index: string[] | null;
  rows: (string[] | null)[];
  caption: string | undefined;
  /** Size and missing values, when something is left out or missing. */
  note: string | undefined;
}

/**
 * A table to look at: from records, named columns, nested arrays, a matrix or a data frame.
 * @example
 * ```ts
 * table([{ model: "GMM", score: -512.3 }, { model: "k-means", score: -600 }]);
 * table({ epoch: [1, 2, 3], loss: [0.5, 0.4, 0.3] }, { caption: "Training" });
 * ```
 */
export function table(source: TableSource, options: TableOptions = {}): Table {
  return new Table(source, options);
}

/**
 * What `table` makes: shows itself as HTML, LaTeX, Markdown or text.
 * @example
 * ```ts
 * String(new Table({ n: [1, 2] })); // → n…
 * ```
 */
export class Table implements Displayable {
  readonly columns: readonly Column[];
  readonly rowCount: number;
  readonly #index: readonly unknown[] | null;
  readonly #options: TableOptions;

  constructor(source: TableSource, options: TableOptions = {}) {
    const read = readColumns(source, options.columns);
    this.columns = read.columns;
    this.rowCount = read.rowCount;
    this.#options = options;
    this.#index = options.index ?? read.index;
    if (options.index && options.index.length !== this.rowCount)
      throw new RangeError(`table(): ${options.index.length} row labels for ${this.rowCount} rows.`);
  }

  [displaySymbol](): MimeBundle {
    const cells = this.cells();
    return {
      "text/html": tableToHtml(cells),
      "text/latex": tableToLatex(cells),
      "text/plain": tableToText(cells),
    };
  }

  toHTML(): string {
    return tableToHtml(this.cells());
  }
  toMarkdown(): string {
    return tableToMarkdown(this.cells());
  }
  /** A `tabular` for a LaTeX document, complete unless `maxRows` says otherwise. */
  toLatex(): string {
    return tableToLatex(this.cells());
  }
  toString(): string {
    return tableToText(this.cells());
  }
  [inspect.custom](): string {
    return this.toString();
  }

  /** The cells that are shown, as text. */
  cells(): Cells {
    const { digits = 5, maxRows = 20, maxColumns = 20, caption } = this.#options;
    const rowsShown = pick(this.rowCount, maxRows);
    const columnsShown = pick(this.columns.length, maxColumns);
    const shown = columnsShown.map((c) => (c < 0 ? null : this.columns[c]));
    const texts = shown.map((column) => (column ? cellTexts(column, rowsShown, digits) : null));
    return {
      head: shown.map((column) => column?.name ?? "…"),
      numeric: shown.map((column) => column !== null && isNumeric(column.values)),
      index: this.#index ? rowsShown.map((r) => (r < 0 ? "…" : cellText(this.#index![r], String))) : null,
      rows: rowsShown.map((r, i) => (r < 0 ? null : texts.map((column) => column?.[i] ?? "…"))),
      caption,
      note: this.#note(rowsShown.includes(-1) || columnsShown.includes(-1)),
    };
  }

  #note(shortened: boolean): string | undefined {
    const missing = this.columns
      .map((column) => [column.name, countMissing(column.values)] as const)
      .filter(([, count]) => count > 0);
    if (!shortened && missing.length === 0) return undefined;
    const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
    const size = `${count(this.rowCount, "row")} × ${count(this.columns.length, "column")}`;
    if (missing.length === 0) return size;
    const listed = missing.slice(0, 6).map(([name, count]) => `${name} ${count}`);
    const rest = missing.length > 6 ? `, and ${missing.length - 6} more columns` : "";
    return `${size}; missing values: ${listed.join(", ")}${rest}`;
  }
}

export function isMissing(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === "number" && Number.isNaN(value));
}

function countMissing(values: ArrayLike<unknown>): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (isMissing(values[i])) count++;
  return count;
}

/** Indices to show of n, with −1 for the gap. */
function pick(n: number, most: number): number[] {
  if (n <= most) return Array.from({ length: n }, (_, i) => i);
  const head = Math.max(1, Math.ceil(most / 2));
  const tail = Math.max(0, Math.floor(most / 2));
  return [
    ...Array.from({ length: head }, (_, i) => i),
    -1,
    ...Array.from({ length: tail }, (_, i) => n - tail + i),
  ];
}

function isNumeric(values: ArrayLike<unknown>): boolean {
  let some = false;
  for (let i = 0; i < values.length; i++) {
    if (values[i] === null || values[i] === undefined) continue;
    if (typeof values[i] !== "number" && typeof values[i] !== "bigint") return false;
    some = true;
  }
  return some;
}

function cellTexts(column: Column, rows: number[], digits: number): string[] {
  const present = rows.filter((r) => r >= 0).map((r) => column.values[r]);
  const format = columnFormat(present, digits);
  return rows.map((r) => (r < 0 ? "…" : cellText(column.values[r], format)));
}

function cellText(value: unknown, number: (x: number) => string): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return number(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Tensor)
    return value.size === 1 ? shortNumber(value.item()) : `tensor of shape [${value.shape.join(", ")}]`;
  return typeof value === "object" ? inspect(value, { depth: 1, breakLength: Infinity }) : String(value);
}
