/**
 * An expression as a sum of products: the terms a reader would compare one by one.
 */

import { add, had, mul, transpose } from "./build.ts";
import type { Expr } from "./expr.ts";

/** The terms after multiplying out; at most `limit`, else the expression as it is. */
export function termsOf(e: Expr, limit = 16): readonly Expr[] {
  const out = expand(e, limit);
  const whole = out ? add(out) : e;
  return whole.kind === "add" ? whole.args : [whole];
}

function expand(e: Expr, limit: number): Expr[] | undefined {
  switch (e.kind) {
    case "add": {
      const all: Expr[] = [];
      for (const a of e.args) {
        const part = expand(a, limit);
        if (!part) return undefined;
        all.push(...part);
      }
      return all.length <= limit ? all : undefined;
    }
    case "t":
      return expand(e.args[0], limit)?.map(transpose);
    case "mul":
    case "had": {
      let lists: Expr[][] = [[]];
      for (const a of e.args) {
        // Powers of sums and functions stay whole; only sums that are factors are multiplied out.
        const part = a.isScalar && a.kind !== "add" ? [a] : expand(a, limit);
        if (!part) return undefined;
        lists = lists.flatMap((front) => part.map((x) => [...front, x]));
        if (lists.length > limit) return undefined;
      }
      return lists.map((list) => (e.kind === "mul" ? mul(list) : had(list)));
    }
    default:
      return [e];
  }
}
