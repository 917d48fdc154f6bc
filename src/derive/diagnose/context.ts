/**
 * What every search for a slip works with, and what it gives: candidates with a cost and a sentence.
 */

import type { Derivation } from "../derive.ts";
import { sym } from "../expr/build.ts";
import type { Expr } from "../expr/expr.ts";
import { printExpr } from "../expr/print.ts";
import { barOf } from "../study.ts";
import { gradientTex, symbolsFor } from "../symbols.ts";
import type { Judge } from "./judge.ts";
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

/** The quantities a reader has names for. */
export const symbolsOf = (c: Context): Expr[] =>
  [...c.d.structure.quantities.values()].filter((q) => q.named).map((q) => sym(q.name, q.tensor.shape));

/** The gradients that have a name of their own. */
export const gradientsOf = (c: Context): Expr[] =>
  [...c.judge.points[0].gradients]
    .filter(([n]) => c.d.structure.quantities.get(n)?.named)
    .map(([n, t]) => sym(barOf(n), t.shape));
