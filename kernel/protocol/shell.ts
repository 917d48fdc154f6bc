// Which `!` lines are commands for the shell, and what completes in them: programs first, then files.

import { accessSync, constants, readdirSync, statSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";

const BUILT_INS = ["cd", "echo", "export", "pwd", "test", "type", "ulimit", "which"];
const MOST = 200;

/** `!ready` is TypeScript, `!ls` is a command: a line is one when its first word is a program and no variable. */
export function isShell(line: string, isDeclared: (name: string) => boolean): boolean {
  const word = /^!\s*([\w.~/+-]+)(?=\s|$|;)/.exec(line)?.[1];
  if (!word || isDeclared(word)) return false;
  if (/^(~|\.{0,2})\//.test(word)) return true;
  return BUILT_INS.includes(word) || folders().some((folder) => isProgram(join(folder, word)));
}

/** What the last word of a command line could become. */
export function completeShell(line: string): { matches: string[]; word: string } {
  const word = /\S*$/.exec(line)![0];
  const first = line.slice(0, -word.length || undefined).trim() === "";
  return { word, matches: first && !word.includes("/") ? programs(word) : files(word) };
}

function programs(start: string): string[] {
  if (start === "") return [];
  const found = new Set(BUILT_INS.filter((name) => name.startsWith(start)));
  for (const folder of folders()) {
    for (const name of names(folder)) {
      if (name.startsWith(start) && isProgram(join(folder, name))) found.add(name);
    }
  }
  return [...found].sort().slice(0, MOST);
}

function files(start: string): string[] {
  const name = start.endsWith("/") || start === "" ? "" : basename(start);
  const before = start.slice(0, start.length - name.length);
  const folder = start.endsWith("/") ? start : dirname(start);
  return names(folder)
    .filter((each) => each.startsWith(name) && (name.startsWith(".") || !each.startsWith(".")))
    .sort()
    .slice(0, MOST)
    .map((each) => before + each + (isFolder(join(folder, each)) ? "/" : ""));
}

const folders = (): string[] => (process.env["PATH"] ?? "").split(delimiter).filter(Boolean);

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // not there, or not to be read
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
