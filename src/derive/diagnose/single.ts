/**
 * One slip in one step of the backward pass, in the true formula, or in the claimed one.
 */

import type { Tensor } from "../../tensor/index.ts";
import type { Derivation } from "../derive.ts";
import type { Expr } from "../expr/expr.ts";
import { gradientTex } from "../symbols.ts";
import { type Candidate, type Context, definedAs, formsOf, gradientsOf, show, symbolsOf } from "./context.ts";
import { same, stack } from "./judge.ts";
import { quantityAfter } from "./path-slips.ts";
import { type Misstep, misled, missteps } from "./replay.ts";
import { kindOf, slipText } from "./slip-text.ts";
import { type Slip, type SlipKind, slips } from "./slips.ts";

const COST: Record<SlipKind, number> = {
  sign: 3,
  transpose: 3,
  factor: 3,
  "dropped factor": 3.2,
  "dropped term": 3.2,
  order: 3.4,
  "elementwise for matrix product": 3.3,
  "matrix for elementwise product": 3.3,
  inverse: 3.4,
  power: 3.7,
  function: 3.8,
  quantity: 3.6,
  comparison: 3.3,
  axis: 3.3,
  diagonal: 3.5,
  activation: 2.8,
};

/** Slips in a step, carried through to the gradient: in the steps shown, and in the single operations. */
export function stepCandidates(c: Context): Candidate[] {
  if (c.subject.kind !== "gradient") return [];
  const found = missed(c, c.d).map((m) => describeStep(c, m));
  if (found.length > 0 || c.d.structure.detail === "operations") return found;
  const fine = c.d.fine();
  return missed(c, fine).map((m) => describeOperation(c, fine, m));
}

/** The slips in a derivation's steps that give exactly the claimed formula. */
function missed({ judge, name, subject }: Context, d: Derivation<any>): Misstep[] {
  const points = d === subject.d ? judge.points : d.study.searchPoints;
  if (points.length !== judge.points.length) return [];
  const out: Misstep[] = [];
  const claimHere = judge.claim.subarray(0, judge.size) as Float64Array;
  for (const m of missteps(d.structure, d.steps, name)) {
    const g = misled(d.structure, points[0], name, m.contribution, m.slip.expr);
    if (!g || !same(g.values() as Float64Array, claimHere, judge.size)) continue;
    const all = points.map((p) => misled(d.structure, p, name, m.contribution, m.slip.expr));
    if (all.every((x) => x !== undefined) && same(stack(all as Tensor[]), judge.claim, judge.size))
      out.push(m);
  }
  return out;
}

/** A slip in one operation inside a block. */
function describeOperation(c: Context, fine: Derivation<any>, m: Misstep): Candidate {
  const { d } = c;
  const q = fine.steps[m.step].of;
  const at = fine.study.shown.get(q.name) ?? fine.study.trace.results.length - 1;
  const block = quantityAfter(d, at);
  const step = d.steps.findIndex((s) => s.of.name === block);
  const whole = show(c, fine.forms.resolve(q.definition as Expr, "inputs"));
  const where = `step ${step + 1}, from ${definedAs(d, block)}`;
  const missing = forgotten(m);
  return {
    step,
    named: true,
    kinds: [missing || m.activation !== undefined ? "activation derivative" : kindOf(m.slip, "truth")],
    cost: COST[m.slip.kind] + 0.15,
    sentence: () =>
      missing
        ? `The derivative of ${whole} is missing in ${where}.`
        : m.activation !== undefined
          ? `The derivative of another function, ${m.activation}, is taken for that of ${whole} in ${where}.`
          : `${slipText(c, m.slip, "truth")}, at the operation ${whole} in ${where}.`,
  };
}

