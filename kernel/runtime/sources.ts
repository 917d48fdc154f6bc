// What was written in each cell, kept for stack traces: positions in the evaluated JavaScript are mapped back to
// the user's TypeScript, frames of the kernel itself are left out, and code frames can quote the line.

import { originalPositionFor, type SourceMapInput, TraceMap } from "@jridgewell/trace-mapping";

interface Source {
  lines: string[];
  map: TraceMap | null;
}

export interface Position {
  name: string;
  line: number;
  column: number;
}

/** So many cells are remembered, then the oldest goes first: a kernel may run for weeks. */
const REMEMBERED = 5_000;

const sources = new Map<string, Source>();
const KERNEL = new URL(".", import.meta.url).href;

export function rememberSource(name: string, source: string, map: object | undefined): void {
  sources.set(name, {
    lines: source.split("\n"),
    map: map ? new TraceMap(map as SourceMapInput) : null,
  });
  // Maps keep insertion order: the first is the oldest.
  if (sources.size > REMEMBERED) sources.delete(sources.keys().next().value!);
}

export function isCell(name: string | null | undefined): name is string {
  return typeof name === "string" && sources.has(name);
}

/** Where the user wrote what stands here; null for code that only the transformation of the cell has added. */
export function mapPosition({ name, line, column }: Position): Position | null {
  const map = sources.get(name)?.map;
  if (!map) return { name, line, column };
  const found = originalPositionFor(map, { line, column: Math.max(0, column - 1) });
  return found.line === null ? null : { name, line: found.line, column: found.column + 1 };
}

/** Stack traces as the cell's author should see them, for `error.stack` and everything printed from it. */
export function installStackTraces(): void {
  Error.stackTraceLimit = 30;
  Error.prepareStackTrace = (error, sites) => {
    let text: string;
    try {
      text = Error.prototype.toString.call(error);
    } catch {
      text = "Error";
    }
    for (const site of sites) {
      // A cell has no file, only the name that its source gives itself.
      const file = site.getFileName() || site.getScriptNameOrSourceURL();
      if (file === "node:inspector") break; // below the evaluation of a cell there is only the kernel
      if (file?.startsWith(KERNEL)) continue;
      const line = describe(site, file);
      if (line) text += `\n    at ${line}`;
    }
    return text;
  };
}

function describe(site: NodeJS.CallSite, file: string | null | undefined): string | null {
  const line = site.getLineNumber();
  const column = site.getColumnNumber();
  if (!isCell(file) || line === null || column === null) return String(site);
  const at = mapPosition({ name: file, line, column });
  return at && String(site).replace(`${file}:${line}:${column}`, `${at.name}:${at.line}:${at.column}`);
}

/** First position in a cell that a stack mentions. */
export function firstCellPosition(stack: string): Position | null {
  for (const match of stack.matchAll(/(?:\(|at )(?:async )?(Cell\[[^\]]*\]):(\d+):(\d+)/g)) {
    if (isCell(match[1])) return { name: match[1], line: Number(match[2]), column: Number(match[3]) };
  }
  return null;
}

/** The lines around a position, the position marked. */
export function codeFrame({ name, line, column }: Position): string[] {
  const lines = sources.get(name)?.lines;
  if (!lines || line < 1 || line > lines.length) return [];
  const from = Math.max(1, line - 2);
  const to = Math.min(lines.length, line + 2);
  const width = String(to).length;
  const out = [`${CYAN}${name}:${line}:${column}${RESET}`];
  for (let n = from; n <= to; n++) {
    const text = shorten(lines[n - 1]!);
    const number = String(n).padStart(width);
    out.push(n === line ? `${RED}>${RESET} ${number} | ${text}` : `${DIM}  ${number} | ${text}${RESET}`);
    if (n === line) out.push(`  ${" ".repeat(width)} | ${caret(lines[n - 1]!, column)}`);
  }
  return out;
}

function caret(line: string, column: number): string {
  return `${line.slice(0, Math.max(0, column - 1)).replace(/[^\t]/g, " ")}${RED}^${RESET}`;
}

function shorten(line: string): string {
  return line.length > 240 ? `${line.slice(0, 240)} …` : line;
}

export const RED = "\u001b[31m";
export const CYAN = "\u001b[36m";
export const DIM = "\u001b[2m";
export const BOLD = "\u001b[1m";
export const RESET = "\u001b[0m";
