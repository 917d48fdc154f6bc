// What `--watch` runs again: the changed cells and those that depend on them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { staleCells } from "../../src/notebook/run/depends.ts";

/** Cells as [source] or [source, what it was before]; the numbers of those to run again. */
function stale(cells: [string, (string | null)?][], language = "typescript"): number[] {
  const texts = cells.map(([source, before = source]) => ({ source, before: before ?? undefined }));
  return staleCells(texts, language).flatMap((again, k) => (again ? [k + 1] : []));
}

test("TypeScript: a change reaches the cells that name what it names, through others too", () => {
  const notebook: [string, string?][] = [
    ['import { rng, tensor } from "gradlab";'],
    ["const a = 1;", "const a = 0;"],
    ["const b = a + 1;"],
    ["const other = tensor([1]);\nother.sum()"],
    ["b * 2"],
    ["other.mul(2)"],
  ];
  assert.deepEqual(stale(notebook), [2, 3, 5]);
  assert.deepEqual(stale(notebook.map(([source]) => [source])), []);
});

test("a name that is no longer declared, a cell that has not run, a pattern, a function", () => {
  assert.deepEqual(stale([["const x = 1;", "const y = 1;"], ["y"], ["2"]]), [1, 2]);
  assert.deepEqual(stale([["let n = 1;"], ["n++; n", null], ["n"]]), [2, 3]);
  assert.deepEqual(
    stale([["const { p, q: [r] } = o();", "const { p } = o();"], ["r"], ["q"], ["p"]]),
    [1, 2, 4],
  );
  assert.deepEqual(stale([["function f() { return 1; }", "function f() {}"], ["f()"], ["g()"]]), [1, 2]);
});

test("a stream of random numbers links the cells that draw from it", () => {
  const cells: [string, string?][] = [
    ["const r = rng(1);"],
    ["r.normal([2])", "r.normal([3])"],
    ["r.normal([1])"],
    ["1"],
  ];
  assert.deepEqual(stale(cells), [2, 3]);
});

test("what works behind names makes everything below stale", () => {
  const below: [string, string?][] = [["const z = 1;"], ["z"]];
  const seed = 'import { manualSeed } from "gradlab";';
  assert.deepEqual(stale([[seed], ["manualSeed(2);", "manualSeed(1);"], ...below]), [2, 3, 4]);
  assert.deepEqual(stale([["process.env.A = '1';", "process.env.A = '0';"], ...below]), [1, 2, 3]);
  assert.deepEqual(stale([[seed, 'import { rng } from "gradlab";'], ...below]), [1, 2, 3]);
  assert.deepEqual(stale([["const = broken", "const a = 1;"], ...below]), [1, 2, 3]);
  assert.deepEqual(stale([["console.log(1);\n2", "3"], ...below]), [1]);
});

test("Python by its words; other languages from the first change on", () => {
  const cells: [string, string?][] = [
    ["import numpy as np"],
    ["rate = 0.2", "rate = 0.1"],
    ["loss = np.exp(-rate)"],
    ["table = [1, 2]"],
    ["print(loss)"],
    ["table"],
  ];
  assert.deepEqual(stale(cells, "python"), [2, 3, 5]);
  assert.deepEqual(
    stale([cells[0]!, ["np.random.seed(1)", "np.random.seed(0)"], ["t = 1"]], "python"),
    [2, 3],
  );
  assert.deepEqual(stale([["%matplotlib inline", "%matplotlib agg"], ["t = 1"]], "python"), [1, 2]);
  assert.deepEqual(stale(cells, "julia"), [2, 3, 4, 5, 6]);
});
