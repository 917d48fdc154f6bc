// The submission: four files, checked, all or none.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { texProblems } from "../../src/notebook/bundle/verify.ts";
import { makeBundle, parseBundleName, writeNotebook } from "../../src/notebook/index.ts";
import { code, notebook, text } from "./helpers.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "gradlab-bundle-"));
});
after(() => rm(folder, { recursive: true }));

const done = () =>
  notebook([
    text(
      "# Assignment\n\n## 1 Written\n\n$$\\frac{\\partial C}{\\partial W} = \\frac{\\partial C}{\\partial y} x^\\top$$",
    ),
    text("## 2 Code"),
    code("1 + 1", {
      execution_count: 1,
      outputs: [
        { output_type: "execute_result", data: { "text/plain": "2" }, metadata: {}, execution_count: 1 },
      ],
    }),
  ]);

const NAMES = [
  "First_Last_netID_A1.pdf",
  "First_Last_netID_A1.tex",
  "First_Last_netID_A1_code.ipynb",
  "First_Last_netID_A1_code.pdf",
];

test("names are First_Last_netID_A1, and what is wrong with others is said", () => {
  assert.deepEqual(parseBundleName("Anne-Marie_O’Neil_amo123_A2"), {
    first: "Anne-Marie",
    last: "O’Neil",
    netId: "amo123",
    assignment: 2,
    base: "Anne-Marie_O’Neil_amo123_A2",
  });
  assert.throws(() => parseBundleName("First_netID_A1"), /3 of 4 parts/);
  assert.throws(() => parseBundleName("A_B_C_d1_A1"), /5 parts; join double names/);
  assert.throws(() => parseBundleName("First_Last_net.ID_A1"), /"net.ID" is not a net ID/);
  assert.throws(() => parseBundleName("First_Last_n1_HW1"), /"HW1" is not an assignment/);
  assert.throws(() => parseBundleName("../x_Last_n1_A1"), /is not First_Last/);
});

test("the four files are made, and only they", async () => {
  const path = join(folder, "nb.ipynb");
  await writeNotebook(path, done());
  const out = join(folder, "out");
  const result = await makeBundle(path, { name: "First_Last_netID_A1", out, course: "DS-GA 1008" });
  assert.deepEqual((await readdir(out)).sort(), NAMES);
  assert.equal(result.figures, undefined);
  const tex = await readFile(join(out, "First_Last_netID_A1.tex"), "utf8");
  assert.match(tex, /First Last/);
  assert.match(tex, /\\frac\{\\partial C\}/);
  assert.ok(!tex.includes("1 + 1"), "code is not in the written part");
  await makeBundle(path, { name: "First_Last_netID_A1", out, text: "md" });
  assert.ok((await readdir(out)).includes("First_Last_netID_A1.md"));
});

test("an unfinished notebook gives no bundle and leaves the old one as it was", async () => {
  const path = join(folder, "nb2.ipynb");
  const out = join(folder, "kept");
  await writeNotebook(path, done());
  await makeBundle(path, { name: "First_Last_netID_A1", out });
  await writeFile(join(out, "First_Last_netID_A1.tex"), "mine");
  const bad = done();
  bad.cells.push(code("2"));
  bad.cells.push(
    code("3", {
      execution_count: 1,
      outputs: [{ output_type: "error", ename: "Error", evalue: "boom", traceback: [] }],
    }),
  );
  await writeNotebook(path, bad);
  await assert.rejects(makeBundle(path, { name: "First_Last_netID_A1", out }), (error: Error) => {
    assert.match(error.message, /cell 4 has not been run/);
    assert.match(error.message, /cell 5 was run out of order/);
    assert.match(error.message, /cell 5 ended with Error: boom/);
    return true;
  });
  const bad2 = done();
  bad2.cells.push(text("$\\nosuch$"));
  await writeNotebook(path, bad2);
  await assert.rejects(makeBundle(path, { name: "First_Last_netID_A1", out }), /Undefined control sequence/);
  assert.equal(await readFile(join(out, "First_Last_netID_A1.tex"), "utf8"), "mine");
  assert.deepEqual((await readdir(out)).sort(), NAMES);
});

test("TeX that does not close is noticed", () => {
  const wrap = (body: string) => `\\documentclass{article}\n\\begin{document}\n${body}\n\\end{document}`;
  assert.deepEqual(texProblems(wrap("Fine \\{ \\textbf{x}.")), []);
  assert.match(texProblems(wrap("\\textbf{x")).join(), /braces do not match/);
  assert.match(texProblems(wrap("\\begin{align}x")).join(), /align|document/);
  assert.match(texProblems("x").join(), /no \\documentclass/);
});
