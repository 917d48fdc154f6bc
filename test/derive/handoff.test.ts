/** Derivations handed on: to a notebook, a page, a document. */

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { markdownToHtml } from "../../src/derive/html.ts";
import { saveDerivation } from "../../src/notebook/export/derivation.ts";
import * as sheets from "./sheets.ts";

const display = Symbol.for("Jupyter.display");

test("where one thing only can be shown, it is HTML with the drawing and MathJax-ready formulas", async () => {
  const d: any = sheets.autoencoder();
  const bundle = await d[display]();
  assert.deepEqual(Object.keys(bundle), ["text/html", "text/markdown", "text/plain"]);
  assert.match(bundle["text/html"], /<svg [^>]*viewBox/);
  assert.match(bundle["text/html"], /\$\$\\frac\{\\partial L\}\{\\partial W\} = W/);
  assert.match(bundle["text/plain"], /∂L\/∂W = W \(Wᵀ W x − x\) xᵀ/);
  for (const tag of ["ol", "li", "p", "h4"])
    assert.equal(
      bundle["text/html"].split(`<${tag}>`).length,
      bundle["text/html"].split(`</${tag}>`).length,
      tag,
    );
});

test("in a notebook the drawing is a display of its own", async () => {
  const shown: any[] = [];
  const key = Symbol.for("gradlab.display");
  (globalThis as any)[key] = (x: unknown) => shown.push(x);
  try {
    const bundle = await (sheets.autoencoder() as any)[display]();
    assert.deepEqual(Object.keys(bundle), ["text/markdown", "text/plain"]);
    assert.match(shown[0]["image/svg+xml"], /^<svg/);
  } finally {
    delete (globalThis as any)[key];
  }
});

test("what is no markup stays text", () => {
  assert.equal(markdownToHtml("$a < b$ & <script>"), "<p>$a &lt; b$ &amp; &lt;script&gt;</p>");
});

test("a derivation, its paths and a refuted claim as PDF, LaTeX, Markdown and HTML", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "derivation-"));
  t.after(() => rm(folder, { recursive: true }));
  const d = sheets.autoencoder();
  const wrong = d.refute("W", ({ W, x }) => W.matmul(W.T.matmul(W).matmul(x).sub(x)).outer(x));
  const save = (name: string) => saveDerivation([d, d.paths("W"), wrong], join(folder, name), { title: "W" });
  const read = (name: string) => readFile(join(folder, name), "latin1");
  const pdf = await save("d.pdf");
  assert.match(await read("d.pdf"), /^%PDF-/);
  assert.ok((pdf.pages as number) >= 2);
  const tex = await save("d.tex");
  assert.match(await read("d.tex"), /\\begin\{document\}[\s\S]*\\partial W[\s\S]*\\end\{document\}/);
  assert.equal(tex.files.length, 1, "the drawing stands beside it");
  await save("d.md");
  assert.match(await read("d.md"), /\*\*Backward pass\*\*/);
  await save("d.html");
  assert.match(await read("d.html"), /<html/);
  await assert.rejects(
    save("d.docx"),
    /d\.docx: the ending says the format, and must be one of \.pdf, \.tex/,
  );
  await assert.rejects(saveDerivation({} as any, join(folder, "x.pdf")), /has no toMarkdown\(\)/);
});
