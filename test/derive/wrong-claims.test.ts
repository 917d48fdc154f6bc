/**
 * At least nine of ten wrong formulas get the right diagnosis, and none passes.
 */

import assert from "node:assert/strict";
import test from "node:test";
import { wrongs } from "./wrongs.ts";

test("wrong formulas are refused, and told what is wrong with them", async (t) => {
  const missed: string[] = [];
  const made = new Map<() => any, any>();
  for (const [i, { make, of, kinds, formula }] of wrongs.entries()) {
    const d = made.get(make) ?? make();
    made.set(make, d);
    const c = typeof formula === "string" ? d.claim.tex(formula, { expect: "false" }) : d.refute(of, formula);
    assert.equal(c.ok, false);
    const got = c.diagnosis.kinds.join("+");
    assert.ok(c.diagnosis.sentence.length > 20);
    if (!kinds.includes(got))
      missed.push(`${i}: ${make.name} ${of}: ${kinds.join("|")} but ${got}: ${formula}`);
  }
  t.diagnostic(`${wrongs.length - missed.length} of ${wrongs.length} diagnosed as expected`);
  assert.ok(wrongs.length >= 120, String(wrongs.length));
  assert.ok(missed.length <= 0.1 * wrongs.length, missed.join("\n"));
});
