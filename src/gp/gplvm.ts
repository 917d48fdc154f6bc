/**
 * The Gaussian process latent variable model: Y [N, D] as D draws of one GP over latent points X [N, Q],
 * which are fitted together with the kernel's hyperparameters (Lawrence 2004).
 *
 * "ml" maximises log p(Y | X), which leaves the scale of X open; "map" adds the standard normal prior
 * log p(X) = −½ ‖X‖² + const, and holds the kernel's own scale of X (see start.ts).
 */

import { customVjp, valueAndGrad } from "../autodiff/index.ts";
import { asData, type Rows } from "../models/rows.ts";
import { exp, matmul, mul, neg, square, sub, sum, transpose } from "../ops/index.ts";
import { Adam, minimize } from "../optim/index.ts";
import { ArgumentError, eye, type Random, ShapeError, shapeText, Tensor, tensor } from "../tensor/index.ts";
import { evidence, factorise, solveWith } from "./evidence.ts";
import { linearFused, rbfFused, type ValueAndGradient } from "./fused.ts";
import { Kernel, Linear, shortValues } from "./kernels.ts";
import {
  checkOptions,
  heldHyperparameters,
  objectiveOf,
  startHyperparameters,
  startPoints,
} from "./start.ts";
import { RBF } from "./stationary.ts";

/** Settings of `GPLVM`. */
export interface GPLVMOptions {
  /** Q. Default 2. */
  latentDim?: number;
  /** "linear": K = αXXᵀ + β⁻¹I; "rbf" (default): K = v e^{−½ d²/ℓ²} + β⁻¹I; or any kernel, to which β⁻¹I is added. */
  kernel?: "linear" | "rbf" | Kernel;
  /** One lengthscale a latent dimension (with "rbf" and "ml"): the longer, the less it matters. Default false. */
  ard?: boolean;
  /** Default "map", or "ml" with `ard`. */
  objective?: "ml" | "map";
  /** Default "lbfgs". */
  optimizer?: "lbfgs" | "adam";
  /** Default 0.02, for Adam. */
  learningRate?: number;
  /** Default 200 for L-BFGS, 1000 for Adam. */
  maxIter?: number;
  /** "pca" (default), "random", or the latent points themselves. */
  initX?: "pca" | "random" | Tensor;
  /** First values of hyperparameters: alpha, beta; variance, lengthscale, beta. */
  hyperparameters?: Record<string, number | readonly number[]>;
  /** Hyperparameters to leave as they are. "map" holds alpha, or the lengthscale, besides. */
  fixed?: readonly string[];
  randomState?: number | Random;
  /** Called with each iteration and its log-likelihood (plus log prior for "map"); return false to stop. */
  onIteration?: (iteration: number, value: number) => unknown;
}

interface Unknowns {
  X: Tensor;
  /** Natural logarithms of the hyperparameters that vary. */
  logs: Record<string, Tensor>;
}

/**
 * K = k(X, X) + β⁻¹ I and log p(Y | X) = −½ tr(K⁻¹YYᵀ) − D/2 log|K| − N D/2 log 2π, climbed by X and the
 * logarithms of the hyperparameters together, by L-BFGS or Adam. Source: Lawrence 2004, 2005.
 * @throws ArgumentError for unknown options, NaN, or more latent dimensions than rows
 * @example
 * ```ts
 * const Y = rng(1).normal([12, 2]).matmul(rng(2).normal([2, 5])).tanh();
 * const lvm = new GPLVM({ maxIter: 30 }).fit(Y);
 * lvm.X.shape; // → [ 12, 2 ]
 * Object.keys(lvm.hyperparameters); // → [ 'variance', 'lengthscale', 'beta' ]
 * lvm.predict(lvm.X).mean.shape; // → [ 12, 5 ]
 * lvm.jitter; // → 0
 * ```
 */
export class GPLVM {
  readonly options: GPLVMOptions;
  readonly latentDim: number;
  /** Latent points, [N, Q]. */
  declare X: Tensor;
  /** Fitted values: alpha, beta for "linear"; variance, lengthscale, beta for "rbf"; the kernel's own and beta else. */
  hyperparameters: Record<string, Tensor> = {};
  /** log p(Y | X). */
  logLikelihood = Number.NaN;
  /** The objective by iteration: log p(Y | X), plus log p(X) for "map". */
  curve: number[] = [];
  nIter = 0;
  converged = false;
  /** Added to K's diagonal, beyond β⁻¹, to factorise it at the end. */
  jitter = 0;
  private data: { Y: Tensor; mean: Tensor } | undefined;
  private kernel: Kernel;

