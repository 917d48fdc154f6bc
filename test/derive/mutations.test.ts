/**
 * Wrong formulas made by machine: one slip in the true formula, at random. None may pass, unless the slip
 * changed nothing (Kᵀ for a symmetric K); nine of ten get a diagnosis that names the slip.
 */

import assert from "node:assert/strict";
import test from "node:test";
import { kindOf } from "../../src/derive/diagnose/single.ts";
import { slips } from "../../src/derive/diagnose/slips.ts";
import { sym } from "../../src/derive/expr/build.ts";
import { exprFormula } from "../../src/derive/tex/claim-tex.ts";
import { matches } from "../../src/derive/verdict.ts";
import { rng } from "../../src/tensor/index.ts";
import * as sheets from "./sheets.ts";

/** Different names of one mistake: α² for α is a power and a factor α. */
const ALSO: Record<string, readonly string[]> = {
  power: ["factor", "extra factor", "missing factor", "inverse"],
  inverse: ["extra factor", "missing factor", "power"],
  factor: ["sign"],
  "missing factor": ["activation derivative", "other gradient", "factor", "sum missing", "missing term"],
  "missing term": ["missing path"],
  sign: ["sign+path", "missing term"],
  order: ["transpose", "missing path+path counted twice"],
  "wrong quantity": ["factor", "missing term", "extra factor", "other gradient"],
  function: ["sign", "missing term", "extra term"],
  transpose: ["order"],
};

test("slips made at random are caught, and named", (t) => {
  const r = rng(2024);
  let [total, right] = [0, 0];
  const missed: string[] = [];
  for (const [name, make] of Object.entries(sheets)) {
    if (name === "emInputs" || name === "emObjective") continue;
    const d: any = (make as () => unknown)();
    for (const v of d.study.variables)
      for (const form of ["inputs", "neighbours"] as const) {
        const e = d.forms.gradient(v, form);
        const named = [...d.structure.quantities.values()].filter((q: any) => q.named);
        const list = slips(e, { symbols: named.map((q: any) => sym(q.name, q.tensor.shape)), limit: 400 });
        for (let k = 0; k < 3 && list.length > 0; k++) {
          const s = list[r.integer(list.length)];
          const formula = exprFormula(s.expr, d.study.here.gradients.get(v).shape);
          let c: any;
          try {
            c = d.refute(v, formula);
          } catch (error) {
            assert.equal((error as Error).name, "ClaimError");
            // It passed: then it must be true, also at points it was not judged by.
            for (let n = 0; n < 20; n++) {
              const p = d.study.draw(r, d.study.level);
              if (p)
                assert.ok(
                  matches(p.point.value(s.expr), p.gradients.get(v), p.noise.get(v)).ok,
                  `${name} ${v}`,
                );
            }
            continue;
          }
          total++;
          const expected = kindOf(s, "truth");
          const got = c.diagnosis.kinds.join("+");
          if (got === expected || ALSO[expected]?.includes(got)) right++;
          else missed.push(`${name} ${v}: ${expected} but ${got}`);
        }
      }
  }
  t.diagnostic(`${right} of ${total} named as expected`);
  assert.ok(total >= 150, String(total));
  assert.ok(right >= 0.9 * total, `${right} of ${total}\n${missed.join("\n")}`);
});
