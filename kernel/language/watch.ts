// Which files of the notebook's folder have changed since they were last looked at. The server
// watches nothing itself; asking before each check costs a few `stat` calls, and unlike a
// watcher it is never late.
import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export interface FileChange {
  file: string;
  type: 1 | 2 | 3; // created, changed, deleted
}

const EXTENSIONS = [
  "",
  ".ts",
  ".tsx",
  ".d.ts",
  ".js",
  ".mts",
  ".json",
  "/index.ts",
  "/index.js",
  "/package.json",
];
const SPECIFIER = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*["']([^"'\n]+)["']/g;
const MOST = 500;

export class LocalFiles {
  readonly #cwd: string;
  readonly #times = new Map<string, number>();
  readonly #sources = new Map<string, { time: number; specifiers: string[] }>();
  readonly #roots = new Set<string>();

  constructor(cwd: string) {
    this.#cwd = resolve(cwd);
  }

  /** Changes, since the last call, to what the cells so far and `code` import. */
  changes(code: string): FileChange[] {
    for (const specifier of specifiersIn(code)) this.#roots.add(specifier);
    const seen = new Set<string>();
    const changes: FileChange[] = [];
    for (const specifier of this.#roots) this.#visit(specifier, this.#cwd, seen, changes);
    return changes;
  }

  #visit(specifier: string, folder: string, seen: Set<string>, changes: FileChange[]): void {
    if (/^node:/.test(specifier)) return;
    const local = specifier.startsWith(".") || specifier.startsWith("/");
    const bases = local
      ? [resolve(folder, specifier), resolve(folder, specifier.replace(/\.([cm]?)js$/, ".$1ts"))]
      : packageFolders(specifier, this.#cwd);
    for (const base of bases) {
      for (const extension of local ? EXTENSIONS : ["/package.json"]) {
        const file = base + extension;
        if (seen.has(file) || seen.size > MOST) continue;
        seen.add(file);
        const time = modified(file);
        const before = this.#times.get(file);
        this.#times.set(file, time);
        if (before !== undefined && before !== time)
          changes.push({ file, type: time < 0 ? 3 : before < 0 ? 1 : 2 });
        if (time < 0 || !local || !/\.[cm]?[jt]sx?$/.test(file)) continue;
        for (const next of this.#specifiersOf(file, time)) {
          if (next.startsWith(".")) this.#visit(next, dirname(file), seen, changes);
        }
      }
    }
  }

  #specifiersOf(file: string, time: number): string[] {
    const cached = this.#sources.get(file);
    if (cached?.time === time) return cached.specifiers;
    let specifiers: string[] = [];
    try {
      specifiers = specifiersIn(readFileSync(file, "utf8"));
    } catch {}
    this.#sources.set(file, { time, specifiers });
    return specifiers;
  }
}

function specifiersIn(code: string): string[] {
  return [...code.matchAll(SPECIFIER)].map((match) => match[1]!);
}

/** Time of the last change of a file, −1 when it is not there. */
function modified(file: string): number {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats?.isFile() ? stats.mtimeMs : -1;
  } catch {
    return -1;
  }
}

/** Where a package would lie, should it be installed while the notebook is open. */
function packageFolders(specifier: string, cwd: string): string[] {
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  const types = `@types/${name.replace(/^@/, "").replace("/", "__")}`;
  const folders: string[] = [];
  for (let at = cwd; ; at = dirname(at)) {
    folders.push(join(at, "node_modules", name), join(at, "node_modules", types));
    if (dirname(at) === at) return folders;
  }
}
