// Wraps monospaced lines at a column, keeping their look: code must not run
// off the page. A continued line is marked and indented as far as the first.

import type { Run } from "../document/types.ts";
import { columns } from "../report/text.ts";

export interface WrappedLine {
  runs: Run[];
  /** It continues the line before. */
  continued: boolean;
}

/** Where to break within `text`, at most `room` columns in: after a space or a sign if there is one late enough. */
function breakAt(text: string, room: number): number {
  let used = 0;
  let hard = 0;
  let soft = 0;
  for (const char of text) {
    const width = columns(char);
    if (used + width > room) break;
    used += width;
    hard += char.length;
    if (/[\s,;:()[\]{}=+\-*/|&.<>]/.test(char)) soft = hard;
  }
  return soft > hard * 0.5 ? soft : Math.max(hard, [...text][0]?.length ?? 1);
}

function cutRuns(runs: Run[], at: number): [Run[], Run[]] {
  const left: Run[] = [];
  const right: Run[] = [];
  let rest = at;
  for (const run of runs) {
    if (rest >= run.text.length) left.push(run);
    else if (rest <= 0) right.push(run);
    else {
      left.push({ ...run, text: run.text.slice(0, rest) });
      right.push({ ...run, text: run.text.slice(rest) });
    }
    rest -= run.text.length;
  }
  return [left, right];
}

const textOf = (runs: Run[]): string => runs.map((run) => run.text).join("");

/** Wrap one line into several of at most `width` columns. */
export function wrapLine(line: Run[], width: number): WrappedLine[] {
  const text = textOf(line);
  if (columns(text) <= width) return [{ runs: line, continued: false }];
  const indent = Math.min(/^ */.exec(text)![0].length + 2, Math.floor(width / 2));
  const out: WrappedLine[] = [];
  let rest = line;
  while (columns(textOf(rest)) > (out.length === 0 ? width : width - indent)) {
    const [head, tail] = cutRuns(rest, breakAt(textOf(rest), out.length === 0 ? width : width - indent));
    out.push({ runs: pad(head, out.length === 0 ? 0 : indent), continued: out.length > 0 });
    const lead = /^ */.exec(textOf(tail))![0].length;
    rest = cutRuns(tail, lead)[1];
  }
  if (textOf(rest) !== "") out.push({ runs: pad(rest, indent), continued: true });
  return out;
}

const pad = (runs: Run[], n: number): Run[] => (n > 0 ? [{ text: " ".repeat(n) }, ...runs] : runs);
