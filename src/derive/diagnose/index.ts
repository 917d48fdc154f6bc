/**
 * What is wrong with a false claim, in a sentence a student can use.
 *
 * The classes of mistake are tried on the claim, on the true formula and on each step of the backward
 * pass, alone and in pairs. A diagnosis is given only when, with the slip undone (or made), claim and
 * truth agree at every point; otherwise the answer is that no simple slip was found.
 */

import type { Derivation } from "../derive.ts";
import type { Expr } from "../expr/expr.ts";
import { printExpr } from "../expr/print.ts";
import { evaluateFormula, type Formula } from "../formula.ts";
import { symbolsFor } from "../symbols.ts";
import { combinations } from "./coefficients.ts";
import { plainCandidates } from "./compare.ts";
import type { Candidate } from "./context.ts";
import { type Counterexample, counterexample } from "./counterexample.ts";
import { Judge } from "./judge.ts";
import { pairCandidates } from "./pairs.ts";
import { pathCandidates } from "./path-slips.ts";
import { readClaim } from "./read.ts";
import { shapeDiagnosis } from "./shapes.ts";
import { slipCandidates, stepCandidates } from "./single.ts";
import type { Subject } from "./subject.ts";
import { firstDifference } from "./where.ts";

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
  const where = found?.step ?? (gradient ? firstDifference(d, name, read.expr) : undefined);
  const example = counterexample(subject, formula);
  const parts = [found ? found.sentence() : "No simple slip found."];
  if (found?.fix) {
    const tex = printExpr(found.fix, symbolsFor(d.naming));
    parts.push(`With that mended it agrees at ${d.study.searchPoints.length} random points: $${tex}$.`);
  }
  if (where !== undefined && !found?.named) parts.push(stepText(d, where));
  if (example) parts.push(example.text);
  return {
    kind: found?.kinds[0] ?? "none",
    kinds: found?.kinds ?? ["none"],
    sentence: parts.join(" "),
    ...(found?.fix ? { fix: printExpr(found.fix, symbolsFor(d.naming)) } : {}),
    ...(where !== undefined ? { step: where + 1 } : {}),
    ...(example ? { counterexample: example } : {}),
  };
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
  if (all.length === 0) all.push(...pairCandidates(context));
  return all.sort((a, b) => a.cost - b.cost)[0];
}

function stepText(d: Derivation<any>, at: number): string {
  const q = d.steps[at].of;
  return `The first step of the derivation that differs is step ${at + 1}, from $${symbolsFor(d.naming)(q.name)}$.`;
}
