/**
 * What every mixture offers: fit with several starts, predictions, scores, information criteria, samples.
 *
 * Names, defaults and the order of work are scikit-learn's BaseMixture, in camelCase.
 */

import { type Data, type Rows, requireEnough } from "../models/rows.ts";
import { ArgumentError, type Random, rng, Tensor } from "../tensor/index.ts";
import { type CurvePoint, type EmResult, em, type Family } from "./em.ts";
import { firstResponsibilities, type Start } from "./starts.ts";

/** Settings that all mixtures share; names and defaults are scikit-learn's. */
export interface MixtureOptions {
  /** Number of components. Default 1. */
  nComponents?: number;
  /** EM stops when the mean log-likelihood changes by less. Default 1e-3. */
  tol?: number;
  /** Default 100. */
  maxIter?: number;
  /** Runs from different starts; the best likelihood is kept. Default 1. */
  nInit?: number;
  /** How the first responsibilities are chosen. Default "kmeans". */
  initParams?: Start;
  weightsInit?: Tensor | readonly number[];
  /** A seed, or a stream to draw from. Default 0. */
  randomState?: number | Random;
  /** Let a second fit go on from the first one's parameters. Default false. */
  warmStart?: boolean;
  /** Check on each iteration that the likelihood does not fall and the M-step is at a maximum. Default false. */
  verify?: boolean;
  /** Called after each iteration of each run; return false to stop that run. */
  onIteration?: (point: CurvePoint, run: number) => unknown;
}

/** P: parameters, S: sufficient statistics, D: the data in the form the family works on. */
export abstract class Mixture<P, S, D extends { n: number; d: number }> {
  readonly nComponents: number;
  tol: number;
  maxIter: number;
  nInit: number;
  initParams: Start;
  weightsInit: Tensor | readonly number[] | undefined;
  warmStart: boolean;
  verify: boolean;
  onIteration: MixtureOptions["onIteration"];
  readonly random: Random;

  /** Whether the best run of the last fit met `tol`. */
  converged = false;
  /** Iterations of the best run. */
  nIter = 0;
  /** Mean log-likelihood of the best run, as the last E-step saw it. */
  lowerBound = Number.NEGATIVE_INFINITY;
  /** The best run's likelihood by iteration and time. */
  curve: CurvePoint[] = [];
  protected params: P | undefined;

  /** Mean log-likelihood by iteration of the best run, [nIter]. */
  get lowerBounds(): Tensor {
    return new Tensor(
      Float64Array.from(this.curve, (p) => p.logLikelihood),
      [this.curve.length],
      "float64",
    );
  }
  /** How many columns the fitted data had. */
  get nFeaturesIn(): number {
    return this.dimension(this.fitted("nFeaturesIn"));
  }

  protected constructor(o: MixtureOptions) {
    this.nComponents = o.nComponents ?? 1;
    this.tol = o.tol ?? 1e-3;
    this.maxIter = o.maxIter ?? 100;
    this.nInit = o.nInit ?? 1;
    this.initParams = o.initParams ?? "kmeans";
    this.weightsInit = o.weightsInit;
    this.warmStart = o.warmStart ?? false;
    this.verify = o.verify ?? false;
    this.onIteration = o.onIteration;
    this.random = typeof o.randomState === "object" ? o.randomState : rng(o.randomState ?? 0);
    for (const name of ["maxIter", "nInit"] as const)
      if (!Number.isInteger(this[name]) || this[name] < 1)
        throw new ArgumentError(
          `${this.constructor.name}: ${name} must be a positive integer; got ${this[name]}.`,
        );
    if (!(this.tol >= 0))
      throw new ArgumentError(`${this.constructor.name}: tol must not be negative; got ${this.tol}.`);
  }

  protected abstract readonly kind: string;
  /** Checks the rows and brings them into the family's form. */
  protected abstract read(X: Rows, where: string): D;
  /** The same rows as doubles, for k-means. */
  protected abstract rows(data: D): Data;
  protected abstract family(data: D): Family<P, S>;
  /** Parameters from responsibilities (n × K); null when all are given by the user. */
  protected abstract start(data: D, responsibilities: Float64Array | null): P;
  protected abstract needsResponsibilities(): boolean;
  protected abstract dimension(params: P): number;
  protected abstract evaluate(
    data: D,
    params: P,
    sinks: { logProb?: Float64Array; responsibilities?: Float64Array },
  ): void;
  protected abstract freeParameters(params: P): number;

  /** Estimates the parameters from the rows of X [n, d]. Starts anew unless `warmStart`. */
  fit(X: Rows): this {
    const data = this.read(X, `${this.kind}.fit`);
    requireEnough(data, this.nComponents, `${this.kind}.fit`);
    const family = this.family(data);
    const goOn = this.warmStart && this.params !== undefined;
    let best: EmResult<P> | undefined;
    for (let run = 0; run < (goOn ? 1 : this.nInit); run++) {
      const begin = goOn ? (this.params as P) : this.begin(data);
      const made = em(
        family,
        begin,
        {
          maxIter: this.maxIter,
          tol: this.tol,
          verify: this.verify,
          onIteration: (point) => this.onIteration?.(point, run),
        },
        goOn ? this.lowerBound : undefined,
      );
      if (!best || made.lowerBound > best.lowerBound) best = made;
    }
    if (best) this.adopt(best);
    return this;
  }

