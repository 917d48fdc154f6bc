// A TypeScript cell becomes a JavaScript function that runs at once, as in tslab: the cell's
// top-level names are that function's locals, and every write to one is mirrored into the scope
// that all cells share, where later cells read it. So any name may be declared again in any
// form, closures keep the variable of their own cell, loops run at a function's speed, and no
// name of a notebook becomes a global that packages could see. Line numbers stay; columns are
// told by the source map.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { boundNames, declarationsOf } from "./declarations.ts";
import { Edits, locator, type Segment, type SourceMap, sourceMap } from "./edits.ts";
import { moduleCell } from "./modules.ts";
import { CellSyntaxError, type Node, parseCell, parseScript } from "./parse.ts";
import { type Context, walkCell } from "./scope.ts";
import { blankTypes, compile, needsCompiling } from "./strip.ts";
import { compilerOptions } from "./tsconfig.ts";

export interface TransformOptions {
  cell: number;
  /** Folder of the notebook: where its tsconfig.json is looked for, and `import.meta.dirname`. */
  cwd: string;
  /** Names that earlier cells declared; `Language.transform` supplies them. */
  names?: Iterable<string>;
  /** Imported names known to be only types (`CheckedCell.types`): their imports are erased. */
  types?: Iterable<string>;
  /** Decorators as TypeScript had them before the standard (default: what tsconfig.json says, else true). */
  experimentalDecorators?: boolean;
}

export interface TransformedCell {
  /** For `Runtime.evaluate` in REPL mode: its completion value is that of the last expression. */
  js: string;
  /** From the JavaScript to the cell. */
  map?: SourceMap;
  /** Specifiers of the modules that the cell loads. */
  imports: string[];
  /** Names that the cell gives to later cells. */
  names: string[];
}

/** The scope that all cells share: reading a name that no cell has set yet is a ReferenceError. */
const SHARED = `globalThis[Symbol.for("gradlab.cells")]`;
const MAKE_SHARED = `Object.create(new Proxy(Object.create(null),{get(_,k){if(typeof k==="symbol")return;throw new ReferenceError(k+" is not defined")}}))`;

export function transformCell(code: string, options: TransformOptions): TransformedCell {
  const asModule = moduleCell(code);
  if (asModule) {
    const file = `${asModule.name}${asModule.extension}`;
    const js = `__module(${JSON.stringify(file)}, ${JSON.stringify(code)});void 0`;
    return { js, imports: [], names: [] };
  }
  const source = asExpression(code) ?? code;
  const parsed = parseCell(source);
  const declared = declarationsOf(parsed.program);

  let js = needsCompiling(parsed.program) ? null : blankTypes(source);
  let program = parsed.program;
  let compiledMap: string | undefined;
  if (js === null) {
    const { found, compile: config } = compilerOptions(options.cwd);
    const legacy = options.experimentalDecorators ?? config.experimentalDecorators ?? !found;
    const compiled = compile(
      source,
      parsed.jsx,
      { useDefineForClassFields: true, ...config, experimentalDecorators: legacy },
      `cell_${options.cell}.ts`,
    );
    js = compiled.js;
    compiledMap = compiled.map;
    program = parseScript(js);
  }

  const own = new Set([...declared.values.keys()].filter((name) => !declared.ambient.has(name)));
  // A compiler's own helpers are locals too, but nobody else's business.
  const local = new Set(own);
  for (const name of declarationsOf(program).values.keys()) local.add(name);
  const shared = new Set(options.names ?? []);
  for (const name of local) shared.delete(name);

  // A compiler may end with statements of its own: whether there is a value, the cell says.
  const last = lastExpression(parsed.program) && lastExpression(program);
  const rewriting = new Rewriting(js, program, own, local, shared, last, options);
  const { prefix, suffix } = rewriting.run();
  const { text, marks } = rewriting.edits.apply(js, prefix, suffix);
  return {
    js: text,
    map: buildMap(code, js, text, marks, compiledMap, `cell_${options.cell}.ts`),
    imports: rewriting.imports,
    names: [...own],
  };
}

