// From a kernel's traceback to the line of the cell that failed, quoted with
// its neighbours, so that a failing run can be mended without opening it.
import { stripVTControlCharacters } from "node:util";

export interface CellError {
  ename: string;
  evalue: string;
  /** Plain text, colours removed. */
  traceback: string;
  /** 1-based line in the cell's source, when the traceback names one. */
  line?: number;
  /** The failing lines with numbers and a mark. */
  frame?: string;
}

/**
 * How kernels name a line of a cell: ours and Deno-like, ipykernel's new and old form, generic.
 * JavaScript stacks begin with the innermost frame, Python's end with it.
 */
function lineOf(traceback: string, count: number | null): number | undefined {
  const innermostLast = [
    new RegExp(`Cell In ?\\[${count}\\], line (\\d+)`, "g"),
    new RegExp(`<ipython-input-${count}-\\w+>.*?line (\\d+)`, "g"),
  ];
  for (const pattern of innermostLast) {
    const found = [...traceback.matchAll(pattern)].at(-1);
    if (found) return Number(found[1]);
  }
  const patterns = [
    new RegExp(`Cell\\[${count}\\](?:\\.\\w+)?:(\\d+)(?::\\d+)?`),
    new RegExp(`\\bIn\\[${count}\\]:(\\d+)`),
    /^(?:---?>|>)\s*(\d+)\b/m,
  ];
  for (const pattern of patterns) {
    const found = pattern.exec(traceback);
    if (found) return Number(found[1]);
  }
  return undefined;
}

/** Lines around `line` of `source`, numbered, the failing one marked. */
export function codeFrame(source: string, line: number, around = 2): string {
  const lines = source.split("\n");
  const first = Math.max(1, line - around);
  const last = Math.min(lines.length, line + around);
  const width = String(last).length;
  const rows: string[] = [];
  for (let k = first; k <= last; k++) {
    rows.push(`${k === line ? ">" : " "} ${String(k).padStart(width)} | ${lines[k - 1]}`.trimEnd());
  }
  return rows.join("\n");
}

export function locateError(
  error: { ename: string; evalue: string; traceback: string[] },
  source: string,
  count: number | null,
): CellError {
  const traceback = stripVTControlCharacters(error.traceback.join("\n"));
  const line = lineOf(traceback, count);
  const known = line !== undefined && line >= 1 && line <= source.split("\n").length;
  return {
    ename: error.ename,
    evalue: stripVTControlCharacters(error.evalue),
    traceback,
    ...(known ? { line, frame: codeFrame(source, line) } : {}),
  };
}
