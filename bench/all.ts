// All benchmarks, one after the other; with --readme their tables and pictures become bench/README.md.
//
//   npm run bench -- all [--quick] [--rounds N] [--only resnet,em] [--readme]
//
// Results are kept in .cache/bench/NAME.json. Nothing else should run on the machine meanwhile.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cache, machine } from "./_peers.ts";
import { median, type Table } from "./_results.ts";

const here = fileURLToPath(new URL("./", import.meta.url));
const { values: o } = parseArgs({
  options: {
    quick: { type: "boolean" },
    rounds: { type: "string", default: "5" },
    only: { type: "string" },
    readme: { type: "boolean" },
  },
});

interface Benchmark {
  name: string;
  heading: string;
  about: string;
  /** Whether it writes --json and --svg; otherwise only what it prints is shown. */
  files: boolean;
}

const ALL: readonly Benchmark[] = [
  {
    name: "resnet",
    heading: "A training step",
    about:
      "Forward, backward and SGD of the residual network in notebooks/cs446-hw2, batch 128 of 8 × 8 images, float32. " +
      "JAX's convolutions are dense matrices over the few positions, its fastest form.",
    files: true,
  },
  {
    name: "eager",
    heading: "Small operations, line by line",
    about: "On a 4 × 4 float32 matrix that collects gradients.",
    files: true,
  },
  {
    name: "matmul",
    heading: "Matrix products",
    about:
      "Eager `a.matmul(b)`, copies into WebAssembly memory and back included, beside NumPy's one thread.",
    files: true,
  },
  {
    name: "em",
    heading: "Mixtures by EM",
    about: "One iteration from the same parameters on the same data; the peers use one thread.",
    files: true,
  },
  {
    name: "gplvm",
    heading: "GP-LVM",
    about:
      "The likelihood and its gradient, answers compared before they are timed; the peers use one thread.",
    files: true,
  },
  {
    name: "kernel",
    heading: "The Jupyter kernel",
    about: "Start, small cells, completion, interrupt, output and memory, spoken to over real sockets.",
    files: false,
  },
];

interface Done extends Benchmark {
  printed: string;
  seconds: number;
  failed: boolean;
}

function run(b: Benchmark): Promise<Done> {
  const picture = o.readme ? join(here, "pictures", `${b.name}.svg`) : join(cache, `${b.name}.svg`);
  const args = [join(here, `${b.name}.ts`)];
  if (o.quick && b.files) args.push("--quick");
  if (b.name !== "em" && b.name !== "gplvm") args.push("--rounds", o.quick ? "3" : o.rounds);
  if (b.files) args.push("--json", join(cache, `${b.name}.json`), "--svg", picture);
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
    process.stdout.write(text);
  });
  process.once("exit", () => child.kill());
  return new Promise((done) =>
    child.on("close", (code) =>
      done({ ...b, printed, seconds: (performance.now() - started) / 1000, failed: code !== 0 }),
    ),
  );
}

const short = (v: number): string => (v >= 100 ? String(Math.round(v)) : v.toPrecision(3));

/** The first table of each benchmark in one: our median and how many times as fast it is as each peer. */
function summary(done: readonly Done[]): string[] {
  const lines = ["| work | gradlab | times as fast as |", "|---|---|---|"];
  for (const b of done) {
    const file = join(cache, `${b.name}.json`);
    if (!b.files || b.failed || !existsSync(file)) continue;
    for (const t of (JSON.parse(readFileSync(file, "utf8")) as { tables: WithRatios[] }).tables.slice(0, 2))
      for (const r of t.rows) {
        const peers = Object.entries(r.ratios)
          .filter((e): e is [string, number] => e[1] !== null)
          .map(([peer, times]) => `${peer} ${short(times)}`);
        lines.push(
          `| ${b.name}: ${r.work} | ${short(median(r.times[t.ours]))} ${t.unit} | ${peers.join(", ")} |`,
        );
      }
  }
  return lines;
}
interface WithRatios extends Table {
  rows: (Table["rows"][number] & { ratios: Record<string, number | null> })[];
}

function page(done: readonly Done[], before: string): string {
  const parts = [
    "# Benchmarks",
    "",
    `Written by \`npm run bench -- all --readme\` on ${new Date().toISOString().slice(0, 10)}. Every figure on this page comes from that one run. ` +
      "Peers run beside us, in rounds that alternate; figures are medians, ranges are over all rounds, ratios are medians over rounds.",
    "",
    `Machine: ${before}.`,
    "",
    ...summary(done),
  ];
  for (const b of done) {
    parts.push("", `## ${b.heading}`, "", `${b.about} \`npm run bench -- ${b.name}\``, "");
    if (b.failed) parts.push("This benchmark did not come to its end:", "");
    else if (b.files) parts.push(`![${b.heading}](pictures/${b.name}.svg)`, "");
    const text = b.printed.trim();
    parts.push(text.includes("|---") ? text : `\`\`\`\n${text}\n\`\`\``);
    parts.push("", `It took ${Math.round(b.seconds)} s.`);
  }
  return `${parts.join("\n")}\n`;
}

mkdirSync(cache, { recursive: true });
if (o.readme) mkdirSync(join(here, "pictures"), { recursive: true });
const wanted = o.only?.split(",") ?? ALL.map((b) => b.name);
const unknown = wanted.filter((name) => !ALL.some((b) => b.name === name));
if (unknown.length > 0) throw new Error(`There is no benchmark ${unknown.join(", ")}.`);
const before = machine();
const done: Done[] = [];
for (const b of ALL.filter(({ name }) => wanted.includes(name))) {
  console.log(`\n## ${b.heading}`);
  rmSync(join(cache, `${b.name}.json`), { force: true });
  done.push(await run(b));
}
if (o.readme) writeFileSync(join(here, "README.md"), page(done, before));
for (const { name, seconds, failed } of done)
  console.log(
    `${name.padEnd(8)} ${String(Math.round(seconds)).padStart(5)} s${failed ? ", did not come to its end" : ""}`,
  );
process.exitCode = done.some((b) => b.failed) ? 1 : 0;
