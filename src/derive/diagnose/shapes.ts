/**
 * Formulas whose shapes do not go together, or whose shape is not the variable's: where it clashes, and
 * the least rearrangement (a transpose, the other order, an elementwise product, a sum over rows) with
 * which the formula becomes the gradient.
 */

import { sameShape, shapeText, type Tensor } from "../../tensor/index.ts";
import type { Derivation } from "../derive.ts";
import { mul, num, ShapeClash, sym } from "../expr/build.ts";
import { type Expr, matrixShape, subexpressions } from "../expr/expr.ts";
import { printExpr } from "../expr/print.ts";
import { evaluateFormula, type Formula } from "../formula.ts";
import { barOf } from "../study.ts";
import { symbolsFor } from "../symbols.ts";
import { exprFormula } from "../tex/claim-tex.ts";
import { type Draft, DraftClash, type Shape2 } from "../tex/draft.ts";
import { looseOf, NotReadable, stand } from "../tex/loose.ts";
import { settle, size } from "../tex/settle.ts";
import { symbolsOf } from "./context.ts";
import { type Diagnosis, search } from "./index.ts";
import { Judge } from "./judge.ts";
import { describeNumberShort, tidyNumber } from "./numbers.ts";
import type { ReadClaim } from "./read.ts";
import { best, clashRepairs, type Repair, wholeRepairs } from "./repairs.ts";
import { kindOf, slipText } from "./slip-text.ts";
import { attempt, slips } from "./slips.ts";
import type { Subject } from "./subject.ts";

export function shapeDiagnosis(subject: Subject, formula: Formula, read: ReadClaim): Diagnosis | undefined {
  const { d } = subject;
  const shape = subject.truth(d.study.here).shape;
  const show = symbolsFor(d.naming);
  const print = (e: Expr): string => `$${printExpr(e, show)}$`;
  const expected = matrixShape(shape) as unknown as Shape2;
  if (read.clash !== undefined) {
    const draft = recordDraft(d, formula);
    if (draft) return draftDiagnosis(subject, draft);
    return plain(`The shapes in your formula do not go together. ${read.clash}`);
  }
  if (!read.shape || sameShape(read.shape, shape)) return undefined;
  const what =
    `Your formula${read.expr ? ` ${print(read.expr)}` : ""} has shape ${shapeText(read.shape)}, but $${subject.tex}$ has ` +
    (subject.kind === "gradient"
      ? `the shape of $${show(subject.name)}$, ${shapeText(shape)}`
      : `shape ${shapeText(shape)}`);
  const core = (s: readonly number[]): string => s.filter((n) => n !== 1).join();
  if (core(read.shape) === core(shape)) {
    const value = { kinds: ["shape"], kind: "shape" };
    return {
      ...value,
      sentence: `${what}: only axes of size 1 differ. Keep them with sum(axis, { keepdim: true }), or reshape the result.`,
    };
  }
  if (!read.expr) return plain(`${what}.`);
  const judge = truthJudge(subject);
  const found = best(judge, wholeRepairs(read.expr, expected));
  if (found) return mended(subject, `${what}.`, found);
  return spoilt(subject, formula, `${what}.`) ?? plain(`${what}.`);
}

/** The diagnosis of a formula that was only drafted, when its shapes clash. */
export function draftDiagnosis(subject: Subject, draft: Draft): Diagnosis | undefined {
  const { d } = subject;
  const expected = matrixShape(subject.truth(d.study.here).shape) as unknown as Shape2;
  const show = symbolsFor(d.naming);
  try {
    settle(draft, expected);
    return undefined;
  } catch (error) {
    if (!(error instanceof DraftClash)) throw error;
    const named = error.parts.filter((e) => !e.isScalar);
    const sizes = named.map((e) => `$${printExpr(e, show)}$ is ${size(e)}`).join(", ");
    const what = `The shapes do not go together: ${error.reason}${sizes ? ` (${sizes})` : ""}.`;
    const whole = (part: Expr): Expr | undefined =>
      attempt(() => settle(draft, expected, new Map([[error.draft, part]])));
    const list = clashRepairs(error, factorsOf(d)).flatMap((r) => {
      const expr = whole(r.part);
      return expr ? [{ ...r, expr }] : [];
    });
    const found = best(truthJudge(subject), list);
    return found ? mended(subject, what, found) : (thenMore(subject, what, list) ?? plain(what));
  }
}

/** The matrices that may have been left out as factors. */
const factorsOf = (d: Derivation<any>): Expr[] =>
  [...d.structure.quantities.values()]
    .filter((q) => q.named && q.tensor.rank === 2)
    .map((q) => sym(q.name, q.tensor.shape));

