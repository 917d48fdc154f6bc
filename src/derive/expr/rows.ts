/**
 * Sums over examples: Aᵀb with rows a_n and entries b_n is Σ_n b_n a_n. Where the rows of a matrix have a
 * symbol (x_n for X), a product is written as the sum a sheet writes.
 */

import { add, fn, had, mul, ones, pow, sym, transpose } from "./build.ts";
import type { Expr } from "./expr.ts";

/** Name of the symbol of a quantity's n-th row. */
export const rowName = (name: string): string => `${name}#n`;

export type HasRows = (name: string) => boolean;

/** Whether the expression's rows run over the examples. */
function tagged(e: Expr, has: HasRows): boolean {
  switch (e.kind) {
    case "sym":
      return has(e.name) && e.rows > 1;
    case "add":
    case "had":
      return e.args.some((a) => tagged(a, has));
    case "mul": {
      const chain = e.args.filter((a) => !a.isScalar);
      return chain.length > 0 && tagged(chain[0], has);
    }
    case "pow":
    case "fn":
    case "diag":
      return tagged(e.args[0], has);
    default:
      return false;
  }
}

const isOnes = (e: Expr): boolean => e.kind === "ones" && e.cols === 1;

/** The n-th row of an expression, as a column (a scalar for a column of numbers). */
function rowOf(e: Expr, has: HasRows): Expr | undefined {
  const all = (list: readonly Expr[]): Expr[] | undefined => {
    const out = list.map((a) => rowOf(a, has));
    return out.every((x) => x !== undefined) ? (out as Expr[]) : undefined;
  };
  switch (e.kind) {
    case "sym":
      return has(e.name) ? sym(rowName(e.name), e.cols > 1 ? [e.cols] : []) : undefined;
    case "ones":
      return ones([e.cols, 1]);
    case "add": {
      const list = all(e.args);
      return list && add(list);
    }
    case "had": {
      const list = all(e.args);
      return list && had(list);
    }
    case "pow": {
      const x = rowOf(e.args[0], has);
      return x && pow(x, e.value);
    }
    case "fn": {
      const x = rowOf(e.args[0], has);
      return x && fn(e.name, x);
    }
    case "mul": {
      const scalars = e.args.filter((a) => a.isScalar);
      const [first, ...rest] = e.args.filter((a) => !a.isScalar);
      if (first.kind === "diag") {
        const weight = rowOf(first.args[0], has);
        const row = rest.length > 0 ? rowOf(mul(rest), has) : undefined;
        return weight && row && mul([...scalars, weight, row]);
      }
      const a = rowOf(first, has);
      if (!a) return undefined;
      return mul([...scalars, ...rest.reverse().map(transpose), a]);
    }
    default:
      return undefined;
  }
}

/** A term as the summand of Σ_n, where it is a sum over the examples. */
export function summand(e: Expr, has: HasRows): Expr | undefined {
  if (e.kind !== "mul") return undefined;
  const scalars = e.args.filter((a) => a.isScalar);
  const chain = e.args.filter((a) => !a.isScalar);
  // A scalar that is itself such a sum: (1ᵀr) K⁻¹.
  for (const s of scalars) {
    const inner = summand(s, has);
    if (inner) return mul([...e.args.filter((a) => a !== s), inner]);
  }
  for (let i = 0; i + 1 < chain.length; i++) {
    const left = transpose(chain[i]);
    const right = mul(chain.slice(i + 1));
    if (left.rows < 2 || !(tagged(left, has) || tagged(right, has))) continue;
    if (!(tagged(left, has) || isOnes(left)) || !(tagged(right, has) || isOnes(right))) continue;
    const [a, b] = [rowOf(left, has), rowOf(right, has)];
    if (!a || !b) continue;
    const tail = b.isScalar ? [b] : [transpose(b)];
    return mul([...scalars, ...chain.slice(0, i), a, ...tail]);
  }
  return undefined;
}

/** The terms of an expression, each with its summand where it is a sum over the examples. */
export function overExamples(e: Expr, has: HasRows): { term: Expr; summand: Expr | undefined }[] | undefined {
  const front = e.kind === "mul" && e.args.some((a) => a.kind === "add");
  const terms = e.kind === "add" ? e.args : front ? distribute(e) : [e];
  const out = terms.map((term) => ({ term, summand: summand(term, has) }));
  return out.some((t) => t.summand) ? out : undefined;
}

/** c(A + B) as cA + cB, for one sum among scalars. */
function distribute(e: Expr): readonly Expr[] {
  const at = e.args.findIndex((a) => a.kind === "add");
  const others = e.args.toSpliced(at, 1);
  if (!others.every((a) => a.isScalar)) return [e];
  return e.args[at].args.map((t) => mul([...others, t]));
}
