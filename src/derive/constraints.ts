/**
 * Sets on which things are maximised: is a point in the set, which directions leave it, how to move inside.
 */

import { grad } from "../autodiff/index.ts";
import { lstsq } from "../linalg/index.ts";
import { noGrad } from "../ops/index.ts";
import { ArgumentError, type Random, type Tensor, tensor } from "../tensor/index.ts";

/** Sets by name: whole vectors on the simplex or the sphere, entries in (0, 1) or above 0, definite matrices. */
export type ConstraintName = "free" | "simplex" | "sphere" | "probability" | "positive" | "positive definite";
/** c(v) = 0, one or several equations; in claims about maximisers c sees the other inputs as well. */
export interface Equality {
  equality: (v: Tensor, inputs: any) => Tensor;
}
/** A set: by name, or as an equation c(v) = 0. */
export type Constraint = ConstraintName | Equality;

export interface ConstraintSet {
  /** What is violated, in words; undefined inside. */
  violation(v: Tensor): string | undefined;
  /** The part of a gradient along the set. */
  project(g: Tensor, v: Tensor): Tensor;
  /** Another point of the set, about `t` away (relative). */
  move(v: Tensor, t: number, r: Random): Tensor;
  /** The nearest simple way to make a point feasible, in words, with the point. */
  mend?(v: Tensor): { v: Tensor; how: string };
}

export function constraintSet(c: Constraint): ConstraintSet {
  if (typeof c === "object") return equality((v) => c.equality(v, {}));
  const set = SETS[c];
  if (!set)
    throw new ArgumentError(
      `There is no constraint named "${c}"; there are ${Object.keys(SETS).join(", ")}.`,
    );
  return set;
}

const map = (v: Tensor, f: (x: number, i: number) => number): Tensor =>
  tensor(Float64Array.from(v.values() as ArrayLike<number>, f), v.shape) as Tensor;
const rowLength = (v: Tensor): number => (v.rank === 0 ? 1 : v.shape[v.rank - 1]);

/** f of each row of the last axis. */
function rows(v: Tensor, f: (row: number[]) => readonly number[]): Tensor {
  const n = rowLength(v);
  const x = v.values();
  const out = new Float64Array(x.length);
  for (let at = 0; at < x.length; at += n)
    out.set(f(Array.from(x.slice(at, at + n) as ArrayLike<number>)), at);
  return tensor(out, v.shape) as Tensor;
}

const total = (row: readonly number[]): number => row.reduce((a, b) => a + b, 0);
const size = (v: Tensor): number => Math.sqrt((v.values() as Float64Array).reduce((s, x) => s + x * x, 0));

