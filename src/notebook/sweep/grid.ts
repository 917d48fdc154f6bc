// The cases of a sweep: every combination of the values given for each
// parameter, each with a name that is stable from run to run.
import { createHash } from "node:crypto";
import { type Notebook, NotebookError } from "../format/types.ts";
import { parseValue, splitParameter } from "../parameters/values.ts";

export type Parameters = Record<string, unknown>;

export interface Case {
  /** Stable over runs: the parameters' values in a file name. */
  name: string;
  parameters: Parameters;
}

/** `1,2,4`, `[1, 2]` or a single value → a list of values. Commas inside brackets and quotes do not part. */
export function valueList(text: string): unknown[] {
  const whole = text.trim();
  if (/^\[[\s\S]*\]$/.test(whole)) {
    const list = parseValue(whole);
    if (Array.isArray(list)) return list;
  }
  const parts: string[] = [];
  let depth = 0;
  let quote = "";
  let start = 0;
  for (let k = 0; k < whole.length; k++) {
    const char = whole[k]!;
    if (quote) quote = char === quote ? "" : quote;
    else if (char === '"' || char === "'") quote = char;
    else if ("[{(".includes(char)) depth++;
    else if ("]})".includes(char)) depth--;
    else if (char === "," && depth === 0) {
      parts.push(whole.slice(start, k));
      start = k + 1;
    }
  }
  return [...parts, whole.slice(start)].map((part) => parseValue(part.trim()));
}

/** `C=1,2,4` arguments → values by name, in the order given. */
export function parseGrid(args: readonly string[]): Record<string, unknown[]> {
  const grid: Record<string, unknown[]> = {};
  for (const arg of args) {
    const [name, text] = splitParameter(arg);
    if (text.trim() === "") throw new NotebookError(`--param ${arg}: there is no value`);
    grid[name] = valueList(text);
  }
  return grid;
}

const short = (value: unknown): string =>
  (typeof value === "string" ? value : JSON.stringify(value)).replace(/[^\w.+-]+/g, "_").slice(0, 40);

/** The name of a case: readable, fit for a file name, and different for different values. */
export function caseName(parameters: Parameters): string {
  const readable = Object.entries(parameters)
    .map(([name, value]) => `${name}=${short(value)}`)
    .join(",");
  const exact = Object.values(parameters).every(
    (value) =>
      short(value) === (typeof value === "string" ? value : JSON.stringify(value)) &&
      typeof value !== "string",
  );
  if (exact && readable.length <= 100) return readable || "default";
  const digest = createHash("sha256").update(JSON.stringify(parameters)).digest("hex").slice(0, 8);
  return `${readable.slice(0, 90)}~${digest}`;
}

/** All combinations, the last parameter changing fastest. */
export function casesOf(grid: Record<string, readonly unknown[]>): Case[] {
  let all: Parameters[] = [{}];
  for (const [name, values] of Object.entries(grid)) {
    if (values.length === 0) throw new NotebookError(`the parameter ${name} has no values to sweep over`);
    all = all.flatMap((parameters) => values.map((value) => ({ ...parameters, [name]: value })));
  }
  const cases = all.map((parameters) => ({ name: caseName(parameters), parameters }));
  return [...new Map(cases.map((one) => [one.name, one])).values()];
}

/** Of a case: changes when what it would compute changes, the code of the notebook or what is asked of it. */
export function digests(notebook: Notebook, results: readonly string[]): (one: Case) => string {
  const code = notebook.cells
    .filter((cell) => cell.cell_type === "code")
    .map((cell) => [cell.source, cell.metadata.tags]);
  const head = JSON.stringify([code, notebook.metadata.kernelspec?.name, results]);
  return ({ parameters }) =>
    createHash("sha256").update(head).update(JSON.stringify(parameters)).digest("hex").slice(0, 16);
}
