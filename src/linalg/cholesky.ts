/**
 * The Cholesky factor A = L Lᵀ and triangular systems.
 *
 * With L̄ = ∂L/∂L and Φ keeping the lower triangle with half its diagonal,
 *   ∂L/∂A = ½ (S + Sᵀ),  S = L⁻ᵀ Φ(Lᵀ L̄) L⁻¹      (Murray 2016, arXiv:1602.07527).
 * A is read through its symmetric part, so the rule is exact in every direction.
 */

import {
  add,
  apply,
  defineOp,
  lift,
  matmul,
  mul,
  neg,
  PREC,
  reshape,
  sumTo,
  type TensorLike,
  tex,
  transpose,
  wrap,
} from "../ops/index.ts";
import {
  ArgumentError,
  broadcastShapes,
  full,
  NumericalError,
  type Op,
  rng,
  sizeOf,
  type Tensor,
} from "../tensor/index.ts";
import { choleskyBlocked } from "./dense/blocked.ts";
import { solveTriangle, type Triangle } from "./dense/cholesky.ts";
import { tril, triu } from "./diagonal.ts";
import { checkSides, outerProduct, places } from "./inverse.ts";
import { doubles, pack, perMatrix, place, requireFinite, squareSize } from "./matrices.ts";

/** B Bᵀ + I: symmetric, positive definite, well conditioned. */
export function positiveSample(seed: number, shape: number[]): Tensor {
  const B = rng(seed).normal(shape, 0, 0.6) as Tensor;
  const n = shape[shape.length - 1];
  const A = matmul(B, transpose(B)).copy();
  for (let i = 0; i < A.size; i++) if ((i % (n * n)) % (n + 1) === 0) A.data[i] += 1;
  return A;
}

/** Keeps the lower triangle and halves the diagonal. */
function lowerHalf(X: Tensor): Tensor {
  const n = X.shape[X.rank - 1];
  const mask = full([n, n], 0, { dtype: X.dtype });
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) mask.data[i * n + j] = i === j ? 0.5 : 1;
  return mul(X, mask.named("\\Phi"));
}

const halfSum = (S: Tensor): Tensor => mul(0.5, add(S, transpose(S)));

export const choleskyOp: Op<null> = defineOp<null>({
  name: "cholesky",
  forward: ([x]) => {
    const n = squareSize(x, "cholesky");
    requireFinite(x, "cholesky");
    requireSymmetric(x, n, "cholesky");
    return perMatrix(x, [n, n], (a, out, index) => {
      for (let i = 0; i < n; i++)
        for (let j = 0; j <= i; j++) out[i * n + j] = 0.5 * (a[i * n + j] + a[j * n + i]);
      const bad = choleskyBlocked(out, n);
      if (bad)
        throw new NumericalError(
          `cholesky: the matrix${place(x, index)} is not positive definite: pivot ${bad.index} is ` +
            `${bad.value.toExponential(1)}. Add jitter (a small multiple of the identity), ` +
            "or check that it is a covariance or kernel matrix.",
        );
    });
  },
  vjp: [
    (G, _, L) => {
      const P = lowerHalf(matmul(transpose(L), tril(G)));
      const M = triangularSolve(L, P, { transposed: true });
      return halfSum(transpose(triangularSolve(L, transpose(M), { transposed: true })));
    },
  ],
  jvp: [
    (T, _, L) => {
      const half = triangularSolve(L, halfSum(T));
      const both = triangularSolve(L, transpose(half));
      return matmul(L, lowerHalf(transpose(both)));
    },
  ],
  latex: ([x]) => tex(`\\operatorname{chol}\\left(${x.tex}\\right)`),
  samples: () => [{ inputs: [positiveSample(1, [3, 3])] }, { inputs: [positiveSample(2, [2, 2, 2])] }],
});

