/**
 * Mistakes that show in the values alone: a sign, a factor, a transpose, the gradient of something else,
 * a constraint.
 */

import { permute } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { scale, transpose } from "../expr/build.ts";
import { type Candidate, type Context, definedAs, gradientText } from "./context.ts";
import { jacobianMisuse } from "./jacobians.ts";
import { same, stack } from "./judge.ts";
import { describeNumber, describeScalars, tidyNumber } from "./numbers.ts";

/** Whole-formula mistakes. */
export function plainCandidates(c: Context): Candidate[] {
  const { judge, claim, subject } = c;
  const out: Candidate[] = [];
  const k = judge.ratio(judge.claim, judge.truth);
  if (k !== undefined) {
    const fix = claim && scale(tidyNumber(1 / k), claim);
    if (Math.abs(k + 1) < 1e-6)
      out.push({
        kinds: ["sign"],
        cost: 1,
        fix,
        sentence: () => `The sign is wrong: your formula is minus ${gradientText(c)}.`,
      });
    else out.push({ kinds: ["factor"], cost: 1.5, fix, sentence: () => describeNumber(c, k) });
    return out;
  }
  const ks = judge.ratios(judge.claim, judge.truth);
  if (ks) {
    const scalars = describeScalars(c, ks);
    if (scalars) out.push(scalars);
  }
  const truths = judge.points.map(subject.truth);
  if (truths[0].rank === 2 && truths[0].shape[0] === truths[0].shape[1]) {
    const turned = stack(truths.map((t) => permute(t, [1, 0])));
    const kt = judge.ratio(judge.claim, turned);
    if (kt !== undefined && (Math.abs(kt - 1) < 1e-7 || Math.abs(kt + 1) < 1e-7))
      out.push({
        kinds: kt > 0 ? ["transpose"] : ["transpose", "sign"],
        cost: kt > 0 ? 1.6 : 2,
        fix: claim && scale(kt, transpose(claim)),
        sentence: () =>
          `Your formula is ${kt > 0 ? "" : "minus "}the transpose of ${gradientText(c)}: ` +
          "in the shape convention entry i, j belongs to entry i, j of the variable.",
      });
    if (subject.kind === "gradient") out.push(...symmetricConvention(c, truths));
  }
  out.push(...unprojected(c));
  if (subject.kind === "gradient") out.push(...otherGradients(c), ...constraint(c), ...jacobianMisuse(c));
  return out;
}

/** The whole gradient where its part along the constraint was asked for. */
function unprojected(c: Context): Candidate[] {
  const { judge, name } = c;
  if (c.subject.kind !== "projected") return [];
  const whole = stack(judge.points.map((p) => p.gradients.get(name) as Tensor));
  if (!same(whole, judge.claim, judge.size)) return [];
  return [
    {
      kinds: ["constraint ignored"],
      cost: 1,
      sentence: () =>
        `The constraint is ignored: this is the whole gradient ${gradientText(c, name)}. Along the constraint only its ` +
        "projection counts (on the simplex: subtract its mean, which is what the Lagrange multiplier does).",
    },
  ];
}

/** Is it the gradient of another quantity? */
function otherGradients(c: Context): Candidate[] {
  const { judge, d, name } = c;
  for (const other of judge.points[0].gradients.keys()) {
    if (other === name) continue;
    const list = judge.points.map((p) => p.gradients.get(other)!);
    if (list[0].size !== judge.size) continue;
    const value = stack(list);
    if (same(value, judge.claim, judge.size) && !same(value, judge.truth, judge.size)) {
      const step = d.steps.findIndex((s) => s.of.name === other);
      return [
        {
          kinds: ["other gradient"],
          cost: 2,
          step: step >= 0 ? step : undefined,
          named: true,
          sentence: () =>
            `This is ${gradientText(c, other)}, not ${gradientText(c)}: the chain stops at ${definedAs(d, other)}` +
            (step >= 0 ? `; the step from it is still to be taken (step ${step + 1}).` : "."),
        },
      ];
    }
  }
  return [];
}

/** G + Gᵀ − diag(G): the derivative over symmetric matrices. */
function symmetricConvention(c: Context, truths: readonly Tensor[]): Candidate[] {
  const n = truths[0].shape[0];
  const over = stack(
    truths.map((t) => {
      const out = t.copy();
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) out.data[i * n + j] = i === j ? t.at(i, i) : t.at(i, j) + t.at(j, i);
      return out;
    }),
  );
  if (!same(over, c.judge.claim, c.judge.size)) return [];
  return [
    {
      kinds: ["symmetric convention"],
      cost: 1.8,
      sentence: () =>
        `Your formula is the derivative among symmetric matrices only, G + Gᵀ − diag(G). In the shape convention ` +
        `every entry moves by itself, and ${gradientText(c)} is G; both are in use, so say which.`,
    },
  ];
}

/** Differs from the truth by a multiple of 1 along the simplex: projected where it should not be, or the reverse. */
function constraint(c: Context): Candidate[] {
  const { judge, d, name } = c;
  const n = judge.size;
  if (n < 2 || d.study.domains.get(name) !== "simplex") return [];
  for (let at = 0; at < judge.claim.length; at += n) {
    const gap = judge.claim[at] - judge.truth[at];
    for (let i = at; i < at + n; i++)
      if (
        Math.abs(judge.claim[i] - judge.truth[i] - gap) >
        1e-8 * Math.max(Math.abs(gap), Math.abs(judge.truth[i]))
      )
        return [];
  }
  return [
    {
      kinds: ["constraint"],
      cost: 1.9,
      sentence: () =>
        `Your formula differs from ${gradientText(c)} by the same number in every entry: it is the gradient along the ` +
        "constraint Σ = 1 (with its Lagrange multiplier), not the unconstrained one.",
    },
  ];
}
