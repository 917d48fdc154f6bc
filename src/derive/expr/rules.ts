/**
 * The rewritings, few and general. Each is a proposal; simplify.ts takes it where the numbers agree.
 */

import { add, had, isNegative, mul, neg, num, ones, pow, rebuild, split, trace, transpose } from "./build.ts";
import { termsOf } from "./expand.ts";
import { type Expr, subexpressions } from "./expr.ts";
import { recognise, recogniseMultiple, recogniseQuotient } from "./recognise.ts";
import type { Rule } from "./simplify.ts";

/** Kᵀ = K. */
const symmetric: Rule = (e) => {
  if (e.kind === "t" && e.rows === e.cols) return e.args[0];
  if (e.kind === "inv" && e.args[0].kind === "t") return rebuild(e, [e.args[0].args[0]]);
  return undefined;
};

/** c A + c B = c (A + B) for numbers and scalars that are no functions. */
const commonScalar: Rule = (e, s) => {
  if (e.kind !== "add") return undefined;
  const parts = e.args.map((t) => split(t));
  const size = Math.abs(parts[0].c);
  const c = size !== 1 && parts.every((p) => Math.abs(Math.abs(p.c) - size) < 1e-14 * size) ? size : 1;
  let common = scalarsOf(parts[0].rest, e.isScalar, s.factor);
  for (const { rest } of parts.slice(1)) {
    const own = scalarsOf(rest, e.isScalar, s.factor).map((x) => x.canon);
    common = common.filter((x) => own.includes(x.canon));
  }
  if (c === 1 && common.length === 0) return undefined;
  const inverse = common.map(reciprocal);
  return mul([num(c), ...common, add(e.args.map((t) => mul([num(1 / c), ...inverse, t])))]);
};

const reciprocal = (x: Expr): Expr => (x.kind === "pow" ? pow(x.args[0], -x.value) : pow(x, -1));

function scalarsOf(e: Expr, whole: boolean, factor: boolean): Expr[] {
  if (factor && whole) {
    // Powers as repeated factors, so that y divides y².
    const all = e.kind === "mul" ? e.args : [e];
    return all.map((x) => (x.kind === "pow" && x.value > 1 ? x.args[0] : x)).filter((x) => x.kind === "sym");
  }
  const list = e.kind === "mul" ? e.args.filter((a) => a.isScalar) : whole ? [e] : [];
  const base = (x: Expr): Expr => (x.kind === "pow" ? x.args[0] : x);
  if (!whole) return list.filter((x) => base(x).kind === "sym");
  // In sums of scalars: what arrives, exponentials and divisors, but no σ(z) and no plain symbol.
  return list.filter(
    (x) =>
      (base(x).kind === "sym" && base(x).name.startsWith("bar:")) ||
      (x.kind === "fn" && x.name === "exp") ||
      (x.kind === "pow" && x.value < 0),
  );
}

/** AB + AC = A(B + C), where one factor is left of each term: Xᵀσ − Xᵀy is Xᵀ(σ − y). */
const commonSide: Rule = (e) => {
  if (e.kind !== "add" || e.isScalar || e.args.length > 4) return undefined;
  const chains = e.args.map((t) => ({
    scalars: t.kind === "mul" ? t.args.filter((a) => a.isScalar) : [],
    chain: t.kind === "mul" ? t.args.filter((a) => !a.isScalar) : [],
  }));
  if (chains.some(({ chain }) => chain.length !== 2)) return undefined;
  for (const at of [0, 1]) {
    const common = chains[0].chain[at];
    if (common.kind === "ones" || chains.some(({ chain }) => chain[at].canon !== common.canon)) continue;
    const rest = add(chains.map(({ scalars, chain }) => mul([...scalars, chain[1 - at]])));
    return at === 0 ? mul([common, rest]) : mul([rest, common]);
  }
  return undefined;
};

