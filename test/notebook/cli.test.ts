// The command line as a user meets it: exit statuses, reports, Ctrl-C.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { readNotebook, serializeNotebook, writeNotebook } from "../../src/notebook/index.ts";
import { packageRoot } from "../../src/notebook/server/locate.ts";
import { code, type Lab, notebook, openLab, text } from "./helpers.ts";

let lab: Lab;
before(async () => {
  lab = await openLab();
});
after(() => lab.close());

interface Ended {
  status: number | null;
  out: string;
  err: string;
}

function start(
  args: string[],
  env: Record<string, string> = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [join(packageRoot, "src", "cli.ts"), ...args], {
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout!.on("data", (data) => (out += data));
  child.stderr!.on("data", (data) => (err += data));
  const ended = new Promise<Ended>((done) => child.on("close", (status) => done({ status, out, err })));
  return { child, ended };
}

const gradlab = (...args: string[]) => start(args).ended;
const withServer = () => ["--server", `${lab.server.baseUrl}?token=${lab.server.token}`];
const meta = () => ({ kernelspec: { name: lab.kernel, language: lab.say("typescript", "python") } });

test("help lists the commands; mistakes on the command line exit with 2", async () => {
  const help = await gradlab("--help");
  assert.equal(help.status, 0);
  for (const name of ["run", "export", "bundle", "sweep", "clean", "diff", "convert"]) {
    assert.match(help.out, new RegExp(`^  ${name} `, "m"));
  }
  assert.match((await gradlab("run", "--help")).out, /^gradlab run NOTEBOOK/);
  for (const args of [
    ["nonsense"],
    ["run"],
    ["run", "--nope", "x"],
    ["export", "x", "--to", "doc"],
    ["run", "x", "--timeout", "soon"],
  ]) {
    assert.equal((await gradlab(...args)).status, 2, args.join(" "));
  }
  const missing = await gradlab("run", "no-such.ipynb");
  assert.equal(missing.status, 1);
  assert.match(missing.err, /cannot read no-such\.ipynb: there is no such file/);
});

test("run: parameters, tree, JSON and JUnit, exit status of a failure", async () => {
  const path = join(lab.folder, "cli.ipynb");
  const nb = notebook(
    [
      text("# Sheet\n## (a) first"),
      code(lab.say("let C: number = 4;", "C = 4"), { metadata: { tags: ["parameters"] } }),
      code("C * 2"),
      text("## (b) second"),
      code(lab.say("throw new Error('C is ' + C)", "raise ValueError(f'C is {C}')")),
      code("1"),
    ],
    meta(),
  );
  await writeNotebook(path, nb);
  const before = await readFile(path, "utf8");
  const report = join(lab.folder, "report.json");
  const junit = join(lab.folder, "junit.xml");
  const out = join(lab.folder, "out.ipynb");
  const done = await gradlab(
    "run",
    path,
    ...withServer(),
    "-p",
    "C=21",
    "-o",
    out,
    "--report",
    report,
    "--junit",
    junit,
  );
  assert.equal(done.status, 1);
  assert.match(done.err, /✓ \(a\) first {2}3 cells/);
  assert.match(done.err, /✗ \(b\) second/);
  assert.match(done.err, /cell 6, Sheet › \(b\) second, line 1\n {2}\w*Error: C is 21/);
  assert.equal(await readFile(path, "utf8"), before, "the original is untouched");
  const ran = await readNotebook(out);
  assert.equal((ran.cells[3] as any).outputs[0].data["text/plain"], "42");
  const [first] = JSON.parse(await readFile(report, "utf8"));
  assert.equal(first.status, "failed");
  assert.deepEqual(first.parameters, { C: 21 });
  assert.deepEqual(
    first.cells.map((c: any) => c.status),
    ["ok", "ok", "ok", "error", "not-run"],
  );
  const xml = await readFile(junit, "utf8");
  assert.match(xml, /<testsuite name="[^"]*cli\.ipynb" tests="5" failures="0" errors="1" skipped="1"/);
  assert.match(xml, /<error type="\w*Error" message="\w*Error: C is 21">/);
});

test("run --only and --from-cell choose cells; others keep their outputs", async () => {
  const path = join(lab.folder, "only.ipynb");
  const old = [{ output_type: "stream" as const, name: "stdout" as const, text: "old\n" }];
  const cells = [
    code(lab.say("let s = 1;", "s = 1"), { metadata: { tags: ["setup"] } }),
    text("## (a)"),
    code("s + 1", { outputs: old }),
    text("## (b)"),
    code("s + 2", { outputs: old }),
  ];
  await writeNotebook(path, notebook(cells, meta()));
  assert.equal((await gradlab("run", path, ...withServer(), "--only", "(b)", "-q")).status, 0);
  const shown = async (k: number) => {
    const [output] = ((await readNotebook(path)).cells[k] as any).outputs;
    return output.text ?? output.data["text/plain"];
  };
  assert.equal(await shown(2), "old\n");
  assert.equal(await shown(4), "3");
  assert.equal((await gradlab("run", path, ...withServer(), "--from-cell", "3", "-q")).status, 0);
  assert.equal(await shown(2), "2");
  const wrong = await gradlab("run", path, ...withServer(), "--only", "(z)");
  assert.equal(wrong.status, 1);
  assert.match(wrong.err, /no cell has the number, id, tag or heading "\(z\)"[\s\S]*\(a\)[\s\S]*\(b\)/);
});

/** Processes whose environment holds `mark`. */
function processesWith(mark: string): number[] {
  return readdirSync("/proc")
    .filter((name) => {
      try {
        return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, "utf8").includes(mark);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Wait until `check` holds; the test's own time limit ends a wait in vain. */
async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await sleep(50);
}

for (const [signals, when] of [
  [["SIGINT"], "starting the server"],
  [["SIGINT"], "in a cell"],
  [["SIGINT", "SIGINT"], "in a cell"],
  [["SIGKILL"], "in a cell"],
] as const) {
  test(`${signals.join(" and ")} while ${when}: a valid notebook, no server and no kernel left`, {
    skip: process.platform !== "linux",
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "gradlab-cli-"));
    const path = join(folder, "nb.ipynb");
    const flag = join(folder, "reached");
    const reach = lab.say(
      `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(flag)}, "");\nawait new Promise(() => {});`,
      `open(${JSON.stringify(flag)}, "w").close()\nimport time\ntime.sleep(600)`,
    );
    await writeNotebook(path, notebook([code("40 + 2"), code(reach)], meta()));
    const mark = `GRADLAB_TEST_MARK=${folder}`;
    const { child, ended } = start(["run", path], { GRADLAB_TEST_MARK: folder });
    if (when === "in a cell")
      await until(() =>
        readFile(flag).then(
          () => true,
          () => false,
        ),
      );
    else await until(() => processesWith(mark).length > 1);
    for (const signal of signals) {
      child.kill(signal);
      if (signals.length > 1) await sleep(100);
    }
    const { status } = await ended;
    if (signals[0] === "SIGINT") {
      assert.equal(status, 130);
      assert.deepEqual(processesWith(mark), []);
    } else await until(() => processesWith(mark).length === 0); // its guard ends the server
    const after = await readNotebook(path);
    assert.equal(serializeNotebook(after), await readFile(path, "utf8"));
    if (when === "in a cell" && signals.length === 1 && signals[0] === "SIGINT") {
      assert.equal((after.cells[0] as any).outputs[0].data["text/plain"], "42");
    }
    await rm(folder, { recursive: true });
  });
}

test("export, convert, clean and diff from the command line", async () => {
  const path = join(lab.folder, "x.ipynb");
  await writeNotebook(path, notebook([text("# T\n$x$"), code("1", { execution_count: 1 })], meta()));
  const bytes = await readFile(path, "utf8");
  assert.equal((await gradlab("export", path)).status, 0);
  assert.match(await readFile(join(lab.folder, "x.pdf"), "latin1"), /^%PDF-/);
  assert.equal(
    (await gradlab("export", path, "--to", "html", "-o", join(lab.folder, "page.html"))).status,
    0,
  );
  assert.equal((await gradlab("convert", path)).status, 0);
  const script = join(lab.folder, lab.say("x.ts", "x.py"));
  assert.equal((await gradlab("convert", path, "--check")).status, 0);
  assert.equal((await gradlab("convert", script)).status, 0);
  assert.equal(await readFile(path, "utf8"), bytes);
  await writeFile(script, (await readFile(script, "utf8")).replace("# T", "# U"));
  assert.equal((await gradlab("convert", path, "--check")).status, 1);
  assert.equal((await gradlab("clean", path, "--check")).status, 1);
  assert.equal((await gradlab("clean", path)).status, 0);
  assert.equal((await gradlab("clean", path, "--check")).status, 0);
  const other = join(lab.folder, "y.ipynb");
  await writeFile(other, bytes.replace("# T", "# V"));
  const diff = await gradlab("diff", path, other);
  assert.equal(diff.status, 1);
  assert.match(diff.out, /- # T\n {2}\+ # V/);
  assert.equal((await gradlab("diff", path, path)).status, 0);
});
