// Formulas wider than the page: broken where TeX's authors would, nothing lost.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { Problems } from "../../src/notebook/document/problems.ts";
import { Formulas } from "../../src/notebook/export/typst/assets.ts";
import { displayLines, inlinePieces, splitFormula } from "../../src/notebook/export/typst/break-formula.ts";

const ops = (tex: string, within = false) => splitFormula(tex, within)?.map((piece) => piece.op + piece.tex);

test("formulas part at relations and signs, not inside groups, fences, scripts or prefixes", () => {
  assert.deepEqual(ops("a = -b + c"), ["a ", "= -b ", "+ c"]);
  assert.deepEqual(ops("\\sum_{i=1}^{n+1} x^+ \\le \\left(a + b\\right) - \\frac{1+2}{3}"), [
    "\\sum_{i=1}^{n+1} x^+ ",
    "\\le \\left(a + b\\right) ",
    "- \\frac{1+2}{3}",
  ]);
  assert.deepEqual(ops("f(a + b), g"), ["f(a + b),", " g"]);
  assert.deepEqual(ops("f(a + b)", true), ["f(a ", "+ b)"]);
  assert.deepEqual(ops("f(-a - b)", true), ["f(-a ", "- b)"]);
  assert.deepEqual(ops("x \\not= y"), ["x ", "\\not= y"]);
  assert.deepEqual(ops("\\begin{pmatrix} a = b \\\\ c \\end{pmatrix} = A"), [
    "\\begin{pmatrix} a = b \\\\ c \\end{pmatrix} ",
    "= A",
  ]);
  for (const whole of [
    "x",
    "a \\\\ b = c",
    "a &= b",
    "{\\displaystyle x}",
    "\\color{red} a + b",
    "-x",
    "\\frac{a}{b}",
  ]) {
    assert.equal(splitFormula(whole), undefined, whole);
  }
});

test("the pieces of every formula of the corpus hold all of it", async () => {
  const lines = (await readFile(new URL("fixtures/formulas.txt", import.meta.url), "utf8"))
    .trim()
    .split("\n");
  const bare = (tex: string) => tex.replaceAll("{}", "").replace(/\s+/g, "");
  for (const line of lines) {
    const pieces = inlinePieces(line, true);
    if (pieces) assert.equal(bare(pieces.join("")), bare(line));
  }
});

test("a long displayed formula is set in lines that fit; a long one in text in pieces", () => {
  const problems = new Problems();
  const formulas = new Formulas([], problems, 40);
  const term = "\\left[\\log \\pi_k + \\sum_{d=1}^D x_d \\log p_d\\right]";
  const long = `Q(\\theta) = ${Array(6).fill(term).join(" + ")} = c`;
  const made = formulas.set(long, true, "");
  assert.ok(typeof made === "object" && made.width <= 40 && made.width > 20 && made.height > 4);
  const inline = formulas.setInLine(Array.from({ length: 40 }, (_, k) => `a_{${k}}`).join("+"), "");
  assert.ok(Array.isArray(inline) && inline.length === 40);
  const stubborn = formulas.setInLine(`\\text{${"unbreakable ".repeat(20)}}`, "");
  assert.ok(Array.isArray(stubborn) && stubborn.length === 1 && stubborn[0]!.made.width <= 40);
  assert.deepEqual(problems.found, []);
});

test("lines keep the tag, and big fences are opened only if they must", () => {
  const measure = (tex: string) => tex.replace(/\\[A-Za-z]+|[{}&\s]/g, "").length;
  const lines = displayLines("abc = d + efghij + klmnop \\tag{7}", 16, measure)!;
  assert.match(
    lines,
    /^\\begin\{aligned\} abc &= d \+ efghij\s+\\\\ &\\qquad\{\}\+ klmnop\s*\\end\{aligned\}\\tag\{7\}$/,
  );
  assert.match(
    displayLines("a = \\left(bcdefg + hijklm + nopqrs\\right)", 14, measure)!,
    /\\Bigl\(.*\\Bigr\)/,
  );
  assert.equal(displayLines("abcdefghijklmnopqrstuvwxyz", 10, measure), undefined);
});
