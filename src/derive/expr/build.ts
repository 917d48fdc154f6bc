/**
 * Making expressions: all constructors, and expressions remade with other parts.
 */

import { call, fn, had, pow } from "./elementwise.ts";
import type { Expr } from "./expr.ts";
import { det, diag, diagof, inv, logdet, trace, transpose } from "./matrix.ts";
import { add, mul } from "./products.ts";

export * from "./atoms.ts";
export * from "./elementwise.ts";
export * from "./matrix.ts";
export * from "./products.ts";

/** The same expression with its arguments replaced. */
export function rebuild(e: Expr, args: readonly Expr[]): Expr {
  if (args.every((a, i) => a === e.args[i])) return e;
  switch (e.kind) {
    case "add":
      return add(args);
    case "mul":
      return mul(args);
    case "had":
      return had(args);
    case "pow":
      return pow(args[0], e.value);
    case "t":
      return transpose(args[0]);
    case "inv":
      return inv(args[0]);
    case "diag":
      return diag(args[0]);
    case "diagof":
      return diagof(args[0]);
    case "trace":
      return trace(args[0]);
    case "det":
      return det(args[0]);
    case "logdet":
      return logdet(args[0]);
    case "fn":
      return fn(e.name, args[0]);
    case "call":
      return call(e.call!, args);
    default:
      return e;
  }
}

/** Replaces whole subexpressions: what `f` returns for one, or the one rebuilt from its replaced parts. */
export function replace(e: Expr, f: (e: Expr) => Expr | undefined, seen = new Map<Expr, Expr>()): Expr {
  const known = seen.get(e);
  if (known) return known;
  const direct = f(e);
  const out =
    direct ??
    rebuild(
      e,
      e.args.map((a) => replace(a, f, seen)),
    );
  seen.set(e, out);
  return out;
}
