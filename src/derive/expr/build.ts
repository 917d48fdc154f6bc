/**
 * Making expressions in normal form: sums flat with like terms joined, products flat with numbers and
 * scalars in front, transposes pushed to the factors, ones and identities absorbed.
 *
 * These are identities of matrix algebra that need no condition; conditional ones are in rules.ts.
 */

import type { Tensor } from "../../tensor/index.ts";
import { sameShape } from "../../tensor/index.ts";
import { type CallData, type Expr, intern, matrixShape } from "./expr.ts";

/** Parts whose shapes do not go together: a rewriting that is none. */
export class ShapeClash extends Error {
  override name = "ShapeClash";
}

export const num = (value: number): Expr => intern("num", [], [1, 1], { value: value === 0 ? 0 : value });
export const sym = (name: string, shape: readonly number[]): Expr =>
  intern("sym", [], matrixShape(shape), { name });
export const constant = (tensor: Tensor, name: string): Expr =>
  intern("const", [], matrixShape(tensor.shape), { tensor, name });
export const ones = (shape: readonly number[]): Expr => (isOne(shape) ? num(1) : intern("ones", [], shape));
export const zeros = (shape: readonly number[]): Expr => (isOne(shape) ? num(0) : intern("zeros", [], shape));
export const eye = (n: number): Expr => (n === 1 ? num(1) : intern("eye", [], [n, n]));
export const fill = (value: number, shape: readonly number[]): Expr =>
  value === 0 ? zeros(shape) : mul([num(value), ones(shape)]);

function isOne(shape: readonly number[]): boolean {
  return shape.length === 2 && shape[0] === 1 && shape[1] === 1;
}

export function isZero(e: Expr): boolean {
  return e.kind === "zeros" || (e.kind === "num" && e.value === 0);
}

/** The numeric coefficient and the rest. */
export function split(e: Expr): { c: number; rest: Expr } {
  if (e.kind === "num") return { c: e.value, rest: num(1) };
  if (e.kind === "mul" && e.args[0].kind === "num") return { c: e.args[0].value, rest: mul(e.args.slice(1)) };
  return { c: 1, rest: e };
}

export function add(terms: readonly Expr[]): Expr {
  const shape = terms[0].shape;
  const found = new Map<number, { c: number; rest: Expr }>();
  const visit = (e: Expr, factor: number): void => {
    if (!sameShape(e.shape, shape))
      throw new ShapeClash(`A sum of shapes [${shape}] and [${e.shape}] reached the expression builder.`);
    if (e.kind === "add") {
      for (const a of e.args) visit(a, factor);
      return;
    }
    const { c, rest } = split(e);
    if (rest.kind === "add") {
      for (const a of rest.args) visit(a, factor * c);
      return;
    }
    if (isZero(e)) return;
    const before = found.get(rest.canon);
    if (before) before.c += factor * c;
    else found.set(rest.canon, { c: factor * c, rest });
  };
  for (const e of terms) visit(e, 1);
  const left = [...found.values()].filter(({ c }) => c !== 0).map(({ c, rest }) => scale(c, rest));
  if (left.length === 0) return zeros(shape);
  return left.length === 1 ? left[0] : intern("add", left, shape);
}

export const neg = (e: Expr): Expr => scale(-1, e);
export const sub = (a: Expr, b: Expr): Expr => add([a, neg(b)]);
export const scale = (c: number, e: Expr): Expr => (c === 1 ? e : mul([num(c), e]));

/** Joins equal bases of commuting factors into powers. */
function joinPowers(factors: readonly Expr[]): Expr[] {
  const found = new Map<number, { base: Expr; n: number }>();
  for (const f of factors) {
    const [base, n] = f.kind === "pow" ? [f.args[0], f.value] : [f, 1];
    const before = found.get(base.canon);
    if (before) before.n += n;
    else found.set(base.canon, { base, n });
  }
  return [...found.values()].filter(({ n }) => n !== 0).map(({ base, n }) => pow(base, n));
}

