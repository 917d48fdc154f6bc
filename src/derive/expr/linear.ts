/**
 * Reading off a matrix: e = M g for an expression linear in the column g.
 */

import { add, diag, eye, had, mul, transpose } from "./build.ts";
import { contains, type Expr } from "./expr.ts";

/** M with e = M g; undefined when g stands where no matrix can be read off. */
export function coefficientOf(e: Expr, g: Expr): Expr | undefined {
  if (e.canon === g.canon) return eye(g.rows);
  if (e.cols !== 1) return undefined;
  switch (e.kind) {
    case "add": {
      const parts = e.args.map((t) => coefficientOf(t, g));
      return parts.every((p) => p !== undefined) ? add(parts as Expr[]) : undefined;
    }
    case "had": {
      const at = e.args.findIndex((f) => contains(f, g));
      const rest = e.args.toSpliced(at, 1);
      if (at < 0 || rest.some((f) => contains(f, g))) return undefined;
      const inner = coefficientOf(e.args[at], g);
      return inner && mul([diag(had(rest)), inner]);
    }
    case "mul": {
      const at = e.args.findIndex((f) => contains(f, g));
      const rest = e.args.toSpliced(at, 1);
      if (at < 0 || rest.some((f) => contains(f, g))) return undefined;
      const f = e.args[at];
      const scalars = rest.filter((x) => x.isScalar);
      const chain = e.args.filter((x) => !x.isScalar);
      if (f.isScalar) {
        // (aᵀ g) v = v aᵀ g
        const row = rowOf(f, g);
        return row && mul([...scalars, ...chain, row]);
      }
      if (f !== chain[chain.length - 1]) return undefined;
      const inner = coefficientOf(f, g);
      return inner && mul([...scalars, ...chain.slice(0, -1), inner]);
    }
    default:
      return undefined;
  }
}

/** The row r with s = r g, for a scalar linear in g. */
function rowOf(s: Expr, g: Expr): Expr | undefined {
  if (s.kind === "add") {
    const parts = s.args.map((t) => rowOf(t, g));
    return parts.every((p) => p !== undefined) ? add(parts as Expr[]) : undefined;
  }
  if (s.kind !== "mul") return undefined;
  const scalars = s.args.filter((x) => x.isScalar);
  const chain = s.args.filter((x) => !x.isScalar);
  const last = chain[chain.length - 1];
  if (last && contains(last, g) && last.cols === 1) {
    const inner = coefficientOf(last, g);
    return inner && mul([...scalars, ...chain.slice(0, -1), inner]);
  }
  const first = chain[0];
  if (first && contains(first, g) && first.rows === 1)
    return rowOf(mul([...scalars, transpose(mul(chain))]), g);
  const at = scalars.findIndex((x) => contains(x, g));
  if (at >= 0) {
    const inner = rowOf(scalars[at], g);
    return inner && mul([...scalars.toSpliced(at, 1), ...(chain.length > 0 ? [mul(chain)] : []), inner]);
  }
  return undefined;
}
