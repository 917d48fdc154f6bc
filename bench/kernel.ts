// The kernel beside stock tslab, Deno's kernel and ipykernel: start, small cells, completion, interrupt, output, memory.
//
// All four run on this machine, one after the other, several rounds, spoken to by the same client over real sockets.
// Deno comes from npm into a throw-away folder; ipykernel from .venv. A kernel that is not there is left out.
//
//   npm run bench -- kernel [--rounds 5] [--only gradlab,deno]

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Language } from "../kernel/language/index.ts";
import { descendants } from "../kernel/runtime/descendants.ts";
import { kernelSpec } from "../kernel/spec/install.ts";
import { Client } from "../test/kernel/client.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const { values: options } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, only: { type: "string" } },
});
const ROUNDS = Number(options.rounds);
const SMALL_CELLS = 30;
const LINES = 100_000;

interface Peer {
  name: string;
  command: (connectionFile: string) => string[];
  env?: Record<string, string>;
  /** How it is interrupted: by message, or by signal. */
  interrupt: "message" | "signal";
  small: (i: number) => string;
  loop: string;
  complete: string;
  lines: string;
}

const typescript = {
  small: (i: number) => `const a${i} = [${i}, 2].map((n) => n * 2); a${i}.length + ${i}`,
  loop: "console.log('running'); for (;;) {}",
  complete: "console.lo",
  lines: `for (let i = 0; i < ${LINES}; i++) console.log(i)`,
};
const python = {
  small: (i: number) => `a${i} = [n * 2 for n in [${i}, 2]]; len(a${i}) + ${i}`,
  loop: "print('running', flush=True)\nwhile True: pass",
  complete: "str.uppe",
  lines: `for i in range(${LINES}): print(i)`,
};

function peers(folder: string): Peer[] {
  const node = process.execPath;
  const spec = kernelSpec(folder); // as Jupyter starts it
  const all: Peer[] = [
    {
      name: "gradlab",
      command: (f) => spec.argv.map((word) => word.replace("{connection_file}", f)),
      env: spec.env,
      interrupt: "message",
      ...typescript,
    },
    {
      name: "tslab",
      command: (f) => [node, join(root, "node_modules/tslab/bin/tslab"), "kernel", "--config-path", f],
      interrupt: "signal",
      ...typescript,
    },
  ];
  const deno = installDeno(folder);
  if (deno)
    all.push({
      name: "deno",
      command: (f) => [deno, "jupyter", "--kernel", "--conn", f],
      interrupt: "message",
      ...typescript,
    });
  const py = join(root, ".venv/bin/python");
  if (existsSync(py))
    all.push({
      name: "ipykernel",
      command: (f) => [py, "-m", "ipykernel_launcher", "-f", f],
      interrupt: "signal",
      ...python,
    });
  const only = options.only?.split(",");
  return only ? all.filter((peer) => only.includes(peer.name)) : all;
}

