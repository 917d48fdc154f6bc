/**
 * Distributions of one real number: Normal, Uniform, Gamma, Beta.
 */

import {
  add,
  broadcastTo,
  div,
  erf,
  greater,
  greaterEqual,
  less,
  lgamma,
  lift,
  log,
  mul,
  neg,
  or,
  polygamma,
  sigmoid,
  square,
  sub,
  type TensorLike,
  where,
} from "../ops/index.ts";
import type { Random, Tensor } from "../tensor/index.ts";
import { xLog1P, xLogP } from "./discrete.ts";
import { Distribution, isPositive, noise, parameters, require, stream } from "./distribution.ts";
import { gammainc, gammaincinv, logGammaDraw } from "./gammainc.ts";

const psi = (x: Tensor): Tensor => polygamma(0, x);
const OUTSIDE = Number.NEGATIVE_INFINITY;
/** NaN is neither inside nor outside: it stays NaN. */
const unless = (outside: Tensor, value: Tensor): Tensor => where(outside, OUTSIDE, value);

/**
 * N(loc, scale²): logProb = −½ ((x − μ)/σ)² − log σ − ½ log 2π; entropy log σ + ½ log 2πe.
 * @throws ArgumentError unless scale is positive and finite, and loc a number
 * @example
 * ```ts
 * const n = new Normal(0, 1);
 * n.logProb(0); // → tensor(-0.918938533205, float64)
 * grad((mu: Tensor) => new Normal(mu, 2).logProb(3))(tensor(1)); // → tensor(0.5, float64)
 * n.sample(7, [3]).shape; // → [ 3 ]
 * ```
 */
export class Normal extends Distribution {
  readonly loc: Tensor;
  readonly scale: Tensor;
  constructor(loc: TensorLike = 0, scale: TensorLike = 1) {
    const { tensors, batch } = parameters("Normal", loc, scale);
    super(batch);
    [this.loc, this.scale] = tensors;
    require(this.loc, "Normal", "loc", (v) => !Number.isNaN(v), "a number");
    require(this.scale, "Normal", "scale", isPositive, "positive and finite");
  }
  get mean(): Tensor {
    return broadcastTo(this.loc, this.batchShape);
  }
  get variance(): Tensor {
    return broadcastTo(square(this.scale), this.batchShape);
  }
  logProb(x: TensorLike): Tensor {
    const z = div(sub(lift(x, "logProb", this.loc), this.loc), this.scale);
    return sub(sub(mul(-0.5, square(z)), log(this.scale)), 0.5 * Math.log(2 * Math.PI));
  }
  override entropy(): Tensor {
    return broadcastTo(add(log(this.scale), 0.5 * Math.log(2 * Math.PI * Math.E)), this.batchShape);
  }
  override cdf(x: TensorLike): Tensor {
    const z = div(sub(lift(x, "cdf", this.loc), this.loc), mul(this.scale, Math.SQRT2));
    return mul(0.5, add(1, erf(z)));
  }
  override rsample(random: number | Random, shape: readonly number[] = []): Tensor {
    return add(this.loc, mul(this.scale, noise(random, "normal", [...shape, ...this.batchShape])));
  }
}

/**
 * Uniform on [low, high): logProb = −log(high − low) inside, −∞ outside; entropy log(high − low).
 * @throws ArgumentError unless low < high
 * @example
 * ```ts
 * new Uniform(0, 2).logProb([0.5, 2]); // → tensor([-0.6931,      -∞], shape=[2], float64)
 * new Uniform(0, 2).variance; // → tensor(0.333333333333, float64)
 * ```
 */
export class Uniform extends Distribution {
  readonly low: Tensor;
  readonly high: Tensor;
  constructor(low: TensorLike = 0, high: TensorLike = 1) {
    const { tensors, batch } = parameters("Uniform", low, high);
    super(batch);
    [this.low, this.high] = tensors;
    require(sub(this.high, this.low), "Uniform", "high − low", isPositive, "positive and finite");
  }
  get mean(): Tensor {
    return mul(0.5, add(this.low, this.high));
  }
  get variance(): Tensor {
    return div(square(sub(this.high, this.low)), 12);
  }
  logProb(x: TensorLike): Tensor {
    const t = lift(x, "logProb", this.low);
    const outside = or(less(t, this.low), greaterEqual(t, this.high));
    return unless(outside, sub(mul(0, t), log(sub(this.high, this.low))));
  }
  override entropy(): Tensor {
    return log(sub(this.high, this.low));
  }
  override cdf(x: TensorLike): Tensor {
    return div(sub(lift(x, "cdf", this.low), this.low), sub(this.high, this.low))
      .maximum(0)
      .minimum(1);
  }
  override rsample(random: number | Random, shape: readonly number[] = []): Tensor {
    return add(
      this.low,
      mul(sub(this.high, this.low), noise(random, "uniform", [...shape, ...this.batchShape])),
    );
  }
}