/** A product of scalars (in any place) and matrices, in order. */
export function mul(factors: readonly Expr[]): Expr {
  let c = 1;
  const scalars: Expr[] = [];
  const chain: Expr[] = [];
  let high: Expr | undefined;
  const takeScalar = (e: Expr): void => {
    if (e.kind === "num") c *= e.value;
    else if (e.kind === "mul" && e.args.every((a) => a.isScalar)) e.args.forEach(takeScalar);
    else if (e.kind === "mul" && e.args[0].isScalar) {
      for (const a of e.args) if (a.isScalar) takeScalar(a);
      scalars.push(mul(e.args.filter((a) => !a.isScalar)));
    } else scalars.push(e);
  };
  const visit = (e: Expr): void => {
    if (e.isScalar) takeScalar(e);
    else if (e.shape.length !== 2) {
      if (e.kind === "mul") e.args.forEach(visit);
      else high = e;
    } else if (e.kind === "mul") e.args.forEach(visit);
    else if (e.kind === "ones" && e.rows > 1 && e.cols > 1) chain.push(ones([e.rows, 1]), ones([1, e.cols]));
    else if (e.kind !== "eye" || factors.length === 1) chain.push(e);
  };
  factors.forEach(visit);
  if (high) {
    if (c === 0) return zeros(high.shape);
    const left = joinPowers(scalars);
    const all = [...(c === 1 ? [] : [num(c)]), ...left, high];
    return all.length === 1 ? high : intern("mul", all, high.shape);
  }
  let shape: readonly number[] = [1, 1];
  if (chain.length > 0) shape = [chain[0].rows, chain[chain.length - 1].cols];
  else {
    const square = factors.find((e) => e.kind === "eye");
    if (square) {
      chain.push(square);
      shape = square.shape;
    }
  }
  for (let i = 1; i < chain.length; i++)
    if (chain[i - 1].cols !== chain[i].rows)
      throw new ShapeClash(
        `A product of shapes [${chain[i - 1].shape}] and [${chain[i].shape}] reached the expression builder.`,
      );
  if (c === 0 || chain.some(isZero)) return zeros(shape);
  for (;;) {
    const next = reduceChain(chain, scalars);
    if (next === null) break;
    c *= next;
    if (c === 0) return zeros(shape);
  }
  if (scalars.some((e) => e.kind === "num" || (e.kind === "mul" && e.args[0].kind === "num"))) {
    const rest = scalars.splice(0);
    rest.forEach(takeScalar);
  }
  if (chain.length === 0 && !isOne(shape)) chain.push(eye(shape[0]));
  const left = joinPowers(scalars);
  if (left.some((e) => e.kind === "num" || e.kind === "mul")) {
    // Powers may have become numbers or products: flatten once more.
    scalars.splice(0);
    left.forEach(takeScalar);
  } else scalars.splice(0, scalars.length, ...left);
  // Of several inner products each is a factor of its own; a single one is written out.
  const inner = scalars.filter((e) => e.kind === "mul");
  if (isOne(shape) && chain.length > 0 && inner.length > 0) scalars.push(mul(chain.splice(0)));
  else if (chain.length === 0 && inner.length === 1) {
    scalars.splice(scalars.indexOf(inner[0]), 1);
    chain.push(...inner[0].args);
  }
  if (chain.length === 2 && chain.every((e) => e.kind === "ones") && chain[0].cols === 1)
    chain.splice(0, 2, ones(shape));
  // A number times a sum alone goes into the sum only through add(); here it stays in front.
  const all = [...(c === 1 ? [] : [num(c)]), ...scalars, ...chain];
  if (all.length === 0) return num(1);
  return all.length === 1 ? all[0] : intern("mul", all, shape);
}

