/**
 * Terms with a wrong coefficient, in the true formula multiplied out or in the claim: missing, extra,
 * of the wrong sign, doubled.
 */

import { scale, split } from "../expr/build.ts";
import { termsOf } from "../expr/expand.ts";
import type { Expr } from "../expr/expr.ts";
import { type Candidate, type Context, formsOf, show } from "./context.ts";
import { timesText } from "./numbers.ts";

/** Terms with wrong coefficients, in the true formula multiplied out, or in the claim. */
export function combinations(c: Context): Candidate[] {
  const out: Candidate[] = [];
  for (const { form } of formsOf(c)) out.push(...coefficientSlips(c, form, c.judge.claim, "truth"));
  if (c.claim) out.push(...coefficientSlips(c, c.claim, c.judge.truth, "claim"));
  return out;
}

function coefficientSlips(
  c: Context,
  whole: Expr,
  target: Float64Array,
  whose: "truth" | "claim",
): Candidate[] {
  const terms = termsOf(whole, 8);
  if (terms.length < 2) return [];
  const columns = terms.map((t) => c.judge.column(t));
  if (columns.some((x) => x === undefined || x.length !== target.length)) return [];
  const found = c.judge.combination(target, columns as Float64Array[]);
  if (!found) return [];
  const wrong = found.map((x, i) => ({ x, i })).filter(({ x }) => Math.abs(x - 1) > 1e-6);
  if (wrong.length === 0 || wrong.length > 1) return [];
  const { x, i } = wrong[0];
  const term = terms[i];
  // A term that only multiplying out brings to light is not what anybody forgot.
  const extra = whole.kind === "add" && whole.args.some((t) => t.canon === term.canon) ? 0 : 1.2;
  const sized = split(term).c < 0 ? scale(-1, term) : term;
  if (Math.abs(x) < 1e-7)
    return [
      {
        kinds: [whose === "truth" ? "missing term" : "extra term"],
        cost: 2.4 + extra,
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
        cost: 2.5 + extra,
        sentence: () => `The term ${show(c, sized)} has the wrong sign.`,
      },
    ];
  const times = timesText(c, whose === "truth" ? x : 1 / x);
  if (!times) return [];
  return [
    {
      kinds: ["factor"],
      cost: 2.6 + extra,
      sentence: () => `The term ${show(c, sized)} has ${times}.`,
    },
  ];
}
