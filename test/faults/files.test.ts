// Disks that are full while outputs are written, and notebooks larger than anyone's: the file on disk is the old
// one or the new one, whole; what could not be saved is kept elsewhere and its place told.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  cleanNotebook,
  diffNotebooks,
  fromScript,
  parseNotebook,
  readNotebook,
  runNotebook,
  serializeNotebook,
  toScript,
  writeAtomic,
  writeNotebook,
} from "gradlab/notebook";
import { code, notebook, text } from "../notebook/helpers.ts";
import { onFullDisk } from "./disk.ts";
import { descendants, gone } from "./processes.ts";

const folder = mkdtempSync(join(tmpdir(), "gradlab-faults-"));
const temporary = join(folder, "tmp");
mkdirSync(temporary);
process.env["TMPDIR"] = temporary;
after(() => rmSync(folder, { recursive: true }));

const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
const library = new URL("../../src/index.ts", import.meta.url).href;
const tslab = { kernelspec: { name: "tslab" } };

let place: string;
let files = 0;
beforeEach(() => {
  place = join(folder, `case-${++files}`);
  mkdirSync(join(place, "from"), { recursive: true });
});

test("a disk full while outputs are written: the old file stays, the outputs are kept elsewhere", async (t) => {
  const sheet = join(place, "from", "sheet.ipynb");
  const cells = [code("40 + 2"), code("console.log('x'.repeat(1_500_000)); 6 * 7")];
  await writeNotebook(sheet, notebook(cells, tslab));
  const old = readFileSync(sheet, "utf8");
  const { status, text, after, how } = await onFullDisk(place, join(place, "from"), 512, [
    ...[process.execPath, cli, "run", "sheet.ipynb"],
  ]);
  t.diagnostic(`the disk was made small by ${how}`);
  assert.equal(status, 1, text);
  assert.match(
    text,
    /cannot write .*sheet\.ipynb: (the disk is full|the file would be larger than allowed here);/,
  );
  assert.doesNotMatch(text, /ENOSPC|EFBIG|^ {4}at /m);
  assert.deepEqual(readdirSync(after), ["sheet.ipynb"], "no half file beside it");
  assert.equal(readFileSync(join(after, "sheet.ipynb"), "utf8"), old);
  if (how === "a tmpfs") {
    const rescued = /the outputs of this run are in (\S+\.ipynb)/.exec(text)?.[1];
    const kept = await readNotebook(rescued!);
    assert.equal((kept.cells[1] as any).outputs[0].text.length, 1_500_001);
    assert.equal((kept.cells[1] as any).outputs[1].data["text/plain"], "42");
    rmSync(rescued!);
  }
  assert.deepEqual(readdirSync(temporary), []);
});

test("a disk full while a PDF and a model are written: no half files", async () => {
  const sheet = join(place, "from", "sheet.ipynb");
  await writeNotebook(sheet, notebook([text("# A sheet\n\n$$x^2$$"), code("1")], tslab));
  const exported = await onFullDisk(join(place, "pdf"), join(place, "from"), 12, [
    ...[process.execPath, cli, "export", "sheet.ipynb", "--to", "pdf"],
  ]);
  assert.equal(exported.status, 1, exported.text);
  assert.match(exported.text, /cannot write .*sheet\.pdf: (the disk is full|the file would be larger)/);
  assert.deepEqual(readdirSync(exported.after), ["sheet.ipynb"]);
  const program = `
    import { MLP, saveSafetensors } from ${JSON.stringify(library)};
    try { saveSafetensors("model.safetensors", new MLP([300, 300]).stateDict()); } catch (error) { console.log(error.code); }`;
  const saved = await onFullDisk(join(place, "model"), join(place, "from"), 64, [
    ...[process.execPath, "--input-type=module", "--eval", program],
  ]);
  assert.match(saved.text, /^(ENOSPC|EFBIG)\n$/);
  assert.deepEqual(readdirSync(saved.after), ["sheet.ipynb"]);
});

test("places that cannot be written are named with the reason", async () => {
  const file = join(place, "file");
  writeFileSync(file, "");
  await assert.rejects(
    writeAtomic(join(file, "x.ipynb"), ""),
    /^NotebookError: cannot write .*: a part of the path/,
  );
  await assert.rejects(writeAtomic(join(place, "n".repeat(300)), ""), /the name is too long/);
  await assert.rejects(writeAtomic(join(place, "from"), ""), /^NotebookError: cannot write .*from: /);
  assert.deepEqual(readdirSync(place).sort(), ["file", "from"]);
});

test("a notebook of 10,000 cells is read, written, cleaned, compared, converted and run", async () => {
  const cells = Array.from({ length: 10_000 }, (_, k) =>
    k % 20 === 0 ? code(`const n${k} = ${k}; n${k} + 1`) : text(`## Heading ${k}\n\nText of $x_{${k}}$.`),
  );
  const path = join(place, "large.ipynb");
  await writeNotebook(path, notebook(cells, tslab));
  const read = await readNotebook(path);
  assert.equal(read.cells.length, 10_000);
  assert.equal(serializeNotebook(parseNotebook(serializeNotebook(read))), serializeNotebook(read));
  assert.equal(fromScript(toScript(read)).cells.length, 10_000);
  const { report } = await runNotebook(path);
  const pids = descendants(process.pid);
  assert.equal(report.status, "passed", JSON.stringify(report.cells.find((cell) => cell.status !== "ok")));
  assert.equal(report.cells.length, 500);
  const ran = await readNotebook(path);
  assert.equal((ran.cells[9_980] as any).outputs[0].data["text/plain"], "9981");
  assert.ok(diffNotebooks(read, ran).length >= 500);
  cleanNotebook(ran);
  await gone(pids);
});

test("200 MB of output go into a notebook, which is whole afterwards", async () => {
  const path = join(place, "loud.ipynb");
  const source = `const line = "0123456789".repeat(10); for (let i = 0; i < 2_000_000; i++) console.log(line); 1`;
  await writeNotebook(path, notebook([code(source), code("2")], tslab));
  const { report } = await runNotebook(path);
  assert.equal(report.status, "passed");
  assert.ok(statSync(path).size > 200e6);
  const [first] = (await readNotebook(path)).cells as any[];
  assert.equal(first.outputs[0].text.length, 2_000_000 * 101);
  assert.equal(first.outputs[1].data["text/plain"], "1");
});