export const triangularSolveOp: Op<Triangle> = defineOp<Triangle>({
  name: "triangularSolve",
  forward: ([A, B], o) => {
    const n = squareSize(A, "triangularSolve");
    const vector = B.rank === 1;
    const k = vector ? 1 : B.shape[B.rank - 1];
    const [la, lb] = [A.shape.slice(0, -2), vector ? [] : B.shape.slice(0, -2)];
    const lead = broadcastShapes(la, lb, "triangularSolve");
    const [pa, pb] = [places(la, lead), places(lb, lead)];
    const a = A.values() as Float64Array;
    const b = doubles(B);
    const out = new Float64Array(sizeOf(lead) * n * k);
    for (let i = 0; i < sizeOf(lead); i++) {
      const x = out.subarray(i * n * k, (i + 1) * n * k);
      x.set(b.subarray(pb(i) * n * k, (pb(i) + 1) * n * k));
      const t = a.subarray(pa(i) * n * n, (pa(i) + 1) * n * n);
      if (!o.unitDiagonal)
        for (let d = 0; d < n; d++)
          if (t[d * n + d] === 0)
            throw new NumericalError(
              `triangularSolve: the triangle${place(A, pa(i))} is singular: diagonal entry ${d} is 0.`,
            );
      solveTriangle(t, x, n, k, o);
    }
    return pack(out, vector ? [n] : [...lead, n, k], A.dtype === "float64" ? A : B);
  },
  vjp: [
    (G, [A, B], X, o) => {
      const back = flipped(A, G, o);
      const vectors = B.rank === 1;
      const product = o.transposed ? outerProduct(X, back, vectors) : outerProduct(back, X, vectors);
      return sumTo(neg(onTriangle(product, o)), A.shape);
    },
    (G, [A, B], _, o) => sumTo(flipped(A, G, o), B.shape),
  ],
  jvp: [
    (T, [A], X, o) => {
      const part = onTriangle(T, o);
      return neg(triangularSolve(A, matmul(o.transposed ? transpose(part) : part, X), o));
    },
    (T, [A], _, o) => triangularSolve(A, T, o),
  ],
  latex: ([A, B], { params }) =>
    tex(`${wrap(A, PREC.atom)}^{${params.transposed ? "-\\top" : "-1"}} ${wrap(B, PREC.mul)}`, PREC.mul),
  samples: () => {
    const lower = { lower: true, transposed: false, unitDiagonal: false };
    const A = positiveSample(3, [3, 3]);
    return [
      { inputs: [A, rng(1).normal([3, 2])], params: lower },
      { inputs: [A, rng(2).normal([3])], params: { ...lower, transposed: true } },
      { inputs: [A, rng(3).normal([3, 2])], params: { ...lower, lower: false } },
      {
        inputs: [positiveSample(4, [2, 2, 2]), rng(4).normal([2, 3])],
        params: { ...lower, unitDiagonal: true },
      },
    ];
  },
});

const flipped = (A: Tensor, G: Tensor, o: Triangle): Tensor =>
  triangularSolve(A, G, { ...o, transposed: !o.transposed });

/** The part of a matrix that the solver reads. */
function onTriangle(X: Tensor, o: Triangle): Tensor {
  const off = o.unitDiagonal ? 1 : 0;
  return o.lower ? tril(X, -off) : triu(X, off);
}

/**
 * The lower triangular L with A = L Lᵀ, of each symmetric positive definite matrix.
 * @throws ArgumentError when A is not symmetric, NumericalError when it is not positive definite.
 * @example
 * ```ts
 * cholesky([[4, 2], [2, 5]]); // → [[2,0],[1,2]]
 * ```
 */
export function cholesky(x: TensorLike): Tensor {
  const A = lift(x, "cholesky");
  squareSize(A, "cholesky");
  return apply(choleskyOp, [A], null);
}

/** Refuses matrices that are not symmetric by more than rounding (or a finite difference) could explain. */
export function requireSymmetric(A: Tensor, n: number, where: string): void {
  const v = A.values();
  for (let start = 0; start < v.length; start += n * n) {
    let scale = 0;
    for (let i = start; i < start + n * n; i++) scale = Math.max(scale, Math.abs(v[i]));
    for (let i = 0; i < n; i++)
      for (let j = 0; j < i; j++) {
        const [p, q] = [v[start + i * n + j], v[start + j * n + i]];
        if (Math.abs(p - q) > 1e-3 * scale)
          throw new ArgumentError(
            `${where}: the matrix${place(A, start / (n * n))} is not symmetric: entry (${i}, ${j}) is ${p} but ` +
              `(${j}, ${i}) is ${q}. Symmetrise it with A.add(A.T).mul(0.5) if that is what you mean.`,
          );
      }
  }
}

/**
 * X with T X = B (or Tᵀ X = B), reading only one triangle of `a`.
 * @param a [..., n, n]
 * @param b [n] or [..., n, k]; leading axes broadcast
 * @throws NumericalError when a diagonal entry is 0.
 * @example
 * ```ts
 * triangularSolve([[2, 0], [1, 4]], [2, 9]); // → tensor([1, 2], shape=[2], float64)
 * ```
 */
export function triangularSolve(a: TensorLike, b: TensorLike, o: Partial<Triangle> = {}): Tensor {
  const A = lift(a, "triangularSolve");
  const B = lift(b, "triangularSolve");
  squareSize(A, "triangularSolve");
  checkSides(A, B, "triangularSolve");
  const params = {
    lower: o.lower ?? true,
    transposed: o.transposed ?? false,
    unitDiagonal: o.unitDiagonal ?? false,
  };
  if (B.rank === 1 && A.rank > 2) {
    const X = apply(triangularSolveOp, [A, reshape(B, [B.size, 1])], params);
    return reshape(X, X.shape.slice(0, -1));
  }
  return apply(triangularSolveOp, [A, B], params);
}

/**
 * X with L Lᵀ X = B, from a Cholesky factor.
 * @example
 * ```ts
 * choleskySolve(cholesky([[4, 2], [2, 5]]), [8, 12]); // → tensor([1, 2], shape=[2], float64)
 * ```
 */
export function choleskySolve(L: TensorLike, b: TensorLike): Tensor {
  return triangularSolve(L, triangularSolve(L, b), { transposed: true });
}
