/**
 * A gradient as a sum over examples, Σ_n r_nk Σ_k⁻¹(x_n − μ_k), compared with autodiff before it is shown.
 */

import { select } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import type { Derivation } from "./derive.ts";
import { mul, num } from "./expr/build.ts";
import { Point } from "./expr/evaluate.ts";
import { type Expr, subexpressions } from "./expr/expr.ts";
import { printExpr, type Symbols } from "./expr/print.ts";
import { sized } from "./expr/print-parts.ts";
import { overExamples, rowName } from "./expr/rows.ts";
import type { Quantity } from "./structure.ts";
import { symbolsFor } from "./symbols.ts";
import { gapOf } from "./verdict.ts";

/** How a row is written when nothing is said: x_n for X, r_n for the entries of r, r_{nk} for those of r_k. */
export function defaultRow(d: Derivation<any>, q: Quantity, index = "n"): string | undefined {
  const { rank } = q.tensor;
  if (!q.named || rank < 1 || rank > 2) return undefined;
  const symbols = symbolsFor(d.naming);
  const [head, sub] = symbols(q.name).split(/_(.*)/s);
  const row = `${rank === 2 ? head.toLowerCase() : head}_{${index}${sub ? sub.replace(/^\{(.*)\}$/s, "$1") : ""}}`;
  const taken = [...d.structure.quantities.values()].some((x) => symbols(x.name) === row);
  return taken ? undefined : row;
}

/** Rows of the data: of the constants with as many rows as the longest of them, and of what has their rows. */
function defaultRows(d: Derivation<any>): Record<string, string> | undefined {
  const all = [...d.structure.quantities.values()].filter((q) => q.tensor.rank > 0);
  const count = Math.max(0, ...all.filter((q) => q.kind === "constant").map((q) => q.tensor.shape[0]));
  const like = all.filter((q) => q.tensor.shape[0] === count && (q.kind === "constant" || q.definition));
  const rows = like.flatMap((q) => {
    const row = count > 1 ? defaultRow(d, q) : undefined;
    return row === undefined ? [] : [[q.name, row] as const];
  });
  return rows.length > 0 ? Object.fromEntries(rows) : undefined;
}

/** LaTeX of ∂L/∂name as a sum over examples, where it has such a sum; the option `rows` says how rows are written. */
export function rowForm(d: Derivation<any>, name: string): string | undefined {
  const rows = d.options.rows ?? defaultRows(d);
  if (!rows) return undefined;
  const has = (n: string): boolean => n in rows;
  const e = d.forms.gradient(name);
  const parts = overExamples(e, has);
  if (!parts || !holds(d, name, parts, Object.keys(rows))) return undefined;
  const symbols = symbolsFor(d.naming);
  const show: Symbols = (n) => (n.endsWith("#n") ? rows[n.slice(0, -2)] : symbols(n));
  if (symbols.sizes) show.sizes = symbols.sizes;
  const index = indexOf(Object.values(rows)[0]);
  let out = "";
  for (const { term, summand } of parts) {
    const { front, inner } = summand ? outside(summand) : { front: num(1), inner: term };
    const before = front.kind === "num" ? coefficient(front.value, symbols) : printExpr(front, show);
    const own = printExpr(inner, show);
    const minus = before.startsWith("-") !== own.startsWith("-") && (before.startsWith("-") || !summand);
    const factor = before.replace(/^-/, "");
    const body = summand ? (inner.kind === "add" ? `\\left(${own}\\right)` : own) : own.replace(/^-/, "");
    const whole = summand ? `${factor === "1" ? "" : `${factor} `}\\sum_{${index}} ${body}` : body;
    out += `${out === "" ? (minus ? "-" : "") : minus ? " - " : " + "}${whole}`;
  }
  return out;
}

/** A number in front of a sum: 1/N for a named size. */
function coefficient(x: number, symbols: Symbols): string {
  const { above, below } = sized(Math.abs(x), symbols);
  const named = below === undefined ? above : `\\frac{1}{${below}}`;
  return named === undefined ? printExpr(num(x), symbols) : `${x < 0 ? "-" : ""}${named}`;
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
  rows: readonly string[],
): boolean {
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