  /** The parameters from which EM would begin. */
  protected begin(data: D): P {
    return this.start(data, this.needsResponsibilities() ? this.responsibilities(data) : null);
  }

  private responsibilities(data: D): Float64Array {
    return firstResponsibilities(this.rows(data), this.nComponents, this.initParams, this.random, this.kind);
  }

  protected adopt(result: EmResult<P>): void {
    this.params = result.params;
    this.converged = result.converged;
    this.nIter = result.nIter;
    this.lowerBound = result.lowerBound;
    this.curve = result.curve;
  }

  /** Fits, then labels the same rows. */
  fitPredict(X: Rows): Tensor {
    return this.fit(X).predict(X);
  }

  /** The most probable component of each row, [n] int32. */
  predict(X: Rows): Tensor {
    const posterior = this.predictProba(X);
    const { nComponents: K } = this;
    const r = posterior.values();
    const labels = new Int32Array(posterior.shape[0]);
    for (let i = 0; i < labels.length; i++)
      for (let k = 1; k < K; k++) if (r[i * K + k] > r[i * K + labels[i]]) labels[i] = k;
    return new Tensor(labels, [labels.length], "int32");
  }

  /** Responsibilities p(k | x), [n, K]. */
  predictProba(X: Rows): Tensor {
    const { data, params } = this.ready(X, "predictProba");
    const responsibilities = new Float64Array(data.n * this.nComponents);
    this.evaluate(data, params, { responsibilities });
    return new Tensor(responsibilities, [data.n, this.nComponents], "float64");
  }

  /** log p(x) of each row, [n]. */
  scoreSamples(X: Rows): Tensor {
    const { data, params } = this.ready(X, "scoreSamples");
    const logProb = new Float64Array(data.n);
    this.evaluate(data, params, { logProb });
    return new Tensor(logProb, [data.n], "float64");
  }

  /** Mean log-likelihood per row. */
  score(X: Rows): number {
    return this.scoreSamples(X).mean().item();
  }

  /** Bayesian information criterion −2 log L + p log n; lower is better. */
  bic(X: Rows): number {
    const { data, params } = this.ready(X, "bic");
    return -2 * this.score(X) * data.n + this.freeParameters(params) * Math.log(data.n);
  }

  /** Akaike information criterion −2 log L + 2p; lower is better. */
  aic(X: Rows): number {
    const { data, params } = this.ready(X, "aic");
    return -2 * this.score(X) * data.n + 2 * this.freeParameters(params);
  }

  toString(): string {
    const what = `${this.kind} of ${this.nComponents} component${this.nComponents === 1 ? "" : "s"}${this.form()}`;
    if (this.params === undefined) return `${what}, not fitted`;
    const end = this.converged ? "converged after" : "stopped after";
    return (
      `${what}, ${this.nFeaturesIn} column${this.nFeaturesIn === 1 ? "" : "s"}, ${end} ${this.nIter} ` +
      `iteration${this.nIter === 1 ? "" : "s"} at mean log-likelihood ${this.lowerBound.toPrecision(6)}`
    );
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
  /** What else tells mixtures of this kind apart, for printing. */
  protected form(): string {
    return "";
  }

  protected fitted(method: string): P {
    if (this.params === undefined)
      throw new ArgumentError(
        `${this.kind}.${method}: the mixture has no parameters yet; call fit(X) first.`,
      );
    return this.params;
  }

  private ready(X: Rows, method: string): { data: D; params: P } {
    const params = this.fitted(method);
    const data = this.read(X, `${this.kind}.${method}`);
    const d = this.dimension(params);
    if (data.d !== d)
      throw new ArgumentError(
        `${this.kind}.${method}: the data has ${data.d} columns; the mixture was fitted on ${d}.`,
      );
    return { data, params };
  }
}

/** Weights given by the user: K non-negative numbers that sum to one. */
export function checkWeights(weights: Tensor | readonly number[], K: number, where: string): Float64Array {
  const w = Float64Array.from(weights instanceof Tensor ? weights.values() : weights);
  const total = w.reduce((a, b) => a + b, 0);
  const must = `${where}: weightsInit must be ${K} non-negative numbers that sum to 1`;
  if (w.length !== K) throw new ArgumentError(`${must}; got ${w.length} numbers.`);
  const bad = w.findIndex((v) => !(v >= 0));
  if (bad >= 0) throw new ArgumentError(`${must}; number ${bad} is ${w[bad]}.`);
  if (Math.abs(total - 1) > 1e-6) throw new ArgumentError(`${must}; they sum to ${total}.`);
  return w;
}

/** How many rows to draw. */
export function checkCount(n: number, where: string): void {
  if (!Number.isInteger(n) || n < 0)
    throw new ArgumentError(`${where}.sample: n must be a whole number of rows; got ${n}.`);
}
