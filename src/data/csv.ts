/**
 * CSV to columns, with types and gaps decided once for a whole column, and said in the open:
 * a column is numeric when every cell that is not empty is a number; its empty cells are NaN.
 * Otherwise it is text, and its empty cells are "". Nothing is guessed from the first rows only.
 * What looks like a name stays text: leading zeros (01234), and whole numbers that a double would round.
 */

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { ArgumentError } from "../tensor/index.ts";

export interface CsvOptions {
  /** The character between cells. Default ",". */
  separator?: string;
  /** Whether the first line holds the names. Default true; else columns are "0", "1", … */
  header?: boolean;
  /** Cells that stand for a missing value, besides empty ones. Default NA, NaN, null (any case). */
  missing?: readonly string[];
}

/** Columns by name: numbers where all entries are numbers, else text. */
export type Columns = Record<string, Float64Array | string[]>;

/**
 * Columns of a CSV file, plain or gzip-compressed.
 * @example
 * ```ts
 * const { digit } = readColumns(digitsFile);
 * digit.length; // → 1797
 * ```
 */
export function readColumns(file: string | URL, options: CsvOptions = {}): Columns {
  return parseCsv(readText(file), options);
}

/** The text of a file, unzipped if it is gzip-compressed. */
export function readText(file: string | URL): string {
  const bytes = readFileSync(file);
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (zipped ? gunzipSync(bytes) : bytes).toString("utf8");
}

/**
 * Columns of CSV text (RFC 4180: quoted cells may hold separators, line ends and doubled quotes).
 * @throws ArgumentError when a row has too many or too few cells, or two columns share a name.
 * @example
 * ```ts
 * const { name, mass, zip } = parseCsv('name,mass,zip\n"Smith, J.",1.5,01234\nBo,,99999\n');
 * name; // → [ 'Smith, J.', 'Bo' ]
 * mass; // → Float64Array(2) [ 1.5, NaN ]
 * zip; // → [ '01234', '99999' ]
 * ```
 */
export function parseCsv(text: string, options: CsvOptions = {}): Columns {
  return Object.fromEntries(parseTable(text, options).map(({ name, values }) => [name, values]));
}

/** The columns in the file's order, also when their names look like numbers. */
export function parseTable(
  text: string,
  options: CsvOptions = {},
): { name: string; values: Float64Array | string[] }[] {
  const rows = splitRows(text.replace(/^\ufeff/, ""), options.separator ?? ",");
  if (rows.length === 0) return [];
  const header = options.header ?? true;
  const names = header ? rows[0].map((name) => name.trim()) : rows[0].map((_, i) => String(i));
  const body = header ? rows.slice(1) : rows;
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) throw new ArgumentError(`parseCsv(): two columns are called "${repeated}".`);
  for (const [i, row] of body.entries())
    if (row.length !== names.length)
      throw new ArgumentError(
        `parseCsv(): row ${i} has ${row.length} cells, but there are ${names.length} columns.`,
      );
  const missing = new Set((options.missing ?? ["na", "nan", "null"]).map((word) => word.toLowerCase()));
  return names.map((name, c) => ({
    name,
    values: typed(
      body.map((row) => row[c]),
      missing,
    ),
  }));
}

function typed(cells: string[], missing: Set<string>): Float64Array | string[] {
  const gap = (cell: string): boolean => cell.trim() === "" || missing.has(cell.trim().toLowerCase());
  const numeric = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^[+-]?inf(inity)?$/i;
  const name = (cell: string): boolean =>
    /^[+-]?0\d+$/.test(cell) || (/^[+-]?\d+$/.test(cell) && !Number.isSafeInteger(Number(cell)));
  if (!cells.every((cell) => gap(cell) || (numeric.test(cell.trim()) && !name(cell.trim())))) return cells;
  return Float64Array.from(cells, (cell) => {
    if (gap(cell)) return Number.NaN;
    const infinite = /^([+-]?)inf/i.exec(cell.trim());
    return infinite ? (infinite[1] === "-" ? -Infinity : Infinity) : Number(cell);
  });
}

function splitRows(text: string, separator: string): string[][] {
  if (separator.length !== 1)
    throw new ArgumentError(`parseCsv(): the separator is one character; got "${separator}".`);
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const endCell = (): void => {
    row.push(cell);
    cell = "";
  };
  const endRow = (): void => {
    endCell();
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') cell += text[i++];
      else quoted = false;
    } else if (c === '"' && cell === "") quoted = true;
    else if (c === separator) endCell();
    else if (c === "\n" || c === "\r") {
      endRow();
      if (c === "\r" && text[i + 1] === "\n") i++;
    } else cell += c;
  }
  if (quoted) throw new ArgumentError("parseCsv(): a quoted cell is not closed before the end.");
  if (cell !== "" || row.length > 0) endRow();
  return rows;
}
