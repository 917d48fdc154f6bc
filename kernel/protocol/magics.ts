// Lines that are not TypeScript: `!command`, `%npm …`, `%time`, `%who`, `%typecheck …`, `%help`, and `name?`.
// They are rewritten to calls the runtime knows before the cell is checked, in place, so that line numbers stay.
// Only lines that begin in code count, never lines inside a template literal or a comment.

import { codeLines } from "./scan.ts";
import { completeShell, isShell } from "./shell.ts";

export type Policy = "error" | "warn" | "off";

export interface Prepared {
  code: string;
  /** `%time`: print how long the cell took. */
  time: boolean;
  /** `%typecheck warn`: from here on, and `%%typecheck warn`: this cell only. */
  policy: Policy | null;
  cellPolicy: Policy | null;
  /** `%help name` or `name?`: what to explain; "" is the overview. */
  help: string | null;
}

export const MAGICS: Record<string, string> = {
  help: "%help            this overview; name? or %help name explains a name or a magic",
  npm: "%npm install x   runs npm in the notebook's folder",
  time: "%time            prints how long the cell took (alone or before an expression)",
  who: "%who             lists the variables",
  typecheck:
    "%typecheck P     type errors: error (the cell does not run), warn or off; %%typecheck for one cell",
};

export class MagicError extends Error {}

export function prepare(code: string, isDeclared: (name: string) => boolean): Prepared {
  const out: Prepared = { code, time: false, policy: null, cellPolicy: null, help: null };
  const asked = /^\s*(\?{0,2})\s*([A-Za-z_$][\w$]*(?:\.[\w$]+)*)\s*(\?{0,2})\s*$/.exec(code);
  if (asked && (asked[1] || asked[3])) return { ...out, code: "", help: asked[2]! };
  const magic = /^\s*\?{0,2}(%{1,2}\w+|!)(\?{0,2})\s*$/.exec(code);
  if (magic && code.includes("?")) return { ...out, code: "", help: magic[1]! };
  if (!/^[%!]/m.test(code)) return out;
  const lines = code.split("\n");
  const first = lines.findIndex((line) => line.trim() !== "");
  for (const n of codeLines(code)) lines[n] = rewrite(lines[n]!, n === first, out, isDeclared);
  return { ...out, code: lines.join("\n") };
}

function rewrite(line: string, first: boolean, out: Prepared, isDeclared: (name: string) => boolean): string {
  if (line.startsWith("!")) return isShell(line, isDeclared) ? call("shell", line.slice(1)) : line;
  const magic = /^(%%?)([A-Za-z]\w*)(?:[ \t]+(.*))?$/.exec(line.trimEnd());
  if (!magic) return line;
  const [, mark, name, rest = ""] = magic;
  switch (name) {
    case "npm":
      return call("npm", rest);
    case "who":
      return "jupyter.who();";
    case "time":
      out.time = true;
      return line.replace(/^%%?time/, (word) => " ".repeat(word.length));
    case "help":
    case "lsmagic":
      out.help = rest.trim();
      return "";
    case "typecheck":
      if (rest !== "error" && rest !== "warn" && rest !== "off") {
        throw new MagicError(`%typecheck takes error, warn or off, not "${rest}"`);
      }
      if (mark === "%%") out.cellPolicy = rest;
      else out.policy = rest;
      return "";
    default:
      if (first) throw new MagicError(`there is no magic ${mark}${name}; %help lists them`);
      return line;
  }
}

function call(name: string, argument: string): string {
  return `void (await jupyter.${name}(${JSON.stringify(argument.trim())}));`;
}

/** The cell's TypeScript alone, at the same places: what is none is blank. For questions about code. */
export function withoutMagics(code: string, isDeclared: (name: string) => boolean): string {
  if (!/^[%!]/m.test(code)) return code;
  const lines = code.split("\n");
  for (const n of codeLines(code)) {
    const line = lines[n]!;
    const magic = /^%%?time\b/.exec(line) ?? /^%%?(\w+).*/.exec(line);
    const known = magic && Object.hasOwn(MAGICS, /\w+/.exec(magic[0])![0]);
    if (known) lines[n] = " ".repeat(magic[0].length) + line.slice(magic[0].length);
    else if (line.startsWith("!") && isShell(line, isDeclared)) lines[n] = " ".repeat(line.length);
  }
  return lines.join("\n");
}

/** What is known of a magic, by its name with or without its mark; null when it is none. */
export function magicHelp(name: string): string | null {
  if (name === "!") return SHELL;
  const word = name.replace(/^%+/, "");
  return Object.hasOwn(MAGICS, word) ? MAGICS[word]! : null;
}

const SHELL = "!command         runs a shell command";

/** Completions for a line that is a magic, or null when it is none. */
export function completeMagic(code: string, cursor: number): { matches: string[]; start: number } | null {
  const start = code.lastIndexOf("\n", cursor - 1) + 1;
  const line = code.slice(start, cursor);
  const name = /^%%?(\w*)$/.exec(line);
  if (name) {
    const marks = line.length - name[1]!.length;
    const matches = Object.keys(MAGICS).filter((m) => m.startsWith(name[1]!));
    return { matches: matches.map((m) => line.slice(0, marks) + m), start };
  }
  if (line.startsWith("!")) {
    const { matches, word } = completeShell(line.slice(1));
    return matches.length > 0 ? { matches, start: cursor - word.length } : null;
  }
  const argument = /^%%?typecheck\s+(\w*)$/.exec(line);
  if (argument) {
    const word = argument[1]!;
    return {
      matches: ["error", "warn", "off"].filter((m) => m.startsWith(word)),
      start: cursor - word.length,
    };
  }
  const npm = /^%npm\s+(\w*)$/.exec(line);
  if (npm) {
    const word = npm[1]!;
    return {
      matches: ["install", "uninstall", "update", "ls"].filter((m) => m.startsWith(word)),
      start: cursor - word.length,
    };
  }
  // Nothing of TypeScript belongs into what is left, but for what %time takes.
  const other = /^%%?(\w+)\s/.exec(line)?.[1];
  return other && other !== "time" && Object.hasOwn(MAGICS, other) ? { matches: [], start: cursor } : null;
}

export function helpOverview(): string {
  return [
    "TypeScript cells: types are checked before a cell runs, names and types carry over from cell to cell,",
    "await works at the top level, and any cell may redeclare what an earlier one declared.",
    "",
    ...Object.values(MAGICS),
    SHELL,
    "// @ts-nocheck   at the top of a cell: its types are not checked",
    "",
    "jupyter.display(value, { id })   shows a value before the cell ends; again with the same id and update: true",
    "jupyter.clearOutput(wait)        empties the cell's output",
    "jupyter.openComm(target, data)   a channel to something in the page",
    "input(prompt), password(prompt)  ask the person",
    'html`…`, md`…`, svg`…`           rich results; any object with a [Symbol.for("Jupyter.display")] method is one',
  ].join("\n");
}
