/** Formulas become self-contained outlines with true measures, or are refused by name. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { MathError, MathSetter, texToSvg } from "../../src/viz/math.ts";

test("a formula is outlines only: no fonts, no scripts, no ids", () => {
  const { svg } = texToSvg("\\nabla_W \\tfrac12\\lVert W^\\top W x - x\\rVert^2", { display: true });
  assert.match(svg, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  assert.match(svg, /<path d="M/);
  assert.doesNotMatch(svg, /<text|<style|<script|<use|\bid=|\bclass=|data-/);
});

test("measures are in px, grow with the font size, and the depth lies within the height", () => {
  const small = texToSvg("x_i", { em: 16 });
  const large = texToSvg("x_i", { em: 32 });
  assert.ok(Math.abs(large.width - 2 * small.width) < 0.01);
  assert.ok(small.depth > 0 && small.depth < small.height);
  assert.equal(texToSvg("b").depth < texToSvg("p").depth, true);
  // The letter x of Computer Modern is 0.572 em wide.
  assert.ok(Math.abs(texToSvg("x", { em: 1000 }).width - 572) < 1);
});

test("display style sets limits above and below", () => {
  const inline = texToSvg("\\sum_{i=1}^n x_i");
  const display = texToSvg("\\sum_{i=1}^n x_i", { display: true });
  assert.ok(display.height > 1.5 * inline.height);
});

test("the same formula gives the same bytes", () => {
  const setter = new MathSetter();
  assert.equal(setter.texToSvg("\\frac{a}{b}").svg, new MathSetter().texToSvg("\\frac{a}{b}").svg);
});

test("what the packages promise can be set", () => {
  for (const tex of [
    "\\begin{align} a &= b \\\\ c &= d \\end{align}",
    "\\begin{cases} 1 & x > 0 \\\\ 0 & \\text{otherwise} \\end{cases}",
    "\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}",
    "\\cancel{x} \\boxed{y} \\boldsymbol{\\Sigma} \\bm{\\mu} \\mathbb{E} \\mathcal{L} \\mathbbm{1} \\mathds{1}",
    "\\coloneqq \\prescript{a}{b}{X} \\xrightarrow{\\text{vjp}} \\lVert x \\rVert_2",
    "\\operatorname{tr}(A) \\argmax_x".replace("\\argmax", "\\operatorname*{arg\\,max}"),
    "\\color{red}{x} \\textcolor{blue}{y} \\colorbox{yellow}{$z$}",
    "\\left( \\begin{array}{c|c} a & b \\\\ \\hline c & d \\end{array} \\right)",
    "∂α/∂β ≤ ∇ℓ",
    "\\text{Schöne Grüße, for $x$}",
  ])
    assert.ok(texToSvg(tex, { display: true }).width > 0, tex);
});

test("table lines carry their own thickness", () => {
  assert.match(texToSvg("\\begin{array}{c|c} a & b \\end{array}").svg, /<line [^>]*stroke-width="70"/);
  assert.match(texToSvg("\\begin{array}{c:c} a & b \\end{array}").svg, /<line [^>]*stroke-dasharray/);
});

test("a tag stands at the right end of the asked width", () => {
  const natural = texToSvg("x = y \\tag{7}", { display: true });
  const wide = texToSvg("x = y \\tag{7}", { display: true, width: 500 });
  assert.ok(natural.width < 200);
  assert.equal(wide.width, 500);
  assert.doesNotMatch(wide.svg.slice(5), /<svg/);
});

test("bad TeX throws, naming the formula and MathJax's reason", () => {
  const reasons: [string, RegExp][] = [
    ["\\frac{a}{", /Missing close brace/],
    ["\\undefinedname x", /Undefined control sequence \\undefinedname/],
    ["\\begin{align} a", /Missing \\end\{align\}/],
    ["\\text{漢字}", /no outline for "漢/],
    ["see \\ref{nowhere}", /label that is not defined/],
  ];
  for (const [tex, reason] of reasons)
    assert.throws(
      () => texToSvg(tex),
      (error: unknown) => {
        assert.ok(error instanceof MathError);
        assert.equal(error.tex, tex);
        assert.match(error.reason, reason);
        assert.ok(error.message.includes(tex));
        return true;
      },
    );
  assert.ok(texToSvg("x").width > 0, "a refused formula leaves the next one unharmed");
});

test("definitions last as long as the setter, and one formula without one", () => {
  const setter = new MathSetter({ macros: { E: "\\mathbb{E}", norm: ["\\lVert #1 \\rVert", 1] } });
  setter.texToSvg("\\newcommand{\\loss}{\\mathcal{L}}");
  const glyph = "\\mathfrak{g}";
  assert.equal(new MathSetter().texToSvg(glyph).svg, new MathSetter().texToSvg(glyph).svg);
  assert.equal(setter.texToSvg("\\loss").width, texToSvg("\\mathcal{L}").width);
  assert.equal(setter.texToSvg("\\norm{\\E}").width, texToSvg("\\lVert \\mathbb{E} \\rVert").width);
  assert.throws(() => new MathSetter().texToSvg("\\loss"), MathError);
  texToSvg("\\newcommand{\\once}{z}\\once");
  texToSvg("\\DeclareMathOperator{\\tr}{tr}\\tr A");
  assert.throws(() => texToSvg("\\once"), MathError);
  assert.throws(() => texToSvg("\\tr"), MathError);
});

test("nothing is drawn for an empty formula", () => {
  assert.deepEqual(
    { ...texToSvg(" "), svg: "" },
    { svg: "", content: texToSvg(" ").content, width: 0, height: 0, depth: 0 },
  );
});

test("the colour is the surrounding text's unless one is asked for", () => {
  assert.match(texToSvg("x").svg, /fill="currentColor"/);
  assert.match(texToSvg("x", { color: "#0072B2" }).svg, /fill="#0072B2"/);
});
