/**
 * What is wrong with a false claim, in a sentence a student can use.
 *
 * The classes of mistake are tried on the claim, on the true formula and on each step of the backward
 * pass, alone and in pairs. A diagnosis is given only when, with the slip undone (or made), claim and
 * truth agree at every point; otherwise the answer is that no simple slip was found.
 */

import type { Derivation } from "../derive.ts";
import { type Expr, subexpressions } from "../expr/expr.ts";
import { printExpr } from "../expr/print.ts";
import { withoutMinus } from "../expr/rules.ts";
import { evaluateFormula, type Formula } from "../formula.ts";
import { symbolsFor } from "../symbols.ts";
import { combinations } from "./coefficients.ts";
import { plainCandidates } from "./compare.ts";
import { type Candidate, definedAs, readable } from "./context.ts";
import { type Counterexample, counterexample } from "./counterexample.ts";
import { Judge } from "./judge.ts";
import { pairCandidates } from "./pairs.ts";
import { pathCandidates } from "./path-slips.ts";
import { readClaim } from "./read.ts";
import { shapeDiagnosis } from "./shapes.ts";
import { slipCandidates, stepCandidates } from "./single.ts";
import type { Subject } from "./subject.ts";
import { symmetryCandidates } from "./symmetry.ts";
import { firstDifference } from "./where.ts";

/** Why a claim is false, for a student and for a program. */
export interface Diagnosis {
  /** The class of mistake: "sign", "transpose", "factor", "missing path" … */
  readonly kind: string;
  /** All classes, when two slips were made. */
  readonly kinds: readonly string[];
  /** For a student. */
  readonly sentence: string;
  /** A formula that agrees at every point tried, when the slip could be undone in the claim itself. */
  readonly fix?: string;
  /** The number of the first step of the derivation that differs, from 1. */
  readonly step?: number;
  readonly counterexample?: Counterexample;
  /** The shapes of what stands in the formula. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
}

/** Why the formula is not what it is claimed to be. */
export function diagnoseSubject(subject: Subject, formula: Formula): Diagnosis {
  const { d, name } = subject;
  const gradient = subject.kind === "gradient";
  const read = readClaim(d, formula);
  if (read.problem) return { kinds: ["formula"], kind: "formula", sentence: read.problem };
  const shape = shapeDiagnosis(subject, formula, read);
  if (shape) return shape;
  const found = search(subject, formula, read.expr);
  // Where several paths meet, the cotangents in the formula do not tell which step went wrong.
  const where =
    found?.step ?? (gradient && d.arrivals(name) === 1 ? firstDifference(d, name, read.expr) : undefined);
  const example = counterexample(subject, formula);
  const parts = [found ? found.sentence() : "No simple slip found."];
  const fix = found?.fix && printExpr(readable(d, withoutMinus(found.fix)), symbolsFor(d.naming));
  if (fix)
    parts.push(`With that mended it agrees at ${d.study.searchPoints.length} random points: $${fix}$.`);
  if (where !== undefined && !found?.named) parts.push(stepText(d, where));
  const shapes = shapesIn(d, read.expr);
  if (found?.kinds.some((k) => BY_SHAPE.has(k))) parts.push(shapeText(d, shapes));
  if (example) parts.push(example.text);
  return {
    kind: found?.kinds[0] ?? "none",
    kinds: found?.kinds ?? ["none"],
    sentence: parts.filter((x) => x !== "").join(" "),
    ...(fix ? { fix } : {}),
    ...(where !== undefined ? { step: where + 1 } : {}),
    ...(example ? { counterexample: example } : {}),
    shapes,
  };
}

/** Mistakes that a look at the shapes would have shown, or did not. */
const BY_SHAPE = new Set(["transpose", "order", "elementwise product", "matrix product", "axis"]);

function shapesIn(d: Derivation<any>, e: Expr | undefined): Record<string, readonly number[]> {
  const out: Record<string, readonly number[]> = {};
  for (const x of e ? subexpressions(e) : [])
    if (x.kind === "sym") {
      const name = x.name.replace(/^bar:/, "");
      const shape = d.structure.quantities.get(name)?.tensor.shape;
      if (shape) out[x.name] = shape;
    }
  return out;
}

function shapeText(d: Derivation<any>, shapes: Record<string, readonly number[]>): string {
  const arrays = Object.entries(shapes).filter(([, s]) => s.length > 0);
  const list = arrays.map(
    ([n, s]) => `$${symbolsFor(d.naming)(n)}$ is ${s.length === 1 ? `${s[0]}×1` : s.join("×")}`,
  );
  return list.length > 0 ? `(${list.join(", ")}.)` : "";
}

/** The cheapest explanation that holds at every point. */
export function search(subject: Subject, formula: Formula, claim: Expr | undefined): Candidate | undefined {
  const { d, name } = subject;
  const points = d.study.searchPoints;
  const judge = new Judge(
    points,
    points.map(subject.truth),
    points.map((p) => evaluateFormula(formula, d.study, p)),
  );
  const context = { subject, d, name, judge, claim };
  const groups = [plainCandidates, pathCandidates, combinations, stepCandidates, slipCandidates];
  const all: Candidate[] = [];
  for (const group of groups) {
    all.push(...group(context));
    // Nothing later is cheaper than what compares the values themselves.
    if (all.some((c) => c.cost <= 2)) break;
  }
  if (all.length === 0 || all.some((c) => c.kinds[0] === "missing path"))
    all.push(...symmetryCandidates(context, formula));
  if (all.length === 0) all.push(...pairCandidates(context));
  const [best] = all.sort((a, b) => a.cost - b.cost);
  // Another reading of the same mistake may know in which step it was made.
  const step = best?.step ?? all.find((c) => c.step !== undefined)?.step;
  return best && step !== undefined ? { ...best, step } : best;
}

function stepText(d: Derivation<any>, at: number): string {
  return `The first step of the derivation that differs is step ${at + 1}, from ${definedAs(d, d.steps[at].of.name)}.`;
}
