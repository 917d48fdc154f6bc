/**
 * Exact Gaussian process regression: y = f(x) + ε, f ~ GP(0, k), ε ~ N(0, σ²).
 *
 * Hyperparameters maximise the evidence by L-BFGS in their logarithms. Source: Rasmussen & Williams 2006,
 * algorithm 2.1.
 */

import { solveLower } from "../linalg/dense/blocked.ts";
import {
  add,
  exp,
  lift,
  log,
  matmul,
  maximum,
  minimum,
  mul,
  neg,
  reshape,
  square,
  sub,
  sum,
  type TensorLike,
  transpose,
} from "../ops/index.ts";
import { minimize } from "../optim/index.ts";
import {
  ArgumentError,
  eye,
  type Random,
  rng,
  ShapeError,
  shapeText,
  Tensor,
  tensor,
} from "../tensor/index.ts";
import { evidence, type Factor, factorise, solveWith } from "./evidence.ts";
import type { Kernel, KernelParameters } from "./kernels.ts";
import { RBF } from "./stationary.ts";

/** Settings of `GPRegression`. */
export interface GPRegressionOptions {
  /** Default RBF(). */
  kernel?: Kernel;
  /** σ², the variance of the noise. Default 0.1; a start when optimised. */
  noise?: number;
  /** Fit hyperparameters and noise by maximum evidence. Default true. */
  optimize?: boolean;
  /** Hold the noise at its given value. Default false. */
  fixedNoise?: boolean;
  maxIter?: number;
  /** Further L-BFGS runs from random hyperparameters; the best is kept. Default 0. */
  restarts?: number;
  randomState?: number | Random;
}

interface Fitted {
  X: Tensor;
  mean: number;
  factor: Factor;
  weights: Float64Array;
}

/**
 * y = f(x) + ε with f ~ GP(mean of y, k) and ε ~ N(0, σ²): exact posterior, hyperparameters by maximum evidence.
 * @throws ShapeError and ArgumentError for unfit data; NumericalError when K is hopeless even with jitter
 * @example
 * ```ts
 * const x = linspace(-3, 3, 20);
 * const gp = new GPRegression({ noise: 0.01 }).fit(x, x.sin());
 * const { mean, variance } = gp.predict([0.5, 100]);
 * mean.sub(tensor([0.5, 0]).sin()).abs().less(0.01); // → tensor([true, true], shape=[2], bool)
 * variance.greater(0.1); // → tensor([false,  true], shape=[2], bool)
 * gp.sample([0, 1], 3, 1).shape; // → [ 3, 2 ]
 * ```
 */
export class GPRegression {
  kernel: Kernel;
  noise: number;
  readonly options: GPRegressionOptions;
  /** log p(y | X) at the fitted hyperparameters. */
  logMarginalLikelihood = Number.NaN;
  /** What had to be added to the kernel's diagonal to factorise it, beyond the noise. */
  jitter = 0;
  converged = true;
  private fitted: Fitted | undefined;

  constructor(o: GPRegressionOptions = {}) {
    this.options = o;
    this.kernel = o.kernel ?? new RBF();
    this.noise = o.noise ?? 0.1;
    if (!(this.noise > 0))
      throw new ArgumentError(`GPRegression: noise must be positive; got ${this.noise}.`);
  }

  /** Conditions on rows X [n, Q] (or n numbers) with targets y [n]; their mean is taken off. */
  fit(X: TensorLike, y: TensorLike): this {
    const inputs = asPoints(X);
    const given = lift(y, "GPRegression.fit").detach();
    const n = inputs.shape[0];
    if (given.rank !== 1 || given.size !== n || n === 0)
      throw new ShapeError(
        `GPRegression.fit: X has shape ${shapeText(inputs.shape)} and y ${shapeText(given.shape)}; expected [n, Q] and [n].`,
      );
    if (!given.values().every(Number.isFinite) || !inputs.values().every(Number.isFinite))
      throw new ArgumentError("GPRegression.fit: the data hold NaN or infinity; remove such rows first.");
    const mean = given.mean().item();
    const targets = reshape(sub(given, mean), [n, 1]);
    if (this.options.optimize ?? true) this.#optimise(inputs, targets);
    const K = this.kernel.gram(inputs).add(eye(n).mul(this.noise));
    const factor = factorise(Float64Array.from(K.values()), n, "GPRegression.fit");
    this.jitter = factor.jitter;
    this.logMarginalLikelihood = evidence(K.add(eye(n).mul(factor.jitter)), targets).item();
    const weights = solveWith(factor, Float64Array.from(targets.values()), 1);
    this.fitted = { X: inputs, mean, factor, weights };
    return this;
  }

