// What a kernel keeps of each cell is bounded, as a soak of an hour found: it may run for weeks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { codeFrame, isCell, rememberSource } from "../../kernel/runtime/sources.ts";

test("the sources of the latest 5,000 cells are remembered, and no more", () => {
  for (let k = 0; k < 5_010; k++) rememberSource(`Cell[${k}]`, `const n${k} = ${k};`, undefined);
  assert.ok(!isCell("Cell[0]") && !isCell("Cell[9]"));
  assert.ok(isCell("Cell[10]") && isCell("Cell[5009]"));
  assert.match(codeFrame({ name: "Cell[5009]", line: 1, column: 1 }).join("\n"), /const n5009 = 5009;/);
  assert.deepEqual(codeFrame({ name: "Cell[0]", line: 1, column: 1 }), []);
});
