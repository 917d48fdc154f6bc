/**
 * Matrix expressions entry by entry: (AB)ᵢⱼ = Σₖ AᵢₖBₖⱼ, diag(v)ᵢⱼ = δᵢⱼvᵢ, with sums over a δ carried out.
 */

import { type Expr, subexpressions } from "./expr.ts";

/** An expression in entries; indices are letters. */
export type Entry =
  | { k: "num"; value: number }
  | { k: "entry"; e: Expr; idx: readonly string[] }
  | { k: "scalar"; e: Expr }
  | { k: "delta"; a: string; b: string }
  | { k: "prod"; list: readonly Entry[] }
  | { k: "add"; list: readonly Entry[] }
  | { k: "sum"; over: string; x: Entry }
  | { k: "pow"; x: Entry; n: number }
  | { k: "fn"; name: string; x: Entry }
  | { k: "call"; e: Expr; args: readonly Entry[] };

const LETTERS = ["k", "l", "m", "p", "q", "r", "s", "t", "u", "v"];

export interface EntryOptions {
  /** Symbols to be read as the unit with a 1 at the given indices: how a Jacobian is read off. */
  units?: ReadonlyMap<string, readonly string[]>;
  /** Letters already in use. */
  used?: readonly string[];
}

/** Entry (i, j) of a matrix expression; a column takes i, a row j, a scalar neither. */
export function entryOf(e: Expr, i: string, j: string, o: EntryOptions = {}): Entry {
  const taken = lettersIn(e);
  const free = LETTERS.filter((x) => x !== i && x !== j && !o.used?.includes(x) && !taken.has(x));
  let next = 0;
  const fresh = (): string => free[next++] ?? `k_{${next}}`;
  const go = (x: Expr, a: string, b: string): Entry => {
    switch (x.kind) {
      case "num":
        return { k: "num", value: x.value };
      case "zeros":
        return { k: "num", value: 0 };
      case "ones":
        return { k: "num", value: 1 };
      case "eye":
        return { k: "delta", a, b };
      case "sym":
      case "const": {
        const idx = [...(x.rows > 1 ? [a] : []), ...(x.cols > 1 ? [b] : [])];
        const unit = o.units?.get(x.name);
        if (unit)
          return { k: "prod", list: idx.map((from, n) => ({ k: "delta", a: from, b: unit[n] }) as const) };
        return idx.length === 0 ? { k: "scalar", e: x } : { k: "entry", e: x, idx };
      }
      case "add":
        return { k: "add", list: x.args.map((t) => go(t, a, b)) };
      case "had":
        return { k: "prod", list: x.args.map((t) => go(t, a, b)) };
      case "mul":
        return chain(x, a, b);
      case "t":
        return go(x.args[0], b, a);
      case "pow":
        return { k: "pow", x: go(x.args[0], a, b), n: x.value };
      case "fn":
        return { k: "fn", name: x.name, x: go(x.args[0], a, b) };
      case "diag":
        return { k: "prod", list: [{ k: "delta", a, b }, go(x.args[0], a, "")] };
      case "diagof":
        return go(x.args[0], a, a);
      case "trace": {
        const k = fresh();
        return { k: "sum", over: k, x: go(x.args[0], k, k) };
      }
      case "call":
        if (x.call!.op.elementwise)
          return { k: "call", e: x, args: x.args.map((y) => (y.isScalar ? go(y, "", "") : go(y, a, b))) };
        return opaque(x, a, b);
      default:
        return opaque(x, a, b);
    }
  };
  const opaque = (x: Expr, a: string, b: string): Entry =>
    x.isScalar
      ? { k: "scalar", e: x }
      : { k: "entry", e: x, idx: [...(x.rows > 1 ? [a] : []), ...(x.cols > 1 ? [b] : [])] };
  const chain = (x: Expr, a: string, b: string): Entry => {
    const scalars = x.args.filter((f) => f.isScalar).map((f) => go(f, "", ""));
    const factors = x.args.filter((f) => !f.isScalar);
    const inner: string[] = [];
    let left = a;
    const list: Entry[] = factors.map((f, n) => {
      const right = n === factors.length - 1 ? b : f.cols > 1 ? fresh() : "";
      if (n < factors.length - 1 && right !== "") inner.push(right);
      const out = go(f, left, right);
      left = right;
      return out;
    });
    const body: Entry = { k: "prod", list: [...scalars, ...list] };
    return inner.reduceRight<Entry>((y, over) => ({ k: "sum", over, x: y }), body);
  };
  return reduce(go(e, i, j));
}

