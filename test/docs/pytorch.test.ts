// The table "From PyTorch" against PyTorch: where its left and its right column
// are plain computations, both give the same numbers on the same inputs. The
// numbers of the left column are made by test/golden/from-pytorch.py.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pageExamples } from "../../docs/site/collect.ts";
import * as gradlab from "../../src/index.ts";
import { root } from "../../src/setup/paths.mjs";

interface Golden {
  torch: string;
  inputs: Record<string, unknown>;
  rows: Record<string, unknown>;
}
const golden: Golden = JSON.parse(readFileSync(join(root, "test/golden/from-pytorch.json"), "utf8"));

const inputs: Record<string, unknown> = {};
for (const [name, value] of Object.entries(golden.inputs))
  inputs[name] = gradlab.tensor(value as number[], { dtype: name === "labels" ? "int32" : "float64" });

/** The value of a piece of the table, with the golden inputs under the page's names. */
function resultOf(code: string): unknown {
  const scope = { ...gradlab, ...inputs };
  const run = new Function(...Object.keys(scope), `return (${code.replaceAll(": Tensor)", ")")});`);
  const value = run(...Object.values(scope));
  return value instanceof gradlab.Tensor ? value.toArray() : value;
}

function close(actual: unknown, expected: unknown, where: string): void {
  if (Array.isArray(expected)) {
    assert.ok(Array.isArray(actual) && actual.length === expected.length, `${where}: another shape`);
    for (const [i, e] of expected.entries()) close(actual[i], e, `${where}[${i}]`);
    return;
  }
  const [a, e] = [Number(actual), Number(expected)];
  assert.ok(Math.abs(a - e) <= 1e-10 * Math.max(1, Math.abs(e)), `${where}: ${a}, and by PyTorch ${e}`);
}

const written = new Set(
  pageExamples("docs/from-pytorch.md").flatMap((e) =>
    e.blocks.map((b) => /^void \((.*)\);$/s.exec(b.code)?.[1] ?? ""),
  ),
);

for (const [code, expected] of Object.entries(golden.rows)) {
  test(code, () => {
    assert.ok(written.has(code), "docs/from-pytorch.md no longer has this; make the golden numbers anew");
    close(resultOf(code), expected, code);
  });
}
