/**
 * The count: every wrong formula of the tests, made by hand or by machine, with the class of mistake
 * written down beforehand. None may pass; at least nine of ten get the right diagnosis.
 */

import assert from "node:assert/strict";
import test from "node:test";
import { matches } from "../../src/derive/verdict.ts";
import { rng } from "../../src/tensor/index.ts";
import { courseWrongs, nonsense } from "./course-wrongs.ts";
import { editedFormulas, mutants } from "./mutants.ts";
import { scope, truths } from "./truths.ts";
import { type Wrong, wrongs } from "./wrongs.ts";

const made = new Map<() => any, any>();
function diagnosis({ make, of, formula }: Wrong): { kinds: string; sentence: string } {
  const d = made.get(make) ?? make();
  made.set(make, d);
  const c = typeof formula === "string" ? d.claim.tex(formula, { expect: "false" }) : d.refute(of, formula);
  assert.equal(c.ok, false);
  return { kinds: c.diagnosis.kinds.join("+"), sentence: c.diagnosis.sentence };
}

interface Row {
  total: number;
  right: number;
}
const table = new Map<string, Row>();
function count(kind: string, right: boolean): void {
  const row = table.get(kind) ?? { total: 0, right: 0 };
  table.set(kind, { total: row.total + 1, right: row.right + Number(right) });
}

test("wrong formulas made by hand are refused, and told what is wrong with them", (t) => {
  const all = [...wrongs, ...courseWrongs];
  const missed: string[] = [];
  for (const w of all) {
    const { kinds, sentence } = diagnosis(w);
    const right = w.kinds.includes(kinds) && (w.says === undefined || sentence.includes(w.says));
    count(w.kinds[0], right);
    if (!right)
      missed.push(`${w.make.name} ${w.of}: ${w.kinds.join("|")} but ${kinds}: ${sentence}\n${w.formula}`);
  }
  t.diagnostic(`${all.length - missed.length} of ${all.length} made by hand get the right diagnosis`);
  assert.ok(all.length >= 250, String(all.length));
  assert.ok(missed.length <= 0.1 * all.length, missed.join("\n"));
});

test("slips made by machine are caught, and named", (t) => {
  const r = rng(77);
  let [total, right, exact, named] = [0, 0, 0, 0];
  const missed: string[] = [];
  for (const m of mutants()) {
    let c: any;
    try {
      c = m.d.refute(m.of, m.formula);
    } catch (error) {
      assert.equal((error as Error).name, "ClaimError");
      // It passed: then it must be true, also at points it was not judged by (Kᵀ is K).
      for (let n = 0; n < 20; n++) {
        const p = m.d.study.draw(r, m.d.study.level);
        if (p)
          assert.ok(matches(p.point.value(m.expr), p.gradients.get(m.of), p.noise.get(m.of)).ok, m.sheet);
      }
      continue;
    }
    total++;
    const got = c.diagnosis.kinds.join("+");
    const ok = got === m.kind || m.also.includes(got);
    exact += Number(got === m.kind);
    named += Number(m.parts.some((part) => c.diagnosis.sentence.includes(part)));
    right += Number(ok);
    count(m.kind, ok);
    if (!ok) missed.push(`${m.sheet} ${m.of}: ${m.kind} but ${got}`);
  }
  t.diagnostic(`${right} of ${total} made by machine get the right diagnosis`);
  t.diagnostic(
    `${exact} under the very name of the slip; ${named} with the part that was changed in the sentence`,
  );
  assert.ok(total >= 150, String(total));
  assert.ok(right >= 0.9 * total, `${right} of ${total}\n${missed.join("\n")}`);
});

test("true formulas with one edit in their text are caught, and named", (t) => {
  let [total, right] = [0, 0];
  const missed: string[] = [];
  for (const { make, of, formula, kinds, source, name } of editedFormulas(truths, scope)) {
    const d = made.get(make) ?? make();
    made.set(make, d);
    let c: any;
    try {
      c = d.refute(of, formula);
    } catch (error) {
      // Kᵀ is K where K = αXXᵀ + β⁻¹I.
      assert.deepEqual([name, (error as Error).name], ["L1 K", "ClaimError"], source);
      continue;
    }
    total++;
    const ok = c.diagnosis.kinds.some((k: string) => kinds.includes(k));
    right += Number(ok);
    count(kinds[0], ok);
    if (!ok) missed.push(`${name}: ${source}\n${c.diagnosis.sentence}`);
  }
  t.diagnostic(`${right} of ${total} with one edit in their text get a diagnosis that names it`);
  assert.ok(total >= 140, String(total));
  assert.ok(right >= 0.9 * total, missed.join("\n"));
});

test("of all wrong formulas, by class", (t) => {
  const sum = [...table.values()].reduce((a, b) => ({ total: a.total + b.total, right: a.right + b.right }));
  for (const [kind, { total, right }] of [...table].sort((a, b) => b[1].total - a[1].total))
    t.diagnostic(`${kind}: ${right} of ${total}`);
  t.diagnostic(
    `all: ${sum.right} of ${sum.total}, ${((100 * sum.right) / sum.total).toFixed(1)} %; none passed`,
  );
  assert.ok(sum.right >= 0.9 * sum.total);
});

test("where no slip fits, none is made up", () => {
  for (const w of nonsense) {
    const { kinds, sentence } = diagnosis(w);
    assert.equal(kinds, "none", sentence);
    assert.ok(sentence.startsWith(w.says as string), sentence);
    assert.ok(!sentence.includes("With that mended"));
  }
});
