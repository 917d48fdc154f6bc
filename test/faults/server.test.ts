// Jupyter servers that go away, refuse, or were never there; kernels that die under a run. What ran is saved, the
// report says what happened and what to do, and no process, port or temporary file stays.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import {
  type CodeCell,
  connectServer,
  failureText,
  type Notebook,
  readNotebook,
  runNotebook,
  type Server,
  serverAddress,
  startServer,
  writeNotebook,
} from "gradlab/notebook";
import { code, notebook } from "../notebook/helpers.ts";
import { commandOf, descendants, gone, listeningPorts } from "./processes.ts";

const folder = mkdtempSync(join(tmpdir(), "gradlab-faults-"));
process.env["TMPDIR"] = folder;
after(() => rmSync(folder, { recursive: true }));

let server: Server;
let pids: number[] = [];
let path: string;
let files = 0;
beforeEach(async () => {
  path = join(folder, `sheet-${++files}.ipynb`);
  const cells = [
    code("console.log('first'); 40 + 2"),
    code("console.log('running'); await new Promise(() => setInterval(() => {}, 1000));"),
    code("1"),
  ];
  await writeNotebook(path, notebook(cells, { kernelspec: { name: "tslab" } }));
});

const below = (part: string): number[] =>
  descendants(process.pid).filter((pid) => commandOf(pid).includes(part));
const pythons = () =>
  descendants(process.pid).filter((pid) => /^\S*python\S* .*jupyter-server/.test(commandOf(pid)));

/** Runs the sheet and strikes when its second cell has printed. */
async function runAndStrike(strike: () => void, options: { server?: Server } = {}) {
  let struck = false;
  return runNotebook(path, {
    ...options,
    on: (event) => {
      if (event.type !== "cell-output" || event.cell !== 1 || struck) return;
      struck = true;
      pids = descendants(process.pid);
      strike();
    },
  });
}

async function nothingLeft(): Promise<void> {
  await gone(pids);
  assert.deepEqual(listeningPorts(pids), []);
  assert.deepEqual(
    readdirSync(folder).filter((name) => !/^sheet-\d+\.ipynb$/.test(name)),
    [],
  );
}

const outputs = (sheet: Notebook, k: number) => (sheet.cells[k] as CodeCell).outputs as any[];

test("the server killed under a run: what ran is saved, the cell says why, nothing is left", async () => {
  const { report } = await runAndStrike(() => {
    for (const pid of pythons()) process.kill(pid, "SIGKILL");
  });
  assert.equal(report.status, "failed");
  assert.deepEqual(
    report.cells.map((cell) => cell.status),
    ["ok", "dead", "not-run"],
  );
  assert.match(failureText(report), /server|SIGKILL|lost|gone/i);
  const saved = await readNotebook(path);
  assert.equal(outputs(saved, 0)[1].data["text/plain"], "42");
  assert.equal(outputs(saved, 1)[0].text, "running\n");
  assert.match(outputs(saved, 1).at(-1).evalue, /\w{4}/);
  await nothingLeft();
});

test("the kernel killed under a run: what it printed is saved, the cell says why, nothing is left", async () => {
  const { report } = await runAndStrike(() => {
    for (const pid of below("kernel/main.ts")) process.kill(pid, "SIGKILL");
  });
  assert.deepEqual(
    report.cells.map((cell) => cell.status),
    ["ok", "dead", "not-run"],
  );
  assert.match(failureText(report), /kernel/i);
  const saved = await readNotebook(path);
  assert.equal(outputs(saved, 1)[0].text, "running\n");
  await nothingLeft();
});

test("a run is told to stop while its server is dead: it stops", async () => {
  const stop = new AbortController();
  const ran = runNotebook(path, {
    signal: stop.signal,
    grace: 1_000,
    on: (event) => {
      if (event.type !== "cell-output" || event.cell !== 1) return;
      pids = descendants(process.pid);
      for (const pid of pythons()) process.kill(pid, "SIGSTOP");
      stop.abort();
    },
  });
  const { report } = await ran;
  assert.equal(report.status, "cancelled");
  assert.equal(outputs(await readNotebook(path), 0)[1].data["text/plain"], "42");
  await nothingLeft();
});

test("a wrong token, no token, no server, and something that is no Jupyter server", async (t) => {
  server = await startServer({ root: folder });
  pids = descendants(process.pid);
  t.after(() => server.close());
  const before = await readNotebook(path);
  const refused = (address: string, token: string | undefined, words: RegExp) =>
    assert.rejects(runNotebook(path, { server: address, token }), (error: Error) => {
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, new RegExp(server.token ?? "no token"));
      return true;
    });
  await refused(server.baseUrl, "wrong", /answered 403: the token is missing or wrong \(set JUPYTER_TOKEN/);
  await refused(server.baseUrl, "", /the token is missing or wrong/);
  await assert.rejects(
    connectServer(serverAddress(`${server.baseUrl}?token=wrong`)),
    /token is missing or wrong/,
  );
  const other = createServer((_, response) => response.end("<h1>hello</h1>"));
  await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
  const { port } = other.address() as AddressInfo;
  await refused(`http://127.0.0.1:${port}/`, "x", /did not answer with JSON: is it a Jupyter server\?/);
  other.close();
  other.closeAllConnections();
  await refused(`http://127.0.0.1:${port}/`, "x", /cannot be reached \(ECONNREFUSED\)/);
  assert.deepEqual(await readNotebook(path), before);
  await server.close();
  await nothingLeft();
});
