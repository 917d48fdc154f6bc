// `--watch`: keeps server and kernel, and runs again after each save, from the
// first cell that changed (or failed) on; the state of the cells above is still
// in the kernel. A change of a module beside the notebook runs everything, in a
// fresh kernel. Saving during a run breaks that run off.
import { existsSync, watch } from "node:fs";
import { basename, dirname, extname, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readNotebook } from "../format/store.ts";
import { isCode, type Notebook, NotebookError } from "../format/types.ts";
import { injectParameters } from "../parameters/inject.ts";
import { Kernel } from "../server/kernel.ts";
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

interface Done {
  /** Sources of the cells that ran well, in order; running resumes after them. */
  sources: string[];
}

/** Index of the first code cell that must run again. */
function firstStale(notebook: Notebook, selected: number[], done: Done): number | undefined {
  return selected.find((index, k) => notebook.cells[index]!.source !== done.sources[k]);
}

/** Run the notebook now and after each change, until `options.signal` aborts. */
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
  let done: Done = { sources: [] };
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
        if (fresh) done = { sources: [] };
        const from = firstStale(notebook, selected, done);
        if (from === undefined) continue; // our own save, or a change of text only
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
        const report = await runFrom(notebook, from, kernel, path, options, current.signal);
        wake = () => {};
        done = { sources: ranWell(notebook, selected, from, report, done) };
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

async function runFrom(
  notebook: Notebook,
  from: number,
  kernel: Kernel,
  path: string,
  options: WatchOptions,
  breakOff: AbortSignal,
): Promise<RunReport> {
  const began = performance.now();
  const saver = await Saver.open(path, path);
  const only = selectCells(notebook, options).filter((index) => index >= from);
  const cells = await executeNotebook(notebook, kernel, {
    ...options,
    only: only.map((index) => String(index + 1)),
    fromCell: String(from + 1),
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

/** Sources of the leading cells whose state is in the kernel after this run. */
function ranWell(
  notebook: Notebook,
  selected: number[],
  from: number,
  report: RunReport,
  before: Done,
): string[] {
  const kept = before.sources.slice(0, selected.filter((index) => index < from).length);
  for (const index of selected.slice(kept.length)) {
    const cell = notebook.cells[index]!;
    const status = report.cells.find((c) => c.id === cell.id)?.status;
    if (!isCode(cell) || (status !== "ok" && status !== "error-allowed")) break;
    kept.push(cell.source);
  }
  return kept;
}