/** Letters that stand in the formula already: l, or the k of r_k. */
function lettersIn(e: Expr): Set<string> {
  const names = [...subexpressions(e)]
    .filter((x) => x.kind === "sym")
    .map((x) => x.name.replace(/^bar:/, ""));
  return new Set(names.flatMap((name) => name.split("_")).filter((part) => part.length === 1));
}

function rename(x: Entry, from: string, to: string): Entry {
  const r = (y: Entry): Entry => rename(y, from, to);
  switch (x.k) {
    case "entry":
      return { ...x, idx: x.idx.map((n) => (n === from ? to : n)) };
    case "delta":
      return { ...x, a: x.a === from ? to : x.a, b: x.b === from ? to : x.b };
    case "prod":
    case "add":
      return { ...x, list: x.list.map(r) };
    case "sum":
      return x.over === from ? x : { ...x, x: r(x.x) };
    case "pow":
    case "fn":
      return { ...x, x: r(x.x) };
    case "call":
      return { ...x, args: x.args.map(r) };
    default:
      return x;
  }
}

/** Flattens products, multiplies numbers, and carries out sums over a δ. */
export function reduce(x: Entry): Entry {
  switch (x.k) {
    case "prod": {
      let c = 1;
      const list: Entry[] = [];
      const sums: string[] = [];
      const visit = (y: Entry): void => {
        if (y.k === "num") c *= y.value;
        else if (y.k === "prod") y.list.forEach(visit);
        else if (y.k === "delta" && y.a === y.b) return;
        else if (y.k === "sum") {
          // A product with a sum is the sum of products: its letter is its own.
          sums.push(y.over);
          visit(y.x);
        } else list.push(y);
      };
      for (const y of x.list) visit(reduce(y));
      if (c === 0) return { k: "num", value: 0 };
      const flat: Entry[] = c === 1 && list.length > 0 ? list : [{ k: "num", value: c }, ...list];
      const body: Entry = flat.length === 1 ? flat[0] : { k: "prod", list: flat };
      return sums.reduceRight<Entry>((y, over) => reduceSum(over, y), body);
    }
    case "add": {
      const list = x.list.map(reduce).flatMap((y) => (y.k === "add" ? y.list : [y]));
      const left = list.filter((y) => !(y.k === "num" && y.value === 0));
      return left.length === 0
        ? { k: "num", value: 0 }
        : left.length === 1
          ? left[0]
          : { k: "add", list: left };
    }
    case "sum":
      return reduceSum(x.over, reduce(x.x));
    case "pow":
      return { ...x, x: reduce(x.x) };
    case "fn":
      return { ...x, x: reduce(x.x) };
    case "call":
      return { ...x, args: x.args.map(reduce) };
    case "delta":
      return x.a === x.b ? { k: "num", value: 1 } : x;
    default:
      return x;
  }
}

function reduceSum(over: string, x: Entry): Entry {
  if (x.k === "num" && x.value === 0) return x;
  if (x.k === "add") return reduce({ k: "add", list: x.list.map((y) => reduceSum(over, y)) });
  if (x.k === "sum") {
    const inner = reduceSum(over, x.x);
    return inner.k === "sum" && inner.over === over
      ? { k: "sum", over, x: { k: "sum", over: x.over, x: inner.x } }
      : reduceSum(x.over, inner);
  }
  const list = x.k === "prod" ? x.list : [x];
  const at = list.findIndex((y) => y.k === "delta" && (y.a === over || y.b === over));
  if (at >= 0) {
    const d = list[at] as Extract<Entry, { k: "delta" }>;
    const to = d.a === over ? d.b : d.a;
    return reduce(rename({ k: "prod", list: list.toSpliced(at, 1) }, over, to));
  }
  return { k: "sum", over, x };
}

/** δ_ab set to 1 (with b written a), or to 0. */
export function whereEqual(x: Entry, a: string, b: string, equal: boolean): Entry {
  const set = (y: Entry): Entry => {
    switch (y.k) {
      case "delta":
        return (y.a === a && y.b === b) || (y.a === b && y.b === a) ? { k: "num", value: equal ? 1 : 0 } : y;
      case "prod":
      case "add":
        return { ...y, list: y.list.map(set) };
      case "sum":
      case "pow":
      case "fn":
        return { ...y, x: set(y.x) } as Entry;
      case "call":
        return { ...y, args: y.args.map(set) };
      default:
        return y;
    }
  };
  const out = set(x);
  return reduce(equal ? rename(out, b, a) : out);
}

/** Whether an index is summed over anywhere. */
export function hasSum(x: Entry): boolean {
  switch (x.k) {
    case "sum":
      return true;
    case "prod":
    case "add":
      return x.list.some(hasSum);
    case "pow":
    case "fn":
      return hasSum(x.x);
    case "call":
      return x.args.some(hasSum);
    default:
      return false;
  }
}
