/**
 * Value and gradient of the GP-LVM's likelihood in one go, for the two kernels it is usually fitted with.
 *
 * With A = K⁻¹Y and M = ½ (A Aᵀ − D K⁻¹) = ∂L/∂K:
 *   linear, K = α X Xᵀ + β⁻¹ I:   ∂L/∂X = 2α M X, through the Q × Q matrix I + αβ XᵀX only (Woodbury), O(N Q (Q + D));
 *   RBF, K = v e^{−½ d²} + β⁻¹ I:  with P = M ⊙ K_f,  ∂L/∂X = −2 (diag(P 1) X − P X) / ℓ².
 */

import type { Engine } from "../kernels/index.ts";
import { inMemory, quick } from "../linalg/dense/blocked.ts";
import { flip, product, view } from "../linalg/dense/gemm.ts";
import { factorise, inverseWith, logDeterminant, solveWith } from "./evidence.ts";

export interface Latents {
  /** N × Q. */
  X: Float64Array;
  N: number;
  Q: number;
  /** Y, N × D. */
  Y: Float64Array;
  D: number;
}

export interface ValueAndGradient {
  value: number;
  X: Float64Array;
  /** By the natural logarithm of each hyperparameter, in their order. */
  logs: number[];
  jitter: number;
}

/**
 * Hyperparameters α, β. With s = αβ, B = I + s XᵀX and S = B⁻¹ XᵀY, all of K⁻¹ = β (I − s X B⁻¹ Xᵀ) comes down to
 * two sweeps over Y: K⁻¹X = β X B⁻¹, AᵀX = β Sᵀ, and
 *   yᵀA = β (‖Y‖² − s ⟨XᵀY, S⟩),   ‖A‖² = β² (‖Y‖² − s ⟨XᵀY, S⟩ − s ‖S‖²).
 */
export function linearFused({ X, N, Q, Y, D }: Latents, alpha: number, beta: number): ValueAndGradient {
  const s = alpha * beta;
  const XtX = new Float64Array(Q * Q);
  for (let i = 0; i < N * Q; i += Q)
    for (let q = 0; q < Q; q++) for (let p = 0; p < Q; p++) XtX[q * Q + p] += X[i + q] * X[i + p];
  const XtY = product(flip(view(X, Q)), view(Y, D), Q, N, D);
  const factor = factorise(
    XtX.map((v, i) => s * v + (i % (Q + 1) === 0 ? 1 : 0)),
    Q,
    "GPLVM",
  );
  const S = solveWith(factor, XtY, D);
  const inverse = inverseWith(factor);
  const SSt = product(view(S, D), flip(view(S, D)), Q, D, Q);
  let [fit, small] = [0, 0];
  for (let c = 0; c < S.length; c++) {
    fit += XtY[c] * S[c];
    small += S[c] * S[c];
  }
  const gradient = product(view(Y, D), flip(view(S, D)), N, D, Q);
  const squares = squaredNorm(Y);
  let [inner, trace] = [0, 0];
  for (let i = 0; i < N; i++)
    for (let q = 0; q < Q; q++) {
      // Row i of A AᵀX = β² (Y − s X S) Sᵀ and of K⁻¹X.
      let AAX = gradient[i * Q + q];
      let KX = 0;
      for (let p = 0; p < Q; p++) {
        const x = X[i * Q + p];
        AAX -= s * x * SSt[p * Q + q];
        KX += x * inverse[p * Q + q];
      }
      const MX = 0.5 * (beta * beta * AAX - D * beta * KX);
      gradient[i * Q + q] = 2 * alpha * MX;
      inner += MX * X[i * Q + q];
      trace += beta * KX * X[i * Q + q];
    }
  // tr(K⁻¹) from tr(K⁻¹K) = N.
  const traceInverse = beta * (N - alpha * trace);
  const energy = beta * beta * (squares - s * fit - s * small);
  const logDet = logDeterminant(factor) - N * Math.log(beta);
  return {
    value: -0.5 * (beta * (squares - s * fit) + D * logDet + N * D * Math.log(2 * Math.PI)),
    X: gradient,
    logs: [alpha * inner, (-0.5 * (energy - D * traceInverse)) / beta],
    jitter: factor.jitter,
  };
}

/** ‖a‖², four sums at a time, so that none waits for the one before it. */
function squaredNorm(a: Float64Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const end = a.length & ~3;
  for (let i = 0; i < end; i += 4) {
    s0 += a[i] * a[i];
    s1 += a[i + 1] * a[i + 1];
    s2 += a[i + 2] * a[i + 2];
    s3 += a[i + 3] * a[i + 3];
  }
  for (let i = end; i < a.length; i++) s0 += a[i] * a[i];
  return s0 + s1 + (s2 + s3);
}

/** Hyperparameters v, β, then one lengthscale, or one a dimension. */
export function rbfFused(
  latents: Latents,
  variance: number,
  beta: number,
  lengths: Float64Array,
): ValueAndGradient {
  const { N, Y, D } = latents;
  const e = quick(N);
  // In WebAssembly memory from the first distance to the last force: large arrays on the heap cost page faults.
  const found =
    e &&
    inMemory(e, N, D, [N * N, N * N, N * N, Y], (arrays, addresses) =>
      rbf(latents, variance, beta, lengths, arrays[0], (E) =>
        posteriorInEngine(e, E, N, D, variance, 1 / beta, arrays, addresses),
      ),
    );
  if (found) return found;
  const E = new Float64Array(N * N);
  const portable = (): Posterior => posterior(E, N, Y, D, variance, 1 / beta);
  return rbf(latents, variance, beta, lengths, E, portable) as ValueAndGradient;
}

