/**
 * Paths left out, counted twice, or with the wrong sign: the contributions of all uses of a quantity are
 * known, so a claim that is another combination of them tells which.
 */

import type { Node } from "../../tensor/index.ts";
import type { Derivation } from "../derive.ts";
import type { Expr } from "../expr/expr.ts";
import { symbolsFor } from "../symbols.ts";
import { type Candidate, type Context, show } from "./context.ts";
import { stack } from "./judge.ts";
import { uses } from "./replay.ts";

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