const SETS: Record<ConstraintName, ConstraintSet> = {
  free: {
    violation: () => undefined,
    project: (g) => g,
    move: (v, t, r) => {
      const s = Math.max(size(v) / Math.sqrt(v.size), 1e-3);
      return map(v, (x) => x + t * s * r.gaussian());
    },
  },
  positive: {
    violation: (v) => (v.values().every((x: number) => x > 0) ? undefined : "an entry is not positive"),
    project: (g) => g,
    move: (v, t, r) => map(v, (x) => x * Math.exp(t * r.gaussian())),
  },
  probability: {
    violation: (v) =>
      v.values().every((x: number) => x >= 0 && x <= 1) ? undefined : "an entry is not between 0 and 1",
    project: (g, v) => map(g, (x, i) => (v.values()[i] > 1e-12 && v.values()[i] < 1 - 1e-12 ? x : 0)),
    move: (v, t, r) => map(v, (x) => (1 - t) * x + t * r.random()),
  },
  simplex: {
    violation: (v) => {
      let text: string | undefined;
      rows(v, (row) => {
        const s = total(row);
        if (Math.abs(s - 1) > 1e-9) text ??= `the entries sum to ${+s.toPrecision(6)}, not 1`;
        if (row.some((x) => x < -1e-12))
          text ??= `an entry is negative (${+Math.min(...row).toPrecision(4)})`;
        return row;
      });
      return text;
    },
    project: (g) =>
      rows(g, (row) => {
        const m = total(row) / row.length;
        return row.map((x) => x - m);
      }),
    move: (v, t, r) =>
      rows(v, (row) => {
        const other = row.map(() => -Math.log(1 - r.random()));
        const s = total(other);
        return row.map((x, i) => (1 - t) * x + (t * other[i]) / s);
      }),
    mend: (v) => ({ v: rows(v, (row) => row.map((x) => x / total(row))), how: "divided by its sum" }),
  },
  sphere: {
    violation: (v) =>
      Math.abs(size(v) - 1) < 1e-9 ? undefined : `its norm is ${+size(v).toPrecision(6)}, not 1`,
    project: (g, v) => {
      const dot = (g.mul(v).sum() as Tensor).item() / size(v) ** 2;
      return g.sub(v.mul(dot)) as Tensor;
    },
    move: (v, t, r) => {
      const w = map(v, (x) => x + (t / Math.sqrt(v.size)) * r.gaussian());
      return map(w, (x) => x / size(w));
    },
    mend: (v) => ({ v: map(v, (x) => x / size(v)), how: "divided by its norm" }),
  },
  "positive definite": {
    violation: (v) => {
      const n = rowLength(v);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < i; j++)
          if (Math.abs(v.at(i, j) - v.at(j, i)) > 1e-9 * Math.abs(v.at(i, i))) return "it is not symmetric";
      return definite(v) ? undefined : "it is not positive definite";
    },
    project: (g) => g.add(g.T).mul(0.5) as Tensor,
    move: (v, t, r) => {
      const n = rowLength(v);
      const A = tensor(
        Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0) + t * r.gaussian()),
        [n, n],
      );
      return noGrad(() => A.matmul(v).matmul(A.T)) as Tensor;
    },
  },
};

function definite(v: Tensor): boolean {
  try {
    v.detach().cholesky();
    return true;
  } catch {
    return false;
  }
}

/** Equations c(v) = 0: normals by autodiff, moves followed by Newton steps back onto the set. */
function equality(c: (v: Tensor) => Tensor): ConstraintSet {
  const residual = (v: Tensor): Tensor => c(v).reshape([-1]) as Tensor;
  const normals = (v: Tensor): Tensor[] =>
    Array.from(
      { length: residual(v).size },
      (_, k) => grad((t: Tensor) => residual(t).select(k))(v) as Tensor,
    );
  return {
    violation: (v) => {
      const worst = Math.max(...residual(v.detach()).values().map(Math.abs));
      return worst < 1e-9 ? undefined : `the constraint is off by ${+worst.toPrecision(4)}`;
    },
    project: (g, v) => {
      const N = columns(normals(v));
      const c0 = noGrad(() => lstsq(N, g.detach().reshape([-1])));
      return noGrad(() => g.sub(N.matmul(c0).reshape(g.shape))) as Tensor;
    },
    move: (v, t, r) => {
      const s = Math.max(size(v) / Math.sqrt(v.size), 1e-3);
      let w = map(v, (x) => x + t * s * r.gaussian());
      for (let k = 0; k < 8; k++) {
        const N = columns(normals(w));
        const c0 = residual(w.detach());
        const step = noGrad(() => lstsq(N.T, c0.detach()));
        w = map(w, (x, i) => x - step.values()[i]);
      }
      return w;
    },
  };
}

function columns(list: readonly Tensor[]): Tensor {
  const n = list[0].size;
  const out = new Float64Array(n * list.length);
  list.forEach((t, k) => {
    const v = t.values();
    for (let i = 0; i < n; i++) out[i * list.length + k] = v[i];
  });
  return tensor(out, [n, list.length]) as Tensor;
}