  constructor(o: GPLVMOptions = {}) {
    checkOptions(o);
    this.options = o;
    this.latentDim = o.latentDim ?? 2;
    this.kernel = o.kernel instanceof Kernel ? o.kernel : o.kernel === "linear" ? new Linear() : new RBF();
  }

  /** Fits X and the hyperparameters to the rows of Y [N, D], N ≥ 2; its column means are taken off. */
  fit(Y: Rows): this {
    const { x, n, d } = asData(Y, "GPLVM.fit");
    if (n < 2) throw new ShapeError(`GPLVM.fit: expected Y of shape [N, D], N ≥ 2; got ${n} row.`);
    if (this.latentDim > n)
      throw new ArgumentError(`GPLVM.fit: latentDim ${this.latentDim} exceeds the ${n} rows of Y.`);
    const data = new Tensor(x, [n, d], "float64");
    const mean = data.mean(0, { keepdim: true });
    const centred = sub(data, mean);
    this.data = { Y: centred, mean };
    const values = startHyperparameters(centred, this.latentDim, this.options, this.kernel);
    const held = heldHyperparameters(values, this.options, this.kernel);
    const logs = Object.fromEntries(
      Object.entries(values)
        .filter(([name]) => !held.has(name))
        .map(([name, t]) => [name, t.log().detach()]),
    );
    const merge = (p: Record<string, Tensor>): Record<string, Tensor> => ({
      ...values,
      ...Object.fromEntries(Object.entries(p).map(([name, t]) => [name, exp(t)])),
    });
    const logLikelihood = this.#objective(centred, values);
    const cost = (u: Unknowns): Tensor => {
      const L = logLikelihood(u.X, merge(u.logs));
      return neg(objectiveOf(this.options) === "map" ? sub(L, mul(0.5, sum(square(u.X)))) : L);
    };
    const end = this.#climb(cost, { X: startPoints(centred, this.latentDim, this.options), logs });
    this.X = end.X.detach();
    this.hyperparameters = Object.fromEntries(
      Object.entries(merge(end.logs)).map(([name, t]) => [name, t.detach()]),
    );
    if (this.options.ard && !held.has("lengthscale")) this.#standardise();
    this.logLikelihood = logLikelihood(this.X, this.hyperparameters).item();
    this.jitter = this.#factor().jitter;
    return this;
  }

