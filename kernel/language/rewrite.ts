// The rewriting of a cell's program: names of earlier cells, imports and exports, the value of
// the last expression, and the function round it all. Writes to the cell's own names are
// the business of writes.ts.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Edits } from "./edits.ts";
import type { Node } from "./parse.ts";
import { type Context, type Use, walkCell } from "./scope.ts";
import { Mirror } from "./writes.ts";

/** The scope that all cells share: reading a name that no cell has set yet is a ReferenceError. */
const SHARED = `globalThis[Symbol.for("gradlab.cells")]`;
const MAKE_SHARED = `Object.create(new Proxy(Object.create(null),{get(_,k){if(typeof k==="symbol")return;throw new ReferenceError(k+" is not defined")}}))`;

export interface Rewritten {
  js: string;
  program: Node;
  cell: number;
  cwd: string;
  /** Names that later cells see. */
  own: Set<string>;
  /** All names at the top level. */
  local: Set<string>;
  /** Names of earlier cells. */
  shared: Set<string>;
  /** Imported names that are only types. */
  types?: Iterable<string>;
  /** The statement whose value is the cell's. */
  last: Node | null;
}

export class Rewriting {
  readonly edits = new Edits();
  readonly imports: string[] = [];
  readonly #in: Rewritten;
  readonly #js: string;
  readonly #types: Set<string>;
  readonly #cells: string;
  readonly #temporary: string;
  readonly #imported = new Map<string, string>();
  readonly #mirror: Mirror;
  #async = false;
  #meta = false;

  constructor(rewritten: Rewritten) {
    const { js, own, last } = rewritten;
    this.#in = rewritten;
    this.#js = js;
    this.#types = new Set(rewritten.types ?? []);
    this.#cells = this.#fresh("__cells");
    this.#temporary = this.#fresh("__t");
    const [cells, temporary, imported, edits] = [this.#cells, this.#temporary, this.#imported, this.edits];
    this.#mirror = new Mirror({ js, edits, own, imported, cells, temporary, last });
  }

  /** A name that does not occur in the cell. */
  #fresh(name: string): string {
    let candidate = name;
    for (let n = 1; this.#js.includes(candidate); n++) candidate = `${name}${n}`;
    return candidate;
  }

  run(): { prefix: string; suffix: string } {
    const { program, last, local } = this.#in;
    const cells = this.#cells;
    this.#declareImports();
    if (program.interpreter)
      this.edits.replace(program.interpreter.start, program.interpreter.start + 2, "//");
    walkCell(program, local, {
      use: (use) => this.#use(use),
      enter: (node, context) => this.#enter(node, context),
      leave: (node, context) => this.#leave(node, context),
    });

    const strict = (program.directives ?? []).some((each: Node) => each.value.value === "use strict");
    const onlyDirectives = program.body.length === 0 && (program.directives ?? []).length > 0;
    if (onlyDirectives) {
      const { start, value } = program.directives.at(-1);
      this.edits.insert(start, "return [(");
      this.edits.insert(value.end, ")]");
    }
    const value = last !== null || onlyDirectives;
    const temporary = this.#temporary;
    const start = this.#async ? `async (${cells}, ${temporary}) => {` : `(${cells}, ${temporary}) => {`;
    const meta = this.#meta ? `const __meta = ${this.#importMeta()};` : "";
    const open = `${strict && !onlyDirectives ? '"use strict";' : ""}${meta}${this.#hoisted()}`;
    const argument = `${SHARED} ??= ${MAKE_SHARED}`;
    const wait = this.#async ? "await " : "";
    // A value is boxed on its way out, so that a promise as the last expression is shown, not awaited.
    if (value) return { prefix: `(${wait}(${start}${open}`, suffix: `\n})(${argument}))[0]` };
    return { prefix: `${wait}(${start}${open}`, suffix: `\n})(${argument})` };
  }

  #importMeta(): string {
    const file = join(this.#in.cwd, `cell_${this.#in.cell}.ts`);
    const url = pathToFileURL(file).href;
    return `{url:${JSON.stringify(url)},filename:${JSON.stringify(file)},dirname:${JSON.stringify(this.#in.cwd)},main:false,resolve:(s)=>/^\\.{0,2}\\//.test(s)?new URL(s,${JSON.stringify(url)}).href:process.getBuiltinModule("node:url").pathToFileURL(require.resolve(s)).href}`;
  }

  /** Functions are there from the beginning. */
  #hoisted(): string {
    const declarations = this.#in.program.body.map((each: Node) => each.declaration ?? each);
    const functions = declarations.filter((each: Node) => each.type === "FunctionDeclaration" && each.id);
    return this.#mirror.of([...new Set<string>(functions.map((each: Node) => each.id.name))]);
  }

