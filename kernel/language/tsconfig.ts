// The compiler options of the folder a notebook lies in: the nearest tsconfig.json, with what
// it extends. The language server reads the file itself; this reader is for the few options
// that change what a cell compiles to.
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { parseExpression } from "@babel/parser";

export interface CellCompilerOptions {
  experimentalDecorators?: boolean;
  emitDecoratorMetadata?: boolean;
  useDefineForClassFields?: boolean;
  jsx?: string;
  jsxFactory?: string;
  jsxFragmentFactory?: string;
  jsxImportSource?: string;
}

export interface FolderOptions {
  /** The tsconfig.json, if there is one. */
  found: string | null;
  all: Record<string, unknown>;
  /** Those of them that a compiler of single files must know. */
  compile: CellCompilerOptions;
}

const KEYS: (keyof CellCompilerOptions)[] = [
  "experimentalDecorators",
  "useDefineForClassFields",
  "jsx",
  "jsxFactory",
  "jsxFragmentFactory",
  "jsxImportSource",
];

/** Path of the nearest tsconfig.json in `folder` or above it. */
export function findTsconfig(folder: string): string | null {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const file = join(at, "tsconfig.json");
    try {
      if (statSync(file).isFile()) return file;
    } catch {}
    if (dirname(at) === at) return null;
  }
}

/** JSON with comments and trailing commas, as tsconfig.json may have. */
export function parseJsonc(text: string): any {
  const evaluate = (node: any): any => {
    switch (node.type) {
      case "ObjectExpression":
        return Object.fromEntries(
          node.properties.map((each: any) => [each.key.value ?? each.key.name, evaluate(each.value)]),
        );
      case "ArrayExpression":
        return node.elements.map(evaluate);
      case "UnaryExpression":
        return -evaluate(node.argument);
      case "NullLiteral":
        return null;
      default:
        return node.value;
    }
  };
  return evaluate(parseExpression(text.replace(/^\uFEFF/, "")));
}

/** The options that hold in a folder; none when there is no readable tsconfig.json. */
export function compilerOptions(folder: string): FolderOptions {
  const found = findTsconfig(folder);
  const all = found ? readOptions(found, new Set()) : {};
  const compile: CellCompilerOptions = {};
  for (const key of KEYS) if (all[key] !== undefined) (compile as any)[key] = all[key];
  return { found, all, compile };
}

function readOptions(file: string, seen: Set<string>): Record<string, unknown> {
  if (seen.has(file)) return {};
  seen.add(file);
  let config: any;
  try {
    config = parseJsonc(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
  const bases: string[] = config?.extends === undefined ? [] : [config.extends].flat();
  const inherited = bases.map((base) => {
    const found = resolveBase(base, dirname(file));
    return found ? readOptions(found, seen) : {};
  });
  return Object.assign({}, ...inherited, config?.compilerOptions);
}

function resolveBase(base: string, folder: string): string | null {
  if (typeof base !== "string") return null;
  if (base.startsWith(".") || isAbsolute(base)) {
    const file = resolve(folder, base);
    return file.endsWith(".json") ? file : `${file}.json`;
  }
  const require = createRequire(join(folder, "_.js"));
  for (const name of [base, `${base}.json`, `${base}/tsconfig.json`]) {
    try {
      const found = require.resolve(name);
      if (found.endsWith(".json")) return found;
    } catch {}
  }
  return null;
}
