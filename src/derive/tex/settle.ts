/**
 * From a draft to an expression: shapes are found from the symbols, ones and identities take their size
 * from what stands beside them, and what does not go together is named.
 */

import {
  add,
  call,
  det,
  diag,
  diagof,
  eye,
  fn,
  had,
  inv,
  logdet,
  mul,
  neg,
  num,
  ones,
  pow,
  trace,
  transpose,
} from "../expr/build.ts";
import type { Expr } from "../expr/expr.ts";
import { oneHotRows } from "../expr/from-trace.ts";
import { sumOverRows } from "../expr/sum-rows.ts";
import { type Draft, DraftClash, flexible, isEye, isNumber, openEnded, type Shape2 } from "./draft.ts";

/**
 * The expression of a draft.
 * @param expected the shape the surroundings ask for, where they do
 * @param mend replaces the result of one draft node: how repairs are tried
 */
export function settle(d: Draft, expected?: Shape2, mend?: ReadonlyMap<Draft, Expr>): Expr {
  const mended = mend?.get(d);
  if (mended) return mended;
  const go = (x: Draft, e?: Shape2): Expr => settle(x, e, mend);
  switch (d.k) {
    case "expr":
      return d.e;
    case "num":
      return num(d.value);
    case "ones": {
      const n = d.size ?? (d.row ? expected?.[1] : expected?.[0]);
      if (n === undefined || Number.isNaN(n))
        throw new DraftClash(
          "the length of this vector of ones does not follow from what stands beside it",
          d,
          [],
        );
      return ones(d.row ? [1, n] : [n, 1]);
    }
    case "eye":
      if (!expected || expected[0] !== expected[1])
        throw new DraftClash(
          "the size of this identity matrix does not follow from what stands beside it",
          d,
          [],
        );
      return eye(expected[0]);
    case "neg":
      return neg(go(d.x, expected));
    case "t":
      return transpose(go(d.x, expected && [expected[1], expected[0]]));
    case "sum":
      return sum(d, expected, go);
    case "product":
      return product(d, expected, go);
    case "had": {
      const known = d.factors.find((x) => !flexible(x));
      const shape = known ? shape2(go(known, expected)) : expected;
      const parts = d.factors.map((x) => go(x, shape));
      const big = parts.filter((x) => !x.isScalar);
      for (const x of big)
        if (x.rows !== big[0].rows || x.cols !== big[0].cols)
          throw new DraftClash(
            `an elementwise product of ${size(big[0])} and ${size(x)}: the shapes must be equal`,
            d,
            parts,
          );
      const scalars = parts.filter((x) => x.isScalar);
      return big.length === 0 ? mul(parts) : mul([...scalars, had(big)]);
    }
    case "inv": {
      const x = go(d.x, expected);
      if (x.rows !== x.cols)
        throw new DraftClash(`the inverse of a ${size(x)} matrix, which is not square`, d, [x]);
      return inv(x);
    }
    case "diag": {
      const x = go(d.x);
      if (x.cols === 1) return diag(x);
      if (x.rows === 1) return diag(transpose(x));
      if (x.rows === x.cols) return diagof(x);
      throw new DraftClash(`diag of a ${size(x)} matrix`, d, [x]);
    }
    case "trace":
    case "logdet": {
      const x = go(d.x);
      if (x.rows !== x.cols)
        throw new DraftClash(
          `${d.k === "trace" ? "the trace" : "the determinant"} of a ${size(x)} matrix, which is not square`,
          d,
          [x],
        );
      return d.k === "trace" ? trace(x) : logdet(x);
    }
    case "bars": {
      const x = go(d.x);
      return x.isScalar || x.rows !== x.cols ? fn("abs", x) : det(x);
    }
    case "norm2": {
      const x = go(d.x);
      return mul([ones([1, x.rows]), pow(x, 2), ones([x.cols, 1])]);
    }
    case "pow":
      return pow(go(d.x, expected), d.n);
    case "over": {
      const x = go(d.x, expected);
      const y = go(d.y);
      if (y.isScalar) return mul([pow(y, -1), x]);
      if (!d.elementwise)
        throw new DraftClash(
          `a division by something of shape ${size(y)}; elementwise division is \\oslash`,
          d,
          [x, y],
        );
      if (x.isScalar) return mul([x, pow(y, -1)]);
      if (x.rows !== y.rows || x.cols !== y.cols)
        throw new DraftClash(
          `an elementwise division of ${size(x)} by ${size(y)}: the shapes must be equal`,
          d,
          [x, y],
        );
      return had([x, pow(y, -1)]);
    }
    case "fn":
      return fn(d.name, go(d.x, expected));
    case "softmax":
    case "mask": {
      const x = go(d.x, expected);
      return call(d.data(x.shape), d.k === "mask" ? [x, num(0)] : [x]);
    }
    case "sumrows": {
      const x = go(d.x);
      const out = sumOverRows(x, d.count);
      if (!out)
        throw new DraftClash(
          "this sum over examples is no product of matrices known here; write the matrix form",
          d,
          [x],
        );
      return out;
    }
    case "onehot":
      return oneHotRows(go(d.x), d.rows, d.classes);
  }
}

