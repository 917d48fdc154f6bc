// What the language server is shown: one module per cell, in the notebook's own folder but
// never on disk. The head of a document brings in the names of earlier cells, its last line
// gives its own names to later ones, and the cell's text stands unchanged in between.
import { type Declarations, declarationsOf, type ValueKind } from "./declarations.ts";
import { asExpression, CellSyntaxError, type Node, parseCell } from "./parse.ts";
import { HEADER, type Slot, Slots } from "./slots.ts";

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

/** What was read last: a cell is read to be checked, to be transformed, and when it has run. */
const recent = new Map<string, CellText>();
const REMEMBERED = 8;

/** Reads a cell without running it; a cell that can't be parsed declares nothing. */
export function readCell(code: string): CellText {
  const known = recent.get(code);
  if (known) return known;
  const text = read(code);
  recent.set(code, text);
  if (recent.size > REMEMBERED) recent.delete(recent.keys().next().value!);
  return text;
}

function read(code: string): CellText {
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
  slot: Slot | null;
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
  readonly slots = new Slots();
  /** Counts the changes of what is known. */
  version = 0;

  get names(): Iterable<string> {
    return this.#values.keys();
  }

  /** The cell and its kind that a name stands for now. */
  known(name: string): Known | undefined {
    return this.#values.get(name) ?? this.#types.get(name);
  }

  /** Adds a cell that ran, and returns its document; null if no later cell can need it. */
  commit(cell: number, text: CellText): Document | null {
    this.version++;
    const { values, types } = text.declared;
    if (values.size === 0 && types.size === 0 && !text.augments) return null;
    const slot = this.slots.take(text.jsx ? ".tsx" : ".ts");
    const document = { ...this.document(slot.name, text), name: slot.name, slot };
    for (const [name, kind] of values) {
      this.#values.set(name, { cell, kind, doc: text.declared.docs.get(name) });
      // A new value under the name of a class or an enum: the old type is gone with it.
      if (this.#types.get(name)?.kind !== "type") this.#types.delete(name);
    }
    for (const [name, kind] of types) this.#types.set(name, { cell, kind });
    if (text.augments) this.#augmenting.add(cell);
    const replaced = this.#open.get(cell)?.slot;
    if (replaced) this.slots.release(replaced);
    this.#open.set(cell, document);
    this.#releaseUnneeded();
    return document;
  }

  #releaseUnneeded(): void {
    const known = [...this.#values.values(), ...this.#types.values()];
    const needed = this.#led([...known.map(({ cell }) => cell), ...this.#augmenting]);
    for (const [each, { slot }] of this.#open) {
      if (needed.has(each)) continue;
      this.#open.delete(each);
      if (slot) this.slots.release(slot);
    }
  }

  /** The cells, and those that their documents need. */
  #led(cells: Iterable<number>): Set<number> {
    const needed = new Set<number>();
    const need = (each: number) => {
      if (needed.has(each)) return;
      needed.add(each);
      for (const other of this.#open.get(each)?.needs ?? []) need(other);
    };
    for (const cell of cells) need(cell);
    return needed;
  }

  /** The documents behind a document. */
  behind({ needs }: Document): Document[] {
    return [...this.#led(needs)].flatMap((cell) => this.#open.get(cell) ?? []);
  }

  /** Forgets all cells; returns the documents that held one. */
  clear(): string[] {
    this.version++;
    const held = [...this.#open.values()];
    for (const { slot } of held) if (slot) this.slots.release(slot);
    this.#values.clear();
    this.#types.clear();
    this.#augmenting.clear();
    this.#open.clear();
    return held.filter(({ slot }) => slot?.opened).map(({ name }) => name);
  }

  /**
   * The document of a cell. Only earlier names that occur in the text are brought in, unless
   * `everything` is asked for, as completion does.
   */
  document(base: string, text: CellText, everything = false): Document {
    const needs = new Set<number>();
    const mentioned = everything ? null : words(text.source);
    if (text.jsx) mentioned?.add("React").add("h");
    const head: string[] = [HEADER];
    for (const name of new Set([...this.#values.keys(), ...this.#types.keys()])) {
      if (mentioned && !mentioned.has(name)) continue;
      head.push(...this.#bring(name, text.declared, needs));
    }
    for (const cell of this.#augmenting) needs.add(cell);
    // Right behind an import the server would complete nothing but the import.
    const top = `${head.join(" ")} export {};`;
    return {
      offset: top.split("\n").length,
      name: `${base}${text.jsx ? ".tsx" : ".ts"}`,
      slot: null,
      // Behind a syntax error nothing may follow, or the error would be said to be there.
      text: `${top}\n${text.source}${text.program === null ? "" : `\n${tail(text.declared)}`}`,
      needs,
    };
  }

  #namespace(cell: number): string {
    return this.#open.get(cell)!.slot!.namespace;
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
      const from = `${this.#namespace(value.cell)}.${name}`;
      const together = type !== undefined && type.cell === value.cell;
      const alone = type === undefined && !declared.types.has(name);
      if ((alone && !isVariable(value.kind)) || together) return [`import ${name} = ${from};`];
      // A doc comment does not follow its variable through a `typeof`, and counts at the start of a line.
      const doc = value.doc ? `\n${value.doc} ` : "";
      out.push(`${doc}declare ${value.kind === "let" ? "let" : "const"} ${name}: typeof ${from};`);
    }
    if (type) {
      needs.add(type.cell);
      if (type.kind === "type" || !value) out.push(`import ${name} = ${this.#namespace(type.cell)}.${name};`);
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
