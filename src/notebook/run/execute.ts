// Runs the cells of a notebook in memory on a kernel, one by one, and records
// outputs and a report. It knows nothing of files, servers or terminals: the
// commands `run`, `sweep` and `--watch` are built around it.
import { sectionPaths } from "../format/sections.ts";
import { type CodeCell, hasTag, type Notebook, type Output } from "../format/types.ts";
import type { Kernel } from "../server/kernel.ts";
import { type Settled, settle } from "./deadline.ts";
import { type CellError, locateError } from "./locate-error.ts";
import { DisplayIds, OutputRecorder } from "./outputs.ts";
import { type CellReport, isFailure } from "./report.ts";
import { type Selection, selectCells } from "./select.ts";

/** What happens during a run. */
export type RunEvent =
  | { type: "kernel"; name: string }
  | { type: "cells"; cells: number[]; notebook: Notebook }
  | { type: "cell-start"; cell: number }
  /** The last line the cell has shown, for a progress display. */
  | { type: "cell-output"; cell: number; line: string }
  | { type: "cell-end"; cell: number; report: CellReport };

/** How the cells of a notebook are run. */
export interface ExecuteOptions extends Selection {
  /** Run exactly these cells (indices), whatever the selection says. */
  indices?: readonly number[] | undefined;
  /** Go on after a cell that failed. */
  allowErrors?: boolean | undefined;
  /** Milliseconds a cell may take; no limit by default. */
  cellTimeout?: number | undefined;
  /** Moment (Date.now()) at which the run must end. */
  end?: number | undefined;
  grace?: number | undefined;
  signal?: AbortSignal | undefined;
  on?: ((event: RunEvent) => void) | undefined;
  /** Called after every cell, before the next one; a place to save. */
  afterCell?: ((cell: number) => Promise<void>) | undefined;
}

/** The outputs a cell is given when the kernel could not report its end itself. */
function stopOutput(settled: Settled, options: ExecuteOptions): Output | undefined {
  const make = (ename: string, evalue: string): Output => ({
    output_type: "error",
    ename,
    evalue,
    traceback: [`${ename}: ${evalue}`],
  });
  const fate = settled.death ? `; ${settled.death}` : "";
  if (settled.stopped === "timeout") {
    return make("CellTimeout", `the cell ran longer than ${(options.cellTimeout ?? 0) / 1000} s${fate}`);
  }
  if (settled.stopped === "total-timeout") return make("RunTimeout", `the run's time was up${fate}`);
  if (settled.stopped === "cancelled") return settled.death ? make("Cancelled", settled.death) : undefined;
  return settled.death ? make("DeadKernel", settled.death) : undefined;
}

function cellStatus(settled: Settled, allowed: boolean): CellReport["status"] {
  if (settled.stopped === "cancelled") return "cancelled";
  if (settled.stopped) return "timeout";
  if (settled.death !== undefined) return "dead";
  if (settled.reply?.status === "ok") return "ok";
  if (settled.reply?.status === "aborted") return "cancelled";
  return allowed ? "error-allowed" : "error";
}

/** What a progress display can show of an output: the last non-empty line of its text. */
function lastLine(output: Output | undefined): string {
  const text =
    output?.output_type === "stream"
      ? output.text.slice(-2000)
      : output && "data" in output && typeof output.data["text/plain"] === "string"
        ? output.data["text/plain"].slice(-2000)
        : "";
  return text.split(/[\r\n]/).findLast((line) => line.trim() !== "") ?? "";
}

/**
 * Run the selected cells; the notebook's cells are changed in place.
 *
 * @example
 * ```ts no-run: it needs a Jupyter server
 * const server = await startServer({ root: "." });
 * const kernel = await Kernel.start(server, { name: "tslab" });
 * const reports = await executeNotebook(fromScript("// %%\n1 + 1\n"), kernel);
 * console.log(reports.map((cell) => cell.status));
 * ```
 */
export async function executeNotebook(
  notebook: Notebook,
  kernel: Kernel,
  options: ExecuteOptions = {},
): Promise<CellReport[]> {
  const selected = options.indices ? [...options.indices] : selectCells(notebook, options);
  const paths = sectionPaths(notebook);
  const ids = new DisplayIds();
  const reports: CellReport[] = [];
  options.on?.({ type: "cells", cells: selected, notebook });
  let over = false;

  for (const [index, cell] of notebook.cells.entries()) {
    if (cell.cell_type !== "code" || cell.source.trim() === "") continue;
    const section = paths[index]!.map((heading) => heading.text);
    const base = { cell: index + 1, id: cell.id, section, duration: 0, executionCount: null };
    if (!selected.includes(index)) {
      reports.push({ ...base, status: "skipped" });
    } else if (over || options.signal?.aborted) {
      reports.push({ ...base, status: "not-run" });
    } else if (options.end !== undefined && Date.now() >= options.end) {
      const evalue = "the run's time was up before the cell began";
      const error = { ename: "RunTimeout", evalue, traceback: `RunTimeout: ${evalue}` };
      reports.push({ ...base, status: "timeout", error });
      over = true;
    } else {
      options.on?.({ type: "cell-start", cell: index });
      const report = { ...base, ...(await runCell(cell, index, kernel, ids, options)) };
      reports.push(report);
      options.on?.({ type: "cell-end", cell: index, report });
      await options.afterCell?.(index);
      const stateLost = !kernel.alive || report.steps?.includes("restart") === true;
      over = stateLost || report.status === "cancelled" || (isFailure(report.status) && !options.allowErrors);
    }
  }
  return reports;
}

async function runCell(
  cell: CodeCell,
  index: number,
  kernel: Kernel,
  ids: DisplayIds,
  options: ExecuteOptions,
): Promise<Pick<CellReport, "status" | "duration" | "executionCount" | "error" | "steps" | "serverLost">> {
  const recorder = new OutputRecorder(ids);
  const began = performance.now();
  const execution = kernel.execute(cell.source, (message) => {
    if (recorder.handle(message)) {
      options.on?.({ type: "cell-output", cell: index, line: lastLine(recorder.outputs.at(-1)) });
    }
  });
  const settled = await settle(kernel, execution, {
    cell: options.cellTimeout,
    end: options.end,
    grace: options.grace,
    signal: options.signal,
  });
  const duration = performance.now() - began;
  const status = cellStatus(settled, hasTag(cell, "raises-exception"));
  const stop = stopOutput(settled, options);
  if (stop) recorder.outputs.push(stop);
  const count = settled.reply?.executionCount ?? null;
  // A kernel that replies "error" without showing one would leave a cell that looks well.
  if (settled.reply?.error && !recorder.outputs.some((output) => output.output_type === "error")) {
    recorder.outputs.push({ output_type: "error", ...settled.reply.error });
  }
  cell.outputs = recorder.finish();
  cell.execution_count = count;
  delete cell.metadata["execution"]; // timestamps of an earlier run in JupyterLab
  const errors = cell.outputs.filter((output) => output.output_type === "error");
  const located = errors.map((error) => locateError(error, cell.source, count));
  // After a timeout our own error comes last; the interrupt's, before it, knows the line.
  const error = { ...located.find((one) => one.line !== undefined), ...located.at(-1) } as CellError;
  return {
    status,
    duration,
    executionCount: count,
    ...(status !== "ok" && errors.length > 0 ? { error } : {}),
    ...(settled.serverLost ? { serverLost: true } : {}),
    ...(settled.steps.length > 0 ? { steps: settled.steps } : {}),
  };
}
