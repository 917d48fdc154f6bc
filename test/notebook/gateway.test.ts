// Sweeps through a real Jupyter Enterprise Gateway: one killed half-way, the
// sweep itself killed, and one with less room than it is asked for.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { sweepNotebook, writeNotebook } from "../../src/notebook/index.ts";
import { packageRoot } from "../../src/notebook/server/locate.ts";
import { type Gateway, gatewayMissing, startGateway } from "./gateway.ts";
import { code, notebook } from "./helpers.ts";

process.env.KERNEL_USERNAME = "student"; // gateways refuse root
let missing: string | undefined;
let folder: string;
let first: Gateway | undefined;
let second: Gateway | undefined;

before(async () => {
  missing = await gatewayMissing();
  if (missing) return;
  folder = await mkdtemp(join(tmpdir(), "gradlab-gateway-"));
  [first, second] = await Promise.all([
    startGateway(join(folder, "first")),
    startGateway(join(folder, "second"), { EG_MAX_KERNELS: "2" }),
  ]);
});
after(async () => {
  await first?.close();
  await second?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** A notebook that squares C, slowly, and writes down when it begins and ends. */
async function prepare(name: string, milliseconds: number): Promise<{ path: string; said: () => string[] }> {
  const path = join(folder, `${name}.ipynb`);
  const log = join(folder, `${name}.log`);
  await writeFile(log, "");
  const note = (word: string) => `appendFileSync(${JSON.stringify(log)}, \`${word} \${C}\\n\`);`;
  const cells = [
    code("let C: number = 1;", { metadata: { tags: ["parameters"] } }),
    code(`import { appendFileSync } from "node:fs";\n${note("begin")}`),
    code(`await new Promise((done) => setTimeout(done, ${milliseconds}));`),
    code(`${note("end")}\n({ square: C * C })`, { metadata: { tags: ["results"] } }),
  ];
  await writeNotebook(path, notebook(cells, { kernelspec: { name: "tslab", language: "typescript" } }));
  return { path, said: () => readFileSync(log, "utf8").trim().split("\n").filter(Boolean) };
}

const count = (lines: string[], line: string) => lines.filter((other) => other === line).length;

test("a gateway killed half-way: nothing lost, nothing done twice, and the reason kept", async (t) => {
  if (missing) return t.skip(missing);
  const { path, said } = await prepare("killed", 500);
  const grid = { C: [1, 2, 3, 4, 5, 6, 7, 8] };
  const before: number[] = [];
  let killed = false;
  const { cases } = await sweepNotebook(path, {
    ...{ grid, servers: [`${first!.url}#2`, `${second!.url}#2`] },
    ...{ pause: 50, patience: 2, serverPatience: 5000 },
    on: (event) => {
      if (event.type === "case-end" && !killed) before.push(event.case.parameters.C as number);
      const running =
        event.type === "case-event" && event.event.type === "cell-start" && event.event.cell === 2;
      if (!running || killed || before.length < 2) return;
      killed = true;
      first!.kill();
    },
  });
  assert.deepEqual(
    cases.map((one) => [one.status, one.results, one.error]),
    grid.C.map((C) => ["passed", { square: C * C }, undefined]),
  );
  const lines = said();
  for (const one of cases) {
    const C = one.parameters.C as number;
    // A kernel outlives its killed gateway by a moment, in which what was cut off may still come to its end.
    const ends = count(lines, `end ${C}`);
    if (one.losses?.length) assert.ok(ends >= 1 && ends <= one.attempts, `${C} ended ${ends} times`);
    else assert.equal(ends, 1, `${C} ends once`);
    if (before.includes(C))
      assert.equal(count(lines, `begin ${C}`), 1, `${C} was done and is not begun again`);
    assert.equal(one.losses?.length ?? 0, one.attempts - 1);
  }
  const lost = cases.flatMap((one) => one.losses ?? []);
  assert.ok(lost.length >= 1, "a run was in progress there");
  for (const { server, why } of lost) {
    assert.equal(server, first!.baseUrl);
    assert.match(why, /cannot be reached|connection|server|cancelled/);
  }
});

function sweepCommand(args: string[]): {
  child: ChildProcess;
  ended: Promise<{ status: number | null; err: string }>;
} {
  const child = spawn(process.execPath, [join(packageRoot, "src", "cli.ts"), "sweep", ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let err = "";
  child.stderr!.on("data", (text) => (err += text));
  const ended = new Promise<{ status: number | null; err: string }>((done) =>
    child.once("close", (status) => done({ status, err })),
  );
  return { child, ended };
}

test("a sweep killed by force goes on where it was, after ending the kernels it had left", async (t) => {
  if (missing) return t.skip(missing);
  const { path, said } = await prepare("resumed", 1200);
  const out = join(folder, "resumed-sweep");
  const args = [path, "-p", "C=1,2,3,4,5", "--server", `${second!.url}#2`];
  const interrupted = sweepCommand(args);
  // Two are done, and a third has begun: it sleeps now.
  const inTheMiddle = (lines: string[]) =>
    lines.filter((l) => l.startsWith("end")).length >= 2 && lines.at(-1)!.startsWith("begin");
  while (!inTheMiddle(said())) await sleep(20);
  while (readdirSync(join(out, "runs")).filter((f) => f.endsWith(".json")).length < 2) await sleep(20);
  interrupted.child.kill("SIGKILL");
  await interrupted.ended;
  assert.ok(existsSync(join(out, "lock")));
  assert.ok(readdirSync(join(out, "running")).length >= 1);
  assert.ok(second!.kernels().length >= 1, "its kernels are still on the gateway");
  const done = readdirSync(join(out, "runs")).filter((f) => f.endsWith(".json"));

  const { status, err } = await sweepCommand(args).ended;
  assert.equal(status, 0, err);
  assert.match(err, new RegExp(`5 cases, ${done.length} finished before`));
  assert.match(err, /stopped the kernel that an earlier sweep left for C=/);
  const lines = said();
  for (const C of [1, 2, 3, 4, 5]) {
    assert.equal(count(lines, `end ${C}`), 1, `${C} ends once: ${lines}`);
    if (done.includes(`C=${C}.json`)) assert.equal(count(lines, `begin ${C}`), 1, `${C} is kept: ${lines}`);
  }
  assert.deepEqual(readdirSync(out).sort(), ["plot.svg", "results.csv", "results.parquet", "runs"]);
  assert.deepEqual(second!.kernels(), []);
  assert.match(readFileSync(join(out, "results.csv"), "utf8"), /^5,25,passed,/m);
});

test("a full gateway is asked for less, not given up", async (t) => {
  if (missing) return t.skip(missing);
  const { path, said } = await prepare("full", 300);
  const troubles: string[] = [];
  let most = 0;
  const { cases } = await sweepNotebook(path, {
    ...{ grid: { C: [1, 2, 3, 4, 5, 6] }, servers: [`${second!.url}#5`], patience: 2, pause: 50 },
    on: (event) => {
      if (event.type === "trouble") troubles.push(event.message);
      if (event.type === "case-event") most = Math.max(most, second!.kernels().length);
    },
  });
  assert.deepEqual(
    cases.map((one) => [one.status, one.error]),
    cases.map(() => ["passed", undefined]),
  );
  // Asked for five kernels at once, the gateway may also answer one of them with an error of its own.
  assert.ok(
    troubles.some((trouble) => /is full: .*403.*limit/i.test(trouble)),
    troubles.join("\n"),
  );
  assert.ok(most <= 3, `${most} kernels at once`); // the gateway counts two; a third may still be ending
  for (const C of [1, 2, 3, 4, 5, 6]) assert.equal(count(said(), `begin ${C}`), 1);
});

test("a gateway that refuses the user is not asked again, and says why", async (t) => {
  if (missing) return t.skip(missing);
  const { path } = await prepare("refused", 10);
  process.env.KERNEL_USERNAME = "root";
  try {
    const { cases } = await sweepNotebook(path, { grid: { C: [1, 2] }, servers: [second!.url] });
    assert.deepEqual(
      cases.map((one) => one.status),
      ["lost", "lost"],
    );
    assert.match(cases[0]!.error!, /403: User 'root' is not authorized to start kernel/);
  } finally {
    process.env.KERNEL_USERNAME = "student";
  }
  const { cases } = await sweepNotebook(path, { grid: { C: [1, 2] }, servers: [second!.url] });
  assert.deepEqual(
    cases.map((one) => one.status),
    ["passed", "passed"],
    "what was lost is not finished",
  );
});
