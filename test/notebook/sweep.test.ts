// Sweeps on local servers: losses, going on after a stop, and one sweep at a time.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startServer, sweepNotebook, writeNotebook } from "../../src/notebook/index.ts";
import { Leases } from "../../src/notebook/sweep/lease.ts";
import { code, type Lab, notebook, openLab } from "./helpers.ts";

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

test("a folder is swept by one process at a time; what a dead one left does not bar the way", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gradlab-sweep-"));
  await mkdir(folder, { recursive: true });
  const held = await Leases.open(folder);
  await assert.rejects(
    Leases.open(folder),
    new RegExp(`being run by process ${process.pid} on ${hostname()}: wait for it`),
  );
  await held.take("C=1", { server: "http://a/", kernel: "k" });
  assert.deepEqual(await held.left(), [{ name: "C=1", lease: { server: "http://a/", kernel: "k" } }]);
  await held.close();
  assert.deepEqual(await readdir(folder), []);

  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  await writeFile(join(folder, "lock"), JSON.stringify({ pid: child.pid, host: hostname(), began: "1" }));
  await (await Leases.open(folder)).close(); // its process is gone
  const reused = { pid: process.pid, host: hostname(), began: "another process's beginning" };
  await writeFile(join(folder, "lock"), JSON.stringify(reused));
  if (process.platform === "linux")
    await (await Leases.open(folder)).close(); // its number was given to another
  else await rm(join(folder, "lock"));
  await writeFile(join(folder, "lock"), JSON.stringify({ ...reused, host: "elsewhere" }));
  await assert.rejects(Leases.open(folder), /on elsewhere/); // touched just now, so it lives
  await rm(folder, { recursive: true });
});