/** G ⊙ a + G ⊙ b = G ⊙ (a + b) for the part that arrives from behind. */
const commonArriving: Rule = (e) => {
  if (e.kind !== "add" || e.isScalar) return undefined;
  const factors = e.args.map((t) => hadFactors(t));
  if (factors.some((f) => f === undefined)) return undefined;
  const lists = factors as { front: Expr[]; list: readonly Expr[] }[];
  const common = lists[0].list.filter(
    (x) => arrives(x) && lists.every((f) => f.list.some((y) => y.canon === x.canon)),
  );
  if (common.length === 0) return undefined;
  const drop = new Set(common.map((x) => x.canon));
  const rest = lists.map(({ front, list }) => {
    const left = list.filter((x) => !drop.has(x.canon));
    return mul([...front, left.length > 0 ? had(left) : ones(e.shape)]);
  });
  return had([...common, add(rest)]);
};

function hadFactors(t: Expr): { front: Expr[]; list: readonly Expr[] } | undefined {
  if (t.kind === "had") return { front: [], list: t.args };
  if (t.kind === "mul" && !t.isScalar) {
    const front = t.args.filter((a) => a.isScalar);
    const rest = t.args.filter((a) => !a.isScalar);
    if (front.length > 0 && rest.length === 1)
      return { front, list: rest[0].kind === "had" ? rest[0].args : rest };
  }
  return { front: [], list: [t] };
}

/** A cotangent, or a product of matrices: not an elementwise function of what is known. */
function arrives(e: Expr): boolean {
  if (e.kind === "sym") return e.name.startsWith("bar:");
  return e.kind === "mul" && e.args.filter((a) => !a.isScalar && a.kind !== "ones").length > 1;
}

/** −A(x − y) = A(y − x). */
const turnSign: Rule = (e) => {
  if (e.kind !== "mul" || !isNegative(e)) return undefined;
  const sums = e.args.filter((a) => turnable(a));
  if (sums.length !== 1) return undefined;
  return mul([num(-1), ...e.args.map((a) => (a === sums[0] ? negated(a) : a))]);
};

/** A formula whose leading minus, where it has one, is drawn into a difference: y − x for −(x − y). */
export function withoutMinus(e: Expr): Expr {
  if (e.kind !== "mul" || !isNegative(e)) return e;
  const at = e.args.findIndex((a) => turnable(a));
  return at < 0 ? e : mul([num(-1), ...e.args.map((a, i) => (i === at ? negated(a) : a))]);
}

/** (x − y)ᵀ … (y − x) = −(x − y)ᵀ … (x − y). */
const alignSigns: Rule = (e) => {
  if (e.kind !== "mul") return undefined;
  const bare = (a: Expr): Expr => (a.kind === "t" ? a.args[0] : a);
  const sums = e.args.filter((a) => bare(a).kind === "add");
  for (let i = 0; i < sums.length; i++)
    for (let j = i + 1; j < sums.length; j++) {
      const opposite = add(bare(sums[j]).args.map(neg));
      if (opposite.canon !== bare(sums[i]).canon) continue;
      const turned = sums[j].kind === "t" ? transpose(opposite) : opposite;
      return mul([num(-1), ...e.args.map((a) => (a === sums[j] ? turned : a))]);
    }
  return undefined;
};

function turnable(a: Expr): boolean {
  if (a.kind === "t") return turnable(a.args[0]);
  if (a.kind === "had") return a.args.filter(turnable).length === 1;
  return a.kind === "add" && a.args.some(isNegative) && a.args.every((t) => t.kind !== "ones");
}

function negated(a: Expr): Expr {
  if (a.kind === "t") return transpose(negated(a.args[0]));
  if (a.kind === "had") {
    const at = a.args.findIndex(turnable);
    return had(a.args.map((x, i) => (i === at ? negated(x) : x)));
  }
  return add(a.args.map(neg));
}

