/**
 * Mixtures of Bernoulli vectors: clusters of binary images, on the same EM loop as the Gaussian ones.
 */

import { grad } from "../../autodiff/index.ts";
import type { Data, Rows } from "../../models/rows.ts";
import { log, mul, sub, sum } from "../../ops/index.ts";
import {
  ArgumentError,
  NumericalError,
  type Random,
  rng,
  ShapeError,
  shapeText,
  Tensor,
  tensor,
} from "../../tensor/index.ts";
import { checkCount, checkWeights, Mixture, type MixtureOptions } from "../base.ts";
import type { Family } from "../em.ts";
import { type Bits, pack, unpack } from "./bits.ts";
import { type BernoulliParams, bernoulliPass, type Counts, countsOf } from "./pass.ts";

/** Settings of `BernoulliMixture`. */
export interface BernoulliMixtureOptions extends MixtureOptions {
  /** First p, [K, D]. */
  probabilitiesInit?: Rows;
}

/**
 * P(x) = Σ_k π_k Π_d p_kd^{x_d} (1 − p_kd)^{1 − x_d} for x ∈ {0, 1}^D, fitted by expectation–maximisation.
 *
 *   η_ik ∝ π_k P(x_i | p_k),   p_k ← Σ_i η_ik x_i / N_k,   π_k ← N_k / n,   N_k = Σ_i η_ik.
 *
 * After `fit`: weights [K], probabilities [K, D] (0 and 1 are reached exactly where the data say so),
 * converged, nIter, lowerBound, curve. The start comes from rows chosen by k-means++ unless told,
 * softened to ¼ and ¾, because EM never leaves a 0 or a 1.
 * @example
 * ```ts
 * const X = [[1, 1, 0, 0], [1, 1, 0, 1], [0, 0, 1, 1], [0, 0, 1, 0]];
 * const bm = new BernoulliMixture({ nComponents: 2, verify: true, tol: 1e-9, maxIter: 1000 }).fit(X);
 * bm.predict(X); // → tensor([1, 1, 0, 0], shape=[4], int32)
 * bm.probabilities.greater(0.4); // → [[0,0,1,1],[1,1,0,1]]
 * bm.weights; // → tensor([0.5, 0.5], shape=[2], float64)
 * ```
 */
export class BernoulliMixture extends Mixture<BernoulliParams, Counts, Bits> {
  protected readonly kind = "BernoulliMixture";
  readonly probabilitiesInit: Rows | undefined;

  constructor(o: BernoulliMixtureOptions = {}) {
    super({ initParams: "k-means++", ...o });
    this.probabilitiesInit = o.probabilitiesInit;
  }

  get weights(): Tensor {
    return new Tensor(this.fitted("weights").weights, [this.nComponents], "float64");
  }
  get probabilities(): Tensor {
    const p = this.fitted("probabilities");
    return new Tensor(p.probabilities, [p.K, p.d], "float64");
  }

  /** Draws `n` rows and the component each came from. */
  sample(n = 1, random: number | Random = this.random): { X: Tensor; labels: Tensor } {
    const p = this.fitted("sample");
    checkCount(n, this.kind);
    const stream = typeof random === "number" ? rng(random) : random;
    const labels = new Int32Array(n);
    const x = new Float64Array(n * p.d);
    const counts = stream.multinomial(n, p.weights).values();
    for (let k = 0, row = 0; k < p.K; k++)
      for (let i = 0; i < counts[k]; i++, row++) {
        labels[row] = k;
        for (let j = 0; j < p.d; j++)
          x[row * p.d + j] = stream.random() < p.probabilities[k * p.d + j] ? 1 : 0;
      }
    return { X: new Tensor(x, [n, p.d], "float64"), labels: new Tensor(labels, [n], "int32") };
  }

  protected read(X: Rows, where: string): Bits {
    return pack(X, where);
  }

  protected rows(data: Bits): Data {
    return { x: unpack(data), n: data.n, d: data.d };
  }

  protected family(data: Bits): Family<BernoulliParams, Counts> {
    const { d, n } = data;
    const overall = countsOf(data, new Float64Array(n).fill(1), 1).sums.map((s) => s / n);
    return {
      expect(params) {
        const counts = { n, counts: new Float64Array(params.K), sums: new Float64Array(params.K * d) };
        return { logLikelihood: bernoulliPass(data, params, { counts }) / n, statistics: counts };
      },
      maximise: (s) => maximise(s, d, overall),
      verify: verifyMaximum,
    };
  }

  protected needsResponsibilities(): boolean {
    return !this.probabilitiesInit;
  }

