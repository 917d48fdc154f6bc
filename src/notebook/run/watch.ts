// `--watch`: keeps server and kernel, and runs again after each save what changed
// (or failed) and what depends on it; the state of the other cells is still in
// the kernel. A change of a module beside the notebook runs everything, in a
// fresh kernel. Saving during a run breaks that run off.
import { existsSync, watch } from "node:fs";
import { basename, dirname, extname, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readNotebook } from "../format/store.ts";
import { isCode, type Notebook, NotebookError } from "../format/types.ts";
import { injectParameters } from "../parameters/inject.ts";
import { Kernel } from "../server/kernel.ts";
import { staleCells } from "./depends.ts";
import { executeNotebook } from "./execute.ts";
import { isFailure, type RunReport } from "./report.ts";
import { openServer, type RunOptions } from "./run.ts";
import { Saver } from "./save.ts";
import { selectCells } from "./select.ts";

const MODULES = new Set([".ts", ".mts", ".js", ".mjs", ".py"]);

/** Settings of `watchNotebook`. */
export interface WatchOptions extends RunOptions {
  /** Called after each run. */
  onRun?: (report: RunReport) => void;
  /** Called when waiting for a change begins. */
  onWait?: () => void;
  /** Called when something went wrong that saving the notebook may mend. */
  onError?: (error: Error) => void;
}

/** Sources of the cells that ran well, by id, in the order in which they ran. */
type Done = Map<string, string>;

/** Indices of the code cells that must run again. */
function staleOf(notebook: Notebook, selected: number[], done: Done, language: string): number[] {
  const cells = selected.map((index) => notebook.cells[index]!);
  // A cell that went, or one that stands elsewhere now: from there on everything is stale.
  const known = cells.filter((cell) => done.has(cell.id)).map((cell) => cell.id);
  const ran = [...done.keys()];
  const same = ran.findIndex((id, k) => id !== known[k]);
  const kept = new Set(same < 0 ? ran : ran.slice(0, same));
  const texts = cells.map((cell) => ({
    source: cell.source,
    before: kept.has(cell.id) ? done.get(cell.id) : undefined,
  }));
  const stale = staleCells(texts, language);
  const gone = same < 0 ? cells.length : cells.findIndex((cell) => !kept.has(cell.id));
  return selected.filter((_, k) => stale[k] || (gone >= 0 && k >= gone));
}

/**
 * Run the notebook now and after each change, until `options.signal` aborts.
 *
 * @example
 * ```ts no-run: it needs a Jupyter server
 * const stop = new AbortController();
 * await watchNotebook("nb.ipynb", { signal: stop.signal, onRun: (report) => console.log(report.status) });
 * ```
 */
export async function watchNotebook(path: string, options: WatchOptions): Promise<void> {
  const folder = dirname(resolve(path));
  let wake: () => void = () => {};
  let pending = true;
  let modules = false;
  let ran = false;
  let current: AbortController | undefined;
  const watcher = watch(folder, (_, name) => {
    if (name === null) return;
    if (name === basename(path)) pending = true;
    else if (MODULES.has(extname(name)) && existsSync(resolve(folder, name))) modules = true;
    else return;
    wake();
  });
  const stop = () => wake();
  options.signal?.addEventListener("abort", stop);
  const server = await openServer(folder, options);
  let kernel: Kernel | undefined;
  let done: Done = new Map();
  try {
    while (!options.signal?.aborted) {
      if (!pending && !modules) {
        if (ran) options.onWait?.();
        ran = false;
        await new Promise<void>((resume) => {
          wake = resume;
          if (options.signal?.aborted || pending || modules) resume();
        });
        await sleep(150); // editors save in several steps
        if (options.signal?.aborted) break;
      }
      const fresh = modules || !kernel?.alive;
      pending = false;
      modules = false;
      try {
        const stored = await readNotebook(path);
        const notebook = injectParameters(stored, options.parameters ?? {}, path);
        const selected = selectCells(notebook, options);
        if (fresh) done = new Map();
        const { language_info, kernelspec } = notebook.metadata;
        const language = kernel?.language.name ?? language_info?.name ?? kernelspec?.language ?? "";
        const stale = staleOf(notebook, selected, done, language);
        if (stale.length === 0) continue; // our own save, or a change of text only
        if (fresh || !kernel) {
          await kernel?.shutdown();
          const name = options.kernel ?? notebook.metadata.kernelspec?.name;
          if (!name) throw new NotebookError(`${path} names no kernel: choose one with --kernel NAME`);
          options.on?.({ type: "kernel", name });
          kernel = await Kernel.start(server, {
            name,
            ...(server.root === undefined ? {} : { path: relative(server.root, resolve(path)) }),
            ...(options.signal ? { signal: options.signal } : {}),
          });
        }
        current = new AbortController();
        const breakOff = current;
        wake = () => breakOff.abort();
        const report = await runCells(notebook, stale, kernel, path, options, current.signal);
        wake = () => {};
        done = ranWell(notebook, selected, stale, report, done);
        options.onRun?.(report);
        ran = true;
      } catch (error) {
        if (options.signal?.aborted) break;
        if (!(error instanceof NotebookError)) throw error;
        options.onError?.(error);
        ran = true;
      }
    }
  } finally {
    watcher.close();
    options.signal?.removeEventListener("abort", stop);
    await kernel?.shutdown();
    await server.close();
  }
}

async function runCells(
  notebook: Notebook,
  stale: readonly number[],
  kernel: Kernel,
  path: string,
  options: WatchOptions,
  breakOff: AbortSignal,
): Promise<RunReport> {
  const began = performance.now();
  const saver = await Saver.open(path, path);
  const cells = await executeNotebook(notebook, kernel, {
    ...options,
    only: undefined,
    fromCell: undefined,
    indices: stale,
    signal: options.signal ? AbortSignal.any([options.signal, breakOff]) : breakOff,
  });
  const broken = breakOff.aborted; // before our own save wakes the watcher
  await saver.save(notebook);
  return {
    notebook: path,
    kernel: kernel.name,
    status: broken ? "cancelled" : cells.some((c) => isFailure(c.status)) ? "failed" : "passed",
    duration: performance.now() - began,
    parameters: options.parameters ?? {},
    cells,
  };
}

/** What is in the kernel after this run: cells that ran well now, or before and were left alone. */
function ranWell(
  notebook: Notebook,
  selected: readonly number[],
  stale: readonly number[],
  report: RunReport,
  before: Done,
): Done {
  const after: Done = new Map();
  for (const index of selected) {
    const cell = notebook.cells[index]!;
    const status = report.cells.find((c) => c.id === cell.id)?.status;
    const well = stale.includes(index)
      ? status === "ok" || status === "error-allowed"
      : before.get(cell.id) === cell.source;
    if (isCode(cell) && well) after.set(cell.id, cell.source);
  }
  return after;
}
