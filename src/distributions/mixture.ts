/**
 * A mixture of K copies of one family: the last batch axis of the components runs over them.
 */

import { add, expandDims, lift, logSumExp, mul, square, sub, sum, type TensorLike } from "../ops/index.ts";
import { ArgumentError, allocate, type Random, ShapeError, shapeText, Tensor } from "../tensor/index.ts";
import type { Categorical } from "./discrete.ts";
import { Distribution, stream } from "./distribution.ts";

/**
 * p(x) = Σ_k w_k p_k(x).
 * @throws ShapeError unless the last size of the components' batch shape is the number of weights
 * @example
 * ```ts
 * const m = new Mixture(new Categorical([0.3, 0.7]), new Normal([-1, 2], [0.5, 1]));
 * m.mean; // → tensor(1.1, float64)
 * m.logProb([-1, 2]); // → tensor([-1.4169, -1.2756], shape=[2], float64)
 * ```
 */
export class Mixture extends Distribution {
  readonly weights: Categorical;
  readonly components: Distribution;
  constructor(weights: Categorical, components: Distribution) {
    const K = components.batchShape[components.batchShape.length - 1];
    if (K !== weights.classes)
      throw new ShapeError(
        `Mixture: ${weights.classes} weights, but the components' batch shape is ${shapeText(components.batchShape)}; ` +
          "its last size must be the number of weights.",
      );
    super(components.batchShape.slice(0, -1), components.eventShape);
    this.weights = weights;
    this.components = components;
  }
  #average(values: Tensor): Tensor {
    let w = this.weights.probs;
    for (let i = 0; i < this.eventShape.length; i++) w = expandDims(w, w.rank);
    return sum(mul(w, values), -1 - this.eventShape.length);
  }
  get mean(): Tensor {
    return this.#average(this.components.mean);
  }
  get variance(): Tensor {
    const { mean, variance } = this.components;
    return sub(this.#average(add(variance, square(mean))), square(this.mean));
  }
  logProb(x: TensorLike): Tensor {
    const t = lift(x, "logProb");
    const each = this.components.logProb(expandDims(t, t.rank - this.eventShape.length));
    return logSumExp(add(this.weights.logits, each), -1);
  }
  override cdf(x: TensorLike): Tensor {
    const t = lift(x, "cdf");
    return sum(mul(this.weights.probs, this.components.cdf(expandDims(t, t.rank))), -1);
  }
  override rsample(): Tensor {
    throw new ArgumentError(
      "Mixture: which component a draw comes from is discrete, so draws have no gradient; use sample() and logProb().",
    );
  }
  override sample(random: number | Random, shape: readonly number[] = []): Tensor {
    const r = stream(random);
    const labels = this.weights.sample(r, [
      ...shape,
      ...this.batchShape.slice(this.weights.batchShape.length),
    ]);
    const all = this.components.sample(r, shape);
    const size = this.eventShape.reduce((a, b) => a * b, 1);
    const K = this.weights.classes;
    const values = all.values();
    const full = [...shape, ...this.batchShape, ...this.eventShape];
    const out = allocate(
      all.dtype,
      full.reduce((a, b) => a * b, 1),
    );
    labels.values().forEach((k: number, i: number) => {
      out.set(values.subarray((i * K + k) * size, (i * K + k + 1) * size), i * size);
    });
    return new Tensor(out, full, all.dtype);
  }
}
