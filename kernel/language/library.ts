// TypeScript's own library, in one file. A checker begins by joining what all the library's files declare:
// `Array` alone stands in a dozen of them. The server makes a checker for every changed text, that is for every
// cell and every completion, and spends half of its time there; what one file declares it joins only once.
//
// The server looks for the library beside its executable. So it gets a folder of its own in the cache: a hard
// link to it, and the library as its package has it, but with all that a list of `lib` names leads to in the
// first of their files, and nothing in the others. Where no such folder can be made, the server starts from its
// package and is slower.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const CACHE = fileURLToPath(new URL("../../.cache/library", import.meta.url));

/** Each list of `lib` names has a folder, and so has each version of TypeScript: unused ones go. */
const KEPT_MS = 30 * 24 * 3_600_000;
const LIBRARY = /^lib\..*d\.ts$/;
const MARK = "// From ";

/**
 * The server's executable beside a library in one file, made at the first call.
 *
 * @param server the executable as its package has it
 * @param lib the compiler option; undefined stands for what `target: "esnext"` brings
 */
export function withLibrary(server: string, lib: readonly string[] | undefined, cache = CACHE): string {
  try {
    const { size, mtimeMs } = statSync(server);
    const key = JSON.stringify([server, size, mtimeMs, lib ?? null]);
    const folder = join(cache, createHash("sha256").update(key).digest("hex").slice(0, 16));
    const linked = join(folder, basename(server));
    if (existsSync(linked)) {
      touch(folder);
      return linked;
    }
    mkdirSync(cache, { recursive: true });
    const made = mkdtempSync(join(cache, "new-"));
    try {
      fill(made, server, lib);
      renameSync(made, folder);
    } finally {
      rmSync(made, { recursive: true, force: true });
    }
    discard(cache);
    return linked;
  } catch {
    return server;
  }
}

function fill(folder: string, server: string, lib: readonly string[] | undefined): void {
  const source = dirname(server);
  const files = filesOf(folder, server, lib);
  const texts = new Map(files.map((name) => [name, readFileSync(join(source, name), "utf8")]));
  // A file with exports is a module, and would make one of all the others.
  const modules = files.filter((name) => /^export\b/m.test(texts.get(name)!));
  const parts = files.filter((name) => !modules.includes(name));
  const head = [...modules].map((name) => `/// <reference lib="${name.slice(4, -5)}" />`);
  // Lines stay where they are in their part, so that a definition can be said to be where the package has it.
  const body = parts.flatMap((name) => [
    `${MARK}${name}`,
    texts.get(name)!.replace(/^\/\/\/ <reference .*$/gm, ""),
  ]);
  for (const name of readdirSync(source)) {
    if (!LIBRARY.test(name)) continue;
    if (!parts.includes(name)) copyFileSync(join(source, name), join(folder, name));
    else writeFileSync(join(folder, name), "// Nothing is left here.\n");
  }
  const first = lib === undefined ? "lib.esnext.full.d.ts" : `lib.${lib[0]!.toLowerCase()}.d.ts`;
  if (!parts.includes(first)) throw new Error(`${first} is not among ${files.join(", ")}`);
  writeFileSync(join(folder, first), [...head, ...body].join("\n"));
  const executable = join(folder, basename(server));
  try {
    linkSync(server, executable);
  } catch {
    copyFileSync(server, executable); // another file system
  }
}

/** The library's files that the names lead to, in the compiler's order, on which that of overloads depends. */
function filesOf(folder: string, server: string, lib: readonly string[] | undefined): string[] {
  const empty = join(folder, "empty.ts");
  writeFileSync(empty, "");
  const options = ["--ignoreConfig", "--listFilesOnly", "--target", "esnext", "--types", ""];
  if (lib) options.push("--lib", lib.join(","));
  const listed = execFileSync(server, [...options, empty], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  rmSync(empty);
  return listed
    .split(/\r?\n/)
    .map((path) => path.trim().split(/[\\/]/).at(-1)!)
    .filter((name) => LIBRARY.test(name));
}

function touch(folder: string): void {
  try {
    utimesSync(folder, new Date(), new Date());
  } catch {
    // Another user's, who sees to it.
  }
}

/** Folders that nobody has used for long go, and what a process that was killed has left. */
function discard(cache: string): void {
  for (const name of readdirSync(cache)) {
    const folder = join(cache, name);
    if (Date.now() - statSync(folder).mtimeMs > KEPT_MS) rmSync(folder, { recursive: true, force: true });
  }
}

/** Where the package has what stands in a line (from 0) of a library in one file; null for other files. */
export function placeInLibrary(path: string, lines: readonly string[], line: number): string | null {
  if (!LIBRARY.test(basename(path))) return null;
  for (let at = line; at >= 0; at--) {
    const text = lines[at]!;
    if (text.startsWith(MARK)) return `${text.slice(MARK.length)}:${line - at}`;
  }
  return null;
}
