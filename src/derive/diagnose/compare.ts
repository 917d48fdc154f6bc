/**
 * Mistakes that show in the values alone: a sign, a factor, a transpose, the gradient of something else,
 * a path left out, a term with the wrong coefficient, a constraint.
 */

import { backward, traced } from "../../autodiff/index.ts";
import { permute, withRecording } from "../../ops/index.ts";
import { type Node, type Tensor, tensor } from "../../tensor/index.ts";
import type { Derivation } from "../derive.ts";
import { scale, split, sym, transpose } from "../expr/build.ts";
import { termsOf } from "../expr/expand.ts";
import type { Expr } from "../expr/expr.ts";
import { printExpr } from "../expr/print.ts";
import { barOf, type SamplePoint, type Study } from "../study.ts";
import { gradientTex, symbolsFor } from "../symbols.ts";
import { type Judge, same, stack } from "./judge.ts";
import { describeNumber, describeScalars, tidyNumber } from "./numbers.ts";
import { uses } from "./replay.ts";
import type { Subject } from "./subject.ts";

export interface Context {
  readonly subject: Subject;
  readonly d: Derivation<any>;
  readonly name: string;
  readonly judge: Judge;
  readonly claim: Expr | undefined;
}

export interface Candidate {
  readonly kinds: readonly string[];
  /** Lower is the likelier mistake. */
  readonly cost: number;
  readonly sentence: () => string;
  readonly fix?: Expr;
  readonly step?: number;
  /** The sentence names the step already. */
  readonly named?: boolean;
}

export const show = (c: Context, e: Expr): string => `$${printExpr(e, symbolsFor(c.d.naming))}$`;
/** The truth in symbols: ∂L/∂W, ∂y/∂x … */
export const gradientText = (c: Context, name?: string): string =>
  `$${name === undefined ? c.subject.tex : gradientTex(c.d.naming, name)}$`;

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
            `This is ${gradientText(c, other)}, not ${gradientText(c)}: the chain stops at $${symbolsFor(d.naming)(other)}$` +
            (step >= 0 ? `; the step from it is still to be taken (step ${step + 1}).` : "."),
        },
      ];
    }
  }
  return [];
}

/** Only the Jacobian's diagonal used, or J where Jᵀ belongs. */
function jacobianMisuse(c: Context): Candidate[] {
  const { judge, d, name } = c;
  const { study } = d;
  if (study.scalar || judge.size > 64 || study.trace.output.size > 64) return [];
  const rows = judge.points.map((p) => ({ p, J: jacobianAt(study, p, name) }));
  const out: Candidate[] = [];
  if (study.trace.output.size === judge.size) {
    const n = judge.size;
    const diagonal = rows.map(
      ({ p, J }) => p.seed.values().map((g: number, i: number) => g * J[i * n + i]) as Float64Array,
    );
    if (same(concat(diagonal), judge.claim, n))
      out.push({
        kinds: ["diagonal only"],
        cost: 1.9,
        sentence: () =>
          `Only the diagonal of the Jacobian is used, ∂yᵢ/∂xᵢ. Every ${show(c, sym(d.naming.output, study.trace.output.shape))} entry depends ` +
          "on every entry of the argument, so the terms with i ≠ j belong in the sum as well.",
      });
    const forward = rows.map(({ p, J }) => {
      const g = p.seed.values();
      return Float64Array.from({ length: n }, (_, i) => {
        let s = 0;
        for (let j = 0; j < n; j++) s += J[i * n + j] * g[j];
        return s;
      });
    });
    if (same(concat(forward), judge.claim, n) && !same(judge.truth, judge.claim, n))
      out.push({
        kinds: ["transpose"],
        cost: 1.9,
        sentence: () =>
          "Your formula multiplies what arrives by the Jacobian J; going backwards it is Jᵀ: each input collects " +
          "from all outputs it influences.",
      });
  }
  return out;
}

function concat(list: readonly Float64Array[]): Float64Array {
  return stack(list.map((x) => tensor(x, [x.length])));
}