/** A slip in the true formula that changes its shape, such as a factor left out. */
function spoilt(subject: Subject, formula: Formula, what: string): Diagnosis | undefined {
  const { d } = subject;
  const claims = d.study.searchPoints.map((p) => evaluateFormula(formula, d.study, p));
  const judge = new Judge(d.study.searchPoints, claims, claims);
  const context = { subject, d, name: subject.name, judge, claim: undefined };
  for (const form of subject.forms())
    for (const s of form.weight <= 90 ? slips(form, { symbols: symbolsOf(context), limit: 800 }) : [])
      if (judge.is(s.expr, judge.truth)) {
        const kind = kindOf(s, "truth");
        const right = printExpr(form, symbolsFor(d.naming));
        return {
          kind,
          kinds: [kind],
          sentence: `${what} ${slipText(context, s, "truth")}. Right is $${right}$.`,
        };
      }
  return undefined;
}

function plain(sentence: string): Diagnosis {
  return { kind: "shape", kinds: ["shape"], sentence };
}

function mended({ d }: Subject, what: string, { repair, k }: { repair: Repair; k: number }): Diagnosis {
  const tex = (e: Expr): string => printExpr(e, symbolsFor(d.naming));
  const advice: Record<Repair["kind"], string> = {
    transpose: superfluous(what, repair) ? "A transpose is too many" : "A transpose is missing",
    "whole transpose": "Your formula is the transpose of the gradient, as in the other layout convention",
    "missing factor": "A factor is missing",
    order: "The order of the product is wrong",
    "elementwise product": "An elementwise product belongs there",
    "matrix product": "A matrix product belongs there",
    "sum missing": "A sum is missing",
    "outer product": "An outer product belongs there",
  };
  const right = Math.abs(k - 1) < 1e-7;
  const fix = right ? repair.expr : mul([...scalar(1 / k), repair.expr]);
  const kinds = [
    repair.kind === "whole transpose" ? "transpose" : (repair.kind as string),
    ...(right ? [] : [Math.abs(k + 1) < 1e-7 ? "sign" : "factor"]),
  ];
  const rest = right
    ? ""
    : Math.abs(k + 1) < 1e-7
      ? ", and the sign is wrong"
      : `, and ${describeNumberShort(k)}`;
  return {
    kind: kinds[0],
    kinds,
    fix: tex(fix),
    sentence:
      `${what} ${advice[repair.kind]}: write $${tex(repair.part)}$${rest}. ` +
      (right && tex(repair.part) === tex(fix)
        ? `That agrees at ${d.study.searchPoints.length} random points.`
        : `With that mended it agrees at ${d.study.searchPoints.length} random points: $${tex(fix)}$.`),
  };
}

/** Whether a repair takes a transpose away. */
const superfluous = (what: string, { part }: Repair): boolean =>
  what.includes("^{\\top}") && ![...subexpressions(part)].some((x) => x.kind === "t");

const scalar = (k: number): Expr[] => (k === 1 ? [] : [num(tidyNumber(k))]);

function truthJudge({ d, truth }: Subject): Judge {
  const truths = d.study.searchPoints.map(truth);
  return new Judge(d.study.searchPoints, truths, truths);
}

/** The shapes mended by the least rearrangement, and one more slip in what then stands there. */
function thenMore(subject: Subject, what: string, list: readonly Repair[]): Diagnosis | undefined {
  const { d } = subject;
  const shape = subject.truth(d.study.here).shape;
  const [r, c] = matrixShape(shape);
  const fitting = list
    .filter(({ expr }) => expr.rows === r && expr.cols === c)
    .sort((a, b) => a.edits - b.edits);
  for (const repair of fitting.slice(0, 3)) {
    const more = search(subject, exprFormula(repair.expr, shape), repair.expr);
    if (!more) continue;
    const part = printExpr(repair.part, symbolsFor(d.naming));
    return {
      kind: repair.kind,
      kinds: [repair.kind, ...more.kinds],
      sentence: `${what} With $${part}$ the shapes fit; then there is a second slip. ${more.sentence()}`,
    };
  }
  return undefined;
}

/** The formula as a draft, by running it on stand-ins. */
function recordDraft(d: Derivation<any>, formula: Formula): Draft | undefined {
  const p = d.study.here;
  const make = (name: string, key: string): Tensor | undefined => {
    const t = p.point.env.get(key);
    return (
      t && stand({ draft: { k: "expr", e: sym(key, t.shape) }, vector: t.rank === 1 }, t.detach().named(name))
    );
  };
  const lookup = (key: (name: string) => string): Record<string, Tensor> =>
    new Proxy({} as Record<string, Tensor>, {
      get: (_, name) => (typeof name === "string" ? make(name, key(name)) : undefined),
    });
  const { upstream } = d.options;
  const quantities = lookup((n) => (n === upstream ? barOf(d.naming.output) : n));
  try {
    return looseOf(formula(quantities, lookup(barOf)))?.draft;
  } catch (error) {
    if (error instanceof NotReadable || error instanceof TypeError || error instanceof ShapeClash)
      return undefined;
    if (error instanceof Error && error.name === "ShapeError") return undefined;
    throw error;
  }
}
