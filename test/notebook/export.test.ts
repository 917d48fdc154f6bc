// Exporting: everything a notebook says is set, or named as what could not be.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readPdf } from "../../src/notebook/bundle/pdf-file.ts";
import { buildDocument } from "../../src/notebook/document/build.ts";
import { Definitions } from "../../src/notebook/document/macros.ts";
import { Problems } from "../../src/notebook/document/problems.ts";
import { typstSource } from "../../src/notebook/export/pdf.ts";
import { declareCharacters, escapeTex, escapeVerbatim } from "../../src/notebook/export/tex/escape.ts";
import {
  ExportError,
  exportNotebook,
  type Notebook,
  type Output,
  renderNotebook,
  writeNotebook,
} from "../../src/notebook/index.ts";
import { code, notebook, text } from "./helpers.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "gradlab-export-"));
});
after(() => rm(folder, { recursive: true }));

const svg = (body: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100" viewBox="0 0 200 100">${body}</svg>`;
const shown = (data: Record<string, unknown>): Output => ({
  output_type: "display_data",
  data,
  metadata: {},
});
const html = (value: string) => notebook([code("1", { outputs: [shown({ "text/html": value })] })]);

function source(nb: Notebook): { source: string; problems: string[] } {
  const problems = new Problems();
  const doc = buildDocument(nb, { folder, problems });
  return { source: typstSource(doc, { problems }).source, problems: problems.found };
}

test("every formula of the corpus is set, displayed and in a line", async () => {
  const lines = (await readFile(new URL("fixtures/formulas.txt", import.meta.url), "utf8"))
    .trim()
    .split("\n");
  assert.ok(lines.length >= 200);
  const multiline = /\\begin\{(align|gather|equation|multline|eqnarray|alignat)|\\tag/;
  for (const line of lines) {
    const inline = multiline.test(line) ? "" : `In a line: $${line}$.`;
    const { problems } = source(notebook([text(`$$${line}$$\n\n${inline}`)]));
    assert.deepEqual(problems, [], line);
  }
});

test("a PDF is whole, has its pages, and is the same each time", async () => {
  const path = join(folder, "a.ipynb");
  const nb = notebook(
    [
      text("# Title\n\nWords with $x^2$ and a note[^1].\n\n[^1]: The note."),
      code("const a = 1;", {
        execution_count: 1,
        outputs: [
          shown({ "image/svg+xml": svg('<circle cx="50" cy="50" r="40"/><text x="5" y="20">label</text>') }),
          { output_type: "stream", name: "stdout", text: "\u001b[31mred\u001b[0m ✓ 🚀\n" },
        ],
      }),
    ],
    { authors: [{ name: "A. Student" }], course: "Course" },
  );
  await writeNotebook(path, nb);
  const first = await exportNotebook(path);
  assert.equal(first.path, join(folder, "a.pdf"));
  const bytes = await readFile(first.path);
  const facts = readPdf(bytes);
  assert.equal(facts.pages, first.pages);
  assert.ok(facts.hasText);
  await exportNotebook(path);
  assert.deepEqual(await readFile(first.path), bytes);
});

test("TeX: signs, accents and marks that pdfLaTeX would refuse", () => {
  assert.equal(escapeTex("50% of {a_b} & \\x #1"), "50\\% of \\{a\\_b\\} \\& \\textbackslash{}x \\#1");
  assert.equal(escapeTex("z\u0304 e\u0301"), "\\={z} é");
  assert.equal(escapeVerbatim("f\u0302{}"), "\\^{f}\\gob{}\\gcb{}");
  assert.deepEqual(declareCharacters("aéα✓"), [
    "\\newunicodechar{α}{\\ensuremath{\\alpha}}",
    "\\newunicodechar{✓}{\\ensuremath{\\checkmark}}",
  ]);
});

test("a damaged PDF is told from a whole one", async () => {
  const { data } = await renderNotebook(notebook([text("words")]), folder, "pdf", "x");
  const bytes = data as Buffer;
  assert.equal(readPdf(bytes).pages, 1);
  assert.throws(() => readPdf(bytes.subarray(0, bytes.length - 200)), /end is missing/);
  const broken = Buffer.from(bytes);
  broken.fill(0, 200, 900);
  assert.throws(() => readPdf(broken), /is not a whole PDF/);
});

test("what cannot be set is named, with its cell and section, and nothing is written", async () => {
  const path = join(folder, "bad.ipynb");
  await writeNotebook(
    path,
    notebook([
      text(
        "# Sheet\n## (a)\n$\\undefinedmacro{x}$ and ![plot](missing.png) and ![web](https://example.org/p.png)",
      ),
      code("1", { outputs: [shown({ "application/vnd.custom+json": {}, "text/plain": "<Custom at 0x1>" })] }),
      code("2", {
        outputs: [
          shown({ "text/html": "<div id='p'></div><script>draw('p')</script>", "text/plain": "Plot()" }),
        ],
      }),
      code("3", { outputs: [shown({ "image/svg+xml": svg("<foreignObject><p>x</p></foreignObject>") })] }),
      text("See \\eqref{eq:none}."),
    ]),
  );
  await assert.rejects(exportNotebook(path), (error: ExportError) => {
    assert.ok(error instanceof ExportError);
    const all = error.problems.join("\n");
    assert.match(
      all,
      /cell 1 \(Sheet › \(a\)\): the formula \$\\undefinedmacro\{x\}\$: Undefined control sequence/,
    );
    assert.match(all, /the picture missing\.png is not there/);
    assert.match(all, /the picture https:\/\/example\.org\/p\.png is on the web/);
    assert.match(all, /cell 2 .*only as application\/vnd\.custom\+json, text\/plain/);
    assert.match(all, /cell 3 .*its HTML draws itself with scripts/);
    assert.match(all, /cell 4 .*foreignObject/);
    assert.match(all, /cell 5 .*"eq:none" finds no such label/);
    assert.equal(error.problems.length, 7);
    return true;
  });
  assert.equal((await readdir(folder)).includes("bad.pdf"), false);
  const lenient = await exportNotebook(path, { lenient: true });
  assert.equal(lenient.problems.length, 7);
});

test("a definition that changes a name leaves the formulas before it as they were", () => {
  const definitions = new Definitions();
  const taken = [
    "\\vec{a}",
    "\\newcommand{\\R}{\\mathbb{R}} \\R",
    "\\renewcommand{\\vec}[1]{\\mathbf{#1}}",
    "\\vec{b} + c",
    "c \\R",
    "\\DeclareMathOperator*{\\R}{Re} \\R",
    "\\newcommand{\\pair}{(\\R, x)} \\pair",
    "\\providecommand{\\R}{never} \\vec{\\R}",
  ].map((tex) => definitions.take(tex));
  const vec = "\\renewcommand{\\vec}[1]{\\mathbf{#1}}";
  const re = "\\renewcommand{\\R}{\\operatorname*{Re}}";
  assert.deepEqual(taken, [
    ...["\\vec{a}", "\\R", "", `${vec}\\vec{b} + c`, "c \\R"],
    ...[`${re}\\R`, `${re}\\pair`, `${vec}${re}\\vec{\\R}`],
  ]);
  assert.deepEqual(definitions.hoisted, ["\\newcommand{\\R}{\\mathbb{R}}", "\\newcommand{\\pair}{(\\R, x)}"]);
});

test("definitions hold for later formulas, numbers and references agree", () => {
  const nb = notebook([
    text("See \\eqref{eq:b}. $\\newcommand{\\norm}[1]{\\lVert #1\\rVert}$"),
    text("\\begin{align} a &= \\norm{x} \\\\ b &= c \\label{eq:b} \\end{align}\n\n$$z \\tag{*}$$"),
  ]);
  const problems = new Problems();
  const doc = buildDocument(nb, { folder, problems });
  assert.deepEqual(doc.macros, ["\\newcommand{\\norm}[1]{\\lVert #1\\rVert}"]);
  const all = JSON.stringify(doc.blocks);
  assert.ok(all.includes("\\\\text{(2)}"), "the reference is resolved");
  assert.match(all, /\\\\begin\{align\*\} a &= \\\\norm\{x\}\\\\tag\{1\} \\\\\\\\ b &= c\s*\\\\tag\{2\}/);
  typstSource(doc, { problems });
  assert.deepEqual(problems.found, []);
});

test("HTML outputs: tables, details, colours, formulas, inline SVG", () => {
  const made = source(
    html(
      `<table><thead><tr><th>k</th><th>v</th></tr></thead><tr><td>$x_1$</td><td>-1.5e-3</td></tr></table>
       <details><summary>More</summary><p style="color: red">red \\(y\\)</p></details>
       <p>in $$z^2$$ between</p>${svg("<rect width='9' height='9'/>")}<script type="application/json">{}</script>`,
    ),
  );
  assert.deepEqual(made.problems, []);
  assert.match(made.source, /rows-table\(2, \(table\.cell/);
  assert.match(made.source, /align: right \+ horizon, \{\npara\("-1\.5e-3"\)/);
  assert.match(made.source, /detail\("More"/);
  assert.match(made.source, /text\(fill: rgb\("#d00000"\)/);
  assert.equal(made.source.match(/formula\("\//g)?.length, 2);
  assert.equal(made.source.match(/equation\("\//g)?.length, 1);
  assert.equal(made.source.match(/picture\("\//g)?.length, 1);
});

test("text of a notebook is never read as Typst", () => {
  const evil = '#panic("x") $a$ \\" #{1+1} *b* <label> @ref `c`';
  const made = source(
    notebook([code("1", { outputs: [{ output_type: "stream", name: "stdout", text: evil }] })]),
  );
  assert.ok(made.source.includes('"#panic(\\"x\\") $a$ \\\\\\" #{1+1} *b* <label> @ref `c`"'));
});

test("Markdown: formulas win over Markdown, dollars that are money stay", () => {
  const made = source(
    notebook([
      text("$a_1*b*c_2$ costs $5 and $6, `$x$` is code.\n\n| a | b |\n|--|--|\n| $|x|$ | 2 |\n\n- [x] done"),
    ]),
  );
  assert.deepEqual(made.problems, []);
  assert.equal(made.source.match(/formula\("\//g)?.length, 2);
  assert.ok(made.source.includes('" costs $5 and $6, "'));
  assert.ok(made.source.includes('code-in-text("$x$")'));
  assert.ok(made.source.includes("check(true)"));
});

test("TeX, Markdown and HTML hold the same things", async () => {
  const nb = notebook([
    text("# Sheet & more\n\n100% of $\\alpha_1$:\n\n$$\\frac12$$\n\n| a | b |\n|---|--:|\n| 1 | 2 |"),
    code("let a = { b: 1 };", { outputs: [shown({ "image/svg+xml": svg("<rect width='9' height='9'/>") })] }),
  ]);
  const tex = await renderNotebook(nb, folder, "tex", "out");
  assert.match(String(tex.data), /Sheet \\& more/);
  assert.match(String(tex.data), /100\\% of \$\\alpha_1\$/);
  assert.match(String(tex.data), /\\\[\n\\frac12\n\\\]/);
  assert.match(String(tex.data), /\\begin\{longtable\}\{rr\}|\\begin\{longtable\}\{lr\}/);
  assert.match(String(tex.data), /a = \\gob\{\}/);
  assert.deepEqual([...tex.files.keys()], ["out_files/figure-1.pdf"]);
  assert.equal(readPdf(tex.files.get("out_files/figure-1.pdf") as Uint8Array).pages, 1);

  const md = await renderNotebook(nb, folder, "md", "out");
  assert.match(String(md.data), /^# Sheet & more\n/);
  assert.match(String(md.data), /\$\$\n\\frac12\n\$\$/);
  assert.match(String(md.data), /\| a \| b \|\n\| -+:? \| ---: \|/);
  assert.deepEqual([...md.files.keys()], ["out_files/figure-1.svg"]);

  const page = String((await renderNotebook(nb, folder, "html", "out")).data);
  assert.ok(!/<script|https?:\/\/(?!www\.w3\.org)/.test(page), "it needs nothing from outside");
  assert.equal(page.match(/<svg/g)?.length, 2);
  assert.match(page, /<img src="data:image\/svg\+xml;base64,/);
});
