/**
 * Rearrangements that make shapes fit: transposes, orders, elementwise products, sums. The one with the
 * fewest edits that gives the truth is the repair.
 */

import { add, had, mul, ones, transpose } from "../expr/build.ts";
import type { Expr } from "../expr/expr.ts";
import type { DraftClash, Shape2 } from "../tex/draft.ts";
import type { Judge } from "./judge.ts";
import { tidyNumber } from "./numbers.ts";
import { attempt } from "./slips.ts";

export interface Repair {
  readonly expr: Expr;
  readonly part: Expr;
  readonly kind:
    | "transpose"
    | "order"
    | "elementwise product"
    | "matrix product"
    | "sum missing"
    | "outer product"
    | "missing factor"
    | "whole transpose";
  readonly edits: number;
}

/** The repair with the fewest edits that gives the truth, or a simple multiple of it. */
export function best(judge: Judge, list: readonly Repair[]): { repair: Repair; k: number } | undefined {
  const order = [...list].sort((a, b) => a.edits - b.edits);
  for (const repair of order)
    if (repair.expr.shape.length === 2 && judge.is(repair.expr, judge.truth)) return { repair, k: 1 };
  for (const repair of order) {
    const c = judge.column(repair.expr);
    const k = c && c.length === judge.truth.length ? judge.ratio(c, judge.truth) : undefined;
    if (k !== undefined) return { repair, k: tidyNumber(k) };
  }
  return undefined;
}

export function clashRepairs(clash: DraftClash, factors: readonly Expr[] = []): Omit<Repair, "expr">[] {
  const scalars = clash.parts.filter((e) => e.isScalar);
  const chain = clash.parts.filter((e) => !e.isScalar);
  const k = clash.draft.k;
  const out: Omit<Repair, "expr">[] = [];
  const put = (kind: Repair["kind"], edits: number, f: () => Expr): void => {
    const part = attempt(f);
    if (part) out.push({ kind, edits, part });
  };
  if (k === "product" || k === "had" || k === "over") {
    for (const { list, moved, turned } of arrangements(chain))
      put(
        k === "had" ? "matrix product" : moved ? "order" : isOuter(list) ? "outer product" : "transpose",
        turned + 2 * moved,
        () => mul([...scalars, ...list]),
      );
    if (chain.length > 2) put("elementwise product", 1.5, () => mul([...scalars, had(chain)]));
    if (chain.length === 2)
      for (const b of [chain[1], transpose(chain[1])])
        put("elementwise product", b === chain[1] ? 1.5 : 2.5, () => mul([...scalars, had([chain[0], b])]));
    if (k === "had" && chain.length === 2)
      for (const [a, b] of [chain, [...chain].reverse()]) {
        // A column or row beside a matrix scales its rows or columns.
        put("matrix product", 2, () => had([mul([a, ones([1, b.cols])]), b]));
      }
  }
  if (k === "sum")
    chain.forEach((e, i) => {
      put("transpose", 1, () => add(chain.with(i, transpose(e))));
      // A term from which a matrix was left out: 2b for 2Aᵀb.
      for (const f of factors)
        for (const m of [f, transpose(f)])
          for (const product of [
            [m, e],
            [e, m],
          ])
            put("missing factor", 2.5, () => add(chain.with(i, mul(product))));
    });
  return out;
}

const isOuter = (list: readonly Expr[]): boolean =>
  list.length === 2 && list[0].cols === 1 && list[1].rows === 1;

/** Orders and transposes of up to four factors. */
function arrangements(chain: readonly Expr[]): { list: Expr[]; moved: number; turned: number }[] {
  if (chain.length < 2 || chain.length > 4) return [];
  const out: { list: Expr[]; moved: number; turned: number }[] = [];
  const orders = permutations([...chain.keys()]);
  for (const order of orders) {
    const moved = order.some((x, i) => x !== i) ? 1 : 0;
    for (let mask = 0; mask < 1 << chain.length; mask++) {
      let turned = 0;
      const list = order.map((x, i) => {
        if (!(mask & (1 << i))) return chain[x];
        turned++;
        return transpose(chain[x]);
      });
      if (moved + turned > 0) out.push({ list, moved, turned });
    }
  }
  return out;
}

function permutations(list: readonly number[]): number[][] {
  if (list.length < 2) return [[...list]];
  return list.flatMap((x, i) => permutations(list.toSpliced(i, 1)).map((rest) => [x, ...rest]));
}

/** Ways to bring a whole expression to the expected shape. */
export function wholeRepairs(e: Expr, [r, c]: Shape2): Repair[] {
  const out: Repair[] = [];
  const put = (kind: Repair["kind"], edits: number, f: () => Expr): void => {
    const expr = attempt(f);
    if (expr && expr.shape.length === 2 && expr.rows === r && expr.cols === c)
      out.push({ kind, edits, part: expr, expr });
  };
  if (e.shape.length !== 2) return out;
  put(e.kind === "mul" ? "whole transpose" : "transpose", 1, () => transpose(e));
  put("sum missing", 1, () => mul([ones([1, e.rows]), e]));
  put("sum missing", 1, () => mul([e, ones([e.cols, 1])]));
  put("sum missing", 1.5, () => mul([transpose(e), ones([e.rows, 1])]));
  put("sum missing", 1.5, () => mul([ones([1, e.cols]), transpose(e)]));
  put("sum missing", 1.5, () => mul([ones([1, e.rows]), e, ones([e.cols, 1])]));
  const scalars = e.kind === "mul" ? e.args.filter((a) => a.isScalar) : [];
  const chain = e.kind === "mul" ? e.args.filter((a) => !a.isScalar) : e.kind === "had" ? [...e.args] : [];
  for (const { list, moved, turned } of arrangements(chain))
    put(
      e.kind === "had"
        ? isOuter(list)
          ? "outer product"
          : "matrix product"
        : moved
          ? "order"
          : isOuter(list)
            ? "outer product"
            : "transpose",
      1 + turned + 2 * moved,
      () => mul([...scalars, ...list]),
    );
  if (chain.length === 2) put("elementwise product", 2, () => mul([...scalars, had(chain)]));
  return out;
}
