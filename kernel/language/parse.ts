// One parser for everything that has to be known about a cell at once, without asking the
// language server: is it whole, which names does it declare, what does it import, where do
// edits go. Babel's parser is used because it reads the whole of today's TypeScript and TSX,
// gives UTF-16 offsets, and says where it stopped.
import { parse as babelParse, type ParserPlugin } from "@babel/parser";

/** A syntax tree node, as loosely typed as the generic walks over it need. */
export interface Node {
  type: string;
  start: number;
  end: number;
  [key: string]: any;
}

export interface ParsedCell {
  program: Node;
  /** TSX was needed: the cell holds JSX, so `<T>x` is not a type assertion in it. */
  jsx: boolean;
}

/** What is wrong with a cell's syntax; lines and columns count from 1. */
export class CellSyntaxError extends SyntaxError {
  readonly line: number;
  readonly column: number;
  readonly frame: string;
  readonly offset: number;
  /** Babel's name for the mistake, empty for mistakes found by others. */
  readonly reason: string;
  /** The tree, where the mistake is not in the grammar: a name declared twice, a stray `return`. */
  program: Node | null = null;

  constructor(message: string, code: string, offset: number, reason = "") {
    super(message);
    const before = code.slice(0, offset);
    this.offset = offset;
    this.line = before.split("\n").length;
    this.column = offset - (before.lastIndexOf("\n") + 1) + 1;
    this.frame = codeFrame(code, this.line, this.column);
    this.reason = reason;
  }
}

/** The lines round a place, with a marker under it. `width` is how many characters to underline. */
export function codeFrame(code: string, line: number, column: number, width = 1): string {
  const lines = code.split("\n");
  const first = Math.max(1, line - 2);
  const last = Math.min(lines.length, line + 2);
  const gutter = String(last).length;
  const out: string[] = [];
  for (let n = first; n <= last; n++) {
    const text = lines[n - 1]!;
    out.push(`${n === line ? ">" : " "} ${String(n).padStart(gutter)} | ${text}`.trimEnd());
    if (n !== line) continue;
    // Tabs are repeated so that the marker stands under the same column whatever their width.
    const indent = text.slice(0, column - 1).replace(/[^\t]/g, " ");
    const marks = "^".repeat(Math.max(1, Math.min(width, text.length - column + 1)));
    out.push(`  ${" ".repeat(gutter)} | ${indent}${marks}`);
  }
  return out.join("\n");
}

const PLUGINS: ParserPlugin[] = ["decoratorAutoAccessors", "deferredImportEvaluation"];

/** Mistakes only of strict mode, which a cell, being no module when it runs, may make. */
const SLOPPY = new Set([
  "StrictDelete",
  "StrictEvalArguments",
  "StrictEvalArgumentsBinding",
  "StrictFunction",
]);

function parseAs(code: string, plugins: ParserPlugin[]): Node {
  let failure: any;
  let program: Node | null = null;
  try {
    const file = babelParse(code, {
      sourceType: "module",
      allowAwaitOutsideFunction: true,
      allowUndeclaredExports: true,
      errorRecovery: true,
      createImportExpressions: true,
      // Only the old kind allows decorators on parameters, only the new one `export @d class`.
      plugins: [...PLUGINS, /\bexport\s+@/.test(code) ? "decorators" : "decorators-legacy", ...plugins],
    } as Parameters<typeof babelParse>[1]);
    failure = (file.errors as any[] | undefined)?.find((error) => !SLOPPY.has(error.reasonCode));
    program = file.program as unknown as Node;
    if (!failure) return program;
  } catch (error) {
    failure = error;
  }
  if (typeof failure?.pos !== "number") throw failure;
  const message = String(failure.message).replace(/ \(\d+:\d+\)$/, "");
  const error = new CellSyntaxError(message, code, failure.pos, failure.reasonCode);
  error.program = program;
  throw error;
}

/** Parses a TypeScript cell, as TSX if that is the only way it can be read. */
export function parseCell(code: string): ParsedCell {
  try {
    return { program: parseAs(code, ["typescript"]), jsx: false };
  } catch (error) {
    if (!(error instanceof CellSyntaxError) || !/<[\w>]/.test(code)) throw error;
    try {
      return { program: parseAs(code, ["typescript", "jsx"]), jsx: true };
    } catch (asTsx) {
      // The reading that got further is the one that was meant.
      throw asTsx instanceof CellSyntaxError && asTsx.offset > error.offset ? asTsx : error;
    }
  }
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

/** Parses JavaScript that a compiler wrote. */
export function parseScript(code: string): Node {
  return parseAs(code, []);
}

/** The nodes directly below one, types left out. */
export function* children(node: Node): Generator<Node> {
  for (const key in node) {
    if (TYPE_KEYS.has(key)) continue;
    const value = node[key];
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) yield item;
    } else if (isNode(value)) yield value;
  }
}

const TYPE_KEYS = new Set([
  "typeAnnotation",
  "typeParameters",
  "typeArguments",
  "returnType",
  "superTypeArguments",
  "superTypeParameters",
  "implements",
  "loc",
  "extra",
  "errors",
  "leadingComments",
  "trailingComments",
  "innerComments",
]);

const TYPE_WRAPPERS = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
  "TSParameterProperty",
  "TSEnumDeclaration",
  "TSEnumBody",
  "TSEnumMember",
  "TSModuleDeclaration",
  "TSModuleBlock",
  "TSImportEqualsDeclaration",
  "TSExternalModuleReference",
  "TSExportAssignment",
]);

function isNode(value: any): value is Node {
  return (
    value !== null &&
    typeof value === "object" &&
    typeof value.type === "string" &&
    typeof value.start === "number" &&
    (!value.type.startsWith("TS") || TYPE_WRAPPERS.has(value.type))
  );
}
