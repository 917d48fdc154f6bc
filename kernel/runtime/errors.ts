// An exception as Jupyter wants it: ename, evalue and a traceback whose first thing is the offending line.
// Causes, aggregated errors and extra properties (`code`, `errno`, …) are part of it.

import { inspect } from "node:util";
import type { ErrorContent } from "./messages.ts";
import { BOLD, codeFrame, DIM, firstCellPosition, type Position, RED, RESET } from "./sources.ts";

/** `at` is where the engine says the error is, for errors without a stack of their own (syntax errors). */
export function describeError(thrown: unknown, at: Position | null = null): ErrorContent {
  try {
    return isError(thrown) ? fromError(thrown, at) : fromValue(thrown, at);
  } catch (failure) {
    // A getter or a Proxy of the thrown object threw in turn.
    return plain("Error", `the thrown value cannot be shown (${String(failure)})`);
  }
}

export function plain(ename: string, evalue: string): ErrorContent {
  return { ename, evalue, traceback: [`${RED}${BOLD}${ename}${RESET}: ${evalue}`] };
}

export function isError(value: unknown): value is Error {
  return (
    Error.isError(value) ||
    (typeof value === "object" &&
      value !== null &&
      typeof (value as Error).message === "string" &&
      typeof (value as Error).stack === "string")
  );
}

function fromError(error: Error, at: Position | null): ErrorContent {
  const ename = nameOf(error);
  const evalue = String(error.message);
  return { ename, evalue, traceback: describe(error, at, new Set(), "") };
}

function describe(error: Error, at: Position | null, seen: Set<unknown>, indent: string): string[] {
  seen.add(error);
  const stack = typeof error.stack === "string" ? error.stack : "";
  const out = [`${RED}${BOLD}${nameOf(error)}${RESET}: ${error.message}`];
  out.push(...placeInFile(stack, error.message));
  const where = firstCellPosition(stack) ?? at;
  if (where) out.push("", ...codeFrame(where), "");
  for (const frame of frames(stack)) out.push(`${DIM}${frame}${RESET}`);
  const extra = extraProperties(error);
  if (extra) out.push(extra);
  if (error instanceof AggregateError) {
    for (const [i, inner] of error.errors.slice(0, 10).entries())
      out.push(...related(`errors[${i}]`, inner, seen));
    if (error.errors.length > 10) out.push(`… and ${error.errors.length - 10} more errors`);
  }
  if (error.cause !== undefined && !seen.has(error.cause))
    out.push(...related("caused by", error.cause, seen));
  return out.map((line) => indent + line);
}

function related(label: string, value: unknown, seen: Set<unknown>): string[] {
  if (seen.size > 8) return [];
  if (!isError(value)) return [`${label}: ${inspect(value, { depth: 2 })}`];
  return [`${label}:`, ...describe(value, null, seen, "  ")];
}

/** Above the message, Node says where in a file that is imported the syntax is wrong. */
function placeInFile(stack: string, message: string): string[] {
  const [above, ...rest] = stack.split(`: ${message}`);
  const lines = (above ?? "").split("\n").slice(0, -1);
  if (rest.length === 0 || lines.length === 0 || lines.length > 8 || /^\s+at /m.test(above!)) return [];
  return ["", ...lines.filter((line, i) => line !== "" || i < lines.length - 1)];
}

/** Node's own, and the file through which cells import. */
const INTERNAL = /\(?node:(?:internal\/|diagnostics_channel|async_hooks)|\/__cell__\.mjs/;

function frames(stack: string): string[] {
  const lines = stack.split("\n").filter((line) => /^\s+at /.test(line));
  const own = lines.filter((line) => !INTERNAL.test(line));
  return own.length > 12 ? [...own.slice(0, 12), `    … ${own.length - 12} more frames`] : own;
}

function extraProperties(error: Error): string {
  const rest: Record<string, unknown> = {};
  for (const key of Object.keys(error)) {
    if (!["message", "stack", "name", "cause", "errors"].includes(key)) rest[key] = (error as any)[key];
  }
  return Object.keys(rest).length > 0
    ? inspect(rest, { depth: 2, breakLength: 100, maxArrayLength: 20 })
    : "";
}

function nameOf(error: Error): string {
  const name = error.name;
  if (typeof name === "string" && name !== "" && name !== "Error") return name;
  return error.constructor?.name || name || "Error";
}

function fromValue(value: unknown, at: Position | null): ErrorContent {
  const evalue = typeof value === "string" ? value : inspect(value, { depth: 3 });
  const traceback = [`${RED}${BOLD}Uncaught${RESET}: ${evalue}`];
  if (at) traceback.push("", ...codeFrame(at));
  return { ename: "Uncaught", evalue, traceback };
}
