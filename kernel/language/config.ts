// The virtual tsconfig.json that stands in the notebook's folder while the notebook is open: what
// the real one says, what a cell needs whatever that says, and what holds where nothing is said.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { compilerOptions, findTsconfig, parseJsonc } from "./tsconfig.ts";

export const CONFIG = "tsconfig.json";

/** What holds for every cell, whatever the folder's tsconfig.json says. */
const FORCED = {
  target: "esnext",
  module: "preserve",
  moduleResolution: "bundler",
  moduleDetection: "force",
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
  disableSolutionSearching: true,
  allowUnreachableCode: true,
  allowUnusedLabels: true,
  noUnusedLocals: false,
  noUnusedParameters: false,
  verbatimModuleSyntax: false,
  isolatedModules: false,
  isolatedDeclarations: false,
  erasableSyntaxOnly: false,
  resolveJsonModule: true,
  composite: false,
  incremental: false,
  declaration: false,
  checkJs: false,
  rootDir: null,
  outDir: null,
  outFile: null,
  declarationDir: null,
  tsBuildInfoFile: null,
};

/** What holds where the folder's tsconfig.json says nothing. */
const DEFAULTS = { jsx: "react", customConditions: ["node"] };

/** What holds where there is no tsconfig.json: stock tslab's decorators, and no DOM. */
const UNCONFIGURED = { lib: ["esnext"], strict: true, experimentalDecorators: true };

/** The real tsconfig.json that holds in a folder: its own, or the nearest above. */
export interface FolderConfig {
  file: string;
  text: string;
}

export function readFolderConfig(folder: string): FolderConfig | null {
  const file = findTsconfig(folder);
  if (!file) return null;
  try {
    return { file, text: readFileSync(file, "utf8") };
  } catch {
    return { file, text: "" };
  }
}

export interface CellConfigOptions {
  cwd: string;
  folder: FolderConfig | null;
  /** Compiler options over all others. */
  overrides: Record<string, unknown>;
  files: string[];
  log?: (line: string) => void;
}

export interface CellConfig {
  config: object;
  /** The compiler option `lib` as it holds in it; undefined where nobody says one. */
  library: readonly string[] | undefined;
}

export function cellConfig({ cwd, folder, overrides, files, log }: CellConfigOptions): CellConfig {
  let base: any = {};
  if (folder?.file === join(resolve(cwd), CONFIG)) {
    // Ours stands in the place of the real one, and so takes over what that says.
    try {
      base = parseJsonc(folder.text) ?? {};
    } catch (error) {
      log?.(`${folder.file}: ${(error as Error).message}`);
    }
  } else if (folder) base = { extends: folder.file };
  const said = compilerOptions(cwd).all;
  const defaults = folder ? DEFAULTS : { ...DEFAULTS, ...UNCONFIGURED };
  const unsaid = Object.fromEntries(Object.entries(defaults).filter(([key]) => !(key in said)));
  const { lib } = { ...unsaid, ...said };
  return {
    config: {
      extends: base.extends,
      compilerOptions: { ...unsaid, ...base.compilerOptions, ...FORCED, ...overrides },
      include: [],
      files: [...ambient(cwd), ...files],
    },
    library: Array.isArray(lib) ? lib : undefined,
  };
}

/** Declarations that every cell sees: the kernel's globals, and Node's. */
function ambient(cwd: string): string[] {
  const globals = fileURLToPath(new URL("./globals.d.ts", import.meta.url));
  // Node's types come from the notebook's own install if it has one, else from the kernel's.
  for (const from of [join(resolve(cwd), "_.js"), fileURLToPath(import.meta.url)]) {
    try {
      const types = createRequire(from).resolve("@types/node/package.json");
      return [globals, join(types, "..", "index.d.ts")];
    } catch {}
  }
  return [globals];
}

/** A declaration of the kernel's tslab, where the notebook's folder has none of its own. */
export function tslabText(cwd: string): string | null {
  try {
    createRequire(join(resolve(cwd), "_.js")).resolve("tslab");
    return null;
  } catch {}
  try {
    const types = createRequire(import.meta.url)
      .resolve("tslab")
      .replace(/\.js$/, "");
    return `declare module "tslab" { const tslab: typeof import(${JSON.stringify(types)}); export = tslab; }`;
  } catch {
    return 'declare module "tslab";'; // the cell then says, when it runs, that tslab is to be installed
  }
}
