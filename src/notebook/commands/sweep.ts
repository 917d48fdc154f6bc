// gradlab sweep: one notebook over many parameters, kernels and servers.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { writeAtomic } from "../format/store.ts";
import { NotebookError } from "../format/types.ts";
import { SweepBoard } from "../report/board.ts";
import { parseGrid } from "../sweep/grid.ts";
import { plotSvg } from "../sweep/plot.ts";
import { type SweepResult, sweepNotebook } from "../sweep/sweep.ts";
import { toCsv, toParquet, toText } from "../sweep/table.ts";
import { type Command, needDuration, needNumber, stopSignal, UsageError } from "./command.ts";

const usage = `gradlab sweep NOTEBOOK --param NAME=V1,V2,... [options]

Run a notebook once for every combination of parameters, several at a time, on one Jupyter server
or many. Finished runs are kept in a folder and never repeated: after a Ctrl-C, a crash or a lost
connection the same command goes on where it was. Lost servers and dead kernels are retried elsewhere.

  -p, --param NAME=LIST  values of a name of the cell tagged "parameters" (repeatable)
  --params FILE          the same from a YAML or JSON file: name: [values]
  --result NAME[=EXPR]   a result: what the expression is worth at the end (repeatable); cells
                         tagged "results" that show an object give results too
  --server URL[#N]       a Jupyter server, JupyterHub user or Enterprise Gateway, with at most N
                         kernels at a time (repeatable; default: one server started here)
  --jobs N               kernels at a time on a server (default 2)
  --starts N             kernels starting at the same time on a server (default 4)
  --remote-path PATH     working directory on the servers, relative to their root
  --out FOLDER           where runs and results go (default: NOTEBOOK-sweep)
  --kernel NAME          kernel to use (default: the notebook's own)
  --cell-timeout TIME    stop a cell after this time
  --attempts N           times a run is begun when kernels or servers are lost (default 3)
  --retry-failed         run cases again that failed
  -q, --quiet            no progress

The folder holds runs/CASE.ipynb, results.csv, results.parquet and plot.svg.
An Enterprise Gateway is told the variables KERNEL_… that are set here (KERNEL_USERNAME: your user name).
Exit status: 0 when every case passed, 1 when not, 2 for a wrong command line, 130 after Ctrl-C.`;

const options = {
  param: { type: "string", short: "p", multiple: true },
  params: { type: "string" },
  result: { type: "string", multiple: true },
  server: { type: "string", multiple: true },
  jobs: { type: "string" },
  starts: { type: "string" },
  "remote-path": { type: "string" },
  out: { type: "string" },
  kernel: { type: "string" },
  "cell-timeout": { type: "string" },
  attempts: { type: "string" },
  "retry-failed": { type: "boolean" },
  quiet: { type: "boolean", short: "q" },
} as const;

async function gridFile(path: string | undefined): Promise<Record<string, unknown[]>> {
  if (path === undefined) return {};
  let content: unknown;
  try {
    content = parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new NotebookError(`cannot read ${path}: ${(error as Error).message}`);
  }
  if (content === null || typeof content !== "object" || Array.isArray(content)) {
    throw new NotebookError(`${path} must hold names and lists, such as "C: [1, 2, 4]"`);
  }
  return Object.fromEntries(Object.entries(content).map(([name, v]) => [name, Array.isArray(v) ? v : [v]]));
}

const positive = (name: string, text: string | undefined): number | undefined => {
  const value = needNumber(name, text);
  if (value !== undefined && (!Number.isInteger(value) || value < 1))
    throw new UsageError(`--${name} must be 1 or more`);
  return value;
};

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) throw new UsageError("name one notebook");
  const grid = { ...(await gridFile(values.params)), ...parseGrid(values.param ?? []) };
  if (Object.keys(grid).length === 0) throw new UsageError("--param NAME=V1,V2 is missing");
  const stop = stopSignal(() =>
    process.stderr.write("stopping: finished runs are kept (Ctrl-C again: at once)\n"),
  );
  const board = values.quiet ? undefined : new SweepBoard();
  try {
    const result = await sweepNotebook(path, {
      grid,
      results: values.result,
      servers: values.server,
      limit: positive("jobs", values.jobs),
      starts: positive("starts", values.starts),
      remotePath: values["remote-path"],
      out: values.out,
      kernel: values.kernel,
      cellTimeout: needDuration("cell-timeout", values["cell-timeout"]),
      attempts: positive("attempts", values.attempts),
      retryFailed: values["retry-failed"],
      signal: stop.signal,
      on: board?.on,
    });
    board?.close();
    const written = await writeResults(result);
    process.stdout.write(`${toText(result.cases)}\n`);
    if (!values.quiet) process.stderr.write(`\n${written.join(", ")}\n`);
    for (const one of result.cases) {
      if (one.error) process.stderr.write(`\n${one.name}:\n  ${one.error.replaceAll("\n", "\n  ")}\n`);
    }
    if (result.cancelled) return 130;
    return result.cases.every((one) => one.status === "passed") ? 0 : 1;
  } finally {
    board?.close();
    stop.release();
  }
}

/** The table and the plot of what is there. */
async function writeResults({ folder, cases }: SweepResult): Promise<string[]> {
  if (cases.length === 0) return [];
  const plot = await plotSvg(cases);
  const files: [string, string | Uint8Array][] = [
    ["results.csv", toCsv(cases)],
    ["results.parquet", await toParquet(cases)],
    ...(plot === undefined ? [] : [["plot.svg", plot] as [string, string]]),
  ];
  for (const [name, data] of files) await writeAtomic(join(folder, name), data);
  return files.map(([name]) => join(folder, name));
}

export const command: Command = {
  summary: "run a notebook over many parameters, on many kernels",
  usage,
  run,
};
