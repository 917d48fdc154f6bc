/**
 * log Π_d N(y_d | 0, K): the evidence of D functions drawn from one Gaussian process, by Cholesky.
 *
 *   log p(Y) = −½ Σ_d y_dᵀ K⁻¹ y_d − D/2 log|K| − N D/2 log 2π
 *   ∂/∂K = ½ (A Aᵀ − D K⁻¹),  ∂/∂Y = −A,  A = K⁻¹ Y
 *
 * One record instead of a chain, so that eager gradients reuse the factor. When K is not quite positive
 * definite, growing jitter is added to its diagonal and reported.
 */

import { positiveSample } from "../linalg/cholesky.ts";
import { choleskyBlocked, inverseFromFactor, solveLower } from "../linalg/dense/blocked.ts";
import { inv, solve, trace } from "../linalg/index.ts";
import {
  add,
  apply,
  defineOp,
  isRecording,
  matmul,
  mul,
  neg,
  sub,
  sum,
  tex,
  transpose,
} from "../ops/index.ts";
import { NumericalError, type Op, rng, ShapeError, shapeText, Tensor } from "../tensor/index.ts";

export interface Factor {
  n: number;
  /** Lower triangular, K + jitter I = L Lᵀ. */
  L: Float64Array;
  jitter: number;
}

/**
 * Cholesky of K (n × n, row-major; not changed), adding jitter of 1e-10, 1e-9, … times the mean diagonal as needed.
 * @throws NumericalError when 1e-3 does not help
 */
export function factorise(K: Float64Array, n: number, where: string): Factor {
  let mean = 0;
  for (let i = 0; i < n; i++) mean += K[i * n + i] / n;
  let first = 0;
  for (let relative = 0; relative <= 1e-3; relative = relative === 0 ? 1e-10 : relative * 10) {
    const L = K.slice();
    const jitter = relative * mean;
    for (let i = 0; i < n; i++) L[i * n + i] += jitter;
    const bad = choleskyBlocked(L, n);
    if (!bad) return { n, L, jitter };
    if (relative === 0) first = bad.value;
    if (!Number.isFinite(bad.value)) break;
  }
  throw new NumericalError(
    `${where}: the kernel matrix is not positive definite (pivot ${first.toExponential(1)}), even with jitter of ` +
      "1e-3 of its diagonal. Raise the noise, or check the inputs for NaN and for hyperparameters that have run away.",
  );
}

export function logDeterminant({ n, L }: Factor): number {
  let s = 0;
  for (let i = 0; i < n; i++) s += Math.log(L[i * n + i]);
  return 2 * s;
}

/** K⁻¹ Y for Y of D columns, from the factor. */
export function solveWith({ n, L }: Factor, Y: Float64Array, D: number): Float64Array {
  const out = Y.slice();
  solveLower(L, out, n, D, false);
  solveLower(L, out, n, D, true);
  return out;
}

/** K⁻¹, full. */
export function inverseWith({ n, L }: Factor): Float64Array {
  return inverseFromFactor(L, n);
}

/** What the forward pass knows, kept for a backward pass that is not itself recorded. */
const factors = new WeakMap<Tensor, { factor: Factor; A: Float64Array }>();

export const evidenceOp: Op<null> = defineOp<null>({
  name: "evidence",
  forward: ([K, Y]) => {
    const [n, D] = Y.shape;
    const factor = factorise(Float64Array.from(symmetric(K.detach()).values()), n, "evidence");
    const y = Float64Array.from(Y.values());
    const A = solveWith(factor, y, D);
    let fit = 0;
    for (let i = 0; i < y.length; i++) fit += y[i] * A[i];
    const value = -0.5 * (fit + D * logDeterminant(factor) + n * D * Math.log(2 * Math.PI));
    const out = new Tensor(
      K.dtype === "float32" ? Float32Array.of(value) : Float64Array.of(value),
      [],
      K.dtype,
    );
    factors.set(out, { factor, A });
    return out;
  },
  vjp: [
    (G, [K, Y], y) => {
      const known = isRecording() || K.dtype !== "float64" ? undefined : factors.get(y);
      const A = known ? new Tensor(known.A, Y.shape, "float64") : solve(symmetric(K), Y);
      const inverse = known ? new Tensor(inverseWith(known.factor), K.shape, "float64") : inv(symmetric(K));
      return mul(mul(0.5, G), sub(matmul(A, transpose(A)), mul(Y.shape[1], inverse)));
    },
    (G, [K, Y], y) => {
      const known = isRecording() || K.dtype !== "float64" ? undefined : factors.get(y);
      return neg(mul(G, known ? new Tensor(known.A, Y.shape, "float64") : solve(symmetric(K), Y)));
    },
  ],
  jvp: [
    (T, [K, Y]) => {
      const S = symmetric(K);
      const A = solve(S, Y);
      return mul(0.5, sub(sum(mul(A, matmul(T, A))), mul(Y.shape[1], trace(solve(S, T)))));
    },
    (T, [K, Y]) => neg(sum(mul(solve(symmetric(K), Y), T))),
  ],
  latex: ([K, Y]) => tex(`\\log \\mathcal{N}\\left(${Y.tex} \\mid 0, ${K.tex}\\right)`),
  samples: () => [{ inputs: [positiveSample(1, [3, 3]), rng(2).normal([3, 2])] }],
});

/** Only the symmetric part of K counts, so that the rules hold in every direction. */
function symmetric(K: Tensor): Tensor {
  return mul(0.5, add(K, transpose(K)));
}

/**
 * log Π_d N(y_d | 0, K) = −½ tr(Yᵀ K⁻¹ Y) − D/2 log|K| − n D/2 log 2π, for the columns of Y [n, D] and K [n, n]
 * symmetric positive definite. Differentiable to any order.
 * @throws ShapeError for unfit shapes, NumericalError when K is not positive definite even with jitter
 * @example
 * ```ts
 * evidence(eye(2), tensor([[0], [0]])); // → tensor(-1.83787706641, float64)
 * grad((K: Tensor) => evidence(K, tensor([[1], [0]])))(eye(2)); // → [[0,0],[0,-0.5]]
 * ```
 */
export function evidence(K: Tensor, Y: Tensor): Tensor {
  if (K.rank !== 2 || K.shape[0] !== K.shape[1] || Y.rank !== 2 || Y.shape[0] !== K.shape[0])
    throw new ShapeError(
      `evidence: K has shape ${shapeText(K.shape)} and Y ${shapeText(Y.shape)}; expected [n, n] and [n, D].`,
    );
  return apply(evidenceOp, [K, Y], null);
}
