// The types of cells, one after the other. A cell that waits while another runs is looked at ahead of its turn:
// it finds its answer ready then, unless something it rests on has changed.
import {
  type CheckedCell,
  type Diagnostic,
  demote,
  type LspDiagnostic,
  readDiagnostics,
  uncheckedCell,
} from "./diagnostics.ts";
import { type Cells, type CellText, readCell } from "./documents.ts";
import { LspError } from "./lsp.ts";
import { moduleCell } from "./modules.ts";
import type { Session } from "./session.ts";
import type { Shown } from "./shown.ts";
import type { LocalFiles } from "./watch.ts";

const CONTEXT = /\bClass\w*DecoratorContext\b|\bDecoratorContext\b/;

export interface CheckerOptions {
  session: Session;
  cells: Cells;
  shown: Shown;
  files: LocalFiles;
  /** Cells that are modules, by their names. */
  modules: Set<string>;
  /** How long a check may take before the cell runs unchecked, in ms. */
  timeout: number;
  /** Called with a cell that can be parsed, while the server thinks about it. */
  meanwhile: (cell: number, code: string) => void;
  log: ((line: string) => void) | undefined;
}

export class Checker {
  readonly #options: CheckerOptions;
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #timeouts = 0;
  #foreseen: { code: string; version: number; checked: Promise<CheckedCell> } | null = null;
  /** Decorators as the standard has them, told from their types' names; false means TypeScript's old ones. */
  standardDecorators = false;

  constructor(options: CheckerOptions) {
    this.#options = options;
  }

  /** Types of `code`, as cell `cell`, against all committed cells. Never rejects, never hangs. */
  check(cell: number, code: string): Promise<CheckedCell> {
    const ahead = this.#foreseen;
    this.#foreseen = null;
    if (ahead?.code === code && ahead.version === this.#options.cells.version)
      return this.#afterwards(cell, code, ahead.checked);
    return this.#ask(cell, code);
  }

  /** Begins with a cell that will be checked next, and as it stands now: all before it are committed. */
  foresee(cell: number, code: string): void {
    // What these change cannot be taken back, should the cell never come to its turn.
    if (moduleCell(code) || CONTEXT.test(code)) return;
    const { version } = this.#options.cells;
    this.#foreseen = { code, version, checked: this.#ask(cell, code) };
  }

  reset(): void {
    this.#foreseen = null;
    this.standardDecorators = false;
    this.#options.session.override("experimentalDecorators", undefined);
  }

  /** What was found ahead of time holds if it was no fault (a cell since may have mended it) and no file has changed. */
  async #afterwards(cell: number, code: string, checked: Promise<CheckedCell>): Promise<CheckedCell> {
    const found = await checked;
    if (found.diagnostics.length > 0 || this.#refresh(code)) return this.#ask(cell, code);
    return found;
  }

  #ask(cell: number, code: string): Promise<CheckedCell> {
    // Nothing is awaited where nothing else is being checked: the question is on its way when this returns.
    const checked = this.#waiting ? this.#queue.then(() => this.#check(cell, code)) : this.#check(cell, code);
    this.#waiting++;
    const run = checked
      .catch((error) => this.#unchecked(error))
      .finally(() => {
        this.#waiting--;
        this.#options.shown.rest();
      });
    this.#queue = run;
    return run;
  }

  async #check(cell: number, code: string): Promise<CheckedCell> {
    const { session, cells, shown, modules } = this.#options;
    const settling = shown.ready([]);
    if (settling) await settling;
    const asModule = moduleCell(code);
    let name: string;
    let text: CellText | null = null;
    let offset = 0;
    if (asModule) {
      name = asModule.name + asModule.extension;
      modules.add(name);
      shown.writeHub();
      session.set(name, code);
    } else {
      text = readCell(code);
      const document = cells.document("__check", text);
      const showing = shown.ready(cells.behind(document));
      if (showing) await showing;
      name = document.name;
      offset = document.offset;
      session.set(name, document.text, document.offset);
    }
    if (!session.configured && CONTEXT.test(code)) {
      this.standardDecorators = true;
      session.override("experimentalDecorators", false);
    }
    if (/["']tslab["']/.test(code)) session.useTslab();
    let asked = this.#diagnose(name);
    if (text && !text.syntaxError) this.#options.meanwhile(cell, code);
    // Looked at while the server thinks, since files seldom change; if one has, the question is put again.
    if (this.#refresh(code)) {
      asked.catch(() => {});
      asked = this.#diagnose(name);
    }
    const answer = await asked;
    this.#timeouts = 0;
    const { diagnostics, types } = readDiagnostics(answer.items ?? [], code, offset, text);
    if (diagnostics.length > 0 && !session.configured && !text?.syntaxError) {
      await this.#demoteStrict(name, offset, diagnostics);
    }
    return { diagnostics, types };
  }

  /** Tells the server of files that have changed; true when there are any. */
  #refresh(code: string): boolean {
    const { session, files } = this.#options;
    const changes = files.changes(code);
    session.notifyChanged(changes);
    return session.refreshConfig() || changes.length > 0;
  }

  #diagnose(name: string): Promise<{ items?: LspDiagnostic[] }> {
    return this.#options.session.ask("textDocument/diagnostic", name, {}, this.#options.timeout);
  }

  /**
   * Where no tsconfig.json asks for `strict`, what only strict finds is a warning: such cells are
   * right by stock tslab, which is not strict.
   */
  async #demoteStrict(name: string, offset: number, diagnostics: Diagnostic[]): Promise<void> {
    const { session } = this.#options;
    session.override("strict", false);
    try {
      const lax = await this.#diagnose(name);
      demote(diagnostics, lax.items ?? [], offset);
    } finally {
      session.override("strict", undefined);
    }
  }

  #unchecked(error: Error): CheckedCell {
    const { session, log } = this.#options;
    log?.(`check: ${error.stack ?? error.message}`);
    // One late answer is a busy machine; a second in a row is a server that hangs.
    if (error instanceof LspError && /no answer/.test(error.message) && ++this.#timeouts > 1)
      session.abandon();
    return uncheckedCell(error.message);
  }
}
