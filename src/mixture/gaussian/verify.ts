/**
 * Checks that an M-step really ended at a maximum of Q, by autodiff.
 *
 * Q(π, μ, Σ) = Σ_k N_k log π_k − ½ Σ_k [ N_k log|Σ_k| + tr(Σ_k⁻¹ S_k(μ_k)) ],  S_k(μ) = Σ_n r_nk (x − μ)(x − μ)ᵀ
 *
 * The measure is what one Newton step could still add to Q per sample: it has no units, and is zero at
 * a maximum on the constraints Σπ = 1.
 */

import { grad } from "../../autodiff/index.ts";
import { symmetricEigen } from "../../linalg/dense/symmetric.ts";
import { logdet, solve, trace } from "../../linalg/index.ts";
import { expandDims, log, matmul, mul, reshape, sub, sum } from "../../ops/index.ts";
import { NumericalError, Tensor } from "../../tensor/index.ts";
import { mirror, type Scatter } from "./maximise.ts";
import { covarianceShape, type GaussianParams } from "./parameters.ts";
import type { Moments } from "./pass.ts";

interface Free {
  weights: Tensor;
  means: Tensor;
  covariances: Tensor;
}

const column = (v: Tensor): Tensor => expandDims(v, v.rank);
const row = (v: Tensor): Tensor => expandDims(v, v.rank - 1);

/** Q from the statistics, as a differentiable function of the parameters; constants left out. */
export function expectedCompleteLogLikelihood(
  s: Moments,
  type: GaussianParams["type"],
  d: number,
  scatter?: Scatter,
): (p: Free) => Tensor {
  const K = s.counts.length;
  const counts = new Tensor(s.counts, [K], "float64");
  const shift = new Tensor(s.shift, [K, d], "float64");
  const first = new Tensor(s.first, [K, d], "float64");
  const N = reshape(counts, [K, 1]);
  return ({ weights, means, covariances }) => {
    const mixing = sum(mul(counts, log(weights)));
    if (type === "diag" || type === "spherical") {
      const move = sub(means, shift);
      const second = new Tensor(s.second, [K, d], "float64");
      const S = second.sub(mul(mul(move, first), 2)).add(mul(N, mul(move, move)));
      const v = type === "diag" ? covariances : column(covariances);
      const each = mul(N, log(v)).broadcastTo([K, d]).add(S.div(v)) as Tensor;
      return sub(mixing, mul(0.5, sum(each)));
    }
    // The tied covariance sees all components about the common mean of the data.
    const centre =
      type === "tied" ? new Tensor((scatter as Scatter).mean, [1, d], "float64").broadcastTo([K, d]) : shift;
    const about = type === "tied" ? first.add(mul(N, sub(shift, centre as Tensor))) : first;
    const move = sub(means, centre as Tensor);
    const cross = mul(column(move), row(about));
    const spread = mul(reshape(counts, [K, 1, 1]), mul(column(move), row(move)));
    const change = spread.sub(cross).sub(cross.permute([0, 2, 1]));
    if (type === "tied") {
      const { matrix, n } = scatter as Scatter;
      const S = new Tensor(matrix, [d, d], "float64").add(sum(change, 0));
      return sub(mixing, mul(0.5, mul(n, logdet(covariances)).add(trace(solve(covariances, S)))));
    }
    const full = s.second.slice();
    for (let k = 0; k < K; k++) mirror(full, k * d * d, d);
    const S = new Tensor(full, [K, d, d], "float64").add(change);
    return sub(mixing, mul(0.5, sum(mul(counts, logdet(covariances)).add(trace(solve(covariances, S))))));
  };
}

/** Throws when a Newton step could still raise Q by more than 1e-9 a sample. */
export function verifyMaximum(s: Moments, p: GaussianParams, regCovar: number, scatter?: Scatter): void {
  const { K, d, type } = p;
  const covariances = withoutRegularisation(p, regCovar);
  // A component that holds no sample, or only equal ones, has no interior maximum to check.
  if (!covariances || s.counts.some((c) => c < 1e-6)) return;
  const shape = covarianceShape(type, K, d);
  const Q = expectedCompleteLogLikelihood(s, type, d, scatter);
  const at: Free = {
    weights: new Tensor(p.weights, [K], "float64"),
    means: new Tensor(p.means, [K, d], "float64"),
    covariances: new Tensor(covariances, shape, "float64"),
  };
  const g = grad(Q)(at) as Free;
  const n = s.counts.reduce((a, b) => a + b, 0);
  const lambda = mul(at.weights, g.weights).sum().item();
  let left = 0;
  for (let k = 0; k < K; k++) left += (p.weights[k] * (g.weights.at(k) - lambda)) ** 2 / s.counts[k];
  const counts = new Tensor(s.counts, [K], "float64");
  if (type === "diag" || type === "spherical") {
    const v = type === "diag" ? at.covariances : column(at.covariances);
    left += mul(g.means, mul(v, g.means)).div(column(counts)).sum().item();
    const size = type === "diag" ? 1 : d;
    const slope = mul(at.covariances, g.covariances);
    left += mul(2 / size, mul(slope, slope).div(type === "diag" ? column(counts) : counts))
      .sum()
      .item();
  } else {
    const slope = matmul(at.covariances, g.covariances);
    const moved =
      type === "tied"
        ? matmul(g.means, at.covariances)
        : reshape(matmul(row(g.means), at.covariances), [K, d]);
    left += mul(g.means, moved).div(column(counts)).sum().item();
    const square = trace(matmul(slope, slope));
    const share: Tensor = type === "tied" ? square.div(n) : square.div(counts);
    left += 2 * share.sum().item();
  }
  if (!(left / n <= 1e-9))
    throw new NumericalError(
      `EM: the M-step is not at a maximum of Q: one more Newton step could add ${(left / n).toExponential(1)} per sample.`,
    );
}

function withoutRegularisation(p: GaussianParams, reg: number): Float64Array | null {
  const { type, d } = p;
  const out = p.covariances.slice();
  if (type === "diag" || type === "spherical") {
    for (let i = 0; i < out.length; i++) out[i] -= reg;
    return out.every((v) => v > 1e-9 * reg) ? out : null;
  }
  for (let at = 0; at < out.length; at += d * d) {
    const low = symmetricEigen(out.slice(at, at + d * d), d)?.values[0] ?? 0;
    if (low - reg <= 1e-6 * low) return null;
    for (let i = 0; i < d; i++) out[at + i * (d + 1)] -= reg;
  }
  return out;
}

/**
 * How far below the exact maximum of Q (per sample) the regularised covariances lie, hence by how much the
 * likelihood may fall: ½ Σ_k π_k Σ_e [log(e / (e − ρ)) − ρ/e] over the eigenvalues e.
 */
export function maximumSlack(p: GaussianParams, reg: number): number {
  if (reg === 0) return 0;
  const { type, K, d } = p;
  const loss = (e: number): number =>
    e <= reg ? Number.POSITIVE_INFINITY : Math.log(e / (e - reg)) - reg / e;
  let total = 0;
  for (let k = 0; k < K; k++) {
    const own =
      type === "diag"
        ? p.covariances.subarray(k * d, (k + 1) * d)
        : type === "spherical"
          ? new Float64Array(d).fill(p.covariances[k])
          : (symmetricEigen(p.covariances.slice(type === "tied" ? 0 : k * d * d).subarray(0, d * d), d)
              ?.values ?? new Float64Array(d));
    for (const e of own) total += 0.5 * p.weights[k] * loss(e);
  }
  return total;
}
