/**
 * The slips people make in a formula, one at a time: each variant differs from the expression in one
 * place. Applied to the true formula they explain a wrong one; applied to the wrong one they mend it.
 */

import {
  add,
  call,
  eye,
  fn,
  had,
  inv,
  mul,
  neg,
  ones,
  pow,
  rebuild,
  ShapeClash,
  sub,
  transpose,
} from "../expr/build.ts";
import { type Expr, subexpressions } from "../expr/expr.ts";
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
    if (n < 2 || x.weight < 3) continue;
    for (const s of local(x, o)) {
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
    case "add":
      // 1 − y² is the derivative of tanh, y(1 − y) that of σ.
      if (
        e.args.length === 2 &&
        e.args.some((a) => a.kind === "ones" || (a.kind === "num" && a.value === 1))
      ) {
        const y = negatedSquare(e.args.find((a) => a.kind !== "ones" && a.kind !== "num"));
        if (y) list.push(make("activation", () => had([y, sub(ones(y.shape), y)])));
      }
      e.args.forEach((t, i) => {
        list.push(
          withPart(
            make("dropped term", () => add(e.args.toSpliced(i, 1))),
            t,
          ),
        );
        list.push(
          withPart(
            make("sign", () => add(e.args.with(i, neg(t)))),
            t,
          ),
        );
      });
      break;
    case "mul":
      list.push(...products(e, make));
      break;
    case "had":
      for (const y of e.args) {
        const other = sub(ones(y.shape), y);
        const at = e.args.findIndex((a) => a.canon === other.canon);
        if (at >= 0)
          list.push(
            withBoth(
              make("activation", () =>
                had([...e.args.filter((a, k) => a !== y && k !== at), sub(ones(y.shape), pow(y, 2))]),
              ),
              had([y, other]),
              sub(ones(y.shape), pow(y, 2)),
            ),
          );
      }
      e.args.forEach((f, i) => {
        const rest = e.args.toSpliced(i, 1);
        list.push(
          withPart(
            make("dropped factor", () => had(rest)),
            f,
          ),
        );
        // Two factors left out together, such as σ(1 − σ).
        for (let j = i + 1; j < e.args.length && e.args.length > 2; j++)
          list.push(
            withPart(
              make("dropped factor", () => had(e.args.filter((_, k) => k !== i && k !== j))),
              attempt(() => had([f, e.args[j]])) ?? f,
            ),
          );
        if (e.args.length === 2) {
          const other = rest[0];
          list.push(make("matrix for elementwise product", () => mul([f, other])));
          list.push(make("matrix for elementwise product", () => mul([f, transpose(other)])));
          list.push(make("matrix for elementwise product", () => mul([transpose(f), other])));
        }
      });
      break;
    case "pow":
      for (const n of [1, -e.value, e.value + 1, e.value - 1, e.value * 2, e.value / 2])
        if (n !== e.value && n !== 0) list.push(make("power", () => pow(e.args[0], n)));
      break;
    case "inv":
      list.push(make("inverse", () => e.args[0]));
      list.push(make("inverse", () => mul([e, e])));
      break;
    case "t":
      list.push(make("transpose", () => e.args[0]));
      break;
    case "fn":
      list.push(make("function", () => e.args[0]));
      if (e.name === "sigmoid") list.push(make("function", () => had([e, sub(ones(e.shape), e)])));
      if (e.name === "tanh") list.push(make("function", () => sub(ones(e.shape), pow(e, 2))));
      for (const other of ["sigmoid", "tanh", "exp", "log", "relu", "softplus"])
        if (other !== e.name) list.push(make("function", () => fn(other, e.args[0])));
      break;
    case "diag":
      list.push(make("diagonal", () => eye(e.rows)));
      break;
    default:
      break;
  }
  if (e.kind === "call") list.push(...comparisons(e, make));
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

/** y of −y². */
function negatedSquare(e: Expr | undefined): Expr | undefined {
  if (e?.kind !== "mul" || !e.args.some((a) => a.kind === "num" && a.value === -1)) return undefined;
  const rest = e.args.filter((a) => a.kind !== "num");
  return rest.length === 1 && rest[0].kind === "pow" && rest[0].value === 2 ? rest[0].args[0] : undefined;
}

function withBoth(s: Slip | undefined, before: Expr, after: Expr): Slip | undefined {
  return s && { ...s, before, after };
}

export function withPart(s: Slip | undefined, part: Expr): Slip | undefined {
  return s && { ...s, before: part, after: s.kind === "sign" ? neg(part) : undefined };
}

export type Make = (kind: SlipKind, f: () => Expr, after?: Expr) => Slip | undefined;

const OPPOSITE: Record<string, string> = {
  greater: "less",
  less: "greater",
  greaterEqual: "lessEqual",
  lessEqual: "greaterEqual",
};

function comparisons(e: Expr, make: Make): (Slip | undefined)[] {
  const { op, params } = e.call!;
  const list: (Slip | undefined)[] = [];
  if (OPPOSITE[op.name]) {
    list.push(make("comparison", () => sub(ones(e.shape), e)));
    list.push(make("comparison", () => e.args[0]));
    list.push(make("comparison", () => fn("relu", e.args[0])));
  }
  if (op.name === "softmax" && e.call!.argShapes[0].length === 2)
    list.push(
      make("axis", () => {
        const axis = 1 - params.axis;
        return rebuildCall(e, { axis });
      }),
    );
  return list;
}

function rebuildCall(e: Expr, params: unknown): Expr {
  return call({ ...e.call!, params }, e.args);
}
