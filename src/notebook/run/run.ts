// `runNotebook`: a notebook file, from server to saved outputs. Whatever
// happens in between (error, timeout, Ctrl-C, dead kernel), the file on disk is
// a valid notebook at every moment, and the server and kernel we started end.
import { dirname, relative, resolve } from "node:path";
import { readNotebook } from "../format/store.ts";
import { type Notebook, NotebookError } from "../format/types.ts";
import { injectParameters } from "../parameters/inject.ts";
import { Kernel } from "../server/kernel.ts";
import { listKernelSpecs, serverAddress } from "../server/rest.ts";
import { connectServer, type Server, startServer } from "../server/start.ts";
import { type CompareOptions, compareNotebooks } from "./compare.ts";
import { type ExecuteOptions, executeNotebook } from "./execute.ts";
import { type CellReport, isFailure, type RunReport } from "./report.ts";
import { Saver } from "./save.ts";

/** Settings of `runNotebook`. */
export interface RunOptions extends Omit<ExecuteOptions, "end" | "afterCell"> {
  /** A server to use: its URL, or one already open (which is then left open). By default one is started. */
  server?: string | Server | undefined;
  /** Token for `server`; by default JUPYTER_TOKEN. */
  token?: string | undefined;
  /** Kernel name; by default the notebook's. */
  kernel?: string | undefined;
  /** Values for the cell tagged `parameters`. */
  parameters?: Record<string, unknown> | undefined;
  /** Milliseconds for the whole run. */
  timeout?: number | undefined;
  /** Milliseconds for server and kernel to come up. Default 60,000 each. */
  startTimeout?: number | undefined;
  /** Where to write; by default the notebook itself, `false` for nowhere. */
  output?: string | false | undefined;
  /** Compare with the stored outputs and write nothing. */
  check?: boolean | CompareOptions | undefined;
  /** Extra environment of a server that is started. */
  env?: Record<string, string> | undefined;
}

/** The report of a run, and the notebook with its outputs. */
export interface RunResult {
  report: RunReport;
  notebook: Notebook;
}

/**
 * Open the server that `options` name, or start one in `folder`.
 *
 * @example
 * ```ts no-run: it needs a Jupyter server
 * const server = await openServer(".", {});
 * await runNotebook("a.ipynb", { server });
 * await runNotebook("b.ipynb", { server });
 * await server.close();
 * ```
 */
export async function openServer(
  folder: string,
  options: Pick<RunOptions, "server" | "token" | "env" | "signal" | "startTimeout">,
): Promise<Server> {
  const { server, signal } = options;
  if (server === undefined) {
    return startServer({
      root: folder,
      env: { GRADLAB_RUN: "1", ...options.env },
      ...(signal ? { signal } : {}),
      ...(options.startTimeout === undefined ? {} : { timeout: options.startTimeout }),
    });
  }
  if (typeof server !== "string") return { ...server, close: async () => {} };
  return connectServer(serverAddress(server, options.token ?? process.env.JUPYTER_TOKEN), signal);
}

function kernelName(notebook: Notebook, path: string, chosen: string | undefined): string {
  const name = chosen ?? notebook.metadata.kernelspec?.name;
  if (name) return name;
  throw new NotebookError(`${path} names no kernel: choose one with --kernel NAME (ours is "tslab")`);
}

/** Record which kernel ran, as Jupyter does, unless it was only borrowed for this run. */
async function recordKernel(
  notebook: Notebook,
  kernel: Kernel,
  server: Server,
  borrowed: boolean,
): Promise<void> {
  if (borrowed) return;
  const { kernelspecs } = await listKernelSpecs(server);
  const spec = kernelspecs[kernel.name]?.spec;
  if (spec) {
    notebook.metadata.kernelspec = {
      name: kernel.name,
      display_name: spec.display_name,
      language: spec.language,
    };
  }
  if (kernel.language.name) notebook.metadata.language_info = kernel.language;
}

/** At most one save in this many milliseconds while cells run. */
const SAVE_EVERY = 5000;

/**
 * Run a notebook file and save its outputs.
 * @returns the report; its `status` is "passed" only if every cell was ok (or allowed to fail)
 * @throws NotebookError when the notebook cannot be read or there is no server or kernel to run it
 *
 * @example
 * ```ts no-run: it needs a Jupyter server
 * const { report } = await runNotebook("nb.ipynb", { parameters: { C: 4 }, cellTimeout: 60_000 });
 * if (report.status !== "passed") console.error(failureText(report));
 * ```
 */
export async function runNotebook(path: string, options: RunOptions = {}): Promise<RunResult> {
  const began = performance.now();
  const stored = await readNotebook(path);
  const name = kernelName(stored, path, options.kernel);
  const notebook = injectParameters(structuredClone(stored), options.parameters ?? {}, path);
  const target = options.check || options.output === false ? undefined : (options.output ?? path);
  const end = options.timeout === undefined ? undefined : Date.now() + options.timeout;
  const { signal } = options;
  let kernel: Kernel | undefined;
  let cells: CellReport[] = [];
  let reason: string | undefined;
  const server = await openServer(dirname(resolve(path)), options);
  try {
    options.on?.({ type: "kernel", name });
    kernel = await Kernel.start(server, {
      name,
      ...(server.root === undefined ? {} : { path: relative(server.root, resolve(path)) }),
      ...(signal ? { signal } : {}),
      ...(options.startTimeout === undefined ? {} : { timeout: options.startTimeout }),
    });
    const borrowed = options.kernel !== undefined && stored.metadata.kernelspec !== undefined;
    await recordKernel(
      notebook,
      kernel,
      server,
      borrowed && options.kernel !== stored.metadata.kernelspec?.name,
    );
    const saver = target === undefined ? undefined : await Saver.open(target, path);
    let saved = Date.now();
    cells = await executeNotebook(notebook, kernel, {
      ...options,
      end,
      afterCell: async () => {
        if (Date.now() - saved < SAVE_EVERY) return;
        await saver?.saveMeanwhile(notebook);
        saved = Date.now();
      },
    });
    await saver?.saveLast(notebook);
    if (options.check) {
      const settings = options.check === true ? {} : options.check;
      applyComparison(cells, compareNotebooks(stored, notebook, settings));
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
    reason = "cancelled before the first cell ran";
  } finally {
    await kernel?.shutdown();
    await server.close();
  }
  const failed = cells.some((cell) => isFailure(cell.status));
  const cancelled = signal?.aborted === true;
  const report: RunReport = {
    notebook: path,
    kernel: name,
    status: cancelled ? "cancelled" : failed ? "failed" : "passed",
    ...(reason ? { reason } : {}),
    duration: performance.now() - began,
    parameters: options.parameters ?? {},
    cells,
  };
  return { report, notebook };
}

function applyComparison(cells: CellReport[], differences: Map<string, string[]>): void {
  for (const cell of cells) {
    const found = differences.get(cell.id);
    if (!found || cell.status !== "ok") continue;
    cell.status = "changed";
    cell.differences = found;
  }
}
