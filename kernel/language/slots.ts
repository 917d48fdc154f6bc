// The documents of cells that ran, and the hub that names them. The server exchanges one changed
// document in its program for a few milliseconds of work, as long as no import in it changes; a
// new document, other imports or two changes at a time cost it a new program, several times as
// much. So every document of ours imports the hub and nothing else of ours, whatever names it
// needs; and a document that no name leads to any more is not closed but kept for a later cell.

export const HUB = "__cells.ts";

/** The line that every document begins with. */
export const HEADER = `import * as __cells from "./${HUB}";`;

/** Documents that are made ready while nothing else is to be done. */
const READY = 16;

export interface Slot {
  name: string;
  /** How the other documents call its exports. */
  namespace: string;
  /** Whether the server knows it. */
  opened: boolean;
}

export class Slots {
  readonly #all = new Map<string, Slot>();
  readonly #free: Slot[] = [];
  #count = 0;

  /** A document for a cell: one that stands ready, or else a new one. */
  take(extension: ".ts" | ".tsx"): Slot {
    const at = this.#free.findIndex(({ name }) => name.endsWith(extension));
    return at >= 0 ? this.#free.splice(at, 1)[0]! : this.#make(extension);
  }

  #make(extension: ".ts" | ".tsx"): Slot {
    const number = this.#count++;
    const slot = { name: `__cell_${number}${extension}`, namespace: `__cells.c${number}`, opened: false };
    this.#all.set(slot.name, slot);
    return slot;
  }

  /** One more document ahead of need; null when enough stand ready. */
  prepare(): Slot | null {
    if (this.#free.length >= READY) return null;
    const slot = this.#make(".ts");
    this.#free.push(slot);
    return slot;
  }

  release(slot: Slot): void {
    this.#free.push(slot);
  }

  /** The text of the hub. */
  hub(modules: Iterable<string>): string {
    const cells = [...this.#all.values()]
      .filter(({ opened }) => opened)
      .map(({ name, namespace }) => `export * as ${namespace.split(".")[1]} from "./${name}";`);
    return ["export {};", ...cells, ...[...modules].map((name) => `import "./${name}";`)].join("\n");
  }
}
