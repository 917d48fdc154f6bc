/**
 * Gaussian mixtures by EM or by gradient ascent, with scikit-learn's interface.
 */

import type { Data, Rows } from "../../models/rows.ts";
import { asData, requireEnough } from "../../models/rows.ts";
import {
  ArgumentError,
  type Random,
  rng,
  ShapeError,
  shapeText,
  Tensor,
  tensor,
} from "../../tensor/index.ts";
import { checkCount, checkWeights, Mixture, type MixtureOptions } from "../base.ts";
import type { Family } from "../em.ts";
import { type AscentOptions, ascend } from "./ascent.ts";
import { maximise, meanOf, scatterOf } from "./maximise.ts";
import {
  type CovarianceType,
  covarianceShape,
  freeParameters,
  fromPrecisions,
  type GaussianParams,
  precisionsCholesky,
  precisionsOf,
} from "./parameters.ts";
import { emptyMoments, gaussianPass, type Moments, momentsOf } from "./pass.ts";
import { maximumSlack, verifyMaximum } from "./verify.ts";

/** Settings of `GaussianMixture`. */
export interface GaussianMixtureOptions extends MixtureOptions {
  /** "full": a matrix each; "tied": one for all; "diag": variances; "spherical": one variance each. */
  covarianceType?: CovarianceType;
  /** Added to the diagonal of every covariance. Default 1e-6. */
  regCovar?: number;
  /** [K, d]. */
  meansInit?: Rows;
  /** In the covariances' shape. */
  precisionsInit?: Tensor | readonly unknown[];
}

/**
 * p(x) = Σ_k π_k N(x | μ_k, Σ_k), fitted by expectation–maximisation:
 *
 *   r_nk ∝ π_k N(x_n | μ_k, Σ_k),   μ_k ← Σ_n r_nk x_n / N_k,   Σ_k ← Σ_n r_nk (x_n − μ_k)(x_n − μ_k)ᵀ / N_k + ρI,   π_k ← N_k / n.
 *
 * After `fit`: weights [K], means [K, d], covariances, precisions and precisionsCholesky (full [K, d, d], tied [d, d],
 * diag [K, d], spherical [K]), converged, nIter, lowerBound, lowerBounds, curve.
 * From the same start it takes the same steps as scikit-learn's GaussianMixture.
 * @throws ArgumentError for fewer rows than components, NaN, unfit options; NumericalError when a covariance collapses
 * @example
 * ```ts
 * const { data, target, centers } = makeBlobs({ samples: 300, centers: [[0, 0], [8, 8], [0, 9]], seed: 1 });
 * const gm = new GaussianMixture({ nComponents: 3 }).fit(data);
 * [gm.converged, gm.nIter]; // → [ true, 2 ]
 * gm.predict(data).equal(gm.predict(centers).take(target)).mul(1).mean(); // → tensor(1, float64)
 * gm.predict([[8, 8], [8, 7]]); // → tensor([1, 1], shape=[2], int32)
 * [...gm.sample(5, 1).X.shape]; // → [ 5, 2 ]
 * new GaussianMixture({ nComponents: 3 }).fit([[1, 2]]); // throws 1 samples for nComponents = 3
 * ```
 */
export class GaussianMixture extends Mixture<GaussianParams, Moments, Data> {
  protected readonly kind = "GaussianMixture";
  readonly covarianceType: CovarianceType;
  readonly regCovar: number;
  readonly meansInit: Rows | undefined;
  readonly precisionsInit: Tensor | readonly unknown[] | undefined;

  constructor(o: GaussianMixtureOptions = {}) {
    super(o);
    this.covarianceType = o.covarianceType ?? "full";
    this.regCovar = o.regCovar ?? 1e-6;
    this.meansInit = o.meansInit;
    this.precisionsInit = o.precisionsInit;
    if (!["full", "tied", "diag", "spherical"].includes(this.covarianceType))
      throw new ArgumentError(
        `GaussianMixture: covarianceType must be "full", "tied", "diag" or "spherical"; got "${this.covarianceType}".`,
      );
    if (!(this.regCovar >= 0))
      throw new ArgumentError(`GaussianMixture: regCovar must not be negative; got ${this.regCovar}.`);
  }

  get weights(): Tensor {
    return new Tensor(this.fitted("weights").weights, [this.nComponents], "float64");
  }
  get means(): Tensor {
    const p = this.fitted("means");
    return new Tensor(p.means, [p.K, p.d], "float64");
  }
  get covariances(): Tensor {
    const p = this.fitted("covariances");
    return new Tensor(p.covariances, covarianceShape(p.type, p.K, p.d), "float64");
  }
  /** W with W Wᵀ = Σ⁻¹, upper triangular (1/σ for diag and spherical). */
  get precisionsCholesky(): Tensor {
    const p = this.fitted("precisionsCholesky");
    return new Tensor(p.precisionsCholesky, covarianceShape(p.type, p.K, p.d), "float64");
  }
  get precisions(): Tensor {
    const p = this.fitted("precisions");
    return new Tensor(
      precisionsOf(p.type, p.precisionsCholesky, p.d),
      covarianceShape(p.type, p.K, p.d),
      "float64",
    );
  }

