/**
 * From what the backward pass computes to what a professor writes.
 *
 * Few rules, each only a proposal: it is taken when both sides agree in numbers at every point of the
 * study. So rules may depend on facts nobody stated: Kᵀ is K where K is symmetric, Y1 is 1 where the
 * rows of Y are one-hot, and exp(S − logsumexp) is P where P is the softmax of S.
 */

import { softmaxOp } from "../../ops/index.ts";
import { sameShape, type Tensor } from "../../tensor/index.ts";
import { call, rebuild } from "./build.ts";
import type { Point } from "./evaluate.ts";
import { type Expr, subexpressions } from "./expr.ts";
import { RULES } from "./rules.ts";

export interface SimplifyOptions {
  /** Points at which both sides of a rewriting must agree. */
  points: readonly Point[];
  /** Named quantities in which parts are recognised. */
  known: readonly Expr[];
  /** Take common factors out of sums of scalars: y − y² is y(1 − y). */
  factor?: boolean;
}

export type Rule = (e: Expr, s: Simplifier) => Expr | undefined;

const EPS = 1e-9;

export class Simplifier {
  readonly points: readonly Point[];
  readonly known: readonly Expr[];
  readonly factor: boolean;
  readonly done = new Map<number, Expr>();
  derived: Expr[] = [];
  #budget = 4000;

  constructor(o: SimplifyOptions) {
    this.points = o.points;
    this.known = o.known;
    this.factor = o.factor ?? false;
  }

  simplify(e: Expr): Expr {
    this.derived = derivedQuantities(e);
    this.#budget = 4000;
    return this.visit(e);
  }

  visit(e: Expr): Expr {
    const before = this.done.get(e.id);
    if (before) return before;
    let now = rebuild(
      e,
      e.args.map((a) => this.visit(a)),
    );
    for (let changed = true; changed && this.#budget > 0; ) {
      changed = false;
      for (const rule of RULES) {
        this.#budget--;
        const next = rule(now, this);
        if (!next || next.canon === now.canon || !this.equal(now, next)) continue;
        now = rebuild(
          next,
          next.args.map((a) => this.visit(a)),
        );
        changed = true;
        break;
      }
    }
    this.done.set(e.id, now);
    this.done.set(now.id, now);
    return now;
  }

  /** Whether two expressions have the same value at every point. */
  equal(a: Expr, b: Expr): boolean {
    if (!sameShape(a.shape, b.shape)) return false;
    return this.points.every((p) => close(p.value(a), p.value(b)));
  }
}

export function close(a: Tensor, b: Tensor, eps = EPS): boolean {
  const [x, y] = [a.values(), b.values()];
  if (x.length !== y.length) return false;
  let scale = 0;
  for (let i = 0; i < x.length; i++) scale = Math.max(scale, Math.abs(x[i]), Math.abs(y[i]));
  if (!Number.isFinite(scale)) return false;
  for (let i = 0; i < x.length; i++) if (!(Math.abs(x[i] - y[i]) <= eps * scale)) return false;
  return true;
}

/** Quantities worth recognising although nobody named them. */
function derivedQuantities(e: Expr): Expr[] {
  const out: Expr[] = [];
  for (const part of subexpressions(e)) {
    const op = part.call?.op.name;
    if (op !== "logSumExp" && op !== "logSoftmax") continue;
    const { params, argShapes } = part.call!;
    const axis = op === "logSoftmax" ? params.axis : params.axes.length === 1 ? params.axes[0] : undefined;
    if (axis === undefined || argShapes[0].length > 2) continue;
    out.push(
      call({ op: softmaxOp, params: { axis }, argShapes: [argShapes[0]], outShape: argShapes[0] }, part.args),
    );
  }
  return out;
}