  /** Names of imports stand for properties of the module: they stay live, as in a module. */
  #declareImports(): void {
    let n = 0;
    for (const statement of this.#in.program.body) {
      if (statement.type !== "ImportDeclaration" || statement.importKind === "type") continue;
      const variable = this.#fresh(`__m${n++}`);
      for (const specifier of statement.specifiers) {
        if (specifier.importKind === "type") continue;
        const imported = specifier.imported?.name ?? specifier.imported?.value;
        const property =
          specifier.type === "ImportNamespaceSpecifier"
            ? ""
            : specifier.type === "ImportDefaultSpecifier"
              ? ".default"
              : /^[\w$]+$/.test(imported)
                ? `.${imported}`
                : `[${JSON.stringify(imported)}]`;
        this.#imported.set(specifier.local.name, variable + property);
      }
      statement.variable = variable;
    }
  }

  #use({ node, parent, owner, role, shorthand }: Use): void {
    this.edits.mark(node.start);
    const name: string = node.name;
    let replacement: string;
    if (owner === "cell") {
      const imported = this.#imported.get(name);
      if (imported === undefined) return;
      replacement = imported;
    } else if (this.#in.shared.has(name)) replacement = `${this.#cells}.${name}`;
    else if (name === "exports") replacement = this.#cells;
    else return;

    if (shorthand) {
      this.edits.insert(node.start, `${name}: `);
    } else if (role === "read") {
      const called =
        (parent.type === "CallExpression" || parent.type === "OptionalCallExpression") &&
        parent.callee === node;
      const tagged = parent.type === "TaggedTemplateExpression" && parent.tag === node;
      if ((called || tagged) && replacement.includes(".")) {
        replacement = `${this.#mirror.guard(node.start)}(0, ${replacement})`;
      } else if (parent.type === "UnaryExpression" && parent.operator === "typeof" && owner === "free") {
        replacement = `("${name}" in ${this.#cells} ? ${replacement} : void 0)`;
      }
    }
    this.edits.replace(node.start, node.end, replacement);
  }

  #enter(node: Node, context: Context): void {
    this.edits.mark(node.start);
    switch (node.type) {
      case "ExpressionStatement":
        if (node === this.#in.last) this.edits.insert(node.start, "return [(");
        else this.#mirror.enterStatement(node, context.parent);
        break;
      case "ExportNamedDeclaration":
        if (node.declaration && node.exportKind !== "type")
          this.edits.blank(node.start, node.declaration.start, this.#js);
        else if (node.source && node.exportKind !== "type") this.#load(node, "");
        else this.edits.blank(node.start, node.end, this.#js);
        break;
      case "ExportAllDeclaration":
        if (node.exportKind === "type") this.edits.blank(node.start, node.end, this.#js);
        else this.#load(node, "");
        break;
      case "ExportDefaultDeclaration":
        if (node.declaration.id) this.edits.blank(node.start, node.declaration.start, this.#js);
        else
          this.edits.replace(
            node.start,
            this.#js.indexOf("default", node.start) + "default".length,
            "void (",
          );
        break;
      case "ImportDeclaration":
        if (node.importKind !== "type") this.#import(node);
        break;
      case "ImportExpression":
        // `import(…)`, and `import.defer(…)`, which is loaded at once here.
        this.edits.replace(node.start, this.#js.indexOf("(", node.start), "__import");
        if (node.source.type === "StringLiteral") this.imports.push(node.source.value);
        break;
      case "MetaProperty":
        if (node.meta.name !== "import") break;
        this.#meta = true;
        this.edits.replace(node.start, node.end, "__meta");
        break;
      case "MemberExpression":
      case "OptionalMemberExpression":
        this.edits.mark(node.property.start);
        break;
      case "AwaitExpression":
        if (context.top) this.#async = true;
        // What comes after an await must not run once the cell was interrupted: the runtime looks.
        this.edits.insert(node.start, "__live(");
        break;
      case "VariableDeclaration":
        if (node.kind === "await using" && context.top) this.#async = true;
        break;
      case "ForOfStatement":
        if (node.await && context.top) this.#async = true;
        this.#mirror.openLoop(node, context);
        break;
      case "ForInStatement":
        this.#mirror.openLoop(node, context);
        break;
      case "AssignmentExpression":
        this.#mirror.openAssignment(node, context);
        break;
      case "UpdateExpression":
        this.#mirror.openUpdate(node, context);
        break;
    }
  }

  #leave(node: Node, context: Context): void {
    switch (node.type) {
      case "AwaitExpression":
        this.edits.insert(node.end, ")");
        break;
      case "ExpressionStatement":
        if (node === this.#in.last) this.edits.insert(this.#mirror.endOf(node), ")]");
        break;
      case "ExportDefaultDeclaration":
        if (!node.declaration.id) this.edits.insert(this.#mirror.endOf(node), ")");
        break;
      case "VariableDeclaration":
        this.#mirror.variables(node, context);
        break;
      case "ClassDeclaration":
        this.#mirror.classDeclaration(node, context.parent);
        break;
      case "ForOfStatement":
      case "ForInStatement":
        this.#mirror.closeLoop(node, context);
        break;
      case "AssignmentExpression":
        this.#mirror.closeAssignment(node, context);
        break;
      case "UpdateExpression":
        this.#mirror.closeUpdate(node, context);
        break;
    }
  }

  #import(node: Node): void {
    const names: string[] = [];
    let erased = 0;
    for (const specifier of node.specifiers) {
      const name = specifier.local.name;
      if (specifier.importKind === "type" || this.#types.has(name)) {
        erased++;
        this.#in.own.delete(name);
      } else names.push(name);
    }
    if (node.specifiers.length > 0 && erased === node.specifiers.length) {
      this.edits.blank(node.start, node.end, this.#js);
      return;
    }
    const variable: string = node.variable;
    const mirrored = names
      .filter((name) => this.#in.own.has(name))
      .map((name) => ` ${this.#cells}.${name} = ${this.#imported.get(name)};`)
      .join("");
    this.#load(node, names.length > 0 ? `const ${variable} = ` : "", mirrored);
  }

  #load(node: Node, before: string, after = ""): void {
    this.#async = true;
    this.imports.push(node.source.value);
    const attributes = (node.attributes ?? [])
      .map(
        (each: Node) =>
          `${JSON.stringify(each.key.name ?? each.key.value)}: ${JSON.stringify(each.value.value)}`,
      )
      .join(", ");
    const extra = attributes ? `, {with: {${attributes}}}` : "";
    const lines = this.#js.slice(node.start, node.end).replace(/[^\n]/g, "");
    this.edits.replace(
      node.start,
      node.end,
      `${before}await __import(${JSON.stringify(node.source.value)}${extra});${after}${lines}`,
    );
  }
}
