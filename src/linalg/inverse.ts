/**
 * Inverses and linear systems by LU.
 *
 *   Y = A⁻¹:      ∂L/∂A = −Yᵀ G Yᵀ          (G = ∂L/∂Y)
 *   X = A⁻¹ B:    ∂L/∂B = A⁻ᵀ G,  ∂L/∂A = −(∂L/∂B) Xᵀ
 */

import {
  apply,
  defineOp,
  lift,
  matmul,
  neg,
  outer,
  PREC,
  reshape,
  sumTo,
  type TensorLike,
  tex,
  transpose,
  wrap,
} from "../ops/index.ts";
import {
  broadcastShapes,
  NumericalError,
  type Op,
  rng,
  ShapeError,
  shapeText,
  sizeOf,
  type Tensor,
} from "../tensor/index.ts";
import { type LU, luFactor, luSolve } from "./dense/lu.ts";
import { raised } from "./diagonal.ts";
import { doubles, pack, perMatrix, place, requireFinite, squareSize } from "./matrices.ts";

/** Random matrices away from singularity, so that finite differences have digits to compare. */
export function regular(seed: number, shape: number[]): Tensor {
  const x = rng(seed).normal(shape, 0, 0.5);
  const n = shape[shape.length - 1];
  for (let i = 0; i < x.size; i++) if ((i % (n * n)) % (n + 1) === 0) x.data[i] += 2;
  return x as Tensor;
}

function factorRegular(a: Float64Array, n: number, where: string, x: Tensor, index: number): LU {
  const f = luFactor(a, n);
  if (f.singular >= 0)
    throw new NumericalError(
      `${where}: the matrix${place(x, index)} is singular: no pivot in column ${f.singular}. ` +
        "Its columns are linearly dependent; use lstsq() or pinv(), or add a multiple of the identity.",
    );
  return f;
}

export const invOp: Op<null> = defineOp<null>({
  name: "inv",
  forward: ([x]) => {
    const n = squareSize(x, "inv");
    requireFinite(x, "inv");
    const identity = new Float64Array(n * n);
    for (let i = 0; i < n; i++) identity[i * n + i] = 1;
    return perMatrix(x, [n, n], (a, out, i) => luSolve(factorRegular(a, n, "inv", x, i), identity, n, out));
  },
  vjp: [(G, _, Y) => neg(matmul(matmul(transpose(Y), G), transpose(Y)))],
  jvp: [(T, _, Y) => neg(matmul(matmul(Y, T), Y))],
  latex: raised("-1"),
  samples: () => [{ inputs: [regular(1, [3, 3])] }, { inputs: [regular(2, [2, 2, 2])] }],
});

export const solveOp: Op<null> = defineOp<null>({
  name: "solve",
  forward: ([A, B]) => {
    const n = squareSize(A, "solve");
    requireFinite(A, "solve");
    const vector = B.rank === 1;
    const k = vector ? 1 : B.shape[B.rank - 1];
    const lead = vector
      ? A.shape.slice(0, -2)
      : broadcastShapes(A.shape.slice(0, -2), B.shape.slice(0, -2), "solve");
    const a = doubles(A);
    const b = doubles(B);
    const out = new Float64Array(sizeOf(lead) * n * k);
    const factors: LU[] = [];
    for (let i = 0; i * n * n < a.length; i++)
      factors.push(factorRegular(a.subarray(i * n * n, (i + 1) * n * n), n, "solve", A, i));
    const [pa, pb] = [places(A.shape.slice(0, -2), lead), places(vector ? [] : B.shape.slice(0, -2), lead)];
    for (let i = 0; i < sizeOf(lead); i++)
      luSolve(
        factors[pa(i)],
        b.subarray(pb(i) * n * k, (pb(i) + 1) * n * k),
        k,
        out.subarray(i * n * k, (i + 1) * n * k),
      );
    return pack(out, vector ? [...lead, n] : [...lead, n, k], A.dtype === "float64" ? A : B);
  },
  vjp: [
    (G, [A, B], X) => sumTo(neg(outerProduct(solve(flipped(A), G), X, B.rank === 1)), A.shape),
    (G, [A, B]) => sumTo(solve(flipped(A), G), B.shape),
  ],
  jvp: [(T, [A], X) => neg(solve(A, matmul(T, X))), (T, [A]) => solve(A, T)],
  latex: ([A, B]) => tex(`${wrap(A, PREC.atom)}^{-1} ${wrap(B, PREC.mul)}`, PREC.mul),
  samples: () => [
    { inputs: [regular(1, [3, 3]), rng(2).normal([3, 2])] },
    { inputs: [regular(3, [3, 3]), rng(4).normal([3])] },
    { inputs: [regular(5, [2, 2, 2]), rng(6).normal([2, 3])] },
  ],
});

