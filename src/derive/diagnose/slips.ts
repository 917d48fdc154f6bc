/**
 * The slips people make in a formula, one at a time: each variant differs from the expression in one
 * place. Applied to the true formula they explain a wrong one; applied to the wrong one they mend it.
 */

import { eye, inv, mul, neg, ones, pow, rebuild, ShapeClash, sub, transpose } from "../expr/build.ts";
import { type Expr, subexpressions } from "../expr/expr.ts";
import { elementwise } from "./elementwise-slips.ts";
import { products } from "./product-slips.ts";

export type SlipKind =
  | "sign"
  | "transpose"
  | "factor"
  | "dropped factor"
  | "dropped term"
  | "order"
  | "elementwise for matrix product"
  | "matrix for elementwise product"
  | "inverse"
  | "power"
  | "function"
  | "quantity"
  | "comparison"
  | "axis"
  | "diagonal"
  | "activation";

export interface Slip {
  readonly kind: SlipKind;
  /** The whole expression after the slip. */
  readonly expr: Expr;
  /** The part that changed, before and after. */
  readonly before: Expr;
  readonly after: Expr | undefined;
  /** Made at every place where the part occurs. */
  readonly everywhere?: boolean;
}

export interface SlipOptions {
  /** Quantities that may be mistaken for one another. */
  symbols: readonly Expr[];
  /** At most this many variants. */
  limit?: number;
}

/** All single slips of an expression. */
export function slips(e: Expr, o: SlipOptions): Slip[] {
  const out: Slip[] = [];
  const seen = new Set<number>([e.canon]);
  const limit = o.limit ?? 3000;
  const put = (s: Slip): void => {
    if (out.length >= limit || seen.has(s.expr.canon)) return;
    seen.add(s.expr.canon);
    out.push(s);
  };
  for (const s of at(e, o)) put(s);
  for (const s of everywhere(e, o)) put(s);
  return out;
}

function* at(e: Expr, o: SlipOptions): Generator<Slip> {
  for (const v of local(e, o)) yield v;
  if (e.call?.op.name === "onehot") return; // labels are not numbers to slip on
  for (let i = 0; i < e.args.length; i++)
    for (const s of at(e.args[i], o)) {
      const whole = attempt(() => rebuild(e, e.args.with(i, s.expr)));
      if (whole) yield { ...s, expr: whole };
    }
}

/** The same slip at every place: a quantity mistaken throughout, a part that occurs twice wrong twice. */
function* everywhere(e: Expr, o: SlipOptions): Generator<Slip> {
  const count = new Map<Expr, number>();
  const visit = (x: Expr): void => {
    count.set(x, (count.get(x) ?? 0) + 1);
    x.args.forEach(visit);
  };
  if (e.weight <= 80) visit(e);
  for (const [x, n] of count) {
    if (n < 2 || (x.weight < 3 && x.kind !== "inv" && x.kind !== "t" && x.kind !== "sym")) continue;
    for (const s of local(x, o)) {
      if (x.kind === "sym" && s.kind !== "inverse" && s.kind !== "transpose") continue;
      const whole = attempt(() => substitute(e, x, s.expr));
      if (whole) yield { ...s, expr: whole, everywhere: true };
    }
  }
  const parts = [...subexpressions(e)].filter((x) => x.kind === "sym");
  for (const x of parts)
    for (const y of o.symbols) {
      if (y === x || y.rows !== x.rows || y.cols !== x.cols) continue;
      const whole = attempt(() => substitute(e, x, y));
      if (whole) yield { kind: "quantity", expr: whole, before: x, after: y };
    }
}

export function substitute(e: Expr, x: Expr, y: Expr, seen = new Map<Expr, Expr>()): Expr {
  if (e === x) return y;
  const known = seen.get(e);
  if (known) return known;
  const out = rebuild(
    e,
    e.args.map((a) => substitute(a, x, y, seen)),
  );
  seen.set(e, out);
  return out;
}

/** `f()`, or undefined where the shapes do not go together. */
export function attempt<T>(f: () => T): T | undefined {
  try {
    return f();
  } catch (error) {
    if (error instanceof ShapeClash) return undefined;
    throw error;
  }
}

function* local(e: Expr, o: SlipOptions): Generator<Slip> {
  const make = (kind: SlipKind, f: () => Expr, after?: Expr): Slip | undefined => {
    const expr = attempt(f);
    return expr && expr !== e ? { kind, expr, before: e, after: after ?? expr } : undefined;
  };
  const list: (Slip | undefined)[] = [];
  switch (e.kind) {
    case "sym":
      for (const y of o.symbols)
        if (y !== e && y.rows === e.rows && y.cols === e.cols) list.push(make("quantity", () => y));
      break;
    case "mul":
      list.push(...products(e, make));
      break;
    case "inv":
      list.push(make("inverse", () => e.args[0]));
      list.push(make("inverse", () => mul([e, e])));
      break;
    case "t":
      list.push(make("transpose", () => e.args[0]));
      break;
    case "diag":
      list.push(make("diagonal", () => eye(e.rows)));
      break;
    default:
      break;
  }
  list.push(...elementwise(e, make));
  if (e.shape.length === 2 && !e.isScalar && e.rows === e.cols && e.kind !== "t" && e.kind !== "diag")
    list.push(make("transpose", () => transpose(e)));
  if (e.shape.length === 2 && e.rows === e.cols && !e.isScalar && (e.kind === "sym" || e.kind === "add"))
    list.push(make("inverse", () => inv(e)));
  if (e.kind === "sym" || e.kind === "fn") list.push(make("power", () => pow(e, 2)));
  if (e.kind === "sym" && e.isScalar) list.push(make("power", () => pow(e, -1)));
  if (e.kind !== "num" && e.kind !== "ones" && e.weight <= 12) {
    // 1 − y for y, and y for 1 − y.
    list.push(make("function", () => sub(ones(e.shape), e)));
    if (e.kind === "add" && e.args.length === 2 && e.args.some((a) => a.kind === "ones" || a.kind === "num"))
      list.push(
        make("function", () => {
          const other = e.args.find((a) => a.kind !== "ones" && a.kind !== "num");
          return other ? neg(other) : e;
        }),
      );
  }
  for (const s of list) if (s) yield s;
}

export function withPart(s: Slip | undefined, part: Expr): Slip | undefined {
  return s && { ...s, before: part, after: s.kind === "sign" ? neg(part) : undefined };
}

export type Make = (kind: SlipKind, f: () => Expr, after?: Expr) => Slip | undefined;
