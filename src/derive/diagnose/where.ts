/**
 * The first step at which a wrong formula parts from the derivation: the last cotangent that still occurs
 * in it (up to a transpose and a number) is right, the next is not.
 */

import { permute } from "../../ops/index.ts";
import type { Derivation } from "../derive.ts";
import { type Expr, subexpressions } from "../expr/expr.ts";

/** Index of the step, when the formula contains some but not all of the derivation's cotangents. */
export function firstDifference(
  d: Derivation<any>,
  name: string,
  claim: Expr | undefined,
): number | undefined {
  if (!claim) return undefined;
  const [p] = d.study.searchPoints;
  const parts = [...subexpressions(claim)]
    .filter((e) => e.shape.length === 2 && e.kind !== "num")
    .map((e) => p.point.value(e));
  const occurs = (of: string): boolean => {
    const g = p.gradients.get(of);
    if (!g || g.rank > 2) return false;
    const m = g.reshape(g.rank === 0 ? [1, 1] : g.rank === 1 ? [g.size, 1] : g.shape);
    const turned = permute(m, [1, 0]);
    return parts.some((x) => [m, turned].some((y) => proportional(x, y)));
  };
  const onWay = d.steps.map((s, i) => ({ s, i })).filter(({ s }) => leadsTo(d, s.of.name, name));
  let last = -1;
  for (const { s, i } of onWay) if (s.of.kind !== "output" && occurs(s.of.name)) last = i;
  if (last < 0) return onWay.length === 1 ? onWay[0].i : undefined;
  return last;
}

function proportional(
  x: { shape: readonly number[]; values(): ArrayLike<number> },
  y: { shape: readonly number[]; values(): ArrayLike<number> },
): boolean {
  if (x.shape[0] !== y.shape[0] || x.shape[1] !== y.shape[1]) return false;
  const [a, b] = [x.values(), y.values()];
  let at = 0;
  for (let i = 1; i < b.length; i++) if (Math.abs(b[i]) > Math.abs(b[at])) at = i;
  const k = a[at] / b[at];
  if (!Number.isFinite(k) || k === 0) return false;
  for (let i = 0; i < a.length; i++)
    if (!(Math.abs(a[i] - k * b[i]) <= 1e-8 * Math.abs(k * b[at]))) return false;
  return true;
}

function leadsTo(d: Derivation<any>, from: string, to: string): boolean {
  const q = d.structure.quantities.get(from);
  if (!q) return false;
  return q.from.some((n) => n === to || leadsTo(d, n, to));
}