  /** Brings every latent dimension to unit spread, its lengthscale with it: K stays, lengthscales compare. */
  #standardise(): void {
    const spread = this.X.square().mean(0).sqrt().maximum(1e-150);
    this.X = this.X.div(spread).detach();
    this.hyperparameters.lengthscale = this.hyperparameters.lengthscale.div(spread).detach();
  }

  /** log p(Y | X) as a differentiable function of X and the hyperparameters. */
  #objective(Y: Tensor, like: Record<string, Tensor>): (X: Tensor, values: Record<string, Tensor>) => Tensor {
    const [N, D] = Y.shape;
    const { kernel } = this.options;
    if (kernel instanceof Kernel) {
      const identity = eye(N).named("I");
      return (X, { beta, ...own }) => evidence(kernel.gram(X, own).add(mul(beta.pow(-1), identity)), Y);
    }
    const y = Float64Array.from(Y.values());
    const names = Object.keys(like);
    const compute = (X: Tensor, values: Tensor[]): ValueAndGradient => {
      const latents = { X: Float64Array.from(X.values()), N, Q: this.latentDim, Y: y, D };
      const at = (name: string): Float64Array => Float64Array.from(values[names.indexOf(name)].values());
      return kernel === "linear"
        ? linearFused(latents, at("alpha")[0], at("beta")[0])
        : rbfFused(latents, at("variance")[0], at("beta")[0], at("lengthscale"));
    };
    // The gradient comes with the value; the backward pass only hands it out.
    let last: { X: Tensor; result: ValueAndGradient } | undefined;
    const fused = customVjp(
      "gplvm",
      (X, ...values) => {
        const result = compute(X, values);
        last = { X, result };
        return tensor(result.value) as Tensor;
      },
      (G, [X, ...values]) => {
        const result = last?.X.data === X.data ? last.result : compute(X, values);
        const slopes = names.map((name) => {
          const from = name === "lengthscale" ? 2 : name === "beta" ? 1 : 0;
          const value = values[names.indexOf(name)];
          const log = Float64Array.from(result.logs.slice(from, from + value.size));
          return mul(G, new Tensor(log, value.shape, "float64").div(value.detach()));
        });
        return [mul(G, new Tensor(result.X, X.shape, "float64")), ...slopes];
      },
    );
    return (X, values) => fused(X, ...names.map((name) => values[name]));
  }

  #climb(cost: (u: Unknowns) => Tensor, start: Unknowns): Unknowns {
    const { optimizer = "lbfgs", learningRate = 0.02, onIteration } = this.options;
    this.curve = [];
    if (optimizer === "lbfgs") {
      const made = minimize(cost, start, {
        maxIter: this.options.maxIter ?? 200,
        onIteration: (i, v) => onIteration?.(i, -v) !== false,
      });
      this.curve = made.history.map((v) => -v);
      this.nIter = made.iterations;
      this.converged = made.converged;
      return made.params;
    }
    const maxIter = this.options.maxIter ?? 1000;
    const names = Object.keys(start.logs);
    const list = [start.X, ...names.map((name) => start.logs[name])].map((t) => t.copy().requiresGrad());
    // The same storage without the optimiser's leaves, so that nothing but the cost is recorded.
    const now = (): Unknowns => ({
      X: list[0].detach(),
      logs: Object.fromEntries(names.map((name, i) => [name, list[i + 1].detach()])),
    });
    const adam = new Adam(list, { lr: learningRate });
    for (this.nIter = 1; this.nIter <= maxIter; this.nIter++) {
      const { value, grad } = valueAndGrad(cost)(now());
      const slopes = [grad.X, ...names.map((name) => grad.logs[name])] as Tensor[];
      list.forEach((t, i) => {
        t.grad = slopes[i];
      });
      adam.step();
      this.curve.push(-value.item());
      if (onIteration?.(this.nIter, -value.item()) === false) break;
    }
    this.nIter = Math.min(this.nIter, maxIter);
    return now();
  }

  toString(): string {
    const { kernel = "rbf" } = this.options;
    const what = `GPLVM of ${this.latentDim} latent dimensions, ${kernel instanceof Kernel ? kernel.constructor.name : kernel} kernel`;
    if (!this.X) return `${what}, not fitted`;
    const names = Object.entries(this.hyperparameters).map(([name, t]) => `${name} ${shortValues(t)}`);
    return (
      `${what}, ${this.X.shape[0]} points, ${this.converged ? "converged" : "stopped"} after ${this.nIter} iterations ` +
      `at log-likelihood ${this.logLikelihood.toPrecision(6)}; ${names.join(", ")}`
    );
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  #kernelMatrix(A: Tensor, B: Tensor, same: boolean): Tensor {
    const { beta: _, alpha, ...rest } = this.hyperparameters;
    return this.kernel.matrix(A, B, alpha ? { variance: alpha } : rest, same);
  }

  #factor() {
    const N = this.X.shape[0];
    const K = this.#kernelMatrix(this.X, this.X, true).add(eye(N).mul(this.hyperparameters.beta.pow(-1)));
    return factorise(Float64Array.from(K.values()), N, "GPLVM");
  }

  /** What latent points [m, Q] look like in data space: mean [m, D] and the variance [m] of each of its entries. */
  predict(X: Tensor): { mean: Tensor; variance: Tensor } {
    if (!this.data) throw new ArgumentError("GPLVM.predict: call fit(Y) first.");
    if (X.rank !== 2 || X.shape[1] !== this.latentDim)
      throw new ShapeError(
        `GPLVM.predict: expected latent points [m, ${this.latentDim}]; got shape ${shapeText(X.shape)}.`,
      );
    const { Y, mean } = this.data;
    const factor = this.#factor();
    const [N, D] = Y.shape;
    const m = X.shape[0];
    const A = new Tensor(solveWith(factor, Float64Array.from(Y.values()), D), [N, D], "float64");
    const cross = this.#kernelMatrix(this.X, X, false);
    const solved = new Tensor(solveWith(factor, Float64Array.from(cross.values()), m), [N, m], "float64");
    const { beta: _, alpha, ...rest } = this.hyperparameters;
    const prior = this.kernel.diagonal(X, alpha ? { variance: alpha } : rest);
    return {
      mean: matmul(transpose(cross), A).add(mean),
      variance: sub(prior, sum(mul(cross, solved), 0)).maximum(0),
    };
  }
}
