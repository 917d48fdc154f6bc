// TypeScript to JavaScript, nothing else: by blanking the types where that is enough, which
// moves no character, and by esbuild where TypeScript means code of its own (enums, namespaces,
// parameter properties, decorators, accessors, JSX, `import x = require()`, `<T>x`).
import { createRequire, stripTypeScriptTypes } from "node:module";
import { CellSyntaxError, type Node } from "./parse.ts";
import type { CellCompilerOptions } from "./tsconfig.ts";

export interface Stripped {
  js: string;
  /** Present when lines or columns moved. */
  map?: string;
}

let warned = false;

/** Blanks types; null when the cell has TypeScript that can't be blanked. */
export function blankTypes(code: string): string | null {
  const emitWarning = process.emitWarning;
  // Node says once that this function is experimental; that is no news for who runs a cell.
  if (!warned) process.emitWarning = () => {};
  try {
    const js = stripTypeScriptTypes(code);
    return js.length === code.length ? js : null;
  } catch {
    return null;
  } finally {
    process.emitWarning = emitWarning;
    warned = true;
  }
}

const COMPILED = new Set([
  "TSEnumDeclaration",
  "TSModuleDeclaration",
  "TSParameterProperty",
  "TSImportEqualsDeclaration",
  "TSExportAssignment",
  "TSTypeAssertion",
  "Decorator",
  "ClassAccessorProperty",
  "JSXElement",
  "JSXFragment",
]);

/** Nothing to do, types to blank, or code of TypeScript's own to compile. */
export type Syntax = "javascript" | "types" | "compiled";

/** Marks of TypeScript on nodes that JavaScript has as well. */
const MARKS = ["declare", "abstract", "accessibility", "readonly", "override", "definite"];

export function syntaxOf(node: Node): Syntax {
  if (COMPILED.has(node.type) && !node.declare) return "compiled";
  let syntax: Syntax = isTyped(node) ? "types" : "javascript";
  for (const key in node) {
    const value = node[key];
    for (const item of Array.isArray(value) ? value : [value]) {
      if (!item?.type || typeof item.start !== "number") continue;
      const inner = syntaxOf(item);
      if (inner === "compiled") return inner;
      if (inner === "types") syntax = inner;
    }
  }
  return syntax;
}

function isTyped(node: Node): boolean {
  return (
    node.type.startsWith("TS") ||
    MARKS.some((mark) => node[mark]) ||
    node.importKind === "type" ||
    node.exportKind === "type" ||
    (node.type === "Identifier" && (node.optional === true || node.name === "this")) ||
    (node.optional === true && /^Class|Method$|Pattern$/.test(node.type))
  );
}

export function compile(code: string, jsx: boolean, options: CellCompilerOptions, file: string): Stripped {
  const esbuild = createRequire(import.meta.url)("esbuild") as typeof import("esbuild");
  try {
    const result = esbuild.transformSync(code, {
      loader: jsx ? "tsx" : "ts",
      target: "esnext",
      supported: { decorators: false },
      sourcemap: "external",
      sourcefile: file,
      charset: "utf8",
      logLevel: "silent",
      tsconfigRaw: { compilerOptions: { ...options, verbatimModuleSyntax: true } as never },
    });
    return { js: result.code, map: result.map };
  } catch (error: any) {
    const first = error?.errors?.[0];
    if (!first?.location) throw error;
    const lines = code.split("\n").slice(0, first.location.line - 1);
    const offset = lines.reduce((sum, line) => sum + line.length + 1, 0) + first.location.column;
    throw new CellSyntaxError(first.text, code, offset);
  }
}
