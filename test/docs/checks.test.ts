// The reader of examples, on examples of its own: right ones pass, wrong ones
// are told with their place, and nothing that looks like a check is passed over.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { matches, shownText } from "../../docs/site/checks.ts";
import { docExamples, fencedBlocks, tableBlocks } from "../../docs/site/collect.ts";
import { exportsOf } from "../../docs/site/exports.ts";
import { moduleOf } from "../../docs/site/module.ts";
import { withScripts } from "../../docs/site/render.ts";
import { tensor } from "../../src/index.ts";
import { root } from "../../src/setup/paths.mjs";

const exports = new Map([["gradlab", exportsOf(join(root, "src/index.ts"))]]);
const moduleText = (code: string) => {
  const blocks = [{ line: 10, code, words: [] }];
  return moduleOf({ file: "page.md", line: 10, blocks }, { exports, checks: "./checks.ts" }).text;
};

test("values as text: tensors, strings, the rest on one line", () => {
  assert.equal(shownText(tensor([1, 2]).reshape([2, 1])), "[[1],[2]]");
  assert.equal(shownText("a b"), "a b");
  assert.equal(shownText({ a: [1, { b: { c: {} } }] }), "{ a: [ 1, { b: { c: {} } } ] }");
});

test("the dots stand for anything, everything else for itself", () => {
  assert.ok(matches("n\n─\n1", "n…"));
  assert.ok(matches("error 3e-16 (…)", "error … (…)"));
  assert.ok(!matches("n", "m…"));
  assert.ok(!matches("a+b", "a.b"));
});

test("an expression's comment becomes a comparison, on the same line", () => {
  assert.match(
    moduleText("const a = 1;\na + 1; // → 2"),
    /\nawait __same\(\(a \+ 1\), "2", "page\.md:11"\);/,
  );
  assert.match(moduleText("f(\n  1,\n); // → 2"), /^\)\), "2", "page\.md:12"\);/m);
  assert.match(moduleText("a;\n// → 2"), /__same\(\(a\), "2", "page\.md:11"\)/);
  assert.match(moduleText("const a = 1; // → 1"), /const a = 1; await __same\(a, "1"/);
  assert.match(moduleText("console.log(a); // → 1"), /^await __same\(\(a\), "1"/m);
  assert.match(moduleText("f(); // throws no"), /__fails\(async \(\) => \{ f\(\); \}, "no"/);
});

test("a check that checks nothing is an error", () => {
  assert.throws(() => moduleText("// → 2\nf();"), /page\.md:10: "→" must follow a whole statement/);
  assert.throws(() => moduleText("g(() => {\n  f(); // → 2\n});"), /page\.md:11/);
  assert.throws(() => moduleText("const { a } = f(); // → 2"), /single variable/);
  assert.throws(() => moduleText("a ="), /page\.md:10/);
});

test("names are imported as they are used, types as types", () => {
  const text = moduleText("const d: DType = rng(1).normal([2]).dtype; ({ sum: d });");
  assert.match(text, /^import \{ type DType, rng \} from "gradlab";/);
  assert.match(moduleText("const sum = 1; sum;"), /^import \{ same/);
});

test("blocks of pages, of doc comments, and of tables headed gradlab", () => {
  const page =
    "a\n```ts\nf();\n```\n````md\n```ts\nnot this\n```\n````\n```ts no-run: it needs a server\ng();\n```";
  const found = fencedBlocks(page).map((b) => [b.line, b.code, b.noRun]);
  assert.deepEqual(found, [
    [3, "f();", undefined],
    [11, "g();", "it needs a server"],
  ]);
  const doc = docExamples(
    "*\n * Says.\n * @example\n * ```ts\n * f();\n * ```\n * @throws E\n * @example f()\n ",
    1,
  );
  assert.deepEqual([doc.blocks.map((b) => b.code), doc.unfenced], [["f();"], [8]]);
  const table = "| PyTorch | gradlab |\n|---|---|\n| `a` | `f(1)`, `class A {}` |";
  const codes = tableBlocks(table).map((b) => [b.line, b.code]);
  assert.deepEqual(codes, [
    [3, "void (f(1));"],
    [3, "{ class A {} }"],
  ]);
});

test("raised and lowered letters of doc comments", () => {
  assert.equal(
    withScripts("e^{z_i} / Σ_j e^{z_j}"),
    "e<sup>z<sub>i</sub></sup> / Σ<sub>j</sub> e<sup>z<sub>j</sub></sup>",
  );
  assert.equal(withScripts("p_kd^{x_d}, x^2"), "p<sub>kd</sub><sup>x<sub>d</sub></sup>, x<sup>2</sup>");
  assert.equal(
    withScripts("bn1.running_mean, state_dict, zero_grad()"),
    "bn1.running_mean, state_dict, zero_grad()",
  );
});