function describeStep(c: Context, m: Misstep): Candidate {
  const { d } = c;
  const q = d.steps[m.step].of;
  const target = gradientTex(d.naming, m.contribution.to);
  const where = `step ${m.step + 1}, from ${definedAs(d, q.name)}`;
  const right = `$${target} = ${show(c, d.tidy(m.contribution.raw)).slice(1)}`;
  const wrong = `$${target} = ${show(c, d.tidy(m.slip.expr)).slice(1)}`;
  const tail = `Right is ${right}; your formula is what comes out with ${wrong}.`;
  const base = { step: m.step, named: true };
  if (m.diagonal)
    return {
      ...base,
      kinds: ["diagonal only"],
      cost: 2.7,
      sentence: () =>
        `Only the diagonal of the Jacobian is used in ${where}: every entry of the result depends on every entry of its ` +
        `row, so the terms with i ≠ j belong in the sum as well. ${tail}`,
    };
  if (m.activation !== undefined)
    return {
      ...base,
      kinds: ["activation derivative"],
      // σ/(1 − σ) is e^x by accident.
      cost: m.activation.includes("e^") ? 3.15 : 2.8,
      sentence: () => `The derivative of another function, ${m.activation}, is taken in ${where}. ${tail}`,
    };
  if (forgotten(m))
    return {
      ...base,
      kinds: ["activation derivative"],
      cost: 2.9,
      sentence: () => `The derivative of ${show(c, q.definition!)} is missing in ${where}. ${tail}`,
    };
  const plain = m.unchanged ? plainFactor(m.contribution.raw) : undefined;
  if (plain)
    return {
      ...base,
      kinds: ["missing factor"],
      cost: 2.9,
      sentence: () => `The factor ${show(c, plain)} is missing in ${where}. ${tail}`,
    };
  return {
    ...base,
    kinds: [kindOf(m.slip, "truth")],
    cost: COST[m.slip.kind],
    sentence: () => `${slipText(c, m.slip, "truth")} in ${where}. ${tail}`,
  };
}

/** What arrives was handed on as if the step did nothing; or only its function's own derivative left out. */
function forgotten(m: Misstep): boolean {
  return m.unchanged
    ? plainFactor(m.contribution.raw) === undefined
    : m.slip.kind === "dropped factor" &&
        isLocalDerivative(m.slip.before) &&
        !mentions(m.slip.expr, m.of.name) &&
        m.of.definition !== undefined;
}

const mentions = (e: Expr, name: string): boolean =>
  (e.kind === "sym" && e.name === name) || e.args.some((x) => mentions(x, name));

/** The symbol or number that what arrives is multiplied by, where that is all a step does. */
function plainFactor(raw: Expr): Expr | undefined {
  if (raw.kind !== "had" && raw.kind !== "mul") return undefined;
  const rest = raw.args.filter((x) => !(x.kind === "sym" && x.name.startsWith("bar:")));
  return rest.length === 1 && (rest[0].kind === "sym" || rest[0].kind === "num" || rest[0].kind === "diag")
    ? rest[0]
    : undefined;
}

/** An elementwise factor that is a function of forward quantities only. */
function isLocalDerivative(e: Expr): boolean {
  if (e.kind === "sym") return false;
  const parts = e.kind === "had" ? [e, ...e.args] : [e];
  return parts.some((x) => x.kind === "fn" || x.kind === "call" || x.kind === "add") && !mentionsBar(e);
}

function mentionsBar(e: Expr): boolean {
  return (e.kind === "sym" && e.name.startsWith("bar:")) || e.args.some(mentionsBar);
}

/** Slips that are believed in the definition of a quantity that the claim writes out. */
const OPENED: ReadonlySet<SlipKind> = new Set(["dropped term", "sign"]);

/** Slips in the whole formulas. */
export function slipCandidates(c: Context): Candidate[] {
  const { judge, claim } = c;
  const symbols = symbolsOf(c);
  const gradients = gradientsOf(c);
  const out: Candidate[] = [];
  for (const { form, opened } of formsOf(c)) {
    if (form.weight > 90) continue;
    for (const s of slips(form, { symbols: [...symbols, ...gradients], limit: 1500 }))
      if (
        (!opened || OPENED.has(s.kind) || (s.kind === "dropped factor" && s.before.kind === "sym")) &&
        judge.is(s.expr, judge.claim)
      )
        out.push({
          kinds: [isDerivativeFactor(s) ? "activation derivative" : kindOf(s, "truth")],
          cost: COST[s.kind] + 0.1 - also(s),
          sentence: () => `${slipText(c, s, "truth")}. Right is ${show(c, form)}.`,
        });
  }
  if (claim && claim.weight <= 90)
    for (const s of slips(claim, { symbols: [...symbols, ...gradients], limit: 2500 }))
      if (judge.is(s.expr, judge.truth))
        out.push({
          kinds: [kindOf(s, "claim")],
          // Where the claim itself can be mended, that says most.
          cost: (s.kind === "sign" ? 2.4 : s.kind === "power" ? 3.1 : COST[s.kind] - 0.05) - also(s),
          fix: s.expr,
          sentence: () => `${slipText(c, s, "claim")}.`,
        });
  return out;
}

/** One mistake made wherever its part occurs is likelier than one made in one place of several. */
const also = (s: Slip): number => (s.everywhere ? 0.4 : 0);

function isDerivativeFactor(s: Slip): boolean {
  return s.kind === "dropped factor" && isLocalDerivative(s.before);
}
