// A TypeScript cell becomes a JavaScript function that runs at once, as in tslab: the cell's
// top-level names are that function's locals, and every write to one is mirrored into the scope
// that all cells share, where later cells read it. So any name may be declared again in any
// form, closures keep the variable of their own cell, loops run at a function's speed, and no
// name of a notebook becomes a global that packages could see. Line numbers stay; columns are
// told by the source map.

import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { declarationsOf } from "./declarations.ts";
import { readCell } from "./documents.ts";
import { locator, type Segment, type SourceMap, sourceMap } from "./edits.ts";
import { moduleCell } from "./modules.ts";
import { type Node, parseScript } from "./parse.ts";
import { Rewriting } from "./rewrite.ts";
import { blankTypes, compile, syntaxOf } from "./strip.ts";
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

export function transformCell(code: string, options: TransformOptions): TransformedCell {
  const asModule = moduleCell(code);
  if (asModule) {
    const file = `${asModule.name}${asModule.extension}`;
    const js = `__module(${JSON.stringify(file)}, ${JSON.stringify(code)});void 0`;
    return { js, imports: [], names: [] };
  }
  const parsed = readCell(code);
  if (parsed.syntaxError) throw parsed.syntaxError;
  const { source, declared } = parsed;
  const written = parsed.program!;

  const syntax = syntaxOf(written);
  let js = syntax === "javascript" ? source : syntax === "types" ? blankTypes(source) : null;
  let program = written;
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
  const last = lastExpression(written) && lastExpression(program);
  const rewriting = new Rewriting({
    js,
    program,
    own,
    local,
    shared,
    last,
    types: options.types,
    ...options,
  });
  const { prefix, suffix } = rewriting.run();
  const { text, marks } = rewriting.edits.apply(js, prefix, suffix);
  return {
    js: text,
    map: buildMap(code, js, text, marks, compiledMap, `cell_${options.cell}.ts`),
    imports: rewriting.imports,
    names: [...own],
  };
}

/** The last statement if it is an expression; a list of exports after it does not count. */
function lastExpression(program: Node): Node | null {
  const counted = program.body.filter(
    (each: Node) => each.type !== "ExportNamedDeclaration" || each.declaration || each.source,
  );
  const last = counted.at(-1);
  return last?.type === "ExpressionStatement" ? last : null;
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