  /**
   * Fits by gradient ascent on the mean log-likelihood instead of EM, from the same kinds of start.
   * Weights are a softmax, covariances a Cholesky factor with positive diagonal, so no step leaves the
   * constraints. `curve` records likelihood and time, comparable with EM's.
   */
  fitByGradient(X: Rows, o: AscentOptions = {}): this {
    const data = asData(X, "GaussianMixture.fitByGradient");
    requireEnough(data, this.nComponents, "GaussianMixture.fitByGradient");
    const from = this.warmStart && this.params ? this.params : this.begin(data);
    const onIteration = o.onIteration ?? ((point) => this.onIteration?.(point, 0));
    this.adopt(ascend(data, from, { regCovar: this.regCovar, ...o, onIteration }));
    return this;
  }

  /** Draws `n` rows and the component each came from; seeded by `random` (this mixture's stream by default). */
  sample(n = 1, random: number | Random = this.random): { X: Tensor; labels: Tensor } {
    const p = this.fitted("sample");
    checkCount(n, this.kind);
    const stream = typeof random === "number" ? rng(random) : random;
    const counts = stream.multinomial(n, p.weights).values();
    const x = new Float64Array(n * p.d);
    const labels = new Int32Array(n);
    let row = 0;
    for (let k = 0; k < p.K; k++)
      for (let i = 0; i < counts[k]; i++, row++) {
        labels[row] = k;
        draw(p, k, stream, x.subarray(row * p.d, (row + 1) * p.d));
      }
    return { X: new Tensor(x, [n, p.d], "float64"), labels: new Tensor(labels, [n], "int32") };
  }

  protected override form(): string {
    return `, ${this.covarianceType} covariance`;
  }

  protected read(X: Rows, where: string): Data {
    return asData(X, where);
  }

  protected rows(data: Data): Data {
    return data;
  }

  protected family(data: Data): Family<GaussianParams, Moments> {
    const scatter = this.covarianceType === "tied" ? scatterOf(data) : undefined;
    return {
      expect(params) {
        const moments = emptyMoments(params);
        return { logLikelihood: gaussianPass(data, params, { moments }) / data.n, statistics: moments };
      },
      maximise: (moments) => maximise(this.covarianceType, data.d, moments, this.regCovar, scatter),
      verify: (moments, params) => verifyMaximum(moments, params, this.regCovar, scatter),
      slack: (params) => maximumSlack(params, this.regCovar),
    };
  }

  protected needsResponsibilities(): boolean {
    return !(this.weightsInit && this.meansInit && this.precisionsInit);
  }

  protected start(data: Data, R: Float64Array | null): GaussianParams {
    const { covarianceType: type, nComponents: K } = this;
    const { d } = data;
    let made: GaussianParams | undefined;
    if (R) {
      // Two sweeps: means first, then second moments about them, so that nothing cancels.
      const scatter = type === "tied" ? scatterOf(data) : undefined;
      const mean = scatter?.mean ?? meanOf(data);
      const about = new Float64Array(K * d).map((_, i) => mean[i % d]);
      const rough = momentsOf(data, "tied", R, about);
      const means = about.map((m, i) => {
        const k = Math.floor(i / d);
        return (rough.first[i] + rough.counts[k] * m) / (rough.counts[k] + 10 * Number.EPSILON);
      });
      made = maximise(type, d, momentsOf(data, type, R, means), this.regCovar, scatter);
    }
    const shape = covarianceShape(type, K, d);
    const given = this.precisionsInit && readShape(this.precisionsInit, shape, "precisionsInit");
    const precise = given && fromPrecisions(type, given, d);
    const covariances = precise?.covariances ?? (made as GaussianParams).covariances;
    return {
      type,
      K,
      d,
      weights: this.weightsInit
        ? checkWeights(this.weightsInit, K, this.kind)
        : (made as GaussianParams).weights,
      means: this.meansInit ? readShape(this.meansInit, [K, d], "meansInit") : (made as GaussianParams).means,
      covariances,
      precisionsCholesky: precise?.precisionsCholesky ?? precisionsCholesky(type, covariances, d),
    };
  }

  protected dimension(params: GaussianParams): number {
    return params.d;
  }

  protected evaluate(
    data: Data,
    params: GaussianParams,
    sinks: { logProb?: Float64Array; responsibilities?: Float64Array },
  ): void {
    gaussianPass(data, params, sinks);
  }

  protected freeParameters(p: GaussianParams): number {
    return freeParameters(p.type, p.K, p.d);
  }
}

function readShape(given: Tensor | readonly unknown[], shape: readonly number[], name: string): Float64Array {
  const t = given instanceof Tensor ? given : (tensor(given) as Tensor);
  if (shapeText(t.shape) !== shapeText(shape))
    throw new ShapeError(
      `GaussianMixture: ${name} has shape ${shapeText(t.shape)}; this data and nComponents need ${shapeText(shape)}.`,
    );
  const values = Float64Array.from(t.values());
  if (!values.every(Number.isFinite))
    throw new ArgumentError(`GaussianMixture: ${name} holds NaN or infinity.`);
  return values;
}

/** x = μ_k + W⁻ᵀ u with u standard normal, so that its covariance is (W Wᵀ)⁻¹ = Σ_k. */
function draw(p: GaussianParams, k: number, random: Random, out: Float64Array): void {
  const { type, d, precisionsCholesky: W } = p;
  for (let i = 0; i < d; i++) out[i] = random.gaussian();
  if (type === "diag" || type === "spherical")
    for (let i = 0; i < d; i++) out[i] /= type === "diag" ? W[k * d + i] : W[k];
  else {
    const at = type === "full" ? k * d * d : 0;
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < i; j++) out[i] -= W[at + j * d + i] * out[j];
      out[i] /= W[at + i * d + i];
    }
  }
  for (let i = 0; i < d; i++) out[i] += p.means[k * d + i];
}
