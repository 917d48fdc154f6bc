/**
 * The backward pass, one quantity at a time: what arrives at it, and what it hands to each quantity it
 * was computed from. The vector–Jacobian products are the ones the library executes, traced; their
 * values here are summed and must give autodiff's gradients.
 */

import { backward, pushForward, traced } from "../autodiff/index.ts";
import { leaf } from "../ops/index.ts";
import { isFloat, type Node, type Tensor } from "../tensor/index.ts";
import { add, num, sym } from "./expr/build.ts";
import type { Expr } from "./expr/expr.ts";
import type { Quantity, Structure } from "./structure.ts";
import { barOf, type SamplePoint } from "./study.ts";
import { replay, replayUses } from "./trace.ts";

export interface Contribution {
  readonly to: string;
  /** In terms of the arriving cotangent and forward quantities. */
  readonly raw: Expr;
  readonly value: Tensor;
  /** The same for each place where the block uses the quantity. */
  readonly uses: readonly Expr[];
}

export interface Step {
  readonly of: Quantity;
  readonly contributions: readonly Contribution[];
}

/** One quantity's own function of the quantities it is computed from. */
export interface Local {
  readonly from: readonly string[];
  readonly inputs: readonly Tensor[];
  readonly f: (args: readonly Tensor[]) => Tensor;
}

/** The block of operations between a quantity and those it is computed from, at a point. */
export function localFunction(s: Structure, q: Quantity, p: SamplePoint): Local {
  const from = q.from.filter((n) => differentiable(s, n));
  const y = s.study.tensorAt(p.trace, q.name) as Tensor;
  const nodes = from.map((n) => s.study.tensorAt(p.trace, n) as Tensor);
  return {
    from,
    inputs: nodes.map((t) => t.detach()),
    f: (args) => replay(y, new Map(nodes.map((t, i) => [t.node as Node, args[i]]))),
  };
}

function differentiable(s: Structure, name: string): boolean {
  const q = s.quantities.get(name);
  return q !== undefined && q.kind !== "constant" && isFloat(q.tensor.dtype);
}

/** The steps in the order the backward pass takes them. */
export function backwardSteps(s: Structure): Step[] {
  const p = s.study.here;
  const order = [...s.quantities.values()]
    .filter((q) => q.definition && q.kind !== "aside")
    .sort((a, b) => (b.tensor.node as Node).id - (a.tensor.node as Node).id);
  return order
    .map((q) => ({ of: q, contributions: contributions(s, q, p) }))
    .filter((step) => step.contributions.length > 0);
}

function contributions(s: Structure, q: Quantity, p: SamplePoint): Contribution[] {
  const from = q.from.filter((n) => differentiable(s, n));
  if (from.length === 0) return [];
  return traced(() => {
    const y0 = s.study.tensorAt(p.trace, q.name) as Tensor;
    const nameOf = new Map(from.map((n) => [(s.study.tensorAt(p.trace, n) as Tensor).node as Node, n]));
    const nodes = new Map<Node, Expr>();
    // Quantities that carry no gradient keep their symbols.
    for (const known of s.quantities.values()) {
      const node = s.study.tensorAt(p.trace, known.name)?.node;
      if (node) nodes.set(node, sym(known.name, known.tensor.shape));
    }
    const places: { name: string; t: Tensor }[] = [];
    const y = replayUses(y0, new Set(nameOf.keys()), (x) => {
      const name = nameOf.get(x.node as Node) as string;
      const t = leaf(x.detach());
      places.push({ name, t });
      nodes.set(t.node as Node, sym(name, t.shape));
      return t;
    });
    const G = leaf(p.gradients.get(q.name) as Tensor);
    if (y.node) nodes.set(y.node, sym(q.name, y.shape));
    const start = q.kind === "output" && s.study.scalar;
    nodes.set(G.node as Node, start ? num(1) : sym(barOf(q.name), G.shape));
    // In the order in which the contributions arrive.
    const arrival = new Map<Node, number>();
    const results = backward(
      [y],
      [G],
      places.map(({ t }) => t),
      ({ output }) => {
        for (const x of output.node?.inputs ?? [])
          if (x.node && !arrival.has(x.node)) arrival.set(x.node, arrival.size);
      },
    );
    const reader = s.reader(nodes);
    const order = [...places.keys()].sort(
      (a, b) => (arrival.get(places[a].t.node as Node) ?? 0) - (arrival.get(places[b].t.node as Node) ?? 0),
    );
    return from.flatMap((to) => {
      const found = order.flatMap((i) => {
        const g = places[i].name === to ? results[i] : null;
        return g ? [{ raw: reader.read(g), value: g.detach() }] : [];
      });
      if (found.length === 0) return [];
      return [
        {
          to,
          raw: add(found.map((x) => x.raw)),
          value: found.map((x) => x.value).reduce((a, b) => a.add(b)),
          uses: found.map((x) => x.raw),
        },
      ];
    });
  });
}

/** ⟨v, J u⟩ and ⟨Jᵀ v, u⟩ of one quantity's block. */
export function adjointPair(
  s: Structure,
  q: Quantity,
  p: SamplePoint,
  v: Tensor,
  directions: readonly Tensor[],
): { forward: number; reverse: number; scale: number } {
  const local = localFunction(s, q, p);
  return traced(() => {
    const args = local.inputs.map((t) => leaf(t));
    const y = local.f(args);
    const [tangent] = pushForward([y], args, directions);
    const back = backward([y], [v], args);
    const forward = dot(v, tangent);
    let reverse = 0;
    let scale = Math.abs(forward);
    back.forEach((g, i) => {
      const part = g ? dot(g, directions[i]) : 0;
      reverse += part;
      scale += Math.abs(part);
    });
    return { forward, reverse, scale };
  });
}

function dot(a: Tensor, b: Tensor): number {
  const [x, y] = [a.values(), b.values()];
  let s = 0;
  for (let i = 0; i < x.length; i++) s += x[i] * y[i];
  return s;
}