  protected start(data: Bits, R: Float64Array | null): BernoulliParams {
    const K = this.nComponents;
    const { d } = data;
    const even = new Float64Array(K).fill(1 / K);
    const given = this.probabilitiesInit && readProbabilities(this.probabilitiesInit, K, d);
    const counts = R && countsOf(data, R, K);
    // One row a component says nothing about the weights; whole clusters do.
    const whole = this.initParams === "kmeans" || this.initParams === "random";
    const weights = counts && whole ? counts.counts.map((c) => c / data.n) : even;
    return {
      K,
      d,
      weights: this.weightsInit ? checkWeights(this.weightsInit, K, this.kind) : weights,
      probabilities:
        given ??
        (counts as Counts).sums.map((s, i) => {
          const c = (counts as Counts).counts[Math.floor(i / d)];
          return (s + 0.5 * Math.min(1, c)) / (c + Math.min(1, c) || 1);
        }),
    };
  }

  protected dimension(p: BernoulliParams): number {
    return p.d;
  }

  protected evaluate(
    data: Bits,
    params: BernoulliParams,
    sinks: { logProb?: Float64Array; responsibilities?: Float64Array },
  ): void {
    bernoulliPass(data, params, sinks);
  }

  protected freeParameters(p: BernoulliParams): number {
    return p.K * p.d + p.K - 1;
  }
}

function readProbabilities(given: Rows, K: number, d: number): Float64Array {
  const t = given instanceof Tensor ? given : (tensor(given) as Tensor);
  if (t.rank !== 2 || t.shape[0] !== K || t.shape[1] !== d)
    throw new ShapeError(
      `BernoulliMixture: probabilitiesInit has shape ${shapeText(t.shape)}; expected ${shapeText([K, d])}.`,
    );
  const p = Float64Array.from(t.values());
  if (p.some((v) => !(v >= 0 && v <= 1)))
    throw new ArgumentError("BernoulliMixture: probabilitiesInit must lie between 0 and 1.");
  return p;
}

/** p = Σ η x / N, π = N / Σ N; a component without samples takes the data's mean. */
function maximise(s: Counts, d: number, overall: Float64Array): BernoulliParams {
  const K = s.counts.length;
  const total = s.counts.reduce((a, b) => a + b, 0);
  const tiny = 10 * Number.EPSILON;
  return {
    K,
    d,
    weights: s.counts.map((c) => c / total),
    // Rounding can lift a sure column's ratio above 1.
    probabilities: s.sums.map((v, i) => {
      const c = s.counts[Math.floor(i / d)];
      return Math.min(1, c > tiny ? v / c : overall[i % d]);
    }),
  };
}

/**
 * Throws unless Q = Σ_k [N_k log π_k + Σ_d (S_kd log p_kd + (N_k − S_kd) log(1 − p_kd))] is stationary in every
 * p strictly between 0 and 1 and, on Σπ = 1, in π; a p of 0 or 1 must be what its statistics say.
 */
function verifyMaximum(s: Counts, p: BernoulliParams): void {
  const { K, d } = p;
  const alive = s.counts.map((c) => (c > 1e-6 ? 1 : 0));
  const inside = p.probabilities.map((v, i) =>
    v > 1e-12 && v < 1 - 1e-12 && alive[Math.floor(i / d)] ? 1 : 0,
  );
  const [N, S] = [new Tensor(s.counts, [K, 1], "float64"), new Tensor(s.sums, [K, d], "float64")];
  const mask = new Tensor(inside, [K, d], "float64");
  const safe = p.probabilities.map((v, i) => (inside[i] ? v : 0.5));
  const Q = (t: { pi: Tensor; p: Tensor }): Tensor => {
    const data = mul(S, log(t.p)).add(mul(sub(N, S), log(sub(1, t.p))));
    return sum(mul(N.reshape([K]), log(t.pi))).add(sum(mul(mask, data)));
  };
  const pi = p.weights.map((w, k) => (alive[k] ? w : 1));
  const g = grad(Q)({ pi: new Tensor(pi, [K], "float64"), p: new Tensor(safe, [K, d], "float64") });
  let left = 0;
  for (let i = 0; i < K * d; i++)
    if (inside[i])
      left +=
        (p.probabilities[i] * (1 - p.probabilities[i]) * g.p.data[i] ** 2) / s.counts[Math.floor(i / d)];
    else if (alive[Math.floor(i / d)])
      left += Math.abs(s.sums[i] - p.probabilities[i] * s.counts[Math.floor(i / d)]);
  const total = s.counts.reduce((a, b) => a + b, 0);
  for (let k = 0; k < K; k++) if (alive[k]) left += (p.weights[k] * (g.pi.at(k) - total)) ** 2 / s.counts[k];
  if (!(left / s.n <= 1e-9))
    throw new NumericalError(
      `EM: the M-step is not at a maximum of Q: one more Newton step could add ${(left / s.n).toExponential(1)} per sample.`,
    );
}
