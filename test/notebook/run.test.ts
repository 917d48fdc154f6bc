// Running notebooks on a real kernel of a real Jupyter server.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  type CodeCell,
  failureText,
  Kernel,
  type Notebook,
  type RunOptions,
  readNotebook,
  runNotebook,
  startServer,
  writeNotebook,
} from "../../src/notebook/index.ts";
import { code, type Lab, notebook, openLab, text } from "./helpers.ts";

let lab: Lab;
before(async () => {
  lab = await openLab();
});
after(() => lab.close());

let files = 0;
async function save(cells: Notebook["cells"]): Promise<string> {
  const path = join(lab.folder, `nb-${++files}.ipynb`);
  await writeNotebook(path, notebook(cells, { kernelspec: { name: lab.kernel } }));
  return path;
}

const run = (path: string, options: RunOptions = {}) => runNotebook(path, { server: lab.server, ...options });
const cell = async (path: string, k: number) => (await readNotebook(path)).cells[k] as CodeCell;

test("outputs are saved, and a second run gives the same bytes", async () => {
  const path = await save([
    text("# Sheet"),
    code(lab.say("const a = 20;\nconsole.log('hello');\na + 1", "a = 20\nprint('hello')\na + 1")),
    code(lab.say("a * 2", "a * 2")),
  ]);
  const { report } = await run(path);
  assert.equal(report.status, "passed", failureText(report));
  const first = await cell(path, 1);
  assert.equal(first.execution_count, 1);
  assert.deepEqual(first.outputs[0], { output_type: "stream", name: "stdout", text: "hello\n" });
  assert.equal((first.outputs[1] as any).data["text/plain"], "21");
  assert.equal(((await cell(path, 2)).outputs[0] as any).data["text/plain"], "40");
  const bytes = await readFile(path, "utf8");
  await run(path);
  assert.equal(await readFile(path, "utf8"), bytes);
});

test("an error ends the run, is quoted with its line, and the rest keeps its outputs", async () => {
  const old = { output_type: "stream", name: "stdout", text: "old\n" } as const;
  const path = await save([
    text("## (a) fails"),
    code(lab.say("const one = 1;\nthrow new Error('boom')", "one = 1\nraise ValueError('boom')")),
    code("2", { outputs: [old] }),
  ]);
  const { report } = await run(path);
  assert.equal(report.status, "failed");
  assert.deepEqual(
    report.cells.map((c) => c.status),
    ["error", "not-run"],
  );
  assert.equal(report.cells[0]!.error!.line, 2);
  assert.match(report.cells[0]!.error!.frame!, /^> 2 \| (throw|raise)/m);
  assert.match(failureText(report), /cell 2, \(a\) fails, line 2/);
  assert.deepEqual((await cell(path, 2)).outputs, [old]);
  assert.ok((await cell(path, 1)).outputs.some((o) => o.output_type === "error"));
});

test("--allow-errors goes on and still fails; raises-exception passes", async () => {
  const bad = lab.say("throw new Error('x')", "raise ValueError('x')");
  const path = await save([code(bad), code("1 + 1")]);
  const { report } = await run(path, { allowErrors: true });
  assert.equal(report.status, "failed");
  assert.deepEqual(
    report.cells.map((c) => c.status),
    ["error", "ok"],
  );
  const tagged = await save([code(bad, { metadata: { tags: ["raises-exception"] } }), code("1 + 1")]);
  assert.equal((await run(tagged)).report.status, "passed");
});

test("a cell over its time is interrupted and the kernel keeps its state", async () => {
  const path = await save([
    code(lab.say("let seen = 7;", "seen = 7")),
    code(lab.say("for (;;) {}", "while True: pass")),
    code("seen"),
  ]);
  const { report } = await run(path, { cellTimeout: 8_000, grace: 20_000, allowErrors: true });
  assert.equal(report.cells[1]!.status, "timeout");
  assert.deepEqual(report.cells[1]!.steps, ["interrupt"]);
  assert.equal(report.cells[2]!.status, "ok");
  assert.equal(report.status, "failed");
});

test("when the run's time is up before a cell begins, the cell is not begun and keeps its outputs", async () => {
  const path = await save([code("1 + 1"), code("2 + 2")]);
  await run(path);
  const bytes = await readFile(path, "utf8");
  const { report } = await run(path, { timeout: 1 });
  assert.deepEqual(
    report.cells.map((c) => [c.status, c.error?.ename]),
    [
      ["timeout", "RunTimeout"],
      ["not-run", undefined],
    ],
  );
  assert.equal(await readFile(path, "utf8"), bytes);
});

