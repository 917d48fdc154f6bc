// Which names a cell gives to the cells after it, and of what kind: what the language server
// is told about earlier cells, and what the running code finds in the shared scope, both
// follow from this one list.
import { children, type Node } from "./parse.ts";

export type ValueKind = "let" | "const" | "function" | "class" | "enum" | "namespace" | "import";

export interface Declarations {
  /** Names that exist when the program runs. */
  values: Map<string, ValueKind>;
  /** Names that can stand in a type: interfaces, aliases, classes, enums, namespaces, imports. */
  types: Map<string, "type" | "class" | "enum" | "namespace" | "import">;
  /** Names the cell exports itself, which need no second export. */
  exported: Set<string>;
  /** Names under `declare`: they say that something exists, they make nothing. */
  ambient: Set<string>;
  /** Doc comments of variables. */
  docs: Map<string, string>;
}

/** The names that a binding pattern binds, in order. */
export function boundNames(pattern: Node | null | undefined, out: string[] = []): string[] {
  switch (pattern?.type) {
    case "Identifier":
      out.push(pattern.name);
      break;
    case "ObjectPattern":
      for (const property of pattern.properties)
        boundNames(property.type === "RestElement" ? property.argument : property.value, out);
      break;
    case "ArrayPattern":
      for (const element of pattern.elements) boundNames(element, out);
      break;
    case "AssignmentPattern":
      boundNames(pattern.left, out);
      break;
    case "RestElement":
      boundNames(pattern.argument, out);
      break;
    case "TSParameterProperty":
      boundNames(pattern.parameter, out);
      break;
  }
  return out;
}

export const isFunction = (node: Node): boolean =>
  node.type === "FunctionDeclaration" ||
  node.type === "FunctionExpression" ||
  node.type === "ArrowFunctionExpression" ||
  node.type === "ObjectMethod" ||
  node.type === "ClassMethod" ||
  node.type === "ClassPrivateMethod";

/** `var` names below a statement, which belong to the enclosing function, or the cell. */
export function varNames(node: Node, out: string[] = []): string[] {
  if (isFunction(node) || node.type === "ClassBody" || node.type === "TSModuleDeclaration") return out;
  if (node.type === "VariableDeclaration" && node.kind === "var" && !node.declare)
    for (const declarator of node.declarations) boundNames(declarator.id, out);
  for (const child of children(node)) varNames(child, out);
  return out;
}

export function declarationsOf(program: Node): Declarations {
  const found: Declarations = {
    values: new Map(),
    types: new Map(),
    exported: new Set(),
    ambient: new Set(),
    docs: new Map(),
  };
  for (const name of varNames(program)) found.values.set(name, "let");
  for (const statement of program.body) declare(statement, found);
  return found;
}

function declare(statement: Node, found: Declarations): void {
  const names: string[] = [];
  switch (statement.type) {
    case "ExportNamedDeclaration":
      if (statement.declaration) {
        const inner: Declarations = {
          values: new Map(),
          types: new Map(),
          exported: new Set(),
          ambient: found.ambient,
          docs: found.docs,
        };
        statement.declaration.leadingComments ??= statement.leadingComments;
        declare(statement.declaration, inner);
        for (const [name, kind] of inner.values) found.values.set(name, kind);
        for (const [name, kind] of inner.types) found.types.set(name, kind);
        for (const name of [...inner.values.keys(), ...inner.types.keys()]) found.exported.add(name);
      } else {
        for (const specifier of statement.specifiers) {
          if (specifier.exported?.name) found.exported.add(specifier.exported.name);
        }
      }
      return;
    case "ExportDefaultDeclaration":
      if (statement.declaration.id) declare(statement.declaration, found);
      return;
    case "VariableDeclaration":
      for (const declarator of statement.declarations) boundNames(declarator.id, names);
      for (const name of names) {
        if (statement.declare) found.ambient.add(name);
        const kind = statement.kind === "let" || statement.kind === "var" ? "let" : "const";
        found.values.set(name, kind);
        const doc = statement.leadingComments?.at(-1);
        if (doc?.type === "CommentBlock" && doc.value.startsWith("*"))
          found.docs.set(name, `/*${doc.value}*/`);
      }
      return;
    case "TSDeclareFunction":
      if (statement.declare) found.ambient.add(statement.id.name);
      found.values.set(statement.id.name, "function");
      return;
    case "FunctionDeclaration":
      found.values.set(statement.id.name, "function");
      return;
    case "ClassDeclaration":
      if (statement.declare) found.ambient.add(statement.id.name);
      found.values.set(statement.id.name, "class");
      found.types.set(statement.id.name, "class");
      return;
    case "TSEnumDeclaration":
      if (statement.declare) found.ambient.add(statement.id.name);
      found.values.set(statement.id.name, "enum");
      found.types.set(statement.id.name, "enum");
      return;
    case "TSModuleDeclaration": {
      if (statement.kind === "global" || statement.id.type === "StringLiteral") return;
      // `namespace A.B`: the name that is declared is A.
      let id: Node = statement.id;
      while (id.type === "TSQualifiedName") id = id.left;
      if (statement.declare) found.ambient.add(id.name);
      // A namespace merges into a class or function of its name; it does not replace it.
      if (!found.values.has(id.name)) found.values.set(id.name, "namespace");
      if (!found.types.has(id.name)) found.types.set(id.name, "namespace");
      return;
    }
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
      if (!found.types.has(statement.id.name)) found.types.set(statement.id.name, "type");
      return;
    case "TSImportEqualsDeclaration":
      found.values.set(statement.id.name, "import");
      found.types.set(statement.id.name, "import");
      return;
    case "ImportDeclaration":
      for (const specifier of statement.specifiers) {
        const typeOnly = statement.importKind === "type" || specifier.importKind === "type";
        if (!typeOnly) found.values.set(specifier.local.name, "import");
        found.types.set(specifier.local.name, "import");
      }
      return;
  }
}