/** A(B + C) = AB + AC where that leaves less to read. */
const expandIfShorter: Rule = (e, s) => {
  if (e.kind !== "mul" && e.kind !== "had") return undefined;
  const at = e.args.findIndex((a) => a.kind === "add" || (a.kind === "t" && a.args[0].kind === "add"));
  if (at < 0 || e.args[at].weight > 60) return undefined;
  const sum = e.args[at].kind === "t" ? e.args[at].args[0] : e.args[at];
  const terms = sum.args.map((t) => {
    const own = e.args[at].kind === "t" ? transpose(t) : t;
    const list = e.args.map((a, i) => (i === at ? own : a));
    return s.visit(e.kind === "mul" ? mul(list) : had(list));
  });
  const out = add(terms);
  // Shorter because terms met or cancelled, not because the brackets went.
  const fewer = out.kind !== "add" || out.args.length < sum.args.length;
  return out.weight < e.weight * (fewer ? 1 : 0.65) ? out : undefined;
};

/** ((1 − y) ⊘ (1 − p) − y ⊘ p) ⊙ p ⊙ (1 − p) = p − y: multiplied out, where most of it cancels. */
const multiplyOut: Rule = (e) => {
  if (e.kind !== "had" && e.kind !== "mul" && e.kind !== "add") return undefined;
  if (e.weight < 8 || e.weight > 80) return undefined;
  const out = add([...termsOf(cancelled(e), 12)]);
  return out.weight <= 0.6 * e.weight ? out : undefined;
};

/** (a ⊘ p + b) ⊙ p = a + b ⊙ p: a sum multiplied out where its divisors are among the other factors. */
function cancelled(e: Expr): Expr {
  if (e.kind !== "had") return e;
  const divides = (x: Expr): boolean =>
    x.kind === "pow" && x.value < 0 && e.args.some((f) => f.canon === x.args[0].canon);
  const at = e.args.findIndex((a) => a.kind === "add" && [...subexpressions(a)].some(divides));
  return at < 0 ? e : add(e.args[at].args.map((t) => had(e.args.map((f, i) => (i === at ? t : f)))));
}

/** 1ᵀ(a ⊙ b) = aᵀb; 1ᵀ(A ⊙ B)1 = tr(AᵀB) where a product of matrices is among them. */
const innerProduct: Rule = (e) => {
  if (e.kind !== "mul") return undefined;
  const chain = e.args.filter((a) => !a.isScalar);
  const scalars = e.args.filter((a) => a.isScalar);
  const at = chain.findIndex((a) => a.kind === "had");
  if (at < 0) return undefined;
  const h = chain[at];
  const [before, after] = [chain[at - 1], chain[at + 1]];
  const powers = h.args.some((a) => a.kind === "pow");
  if (h.cols === 1 && before?.kind === "ones" && before.rows === 1 && !powers) {
    const list = [...h.args].sort((a, b) => Number(arrives(a)) - Number(arrives(b)));
    const inner = mul([transpose(had(list.slice(0, -1))), list[list.length - 1]]);
    return mul([...scalars, ...chain.slice(0, at - 1), inner, ...chain.slice(at + 1)]);
  }
  const all = before?.kind === "ones" && before.rows === 1 && after?.kind === "ones" && after.cols === 1;
  if (!all || chain.length !== 3 || h.args.length !== 2 || powers) return undefined;
  const [a, b] = h.args;
  if (b.kind === "eye" || a.kind === "eye") return mul([...scalars, trace(a.kind === "eye" ? b : a)]);
  const matrixLike = (x: Expr): boolean => x.kind === "inv" || x.kind === "mul" || x.kind === "t";
  if (!matrixLike(a) && !matrixLike(b)) return undefined;
  return mul([...scalars, trace(mul([transpose(a), b]))]);
};

export const RULES: readonly Rule[] = [
  recognise,
  recogniseMultiple,
  recogniseQuotient,
  innerProduct,
  symmetric,
  commonScalar,
  commonSide,
  commonArriving,
  alignSigns,
  turnSign,
  expandIfShorter,
  multiplyOut,
];
