/**
 * What every search for a slip works with, and what it gives: candidates with a cost and a sentence.
 */

import type { Derivation } from "../derive.ts";
import { replace, sym } from "../expr/build.ts";
import { type Expr, subexpressions } from "../expr/expr.ts";
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

export const show = (c: { d: Derivation<any> }, e: Expr): string =>
  `$${printExpr(readable(c.d, e), symbolsFor(c.d.naming))}$`;

/** Unnamed results written out: a student has never heard of v₃. Long formulas keep them. */
export function readable(d: Derivation<any>, e: Expr): Expr {
  const { quantities } = d.structure;
  const visit = (x: Expr): Expr =>
    replace(x, (y) => {
      const q = y.kind === "sym" ? quantities.get(y.name) : undefined;
      return q?.definition && !q.named ? visit(q.definition) : undefined;
    });
  const out = visit(e);
  return out.weight <= Math.max(40, 2 * e.weight) ? out : e;
}

/** A quantity with what it is, where that is short: `v_2 = W^⊤ W x`. */
export function definedAs(d: Derivation<any>, name: string): string {
  const symbols = symbolsFor(d.naming);
  const definition = d.structure.quantities.get(name)?.definition;
  const tex = definition ? printExpr(readable(d, definition), symbols) : "";
  return tex !== "" && tex.length <= 120 ? `$${symbols(name)} = ${tex}$` : `$${symbols(name)}$`;
}

/** The truth in symbols: ∂L/∂W, ∂y/∂x … */
export const gradientText = (c: Context, name?: string): string =>
  `$${name === undefined ? c.subject.tex : gradientTex(c.d.naming, name)}$`;

/**
 * The true formulas; and, where the claim is in the parts of a named quantity and not in that quantity
 * itself, the same with its definition.
 */
export function formsOf(c: Context): { form: Expr; opened: boolean }[] {
  const forms = c.subject.forms();
  const plain = forms.map((form) => ({ form, opened: false }));
  if (!c.claim) return plain;
  const { quantities } = c.d.structure;
  const used = new Set([...subexpressions(c.claim)].filter((x) => x.kind === "sym").map((x) => x.name));
  const open = (e: Expr): Expr =>
    replace(e, (x) => {
      const q = x.kind === "sym" && !used.has(x.name) ? quantities.get(x.name) : undefined;
      const own = q?.definition && q.definition.weight <= 20 ? q.definition : undefined;
      return own && [...subexpressions(own)].some((y) => y.kind === "sym" && used.has(y.name))
        ? own
        : undefined;
    });
  const more = forms.map(open).filter((e, i) => e.canon !== forms[i].canon);
  return [...plain, ...more.map((form) => ({ form, opened: true }))];
}

/** The quantities a reader has names for. */
export const symbolsOf = (c: Context): Expr[] =>
  [...c.d.structure.quantities.values()].filter((q) => q.named).map((q) => sym(q.name, q.tensor.shape));

/** The gradients that have a name of their own. */
export const gradientsOf = (c: Context): Expr[] =>
  [...c.judge.points[0].gradients]
    .filter(([n]) => n !== c.name && c.d.structure.quantities.get(n)?.named)
    .map(([n, t]) => sym(barOf(n), t.shape));