test("a dead kernel is reported in the cell and ends the run", async () => {
  // Under our kernel a killed runtime is an error of the cell; ipykernel dies as a whole.
  const path = await save([
    code(lab.say("process.kill(process.pid, 'SIGKILL')", "import os\nos.kill(os.getpid(), 9)")),
    code("1"),
  ]);
  const { report } = await run(path);
  assert.equal(report.status, "failed");
  assert.equal(report.cells[1]!.status, "not-run");
  assert.ok((await cell(path, 0)).outputs.some((o) => o.output_type === "error"));
});

test("cancelling saves what ran", async () => {
  const path = await save([
    code("40 + 2"),
    code(lab.say("await new Promise(() => {})", "import time; time.sleep(600)")),
  ]);
  const stop = new AbortController();
  const { report } = await run(path, {
    signal: stop.signal,
    on: (event) => {
      if (event.type === "cell-start" && event.cell === 1) setTimeout(() => stop.abort(), 300);
    },
  });
  assert.equal(report.status, "cancelled");
  assert.equal(report.cells[1]!.status, "cancelled");
  assert.equal(((await cell(path, 0)).outputs[0] as any).data["text/plain"], "42");
});

test("a kernel that dies at its start is reported at once, in its own words", async () => {
  const kernels = await mkdtemp(join(tmpdir(), "gradlab-kernels-"));
  await mkdir(join(kernels, "kernels", "broken"), { recursive: true });
  const spec = {
    argv: ["/bin/sh", "-c", "echo the words of its death >&2; exit 3", "{connection_file}"],
    ...{ display_name: "broken", language: "none" },
  };
  await writeFile(join(kernels, "kernels", "broken", "kernel.json"), JSON.stringify(spec));
  const server = await startServer({ root: kernels, env: { JUPYTER_PATH: kernels } });
  try {
    await assert.rejects(
      Kernel.start(server, { name: "broken" }),
      /"broken" ended while it was starting[\s\S]*the words of its death/,
    );
    // Left to itself, Jupyter begins it five times more, 3 s apart, before it says so.
    assert.equal(server.said!().match(/the words of its death/g)?.length, 1);
  } finally {
    await server.close();
    await rm(kernels, { recursive: true });
  }
});

test("an unknown kernel and a missing one are explained", async () => {
  const path = await save([code("1")]);
  await assert.rejects(
    run(path, { kernel: "no-such" }),
    /"no-such" is not installed .*installed: .*python3|tslab/,
  );
  await writeNotebook(path, notebook([code("1")]));
  await assert.rejects(run(path), /names no kernel: choose one with --kernel/);
});

test("--check finds a changed output and accepts a last digit", async () => {
  const path = await save([code("1 / 3"), code("6 * 7")]);
  await run(path);
  const stored = await readNotebook(path);
  (stored.cells[0] as any).outputs[0].data["text/plain"] = "0.33333333333331";
  await writeNotebook(path, stored);
  const bytes = await readFile(path, "utf8");
  assert.equal((await run(path, { check: true })).report.status, "passed");
  (stored.cells[1] as any).outputs[0].data["text/plain"] = "41";
  await writeNotebook(path, stored);
  const { report } = await run(path, { check: true });
  assert.equal(report.cells[1]!.status, "changed");
  assert.match(report.cells[1]!.differences!.join(), /stored 41\s+now\s+42/);
  assert.notEqual(await readFile(path, "utf8"), bytes);
});

test("a parameter of the wrong type is an error of the injected cell", async (t) => {
  if (lab.kernel !== "tslab") return t.skip("only our kernel checks types");
  const tagged = { metadata: { tags: ["parameters"] } };
  const path = await save([
    code("let C: 1 | 2 | 64 = 1;\nconst epochs = 4000;", tagged),
    code("[C, epochs].join()"),
  ]);
  const good = await run(path, { parameters: { C: 64, epochs: 10 }, output: false });
  assert.equal(good.report.status, "passed", failureText(good.report));
  assert.equal((good.notebook.cells[2] as any).outputs[0].data["text/plain"], "'64,10'");
  for (const parameters of [{ C: 3 }, { C: "two" }, { epochs: "many" }]) {
    const { report } = await run(path, { parameters, output: false });
    assert.equal(report.status, "failed");
    const [, injected, after] = report.cells;
    assert.match(injected!.error!.evalue, /not assignable to type/);
    assert.match(injected!.error!.frame!, /^> 2 \| /m);
    assert.equal(after!.status, "not-run");
  }
});
