// `npm run soak -- --minutes 60`: a notebook is run from top to bottom, over and over, in one kernel, and beside
// it a Jupyter server starts and ends a kernel for every round. Every minute the memory and the open handles of
// each process are printed. At the end a line through the later two thirds says whether they stay flat; the exit
// status is 1 when one does not.
//
// The cells do what a working day does: train, derive, plot, print a lot, fail with a type error and with a
// thrown one, get interrupted, complete and inspect.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runNotebook, startServer, writeNotebook } from "../../src/notebook/index.ts";
import { Client } from "../kernel/client.ts";
import { code, notebook } from "../notebook/helpers.ts";
import { childWith, commandOf, descendants, resources } from "./processes.ts";
import { interrupted, sheet } from "./sheet.ts";

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "60" }, every: { type: "string", default: "60" } },
});
const minutes = Number(values.minutes);
const every = Number(values.every);
if (!(minutes > 0 && every > 0)) {
  console.error("usage: npm run soak -- --minutes 60 [--every SECONDS]");
  process.exit(2);
}

/** Caches fill during the first minutes. */
const LEAST_MINUTES = 15;

const folder = mkdtempSync(join(tmpdir(), "gradlab-soak-"));
process.env["TMPDIR"] = folder; // what anything below leaves behind is counted there
const began = Date.now();
const elapsed = (): number => (Date.now() - began) / 60_000;

const client = await Client.start({ cwd: process.cwd() });
const server = await startServer({ root: folder });
// The shell that guards the server has the same words in its command line.
const serverPid = descendants(process.pid).find((pid) =>
  /^\S*python\S* .*jupyter-server/.test(commandOf(pid)),
)!;
const small = join(folder, "small.ipynb");
await writeNotebook(small, notebook([code("6 * 7")], { kernelspec: { name: "tslab" } }));

type Sample = Record<string, number>;
const samples: { at: number; of: Sample }[] = [];
let rounds = 0;
let kernels = 0;
let heap = 0;

async function round(): Promise<void> {
  for (const { source, fails } of sheet) {
    const { reply, error } = await client.execute(source);
    if ((reply.content["status"] === "error") !== fails)
      throw new Error(`round ${rounds}: ${source}\n${error?.evalue ?? "did not fail"}`);
  }
  await client.request("shell", "complete_request", { code: "model.", cursor_pos: 6 });
  await client.request("shell", "inspect_request", { code: "adam", cursor_pos: 2, detail_level: 0 });
  if (rounds % 5 === 0) {
    const id = client.startExecution(interrupted);
    await client.publishedWhere("the loop", (m) => m.parent === id && m.type === "stream");
    await client.interrupt();
    await client.finished(id);
  }
  const { result } = await client.execute(collected);
  heap = Number(result);
  client.published.length = 0;
  client.replies.length = 0;
  rounds++;
}

/** The runtime's heap after a collection: leaks of the cells' own world show here first. */
const collected = `
  import v8 from "node:v8"; import vm from "node:vm";
  v8.setFlagsFromString("--expose-gc"); (vm.runInNewContext("gc") as () => void)();
  Math.round(process.memoryUsage().heapUsed / 1024) / 1024`;

async function throughServer(): Promise<void> {
  const { report } = await runNotebook(small, { server, output: false });
  if (report.status !== "passed") throw new Error(`through the server: ${JSON.stringify(report.cells)}`);
  kernels++;
}

function sample(): void {
  const kernel = client.child.pid!;
  const processes = {
    kernel,
    runtime: childWith(kernel, "runtime/main."),
    language: childWith(kernel, "--lsp"),
    server: serverPid,
  };
  const of: Sample = { heap };
  for (const [name, pid] of Object.entries(processes)) {
    const { memory, handles } = resources(pid);
    of[`${name} MB`] = memory;
    of[`${name} handles`] = handles;
  }
  of["processes"] = descendants(process.pid).length;
  of["temporary files"] = readdirSync(folder).length;
  samples.push({ at: elapsed(), of });
  const cells = Object.entries(of).map(([name, value]) => `${name} ${shown(name, value)}`);
  console.log(
    `${elapsed().toFixed(1).padStart(5)} min  rounds ${rounds}  kernels ${kernels}  ${cells.join("  ")}`,
  );
}

const shown = (name: string, value: number): string =>
  name.endsWith("MB") || name === "heap" ? value.toFixed(1) : String(value);

/** Growth an hour of a least-squares line through the later two thirds, and what still counts as flat. */
function verdict(): boolean {
  const late = samples.slice(Math.floor(samples.length / 3));
  const mean = (list: number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
  const t = late.map(({ at }) => at / 60);
  const middle = mean(t);
  const spread = t.reduce((sum, x) => sum + (x - middle) ** 2, 0);
  let flat = true;
  console.log(
    `\n${rounds} rounds and ${kernels} kernels in ${elapsed().toFixed(1)} min; the later two thirds:`,
  );
  for (const name of Object.keys(late[0]!.of)) {
    const y = late.map(({ of }) => of[name]!);
    const level = mean(y);
    const slope = t.reduce((sum, x, i) => sum + (x - middle) * (y[i]! - level), 0) / spread;
    const rise = slope * (t.at(-1)! - t[0]!);
    const allowed = name.endsWith("MB") ? 0.1 * level + 10 : name === "heap" ? 0.05 * level + 2 : 2;
    const good = rise <= allowed;
    flat &&= good;
    console.log(
      `${good ? "flat " : "RISES"} ${name.padEnd(16)} mean ${level.toFixed(1)}, from ${Math.min(...y).toFixed(1)} ` +
        `to ${Math.max(...y).toFixed(1)}, ${slope >= 0 ? "+" : ""}${slope.toFixed(2)} an hour`,
    );
  }
  return flat;
}

try {
  for (let next = 0; elapsed() < minutes; ) {
    await round();
    if (elapsed() * 60 < next) continue;
    await throughServer();
    sample();
    next += every;
  }
  sample();
  if (minutes < LEAST_MINUTES)
    console.log(`\nToo short to tell flat from rising: a verdict needs ${LEAST_MINUTES} minutes.`);
  else process.exitCode = verdict() ? 0 : 1;
} finally {
  await client.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