/** Aᵀ; a symmetric constant stays itself and any other keeps its name, so that derivations read well. */
function flipped(A: Tensor): Tensor {
  const out = transpose(A);
  if (A.node || !A.name || !A.hasValues) return out;
  const [x, y] = [A.values(), out.values()];
  if (x.every((v: number, i: number) => v === y[i])) return A;
  return out.named(`{${A.name}^{\\top}}`);
}

/** a bᵀ of two vectors, or A Bᵀ of two matrices. */
export function outerProduct(a: Tensor, b: Tensor, vectors: boolean): Tensor {
  return vectors ? outer(a, b) : matmul(a, transpose(b));
}

/** Which matrix of a batch of shape `own` stands at flat place i of the broadcast batch. */
export function places(own: readonly number[], lead: readonly number[]): (i: number) => number {
  const skip = lead.length - own.length;
  return (i) => {
    let [at, step] = [0, 1];
    for (let d = lead.length - 1; d >= 0; d--) {
      const index = i % lead[d];
      i = Math.floor(i / lead[d]);
      if (d < skip) continue;
      if (own[d - skip] > 1) at += index * step;
      step *= own[d - skip];
    }
    return at;
  };
}

export function squareInput(x: TensorLike, where: string): Tensor {
  const t = lift(x, where);
  squareSize(t, where);
  return t;
}

/**
 * A⁻¹ of each square matrix. To solve a system, `solve(A, B)` is quicker and more accurate.
 * @throws NumericalError when a matrix is singular.
 * @example
 * ```ts
 * inv([[2, 0], [0, 4]]); // → [[0.5,0],[0,0.25]]
 * ```
 */
export const inv = (x: TensorLike): Tensor => apply(invOp, [squareInput(x, "inv")], null);

/**
 * X with A X = B, by LU with partial pivoting.
 * @param a [..., n, n]
 * @param b [n], or [..., n, k]; leading axes broadcast
 * @throws ShapeError when sizes differ, NumericalError when A is singular.
 * @example
 * ```ts
 * solve([[2, 1], [1, 3]], [3, 5]); // → tensor([0.8, 1.4], shape=[2], float64)
 * ```
 */
export function solve(a: TensorLike, b: TensorLike): Tensor {
  const A = squareInput(a, "solve");
  const B = lift(b, "solve");
  checkSides(A, B, "solve");
  // A vector beside a batch joins as a matrix of one column, then leaves again.
  if (B.rank === 1 && A.rank > 2) {
    const X = apply(solveOp, [A, reshape(B, [B.size, 1])], null);
    return reshape(X, X.shape.slice(0, -1));
  }
  return apply(solveOp, [A, B], null);
}

export function checkSides(A: Tensor, B: Tensor, where: string): void {
  const n = A.shape[A.rank - 1];
  const rows = B.rank === 0 ? 0 : B.shape[Math.max(0, B.rank - 2)];
  if (rows !== n)
    throw new ShapeError(
      `${where}: the matrix has shape ${shapeText(A.shape)} and the right-hand side ${shapeText(B.shape)}; ` +
        `it needs ${n} rows.`,
    );
}
