// Sweeps: grids, tables, sharing among servers, losses, and going on after a stop.
import assert from "node:assert/strict";
import { appendFile, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  KernelDeath,
  ServerError,
  startServer,
  sweepNotebook,
  writeNotebook,
} from "../../src/notebook/index.ts";
import { caseName, casesOf, parseGrid, valueList } from "../../src/notebook/sweep/grid.ts";
import { runPool } from "../../src/notebook/sweep/pool.ts";
import { readValue, splitResult } from "../../src/notebook/sweep/results.ts";
import type { CaseResult } from "../../src/notebook/sweep/store.ts";
import { plotSvg, seriesOf, toCsv, toText } from "../../src/notebook/sweep/table.ts";
import { code, type Lab, notebook, openLab } from "./helpers.ts";

test("grids: every combination once, with names fit for files", () => {
  assert.deepEqual(valueList("1,2,4"), [1, 2, 4]);
  assert.deepEqual(valueList("[1, 2]"), [1, 2]);
  assert.deepEqual(valueList("[1,2],[3]"), [[1, 2], [3]]);
  assert.deepEqual(valueList('"a,b",c'), ["a,b", "c"]);
  const cases = casesOf(parseGrid(["C=1,2", "lr=0.1,0.01"]));
  assert.deepEqual(
    cases.map((c) => c.name),
    ["C=1,lr=0.1", "C=1,lr=0.01", "C=2,lr=0.1", "C=2,lr=0.01"],
  );
  assert.notEqual(caseName({ a: "x/y" }), caseName({ a: "x_y" }));
  assert.match(caseName({ a: "../../etc" }), /^a=\.\._\.\._etc~\w{8}$/);
  assert.notEqual(caseName({ a: "1" }), caseName({ a: 1 }));
  assert.throws(() => parseGrid(["C="]), /there is no value/);
});

test("printed values are read back", () => {
  assert.deepEqual(
    ["1.5e-3", "42n", "'text'", "{ a: 1, b: [ 2, 3 ] }", "NaN", "true", "word"].map(readValue),
    [0.0015, 42, "text", { a: 1, b: [2, 3] }, "NaN", true, "word"],
  );
  assert.deepEqual(splitResult("best=Math.max(1, 2) == 2"), ["best", "Math.max(1, 2) == 2"]);
  assert.deepEqual(splitResult("loss"), ["loss", "loss"]);
});

const result = (parameters: Record<string, unknown>, results: Record<string, unknown>): CaseResult => ({
  ...{ name: caseName(parameters), parameters, digest: "", status: "passed", results },
  ...{ duration: 1500, server: "s", attempts: 1 },
});

test("the table holds parameters and results, the plot a line for each setting", async () => {
  const cases = [
    result({ C: 64, lr: 0.1 }, { error: 0.03, note: 'a,"b"' }),
    result({ C: 1, lr: 0.1 }, { error: 0.3 }),
    result({ C: 1, lr: 0.2 }, { error: 0.4 }),
  ];
  assert.equal(
    toCsv(cases),
    'C,lr,error,note,status,seconds,server,attempts\n64,0.1,0.03,"a,""b""",passed,1.500,s,1\n1,0.1,0.3,,passed,1.500,s,1\n1,0.2,0.4,,passed,1.500,s,1\n',
  );
  assert.match(toText(cases), /^ C {3}lr {2}error/);
  assert.deepEqual(seriesOf(cases), {
    x: "C",
    series: [
      { name: "error (lr=0.1)", result: "error", x: [1, 64], y: [0.3, 0.03] },
      { name: "error (lr=0.2)", result: "error", x: [1], y: [0.4] },
    ],
  });
  assert.match((await plotSvg(cases))!, /<svg/);
  assert.equal(await plotSvg(cases.slice(0, 1)), undefined);
});

const fakeServer = (url: string) => ({
  baseUrl: url,
  token: "",
  root: undefined,
  gone: new Promise<string>(() => {}),
  close: async () => {},
});

test("the pool keeps limits, moves lost work elsewhere, waits for full servers and gives up in the end", async () => {
  const running: Record<string, number> = { a: 0, b: 0 };
  const most: Record<string, number> = { a: 0, b: 0 };
  const did: string[] = [];
  const gaveUp: string[] = [];
  let opened = 0;
  let full = true;
  const tasks = ["1", "2", "3", "4", "killer", "on-b-only"];
  await runPool(
    tasks,
    [
      { name: "a", limit: 2, open: async () => fakeServer("a") },
      {
        name: "b",
        limit: 1,
        open: async () => {
          if (++opened < 3) throw new ServerError("unreachable");
          return fakeServer("b");
        },
      },
    ],
    async (_, name, task) => {
      running[name]!++;
      most[name] = Math.max(most[name]!, running[name]!);
      await new Promise((done) => setTimeout(done, 5));
      running[name]!--;
      if (full && task === "1") {
        full = false;
        throw new ServerError("too many kernels", 429);
      }
      if (task === "killer") throw new KernelDeath("it kills kernels");
      if (task === "on-b-only" && name === "a") throw new KernelDeath("not here");
      did.push(task);
    },
    async (task, why, attempts) => {
      gaveUp.push(`${task}: ${why} (${attempts})`);
    },
    { pause: 2 },
  );
  assert.deepEqual(did.sort(), ["1", "2", "3", "4", "on-b-only"]);
  assert.deepEqual(gaveUp, ["killer: it kills kernels (3)"]);
  assert.ok(most["a"]! <= 2 && most["b"]! <= 1);
});