/**
 * Gamma(concentration a, rate b): logProb = a log b + (a − 1) log x − b x − log Γ(a) for x ≥ 0; mean a/b.
 * @throws ArgumentError unless both are positive and finite
 * @example
 * ```ts
 * const g = new Gamma(3, 2);
 * g.mean; // → tensor(1.5, float64)
 * g.cdf(1.5); // → tensor(0.576809918873, float64)
 * grad((a: Tensor) => new Gamma(a, 2).rsample(1, [1000]).mean())(tensor(3)).item().toFixed(1); // → 0.5
 * ```
 */
export class Gamma extends Distribution {
  readonly concentration: Tensor;
  readonly rate: Tensor;
  constructor(concentration: TensorLike, rate: TensorLike = 1) {
    const { tensors, batch } = parameters("Gamma", concentration, rate);
    super(batch);
    [this.concentration, this.rate] = tensors;
    require(this.concentration, "Gamma", "concentration", isPositive, "positive and finite");
    require(this.rate, "Gamma", "rate", isPositive, "positive and finite");
  }
  get mean(): Tensor {
    return div(this.concentration, this.rate);
  }
  get variance(): Tensor {
    return div(this.concentration, square(this.rate));
  }
  logProb(x: TensorLike): Tensor {
    const { concentration: a, rate: b } = this;
    const t = lift(x, "logProb", a);
    const outside = less(t, 0);
    const safe = where(outside, 1, t);
    const value = sub(add(mul(a, log(b)), xLogP(sub(a, 1), safe)), add(mul(b, safe), lgamma(a)));
    return unless(outside, value);
  }
  override entropy(): Tensor {
    const { concentration: a, rate: b } = this;
    return add(sub(a, log(b)), add(lgamma(a), mul(sub(1, a), psi(a))));
  }
  override cdf(x: TensorLike): Tensor {
    return gammainc(this.concentration, mul(this.rate, lift(x, "cdf", this.rate)));
  }
  /** By inversion, so that the gradient by the concentration is exact. */
  override rsample(random: number | Random, shape: readonly number[] = []): Tensor {
    const u = noise(random, "uniform", [...shape, ...this.batchShape]);
    return div(gammaincinv(this.concentration, u), this.rate);
  }
}

/**
 * Beta(a, b): logProb = (a − 1) log x + (b − 1) log(1 − x) − log B(a, b) for 0 ≤ x ≤ 1; mean a/(a + b).
 * @throws ArgumentError unless both are positive and finite
 * @example
 * ```ts
 * new Beta(2, 3).mean; // → tensor(0.4, float64)
 * new Beta(2, 2).logProb([0.5, 1]); // → tensor([0.4055,     -∞], shape=[2], float64)
 * ```
 */
export class Beta extends Distribution {
  readonly a: Tensor;
  readonly b: Tensor;
  constructor(a: TensorLike, b: TensorLike) {
    const { tensors, batch } = parameters("Beta", a, b);
    super(batch);
    [this.a, this.b] = tensors;
    require(this.a, "Beta", "a", isPositive, "positive and finite");
    require(this.b, "Beta", "b", isPositive, "positive and finite");
  }
  get mean(): Tensor {
    return div(this.a, add(this.a, this.b));
  }
  get variance(): Tensor {
    const s = add(this.a, this.b);
    return div(mul(this.a, this.b), mul(square(s), add(s, 1)));
  }
  /** log B(a, b). */
  logNormalizer(): Tensor {
    return sub(add(lgamma(this.a), lgamma(this.b)), lgamma(add(this.a, this.b)));
  }
  logProb(x: TensorLike): Tensor {
    const t = lift(x, "logProb", this.a);
    const outside = or(less(t, 0), greater(t, 1));
    const safe = where(outside, 0.5, t);
    const sides = add(xLogP(sub(this.a, 1), safe), xLog1P(sub(this.b, 1), neg(safe)));
    return unless(outside, sub(sides, this.logNormalizer()));
  }
  override entropy(): Tensor {
    const { a, b } = this;
    const s = add(a, b);
    const parts = add(mul(sub(a, 1), psi(a)), mul(sub(b, 1), psi(b)));
    return add(sub(this.logNormalizer(), parts), mul(sub(s, 2), psi(s)));
  }
  override rsample(random: number | Random, shape: readonly number[] = []): Tensor {
    const r = stream(random);
    const full = [...shape, ...this.batchShape];
    const x = logGammaDraw(this.a, noise(r, "uniform", full));
    return sigmoid(sub(x, logGammaDraw(this.b, noise(r, "uniform", full))));
  }
}
