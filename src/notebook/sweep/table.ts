// A sweep's results as a table of columns, and that table as CSV for other
// programs, Parquet for data tools, a data frame for notebooks and aligned
// text for the terminal.
import type { DataFrame } from "danfojs-node";
import { columns, duration } from "../report/text.ts";
import type { CaseResult } from "./store.ts";

const unique = (names: string[]): string[] => [...new Set(names)];

/** Names of the parameters and of the results, in the order they came. */
export function namesOf(cases: readonly CaseResult[]): { parameters: string[]; results: string[] } {
  return {
    parameters: unique(cases.flatMap((one) => Object.keys(one.parameters))),
    results: unique(cases.flatMap((one) => Object.keys(one.results))),
  };
}

/** One column of the table of a sweep. */
export interface Column {
  name: string;
  /** One a case; null where the case has none. */
  values: unknown[];
}

const NUMBERS: Record<string, number> = { NaN: Number.NaN, Infinity, "-Infinity": -Infinity };

/** JSON has no NaN, so results keep it as a word; among numbers it is a number again. */
function numbersAgain(values: unknown[]): unknown[] {
  const word = (value: unknown) => typeof value === "string" && Object.hasOwn(NUMBERS, value);
  if (!values.every((value) => value === null || typeof value === "number" || word(value))) return values;
  return values.map((value) => (word(value) ? NUMBERS[value as string] : value));
}

/**
 * A row a case: its parameters, its results, and how the run went. A result named like another column is marked.
 *
 * @example
 * ```ts
 * const about = { digest: "", status: "passed", duration: 1500, server: "http://a/", attempts: 1 } as const;
 * const cases = [{ name: "C=4", parameters: { C: 4 }, results: { loss: 0.25 }, ...about }];
 * tableOf(cases).map(({ name }) => name).slice(0, 3); // → [ 'C', 'loss', 'status' ]
 * ```
 */
export function tableOf(cases: readonly CaseResult[]): Column[] {
  const { parameters, results } = namesOf(cases);
  const fixed: [string, (one: CaseResult) => unknown][] = [
    ["status", (one) => one.status],
    ["seconds", (one) => Math.round(one.duration) / 1000],
    ["server", (one) => one.server],
    ["attempts", (one) => one.attempts],
    ["lost", (one) => one.losses?.map(({ server, why }) => `${server}: ${why}`).join("\n")],
    ["error", (one) => one.error],
  ];
  const taken = new Set([...parameters, ...fixed.map(([name]) => name)]);
  const made = (name: string, value: (one: CaseResult) => unknown): Column => ({
    name,
    values: numbersAgain(cases.map((one) => value(one) ?? null)),
  });
  const free = (name: string): string => (taken.has(name) ? free(`${name} (result)`) : name);
  return [
    ...parameters.map((name) => made(name, (one) => one.parameters[name])),
    ...results.map((name) => made(free(name), (one) => one.results[name])),
    ...fixed.map(([name, value]) => made(parameters.includes(name) ? `${name} (run)` : name, value)),
  ];
}

const show = (value: unknown): string =>
  value === undefined || value === null
    ? ""
    : typeof value === "string" || typeof value === "number"
      ? String(value)
      : JSON.stringify(value);

const quote = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/**
 * The table as CSV (RFC 4180, line ends as Unix has them).
 *
 * @example
 * ```ts
 * import { toCsv } from "gradlab/notebook";
 * const about = { digest: "", status: "passed", duration: 1500, server: "http://a/", attempts: 1 } as const;
 * toCsv([{ name: "C=4", parameters: { C: 4 }, results: { loss: 0.25 }, ...about }]).split("\n")[1];
 * // → 4,0.25,passed,1.5,http://a/,1,,
 * ```
 */
export function toCsv(cases: readonly CaseResult[]): string {
  const table = tableOf(cases);
  const rows = cases.map((_, k) => table.map((column) => show(column.values[k])));
  return `${[table.map((column) => column.name), ...rows].map((row) => row.map(quote).join(",")).join("\n")}\n`;
}