interface Posterior {
  /** ½ (A Aᵀ − D K⁻¹) ⊙ K_f = ∂L/∂K ⊙ K_f, lower triangle. */
  P: Float64Array;
  /** K⁻¹ Y. */
  A: Float64Array;
  logDet: number;
  jitter: number;
}

/** `solve` turns E, −½ d² below the diagonal, into what the gradient needs; null when it cannot. */
function rbf(
  { X, N, Q, Y, D }: Latents,
  variance: number,
  beta: number,
  lengths: Float64Array,
  E: Float64Array,
  solve: (E: Float64Array) => Posterior | null,
): ValueAndGradient | null {
  const scale = Float64Array.from({ length: Q }, (_, q) => 1 / lengths[lengths.length === 1 ? 0 : q]);
  const Z = X.map((v, i) => v * scale[i % Q]);
  for (let i = 0; i < N; i++) {
    E.fill(0, i * N, i * N + i);
    for (let q = 0; q < Q; q++) {
      const z = Z[i * Q + q];
      for (let j = 0, at = i * N, p = q; j < i; j++, at++, p += Q) E[at] -= 0.5 * (z - Z[p]) * (z - Z[p]);
    }
  }
  const solved = solve(E);
  if (!solved) return null;
  const { P, A, logDet, jitter } = solved;
  let fit = 0;
  for (let i = 0; i < A.length; i++) fit += Y[i] * A[i];
  // Each entry off the diagonal stands for two.
  const gradient = new Float64Array(N * Q);
  const byLength = new Float64Array(Q);
  let [byVariance, byNoise] = [0, 0];
  for (let i = 0; i < N; i++) {
    for (let j = 0; j < i; j++) byVariance += 2 * P[i * N + j];
    byVariance += P[i * N + i];
    byNoise -= P[i * N + i] / (variance * beta);
    for (let q = 0; q < Q; q++) {
      const z = Z[i * Q + q];
      let [pull, stretch] = [0, 0];
      for (let j = 0, at = i * N, p = q; j < i; j++, at++, p += Q) {
        const gap = z - Z[p];
        const force = P[at] * gap;
        pull += force;
        stretch += force * gap;
        gradient[p] += 2 * force;
      }
      gradient[i * Q + q] -= 2 * pull;
      byLength[q] += 2 * stretch;
    }
  }
  for (let i = 0; i < N * Q; i++) gradient[i] *= scale[i % Q];
  const total = byLength.reduce((a, b) => a + b, 0);
  return {
    value: -0.5 * (fit + D * logDet + N * D * Math.log(2 * Math.PI)),
    X: gradient,
    logs: [byVariance, byNoise, ...(lengths.length === 1 ? [total] : byLength)],
    jitter,
  };
}

function posterior(
  E: Float64Array,
  N: number,
  Y: Float64Array,
  D: number,
  variance: number,
  noise: number,
): Posterior {
  const Kf = E;
  for (let i = 0; i < N; i++) {
    for (let at = i * N; at < i * N + i; at++) Kf[at] = variance * Math.exp(Kf[at]);
    Kf[i * N + i] = variance;
  }
  const K = Kf.slice();
  for (let i = 0; i < N; i++) K[i * N + i] += noise;
  const factor = factorise(K, N, "GPLVM");
  const A = solveWith(factor, Y, D);
  const inverse = inverseWith(factor);
  const P = product(view(A, D), flip(view(A, D)), N, D, N);
  for (let i = 0; i < N; i++)
    for (let at = i * N; at <= i * N + i; at++) P[at] = 0.5 * (P[at] - D * inverse[at]) * Kf[at];
  return { P, A, logDet: logDeterminant(factor), jitter: factor.jitter };
}

/** The same on arrays E, work, half (N × N) and right (Y) in WebAssembly memory; null when K needs jitter. */
function posteriorInEngine(
  e: Engine,
  Kf: Float64Array,
  N: number,
  D: number,
  variance: number,
  noise: number,
  [, work, , right]: Float64Array[],
  [atKf, at, half, atRight, scratch]: number[],
): Posterior | null {
  const { expArray64, cholesky64, solveLower64, invertLower64, lowerProduct64, addOuter64 } = e.exports;
  for (let i = 0; i < N; i++) {
    const row = atKf + i * N * 8;
    expArray64(row, row, i);
    for (let p = i * N; p < i * N + i; p++) work[p] = Kf[p] *= variance;
    Kf[i * N + i] = variance;
    work[i * N + i] = variance + noise;
  }
  if (cholesky64(at, N, scratch) >= 0) return null;
  let logDet = 0;
  for (let i = 0; i < N; i++) logDet += 2 * Math.log(work[i * N + i]);
  solveLower64(at, atRight, N, D, 0, scratch);
  solveLower64(at, atRight, N, D, 1, scratch);
  invertLower64(at, half, N, scratch);
  lowerProduct64(half, at, N, 0, scratch);
  for (let i = 0; i < N; i++) for (let p = i * N; p <= i * N + i; p++) work[p] *= -D;
  addOuter64(atRight, at, N, D, scratch);
  const P = Kf;
  for (let i = 0; i < N; i++) for (let p = i * N; p <= i * N + i; p++) P[p] *= 0.5 * work[p];
  return { P, A: right, logDet, jitter: 0 };
}