const shape2 = (e: Expr): Shape2 => [e.rows, e.cols];

export const size = (e: Expr): string => `${e.rows}×${e.cols}`;

export function sum(
  d: Extract<Draft, { k: "sum" }>,
  expected: Shape2 | undefined,
  go: (x: Draft, e?: Shape2) => Expr,
): Expr {
  // Terms whose shape is their own decide; numbers and ones follow.
  let shape: Shape2 | undefined;
  const parts: (Expr | undefined)[] = d.terms.map((x) => {
    if (
      flexible(x) ||
      isNumber(x) ||
      (openEnded(x) && d.terms.some((y) => !openEnded(y) && !flexible(y) && !isNumber(y)))
    )
      return undefined;
    const e = go(x, expected);
    if (!e.isScalar) shape ??= shape2(e);
    return e;
  });
  const all = d.terms.map((x, i) => parts[i] ?? go(x, shape ?? expected));
  shape ??= all.some((e) => !e.isScalar) ? shape2(all.find((e) => !e.isScalar) as Expr) : [1, 1];
  const [r, c] = shape;
  return add(
    all.map((e) => {
      if (e.isScalar && (r > 1 || c > 1)) return mul([e, ones([r, c])]);
      if (e.rows !== r || e.cols !== c)
        throw new DraftClash(`a sum of ${r}×${c} and ${size(e)}: the shapes must be equal`, d, all);
      return e;
    }),
  );
}

export function product(
  d: Extract<Draft, { k: "product" }>,
  expected: Shape2 | undefined,
  go: (x: Draft, e?: Shape2) => Expr,
): Expr {
  const parts: (Expr | undefined)[] = d.factors.map((x) => (flexible(x) ? undefined : go(x)));
  // Ones and identities take their size from a neighbour, or from what is expected.
  const rowsOf = (i: number): number | undefined => {
    for (let k = i; k < parts.length; k++) {
      const e = parts[k];
      if (e === undefined) return undefined;
      if (!e.isScalar) return e.rows;
    }
    return expected?.[1];
  };
  const colsOf = (i: number): number | undefined => {
    for (let k = i; k >= 0; k--) {
      const e = parts[k];
      if (e === undefined) return undefined;
      if (!e.isScalar) return e.cols;
    }
    return expected?.[0];
  };
  for (let i = 0; i < parts.length; i++) {
    if (parts[i]) continue;
    const after = rowsOf(i + 1);
    const before = colsOf(i - 1);
    const square = isEye(d.factors[i]);
    const unknown = Number.NaN;
    parts[i] = go(
      d.factors[i],
      square
        ? [before ?? after ?? unknown, before ?? after ?? unknown]
        : [before ?? unknown, after ?? unknown],
    );
  }
  const all = parts as Expr[];
  const chain = all.filter((e) => !e.isScalar);
  for (let i = 1; i < chain.length; i++)
    if (chain[i - 1].cols !== chain[i].rows)
      throw new DraftClash(
        `the product of ${size(chain[i - 1])} and ${size(chain[i])}: the inner sizes ${chain[i - 1].cols} and ${chain[i].rows} differ`,
        d,
        all,
      );
  return mul(all);
}