/** One simplification of neighbours in a chain; returns a numeric factor, or null when there is none. */
function reduceChain(chain: Expr[], scalars: Expr[]): number | null {
  for (let i = 0; i + 1 < chain.length; i++) {
    const [a, b] = [chain[i], chain[i + 1]];
    const put = (...e: Expr[]): number => {
      let c = 1;
      const flat: Expr[] = [];
      for (const x of e) {
        if (x.isScalar) scalars.push(x);
        else if (x.kind === "mul")
          for (const y of x.args) {
            if (y.kind === "num") c *= y.value;
            else if (y.isScalar) scalars.push(y);
            else flat.push(y);
          }
        else flat.push(x);
      }
      chain.splice(i, 2, ...flat);
      return c;
    };
    if (a.kind === "eye") return put(b);
    if (b.kind === "eye") return put(a);
    if (a.kind === "ones" && b.kind === "ones" && a.rows === 1 && b.cols === 1) {
      chain.splice(i, 2);
      return a.cols;
    }
    if (a.kind === "ones" && a.rows === 1 && b.kind === "diag") return put(transpose(b.args[0]));
    if (b.kind === "ones" && b.cols === 1 && a.kind === "diag") return put(a.args[0]);
    if (a.kind === "diag" && b.kind === "diag") return put(diag(had([a.args[0], b.args[0]])));
    if (a.kind === "diag" && b.cols === 1) return put(had([a.args[0], b]));
    if (b.kind === "diag" && a.rows === 1) return put(transpose(had([b.args[0], transpose(a)])));
    if (a.kind === "inv" && a.args[0].canon === b.canon) return put(eye(a.rows));
    if (b.kind === "inv" && b.args[0].canon === a.canon) return put(eye(a.rows));
  }
  // A part of the chain that is 1 × 1 is a scalar of its own.
  for (let i = 0; i < chain.length; i++) {
    if (chain[i].rows !== 1) continue;
    for (let j = i; j < chain.length; j++) {
      if (chain[j].cols !== 1) continue;
      if (j - i + 1 === chain.length) break;
      scalars.push(mul(chain.splice(i, j - i + 1)));
      return 1;
    }
  }
  return null;
}

/** Elementwise product of equal shapes. */
export function had(factors: readonly Expr[]): Expr {
  const shape = factors[0].shape;
  if (isOne(shape)) return mul(factors);
  const scalars: Expr[] = [];
  const left: Expr[] = [];
  const right: Expr[] = [];
  const rest: Expr[] = [];
  const visit = (e: Expr): void => {
    if (!sameShape(e.shape, shape))
      throw new ShapeClash(
        `An elementwise product of shapes [${shape}] and [${e.shape}] reached the builder.`,
      );
    if (e.kind === "had") e.args.forEach(visit);
    else if (e.kind === "ones") return;
    else if (e.kind === "mul" && e.args[0].isScalar) {
      scalars.push(...e.args.filter((a) => a.isScalar));
      visit(mul(e.args.filter((a) => !a.isScalar)));
    } else if (shape.length === 2 && shape[1] > 1 && e.kind === "mul" && isRow1(e.args[e.args.length - 1]))
      left.push(mul(e.args.slice(0, -1)));
    else if (shape.length === 2 && shape[0] > 1 && e.kind === "mul" && isCol1(e.args[0]))
      right.push(transpose(mul(e.args.slice(1))));
    else rest.push(e);
  };
  factors.forEach(visit);
  if (factors.some(isZero) || rest.some(isZero)) return zeros(shape);
  const joined = joinPowers(rest);
  const core =
    joined.length === 0 ? undefined : joined.length === 1 ? joined[0] : intern("had", joined, shape);
  const parts: Expr[] = [...scalars];
  if (left.length > 0 && (core || right.length > 0 || left.length > 1)) {
    if (core) parts.push(diag(left.length === 1 ? left[0] : had(left)));
    else parts.push(left.length === 1 ? left[0] : had(left));
  } else if (left.length === 1) parts.push(left[0], ones([1, shape[1]]));
  if (core) parts.push(core);
  if (right.length > 0) {
    const r = right.length === 1 ? right[0] : had(right);
    if (core) parts.push(diag(r));
    else if (left.length > 0) parts.push(transpose(r));
    else parts.push(ones([shape[0], 1]), transpose(r));
  } else if (!core && left.length > 1) parts.push(ones([1, shape[1]]));
  if (parts.every((p) => p.isScalar)) parts.push(ones(shape));
  return parts.length === 1 ? parts[0] : mul(parts);
}