/** `{a: 1, b: 2}` can't be read as a block; then it is the object that it looks like. */
export function asExpression(code: string): string | null {
  const trimmed = code.trim();
  if (!trimmed.startsWith("{") || !/\}\s*;?$/.test(trimmed)) return null;
  try {
    parseCell(code);
    return null;
  } catch (error) {
    if (!(error instanceof CellSyntaxError)) throw error;
  }
  const start = code.indexOf("{");
  const end = code.lastIndexOf("}") + 1;
  const wrapped = `${code.slice(0, start)}(${code.slice(start, end)})${code.slice(end)}`;
  try {
    const [only, ...others] = parseCell(wrapped).program.body;
    return others.length === 0 && only.expression?.type === "ObjectExpression" ? wrapped : null;
  } catch {
    return null;
  }
}

/** The last statement if it is an expression; a list of exports after it does not count. */
function lastExpression(program: Node): Node | null {
  const counted = program.body.filter(
    (each: Node) => each.type !== "ExportNamedDeclaration" || each.declaration || each.source,
  );
  const last = counted.at(-1);
  return last?.type === "ExpressionStatement" ? last : null;
}

class Rewriting {
  readonly edits = new Edits();
  readonly imports: string[] = [];
  readonly #js: string;
  readonly #program: Node;
  readonly #own: Set<string>;
  readonly #local: Set<string>;
  readonly #shared: Set<string>;
  readonly #options: TransformOptions;
  readonly #types: Set<string>;
  readonly #cells: string;
  readonly #temporary: string;
  readonly #imported = new Map<string, string>();
  readonly #hoisted: string[] = [];
  readonly #last: Node | null;
  #async = false;
  #meta = false;

  constructor(
    js: string,
    program: Node,
    own: Set<string>,
    local: Set<string>,
    shared: Set<string>,
    last: Node | null,
    options: TransformOptions,
  ) {
    this.#last = last;
    this.#js = js;
    this.#program = program;
    this.#own = own;
    this.#local = local;
    this.#shared = shared;
    this.#options = options;
    this.#types = new Set(options.types ?? []);
    this.#cells = this.#fresh("__cells");
    this.#temporary = this.#fresh("__t");
  }

  #fresh(name: string): string {
    let candidate = name;
    for (let n = 1; this.#js.includes(candidate); n++) candidate = `${name}${n}`;
    return candidate;
  }

  run(): { prefix: string; suffix: string } {
    const program = this.#program;
    const cells = this.#cells;
    this.#declareImports();
    if (program.interpreter)
      this.edits.replace(program.interpreter.start, program.interpreter.start + 2, "//");
    walkCell(program, this.#local, {
      use: (use) => this.#use(use),
      enter: (node, context) => this.#enter(node, context),
      leave: (node, context) => this.#leave(node, context),
    });
    this.#mirrorFunctions();

