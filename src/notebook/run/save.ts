// Saves outputs into a file that its user may be editing meanwhile: if the file
// is no longer what we last saw, the new outputs go into the new file, cell by
// cell, and only where the source is still the one that ran.
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseNotebook, serializeNotebook } from "../format/parse.ts";
import { writeAtomic } from "../format/store.ts";
import { isCode, type Notebook, NotebookError } from "../format/types.ts";

/** `edited` with the outputs of `ran`, in the cells of the same id and source. */
export function mergeOutputs(ran: Notebook, edited: Notebook): Notebook {
  const byId = new Map(ran.cells.filter(isCode).map((cell) => [cell.id, cell]));
  const cells = edited.cells.map((cell) => {
    const fresh = byId.get(cell.id);
    if (!fresh || !isCode(cell) || fresh.source !== cell.source) return cell;
    return { ...cell, outputs: fresh.outputs, execution_count: fresh.execution_count };
  });
  return { ...edited, cells };
}

export class Saver {
  readonly path: string;
  #seen: string | undefined;

  /** @param seen the text last read from or written to `path`; undefined when the file is not expected to exist */
  constructor(path: string, seen: string | undefined) {
    this.path = path;
    this.#seen = seen;
  }

  /** A saver of outputs into `target`, which is `source` itself when run in place. */
  static async open(target: string, source: string): Promise<Saver> {
    const inPlace = resolve(target) === resolve(source);
    return new Saver(target, inPlace ? await readFile(target, "utf8").catch(() => undefined) : undefined);
  }

  async save(notebook: Notebook): Promise<void> {
    let text = serializeNotebook(notebook);
    const onDisk = await readFile(this.path, "utf8").catch(() => undefined);
    if (this.#seen !== undefined && onDisk !== undefined && onDisk !== this.#seen) {
      text = serializeNotebook(mergeOutputs(notebook, parseNotebook(onDisk, this.path)));
    }
    if (text !== onDisk) await writeAtomic(this.path, text);
    this.#seen = text;
  }

  /** Saves while the run goes on: where that fails now, the next save or the last one may not. */
  async saveMeanwhile(notebook: Notebook): Promise<void> {
    await this.save(notebook).catch((error) => {
      if (!(error instanceof NotebookError)) throw error;
    });
  }

  /**
   * The last save. Where the file cannot be written, what ran is kept among the temporary files, which may lie
   * on another disk.
   * @throws NotebookError saying why the file could not be written, and where the outputs are
   */
  async saveLast(notebook: Notebook): Promise<void> {
    try {
      await this.save(notebook);
    } catch (error) {
      if (!(error instanceof NotebookError)) throw error;
      const rescued = join(tmpdir(), `gradlab-rescued-${Date.now()}-${basename(this.path)}`);
      const kept = await writeAtomic(rescued, serializeNotebook(notebook)).then(
        () => `the file is as it was, and the outputs of this run are in ${rescued}`,
        () => "the file is as it was, and the outputs of this run are lost",
      );
      throw new NotebookError(`${error.message}; ${kept}`, { cause: error });
    }
  }
}
