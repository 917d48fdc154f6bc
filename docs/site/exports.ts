/**
 * What "gradlab" exports, and where each name is declared.
 *
 * Follows the export lists from an entry file to the declarations, in the sources or in the `.d.ts` files
 * that the compiler makes of them. The reference, the examples' imports and the test that nothing is left
 * undocumented all start from this one list. Babel's parser reads the files: TypeScript 7 is a native
 * program whose parser cannot be called from here, and generators such as TypeDoc need the old one.
 */

import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "@babel/parser";

/** A node of the syntax tree; only what is used here is named. */
export type SyntaxNode = any;

export interface SourceFile {
  path: string;
  text: string;
  body: SyntaxNode[];
  comments: { value: string; start: number; end: number; type: string; line: number }[];
}

export interface Declaration {
  file: SourceFile;
  /** The declaration itself, without `export`. */
  node: SyntaxNode;
  /** The whole statement, with its comments before it. */
  statement: SyntaxNode;
}

export interface Exported {
  name: string;
  kind: "function" | "class" | "constant" | "interface" | "type" | "namespace";
  /** Several for overloads. */
  declarations: Declaration[];
  /** What a namespace holds. */
  members?: Map<string, Exported>;
}

const files = new Map<string, SourceFile>();

export function parseText(text: string, path = "example.ts"): SourceFile {
  const ast = parse(text, {
    sourceType: "module",
    plugins: [["typescript", { dts: path.endsWith(".d.ts") }]],
    allowAwaitOutsideFunction: true,
    attachComment: true,
    sourceFilename: path,
  }) as SyntaxNode;
  const comments = (ast.comments ?? []).map((c: SyntaxNode) => ({ ...c, line: c.loc.start.line }));
  return { path, text, body: ast.program.body, comments };
}

export function parseFile(path: string): SourceFile {
  let file = files.get(path);
  if (!file) files.set(path, (file = parseText(readFileSync(path, "utf8"), path)));
  return file;
}

function follow(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const source = resolve(dirname(from), specifier);
  const declared = source.replace(/\.ts$/, ".d.ts");
  return from.endsWith(".d.ts") && existsSync(declared) ? declared : source;
}

const nameOf = (node: SyntaxNode): string => node.name ?? node.value;

/** Names that one declaration statement declares, each with its kind. */
function declared(node: SyntaxNode): [string, Exported["kind"]][] {
  switch (node.type) {
    case "FunctionDeclaration":
    case "TSDeclareFunction":
      return [[nameOf(node.id), "function"]];
    case "ClassDeclaration":
      return [[nameOf(node.id), "class"]];
    case "TSInterfaceDeclaration":
      return [[nameOf(node.id), "interface"]];
    case "TSTypeAliasDeclaration":
      return [[nameOf(node.id), "type"]];
    case "VariableDeclaration":
      return node.declarations
        .filter((d: SyntaxNode) => d.id.type === "Identifier")
        .map((d: SyntaxNode) => [nameOf(d.id), isFunction(d) ? "function" : "constant"]);
    default:
      return [];
  }
}

function isFunction(declarator: SyntaxNode): boolean {
  const type = declarator.id.typeAnnotation?.typeAnnotation?.type;
  return (
    type === "TSFunctionType" ||
    declarator.init?.type === "ArrowFunctionExpression" ||
    declarator.init?.type === "FunctionExpression"
  );
}

const exportMaps = new Map<string, Map<string, Exported>>();

/** Every name that a file exports, types too. */
export function exportsOf(path: string): Map<string, Exported> {
  const known = exportMaps.get(path);
  if (known) return known;
  const out = new Map<string, Exported>();
  exportMaps.set(path, out);
  const starred = new Map<string, Exported>();
  const file = parseFile(path);
  const locals = new Map<string, Exported>();
  const add = (into: Map<string, Exported>, node: SyntaxNode, statement: SyntaxNode) => {
    for (const [name, kind] of declared(node)) {
      const before = into.get(name);
      // `interface Tensor` beside `class Tensor` adds to it; overloads follow one another.
      if (before) before.declarations.push({ file, node, statement });
      else into.set(name, { name, kind, declarations: [{ file, node, statement }] });
    }
  };
  for (const statement of file.body) {
    if (statement.type !== "ExportNamedDeclaration") add(locals, statement, statement);
    else if (statement.declaration) {
      add(locals, statement.declaration, statement);
      for (const [name] of declared(statement.declaration)) out.set(name, locals.get(name)!);
    }
  }
  for (const statement of file.body) {
    const target = statement.source && follow(path, statement.source.value);
    if (statement.type === "ImportDeclaration" && target) {
      for (const s of statement.specifiers) {
        const found = s.type === "ImportSpecifier" && exportsOf(target).get(nameOf(s.imported));
        if (found) locals.set(nameOf(s.local), found);
      }
    } else if (statement.type === "ExportAllDeclaration" && target) {
      for (const [name, found] of exportsOf(target)) starred.set(name, found);
    } else if (statement.type === "ExportNamedDeclaration" && !statement.declaration) {
      for (const s of statement.specifiers) {
        const name = nameOf(s.exported);
        if (s.type === "ExportNamespaceSpecifier") {
          const members = target ? exportsOf(target) : new Map();
          out.set(name, { name, kind: "namespace", declarations: [], members });
          continue;
        }
        const found = target ? exportsOf(target).get(nameOf(s.local)) : locals.get(nameOf(s.local));
        if (found) out.set(name, found.name === name ? found : { ...found, name });
      }
    }
  }
  for (const [name, found] of starred) if (!out.has(name)) out.set(name, found);
  return out;
}

/** The text of the comment that documents a node: the last one before it that opens with two stars. */
export function docCommentOf(...nodes: SyntaxNode[]): SyntaxNode | undefined {
  for (const node of nodes) {
    const doc = (node.leadingComments ?? []).findLast(
      (c: SyntaxNode) => c.type === "CommentBlock" && c.value.startsWith("*"),
    );
    if (doc) return doc;
  }
  return undefined;
}

export const isType = (e: Exported): boolean => e.kind === "interface" || e.kind === "type";