const isRow1 = (e: Expr): boolean => e.kind === "ones" && e.rows === 1 && e.cols > 1;
const isCol1 = (e: Expr): boolean => e.kind === "ones" && e.cols === 1 && e.rows > 1;

/** Elementwise power with a constant exponent. */
export function pow(x: Expr, n: number): Expr {
  if (n === 1) return x;
  if (n === 0) return ones(x.shape);
  if (x.kind === "num") return num(x.value ** n);
  if (x.kind === "ones") return x;
  const whole = Number.isInteger(n);
  if (x.kind === "pow" && (whole || Number.isInteger(x.value) === false)) return pow(x.args[0], x.value * n);
  if (x.kind === "mul" && x.args.every((a) => a.isScalar) && (whole || !isNegative(x)))
    return mul(x.args.map((a) => pow(a, n)));
  if (x.kind === "mul" && x.args[0].kind === "num" && (whole || x.args[0].value > 0))
    return mul([num(x.args[0].value ** n), pow(mul(x.args.slice(1)), n)]);
  if (x.kind === "mul" && whole && !x.isScalar && x.args[0].isScalar)
    return mul([
      ...x.args.filter((a) => a.isScalar).map((a) => pow(a, n)),
      pow(mul(x.args.filter((a) => !a.isScalar)), n),
    ]);
  if (x.kind === "mul" && x.shape.length === 2 && !x.isScalar && isRow1(x.args[x.args.length - 1]))
    return mul([pow(mul(x.args.slice(0, -1)), n), x.args[x.args.length - 1]]);
  if (x.kind === "mul" && x.shape.length === 2 && !x.isScalar && isCol1(x.args[0]))
    return mul([x.args[0], pow(mul(x.args.slice(1)), n)]);
  if (x.kind === "had" && whole) return had(x.args.map((a) => pow(a, n)));
  return intern("pow", [x], x.shape, { value: n });
}

export function isNegative(e: Expr): boolean {
  return split(e).c < 0;
}

export function transpose(e: Expr): Expr {
  if (e.shape.length !== 2 || e.isScalar) return e;
  const shape = [e.cols, e.rows];
  switch (e.kind) {
    case "t":
      return e.args[0];
    case "ones":
      return ones(shape);
    case "zeros":
      return zeros(shape);
    case "eye":
    case "diag":
      return e;
    case "inv":
      return inv(transpose(e.args[0]));
    case "mul":
      return mul([
        ...e.args.filter((a) => a.isScalar),
        ...e.args
          .filter((a) => !a.isScalar)
          .reverse()
          .map(transpose),
      ]);
    default:
      return intern("t", [e], shape);
  }
}

function needSquare(e: Expr, what: string): void {
  if (e.shape.length === 2 && e.rows !== e.cols)
    throw new ShapeClash(`The ${what} of a matrix of shape [${e.shape}] reached the expression builder.`);
}

export function inv(e: Expr): Expr {
  needSquare(e, "inverse");
  if (e.isScalar) return pow(e, -1);
  if (e.kind === "inv") return e.args[0];
  if (e.kind === "eye") return e;
  if (e.kind === "diag") return diag(pow(e.args[0], -1));
  if (e.kind === "mul" && e.args[0].isScalar) {
    const rest = e.args.filter((a) => !a.isScalar);
    return mul([...e.args.filter((a) => a.isScalar).map((a) => pow(a, -1)), inv(mul(rest))]);
  }
  return intern("inv", [e], e.shape);
}

