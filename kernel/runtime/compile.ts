// Local TypeScript that Node's own type stripping does not run: enums, namespaces, parameter properties,
// decorators and TSX go through esbuild, with the folder's tsconfig and a source map. Everything else is left
// to Node, which is faster and keeps positions without a map.

import { readFileSync } from "node:fs";
import { createRequire, stripTypeScriptTypes } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** What stripping cannot do, by a cheap look at the text; a false alarm costs a millisecond. */
const BEYOND_STRIPPING =
  /\benum\s+\w|\b(?:namespace|module)\s+\w[\w.]*\s*\{|^\s*@\w|\bimport\s+\w+\s*=|\bexport\s*=|constructor\s*\([^)]*\b(?:public|private|protected|readonly)\s/m;

export function needsCompiler(path: string): boolean {
  if (/\.[jt]sx$/.test(path)) return true;
  return /\.m?ts$/.test(path) && BEYOND_STRIPPING.test(readFileSync(path, "utf8"));
}

export function compileModule(path: string): string {
  return compile(path, readFileSync(path, "utf8"));
}

/** The same for text that is in no file. */
export function compileSource(path: string, source: string): string {
  return path.endsWith("x") || BEYOND_STRIPPING.test(source) ? compile(path, source) : strip(source);
}

/** Node says once that its stripper is experimental; that is no news for who runs a cell. */
function strip(source: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}

function compile(path: string, source: string): string {
  const esbuild = require("esbuild") as typeof import("esbuild");
  const { code } = esbuild.transformSync(source, {
    loader: path.endsWith(".tsx") ? "tsx" : path.endsWith(".jsx") ? "jsx" : "ts",
    format: "esm",
    target: "esnext",
    supported: { decorators: false },
    sourcemap: "inline",
    sourcefile: path,
    tsconfigRaw: nearestConfig(dirname(path)),
  });
  return code;
}

function nearestConfig(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    try {
      const text = readFileSync(join(at, "tsconfig.json"), "utf8");
      const {
        experimentalDecorators,
        jsx,
        jsxFactory,
        jsxFragmentFactory,
        jsxImportSource,
        useDefineForClassFields,
      } = parseLoose(text).compilerOptions ?? {};
      return JSON.stringify({
        compilerOptions: {
          experimentalDecorators,
          jsx,
          jsxFactory,
          jsxFragmentFactory,
          jsxImportSource,
          useDefineForClassFields,
        },
      });
    } catch {
      // No tsconfig here, or none that can be read: the compiler's defaults hold.
    }
    if (dirname(at) === at) return "{}";
  }
}

/** tsconfig files are JSON with comments and trailing commas. */
function parseLoose(text: string): any {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (m) =>
    m[0] === '"' ? m : " ",
  );
  return JSON.parse(bare.replace(/,(\s*[}\]])/g, "$1"));
}
