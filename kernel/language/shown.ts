// Which documents of cells the server has seen, and when it is shown more of them. A new document
// costs it a new program: so a cell that ran is shown when a later text names it, or once nothing
// has been asked for a moment; then, too, some documents are made ready for coming cells. And
// each change is settled before the next comes, since one at a time is cheap (see slots.ts).
import type { Document } from "./documents.ts";
import type { Session } from "./session.ts";
import { HEADER, HUB, type Slot, type Slots } from "./slots.ts";

/** How long nothing must have been asked, in ms. */
const REST_MS = 50;

export class Shown {
  readonly #session: Session;
  readonly #slots: Slots;
  readonly #modules: Iterable<string>;
  /** Documents of cells that the server has not seen yet. */
  readonly #waiting = new Map<Slot, { document: Document; cell: number }>();
  #resting: NodeJS.Timeout | undefined;
  #disposed = false;
  #settled: Promise<unknown> | null = null;

  constructor(session: Session, slots: Slots, modules: Iterable<string>) {
    this.#session = session;
    this.#slots = slots;
    this.#modules = modules;
  }

  /** A cell ran, and this is its document. */
  add(document: Document, cell: number): void {
    this.#waiting.set(document.slot!, { document, cell });
    if (document.slot!.opened) this.#show([document]);
    else this.rest();
  }

  /** Resolves when the server has taken in these documents, and all changes before them; null if it has. */
  ready(documents: Iterable<Document>): Promise<void> | null {
    this.pause();
    if (!this.#settled) this.#show(documents);
    return this.#settled && this.#readyLater(documents);
  }

  async #readyLater(documents: Iterable<Document>): Promise<void> {
    await this.#settled;
    this.#show(documents);
    await this.#settled;
    this.pause();
  }

  /** To be called when something is asked; `rest` when it is answered. */
  pause(): void {
    clearTimeout(this.#resting);
  }

  rest(): void {
    clearTimeout(this.#resting);
    if (!this.#disposed) this.#resting = setTimeout(() => this.#prepare(), REST_MS).unref();
  }

  /**
   * To be called before a document is opened: while it is in no project, the server looks for
   * one further up, and loads that.
   */
  writeHub(): void {
    this.#session.set(HUB, this.#slots.hub(this.#modules));
  }

  reset(): void {
    this.#waiting.clear();
  }

  dispose(): void {
    this.#disposed = true;
    this.pause();
  }

  #show(documents: Iterable<Document>): void {
    const fresh = [...documents].filter(({ slot }) => slot && this.#waiting.has(slot));
    if (fresh.length === 0) return;
    for (const { slot } of fresh) slot!.opened = true;
    this.writeHub();
    for (const { name, text, offset, slot } of fresh) {
      this.#session.set(name, text, offset, this.#waiting.get(slot!)!.cell);
      this.#waiting.delete(slot!);
    }
    this.#settle(fresh.at(-1)!.name);
  }

  /** Any question makes the server take in what has changed. */
  #settle(name: string): void {
    const settled = this.#session
      .ask("textDocument/foldingRange", name, {}, 10_000)
      .catch(() => {})
      .finally(() => {
        if (this.#settled === settled) this.#settled = null;
        this.rest();
      });
    this.#settled = settled;
  }

  #prepare(): void {
    const [next] = this.#waiting.values();
    if (next) {
      this.#show([next.document]);
      return;
    }
    const slot = this.#slots.prepare();
    if (!slot) return;
    slot.opened = true;
    this.writeHub();
    this.#session.set(slot.name, HEADER);
    this.#settle(slot.name);
  }
}