/** The diagonal matrix of a column. */
export function diag(v: Expr): Expr {
  if (v.isScalar) return v;
  if (v.kind === "ones") return eye(v.rows);
  if (isZero(v)) return zeros([v.rows, v.rows]);
  if (v.kind === "mul" && v.args[0].isScalar)
    return mul([...v.args.filter((a) => a.isScalar), diag(mul(v.args.filter((a) => !a.isScalar)))]);
  return intern("diag", [v], [v.rows, v.rows]);
}

/** The diagonal of a matrix, as a column. */
export function diagof(m: Expr): Expr {
  if (m.isScalar) return m;
  if (m.kind === "diag") return m.args[0];
  if (m.kind === "eye") return ones([m.rows, 1]);
  if (m.kind === "mul" && m.args[0].isScalar)
    return mul([...m.args.filter((a) => a.isScalar), diagof(mul(m.args.filter((a) => !a.isScalar)))]);
  return intern("diagof", [m], [m.rows, 1]);
}

export function trace(m: Expr): Expr {
  needSquare(m, "trace");
  if (m.isScalar) return m;
  if (m.kind === "eye") return num(m.rows);
  if (m.kind === "t") return trace(m.args[0]);
  if (m.kind === "add") return add(m.args.map(trace));
  if (m.kind === "diag") return mul([ones([1, m.rows]), m.args[0]]);
  if (m.kind === "mul") {
    const scalars = m.args.filter((a) => a.isScalar);
    const chain = m.args.filter((a) => !a.isScalar);
    if (scalars.length > 0) return mul([...scalars, trace(mul(chain))]);
    const cut = chain.findIndex((e) => e.rows === 1);
    if (cut > 0) return mul([...chain.slice(cut), ...chain.slice(0, cut)]);
  }
  return intern("trace", [m], [1, 1]);
}

export function det(m: Expr): Expr {
  needSquare(m, "determinant");
  return m.isScalar ? m : intern("det", [m], [1, 1]);
}

export function logdet(m: Expr): Expr {
  needSquare(m, "determinant");
  return m.isScalar ? fn("log", m) : intern("logdet", [m], [1, 1]);
}

/** An elementwise function, by the name of its operation. */
export function fn(name: string, x: Expr): Expr {
  if (name === "neg") return neg(x);
  if (name === "square") return pow(x, 2);
  if (name === "sqrt") return pow(x, 0.5);
  return intern("fn", [x], x.shape, { name });
}

export const call = (data: CallData, args: readonly Expr[]): Expr =>
  intern("call", args, matrixShape(data.outShape), { call: data });

/** The same expression with its arguments replaced. */
export function rebuild(e: Expr, args: readonly Expr[]): Expr {
  if (args.every((a, i) => a === e.args[i])) return e;
  switch (e.kind) {
    case "add":
      return add(args);
    case "mul":
      return mul(args);
    case "had":
      return had(args);
    case "pow":
      return pow(args[0], e.value);
    case "t":
      return transpose(args[0]);
    case "inv":
      return inv(args[0]);
    case "diag":
      return diag(args[0]);
    case "diagof":
      return diagof(args[0]);
    case "trace":
      return trace(args[0]);
    case "det":
      return det(args[0]);
    case "logdet":
      return logdet(args[0]);
    case "fn":
      return fn(e.name, args[0]);
    case "call":
      return call(e.call!, args);
    default:
      return e;
  }
}

/** Replaces whole subexpressions: what `f` returns for one, or the one rebuilt from its replaced parts. */
export function replace(e: Expr, f: (e: Expr) => Expr | undefined, seen = new Map<Expr, Expr>()): Expr {
  const known = seen.get(e);
  if (known) return known;
  const direct = f(e);
  const out =
    direct ??
    rebuild(
      e,
      e.args.map((a) => replace(a, f, seen)),
    );
  seen.set(e, out);
  return out;
}
