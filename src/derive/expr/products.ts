/**
 * Sums and products in normal form: sums flat with like terms joined, products flat with numbers and
 * scalars in front, ones and identities absorbed. These are identities that need no condition; conditional
 * ones are in rules.ts.
 */

import { sameShape } from "../../tensor/index.ts";
import { eye, isOne, isZero, num, ones, ShapeClash, split, zeros } from "./atoms.ts";
import { had, pow } from "./elementwise.ts";
import { type Expr, intern } from "./expr.ts";
import { diag, transpose } from "./matrix.ts";

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
export function joinPowers(factors: readonly Expr[]): Expr[] {
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
