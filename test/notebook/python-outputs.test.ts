// What a Python kernel shows (pandas, matplotlib, IPython), through every export.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ansiLines } from "../../src/notebook/document/ansi.ts";
import { buildDocument } from "../../src/notebook/document/build.ts";
import { Problems } from "../../src/notebook/document/problems.ts";
import type { Block } from "../../src/notebook/document/types.ts";
import { type Notebook, readNotebook, renderNotebook } from "../../src/notebook/index.ts";

const path = fileURLToPath(new URL("fixtures/python.ipynb", import.meta.url));
const folder = dirname(path);
const load = (): Promise<Notebook> => readNotebook(path);

const flat = (blocks: Block[]): Block[] =>
  blocks.flatMap((block) => [block, ...(block.type === "output" ? flat(block.children) : [])]);

test("each table, figure and traceback of the corpus becomes one", async () => {
  const notebook = await load();
  const problems = new Problems();
  const blocks = flat(buildDocument(notebook, { folder, problems }).blocks);
  assert.deepEqual(problems.found, []);
  const count = (type: Block["type"]) => blocks.filter((block) => block.type === type).length;
  const outputs = notebook.cells.flatMap((cell) => (cell.cell_type === "code" ? cell.outputs : []));
  const having = (mime: string) => outputs.filter((o) => "data" in o && mime in o.data).length;
  const htmlTables = outputs.filter(
    (o) => "data" in o && /<table/.test(String(o.data["text/html"] ?? "")),
  ).length;
  assert.equal(count("table"), htmlTables + 1, "and one written in Markdown");
  assert.equal(count("figure"), having("image/png") + having("image/svg+xml"));
  assert.ok(htmlTables >= 9 && having("image/png") === 2 && having("image/svg+xml") === 3);
  const errors = blocks.filter((block) => block.type === "pre" && block.tone === "error").length;
  assert.equal(errors, outputs.filter((o) => o.output_type === "error").length);
});

const WORDS = [
  ...["Ann", "Cy <b>&</b>", "2026-02-03", "NaT", "80 rows × 22 columns", "A styled table", "75%"],
  ...["ZeroDivisionError", "division by zero", "'nosuch'", "of two lines", "invalid syntax"],
  ...["red and bold", "a warning", "C:\\temp_x", "a_b*c*", "coloured", "array("],
];

test("words of all outputs are in every export, and in the PDF as text", async (t) => {
  const notebook = await load();
  for (const to of ["html", "md", "tex", "pdf"] as const) {
    const { data, problems } = await renderNotebook(notebook, folder, to, "python");
    assert.deepEqual(problems, []);
    if (to === "pdf") {
      const out = await mkdtemp(join(tmpdir(), "gradlab-python-"));
      await writeFile(join(out, "python.pdf"), data);
      let text: string;
      try {
        text = execFileSync("pdftotext", ["-layout", join(out, "python.pdf"), "-"], { encoding: "utf8" });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        t.diagnostic("no pdftotext on PATH: the words of the PDF were not read");
        continue;
      } finally {
        await rm(out, { recursive: true });
      }
      for (const word of WORDS) assert.ok(text.includes(word), `the PDF lacks ${word}`);
      assert.match(text, /^\s*3\/3$/m, "a line written over shows its last state");
      assert.doesNotMatch(text, /1\/32\/3/);
      continue;
    }
    const text = String(data);
    for (const word of ["Ann", "2026-02-03", "rows × 22 columns", "ZeroDivisionError", "invalid syntax"])
      assert.ok(text.includes(word), `${to} lacks ${word}`);
  }
});

test("cells coloured by value keep their colours; bars stand in their cells", async () => {
  const notebook = await load();
  const html = String((await renderNotebook(notebook, folder, "html", "python")).data);
  const blues = /background_gradient/;
  const at = notebook.cells.findIndex((cell) => cell.cell_type === "code" && blues.test(cell.source));
  const shown = (notebook.cells[at] as any).outputs[0].data["text/html"] as string;
  const colors = [...shown.matchAll(/background-color: (#[0-9a-f]{6})/g)].map((m) => m[1]!);
  assert.ok(colors.length >= 2);
  for (const color of colors) assert.ok(html.includes(`background:${color}`), color);
  assert.match(html, /linear-gradient\(90deg,/);
  const tex = String((await renderNotebook(notebook, folder, "tex", "python")).data);
  assert.ok(tex.includes(`\\cellcolor[HTML]{${colors[0]!.slice(1)}}`));
});

test("carriage returns write over a line from its start, as terminals do", () => {
  const lines = (text: string) => ansiLines(text).map((runs) => runs.map((run) => run.text).join(""));
  assert.deepEqual(lines("10 %\r20 %\r100 %\nnext"), ["100 %", "next"]);
  assert.deepEqual(lines("longer\rab"), ["abnger"]);
  assert.deepEqual(lines("a\r\nb\r\n"), ["a", "b"]);
  assert.deepEqual(lines("x\r"), ["x"]);
  assert.deepEqual(ansiLines("\u001b[31mred line\r\u001b[0mR"), [
    [{ text: "R" }, { text: "ed line", color: "#b22b31" }],
  ]);
});

test("the corpus names what it was made with", async () => {
  const { made_with: versions } = JSON.parse(await readFile(path, "utf8")).metadata;
  for (const name of ["pandas", "matplotlib", "ipykernel"]) assert.match(versions[name], /^\d+\./);
});
