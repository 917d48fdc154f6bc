/**
 * Logistic regression, as a reference classifier: scikit-learn's objective, names and answers.
 *
 * Minimises ½ ‖W‖² + C Σ_n −log softmax(x_n Wᵀ + b)[y_n] by L-BFGS; the intercept is not penalised. Two
 * classes keep one row of weights, for the second class, and use the sigmoid.
 */

import {
  add,
  concat,
  crossEntropy,
  lift,
  matmul,
  mul,
  softmax,
  square,
  sum,
  type TensorLike,
  transpose,
} from "../ops/index.ts";
import { minimize } from "../optim/index.ts";
import { ArgumentError, ShapeError, shapeText, Tensor, zeros } from "../tensor/index.ts";
import { asRows, type Rows, sameColumns } from "./rows.ts";

/** Settings of `LogisticRegression`; names and defaults are scikit-learn's. */
export interface LogisticRegressionOptions {
  /** Inverse strength of the penalty. Default 1. */
  C?: number;
  fitIntercept?: boolean;
  /** Default 100. */
  maxIter?: number;
  /** Largest gradient entry, per sample, at which to stop. Default 1e-6. */
  tol?: number;
  onIteration?: (iteration: number, value: number) => unknown;
}

/**
 * p(y = k | x) = softmax(W x + b)_k with the penalty ½‖W‖²/C. After `fit`: coef [K, d] and intercept [K] ([1, d] and
 * [1] for two classes), classes, nIter, converged.
 * @throws ArgumentError for labels that are not integers, fewer than two classes, NaN
 * @example
 * ```ts
 * const { data, target } = makeBlobs({ samples: 90, seed: 2 });
 * new LogisticRegression().fit(data, target).score(data, target); // → 1
 * ```
 */
export class LogisticRegression {
  readonly options: LogisticRegressionOptions;
  /** [K, d], or [1, d] for two classes. */
  declare coef: Tensor;
  /** [K], or [1]. */
  declare intercept: Tensor;
  /** The labels met, ascending. */
  classes: number[] = [];
  nIter = 0;
  converged = false;

  constructor(o: LogisticRegressionOptions = {}) {
    this.options = o;
    if (o.C !== undefined && !(o.C > 0))
      throw new ArgumentError(`LogisticRegression: C must be positive; got ${o.C}.`);
  }

  /** Fits rows X [n, d] with integer labels y [n]. */
  fit(X: Rows, y: TensorLike): this {
    const { C = 1, fitIntercept = true, maxIter = 100, tol = 1e-6, onIteration } = this.options;
    const data = asRows(X, "LogisticRegression.fit");
    const labels = lift(y, "LogisticRegression.fit");
    const [n, d] = data.shape;
    if (labels.rank !== 1 || labels.size !== n)
      throw new ShapeError(
        `LogisticRegression.fit: X has shape ${shapeText(data.shape)} and y ${shapeText(labels.shape)}; expected [n, d] and [n].`,
      );
    const odd = labels.values().find((c: number) => !Number.isInteger(c));
    if (odd !== undefined)
      throw new ArgumentError(
        `LogisticRegression.fit: y holds ${odd}; labels are integers. For names use encodeLabels().`,
      );
    this.classes = [...new Set<number>(labels.values())].sort((a, b) => a - b);
    const K = this.classes.length;
    if (K < 2) throw new ArgumentError("LogisticRegression.fit: y needs at least two classes.");
    const place = new Map(this.classes.map((c, i) => [c, i]));
    const target = new Tensor(
      Int32Array.from(labels.values(), (c) => place.get(c) as number),
      [n],
      "int32",
    );
    const rows = K === 2 ? 1 : K;
    const cost = ({ W, b }: { W: Tensor; b?: Tensor }): Tensor => {
      const loss = crossEntropy(this.#logits(data, W, b), target, { reduction: "sum" });
      // Per sample, so that tol means the same for all n.
      return add(mul(1 / n, loss), mul(0.5 / (C * n), sum(square(W))));
    };
    const start = { W: zeros([rows, d]) as Tensor, ...(fitIntercept ? { b: zeros([rows]) as Tensor } : {}) };
    const made = minimize(cost, start, {
      maxIter,
      toleranceGrad: tol,
      onIteration: (i, v) => onIteration?.(i, v * n * C) !== false,
    });
    this.coef = made.params.W;
    this.intercept = (made.params.b as Tensor | undefined) ?? (zeros([rows]) as Tensor);
    this.nIter = made.iterations;
    this.converged = made.converged;
    return this;
  }

  #logits(X: Tensor, W: Tensor, b: Tensor | undefined): Tensor {
    const z = b ? add(matmul(X, transpose(W)), b) : matmul(X, transpose(W));
    return W.shape[0] === 1 ? concat([mul(0, z), z], 1) : z;
  }

  /** Class probabilities in the order of `classes`, [n, K]. */
  predictProba(X: Tensor): Tensor {
    if (!this.coef) throw new ArgumentError("LogisticRegression: call fit(X, y) first.");
    sameColumns(X, this.coef.shape[1], "LogisticRegression.predictProba");
    return softmax(this.#logits(X, this.coef, this.intercept), 1);
  }

  /** The most probable label of each row. */
  predict(X: Tensor): Tensor {
    const best = this.predictProba(X).argmax(1).values();
    return new Tensor(
      Int32Array.from(best, (i) => this.classes[i]),
      [best.length],
      "int32",
    );
  }

  /** The share of rows labelled correctly. */
  score(X: Tensor, y: Tensor): number {
    return this.predict(X).equal(y).mul(1).mean().item();
  }
}
