/**
 * Peers for benchmarks, in Python and in JavaScript: throw-away environments under .cache/bench, and a
 * process that answers requests one line of JSON each, so that rounds of ours and theirs alternate in one run.
 */

import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Measured, median, note } from "./_results.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
export const cache = join(root, ".cache", "bench");

/** The Python of an environment that holds the packages; made on the first call (a minute or so). */
export function python(packages: readonly string[]): string {
  const folder = join(cache, "venv");
  const bin = join(folder, "bin", "python");
  const note = join(folder, "packages.txt");
  const have = existsSync(note) ? readFileSync(note, "utf8").split("\n") : [];
  const missing = packages.filter((p) => !have.includes(p));
  if (missing.length === 0 && existsSync(bin)) return bin;
  mkdirSync(cache, { recursive: true });
  console.error(`Setting up the peers in ${folder}: ${missing.join(", ")} …`);
  if (!existsSync(bin)) execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
  execFileSync(bin, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...missing], {
    stdio: "inherit",
  });
  writeFileSync(note, [...have, ...missing].join("\n"));
  return bin;
}

const NODE_PACKAGES = [
  "@tensorflow/tfjs-core@4.22.0",
  "@tensorflow/tfjs-backend-wasm@4.22.0",
  "@jax-js/jax@0.1.25",
];

/** A folder in which the JavaScript peers are installed; null when they cannot be had. */
export function nodePeers(): string | null {
  const folder = join(cache, "node");
  const note = join(folder, "packages.txt");
  const wanted = NODE_PACKAGES.join("\n");
  if (existsSync(note) && readFileSync(note, "utf8") === wanted) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  console.error(`Setting up the peers in ${folder}: ${NODE_PACKAGES.join(", ")} …`);
  try {
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--save-exact"];
    execFileSync("npm", ["install", ...options, ...NODE_PACKAGES], { cwd: folder, stdio: "inherit" });
  } catch {
    console.error("The JavaScript peers could not be installed; going on without them.");
    return null;
  }
  writeFileSync(note, wanted);
  return folder;
}

/** A program that reads one JSON request a line and prints one JSON answer a line; one thread. Python unless told. */
export class Peer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting: ((line: string) => void)[] = [];

  constructor(bin: string, program: string, { args = ["-u", "-c"], cwd = root } = {}) {
    const one = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
    this.#child = spawn(bin, [...args, program], { cwd, env: { ...process.env, ...one } });
    this.#child.stderr.pipe(process.stderr);
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#waiting.shift()?.(line));
    this.#child.on("exit", (code) => {
      if (this.#waiting.length > 0) {
        console.error(`A peer ended with status ${code}.`);
        process.exit(1);
      }
    });
  }

  ask<T>(request: unknown): Promise<T> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return new Promise((resolve) => this.#waiting.push((line) => resolve(JSON.parse(line) as T)));
  }

  close(): void {
    this.#child.stdin.end();
  }
}

export interface Row {
  work: string;
  ours: number[];
  theirs: number[];
}

/** Alternates rounds of both sides; each returns milliseconds of one unit of work. */
export async function alternate(
  work: string,
  rounds: number,
  ours: () => number | Promise<number>,
  theirs: () => Promise<number>,
): Promise<Row> {
  const row: Row = { work, ours: [], theirs: [] };
  await ours();
  await theirs();
  for (let i = 0; i < rounds; i++) {
    row.ours.push(await ours());
    row.theirs.push(await theirs());
  }
  return row;
}

const span = (v: readonly number[]): string =>
  `${median(v).toPrecision(3)} (${Math.min(...v).toPrecision(3)}–${Math.max(...v).toPrecision(3)})`;

/** A table that prints each row when it is measured: medians with their spread in milliseconds, and the ratio of each round. */
export class Report {
  readonly rows: Row[] = [];
  readonly #noted: Measured[] = [];
  readonly #peer: string;
  constructor(title: string, peer: string) {
    this.#peer = peer;
    note({ title, unit: "ms", ours: "gradlab", contenders: ["gradlab", peer], rows: this.#noted });
    console.log(`\n${title}\n\n| work | gradlab ms | ${peer} ms | times as fast |\n|---|---|---|---|`);
  }
  add(row: Row): void {
    this.rows.push(row);
    this.#noted.push({ work: row.work, times: { gradlab: row.ours, [this.#peer]: row.theirs } });
    const ratios = row.ours.map((v, i) => row.theirs[i] / v);
    console.log(`| ${row.work} | ${span(row.ours)} | ${span(row.theirs)} | ${span(ratios)} |`);
  }
}

/** What the machine is and how busy, for the record. */
export function machine(): string {
  const [load] = loadavg();
  return `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, load ${load.toFixed(1)}`;
}
