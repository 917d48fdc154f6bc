/**
 * Distributions over few outcomes: Bernoulli and Categorical, from probabilities or logits.
 */

import {
  add,
  and,
  broadcastTo,
  div,
  equal,
  expandDims,
  gather,
  lessEqual,
  lift,
  log,
  log1p,
  logSoftmax,
  mul,
  neg,
  notEqual,
  sigmoid,
  softmax,
  softplus,
  squeeze,
  sub,
  sum,
  type TensorLike,
  where,
} from "../ops/index.ts";
import { ArgumentError, type Random, ShapeError, Tensor } from "../tensor/index.ts";
import { Distribution, require, stream } from "./distribution.ts";

/** Probabilities given directly, or logits. */
export type Chances = TensorLike | { logits: TensorLike };

const isLogits = (c: Chances): c is { logits: TensorLike } =>
  typeof c === "object" && !(c instanceof Tensor) && !Array.isArray(c) && "logits" in c;

/** x log p with 0 log 0 = 0. Where p > 0 the slope by x is log p, also at x = 0. */
export function xLogP(x: Tensor, p: Tensor): Tensor {
  const zero = and(equal(x, 0), lessEqual(p, 0));
  return where(zero, 0, mul(x, log(where(zero, 1, p))));
}

/** x log(1 + p) with 0 log 0 = 0, accurate for small p. */
export function xLog1P(x: Tensor, p: Tensor): Tensor {
  const zero = and(equal(x, 0), lessEqual(p, -1));
  return where(zero, 0, mul(x, log1p(where(zero, 0, p))));
}

/**
 * 1 with probability p, else 0: logProb = x log p + (1 − x) log(1 − p). Give p, or { logits } with p = σ(logits).
 * @throws ArgumentError unless 0 ≤ p ≤ 1
 * @example
 * ```ts
 * new Bernoulli(0.25).logProb([1, 0]).exp(); // → tensor([0.25, 0.75], shape=[2], float64)
 * new Bernoulli({ logits: -800 }).logProb(1); // → tensor(-800, float64)
 * ```
 */
export class Bernoulli extends Distribution {
  readonly probs: Tensor;
  readonly #logits: Tensor | null;
  constructor(chances: Chances) {
    const logits = isLogits(chances) ? lift(chances.logits, "Bernoulli") : null;
    const probs = logits ? sigmoid(logits) : lift(chances as TensorLike, "Bernoulli");
    super(probs.shape);
    require(probs, "Bernoulli", "probs", (v) => v >= 0 && v <= 1, "between 0 and 1");
    this.probs = probs;
    this.#logits = logits;
  }
  get logits(): Tensor {
    return this.#logits ?? sub(log(this.probs), log(sub(1, this.probs)));
  }
  get mean(): Tensor {
    return this.probs;
  }
  get variance(): Tensor {
    return mul(this.probs, sub(1, this.probs));
  }
  logProb(x: TensorLike): Tensor {
    const t = lift(x, "logProb", this.probs);
    const value = this.#logits
      ? sub(mul(t, this.#logits), softplus(this.#logits))
      : add(xLogP(t, this.probs), xLogP(sub(1, mul(t, 1)), sub(1, this.probs)));
    return where(and(notEqual(t, 0), notEqual(t, 1)), sub(mul(0, t), Number.POSITIVE_INFINITY), value);
  }
  override entropy(): Tensor {
    if (this.#logits) return sub(softplus(this.#logits), mul(this.probs, this.#logits));
    return sub(0, add(xLogP(this.probs, this.probs), xLogP(sub(1, this.probs), sub(1, this.probs))));
  }
  override sample(random: number | Random, shape: readonly number[] = []): Tensor {
    const u = stream(random).uniform([...shape, ...this.batchShape]) as Tensor;
    return mul(u.less(this.probs.detach()), 1).detach();
  }
}

/**
 * One of K outcomes, numbered from 0; the last axis of the parameters runs over them. Give probabilities
 * (they are normalised), or { logits } with p = softmax(logits). logProb(x) = log p_x.
 * @throws ArgumentError for negative probabilities, or none that is positive
 * @example
 * ```ts
 * const c = new Categorical([1, 2, 1]);
 * c.probs; // → tensor([0.25, 0.50, 0.25], shape=[3], float64)
 * c.logProb([1, 2]).exp(); // → tensor([0.50, 0.25], shape=[2], float64)
 * c.entropy(); // → tensor(1.03972077084, float64)
 * ```
 */
export class Categorical extends Distribution {
  readonly probs: Tensor;
  readonly #logits: Tensor | null;
  constructor(chances: Chances) {
    const logits = isLogits(chances) ? lift(chances.logits, "Categorical") : null;
    const given = logits ?? lift(chances as TensorLike, "Categorical");
    if (given.rank === 0)
      throw new ShapeError("Categorical: expected probabilities [..., K]; got one number.");
    super(given.shape.slice(0, -1));
    if (!logits) {
      require(given, "Categorical", "probs", (v) => v >= 0, "non-negative");
      require(given.detach().sum(-1), "Categorical", "Σ probs", (v) => v > 0, "positive");
    }
    this.#logits = logits;
    this.probs = logits ? softmax(logits, -1) : div(given, sum(given, -1, { keepdim: true }));
  }
  /** log probabilities, normalised. */
  get logits(): Tensor {
    return this.#logits ? logSoftmax(this.#logits, -1) : log(this.probs);
  }
  get classes(): number {
    return this.probs.shape[this.probs.rank - 1];
  }
  get mean(): Tensor {
    throw new ArgumentError("Categorical: the mean of a label has no meaning; see probs.");
  }
  get variance(): Tensor {
    throw new ArgumentError("Categorical: the variance of a label has no meaning; see probs.");
  }
  /** @param x integer labels that broadcast with the batch shape */
  logProb(x: TensorLike): Tensor {
    const labels = lift(x, "logProb");
    require(labels, "Categorical.logProb", "labels", (v) =>
      Number.isInteger(v) && v >= 0 && v < this.classes, `integers below ${this.classes}`);
    const K = this.classes;
    const lead = labels.rank >= this.batchShape.length ? labels.shape : this.batchShape;
    const table = broadcastTo(this.logits, [...lead, K]);
    const index = broadcastTo(expandDims(labels, labels.rank), [...lead, 1]);
    return squeeze(gather(table, -1, index), -1);
  }
  override entropy(): Tensor {
    return neg(sum(xLogP(this.probs, this.probs), -1));
  }
  override sample(random: number | Random, shape: readonly number[] = []): Tensor {
    const r = stream(random);
    const K = this.classes;
    const p = this.probs.values();
    const full = [...shape, ...this.batchShape];
    const out = new Int32Array(full.reduce((a, b) => a * b, 1));
    const batch = p.length / K;
    for (let i = 0; i < out.length; i++) {
      const at = (i % batch) * K;
      let u = r.random();
      let k = 0;
      while (k < K - 1 && (u >= p[at + k] || p[at + k] === 0)) u -= p[at + k++];
      out[i] = k;
    }
    return new Tensor(out, full, "int32");
  }
}
