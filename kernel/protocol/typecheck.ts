// Type errors as the reply a notebook shows: the TypeScript code as the error's name, the message, and the line.

import type { Diagnostic } from "../language/index.ts";
import type { ErrorContent } from "../runtime/messages.ts";
import type { Policy } from "./magics.ts";

const RED = "\u001b[31m";
const CYAN = "\u001b[36m";
const BOLD = "\u001b[1m";
const DIM = "\u001b[2m";
const RESET = "\u001b[0m";

export function policyFrom(env: NodeJS.ProcessEnv): Policy {
  const value = env["GRADLAB_TYPECHECK"];
  return value === "warn" || value === "off" ? value : "error";
}

/** `// @ts-nocheck` before the first statement switches the check off for the cell, as it does for a file. */
export function hasNoCheck(code: string): boolean {
  return /^(?:\s|\/\*[\s\S]*?\*\/|\/\/(?!\s*@ts-nocheck)[^\n]*\n)*\/\/\s*@ts-nocheck/.test(code);
}

export function typeErrors(
  name: string,
  code: string,
  diagnostics: readonly Diagnostic[],
): ErrorContent | null {
  const errors = diagnostics.filter((d) => d.category === "error");
  const first = errors[0];
  if (!first) return null;
  const more = errors.length - 1;
  const evalue =
    firstLine(first.message) + (more > 0 ? ` (and ${more} more type error${more > 1 ? "s" : ""})` : "");
  const traceback = errors.slice(0, 10).flatMap((d) => describe(name, code, d));
  if (errors.length > 10) traceback.push(`… and ${errors.length - 10} more type errors`);
  return { ename: `TS${first.code}`, evalue, traceback };
}

function describe(name: string, code: string, d: Diagnostic): string[] {
  return [`${RED}${BOLD}TS${d.code}${RESET}: ${d.message}`, "", ...codeFrame(name, code, d), ""];
}

export function codeFrame(
  name: string,
  code: string,
  at: { line: number; column: number; endLine?: number; endColumn?: number },
): string[] {
  const lines = code.split("\n");
  const from = Math.max(1, at.line - 2);
  const to = Math.min(lines.length, at.line + 2);
  const width = String(to).length;
  const out = [`${CYAN}${name}:${at.line}:${at.column}${RESET}`];
  for (let n = from; n <= to; n++) {
    const text = lines[n - 1]!;
    const number = String(n).padStart(width);
    if (n !== at.line) {
      out.push(`${DIM}  ${number} | ${text}${RESET}`);
      continue;
    }
    const end =
      at.endLine === at.line ? (at.endColumn ?? at.column + 1) : at.endLine ? text.length + 1 : at.column + 1;
    const marks = "^".repeat(Math.max(1, end - at.column));
    const indent = text.slice(0, at.column - 1).replace(/[^\t]/g, " ");
    out.push(
      `${RED}>${RESET} ${number} | ${text}`,
      `  ${" ".repeat(width)} | ${indent}${RED}${marks}${RESET}`,
    );
  }
  return out;
}

export function syntaxError(name: string, code: string, error: any): ErrorContent {
  const { line, column, message } = error as { line?: number; column?: number; message: string };
  const traceback = [`${RED}${BOLD}SyntaxError${RESET}: ${message}`];
  if (typeof line === "number") traceback.push("", ...codeFrame(name, code, { line, column: column ?? 1 }));
  return { ename: "SyntaxError", evalue: message, traceback };
}

function firstLine(text: string): string {
  return text.split("\n")[0]!;
}
