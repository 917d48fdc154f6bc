// gradlab run: runs notebooks from the command line.
import { basename, dirname, join, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import { writeAtomic } from "../format/store.ts";
import { NotebookError } from "../format/types.ts";
import { readParameters } from "../parameters/values.ts";
import { junitReport } from "../report/junit.ts";
import { duration, paint } from "../report/text.ts";
import { Tree } from "../report/tree.ts";
import { countCells, failureText, type RunReport } from "../run/report.ts";
import { openServer, type RunOptions, runNotebook } from "../run/run.ts";
import type { Server } from "../server/start.ts";
import { type Command, needDuration, needNumber, type Stop, stopSignal, UsageError } from "./command.ts";

const usage = `gradlab run NOTEBOOK... [options]

Run notebooks from top to bottom on a Jupyter kernel and save their outputs in place.

  --kernel NAME          kernel to use (default: the notebook's own)
  --server URL           use this Jupyter server instead of starting one; its token is
                         read from JUPYTER_TOKEN or from ?token=… in the URL
  -p, --param NAME=VALUE set a name of the cell tagged "parameters" (repeatable)
  --params FILE          the same from a YAML or JSON file
  -o, --output FILE      save there (one notebook), the original stays as it is
  --output-dir FOLDER    save there under the same names
  --no-save              save nowhere
  --cell-timeout TIME    stop a cell after this time, e.g. 30s, 5m (default: no limit)
  --timeout TIME         stop the whole run after this time
  --allow-errors         go on after a failing cell (the exit status is still 1)
  --only WHAT            run only these cells: number, range 3-5, id, tag or heading (repeatable)
  --from-cell WHAT       start there; cells tagged "setup" or "parameters" run anyway
  --watch                run again whenever a file changes: the changed cells and those that depend on them
  --check                run, save nothing, and compare with the stored outputs
  --rtol N, --atol N     tolerance of numbers in --check (default 1e-6, 1e-9)
  --report FILE          write a JSON report
  --junit FILE           write a JUnit XML report
  --json                 print the JSON report on standard output
  -q, --quiet            no progress

Exit status: 0 when every cell ran well, 1 when not, 2 for a wrong command line, 130 after Ctrl-C.`;

const options = {
  kernel: { type: "string" },
  server: { type: "string" },
  param: { type: "string", short: "p", multiple: true },
  params: { type: "string" },
  output: { type: "string", short: "o" },
  "output-dir": { type: "string" },
  "no-save": { type: "boolean" },
  "cell-timeout": { type: "string" },
  timeout: { type: "string" },
  grace: { type: "string" },
  "allow-errors": { type: "boolean" },
  only: { type: "string", multiple: true },
  "from-cell": { type: "string" },
  watch: { type: "boolean" },
  check: { type: "boolean" },
  rtol: { type: "string" },
  atol: { type: "string" },
  report: { type: "string" },
  junit: { type: "string" },
  json: { type: "boolean" },
  quiet: { type: "boolean", short: "q" },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>["values"];

async function runOptions(values: Values): Promise<RunOptions> {
  const rtol = needNumber("rtol", values.rtol);
  const atol = needNumber("atol", values.atol);
  const tolerance = { ...(rtol === undefined ? {} : { rtol }), ...(atol === undefined ? {} : { atol }) };
  return {
    kernel: values.kernel,
    server: values.server,
    parameters: await readParameters(values.param, values.params),
    cellTimeout: needDuration("cell-timeout", values["cell-timeout"]),
    timeout: needDuration("timeout", values.timeout),
    grace: needDuration("grace", values.grace),
    allowErrors: values["allow-errors"],
    only: values.only,
    fromCell: values["from-cell"],
    check: values.check ? tolerance : false,
  };
}

function outputOf(path: string, values: Values): string | false | undefined {
  if (values["no-save"]) return false;
  if (values["output-dir"] !== undefined) return join(values["output-dir"], basename(path));
  return values.output;
}

/** A run that could not begin, as a report, so that one bad notebook does not hide the others. */
const failedReport = (path: string, error: NotebookError): RunReport => ({
  notebook: path,
  kernel: "",
  status: "failed",
  reason: error.message,
  duration: 0,
  parameters: {},
  cells: [],
});

async function runOne(path: string, base: RunOptions, values: Values, stop: Stop): Promise<RunReport> {
  const quiet = values.quiet === true;
  const colors = paint(process.stderr.isTTY === true && !process.env.NO_COLOR);
  const tree = quiet ? undefined : new Tree();
  tree?.note(colors.bold(path));
  try {
    const { report } = await runNotebook(path, {
      ...base,
      output: outputOf(path, values),
      signal: stop.signal,
      on: tree?.on,
    });
    return report;
  } catch (error) {
    if (!(error instanceof NotebookError)) throw error;
    return failedReport(path, error);
  } finally {
    tree?.close();
  }
}

function summary(report: RunReport): string {
  const { ran, failed, notRun } = countCells(report);
  const colors = paint(process.stderr.isTTY === true && !process.env.NO_COLOR);
  const parts = [
    `${ran} cells run`,
    ...(failed ? [`${failed} failed`] : []),
    ...(notRun ? [`${notRun} not run`] : []),
  ];
  const mark = report.status === "passed" ? colors.green("✓") : colors.red("✗");
  return `${mark} ${report.notebook}: ${report.status}, ${parts.join(", ")}, ${duration(report.duration)}`;
}

async function run(args: string[]): Promise<number> {
  const { values, positionals: paths } = parseArgs({ args, options, allowPositionals: true });
  if (paths.length === 0) throw new UsageError("name at least one notebook");
  if (values.output !== undefined && paths.length > 1)
    throw new UsageError("--output takes one notebook; use --output-dir");
  if (values.watch && paths.length > 1) throw new UsageError("--watch takes one notebook");
  if (values.check && values.watch) throw new UsageError("--check and --watch exclude each other");
  const base = await runOptions(values);
  const stop = stopSignal(() => {
    if (!values.quiet)
      process.stderr.write(
        "stopping: saving what has run, ending kernel and server (Ctrl-C again: at once)\n",
      );
  });
  const reports: RunReport[] = [];
  let server: Server | undefined;
  try {
    if (values.watch) {
      await watchRuns(paths[0]!, { ...base, signal: stop.signal });
      return 0;
    }
    if (paths.length > 1) {
      server = await openServer(commonFolder(paths), { ...base, signal: stop.signal });
    }
    for (const path of paths) {
      if (stop.signal.aborted) break;
      const report = await runOne(path, server ? { ...base, server } : base, values, stop);
      reports.push(report);
      if (!values.quiet) process.stderr.write(`${summary(report)}\n`);
      const failures = failureText(report);
      if (failures) process.stderr.write(`\n${failures}\n\n`);
    }
  } finally {
    await server?.close();
    stop.release();
  }
  if (values.report) await writeAtomic(values.report, `${JSON.stringify(reports, null, 2)}\n`);
  if (values.junit) await writeAtomic(values.junit, junitReport(reports));
  if (values.json) process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
  if (stop.signal.aborted) return 130;
  return reports.every((report) => report.status === "passed") ? 0 : 1;
}

async function watchRuns(path: string, options: RunOptions): Promise<void> {
  const { watchNotebook } = await import("../run/watch.ts");
  const say = (text: string) => process.stderr.write(`${text}\n`);
  let tree: Tree | undefined;
  await watchNotebook(path, {
    ...options,
    on: (event) => {
      if (event.type === "cells") tree = new Tree();
      tree?.on(event);
    },
    onRun: (report) => {
      tree?.close();
      say(summary(report));
      const failures = failureText(report);
      if (failures && report.status !== "cancelled") say(`\n${failures}\n`);
    },
    onError: (error) => say(`${path}: ${error.message}`),
    onWait: () => say(`watching ${path} (Ctrl-C ends)`),
  });
}

/** The deepest folder that holds all of `paths`: one server there serves them all. */
function commonFolder(paths: string[]): string {
  const [first = [], ...rest] = paths.map((path) => dirname(resolve(path)).split(sep));
  const depth = rest.reduce((n, other) => {
    const k = first.findIndex((part, i) => other[i] !== part);
    return Math.min(n, k < 0 ? first.length : k);
  }, first.length);
  return first.slice(0, depth).join(sep) || sep;
}

export const command: Command = {
  summary: "run notebooks on a Jupyter kernel, save or check outputs",
  usage,
  run,
};
