// What `import` means in a cell. Names resolve from the notebook's folder; local TypeScript runs as it is, also
// with enums, decorators and TSX; a local file that changed is loaded anew (reload.ts); "tslab" is the package the
// kernel brings, its displays landing in our outputs.

import { existsSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { writeText } from "./channel.ts";
import { compileModule, compileSource, needsCompiler } from "./compile.ts";
import { displayBundle } from "./display.ts";
import { LocalFiles, withoutVersion } from "./reload.ts";

const kernelRequire = createRequire(import.meta.url);
const CELL = pathToFileURL(join(process.cwd(), "__cell__.mjs")).href;
const ENDINGS = [".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", "/index.ts", "/index.tsx", "/index.js"];

/** Cells that are modules, as files that exist only here: URL to source. */
const cellModules = new Map<string, { source: string; stamp: string }>();
let definitions = 0;
const files = new LocalFiles((url) => cellModules.get(url)?.stamp);
let importFromCell: (specifier: string, options?: ImportCallOptions) => Promise<any>;

export async function startLoader(): Promise<void> {
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === CELL) return { url: CELL, format: "module", shortCircuit: true };
      if (specifier === "tslab") {
        connectTslab();
        return next(specifier, { ...context, parentURL: import.meta.url });
      }
      const found = cellModule(specifier, context.parentURL) ?? resolveLoosely(specifier, context, next);
      if (!context.conditions?.includes("import") || !isLocal(found.url)) return found;
      const parent = context.parentURL === CELL ? undefined : context.parentURL;
      return { ...found, url: files.versioned(found.url, specifier, parent) };
    },
    load(url, context, next) {
      if (url === CELL) {
        return { format: "module", source: "export default (s, o) => import(s, o);", shortCircuit: true };
      }
      if (!isLocal(url)) return next(url, context);
      const path = fileURLToPath(url);
      const virtual = cellModules.get(withoutVersion(url));
      if (virtual)
        return { format: "module", source: compileSource(path, virtual.source), shortCircuit: true };
      if (path.endsWith(".json")) return next(url, { ...context, importAttributes: { type: "json" } });
      if (needsCompiler(path)) return { format: "module", source: compileModule(path), shortCircuit: true };
      return next(url, context);
    },
  });
  importFromCell = (await import(CELL)).default;
}

/** `import()` for cells. */
export async function importModule(specifier: string, options?: ImportCallOptions): Promise<any> {
  for (const name of files.refresh(specifier)) {
    writeText("stderr", `${name} changed on disk; restart the kernel to use the new code\n`);
  }
  const json = /^[./].*\.json$/.test(specifier) ? { with: { type: "json" } } : undefined;
  const namespace = await importFromCell(String(specifier), options ?? json);
  return complete(namespace, (options ?? json)?.with?.["type"] === "json");
}

/** A cell that begins with a `@module name` comment is a file beside the notebook, importable as "./name". */
export function defineCellModule(file: string, source: string): void {
  cellModules.set(pathToFileURL(join(process.cwd(), file)).href, {
    source,
    stamp: `defined ${++definitions}`,
  });
}

export function cellRequire(): NodeJS.Require {
  const require = createRequire(join(process.cwd(), "__cell__.js"));
  const wrapped = (name: string) => {
    if (name !== "tslab") return require(name);
    connectTslab();
    return kernelRequire(name);
  };
  return Object.assign(wrapped, {
    resolve: require.resolve,
    cache: require.cache,
    extensions: require.extensions,
    main: undefined,
  });
}

function connectTslab(): void {
  let jupyter: { lastWriteDisplayData: unknown };
  try {
    jupyter = kernelRequire("tslab/dist/jupyter.js");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw cause;
    throw new Error("the package tslab is not installed. Beside gradlab:  npm install tslab", { cause });
  }
  jupyter.lastWriteDisplayData = (content: any, update: boolean): void => {
    displayBundle(content.data, { metadata: content.metadata, transient: content.transient, update });
  };
}

function cellModule(
  specifier: string,
  parent: string | undefined,
): { url: string; shortCircuit: true } | null {
  if (cellModules.size === 0 || !specifier.startsWith(".") || !parent?.startsWith("file:")) return null;
  const base = new URL(specifier, parent).href;
  for (const stem of [base, base.replace(/\.jsx?$/, "")]) {
    const url = ["", ".ts", ".tsx"].map((e) => stem + e).find((u) => cellModules.has(u));
    if (url) return { url, shortCircuit: true };
  }
  return null;
}

/** Resolution that also knows `./file` for `./file.ts` and `./file.js` for `./file.ts`, as bundlers do. */
function resolveLoosely(specifier: string, context: any, next: any): { url: string; format?: string } {
  try {
    return next(specifier, context);
  } catch (error: any) {
    if (
      /^[@\w].*\//.test(specifier) &&
      !/^\w+:/.test(specifier) &&
      error?.code !== "ERR_PACKAGE_PATH_NOT_EXPORTED"
    ) {
      for (const ending of [".js", "/index.js", ".json"]) {
        try {
          return next(specifier + ending, context);
        } catch {
          // The first error is the one that names what was asked for.
        }
      }
    }
    if (!/^(\.{0,2}\/|file:)/.test(specifier) || !context.parentURL?.startsWith("file:")) throw error;
    const base = fileURLToPath(new URL(specifier, context.parentURL));
    const stems = [base, base.replace(/\.([cm]?)js(x?)$/, "")];
    for (const stem of stems) {
      const ending = ENDINGS.find((e) => existsSync(stem + e));
      if (ending) return next(pathToFileURL(stem + ending).href, context);
    }
    throw error;
  }
}

function isLocal(url: string): boolean {
  return url.startsWith("file:") && !url.includes("/node_modules/") && url !== CELL;
}

/**
 * What an import of CommonJS or JSON lacks in Node beside what a compiler gives: names that Node's static analysis
 * cannot see, a JSON object's keys, and the default export that a package compiled from a module means.
 */
function complete(namespace: any, json: boolean): any {
  const exports = json ? namespace.default : namespace["module.exports"];
  if ((typeof exports !== "object" && typeof exports !== "function") || exports === null) return namespace;
  const missing = Object.keys(exports).filter((key) => !(key in namespace));
  const compiled = !json && exports.__esModule === true && "default" in exports;
  if (missing.length === 0 && !compiled) return namespace;
  const all = Object.create(null);
  for (const key of missing) Object.defineProperty(all, key, Object.getOwnPropertyDescriptor(exports, key)!);
  for (const key of Object.keys(namespace)) all[key] = namespace[key];
  if (compiled) all.default = exports.default;
  return all;
}
