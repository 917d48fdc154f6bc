/**
 * Recognising a named quantity, or a constant, in a part of an expression by its values.
 */

import { sameShape } from "../../tensor/index.ts";
import { eye, fill, mul, neg, pow, transpose, zeros } from "./build.ts";
import type { Point } from "./evaluate.ts";
import type { Expr } from "./expr.ts";
import type { Rule, Simplifier } from "./simplify.ts";

/** A part that has a name, or a constant value, is written as that. */
export const recognise: Rule = (e, s) => {
  if (e.args.length === 0 || e.weight < 2) return undefined;
  const first = s.points[0].value(e);
  const v = first.values();
  if (v.length === 0) return undefined;
  const known = filled(e, s);
  if (known) return known;
  if (e.shape.length === 2 && e.rows === e.cols && e.rows > 1 && isIdentity(v, e.rows)) return eye(e.rows);
  for (const k of [...s.known, ...s.derived]) {
    if (k.canon === e.canon) continue;
    if (sameShape(k.shape, e.shape)) {
      const w = s.points[0].value(k).values();
      if (near(v[0], w[0]) && s.equal(e, k)) return k;
      if (near(v[0], -w[0]) && !(e.kind === "mul" && e.args[1] === k) && s.equal(e, neg(k))) return neg(k);
    }
    if (
      e.kind !== "t" &&
      k.shape.length === 2 &&
      k.rows !== 1 &&
      k.cols !== 1 &&
      sameShape([k.cols, k.rows], e.shape)
    ) {
      const kt = transpose(k);
      if (e.weight > 2 && s.equal(e, kt)) return kt;
    }
  }
  return undefined;
};

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-8 * Math.max(Math.abs(a), Math.abs(b)) || a === b;
}

/** The filled array that an expression is at all points, if it is one. */
function filled(e: Expr, s: Simplifier): Expr | undefined {
  if (e.kind === "ones" || (e.kind === "mul" && e.args.every((a) => a.kind === "num" || a.kind === "ones")))
    return undefined;
  let c: number | undefined;
  for (const p of s.points) {
    const v = p.value(e).values();
    c ??= Math.abs(v[0] - Math.round(v[0])) < 1e-9 ? Math.round(v[0]) : v[0];
    const scale = Math.max(Math.abs(c), magnitude(e, p));
    for (const x of v) if (!(Math.abs(x - c) <= 1e-11 * scale)) return undefined;
  }
  return c === 0 ? zeros(e.shape) : fill(c as number, e.shape);
}

/** The size of what was added up to give a value: rounding is relative to this. */
function magnitude(e: Expr, p: Point): number {
  if (e.kind !== "add") return 1e-3;
  return Math.max(...e.args.map((a) => Math.max(...p.value(a).values().map(Math.abs))));
}

function isIdentity(v: ArrayLike<number>, n: number): boolean {
  for (let i = 0; i < n * n; i++) if (Math.abs(v[i] - (i % (n + 1) === 0 ? 1 : 0)) > 1e-11) return false;
  return true;
}

/** c r, where a part is a named quantity times a named scalar: π exp(…)/p is r, so exp(…)/p is r/π. */
export const recogniseMultiple: Rule = (e, s) => {
  if (e.weight < 6 || e.kind === "add" || e.isScalar) return undefined;
  const v = s.points[0].value(e).values();
  for (const k of s.known) {
    if (!sameShape(k.shape, e.shape)) continue;
    const w = s.points[0].value(k).values();
    const ratio = v[0] / w[0];
    if (!Number.isFinite(ratio) || !near(v[v.length - 1], ratio * w[w.length - 1])) continue;
    for (const c of s.known) {
      if (!c.isScalar) continue;
      const x = s.points[0].value(c).item();
      for (const n of [1, -1]) {
        if (!near(ratio, x ** n)) continue;
        const out = mul([pow(c, n), k]);
        if (s.equal(e, out)) return out;
      }
    }
  }
  return undefined;
};

/** e^z · 1/r that is a named y, among other scalar factors. */
export const recogniseQuotient: Rule = (e, s) => {
  if (e.kind !== "mul" || !e.isScalar || e.args.length < 3) return undefined;
  const scalars = e.args.filter((a) => a.isScalar);
  for (const below of scalars) {
    if (below.kind !== "pow" || below.value !== -1) continue;
    for (const above of scalars) {
      if (above === below || above.kind === "num" || above.kind === "pow") continue;
      const quotient = mul([above, below]);
      const v = s.points[0].value(quotient).item();
      for (const k of s.known)
        if (k.isScalar && near(v, s.points[0].value(k).item()) && s.equal(quotient, k))
          return mul([...e.args.filter((a) => a !== above && a !== below), k]);
    }
  }
  return undefined;
};