    const strict = (program.directives ?? []).some((each: Node) => each.value.value === "use strict");
    const onlyDirectives = program.body.length === 0 && (program.directives ?? []).length > 0;
    if (onlyDirectives) {
      const last = program.directives.at(-1);
      this.edits.insert(last.start, "return [(");
      this.edits.insert(last.value.end, ")]");
    }
    const value = this.#last !== null || onlyDirectives;
    const temporary = this.#temporary;
    const start = this.#async ? `async (${cells}, ${temporary}) => {` : `(${cells}, ${temporary}) => {`;
    const meta = this.#meta ? `const __meta = ${this.#importMeta()};` : "";
    const open = `${strict && !onlyDirectives ? '"use strict";' : ""}${meta}${this.#hoisted.join("")}`;
    const argument = `${SHARED} ??= ${MAKE_SHARED}`;
    const wait = this.#async ? "await " : "";
    // A value is boxed on its way out, so that a promise as the last expression is shown, not awaited.
    if (value) return { prefix: `(${wait}(${start}${open}`, suffix: `\n})(${argument}))[0]` };
    return { prefix: `${wait}(${start}${open}`, suffix: `\n})(${argument})` };
  }

  #importMeta(): string {
    const file = join(this.#options.cwd, `cell_${this.#options.cell}.ts`);
    const url = pathToFileURL(file).href;
    return `{url:${JSON.stringify(url)},filename:${JSON.stringify(file)},dirname:${JSON.stringify(this.#options.cwd)},main:false,resolve:(s)=>/^\\.{0,2}\\//.test(s)?new URL(s,${JSON.stringify(url)}).href:process.getBuiltinModule("node:url").pathToFileURL(require.resolve(s)).href}`;
  }

  #mirror(names: string[]): string {
    return names
      .filter((name) => this.#own.has(name))
      .map((name) => `${this.#cells}.${name} = ${name};`)
      .join(" ");
  }

  #mirrorFunctions(): void {
    const functions: string[] = [];
    for (const statement of this.#program.body) {
      const inner = statement.declaration ?? statement;
      if (inner.type === "FunctionDeclaration" && inner.id) functions.push(inner.id.name);
    }
    this.#hoisted.push(this.#mirror([...new Set(functions)]));
  }

  /** Names of imports stand for properties of the module: they stay live, as in a module. */
  #declareImports(): void {
    let n = 0;
    for (const statement of this.#program.body) {
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

  #use({ node, parent, owner, role, shorthand }: Parameters<Parameters<typeof walkCell>[2]["use"]>[0]): void {
    this.edits.mark(node.start);
    const name: string = node.name;
    let replacement: string;
    if (owner === "cell") {
      const imported = this.#imported.get(name);
      if (imported === undefined) return;
      replacement = imported;
    } else if (this.#shared.has(name)) replacement = `${this.#cells}.${name}`;
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
        replacement = `${this.#afterLineBreak(node) ? ";" : ""}(0, ${replacement})`;
      } else if (parent.type === "UnaryExpression" && parent.operator === "typeof" && owner === "free") {
        replacement = `("${name}" in ${this.#cells} ? ${replacement} : void 0)`;
      }
    }
    this.edits.replace(node.start, node.end, replacement);
  }

  /** Whether a `(` put here would be taken as a call of what ends the line above. */
  #afterLineBreak(node: Node): boolean {
    return this.#statementStarts.has(node.start);
  }
  readonly #statementStarts = new Set<number>();

  #enter(node: Node, context: Context): void {
    const { parent } = context;
    this.edits.mark(node.start);
    switch (node.type) {
      case "ExpressionStatement":
        if (node === this.#last) {
          this.edits.insert(node.start, "return [(");
        } else if (/^(Program|BlockStatement|StaticBlock|SwitchCase)$/.test(parent.type)) {
          this.#statementStarts.add(node.start);
        }
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
        this.#openLoop(node, context);
        break;
      case "ForInStatement":
        this.#openLoop(node, context);
        break;
      case "AssignmentExpression":
        this.#openAssignment(node, context);
        break;
      case "UpdateExpression":
        this.#openUpdate(node, context);
        break;
    }
  }

  #leave(node: Node, context: Context): void {
    switch (node.type) {
      case "AwaitExpression":
        this.edits.insert(node.end, ")");
        break;
      case "ExpressionStatement":
        if (node === this.#last) {
          this.edits.insert(this.#endOf(node), ")]");
        }
        break;
      case "ExportDefaultDeclaration":
        if (!node.declaration.id) this.edits.insert(this.#endOf(node), ")");
        break;
      case "VariableDeclaration":
        this.#mirrorVariables(node, context);
        break;
      case "ClassDeclaration":
        if (this.#atTop(context.parent) && node.id)
          this.edits.insert(node.end, ` ${this.#mirror([node.id.name])}`);
        break;
      case "ForOfStatement":
      case "ForInStatement":
        if (this.#mirror(context.sets)) this.edits.insert(node.body.end, "}");
        break;
      case "AssignmentExpression":
        this.#closeAssignment(node, context);
        break;
      case "UpdateExpression":
        this.#closeUpdate(node, context);
        break;
    }
  }

  /** Where a statement ends, its semicolon left out. */
  #endOf(node: Node): number {
    return this.#js[node.end - 1] === ";" ? node.end - 1 : node.end;
  }

  #atTop(parent: Node): boolean {
    return parent.type === "Program" || /^Export(Named|Default)Declaration$/.test(parent.type);
  }

  // --- declarations -------------------------------------------------------------------------

  #mirrorVariables(node: Node, { parent, top }: Context): void {
    if (node.declare || !top) return;
    if (node.kind !== "var" && !this.#atTop(parent)) return;
    const names = node.declarations.flatMap((each: Node) => boundNames(each.id));
    const mirrored = this.#mirror(names);
    if (!mirrored) return;
    if (parent.type === "ForStatement" && parent.init === node) {
      // `for (var i = 0; …)`: the head takes no statement, but another declarator.
      this.edits.insert(
        this.#endOf(node),
        `, ${this.#fresh("__v")} = (${mirrored.replaceAll("; ", ", ").replace(/;$/, "")})`,
      );
      return;
    }
    if (/^For(In|Of)Statement$/.test(parent.type) && parent.left === node) return;
    const closed = this.#js[node.end - 1] === ";";
    this.edits.insert(node.end, `${closed ? " " : "; "}${mirrored}`);
    // A lone `var` statement as the body of an `if` needs a block round the two.
    if (!/^(Program|BlockStatement|StaticBlock|SwitchCase|Export\w+)$/.test(parent.type)) {
      this.edits.insert(node.end, "}");
      this.#openBefore(node.start);
    }
  }

  #openBefore(at: number): void {
    this.edits.insert(at, "{");
  }

  #import(node: Node): void {
    const names: string[] = [];
    let erased = 0;
    for (const specifier of node.specifiers) {
      const name = specifier.local.name;
      if (specifier.importKind === "type" || this.#types.has(name)) {
        erased++;
        this.#own.delete(name);
      } else names.push(name);
    }
    if (node.specifiers.length > 0 && erased === node.specifiers.length) {
      this.edits.blank(node.start, node.end, this.#js);
      return;
    }
    const variable: string = node.variable;
    const mirrored = names
      .filter((name) => this.#own.has(name))
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

  // --- writes to the cell's own names ---------------------------------------------------------

  #openLoop(node: Node, context: Context): void {
    const mirrored = this.#mirror(context.sets);
    if (!mirrored) return;
    this.edits.insert(node.body.start, `{${mirrored} `);
  }

  #sets(context: Context): string[] {
    return context.sets.filter((name) => this.#own.has(name) && !this.#imported.has(name));
  }

  /** Whether nobody reads the value of the expression. */
  #unused(node: Node, parent: Node): boolean {
    if (parent.type === "ExpressionStatement") return parent !== this.#last;
    return parent.type === "ForStatement" && (parent.update === node || parent.init === node);
  }

  #openAssignment(node: Node, context: Context): void {
    const sets = this.#sets(context);
    if (sets.length === 0) return;
    if (node.left.type === "Identifier") {
      this.edits.insert(node.start, `${this.#cells}.${sets[0]} = `);
    } else if (!this.#unused(node, context.parent)) {
      const guard = this.#statementStarts.has(node.start) ? ";" : "";
      this.edits.insert(node.start, `${guard}(${this.#temporary} = `);
    }
  }

  #closeAssignment(node: Node, context: Context): void {
    const sets = this.#sets(context);
    if (sets.length === 0 || node.left.type === "Identifier") return;
    this.#closeWrite(node, context.parent, sets, true);
  }

  /** Behind a write: the mirroring, and the value for whoever reads it. */
  #closeWrite(node: Node, parent: Node, sets: string[], kept: boolean): void {
    const mirrored = sets.map((name) => `, ${this.#cells}.${name} = ${name}`).join("");
    if (!this.#unused(node, parent)) {
      this.edits.insert(node.end, kept ? `${mirrored}, ${this.#temporary})` : `${mirrored})`);
      return;
    }
    // `n++` ends a statement before a line that begins with a bracket; what is put behind it does not.
    const open = parent.type === "ExpressionStatement" && this.#js[parent.end - 1] !== ";";
    this.edits.insert(node.end, open ? `${mirrored};` : mirrored);
  }

  #openUpdate(node: Node, context: Context): void {
    const [name] = this.#sets(context);
    if (name === undefined) return;
    if (this.#unused(node, context.parent)) return;
    const guard = this.#statementStarts.has(node.start) ? ";" : "";
    const keep = node.prefix ? "" : `${this.#temporary} = `;
    this.edits.insert(node.start, `${guard}(${keep}`);
  }

  #closeUpdate(node: Node, context: Context): void {
    const sets = this.#sets(context);
    if (sets.length > 0) this.#closeWrite(node, context.parent, sets, !node.prefix);
  }
}

function buildMap(
  code: string,
  js: string,
  text: string,
  marks: [number, number][],
  compiled: string | undefined,
  file: string,
): SourceMap {
  const inJs = locator(js);
  const inText = locator(text);
  const trace = compiled === undefined ? null : new TraceMap(compiled);
  const segments: Segment[] = [];
  for (const [from, to] of marks) {
    let [line, column] = inJs(from);
    if (trace) {
      const original = originalPositionFor(trace, { line: line + 1, column });
      if (original.line === null) continue;
      line = original.line - 1;
      column = original.column;
    }
    const [toLine, toColumn] = inText(to);
    segments.push([toLine, toColumn, line, column]);
  }
  return sourceMap(file, code, segments);
}
