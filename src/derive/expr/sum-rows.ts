/**
 * Σ_n of a summand in rows, as products of matrices: Σ_n r_n A (x_n − μ) is A (X − 1μᵀ)ᵀ r. The way back of
 * `rows.ts`, for sums over examples as sheets write them.
 *
 * A row x_n is a symbol named `X#n`: a column for a matrix X, a number for a vector.
 */

import { add, diag, fn, had, mul, ones, pow, sym, transpose } from "./build.ts";
import { termsOf } from "./expand.ts";
import type { Expr } from "./expr.ts";

const depends = (e: Expr): boolean => (e.kind === "sym" && e.name.endsWith("#n")) || e.args.some(depends);
const whole = (e: Expr): string => e.name.slice(0, -2);

/** The sum over the examples; undefined where it is no product of matrices that is known here. */
export function sumOverRows(e: Expr, count: number): Expr | undefined {
  const terms = termsOf(e, 32).map((t) => sumOfTerm(t, count));
  return terms.every((t) => t !== undefined) ? add(terms as Expr[]) : undefined;
}

function sumOfTerm(t: Expr, n: number): Expr | undefined {
  const list = t.kind === "mul" ? t.args : [t];
  const front = list.filter((x) => x.isScalar && !depends(x));
  const scalars = list.filter((x) => x.isScalar && depends(x));
  const chain = list.filter((x) => !x.isScalar);
  const weights = scalars.map((s) => entries(s, n));
  if (weights.some((w) => w === undefined)) return undefined;
  const weight = weights.length > 0 ? had(weights as Expr[]) : ones([n, 1]);
  const at = chain.flatMap((x, i) => (depends(x) ? [i] : []));
  const [i] = at;
  if (at.length === 0) return mul([...front, mul([ones([1, n]), weight]), ...chain]);
  if (at.length === 1) {
    const x = chain[i];
    const M = x.cols === 1 ? rows(x, n) : x.rows === 1 ? rows(transpose(x), n) : undefined;
    if (!M) return undefined;
    const middle = x.cols === 1 ? [transpose(M), weight] : [transpose(weight), M];
    return mul([...front, ...chain.slice(0, i), ...middle, ...chain.slice(i + 1)]);
  }
  // u_n v_nᵀ: an outer product of rows.
  if (at.length > 2 || at[1] !== i + 1 || chain[i].cols !== 1 || chain[i + 1].rows !== 1) return undefined;
  const [U, V] = [rows(chain[i], n), rows(transpose(chain[i + 1]), n)];
  if (!U || !V) return undefined;
  const middle = weights.length > 0 ? [transpose(U), diag(weight), V] : [transpose(U), V];
  return mul([...front, ...chain.slice(0, i), ...middle, ...chain.slice(i + 2)]);
}

/** The column of a number that depends on n. */
function entries(e: Expr, n: number): Expr | undefined {
  if (!depends(e)) return mul([e, ones([n, 1])]);
  const all = (): Expr[] | undefined => {
    const list = e.args.map((a) => entries(a, n));
    return list.every((x) => x !== undefined) ? (list as Expr[]) : undefined;
  };
  switch (e.kind) {
    case "sym":
      return sym(whole(e), [n]);
    case "add": {
      const list = all();
      return list && add(list);
    }
    case "pow": {
      const x = entries(e.args[0], n);
      return x && pow(x, e.value);
    }
    case "fn": {
      const x = entries(e.args[0], n);
      return x && fn(e.name, x);
    }
    case "mul": {
      const chain = e.args.filter((a) => !a.isScalar);
      const parts = e.args.filter((a) => a.isScalar).map((a) => entries(a, n));
      if (chain.length > 0) {
        // x_nᵀ A w is the n-th entry of X A w; the other way round it is turned first.
        const inner = depends(chain[0]) ? chain : [...chain].reverse().map(transpose);
        const M = rows(transpose(inner[0]), n);
        if (!M || inner.slice(1).some(depends)) return undefined;
        parts.push(mul([M, ...inner.slice(1)]));
      }
      return parts.every((x) => x !== undefined) ? had(parts as Expr[]) : undefined;
    }
    default:
      return undefined;
  }
}

/** The matrix whose n-th row is a column that depends on n. */
function rows(e: Expr, n: number): Expr | undefined {
  if (!depends(e)) return mul([ones([n, 1]), transpose(e)]);
  const list = (): Expr[] | undefined => {
    const out = e.args.map((a) => rows(a, n));
    return out.every((x) => x !== undefined) ? (out as Expr[]) : undefined;
  };
  switch (e.kind) {
    case "sym":
      return sym(whole(e), [n, e.rows]);
    case "add": {
      const all = list();
      return all && add(all);
    }
    case "had": {
      const all = list();
      return all && had(all);
    }
    case "pow":
    case "fn": {
      const x = rows(e.args[0], n);
      return x && (e.kind === "pow" ? pow(x, e.value) : fn(e.name, x));
    }
    case "mul": {
      const scalars = e.args.filter((a) => a.isScalar);
      const chain = e.args.filter((a) => !a.isScalar);
      const last = chain[chain.length - 1];
      if (chain.slice(0, -1).some(depends)) return undefined;
      const M = rows(last, n);
      const weights = scalars.filter(depends).map((s) => entries(s, n));
      if (!M || weights.some((w) => w === undefined)) return undefined;
      const turned = mul([M, ...chain.slice(0, -1).reverse().map(transpose)]);
      const fixed = scalars.filter((s) => !depends(s));
      return mul([...fixed, ...(weights.length > 0 ? [diag(had(weights as Expr[]))] : []), turned]);
    }
    default:
      return undefined;
  }
}