/**
 * The table as a danfojs DataFrame; lists and objects become their JSON.
 *
 * @example
 * ```ts
 * const about = { digest: "", status: "passed", duration: 1500, server: "http://a/", attempts: 1 } as const;
 * const cases = [{ name: "C=4", parameters: { C: 4 }, results: { loss: 0.25 }, ...about }];
 * (await toFrame(cases)).shape; // → [ 1, 8 ]
 * ```
 */
export async function toFrame(cases: readonly CaseResult[]): Promise<DataFrame> {
  const { danfo } = await import("../../data/index.ts");
  const { DataFrame } = await danfo();
  const plain = (value: unknown) => (value !== null && typeof value === "object" ? show(value) : value);
  return new DataFrame(
    Object.fromEntries(tableOf(cases).map(({ name, values }) => [name, values.map(plain)])) as object,
  );
}

type ParquetType = "INT32" | "DOUBLE" | "BOOLEAN" | "JSON" | "STRING";

/** The narrowest type that holds all values of a column. */
function parquetType(values: readonly unknown[]): ParquetType {
  const all = (test: (value: unknown) => boolean) => values.every((value) => value === null || test(value));
  if (all((v) => Number.isInteger(v) && Math.abs(v as number) < 2 ** 31)) return "INT32";
  if (all((v) => typeof v === "number")) return "DOUBLE";
  if (all((v) => typeof v === "boolean")) return "BOOLEAN";
  return all((v) => typeof v === "object") ? "JSON" : "STRING";
}

/**
 * The table as a Parquet file: numbers as numbers, lists and objects as JSON, absent values null.
 *
 * @example
 * ```ts
 * const about = { digest: "", status: "passed", duration: 1500, server: "http://a/", attempts: 1 } as const;
 * const cases = [{ name: "C=4", parameters: { C: 4 }, results: { loss: 0.25 }, ...about }];
 * Buffer.from(await toParquet(cases)).subarray(0, 4).toString(); // → PAR1
 * ```
 */
export async function toParquet(cases: readonly CaseResult[]): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  const columnData = tableOf(cases).map(({ name, values }) => {
    const empty = values.every((value) => value === null);
    const type = empty ? "STRING" : parquetType(values);
    const fit = (value: unknown) => (value === null || type !== "STRING" ? value : show(value));
    return { name, data: values.map(fit), type };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

const brief = (value: unknown): string => {
  if (typeof value !== "number") return show(value);
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
};

/**
 * The table for a terminal: numbers to the right.
 *
 * @example
 * ```ts
 * const about = { digest: "", status: "passed", duration: 1500, server: "http://a/", attempts: 1 } as const;
 * const cases = [{ name: "C=4", parameters: { C: 4 }, results: { loss: 0.25 }, ...about }];
 * toText(cases).split("\n").at(-1); // → 4  0.25  passed  1.5 s
 * ```
 */
export function toText(cases: readonly CaseResult[]): string {
  const { parameters, results } = namesOf(cases);
  const head = [...parameters, ...results, "status", "time"];
  const rows = cases.map((one) => [
    ...parameters.map((name) => brief(one.parameters[name])),
    ...results.map((name) => brief(one.results[name])),
    one.status,
    duration(one.duration),
  ]);
  const widths = head.map((name, k) => Math.max(...[name, ...rows.map((row) => row[k]!)].map(columns)));
  const right = head.map((_, k) => rows.every((row) => row[k] === "" || /^[-+\d.]/.test(row[k]!)));
  const line = (row: string[]) =>
    row
      .map((text, k) => {
        const space = " ".repeat(widths[k]! - columns(text));
        return right[k] ? space + text : text + space;
      })
      .join("  ")
      .trimEnd();
  return [line(head), widths.map((w) => "─".repeat(w)).join("  "), ...rows.map(line)].join("\n");
}