test("servers that stay away are given up, and what is left is told", async () => {
  const gaveUp: string[] = [];
  const open = async () => {
    throw new ServerError("unreachable");
  };
  await runPool(
    ["x"],
    [{ name: "a", limit: 1, open }],
    async () => {},
    async (task, why) => void gaveUp.push(`${task}: ${why}`),
    {
      pause: 1,
      patience: 3,
    },
  );
  assert.deepEqual(gaveUp, ["x: unreachable"]);
});

let lab: Lab;
before(async () => {
  lab = await openLab();
});
after(() => lab.close());

const url = (server: { baseUrl: string; token: string }) => `${server.baseUrl}?token=${server.token}`;

test("finished cases are kept; a lost kernel is tried again; a changed notebook runs anew", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gradlab-sweep-"));
  const path = join(folder, "nb.ipynb");
  const log = join(folder, "log");
  await appendFile(log, "");
  const note = lab.say(
    `import { appendFileSync, existsSync, writeFileSync } from "node:fs";\nappendFileSync(${JSON.stringify(log)}, C + "\\n");`,
    `open(${JSON.stringify(log)}, "a").write(str(C) + "\\n"); None`,
  );
  const nb = notebook(
    [
      code(lab.say("let C = 1;", "C = 1"), { metadata: { tags: ["parameters"] } }),
      code(note),
      code(lab.say("const square = C * C;\n({ cube: C ** 3 })", "square = C * C\n{'cube': C ** 3}"), {
        metadata: { tags: ["results"] },
      }),
    ],
    { kernelspec: { name: lab.kernel, language: lab.say("typescript", "python") } },
  );
  await writeNotebook(path, nb);
  const options = { grid: { C: [2, 3] }, results: ["square"], servers: [`${url(lab.server)}#2`] };
  const first = await sweepNotebook(path, options);
  assert.deepEqual(
    first.cases.map((c) => [c.status, c.results]),
    [
      ["passed", { cube: 8, square: 4 }],
      ["passed", { cube: 27, square: 9 }],
    ],
  );
  await sweepNotebook(path, { ...options, grid: { C: [2, 3, 4] } });
  assert.deepEqual((await readFile(log, "utf8")).trim().split("\n").sort(), ["2", "3", "4"]);
  assert.deepEqual((await readdir(join(folder, "nb-sweep", "runs"))).sort(), [
    "C=2.ipynb",
    "C=2.json",
    "C=3.ipynb",
    "C=3.json",
    "C=4.ipynb",
    "C=4.json",
  ]);
  nb.cells.push(code(lab.say("nosuch", "nosuch")));
  await writeNotebook(path, nb);
  const changed = await sweepNotebook(path, { ...options, grid: { C: [2] } });
  assert.equal(changed.cases[0]!.status, "failed");
  assert.match(changed.cases[0]!.error!, /cell 5[\s\S]*nosuch/);
  await assert.rejects(sweepNotebook(path, { ...options, grid: { D: [1] } }), /no parameter "D"/);
  await rm(folder, { recursive: true });
});

test("when a server is lost its run is done on another", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gradlab-sweep-"));
  const path = join(folder, "nb.ipynb");
  const second = await startServer({ root: folder });
  const wait = lab.say(
    "await new Promise((done) => setTimeout(done, 3000)); C",
    "import time; time.sleep(3); C",
  );
  const cells = [code(lab.say("let C = 1;", "C = 1"), { metadata: { tags: ["parameters"] } }), code(wait)];
  await writeNotebook(
    path,
    notebook(cells, { kernelspec: { name: lab.kernel, language: lab.say("typescript", "python") } }),
  );
  let killed = false;
  const { cases } = await sweepNotebook(path, {
    grid: { C: [1, 2] },
    results: ["C"],
    servers: [url(second), url(lab.server)],
    limit: 1,
    pause: 50,
    patience: 2,
    serverPatience: 1000,
    on: (event) => {
      if (
        event.type !== "case-event" ||
        event.event.type !== "cell-start" ||
        event.event.cell !== 1 ||
        killed
      )
        return;
      killed = true;
      void second.close();
    },
  });
  assert.deepEqual(
    cases.map((c) => [c.status, c.results, c.error]),
    [
      ["passed", { C: 1 }, undefined],
      ["passed", { C: 2 }, undefined],
    ],
  );
  assert.ok(cases.every((c) => c.server === lab.server.baseUrl || c.attempts === 1));
  await second.close();
  await rm(folder, { recursive: true });
});
