// How a file of the notebook's own package is imported by name. The server offers `../src/index.ts`
// where a reader would write the package's name, and offers files that the package keeps to itself.
import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

interface Package {
  folder: string;
  name: string;
  /** Subpath to the files that it may stand for. */
  exports: Map<string, string[]>;
}

/** The package that a folder belongs to, if it says what it exports. */
export function packageAround(folder: string): Package | null {
  for (let at = resolve(folder); ; at = dirname(at)) {
    try {
      const { name, exports } = JSON.parse(readFileSync(join(at, "package.json"), "utf8"));
      if (typeof name !== "string" || !exports) return null;
      return { folder: at, name, exports: exportsOf(exports) };
    } catch {}
    if (dirname(at) === at) return null;
  }
}

function exportsOf(exports: unknown): Map<string, string[]> {
  const subpaths =
    typeof exports === "object" &&
    exports !== null &&
    Object.keys(exports).every((key) => key.startsWith("."))
      ? (exports as Record<string, unknown>)
      : { ".": exports };
  return new Map(Object.entries(subpaths).map(([subpath, target]) => [subpath, targets(target)]));
}

function targets(target: unknown): string[] {
  if (typeof target === "string") return [target];
  if (typeof target !== "object" || target === null) return [];
  return Object.values(target).flatMap(targets);
}

/**
 * The specifier under which a notebook in `cwd` imports what the server calls `specifier`: the
 * package's name for a file that it exports, null for one that it keeps to itself.
 */
export function publicSpecifier(specifier: string, cwd: string, around: Package | null): string | null {
  if (!around || !specifier.startsWith(".")) return specifier;
  const file = resolve(cwd, specifier);
  const inside = relative(around.folder, file);
  // A file beside the notebook, or below it, is the notebook's own.
  if (inside.startsWith("..") || !relative(resolve(cwd), file).startsWith("..")) return specifier;
  for (const [subpath, files] of around.exports) {
    for (const target of files) {
      if (withoutEnding(join(around.folder, target)) !== withoutEnding(file)) continue;
      return around.name + subpath.slice(1).split(sep).join("/");
    }
  }
  return null;
}

const withoutEnding = (file: string): string =>
  file.replace(/\.[cm]?[jt]sx?$/, "").replace(/[\\/]index$/, "");
