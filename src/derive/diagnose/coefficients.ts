/**
 * Terms with a wrong coefficient, in the true formula multiplied out or in the claim: missing, extra,
 * of the wrong sign, doubled.
 */

import { scale, split } from "../expr/build.ts";
import { termsOf } from "../expr/expand.ts";
import type { Expr } from "../expr/expr.ts";
import { type Candidate, type Context, show } from "./context.ts";

/** Terms with wrong coefficients, in the true formula multiplied out, or in the claim. */
export function combinations(c: Context): Candidate[] {
  const out: Candidate[] = [];
  for (const form of c.subject.forms())
    out.push(...coefficientSlips(c, termsOf(form, 8), c.judge.claim, "truth"));
  if (c.claim) out.push(...coefficientSlips(c, termsOf(c.claim, 8), c.judge.truth, "claim"));
  return out;
}

function coefficientSlips(
  c: Context,
  terms: readonly Expr[],
  target: Float64Array,
  whose: "truth" | "claim",
): Candidate[] {
  if (terms.length < 2) return [];
  const columns = terms.map((t) => c.judge.column(t));
  if (columns.some((x) => x === undefined || x.length !== target.length)) return [];
  const found = c.judge.combination(target, columns as Float64Array[]);
  if (!found) return [];
  const wrong = found.map((x, i) => ({ x, i })).filter(({ x }) => Math.abs(x - 1) > 1e-6);
  if (wrong.length === 0 || wrong.length > 1) return [];
  const { x, i } = wrong[0];
  const term = terms[i];
  const sized = split(term).c < 0 ? scale(-1, term) : term;
  if (Math.abs(x) < 1e-7)
    return [
      {
        kinds: [whose === "truth" ? "missing term" : "extra term"],
        cost: 2.4,
        sentence: () =>
          whose === "truth"
            ? `The term ${show(c, term)} is missing.`
            : `The term ${show(c, term)} does not belong there.`,
      },
    ];
  if (Math.abs(x + 1) < 1e-6)
    return [
      {
        kinds: ["sign"],
        cost: 2.5,
        sentence: () => `The term ${show(c, sized)} has the wrong sign.`,
      },
    ];
  const k = whose === "truth" ? x : 1 / x;
  return [
    {
      kinds: ["factor"],
      cost: 2.6,
      sentence: () => `The term ${show(c, sized)} has ${describeTimes(k)} its right coefficient.`,
    },
  ];
}

function describeTimes(k: number): string {
  return Math.abs(k - 2) < 1e-6 ? "twice" : Math.abs(k - 0.5) < 1e-6 ? "half" : `${+k.toPrecision(6)} times`;
}
