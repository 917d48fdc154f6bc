// Whether a cell is whole, for a console that must know if Enter means "run" or "one more
// line". The parser says where it stopped: at the end of the text, more is expected.
import { moduleCell } from "./modules.ts";
import { asExpression, CellSyntaxError, parseCell } from "./parse.ts";

export interface Completeness {
  status: "complete" | "incomplete" | "invalid" | "unknown";
  indent?: string;
}

/** Unfinished tokens that may go on in the next line; the parser reports where they begin. */
const OPEN_TOKENS = new Set(["UnterminatedTemplate", "UnterminatedComment", "UnterminatedJsxContent"]);

export function isComplete(code: string): Completeness {
  if (code.trim() === "" || moduleCell(code)) return { status: "complete" };
  try {
    parseCell(code);
    return { status: "complete" };
  } catch (error) {
    if (!(error instanceof CellSyntaxError)) return { status: "unknown" };
    if (asExpression(code) !== null) return { status: "complete" };
    const atEnd = error.offset >= code.trimEnd().length;
    const open = atEnd || OPEN_TOKENS.has(error.reason) || canGoOn(code, error);
    return open ? { status: "incomplete", indent: indentAfter(code) } : { status: "invalid" };
  }
}

/** `try {}` alone is reported at its start, though a `catch` may follow. */
function canGoOn(code: string, error: CellSyntaxError): boolean {
  if (error.reason !== "NoCatchOrFinally") return false;
  try {
    parseCell(`${code} finally {}`);
    return true;
  } catch {
    return false;
  }
}

/** The indent of the next line: two spaces for each bracket that is still open. */
export function indentAfter(code: string): string {
  const line = code.slice(code.lastIndexOf("\n") + 1);
  const current = /^[ \t]*/.exec(line)![0];
  const text = line.replace(/(["'`])(?:\\.|(?!\1).)*\1|\/\/.*$|\/\*.*?\*\//g, "");
  let depth = 0;
  for (const character of text) {
    if ("([{".includes(character)) depth++;
    else if (")]}".includes(character)) depth = Math.max(0, depth - 1);
  }
  if (depth > 0 || /=>\s*$/.test(text)) return `${current}${current.includes("\t") ? "\t" : "  "}`;
  return current;
}
