/**
 * A gradient as a sum over examples, Σ_n r_nk Σ_k⁻¹(x_n − μ_k), compared with autodiff before it is shown.
 */

import { select } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import type { Derivation } from "./derive.ts";
import { mul, num } from "./expr/build.ts";
import { Point } from "./expr/evaluate.ts";
import { type Expr, subexpressions } from "./expr/expr.ts";
import { printExpr } from "./expr/print.ts";
import { overExamples, rowName } from "./expr/rows.ts";
import { symbolsFor } from "./symbols.ts";
import { gapOf } from "./verdict.ts";

/** LaTeX of ∂L/∂name as a sum over examples, where the option `rows` names rows and the formula has such a sum. */
export function rowForm(d: Derivation<any>, name: string): string | undefined {
  const rows = d.options.rows;
  if (!rows) return undefined;
  const has = (n: string): boolean => n in rows;
  const e = d.forms.gradient(name);
  const parts = overExamples(e, has);
  if (!parts || !holds(d, name, parts)) return undefined;
  const symbols = symbolsFor(d.naming);
  const show = (n: string): string => (n.endsWith("#n") ? rows[n.slice(0, -2)] : symbols(n));
  const index = indexOf(Object.values(rows)[0]);
  let out = "";
  for (const { term, summand } of parts) {
    const { front, inner } = summand ? outside(summand) : { front: num(1), inner: term };
    const before = printExpr(front, show);
    const own = printExpr(inner, show);
    const minus = before.startsWith("-") !== own.startsWith("-") && (before.startsWith("-") || !summand);
    const factor = before.replace(/^-/, "");
    const body = summand ? (inner.kind === "add" ? `\\left(${own}\\right)` : own) : own.replace(/^-/, "");
    const whole = summand ? `${factor === "1" ? "" : `${factor} `}\\sum_{${index}} ${body}` : body;
    out += `${out === "" ? (minus ? "-" : "") : minus ? " - " : " + "}${whole}`;
  }
  return out;
}

/** A summand's numbers and scalars that are the same for all examples, and the rest. */
function outside(e: Expr): { front: Expr; inner: Expr } {
  if (e.kind !== "mul") return { front: num(1), inner: e };
  const same = e.args.filter((a) => a.isScalar && ![...subexpressions(a)].some((x) => x.name.endsWith("#n")));
  const rest = e.args.filter((a) => !same.includes(a));
  return { front: same.length > 0 ? mul(same) : num(1), inner: rest.length > 0 ? mul(rest) : num(1) };
}

/** The first letter of a subscript: n in x_n and in r_{nk}. */
function indexOf(tex: string): string {
  return /_\{?([a-z])/.exec(tex)?.[1] ?? "n";
}

/** Adds the summands up over the examples, at two points. */
function holds(
  d: Derivation<any>,
  name: string,
  parts: readonly { term: Expr; summand: Expr | undefined }[],
): boolean {
  const rows = Object.keys(d.options.rows as object);
  return d.study.points.slice(0, 2).every((p) => {
    const count = (p.point.env.get(rows.find((r) => p.point.env.has(r)) ?? "") as Tensor | undefined)
      ?.shape[0];
    if (count === undefined) return false;
    let total: Tensor | undefined;
    const plus = (t: Tensor): void => {
      total = total ? total.add(t) : t;
    };
    for (const { term, summand } of parts) {
      if (!summand) plus(p.point.value(term));
      else
        for (let n = 0; n < count; n++) {
          const env = new Map(p.point.env);
          for (const r of rows) {
            const t = env.get(r);
            if (t && t.rank > 0) env.set(rowName(r), select(t, n));
          }
          plus(new Point(env).value(summand));
        }
    }
    const truth = p.gradients.get(name) as Tensor;
    return gapOf((total as Tensor).reshape(truth.shape), truth) < 1e-8;
  });
}