/** ∂yᵢ/∂xⱼ in row-major order, by one backward pass a row. */
export function jacobianAt(study: Study, p: SamplePoint, name: string): Float64Array {
  const y = p.trace.output;
  const x = study.tensorAt(p.trace, name) as Tensor;
  const out = new Float64Array(y.size * x.size);
  for (let i = 0; i < y.size; i++) {
    const e = new Float64Array(y.size);
    e[i] = 1;
    const [g] = traced(() => withRecording(false, () => backward([y], [tensor(e, y.shape)], [x])));
    if (g) out.set(g.values() as Float64Array, i * x.size);
  }
  return out;
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

/** One path of several left out, counted twice, or with the wrong sign. */
export function pathCandidates(c: Context): Candidate[] {
  const { judge, d, name } = c;
  if (c.subject.kind !== "gradient") return [];
  const perPoint = judge.points.map((p) => uses(d.structure, p, name));
  const first = perPoint[0];
  if (first.length < 2 || perPoint.some((u) => u.length !== first.length)) return [];
  const columns = first.map((_, i) => stack(perPoint.map((u) => u[i].value)));
  const coefficients = judge.combination(judge.claim, columns);
  if (!coefficients) return [];
  const nice = coefficients.map((x) => (Math.abs(x - Math.round(x)) < 1e-6 ? Math.round(x) : x));
  const wrong = nice.map((x, i) => ({ x, i })).filter(({ x }) => x !== 1);
  if (wrong.length === 0 || wrong.every(({ x }) => x === wrong[0].x && first.length === wrong.length))
    return [];
  const via = (i: number): string => `$${symbolsFor(d.naming)(quantityAfter(d, first[i].at))}$`;
  const list = (items: readonly number[]): string => items.map(via).join(", ");
  const missing = wrong.filter(({ x }) => x === 0).map(({ i }) => i);
  const partTex = (i: number): string => {
    const e = partFor(c, first[i].at, i);
    return e ? `, which contributes ${show(c, e)}` : "";
  };
  if (missing.length === wrong.length)
    return [
      {
        kinds: ["missing path"],
        cost: 1.7,
        step: stepOf(d, quantityAfter(d, first[missing[0]].at)),
        sentence: () =>
          `There are ${first.length} paths from $${symbolsFor(d.naming)(name)}$ to the loss, and the gradient is the sum over all of ` +
          `them; your formula leaves out the one through ${list(missing)}${missing.length === 1 ? partTex(missing[0]) : ""}.`,
      },
    ];
  const doubled = wrong.filter(({ x }) => x === 2).map(({ i }) => i);
  if (missing.length === 1 && doubled.length === 1 && wrong.length === 2)
    return [
      {
        kinds: ["missing path", "path counted twice"],
        cost: 1.7,
        step: stepOf(d, quantityAfter(d, first[missing[0]].at)),
        sentence: () =>
          `There are ${first.length} paths from $${symbolsFor(d.naming)(name)}$ to the loss; your formula counts the one through ` +
          `${via(doubled[0])} twice and leaves out the one through ${via(missing[0])}${partTex(missing[0])}.`,
      },
    ];
  if (wrong.length === 1 && wrong[0].x === -1)
    return [
      {
        kinds: ["sign", "path"],
        cost: 1.8,
        step: stepOf(d, quantityAfter(d, first[wrong[0].i].at)),
        sentence: () => `The contribution of the path through ${via(wrong[0].i)} has the wrong sign.`,
      },
    ];
  if (wrong.length === 1 && Number.isInteger(wrong[0].x))
    return [
      {
        kinds: ["path counted twice", "factor"],
        cost: 2,
        sentence: () =>
          `The path through ${via(wrong[0].i)} is counted ${wrong[0].x} times; each path counts once.`,
      },
    ];
  return [];
}

/** The quantity whose block of operations contains the recorded result. */
export function quantityAfter(d: Derivation<any>, at: number): string {
  const { results } = d.study.trace;
  const names = new Map<Node, string>();
  for (const q of d.structure.quantities.values())
    if (q.definition && q.kind !== "aside" && q.tensor.node) names.set(q.tensor.node, q.name);
  let front = new Set<Node | null>([results[at]?.node ?? null]);
  while (front.size > 0) {
    for (const node of front) if (node && names.has(node)) return names.get(node) as string;
    const next = new Set<Node | null>();
    for (const t of results) if (t.node?.inputs.some((x) => x.node && front.has(x.node))) next.add(t.node);
    front = next;
  }
  return d.naming.output;
}

const stepOf = (d: Derivation<any>, name: string): number | undefined => {
  const at = d.steps.findIndex((s) => s.of.name === name);
  return at >= 0 ? at : undefined;
};

/** The formula of what one use contributes, when its step has only that use. */
function partFor(c: Context, at: number, _i: number): Expr | undefined {
  const q = quantityAfter(c.d, at);
  const step = c.d.steps.find((s) => s.of.name === q);
  const list = step?.contributions.filter((x) => x.to === c.name) ?? [];
  return list.length === 1 ? c.d.tidy(c.d.forms.resolve(list[0].raw, "inputs")) : undefined;
}

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

/** The quantities a reader has names for. */
export const symbolsOf = (c: Context): Expr[] =>
  [...c.d.structure.quantities.values()].filter((q) => q.named).map((q) => sym(q.name, q.tensor.shape));

/** The gradients that have a name of their own. */
export const gradientsOf = (c: Context): Expr[] =>
  [...c.judge.points[0].gradients]
    .filter(([n]) => c.d.structure.quantities.get(n)?.named)
    .map(([n, t]) => sym(barOf(n), t.shape));
