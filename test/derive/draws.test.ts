/**
 * No true formula is refused: every formula of the sheets at random draws, 10,000 in all.
 */

import assert from "node:assert/strict";
import test from "node:test";
import { numericGap } from "../../src/derive/claim.ts";
import { evaluateFormula } from "../../src/derive/formula.ts";
import { matches } from "../../src/derive/verdict.ts";
import { rng } from "../../src/tensor/index.ts";
import { truths } from "./truths.ts";

test("10,000 draws refuse no true formula", (t) => {
  const list = Object.values(truths);
  const each = Math.ceil(10_000 / list.length);
  let draws = 0;
  let worst = 0;
  for (const { make, of, formula } of list) {
    const d = make();
    const { study } = d;
    void study.points;
    const r = rng(99);
    let tries = 0;
    for (let k = 0; k < each; k++) {
      // A draw at a kink or out of floating point's range proves nothing: another in its place.
      let p = study.draw(r, study.level, false);
      for (; !p && tries < 2 * each; tries++) p = study.draw(r, study.level, false);
      if (!p) break;
      draws++;
      const claimed = evaluateFormula(formula, study, p);
      const m = matches(claimed, p.gradients.get(of), p.noise.get(of));
      assert.ok(m.ok, `${make.name} ${of}: relative error ${m.error}`);
      worst = Math.max(worst, m.error);
      if (k % 10 === 0) {
        const n = numericGap(study, p, of, claimed, r);
        assert.ok(n.ok, `${make.name} ${of}: central differences off by ${n.error}`);
      }
    }
  }
  t.diagnostic(`${draws} draws, largest relative error ${worst.toExponential(1)}`);
  assert.ok(draws >= 10_000, String(draws));
  assert.ok(worst < 1e-6, String(worst));
});
