// `sweepNotebook`: one notebook, many parameters, many kernels. Each case is a
// run of its own with its own kernel; its outputs and results are kept as soon
// as it ends, and a case that is kept is never run again.
import { basename, dirname, join, resolve } from "node:path";
import { readNotebook } from "../format/store.ts";
import { type Notebook, NotebookError } from "../format/types.ts";
import { injectParameters } from "../parameters/inject.ts";
import { executeNotebook, type RunEvent } from "../run/execute.ts";
import { type CellReport, failureText, isFailure, type RunReport } from "../run/report.ts";
import { Kernel } from "../server/kernel.ts";
import { KernelDeath } from "../server/kernel-types.ts";
import { serverAddress } from "../server/rest.ts";
import { connectServer, type Server, startServer } from "../server/start.ts";
import { type Case, casesOf, digestOf } from "./grid.ts";
import { type PoolMember, type PoolOptions, runPool } from "./pool.ts";
import { readResults } from "./results.ts";
import { type CaseResult, SweepStore } from "./store.ts";

export type SweepEvent =
  | { type: "plan"; cases: Case[]; kept: CaseResult[] }
  | { type: "case-start"; case: Case; server: string; attempt: number }
  | { type: "case-event"; case: Case; event: RunEvent }
  | { type: "case-end"; case: Case; result: CaseResult }
  | { type: "trouble"; message: string };

export interface SweepOptions extends Pick<PoolOptions, "signal" | "attempts" | "pause" | "patience"> {
  /** Values by parameter; every combination is run. */
  grid: Record<string, readonly unknown[]>;
  /** Expressions whose values are the results, as `name` or `name=expression`; beside the cells tagged `results`. */
  results?: readonly string[] | undefined;
  /** URLs of servers; by default one is started here. */
  servers?: readonly string[] | undefined;
  token?: string | undefined;
  /** Kernels at a time on each server. Default 2. */
  limit?: number | undefined;
  /** Folder for results; default: `<notebook>-sweep` beside the notebook. */
  out?: string | undefined;
  kernel?: string | undefined;
  /** Working directory of kernels on the servers given, relative to their root. */
  remotePath?: string | undefined;
  cellTimeout?: number | undefined;
  /** Milliseconds of silence after which a server counts as lost. Default 60,000. */
  serverPatience?: number | undefined;
  /** Run cases again that failed before. */
  retryFailed?: boolean | undefined;
  on?: ((event: SweepEvent) => void) | undefined;
}

export interface SweepResult {
  folder: string;
  /** One a case, in the order of the grid; cases not run are missing. */
  cases: CaseResult[];
  cancelled: boolean;
}

function members(folder: string, options: SweepOptions): PoolMember[] {
  const limit = options.limit ?? 2;
  const urls = options.servers ?? [];
  if (urls.length === 0) {
    const open = (signal: AbortSignal) => startServer({ root: folder, env: { GRADLAB_RUN: "1" }, signal });
    return [{ name: "local server", limit, open }];
  }
  return urls.map((text) => {
    // "URL#8" sets the limit of one server.
    const [url, own] = text.split("#") as [string, string | undefined];
    const address = serverAddress(url, options.token ?? process.env.JUPYTER_TOKEN);
    const count = own === undefined ? limit : Number(own);
    if (!Number.isInteger(count) || count < 1)
      throw new NotebookError(`--server ${text}: "#${own}" is not a number of kernels`);
    return { name: address.baseUrl, limit: count, open: (signal) => connectServer(address, signal) };
  });
}

/** A server that is shut down stops its kernels first: their cells then end with an interrupt that nobody here asked for. */
function interruptedFromOutside(cells: readonly CellReport[]): boolean {
  return cells.some(
    ({ error, steps }) => !steps && /^(Interrupted|KeyboardInterrupt)$/.test(error?.ename ?? ""),
  );
}

