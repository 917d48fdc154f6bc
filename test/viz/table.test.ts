/** Tables from every source, in every format, with nothing lost silently and no markup from data. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { tensor } from "../../src/index.ts";
import type { MimeBundle } from "../../src/viz/display.ts";
import { displaySymbol } from "../../src/viz/display.ts";
import { columnFormat, duration, shortNumber } from "../../src/viz/format.ts";
import { table } from "../../src/viz/table.ts";

const forms = (t: ReturnType<typeof table>): MimeBundle => t[displaySymbol]();

test("rows, lists, columns and tensors give the same table", () => {
  const records = table([
    { n: 1, x: 0.5 },
    { n: 2, x: 12.25 },
  ]);
  assert.deepEqual(records.cells().head, ["n", "x"]);
  assert.deepEqual(records.cells().rows, [
    ["1", "0.500"],
    ["2", "12.250"],
  ]);
  const lists = table(
    [
      [1, 0.5],
      [2, 12.25],
    ],
    { columns: ["n", "x"] },
  );
  const dictionary = table({ n: [1, 2], x: new Float64Array([0.5, 12.25]) });
  assert.equal(lists.toString(), records.toString());
  assert.equal(dictionary.toString(), records.toString());
  const fromTensor = table(
    tensor([
      [1, 0.5],
      [2, 12.25],
    ]),
    { columns: ["n", "x"] },
  );
  assert.deepEqual(fromTensor.cells().rows, records.cells().rows);
  assert.deepEqual(fromTensor.cells().index, ["0", "1"]);
});

test("a data frame shows its own index", () => {
  const frame = {
    columns: ["a", "b"],
    index: ["u", "v"],
    shape: [2, 2],
    values: [
      [1, "x"],
      [NaN, "y"],
    ],
  };
  const cells = table(frame).cells();
  assert.deepEqual(cells.index, ["u", "v"]);
  assert.deepEqual(cells.rows, [
    ["1", "x"],
    ["NaN", "y"],
  ]);
  assert.deepEqual(cells.numeric, [true, false]);
  assert.equal(cells.note, "2 rows × 2 columns; missing values: a 1");
});

test("long tables say what they leave out", () => {
  const t = table({ i: Array.from({ length: 100 }, (_, i) => i) }, { maxRows: 4 });
  assert.deepEqual(t.cells().rows, [["0"], ["1"], null, ["98"], ["99"]]);
  assert.equal(t.cells().note, "100 rows × 1 column");
  assert.match(t.toString(), /⋮/);
  assert.equal(table({ i: [1, 2, 3] }, { maxRows: Infinity }).cells().note, undefined);
});

test("markup in data stays text in every format", () => {
  const t = table([{ "<script>": `<img src="x">`, b: "a|b_$\n%" }], { caption: "<b>" });
  const shown = forms(t);
  assert.doesNotMatch(String(shown["text/html"]), /<script|<img|<b>/);
  assert.match(String(shown["text/html"]), /&lt;img src=&quot;x&quot;&gt;/);
  assert.match(String(shown["text/latex"]), /a\|b\\_\\\$/);
  assert.match(t.toMarkdown(), /a\\\|b\\_\\\$ %/);
  assert.doesNotMatch(t.toMarkdown(), /<img/);
});

test("the HTML has neither colours nor scripts of its own", () => {
  const shown = String(forms(table([{ a: 1 }]))["text/html"]);
  assert.doesNotMatch(shown, /color|background|script|<style/);
});

test("text columns line up", () => {
  const rows = [
    { model: "GMM", score: 1.5 },
    { model: "k-means", score: -10 },
  ];
  assert.deepEqual(table(rows).toString().split("\n"), [
    "model      score",
    "────────────────",
    "GMM        1.500",
    "k-means  -10.000",
  ]);
});

test("what is no table is refused by name", () => {
  assert.throws(() => table({ a: [1, 2], b: [1] }), /column "b" has 1 values, the first 2/);
  assert.throws(() => table([[1, 2], [3]]), /row 1 has 1 cells; 2 are expected/);
  assert.throws(() => table(tensor(3)), /rank 1 or 2/);
  assert.throws(() => table({ a: [1] }, { columns: ["b"] }), /no column "b"/);
  assert.throws(() => table({ a: [1, 2] }, { index: ["x"] }), /1 row labels for 2 rows/);
  assert.throws(() => table(7 as never), /expected rows/);
});

test("numbers: one style a column, nothing hidden", () => {
  const each = (values: number[], digits = 5): string[] => values.map(columnFormat(values, digits));
  assert.deepEqual(each([1, 20, -0]), ["1", "20", "0"]);
  assert.deepEqual(each([0.1, 123.456]), ["0.10", "123.46"]);
  assert.deepEqual(each([0.01234567, 0.002]), ["0.012346", "0.002000"]);
  assert.deepEqual(each([1e-12, 2.5e-12], 3), ["1.00e-12", "2.50e-12"]);
  assert.deepEqual(each([NaN, Infinity, 1.5]), ["NaN", "∞", "1.5000"]);
  assert.equal(shortNumber(0.123456), "0.1235");
  assert.equal(shortNumber(1.5e-9), "1.5e-9");
  assert.deepEqual([850, 12_400, 185_000, 7_800_000].map(duration), [
    "850 ms",
    "12.4 s",
    "3 min 05 s",
    "2 h 10 min",
  ]);
});
