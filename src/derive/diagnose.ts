/**
 * What is wrong with a false claim, in a sentence. (First version: shapes, signs and constant factors.)
 */

import type { Comparison, Formula } from "./claim.ts";
import { evaluateFormula } from "./claim.ts";
import type { Derivation } from "./derive.ts";

export interface Diagnosis {
  /** A short name of the class of mistake. */
  readonly kind: string;
  /** For a student. */
  readonly sentence: string;
}

export function diagnose(d: Derivation, name: string, formula: Formula, c: Comparison): Diagnosis {
  if (c.shapeProblem) return { kind: "shape", sentence: `Shapes: ${c.shapeProblem}.` };
  const ratios = new Set<string>();
  for (const p of d.study.everywhere) {
    const claimed = evaluateFormula(formula, d.study, p).values();
    const truth = p.gradients.get(name)!.values();
    truth.forEach((t: number, i: number) => {
      if (Math.abs(t) > 1e-12) ratios.add((claimed[i] / t).toPrecision(6));
    });
  }
  if (ratios.size === 1) {
    const k = Number([...ratios][0]);
    if (k === -1) return { kind: "sign", sentence: "The sign is wrong: your formula is minus the gradient." };
    return { kind: "factor", sentence: `Your formula is ${k} times the gradient.` };
  }
  return { kind: "none", sentence: "No simple slip found." };
}
