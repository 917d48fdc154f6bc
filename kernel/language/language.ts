// Types, completions and hovers for the cells of one notebook, without running anything. Cells
// are checked against the names of the cells that ran before them; completion and hover look
// at a text that need not be a cell yet, in a document of their own.
import { Checker } from "./check.ts";
import { type Completeness, isComplete } from "./complete.ts";
import { type Completion, completionAt } from "./completion.ts";
import type { CheckedCell } from "./diagnostics.ts";
import { Cells, readCell } from "./documents.ts";
import { inspectAt } from "./inspect.ts";
import { moduleCell } from "./modules.ts";
import { Session } from "./session.ts";
import { Shown } from "./shown.ts";
import { HEADER } from "./slots.ts";
import { blankTypes } from "./strip.ts";
import { type TransformedCell, transformCell } from "./transform.ts";
import { LocalFiles } from "./watch.ts";

export type { Completion } from "./completion.ts";
export type { CheckedCell, Diagnostic } from "./diagnostics.ts";

const STRIPPER_AFTER_MS = 1_000;

export interface LanguageOptions {
  /** Folder of the notebook. */
  cwd: string;
  log?: (line: string) => void;
  /** Its server, where that was started ahead. */
  session?: Session;
  /** How long a check may take before the cell runs unchecked, in ms (default 20,000). */
  checkTimeout?: number;
}

export class Language {
  readonly #options: LanguageOptions;
  readonly #session: Session;
  readonly #cells = new Cells();
  readonly #shown: Shown;
  readonly #checker: Checker;
  readonly #modules = new Set<string>();
  readonly #types = new Map<number, string[]>();
  #ahead: { key: string; transformed: TransformedCell } | null = null;
  #probes: Promise<unknown> = Promise.resolve();

  constructor(options: LanguageOptions) {
    this.#options = options;
    this.#session = options.session ?? new Session(options);
    this.#shown = new Shown(this.#session, this.#cells.slots, this.#modules);
    this.#checker = new Checker({
      session: this.#session,
      cells: this.#cells,
      shown: this.#shown,
      files: new LocalFiles(options.cwd),
      modules: this.#modules,
      timeout: options.checkTimeout ?? 20_000,
      meanwhile: (cell, code) => this.#transformAhead(cell, code),
      log: options.log,
    });
    this.#session.warmUp();
    // What takes the types out of a cell is slow to load, and not needed by every first cell.
    setTimeout(() => blankTypes("0 as number"), STRIPPER_AFTER_MS).unref();
  }

  /** Process id of the language server, while there is one. */
  get pid(): number | undefined {
    return this.#session.pid;
  }

  /** Types of `code`, as cell `cell`, against all committed cells. Never rejects, never hangs. */
  async check(cell: number, code: string): Promise<CheckedCell> {
    const checked = await this.#checker.check(cell, code);
    this.#types.set(cell, checked.types);
    return checked;
  }

  /** Begins to check the cell that comes next, most likely as `cell`, while the one before it runs. */
  foresee(cell: number, code: string): void {
    this.#checker.foresee(cell, code);
  }

  /** Call when cell `cell` has run, even part-way: later cells now see its names. */
  commit(cell: number, code: string): void {
    this.#types.delete(cell);
    if (moduleCell(code)) return;
    const text = readCell(code);
    if (text.syntaxError) return;
    const document = this.#cells.commit(cell, text);
    if (document) this.#shown.add(document, cell);
  }

  /** While the server thinks: what the cell becomes if, as mostly, no import of it is only a type. */
  #transformAhead(cell: number, code: string): void {
    this.#ahead = null;
    try {
      const key = this.#transformKey(cell, code);
      this.#ahead = { key, transformed: this.#transform(cell, code, []) };
    } catch {
      // `transform` will say what is wrong.
    }
  }

  /** What the outcome of a transformation depends on. */
  #transformKey(cell: number, code: string): string {
    return `${cell} ${this.#cells.version} ${this.#checker.standardDecorators} ${code}`;
  }

  /** `transformCell` with what is known of earlier cells and of the types of this one. */
  transform(cell: number, code: string): TransformedCell {
    const types = this.#types.get(cell) ?? [];
    const ahead = this.#ahead;
    this.#ahead = null;
    if (types.length === 0 && ahead?.key === this.#transformKey(cell, code)) return ahead.transformed;
    return this.#transform(cell, code, types);
  }

  #transform(cell: number, code: string, types: readonly string[]): TransformedCell {
    return transformCell(code, {
      cell,
      cwd: this.#options.cwd,
      names: this.#cells.names,
      types,
      experimentalDecorators: this.#checker.standardDecorators ? false : undefined,
    });
  }

  /** Completions at `cursor`, a UTF-16 offset. */
  complete(code: string, cursor: number): Promise<Completion> {
    return this.#probe(code, (name, lines) => completionAt(this.#session, name, lines, code, cursor)).then(
      (found) => found ?? { matches: [], cursorStart: cursor, cursorEnd: cursor, items: [] },
    );
  }

  /** What stands at `cursor`: its type and documentation; with detail 1 also where it is defined. */
  inspect(code: string, cursor: number, detail: 0 | 1): Promise<{ markdown: string; plain: string } | null> {
    return this.#probe(code, (name, lines) => inspectAt(this.#session, name, lines, code, cursor, detail));
  }

  isComplete(code: string): Completeness {
    return isComplete(code);
  }

  async #probe<T>(code: string, ask: (name: string, lines: number) => Promise<T>): Promise<T | null> {
    const run = this.#probes.then(async () => {
      const document = this.#cells.document("__probe", readCell(code), true);
      await this.#shown.ready(this.#cells.behind(document));
      this.#session.set(document.name, document.text, document.offset);
      return await ask(document.name, document.offset);
    });
    this.#probes = run.catch(() => {}).finally(() => this.#shown.rest());
    try {
      return await run;
    } catch (error) {
      this.#options.log?.(`probe: ${(error as Error).stack}`);
      return null;
    }
  }

  /** Forgets all cells, as the kernel does on a restart. */
  reset(): void {
    this.#shown.reset();
    for (const name of this.#cells.clear()) this.#session.set(name, HEADER);
    for (const name of this.#modules) this.#session.close(name);
    this.#modules.clear();
    this.#shown.writeHub();
    this.#types.clear();
    this.#checker.reset();
  }

  async dispose(): Promise<void> {
    this.#shown.dispose();
    await this.#session.dispose();
  }
}
