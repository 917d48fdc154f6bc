// What the language server is shown: one module per cell, in the notebook's own folder but
// never on disk. The head of a document brings in the names of earlier cells, its last line
// gives its own names to later ones, and the cell's text stands unchanged in between.
import { type Declarations, declarationsOf, type ValueKind } from "./declarations.ts";
import { asExpression, CellSyntaxError, type Node, parseCell } from "./parse.ts";

export interface CellText {
  /** The cell as it is compiled (a bare object literal gains parentheses). */
  source: string;
  declared: Declarations;
  program: Node | null;
  jsx: boolean;
  syntaxError: CellSyntaxError | null;
  /** It augments modules or the global scope, so it counts even if no name of it is used. */
  augments: boolean;
}

/** Reads a cell without running it; a cell that can't be parsed declares nothing. */
export function readCell(code: string): CellText {
  const source = asExpression(code) ?? code;
  let program: Node | null = null;
  let jsx = false;
  let syntaxError: CellSyntaxError | null = null;
  try {
    ({ program, jsx } = parseCell(source));
  } catch (error) {
    if (!(error instanceof CellSyntaxError)) throw error;
    syntaxError = error;
    program = error.program;
  }
  const statements: Node[] = program?.body ?? [];
  const augments = statements.some(
    (each) =>
      each.type === "TSModuleDeclaration" && (each.kind === "global" || each.id.type === "StringLiteral"),
  );
  const declared = declarationsOf(program ?? ({ type: "Program", body: [] } as unknown as Node));
  return { source, declared, program, jsx, syntaxError, augments };
}

interface Known {
  cell: number;
  kind: ValueKind | "type";
  doc?: string;
}

export interface Document {
  name: string;
  text: string;
  /** Lines above the cell's own first line. */
  offset: number;
  /** Cells that its head names. */
  needs: Set<number>;
}

/** The names of a session: who declared each last, and the documents of the cells that matter. */
export class Cells {
  readonly #values = new Map<string, Known>();
  readonly #types = new Map<string, Known>();
  readonly #augmenting = new Set<number>();
  readonly #open = new Map<number, Document>();

  get names(): Iterable<string> {
    return this.#values.keys();
  }

  get documents(): Iterable<Document> {
    return this.#open.values();
  }

  /** The cell and its kind that a name stands for now. */
  known(name: string): Known | undefined {
    return this.#values.get(name) ?? this.#types.get(name);
  }

  /** Adds a cell that ran, and returns its document and those that nothing needs any more. */
  commit(cell: number, text: CellText): { opened: Document; closed: Document[] } {
    const opened = this.document(`__cell_${cell}`, text);
    for (const [name, kind] of text.declared.values) {
      this.#values.set(name, { cell, kind, doc: text.declared.docs.get(name) });
      // A new value under the name of a class or an enum: the old type is gone with it.
      if (this.#types.get(name)?.kind !== "type") this.#types.delete(name);
    }
    for (const [name, kind] of text.declared.types) {
      this.#types.set(name, { cell, kind });
    }
    if (text.augments) this.#augmenting.add(cell);
    const closed: Document[] = [];
    const replaced = this.#open.get(cell);
    if (replaced && replaced.name !== opened.name) closed.push(replaced);
    this.#open.set(cell, opened);
    const needed = new Set<number>();
    const need = (each: number) => {
      if (needed.has(each)) return;
      needed.add(each);
      for (const other of this.#open.get(each)?.needs ?? []) need(other);
    };
    for (const { cell: each } of [...this.#values.values(), ...this.#types.values()]) need(each);
    for (const each of this.#augmenting) need(each);
    for (const [each, document] of this.#open) {
      if (needed.has(each)) continue;
      this.#open.delete(each);
      closed.push(document);
    }
    return { opened, closed };
  }

  clear(): Document[] {
    const closed = [...this.#open.values()];
    this.#values.clear();
    this.#types.clear();
    this.#augmenting.clear();
    this.#open.clear();
    return closed;
  }

  /**
   * The document of a cell. Only earlier names that occur in the text are brought in, unless
   * `everything` is asked for, as completion does.
   */
  document(base: string, text: CellText, everything = false): Document {
    const needs = new Set<number>();
    const mentioned = everything ? null : words(text.source);
    if (text.jsx) mentioned?.add("React").add("h");
    const head: string[] = ["export {};"];
    for (const name of new Set([...this.#values.keys(), ...this.#types.keys()])) {
      if (mentioned && !mentioned.has(name)) continue;
      head.push(...this.#bring(name, text.declared, needs));
    }
    for (const cell of this.#augmenting) {
      head.push(`import ${this.#path(cell)};`);
      needs.add(cell);
    }
    const top = head.join(" ");
    return {
      offset: top.split("\n").length,
      name: `${base}${text.jsx ? ".tsx" : ".ts"}`,
      // Behind a syntax error nothing may follow, or the error would be said to be there.
      text: `${top}\n${text.source}${text.program === null ? "" : `\n${tail(text.declared)}`}`,
      needs,
    };
  }

  #path(cell: number): string {
    const document = this.#open.get(cell);
    return JSON.stringify(`./${document?.name ?? `__cell_${cell}.ts`}`);
  }

  /** Declarations that make an earlier name known. */
  #bring(name: string, declared: Declarations, needs: Set<number>): string[] {
    let value = declared.values.has(name) ? undefined : this.#values.get(name);
    let type = declared.types.has(name) ? undefined : this.#types.get(name);
    if (declared.types.has(name) && declared.types.get(name) !== "type") value = undefined;
    if (declared.values.has(name) && type && type.kind !== "type") type = undefined;
    const out: string[] = [];
    if (value) {
      needs.add(value.cell);
      const path = this.#path(value.cell);
      const together = type !== undefined && type.cell === value.cell;
      const alone = type === undefined && !declared.types.has(name);
      if ((alone && !isVariable(value.kind)) || together) {
        return [`import { ${name} } from ${path};`];
      }
      // A doc comment does not follow its variable through a `typeof import`, and counts at the start of a line.
      out.push(
        `${value.doc ? `\n${value.doc} ` : ""}declare ${value.kind === "let" ? "let" : "const"} ${name}: typeof import(${path}).${name};`,
      );
    }
    if (type) {
      needs.add(type.cell);
      const path = this.#path(type.cell);
      if (type.kind === "type") out.push(`import type { ${name} } from ${path};`);
      else if (!value) out.push(`import { ${name} } from ${path};`);
    }
    return out;
  }
}

const isVariable = (kind: Known["kind"]): boolean => kind === "let" || kind === "const";

/**
 * Exports what the cell declares. Imported names are also used as values: where that is an
 * error, the name is only a type, and its import is to be erased.
 */
function tail(declared: Declarations): string {
  const names = new Set([...declared.values.keys(), ...declared.types.keys()]);
  for (const name of declared.exported) names.delete(name);
  const used = [...declared.values].filter(([, kind]) => kind === "import").map(([name]) => `void ${name};`);
  return `export { ${[...names].join(", ")} };${used.join("")}`;
}

export function words(code: string): Set<string> {
  return new Set(code.match(/[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/gu));
}
