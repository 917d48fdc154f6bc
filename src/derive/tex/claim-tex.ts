/**
 * Claims written in LaTeX: the words a derivation knows, and a formula from a draft.
 */

import type { Node } from "../../tensor/index.ts";
import { arbitraryName, arbitraryPartial } from "../arbitrary.ts";
import type { Derivation } from "../derive.ts";
import { call, num, sym } from "../expr/build.ts";
import { type Expr, matrixShape } from "../expr/expr.ts";
import { rowName } from "../expr/rows.ts";
import type { Formula } from "../formula.ts";
import { texName } from "../names.ts";
import { defaultRow } from "../row-form.ts";
import { barOf } from "../study.ts";
import { lossTex, symbolsFor } from "../symbols.ts";
import type { Draft, Shape2 } from "./draft.ts";
import { parseStatement, type Statement } from "./parse.ts";
import { normalTex, type Vocabulary } from "./reader.ts";
import { settle } from "./settle.ts";

export function vocabulary(d: Derivation<any>): Vocabulary {
  const show = symbolsFor(d.naming);
  const symbols = new Map<string, Expr>();
  const gradients = new Map<string, Expr>();
  for (const q of d.structure.quantities.values()) {
    const e = sym(q.name, q.tensor.shape);
    for (const tex of [show(q.name), q.name]) {
      symbols.set(normalTex(tex), e);
      if (d.study.here.gradients.has(q.name))
        gradients.set(normalTex(tex), sym(barOf(q.name), q.tensor.shape));
    }
  }
  const sizes = new Map<string, number>();
  for (const [name, n] of Object.entries(d.options.sizes ?? {})) {
    sizes.set(name, n);
    if (!symbols.has(name)) symbols.set(name, num(n));
  }
  const { upstream } = d.options;
  if (upstream)
    symbols.set(
      normalTex(show(barOf(d.naming.output))),
      sym(barOf(d.naming.output), d.study.trace.output.shape),
    );
  return {
    symbols,
    gradients,
    losses: new Set([normalTex(lossTex(d.naming))]),
    sizes,
    partials: partialsOf(d),
    rows: (index) => rowsOf(d, index, symbols),
  };
}

/** ∂C/∂y of each arbitrary function C(y) in the loss. */
function partialsOf(d: Derivation<any>): Map<string, Expr> {
  const show = symbolsFor(d.naming);
  const out = new Map<string, Expr>();
  for (const t of d.study.trace.results) {
    const { op, inputs } = t.node!;
    const name = arbitraryName(op.name);
    if (name === undefined) continue;
    const args = inputs.map((x) => d.structure.symbols.get(x.node as Node));
    if (args.some((a) => a?.kind !== "sym")) continue;
    const argShapes = inputs.map((x) => x.shape);
    inputs.forEach((x, i) => {
      const op = arbitraryPartial(name, inputs.length, i);
      const key = `${normalTex(texName(name))}|${normalTex(show((args[i] as Expr).name))}`;
      out.set(key, call({ op, params: null, argShapes, outShape: x.shape }, args as Expr[]));
    });
  }
  return out;
}

/** x_n for the rows of X, r_n for the entries of r, r_{nk} for those of r_k; and what the option `rows` says. */
function rowsOf(
  d: Derivation<any>,
  index: string,
  symbols: ReadonlyMap<string, Expr>,
): Map<string, { expr: Expr; count: number }> {
  const out = new Map<string, { expr: Expr; count: number }>();
  for (const q of d.structure.quantities.values()) {
    const { shape } = q.tensor;
    const tex = d.options.rows?.[q.name] ?? defaultRow(d, q, index);
    if (tex === undefined) continue;
    const key = normalTex(tex);
    if (!symbols.has(key)) out.set(key, { expr: sym(rowName(q.name), shape.slice(1)), count: shape[0] });
  }
  return out;
}

/** The quantity a left-hand side names. */
export function targetOf(d: Derivation<any>, statement: Statement): string | undefined {
  if (statement.left === undefined) return undefined;
  const show = symbolsFor(d.naming);
  for (const q of d.structure.quantities.values())
    if (normalTex(show(q.name)) === statement.left || normalTex(q.name) === statement.left) return q.name;
  return statement.left;
}

export function readTex(d: Derivation<any>, source: string): Statement {
  return parseStatement(source, vocabulary(d));
}

/** A draft as a formula; throws DraftClash when its shapes do not go together. */
export function draftFormula(d: Derivation<any>, name: string, draft: Draft): Formula {
  const shape = d.structure.quantities.get(name)!.tensor.shape;
  return exprFormula(settle(draft, matrixShape(shape) as unknown as Shape2), shape);
}

/** An expression as a formula for a quantity of the given shape. */
export function exprFormula(e: Expr, shape: readonly number[]): Formula {
  const formula: Formula = () => {
    throw new Error("An expression is evaluated at a point, not called.");
  };
  formula.expr = e;
  formula.shape = shape;
  return formula;
}
