// --watch: runs again from the first changed cell, in the same kernel.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  type CodeCell,
  type Notebook,
  type RunReport,
  readNotebook,
  watchNotebook,
  writeNotebook,
} from "../../src/notebook/index.ts";
import { code, type Lab, notebook, openLab } from "./helpers.ts";

let lab: Lab;
before(async () => {
  lab = await openLab();
});
after(() => lab.close());

test("an edit runs the edited cell and those that depend on it; other outputs stay; a stop ends it", async () => {
  const path = join(lab.folder, "w.ipynb");
  const nb = notebook(
    [code(lab.say("let n = 1;\nn", "n = 1\nn")), code("n + 1"), code("n + 2"), code("40 + 2")],
    {
      kernelspec: { name: lab.kernel },
    },
  );
  await writeNotebook(path, nb);
  const stop = new AbortController();
  const reports: RunReport[] = [];
  const edit = async (change: (nb: Notebook) => void) => {
    const now = await readNotebook(path);
    change(now);
    await writeNotebook(path, now);
  };
  await watchNotebook(path, {
    server: lab.server,
    signal: stop.signal,
    onRun: (report) => {
      reports.push(report);
      if (reports.length === 1) void edit((now) => (now.cells[1]!.source = "n + 10"));
      else if (reports.length === 2) void edit((now) => (now.cells[2]!.source = "nosuch"));
      else stop.abort();
    },
  });
  const ran = (report: RunReport) =>
    report.cells.filter((c) => c.status !== "skipped").map((c) => [c.cell, c.status]);
  assert.deepEqual(reports.map(ran), [
    [
      [1, "ok"],
      [2, "ok"],
      [3, "ok"],
      [4, "ok"],
    ],
    [
      [2, "ok"],
      [3, "ok"],
    ],
    [[3, "error"]],
  ]);
  const shown = ((await readNotebook(path)).cells[1] as CodeCell).outputs[0] as any;
  assert.equal(shown.data["text/plain"], "11");
});
