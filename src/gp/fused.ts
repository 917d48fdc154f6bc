/**
 * Value and gradient of the GP-LVM's likelihood in one go, for the two kernels it is usually fitted with.
 *
 * With A = K⁻¹Y and M = ½ (A Aᵀ − D K⁻¹) = ∂L/∂K:
 *   linear, K = α X Xᵀ + β⁻¹ I:   ∂L/∂X = 2α M X, through the Q × Q matrix I + αβ XᵀX only (Woodbury), O(N Q (Q + D));
 *   RBF, K = v e^{−½ d²} + β⁻¹ I:  with P = M ⊙ K_f,  ∂L/∂X = −2 (diag(P 1) X − P X) / ℓ².
 */

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

/** Hyperparameters α, β. */
export function linearFused({ X, N, Q, Y, D }: Latents, alpha: number, beta: number): ValueAndGradient {
  const s = alpha * beta;
  const XtX = product(flip(view(X, Q)), view(X, Q), Q, N, Q);
  const B = XtX.map((v, i) => s * v + (i % (Q + 1) === 0 ? 1 : 0));
  const factor = factorise(B, Q, "GPLVM");
  // K⁻¹ Z = β (Z − s X B⁻¹ Xᵀ Z) for Z = Y and X.
  const inverse = (Z: Float64Array, width: number): Float64Array => {
    const small = solveWith(factor, product(flip(view(X, Q)), view(Z, width), Q, N, width), width);
    const back = product(view(X, Q), view(small, width), N, Q, width);
    return back.map((v, i) => beta * (Z[i] - s * v));
  };
  const A = inverse(Y, D);
  const KX = inverse(X, Q);
  let [fit, energy, trace] = [0, 0, 0];
  for (let i = 0; i < A.length; i++) {
    fit += Y[i] * A[i];
    energy += A[i] * A[i];
  }
  const AtX = product(flip(view(A, D)), view(X, Q), D, N, Q);
  const AAX = product(view(A, D), view(AtX, Q), N, D, Q);
  const gradient = new Float64Array(N * Q);
  let inner = 0;
  for (let i = 0; i < gradient.length; i++) {
    const MX = 0.5 * (AAX[i] - D * KX[i]);
    gradient[i] = 2 * alpha * MX;
    inner += MX * X[i];
    trace += X[i] * KX[i];
  }
  // tr(K⁻¹) from tr(K⁻¹K) = N.
  const traceInverse = beta * (N - alpha * trace);
  const logDet = logDeterminant(factor) - N * Math.log(beta);
  return {
    value: -0.5 * (fit + D * logDet + N * D * Math.log(2 * Math.PI)),
    X: gradient,
    logs: [alpha * inner, (-0.5 * (energy - D * traceInverse)) / beta],
    jitter: factor.jitter,
  };
}

/** Hyperparameters v, β, then one lengthscale, or one a dimension. */
export function rbfFused(
  { X, N, Q, Y, D }: Latents,
  variance: number,
  beta: number,
  lengths: Float64Array,
): ValueAndGradient {
  const scale = Float64Array.from({ length: Q }, (_, q) => 1 / lengths[lengths.length === 1 ? 0 : q]);
  const Z = X.map((v, i) => v * scale[i % Q]);
  const Kf = rbfMatrix(Z, N, Q, variance);
  const K = Kf.slice();
  for (let i = 0; i < N; i++) K[i * N + i] += 1 / beta;
  const factor = factorise(K, N, "GPLVM");
  const A = solveWith(factor, Y, D);
  const inverse = inverseWith(factor);
  const P = product(view(A, D), flip(view(A, D)), N, D, N);
  let fit = 0;
  for (let i = 0; i < A.length; i++) fit += Y[i] * A[i];
  // P = M ⊙ K_f, symmetric; its diagonal counts once, and towards the noise.
  let [byVariance, byNoise] = [0, 0];
  const sums = new Float64Array(N);
  for (let i = 0; i < N; i++) {
    let s = 0;
    for (let at = i * N; at < (i + 1) * N; at++) s += P[at] = 0.5 * (P[at] - D * inverse[at]) * Kf[at];
    sums[i] = s;
    byVariance += s;
    byNoise -= P[i * N + i] / (variance * beta);
  }
  const PZ = product(view(P, N), view(Z, Q), N, N, Q);
  const gradient = new Float64Array(N * Q);
  const byLength = new Float64Array(Q);
  for (let i = 0; i < N * Q; i++) {
    const pull = sums[Math.floor(i / Q)] * Z[i] - PZ[i];
    gradient[i] = -2 * pull * scale[i % Q];
    byLength[i % Q] += 2 * Z[i] * pull;
  }
  const total = byLength.reduce((a, b) => a + b, 0);
  return {
    value: -0.5 * (fit + D * logDeterminant(factor) + N * D * Math.log(2 * Math.PI)),
    X: gradient,
    logs: [byVariance, byNoise, ...(lengths.length === 1 ? [total] : byLength)],
    jitter: factor.jitter,
  };
}

/** v e^{−½ ‖zᵢ − zⱼ‖²}, full. */
function rbfMatrix(Z: Float64Array, N: number, Q: number, variance: number): Float64Array {
  const K = new Float64Array(N * N);
  for (let i = 0; i < N; i++) {
    const row = K.subarray(i * N, i * N + i);
    for (let q = 0; q < Q; q++) {
      const z = Z[i * Q + q];
      for (let j = 0, p = q; j < i; j++, p += Q) row[j] += (z - Z[p]) * (z - Z[p]);
    }
    for (let j = 0; j < i; j++) K[j * N + i] = row[j] = variance * Math.exp(-0.5 * row[j]);
    K[i * N + i] = variance;
  }
  return K;
}
