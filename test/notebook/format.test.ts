// Reading and writing notebook files.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { splitLines } from "../../src/notebook/format/parse.ts";
import {
  parseNotebook,
  readNotebook,
  sectionPaths,
  serializeNotebook,
  writeNotebook,
} from "../../src/notebook/index.ts";
import { code, notebook, text } from "./helpers.ts";

const file = {
  nbformat: 4,
  nbformat_minor: 2,
  metadata: { zebra: 1, kernelspec: { name: "tslab" } },
  cells: [
    {
      cell_type: "markdown",
      metadata: {},
      source: ["# A\n", "text"],
      attachments: { "a.png": { "image/png": "AA==" } },
    },
    {
      cell_type: "code",
      metadata: {},
      execution_count: 3,
      source: "let a = 1;\na",
      outputs: [
        { output_type: "stream", name: "stdout", text: ["one\n", "two"] },
        {
          output_type: "execute_result",
          execution_count: 3,
          metadata: {},
          data: { "text/plain": ["1"], "application/json": ["kept", "list"] },
        },
      ],
    },
  ],
};

test("old minor versions are read, joined and given stable ids", () => {
  const a = parseNotebook(JSON.stringify(file));
  const b = parseNotebook(JSON.stringify(file));
  assert.equal(a.nbformat_minor, 5);
  assert.equal(a.cells[0]!.source, "# A\ntext");
  const cell = a.cells[1]!;
  assert.ok(cell.cell_type === "code");
  assert.deepEqual(cell.outputs[0], { output_type: "stream", name: "stdout", text: "one\ntwo" });
  assert.deepEqual((cell.outputs[1] as any).data["application/json"], ["kept", "list"]);
  assert.deepEqual(
    a.cells.map((c) => c.id),
    b.cells.map((c) => c.id),
  );
  assert.equal(new Set(a.cells.map((c) => c.id)).size, 2);
});

test("writing gives nbformat's layout and is a fixed point", () => {
  const once = serializeNotebook(parseNotebook(JSON.stringify(file)));
  assert.equal(serializeNotebook(parseNotebook(once)), once);
  assert.ok(once.startsWith('{\n "cells": [\n  {\n   "attachments": {'));
  assert.ok(once.includes('   "source": [\n    "let a = 1;\\n",\n    "a"\n   ]'));
  assert.ok(once.endsWith("}\n"));
});

test("lines end where Python's splitlines ends them", () => {
  assert.deepEqual(splitLines("a\r\nb\rc\u2028d\n"), ["a\r\n", "b\r", "c\u2028", "d\n"]);
  assert.deepEqual(splitLines(""), []);
});

test("duplicate ids are told apart", () => {
  const nb = notebook([code("1", { id: "same" }), code("2", { id: "same" })]);
  const ids = parseNotebook(serializeNotebook(nb)).cells.map((c) => c.id);
  assert.equal(ids[0], "same");
  assert.notEqual(ids[1], "same");
});

test("what is not a notebook is refused with the reason", () => {
  assert.throws(() => parseNotebook("{", "x.ipynb"), /x\.ipynb is not valid JSON/);
  assert.throws(() => parseNotebook("{}"), /no nbformat/);
  assert.throws(() => parseNotebook('{"nbformat":3,"worksheets":[]}'), /nbformat 3; only 4/);
  const bad = { ...file, cells: [{ cell_type: "code", source: 4, outputs: [{ output_type: "odd" }] }] };
  assert.throws(
    () => parseNotebook(JSON.stringify(bad)),
    /cell 1 has no source text\n.*unknown output_type "odd"/,
  );
});

test("files are written whole, only when they change, and keep their mode", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gradlab-store-"));
  const path = join(folder, "a.ipynb");
  await writeFile(path, "old", { mode: 0o600 });
  const nb = notebook([code("1")]);
  assert.equal(await writeNotebook(path, nb), true);
  assert.equal(await writeNotebook(path, nb), false);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal(await readFile(path, "utf8"), serializeNotebook(await readNotebook(path)));
  assert.deepEqual(await readdir(folder), ["a.ipynb"]);
  await assert.rejects(readNotebook(join(folder, "none.ipynb")), /there is no such file/);
  await rm(folder, { recursive: true });
});

test("every cell knows the headings above it", () => {
  const nb = notebook([
    text("# Sheet\n```\n# not a heading\n```"),
    code("1"),
    text("## 1 `GMM`\n### (a) *gradient*"),
    code("2"),
    text("## 2"),
    code("3"),
  ]);
  const names = sectionPaths(nb).map((path) => path.map((h) => h.text));
  assert.deepEqual(names[1], ["Sheet"]);
  assert.deepEqual(names[3], ["Sheet", "1 GMM", "(a) gradient"]);
  assert.deepEqual(names[5], ["Sheet", "2"]);
});
