/**
 * Reading a claimed formula as an expression, by recording it once.
 */

import { ArgumentError, type Node, ShapeError, sameShape, type Tensor } from "../../tensor/index.ts";
import type { Derivation } from "../derive.ts";
import { constant, sym } from "../expr/build.ts";
import type { Expr } from "../expr/expr.ts";
import { literal, Reader } from "../expr/from-trace.ts";
import { evaluateFormula, type Formula, recordFormula } from "../formula.ts";

export interface ReadClaim {
  readonly expr?: Expr;
  readonly shape?: readonly number[];
  /** Something other than the mathematics is wrong with the formula. */
  readonly problem?: string;
  /** The formula's shapes do not go together. */
  readonly clash?: string;
}

export function readClaim(d: Derivation<any>, formula: Formula): ReadClaim {
  const p = d.study.here;
  if (formula.expr) return { expr: formula.expr, shape: evaluateFormula(formula, d.study, p).shape };
  try {
    const { result, leaves } = recordFormula(formula, d.study, p);
    const nodes = new Map<Node, Expr>();
    for (const [name, t] of leaves) if (t.node) nodes.set(t.node, sym(name, t.shape));
    let outside: string | undefined;
    const reader = new Reader({
      nodes,
      constants: (t) => {
        const like = Object.entries(d.study.given).find(([, g]) => g.rank > 0 && equalValues(g, t))?.[0];
        if (like !== undefined) outside ??= like;
        const e = literal(t);
        return e.kind === "const" ? constant(t, t.name ?? "C") : e;
      },
    });
    const expr = reader.read(result);
    if (!result.node && result.size > 1 && literal(result).kind === "const")
      return {
        problem:
          "The formula does not use its arguments: it gives the same numbers at every point. Take the quantities " +
          "from its argument, as in ({ W, x }) => …, not from outside.",
      };
    if (outside !== undefined)
      return {
        problem:
          `The formula uses ${outside} from outside, with its given values, so it cannot be right at other points. ` +
          `Take it from the formula's argument: ({ ${outside} }) => ….`,
      };
    return { expr, shape: result.shape };
  } catch (error) {
    if (error instanceof ShapeError) return { clash: error.message };
    if (error instanceof ArgumentError) return { problem: error.message };
    throw error;
  }
}

function equalValues(a: Tensor, b: Tensor): boolean {
  if (a === b) return true;
  if (!sameShape(a.shape, b.shape) || a.size < 2) return false;
  const [x, y] = [a.values(), b.values()];
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  // Zeros, ones and identities are written down by anybody.
  return literal(b).kind === "const";
}
