/**
 * Slips in a product of matrices: a factor left out, another order, a transpose, an elementwise product,
 * sums over rows for sums over columns.
 */

import { had, mul, ones, ShapeClash, transpose } from "../expr/build.ts";
import type { Expr } from "../expr/expr.ts";
import { attempt, type Make, type Slip, withPart } from "./slips.ts";

export function products(e: Expr, make: Make): (Slip | undefined)[] {
  const scalars = e.args.filter((a) => a.isScalar);
  const chain = e.args.filter((a) => !a.isScalar);
  const list: (Slip | undefined)[] = [];
  e.args.forEach((f, i) => {
    list.push(
      withPart(
        make(f.kind === "num" ? "factor" : "dropped factor", () => mul(e.args.toSpliced(i, 1))),
        f,
      ),
    );
  });
  const put = (c: Expr[]): Expr => {
    const out = mul([...scalars, ...c]);
    if (out.rows !== e.rows || out.cols !== e.cols) throw new ShapeClash("other shape");
    return out;
  };
  // A weight left out: Σ rₙxₙ without the r.
  const last = chain[chain.length - 1];
  const ends = [
    ...(chain.length > 1 && last.cols === 1 ? [{ f: last, list: chain.with(-1, ones(last.shape)) }] : []),
    ...(chain.length > 1 && chain[0].rows === 1
      ? [{ f: chain[0], list: chain.with(0, ones(chain[0].shape)) }]
      : []),
  ];
  for (const { f, list: weights } of ends)
    if (f.kind !== "ones")
      list.push(
        withPart(
          make("dropped factor", () => put(weights)),
          f,
        ),
      );
  // Two neighbours left out together, such as Y Yᵀ.
  for (let i = 0; i + 1 < chain.length && chain.length > 2; i++)
    list.push(
      withPart(
        make("dropped factor", () => put(chain.toSpliced(i, 2))),
        attempt(() => mul(chain.slice(i, i + 2))) ?? chain[i],
      ),
    );
  // Sums over rows for sums over columns, repeated.
  if (chain.length > 2 && last.kind === "ones" && last.rows === 1 && chain[chain.length - 2].kind === "ones")
    list.push(make("axis", () => put([ones([e.rows, 1]), ones([1, e.rows]), ...chain.slice(0, -2)])));
  if (chain.length > 2 && chain[0].kind === "ones" && chain[0].cols === 1 && chain[1].kind === "ones")
    list.push(make("axis", () => put([...chain.slice(2), ones([e.cols, 1]), ones([1, e.cols])])));
  for (let i = 0; i + 1 < chain.length; i++) {
    const [a, b] = [chain[i], chain[i + 1]];
    list.push(make("order", () => put(chain.with(i, b).with(i + 1, a))));
    list.push(make("order", () => put(chain.with(i, transpose(b)).with(i + 1, transpose(a)))));
    list.push(
      make("elementwise for matrix product", () =>
        put([...chain.slice(0, i), had([a, b]), ...chain.slice(i + 2)]),
      ),
    );
    list.push(
      make("elementwise for matrix product", () =>
        put([...chain.slice(0, i), had([a, transpose(b)]), ...chain.slice(i + 2)]),
      ),
    );
    list.push(
      make("elementwise for matrix product", () =>
        put([...chain.slice(0, i), had([transpose(a), b]), ...chain.slice(i + 2)]),
      ),
    );
  }
  if (chain.length > 1) {
    list.push(make("order", () => put([...chain].reverse())));
    chain.forEach((f, i) => {
      list.push(
        withAfter(
          make("transpose", () => put(chain.with(i, transpose(f)))),
          f,
        ),
      );
    });
    if (chain.length <= 6)
      for (let i = 0; i < chain.length; i++)
        for (let j = 0; j < chain.length; j++) {
          if (Math.abs(i - j) < 2) continue;
          const moved = chain.toSpliced(i, 1);
          moved.splice(j, 0, chain[i]);
          list.push(make("order", () => put(moved)));
        }
  }
  return list;
}

function withAfter(s: Slip | undefined, part: Expr): Slip | undefined {
  return s && { ...s, before: part, after: transpose(part) };
}