  toString(): string {
    const what = `GPRegression with ${this.kernel}, noise ${this.noise.toPrecision(4)}`;
    if (!this.fitted) return `${what}, not fitted`;
    return `${what}, ${this.fitted.factor.n} points at log marginal likelihood ${this.logMarginalLikelihood.toPrecision(6)}`;
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  #optimise(X: Tensor, y: Tensor): void {
    const { restarts = 0, maxIter = 100, fixedNoise = false, randomState = 0 } = this.options;
    const random = typeof randomState === "number" ? rng(randomState) : randomState;
    const identity = eye(X.shape[0]);
    // Without bounds the evidence of constant targets grows for ever as variance and noise go to 0.
    const bounded = (logarithm: Tensor): Tensor => exp(maximum(minimum(logarithm, 40), -40));
    const objective = ({ kernel, noise }: { kernel: KernelParameters; noise?: Tensor }): Tensor => {
      const p = Object.fromEntries(Object.entries(kernel).map(([name, t]) => [name, bounded(t)]));
      const variance = noise ? bounded(noise) : (tensor(this.noise) as Tensor);
      return neg(evidence(add(this.kernel.gram(X, p), mul(variance, identity)), y));
    };
    const start = {
      kernel: Object.fromEntries(Object.entries(this.kernel.parameters).map(([k, t]) => [k, log(t)])),
      ...(fixedNoise ? {} : { noise: tensor(Math.log(this.noise)) as Tensor }),
    };
    let best: ReturnType<typeof minimize<typeof start>> | undefined;
    for (let run = 0; run <= restarts; run++) {
      const from =
        run === 0
          ? start
          : {
              ...start,
              kernel: Object.fromEntries(
                Object.entries(start.kernel).map(([k, t]) => [
                  k,
                  add(t, random.normal(t.shape, 0, 1.5)) as Tensor,
                ]),
              ),
            };
      const made = minimize(objective, from, { maxIter });
      if (!best || made.value < best.value) best = made;
    }
    if (!best) return;
    this.converged = best.converged;
    this.kernel = this.kernel.with(
      Object.fromEntries(Object.entries(best.params.kernel).map(([k, t]) => [k, bounded(t).detach()])),
    );
    if (best.params.noise) this.noise = bounded(best.params.noise).item();
  }

  /**
   * The posterior of f at rows X [m, Q]: mean [m], variance [m] of f (add `noise` for that of y), and with
   * `covariance` the whole [m, m].
   */
  predict(
    X: TensorLike,
    o: { covariance?: boolean } = {},
  ): { mean: Tensor; variance: Tensor; covariance?: Tensor } {
    if (!this.fitted) throw new ArgumentError("GPRegression.predict: call fit(X, y) first.");
    const { X: train, mean, factor, weights } = this.fitted;
    const inputs = asPoints(X);
    const [n, m] = [factor.n, inputs.shape[0]];
    const cross = this.kernel.matrix(train, inputs);
    const posterior = add(matmul(transpose(cross), new Tensor(weights, [n], "float64")), mean);
    const V = Float64Array.from(cross.values());
    solveLower(factor.L, V, n, m, false);
    const half = new Tensor(V, [n, m], "float64");
    const variance = sub(this.kernel.diagonal(inputs), sum(square(half), 0)).maximum(0);
    if (!o.covariance) return { mean: posterior, variance };
    const prior = this.kernel.gram(inputs);
    return { mean: posterior, variance, covariance: sub(prior, matmul(transpose(half), half)) };
  }

  /** Draws `count` functions from the posterior at rows X: [count, m]. */
  sample(X: TensorLike, count = 1, random: number | Random = 0): Tensor {
    const { mean, covariance } = this.predict(X, { covariance: true });
    const m = mean.size;
    const C = Float64Array.from((covariance as Tensor).values());
    const factor = factorise(C, m, "GPRegression.sample");
    const stream = typeof random === "number" ? rng(random) : random;
    const L = new Tensor(factor.L, [m, m], "float64");
    return add(matmul(stream.normal([count, m]) as Tensor, transpose(L)), mean);
  }
}

function asPoints(X: TensorLike): Tensor {
  const t = lift(X, "GPRegression").detach();
  if (t.rank === 1) return reshape(t, [t.size, 1]);
  if (t.rank === 2) return t;
  throw new ShapeError(`GPRegression: expected inputs [n, Q] or [n]; got shape ${shapeText(t.shape)}.`);
}
