/**
 * From what the backward pass computes to what a professor writes.
 *
 * Few rules, each only a proposal: it is taken when both sides agree in numbers at every point of the
 * study. So rules may depend on facts nobody stated: Kᵀ is K where K is symmetric, Y1 is 1 where the
 * rows of Y are one-hot, and exp(S − logsumexp) is P where P is the softmax of S.
 */

import { softmaxOp } from "../../ops/index.ts";
import { sameShape, type Tensor } from "../../tensor/index.ts";
import {
  add,
  call,
  eye,
  fill,
  had,
  isNegative,
  mul,
  neg,
  num,
  ones,
  pow,
  rebuild,
  split,
  trace,
  transpose,
  zeros,
} from "./build.ts";
import type { Point } from "./evaluate.ts";
import { type Expr, subexpressions } from "./expr.ts";

export interface SimplifyOptions {
  /** Points at which both sides of a rewriting must agree. */
  points: readonly Point[];
  /** Named quantities in which parts are recognised. */
  known: readonly Expr[];
  /** Take common factors out of sums of scalars: y − y² is y(1 − y). */
  factor?: boolean;
}

type Rule = (e: Expr, s: Simplifier) => Expr | undefined;

const EPS = 1e-9;

export class Simplifier {
  readonly points: readonly Point[];
  readonly known: readonly Expr[];
  readonly factor: boolean;
  readonly done = new Map<number, Expr>();
  derived: Expr[] = [];
  #budget = 4000;

  constructor(o: SimplifyOptions) {
    this.points = o.points;
    this.known = o.known;
    this.factor = o.factor ?? false;
  }

  simplify(e: Expr): Expr {
    this.derived = derivedQuantities(e);
    this.#budget = 4000;
    return this.visit(e);
  }

  visit(e: Expr): Expr {
    const before = this.done.get(e.id);
    if (before) return before;
    let now = rebuild(
      e,
      e.args.map((a) => this.visit(a)),
    );
    for (let changed = true; changed && this.#budget > 0; ) {
      changed = false;
      for (const rule of RULES) {
        this.#budget--;
        const next = rule(now, this);
        if (!next || next.canon === now.canon || !this.equal(now, next)) continue;
        now = rebuild(
          next,
          next.args.map((a) => this.visit(a)),
        );
        changed = true;
        break;
      }
    }
    this.done.set(e.id, now);
    this.done.set(now.id, now);
    return now;
  }

  /** Whether two expressions have the same value at every point. */
  equal(a: Expr, b: Expr): boolean {
    if (!sameShape(a.shape, b.shape)) return false;
    return this.points.every((p) => close(p.value(a), p.value(b)));
  }
}

export function close(a: Tensor, b: Tensor, eps = EPS): boolean {
  const [x, y] = [a.values(), b.values()];
  if (x.length !== y.length) return false;
  let scale = 0;
  for (let i = 0; i < x.length; i++) scale = Math.max(scale, Math.abs(x[i]), Math.abs(y[i]));
  if (!Number.isFinite(scale)) return false;
  for (let i = 0; i < x.length; i++) if (!(Math.abs(x[i] - y[i]) <= eps * scale)) return false;
  return true;
}

/** Quantities worth recognising although nobody named them. */
function derivedQuantities(e: Expr): Expr[] {
  const out: Expr[] = [];
  for (const part of subexpressions(e)) {
    const op = part.call?.op.name;
    if (op !== "logSumExp" && op !== "logSoftmax") continue;
    const { params, argShapes } = part.call!;
    const axis = op === "logSoftmax" ? params.axis : params.axes.length === 1 ? params.axes[0] : undefined;
    if (axis === undefined || argShapes[0].length > 2) continue;
    out.push(
      call({ op: softmaxOp, params: { axis }, argShapes: [argShapes[0]], outShape: argShapes[0] }, part.args),
    );
  }
  return out;
}

/** A part that has a name, or a constant value, is written as that. */
const recognise: Rule = (e, s) => {
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

/** c r, where a part is a named quantity times a named scalar: π exp(…)/p is r, so exp(…)/p is r/π. */
const recogniseMultiple: Rule = (e, s) => {
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
const recogniseQuotient: Rule = (e, s) => {
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

const RULES: readonly Rule[] = [
  recognise,
  recogniseMultiple,
  recogniseQuotient,
  innerProduct,
  symmetric,
  commonScalar,
  commonArriving,
  alignSigns,
  turnSign,
  expandIfShorter,
];