function installDeno(folder: string): string | null {
  if (options.only && !options.only.includes("deno")) return null;
  if (process.env["DENO"]) return process.env["DENO"];
  process.stderr.write("installing Deno into a throw-away folder …\n");
  try {
    execFileSync(
      "npm",
      ["install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, "deno@2.9.6"],
      { cwd: folder },
    );
    return join(folder, "node_modules/.bin/deno");
  } catch (error) {
    process.stderr.write(`without Deno: ${(error as Error).message}\n`);
    return null;
  }
}

type Measures = Record<string, number>;

async function measure(peer: Peer): Promise<Measures> {
  const out: Measures = {};
  const folder = mkdtempSync(join(tmpdir(), "bench-kernel-"));
  let child: ChildProcess | undefined;
  const started = performance.now();
  const client = await Client.start({
    ask: true,
    spawn: (_, file) => {
      const [command, ...args] = peer.command(file);
      const env = {
        ...process.env,
        ...peer.env,
        NO_COLOR: "1",
        JPY_PARENT_PID: String(process.pid), // should the benchmark be killed, the kernels go with it
        GRADLAB_HISTORY: join(folder, "history"),
        IPYTHONDIR: folder,
      };
      return (child = spawn(command!, args, { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] }));
    },
  });
  try {
    await client.execute("1 + 1");
    out["start to first result, ms"] = performance.now() - started;
    // One after the other, and with a moment between, as a person does.
    for (const [name, pause, first] of [
      ["small cell in a row, ms", 0, 0],
      ["small cell, ms", 100, 1000],
    ] as const) {
      const cells: number[] = [];
      for (let i = first; i < first + SMALL_CELLS; i++) {
        cells.push(await time(() => client.execute(peer.small(i))));
        if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      }
      out[name] = median(cells.slice(5));
    }
    // "Run all" sends every cell at once.
    out["run all, a cell, ms"] =
      (await time(async () => {
        const ids = Array.from({ length: SMALL_CELLS }, (_, i) =>
          client.startExecution(peer.small(2000 + i)),
        );
        await client.finished(ids.at(-1)!);
      })) / SMALL_CELLS;
    const completions: number[] = [];
    const request = { code: peer.complete, cursor_pos: peer.complete.length };
    for (let i = 0; i < SMALL_CELLS; i++)
      completions.push(await time(() => client.request("shell", "complete_request", request)));
    out["completion, ms"] = median(completions.slice(5));
    out["memory, MB"] = memory(child!.pid!) / 1e6;
    const before = performance.now();
    const id = client.startExecution(peer.lines);
    const finished = await within(30_000, client.finished(id));
    out[`${LINES} lines, ms`] = finished ? performance.now() - before : Number.NaN;
    const arrived = () =>
      client.about(id).reduce((n, m) => n + (m.content["text"]?.split("\n").length - 1 || 0), 0);
    let lines = arrived();
    // Some kernels go idle before their output has come: it may still be counted.
    for (let before = -1; lines < LINES && lines > before; lines = arrived()) {
      before = lines;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    out["lines that arrived"] = lines;
    if (!finished) return out;
    const running = client.startExecution(peer.loop);
    await client.publishedWhere("the loop", (m) => m.parent === running && m.type === "stream");
    out["interrupt to idle, ms"] = await time(async () => {
      if (peer.interrupt === "signal") child!.kill("SIGINT");
      else client.send("control", "interrupt_request");
      await client.idle(running);
    });
    return out;
  } finally {
    client.send("control", "shutdown_request", { restart: false });
    await within(2000, client.exited);
    for (const pid of [child!.pid!, ...descendants(child!.pid!)]) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended, as it should.
      }
    }
    client.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the check of a small cell takes by itself: the language server asked from here, and nothing else at work. */
async function typesAlone(small: Peer["small"]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "bench-kernel-"));
  const language = new Language({ cwd: folder });
  try {
    const checks: number[] = [];
    for (let i = 1; i <= SMALL_CELLS; i++) {
      checks.push(await time(() => language.check(i, small(i))));
      language.commit(i, small(i));
    }
    return median(checks.slice(5));
  } finally {
    await language.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function time(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  const result = await Promise.race([promise.catch(() => null), limit]);
  clearTimeout(timer);
  return result;
}

/** Memory of a process and all below it; shared pages are counted in proportion where the system tells. */
function memory(pid: number): number {
  return [pid, ...descendants(pid)].reduce((sum, p) => {
    try {
      const kb = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${p}/smaps_rollup`, "utf8"))?.[1];
      return sum + Number(kb ?? 0) * 1024;
    } catch {
      return sum;
    }
  }, 0);
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const scratch = mkdtempSync(join(tmpdir(), "bench-deno-"));
try {
  const all = peers(scratch);
  const results = new Map<string, Measures[]>(all.map((peer) => [peer.name, []]));
  for (let round = 1; round <= ROUNDS; round++) {
    for (const peer of all) {
      process.stderr.write(`round ${round} of ${ROUNDS}: ${peer.name}\n`);
      try {
        const measures = await measure(peer);
        if (peer.name === "gradlab")
          measures["types of a small cell alone, ms"] = await typesAlone(peer.small);
        results.get(peer.name)!.push(measures);
      } catch (error) {
        process.stderr.write(`  failed: ${(error as Error).message.split("\n")[0]}\n`);
      }
    }
  }
  report(all, results);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function report(all: Peer[], results: Map<string, Measures[]>): void {
  const names = [...new Set([...results.values()].flat().flatMap((m) => Object.keys(m)))];
  const rows = [["median [least, most] (× gradlab)", ...all.map((peer) => peer.name)]];
  for (const name of names) {
    const of = (peer: string) =>
      results
        .get(peer)!
        .map((m) => m[name])
        .filter((v): v is number => v !== undefined);
    const own = median(of("gradlab"));
    rows.push([name, ...all.map(({ name: peer }) => cell(of(peer), own, peer !== "gradlab"))]);
  }
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  for (const row of rows) console.log(row.map((text, i) => text.padEnd(widths[i]!)).join("  "));
}

function cell(values: number[], own: number, ratio: boolean): string {
  if (values.length === 0) return "–";
  if (values.some(Number.isNaN)) return "never idle";
  const middle = median(values);
  const spread = `[${short(Math.min(...values))}, ${short(Math.max(...values))}]`;
  return `${short(middle)} ${spread}${ratio && own > 0 ? ` (${(middle / own).toPrecision(2)}×)` : ""}`;
}

function short(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(2);
}