/** Run all cases that are not finished yet. */
export async function sweepNotebook(path: string, options: SweepOptions): Promise<SweepResult> {
  const notebook = await readNotebook(path);
  const name = options.kernel ?? notebook.metadata.kernelspec?.name;
  if (!name) throw new NotebookError(`${path} names no kernel: choose one with --kernel NAME`);
  const cases = casesOf(options.grid);
  const asked = options.results ?? [];
  for (const one of cases) injectParameters(notebook, one.parameters, path); // names must be known before anything runs
  const store = new SweepStore(options.out ?? join(dirname(path), `${basename(path, ".ipynb")}-sweep`));
  await store.open();
  const done = new Map<string, CaseResult>();
  for (const one of cases) {
    const kept = await store.finished(one, digestOf(notebook, one, asked), options.retryFailed ?? false);
    if (kept) done.set(one.name, kept);
  }
  options.on?.({ type: "plan", cases, kept: [...done.values()] });
  const finish = async (one: Case, result: CaseResult, ran: Notebook | undefined) => {
    await store.keep(one, result, ran);
    done.set(one.name, result);
    options.on?.({ type: "case-end", case: one, result });
  };

  const work = async (server: Server, where: string, one: Case, attempt: number): Promise<void> => {
    options.on?.({ type: "case-start", case: one, server: where, attempt });
    const began = performance.now();
    const ran = injectParameters(structuredClone(notebook), one.parameters, path);
    const kernelPath = server.root === undefined ? options.remotePath : basename(path);
    const kernel = await Kernel.start(server, {
      name,
      ...(kernelPath === undefined ? {} : { path: kernelPath }),
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.serverPatience === undefined ? {} : { patience: options.serverPatience }),
    });
    try {
      const cells = await executeNotebook(ran, kernel, {
        cellTimeout: options.cellTimeout,
        signal: options.signal,
        on: (event) => options.on?.({ type: "case-event", case: one, event }),
      });
      options.signal?.throwIfAborted();
      const dead = cells.find((cell) => cell.status === "dead");
      if (dead)
        throw new KernelDeath(
          `${dead.error?.evalue ?? "the kernel died"} (cell ${dead.cell} of ${one.name})`,
          dead.serverLost,
        );
      const failed = cells.some((cell) => isFailure(cell.status));
      if (failed && (interruptedFromOutside(cells) || !(await kernel.exists()))) {
        throw new KernelDeath(`the kernel of ${one.name} was stopped from outside`, true);
      }
      let results: Record<string, unknown> = {};
      let wrong = "";
      if (!failed) {
        try {
          results = await readResults(kernel, ran, asked);
        } catch (error) {
          if (error instanceof KernelDeath || !(error instanceof NotebookError)) throw error;
          wrong = error.message;
        }
      }
      const report: RunReport = {
        ...{ notebook: store.notebookPath(one), kernel: name, status: failed || wrong ? "failed" : "passed" },
        ...{ duration: performance.now() - began, parameters: one.parameters, cells },
      };
      const base = { name: one.name, parameters: one.parameters, digest: digestOf(notebook, one, asked) };
      const facts = { status: report.status as "passed" | "failed", results, duration: report.duration };
      const error = failed || wrong ? { error: wrong || failureText(report) } : {};
      await finish(one, { ...base, ...facts, server: where, attempts: attempt, ...error }, ran);
    } finally {
      await kernel.shutdown();
    }
  };

  const giveUp = (one: Case, why: string, attempts: number): Promise<void> =>
    finish(
      one,
      {
        ...{
          name: one.name,
          parameters: one.parameters,
          digest: digestOf(notebook, one, asked),
          status: "failed",
        },
        ...{ results: {}, duration: 0, server: "", attempts, error: why },
      },
      undefined,
    );

  const waiting = cases.filter((one) => !done.has(one.name));
  if (waiting.length > 0) {
    await runPool(waiting, members(dirname(resolve(path)), options), work, giveUp, {
      ...options,
      onTrouble: (message) => options.on?.({ type: "trouble", message }),
    });
  }
  return {
    folder: store.folder,
    cases: cases.flatMap((one) => done.get(one.name) ?? []),
    cancelled: options.signal?.aborted === true,
  };
}
