// The folder of a sweep: one notebook and one result for each finished case,
// written whole, so that a sweep that was killed goes on where it was.
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomic, writeNotebook } from "../format/store.ts";
import type { Notebook } from "../format/types.ts";
import type { Case, Parameters } from "./grid.ts";
import type { Loss } from "./pool.ts";

/** One case of a sweep: its parameters, how it ended, its results. */
export interface CaseResult {
  name: string;
  parameters: Parameters;
  /** Of the notebook's code, the parameters and the results asked for. */
  digest: string;
  /** "lost": no server did it; it is not finished and the next sweep does it. */
  status: "passed" | "failed" | "lost";
  /** What was asked of the kernel at the end. */
  results: Record<string, unknown>;
  /** Milliseconds. */
  duration: number;
  server: string;
  /** How often it was begun, counting servers and kernels that were lost. */
  attempts: number;
  /** Where it was begun in vain before, and why. */
  losses?: Loss[];
  /** Why it failed. */
  error?: string;
}

/**
 * The folder of a sweep: cases that are done, and who runs the others.
 *
 * @example
 * ```ts
 * new SweepStore("nb-sweep").folder; // → nb-sweep
 * ```
 */
export class SweepStore {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  notebookPath(one: Case): string {
    return join(this.folder, "runs", `${one.name}.ipynb`);
  }

  #resultPath(one: Case): string {
    return join(this.folder, "runs", `${one.name}.json`);
  }

  async open(): Promise<void> {
    await mkdir(join(this.folder, "runs"), { recursive: true });
  }

  /** The result of a case that is finished and still says what it would say now. */
  async finished(one: Case, digest: string, retryFailed: boolean): Promise<CaseResult | undefined> {
    const text = await readFile(this.#resultPath(one), "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      const result = JSON.parse(text) as CaseResult;
      if (result.digest !== digest || result.status === "lost") return undefined;
      return retryFailed && result.status !== "passed" ? undefined : result;
    } catch {
      return undefined;
    }
  }

  /** The notebook first: a result says that the notebook is there. */
  async keep(one: Case, result: CaseResult, notebook: Notebook | undefined): Promise<void> {
    if (notebook) await writeNotebook(this.notebookPath(one), notebook);
    await writeAtomic(this.#resultPath(one), `${JSON.stringify(result, null, 2)}\n`);
  }
}
