// `sweepNotebook`: one notebook, many parameters, many kernels. Each case is a
// run of its own with its own kernel; its outputs and results are kept as soon
// as it ends, and a case that is kept is never run again.
import { basename, dirname, join, resolve } from "node:path";
import { readNotebook } from "../format/store.ts";
import { type Notebook, NotebookError } from "../format/types.ts";
import { injectParameters } from "../parameters/inject.ts";
import type { RunEvent } from "../run/execute.ts";
import { rest, serverAddress } from "../server/rest.ts";
import { connectServer, type Server, startServer } from "../server/start.ts";
import { runCase } from "./case.ts";
import { type Case, casesOf, digests } from "./grid.ts";
import { Leases } from "./lease.ts";
import { Gate, type PoolMember } from "./member.ts";
import { type Attempt, type GivenUp, type Loss, type PoolOptions, runPool } from "./pool.ts";
import { type CaseResult, SweepStore } from "./store.ts";

/** What happens during a sweep. */
export type SweepEvent =
  | { type: "plan"; cases: Case[]; kept: CaseResult[] }
  | { type: "case-start"; case: Case; server: string; attempt: number }
  | { type: "case-event"; case: Case; event: RunEvent }
  | { type: "case-end"; case: Case; result: CaseResult }
  | { type: "trouble"; message: string };

/** Settings of `sweepNotebook`. */
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
  /** Kernels starting at the same time on one server: a start costs it far more than a run. Default 4. */
  starts?: number | undefined;
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

/** All cases of a sweep. */
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

/** Stop what a sweep that was killed left running on the servers given; it would be run twice at once. */
async function stopLeft(leases: Leases, options: SweepOptions): Promise<void> {
  const addresses = (options.servers ?? []).map((text) =>
    serverAddress(text.split("#")[0]!, options.token ?? process.env.JUPYTER_TOKEN),
  );
  const left = await leases.left();
  await Promise.all(
    left.map(async ({ name, lease }) => {
      const address = addresses.find((one) => one.baseUrl === lease.server);
      try {
        if (address) {
          await rest(address, `api/kernels/${lease.kernel}`, { method: "DELETE", timeout: 10_000 });
          const message = `${lease.server}: stopped the kernel that an earlier sweep left for ${name}`;
          options.on?.({ type: "trouble", message });
        }
      } catch {
        // Gone with its server, or not to be reached: there is nothing more to be done about it.
      }
      await leases.drop(name);
    }),
  );
}

/**
 * Run all cases that are not finished yet. Each is a run of its own with its own kernel, kept in the folder
 * as soon as it ends; kept cases are not run again unless the notebook's code or what is asked of it changed.
 * @throws NotebookError when the notebook cannot be read, names no such parameter, or the folder is in use
 *
 * @example
 * ```ts no-run: it needs a Jupyter server
 * const { cases } = await sweepNotebook("nb.ipynb", {
 *   grid: { C: [1, 2, 4], lr: [0.1, 0.01] },
 *   results: ["loss"],
 *   servers: ["http://a:8888/?token=t#8", "http://b:8888/?token=t#4"],
 * });
 * console.log(toText(cases));
 * ```
 */
export async function sweepNotebook(path: string, options: SweepOptions): Promise<SweepResult> {
  const notebook = await readNotebook(path);
  const name = options.kernel ?? notebook.metadata.kernelspec?.name;
  if (!name) throw new NotebookError(`${path} names no kernel: choose one with --kernel NAME`);
  const cases = casesOf(options.grid);
  const asked = options.results ?? [];
  const [first] = cases;
  if (first) injectParameters(notebook, first.parameters, path); // names must be known before anything runs
  const store = new SweepStore(options.out ?? join(dirname(path), `${basename(path, ".ipynb")}-sweep`));
  await store.open();
  const leases = await Leases.open(store.folder);
  try {
    await stopLeft(leases, options);
    const digest = digests(notebook, asked);
    const done = new Map<string, CaseResult>();
    for (const one of cases) {
      const kept = await store.finished(one, digest(one), options.retryFailed ?? false);
      if (kept) done.set(one.name, kept);
    }
    options.on?.({ type: "plan", cases, kept: [...done.values()] });
    const finish = async (one: Case, result: CaseResult, ran?: Notebook) => {
      await store.keep(one, result, ran);
      done.set(one.name, result);
      options.on?.({ type: "case-end", case: one, result });
    };
    const facts = (one: Case, attempts: number, losses: readonly Loss[]) => ({
      ...{ name: one.name, parameters: one.parameters, digest: digest(one), attempts },
      ...(losses.length > 0 ? { losses: [...losses] } : {}),
    });
    const gates = new Map<string, Gate>();

    const work = async (server: Server, where: string, { task, attempt, losses }: Attempt<Case>) => {
      options.on?.({ type: "case-start", case: task, server: where, attempt });
      const gate = gates.get(where) ?? new Gate(options.starts ?? 4);
      gates.set(where, gate);
      const kernelPath = server.root === undefined ? options.remotePath : basename(path);
      const { signal } = options;
      try {
        const { ran, outcome } = await runCase(server, task, {
          ...{ notebook, path, target: store.notebookPath(task), asked, signal },
          kernel: {
            name,
            ...(kernelPath === undefined ? {} : { path: kernelPath }),
            ...(signal ? { signal } : {}),
            ...(options.serverPatience === undefined ? {} : { patience: options.serverPatience }),
            onStarted: (kernel) => leases.take(task.name, { server: server.baseUrl, kernel }),
          },
          cellTimeout: options.cellTimeout,
          on: (event) => options.on?.({ type: "case-event", case: task, event }),
          start: (begin) => gate.pass(begin),
        });
        await finish(task, { ...facts(task, attempt, losses), ...outcome, server: where }, ran);
      } finally {
        await leases.drop(task.name);
      }
    };

    const giveUp = ({ task, why, attempt, losses, own }: GivenUp<Case>): Promise<void> =>
      finish(task, {
        ...facts(task, attempt, losses),
        ...{ status: own ? "failed" : "lost", results: {}, duration: 0, server: "", error: why },
      });

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
  } finally {
    await leases.close();
  }
}
