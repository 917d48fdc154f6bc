/**
 * Paths left out, counted twice, or with the wrong sign: the contributions of all uses of a quantity are
 * known, so a claim that is another combination of them tells which. Where the uses next to the quantity
 * do not explain it, whole paths from the loss do.
 */

import type { Node, Tensor } from "../../tensor/index.ts";
import type { Derivation } from "../derive.ts";
import type { Expr } from "../expr/expr.ts";
import { pathExpressions } from "../paths.ts";
import { symbolsFor } from "../symbols.ts";
import { type Candidate, type Context, definedAs, show } from "./context.ts";
import { computed, same, stack } from "./judge.ts";
import { timesText } from "./numbers.ts";
import { uses } from "./replay.ts";

/** One or more paths left out, counted twice, or with the wrong sign. */
export function pathCandidates(c: Context): Candidate[] {
  if (c.subject.kind !== "gradient") return [];
  const near = useCandidates(c);
  return near.length > 0 ? near : wholePaths(c);
}

function useCandidates(c: Context): Candidate[] {
  const { judge, d, name } = c;
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
  const names = first.map(({ at }) => quantityAfter(d, at));
  const direct = (i: number): boolean => names[i] === d.naming.output && d.scalar;
  const part = (i: number): Expr | undefined => partFor(c, names[i], first[i].value);
  const twice = (i: number): boolean => names.filter((n) => n === names[i]).length > 1;
  const through = (i: number): string =>
    direct(i)
      ? `the direct one, for $${symbolsFor(d.naming)(name)}$ stands in $${symbolsFor(d.naming)(names[i])}$ itself`
      : `the one through ${definedAs(d, names[i])}`;
  const gives = (i: number): string => {
    const e = part(i);
    return e ? `, which contributes ${show(c, e)}` : "";
  };
  const all = `There are ${first.length} paths from $${symbolsFor(d.naming)(name)}$ to the loss`;
  const base = { step: stepOf(d, names[wrong[0].i]) };
  const missing = wrong.filter(({ x }) => x === 0).map(({ i }) => i);
  if (missing.length === 1 && wrong.length === 1 && twice(missing[0])) {
    const e = part(missing[0]);
    if (e)
      return [
        {
          ...base,
          kinds: ["missing term"],
          cost: 1.7,
          sentence: () =>
            `The term ${show(c, e)} is missing: $${symbolsFor(d.naming)(name)}$ enters ${definedAs(d, names[missing[0]])} ` +
            "more than once, and each place gives a term.",
        },
      ];
  }
  if (missing.length === wrong.length)
    return [
      {
        ...base,
        kinds: ["missing path"],
        cost: 1.7,
        sentence: () =>
          `${all}, and the gradient is the sum over all of them; your formula leaves out ` +
          `${missing.map((i) => through(i) + gives(i)).join(", and ")}.`,
      },
    ];
  const doubled = wrong.filter(({ x }) => x === 2).map(({ i }) => i);
  if (missing.length === 1 && doubled.length === 1 && wrong.length === 2)
    return [
      {
        kinds: ["missing path", "path counted twice"],
        cost: 1.7,
        step: stepOf(d, names[missing[0]]),
        sentence: () =>
          `${all}; your formula counts ${through(doubled[0])} twice and leaves out ${through(missing[0])}${gives(missing[0])}.`,
      },
    ];
  if (wrong.length !== 1) return [];
  const [{ x, i }] = wrong;
  const e = part(i);
  const contribution = (): string =>
    direct(i)
      ? `The term ${e ? show(c, e) : `that comes straight from $${symbolsFor(d.naming)(names[i])}$`}`
      : `The contribution of the path through ${definedAs(d, names[i])}${e ? `, ${show(c, e)},` : ""}`;
  if (x === -1)
    return [
      {
        ...base,
        kinds: direct(i) ? ["sign"] : ["sign", "path"],
        cost: 1.8,
        sentence: () => `${contribution()} has the wrong sign.`,
      },
    ];
  if (x === 2 && !direct(i))
    return [
      {
        ...base,
        kinds: ["path counted twice", "factor"],
        cost: 2,
        sentence: () =>
          `${contribution().replace(/^The contribution of t/, "T")} is counted twice; each path counts once.`,
      },
    ];
  const times = timesText(c, x);
  return times
    ? [{ ...base, kinds: ["factor"], cost: 2, sentence: () => `${contribution()} has ${times}.` }]
    : [];
}

/** All paths from the loss, each with a weight of 0 or 1: what the claim counts, and what it leaves out. */
function wholePaths(c: Context): Candidate[] {
  const { judge, d, name } = c;
  const all = pathExpressions(d, name);
  if (all.length < 3 || all.length > 16) return [];
  // A path that contributes nothing, such as a mean of what is centred, cannot be told from none.
  const gives = all.map((p) => judge.column(p.expr));
  const paths = all.filter((_, i) => !gives[i] || gives[i].some((x) => Math.abs(x) > 1e-12));
  const columns = gives.filter((x) => !x || x.some((v) => Math.abs(v) > 1e-12));
  if (columns.some((x) => x === undefined || x.length !== judge.claim.length)) return [];
  const found = judge.combination(judge.claim, columns as Float64Array[]);
  if (
    !found?.every((x) => Math.abs(x - Math.round(x)) < 1e-6 && (Math.round(x) === 0 || Math.round(x) === 1))
  )
    return [];
  const has = found.map((x) => Math.round(x) === 1);
  const missing = paths.filter((_, i) => !has[i]);
  const present = paths.filter((_, i) => has[i]);
  if (missing.length === 0 || present.length === 0) return [];
  const symbols = symbolsFor(d.naming);
  const list = (some: typeof paths): string =>
    some
      .map(
        ({ through, expr }) =>
          `$${through.map(symbols).join(" \\leftarrow ")}$, which contributes ${show(c, c.d.tidy(c.d.forms.resolve(expr, "inputs")))}`,
      )
      .join("; and ");
  const first = missing[0].through.find((n) => !present.some((p) => p.through.includes(n)));
  return [
    {
      kinds: ["missing path"],
      cost: 1.9,
      step: first === undefined ? undefined : stepOf(d, first),
      sentence: () =>
        `There are ${paths.length} paths from $${symbols(name)}$ to the loss, and the gradient is the sum over all of them. ` +
        (missing.length <= 2
          ? `Your formula leaves out ${list(missing)}.`
          : `Your formula counts only ${list(present)}.`),
    },
  ];
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

/** The formula of what one use contributes: of several in one step, the one with its value. */
function partFor(c: Context, via: string, value: Tensor): Expr | undefined {
  const step = c.d.steps.find((s) => s.of.name === via);
  const list = step?.contributions.filter((x) => x.to === c.name) ?? [];
  if (list.length !== 1) return undefined;
  const target = stack([value]);
  const of = (e: Expr): boolean => {
    const x = computed(c.judge.points[0], e);
    return x !== undefined && x.size === target.length && same(stack([x]), target, target.length);
  };
  const found = list[0].uses.length === 1 ? list[0].raw : list[0].uses.find(of);
  return found && c.d.tidy(c.d.forms.resolve(found, "inputs"));
}
