// What the server finds in a cell's document, in terms of the cell: lines counted from the cell's first, without
// what is no fault in a notebook, and without the kernel's own lines around it.
import type { CellText } from "./documents.ts";

/** Lines and columns count from 1. */
export interface Diagnostic {
  code: number;
  category: "error" | "warning" | "suggestion";
  message: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

export interface CheckedCell {
  diagnostics: Diagnostic[];
  /** Imported names that are only types: hand them to `transformCell`, which erases their imports. */
  types: string[];
}

/** As the server says it, lines and characters counted from 0. */
export interface LspDiagnostic {
  code: number;
  message: string;
  severity: number;
  range: { start: { line: number; character: number }; end: { line: number; character: number } };
}

/** "only refers to a type", in its forms: seen on the last line, they tell types from values. */
const TYPE_AS_VALUE = new Set([2693, 1361, 1362, 2708, 2585, 2748]);

/** Complaints that are none in a notebook. */
const IGNORED = new Set([
  1375,
  1378,
  1309, // top-level await
  2309,
  2484, // export clashes that our own last line makes
]);

/** `offset` is the number of lines above the cell; `text` is null for a cell that is a module of its own. */
export function readDiagnostics(
  items: readonly LspDiagnostic[],
  code: string,
  offset: number,
  text: CellText | null,
): CheckedCell {
  const lines = code.split("\n").length;
  const diagnostics: Diagnostic[] = [];
  const types: string[] = [];
  for (const item of items) {
    const line = item.range.start.line - offset;
    if (line >= lines && text && TYPE_AS_VALUE.has(item.code)) {
      types.push(/^'([^']+)'/.exec(item.message)?.[1] ?? /'([^']+)'/.exec(item.message)?.[1] ?? "");
    }
    if (line < 0 || line >= lines) continue;
    if (item.severity !== 1 || IGNORED.has(item.code)) continue;
    // Where the text is no program, only the syntax errors mean anything.
    if (text?.program === null && !(item.code >= 1000 && item.code < 2000)) continue;
    diagnostics.push({
      code: item.code,
      category: "error",
      message: item.message,
      line: line + 1,
      column: item.range.start.character + 1,
      endLine: item.range.end.line - offset + 1,
      endColumn: item.range.end.character + 1,
    });
  }
  if (text?.syntaxError && diagnostics.length === 0) {
    const { message, line, column } = text.syntaxError;
    const end = { endLine: line, endColumn: column + 1 };
    diagnostics.push({ code: 1005, category: "error", message, line, column, ...end });
  }
  return { diagnostics, types };
}

/** What only `found` has, and not `lax`, is a warning. */
export function demote(found: readonly Diagnostic[], lax: readonly LspDiagnostic[], offset: number): void {
  const place = (line: number, character: number) => `${line}:${character}`;
  const errors = new Set(
    lax
      .filter((item) => item.severity === 1)
      .map(({ range: { start } }) => place(start.line - offset + 1, start.character + 1)),
  );
  for (const each of found) if (!errors.has(place(each.line, each.column))) each.category = "warning";
}

/** The answer for a cell that could not be checked. */
export function uncheckedCell(reason: string): CheckedCell {
  const message = `This cell ran without a check of its types: ${reason}`;
  const place = { line: 1, column: 1, endLine: 1, endColumn: 1 };
  return { types: [], diagnostics: [{ code: 0, category: "warning", message, ...place }] };
}
