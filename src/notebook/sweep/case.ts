// One case of a sweep on one kernel: started, run, asked for its results, kept.
// Whatever shows that kernel or server were lost is thrown, for the case is
// then done again elsewhere; what the notebook itself got wrong is a result.
import { type Notebook, NotebookError } from "../format/types.ts";
import { injectParameters } from "../parameters/inject.ts";
import { executeNotebook, type RunEvent } from "../run/execute.ts";
import { type CellReport, failureText, isFailure, type RunReport } from "../run/report.ts";
import { Kernel } from "../server/kernel.ts";
import { KernelDeath, type KernelOptions } from "../server/kernel-types.ts";
import type { Server } from "../server/start.ts";
import type { Case } from "./grid.ts";
import { readResults } from "./results.ts";
import type { CaseResult } from "./store.ts";

export interface CaseRun {
  notebook: Notebook;
  /** The notebook's path, for messages. */
  path: string;
  /** Where the notebook that ran will lie, for messages. */
  target: string;
  kernel: KernelOptions;
  /** Expressions asked for at the end. */
  asked: readonly string[];
  cellTimeout: number | undefined;
  signal: AbortSignal | undefined;
  on: (event: RunEvent) => void;
  /** Starts are let through here, a few at a time. */
  start: (begin: () => Promise<Kernel>) => Promise<Kernel>;
}

/** A server that is shut down stops its kernels first: their cells then end with an interrupt that nobody here asked for. */
function interruptedFromOutside(cells: readonly CellReport[]): boolean {
  return cells.some(
    ({ error, steps }) => !steps && /^(Interrupted|KeyboardInterrupt)$/.test(error?.ename ?? ""),
  );
}

/** @throws KernelDeath or ServerError when the case was not brought to its end */
async function assertEnded(one: Case, kernel: Kernel, cells: readonly CellReport[]): Promise<void> {
  const dead = cells.find((cell) => cell.status === "dead");
  if (dead) {
    const why = `${dead.error?.evalue ?? "the kernel died"} (cell ${dead.cell} of ${one.name})`;
    throw new KernelDeath(why, dead.serverLost);
  }
  if (!cells.some((cell) => isFailure(cell.status))) return;
  if (interruptedFromOutside(cells) || !(await kernel.exists())) {
    throw new KernelDeath(`the kernel of ${one.name} was stopped from outside`, true);
  }
}

/** Run one case; resolves to the notebook with its outputs, and what is known of it. */
export async function runCase(
  server: Server,
  one: Case,
  options: CaseRun,
): Promise<{ ran: Notebook; outcome: Pick<CaseResult, "status" | "results" | "duration" | "error"> }> {
  const { signal } = options;
  const ran = injectParameters(structuredClone(options.notebook), one.parameters, options.path);
  const kernel = await options.start(() => Kernel.start(server, options.kernel));
  const began = performance.now();
  try {
    const cells = await executeNotebook(ran, kernel, {
      ...{ cellTimeout: options.cellTimeout, signal, on: options.on },
    });
    signal?.throwIfAborted();
    await assertEnded(one, kernel, cells);
    const failed = cells.some((cell) => isFailure(cell.status));
    let results: Record<string, unknown> = {};
    let wrong = "";
    if (!failed) {
      try {
        results = await readResults(kernel, ran, options.asked);
      } catch (error) {
        if (error instanceof KernelDeath || !(error instanceof NotebookError)) throw error;
        wrong = error.message;
      }
    }
    const duration = performance.now() - began;
    if (!failed && !wrong) return { ran, outcome: { status: "passed", results, duration } };
    const report: RunReport = {
      ...{ notebook: options.target, kernel: kernel.name, status: "failed", duration },
      ...{ parameters: one.parameters, cells },
    };
    return {
      ran,
      outcome: { status: "failed", results, duration, error: wrong || failureText(report) },
    };
  } finally {
    await kernel.shutdown();
  }
}
