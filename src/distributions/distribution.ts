/**
 * What a distribution is: a log density with gradients, samples from explicit streams, moments, entropy.
 *
 * Names and shapes are PyTorch's: batchShape of independent copies, eventShape of one draw. Parameters may
 * be traced tensors; logProb, entropy and rsample differentiate by them.
 */

import { fromHost } from "../ops/host.ts";
import { lift, noGrad, sqrt, type TensorLike } from "../ops/index.ts";
import { ArgumentError, broadcastShapes, type Random, rng, Tensor } from "../tensor/index.ts";

/**
 * A log density with gradients, samples from explicit streams, moments, entropy: what every distribution has.
 * Constructors take numbers, arrays or tensors, which broadcast to `batchShape`; one draw has shape `eventShape`.
 * Source: names, shapes and meanings are those of PyTorch's `torch.distributions`.
 * @example
 * ```ts
 * const all: Distribution[] = [new Normal(0, 1), new Gamma(2, 3), new Dirichlet([1, 2])];
 * all.map((d) => d.sample(1, [5]).shape); // → [ [ 5 ], [ 5 ], [ 5, 2 ] ]
 * ```
 */
export abstract class Distribution {
  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[];
  constructor(batchShape: readonly number[], eventShape: readonly number[] = []) {
    this.batchShape = batchShape;
    this.eventShape = eventShape;
  }

  toString(): string {
    const own = Object.entries(this)
      .filter(([name, t]) => t instanceof Tensor || (t instanceof Distribution && name !== "constructor"))
      .map(([name, t]) => `${name}: ${t}`);
    return `${this.constructor.name} { ${own.join(", ")} }`;
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  abstract get mean(): Tensor;
  abstract get variance(): Tensor;
  get stddev(): Tensor {
    return sqrt(this.variance);
  }
  /** log p(x), summed over the event; −∞ outside the support. */
  abstract logProb(x: TensorLike): Tensor;
  /** −E log p(x). */
  entropy(): Tensor {
    throw new ArgumentError(
      `${this.constructor.name}: the entropy has no closed form; average −logProb over samples.`,
    );
  }
  /** P(X ≤ x). */
  cdf(_x: TensorLike): Tensor {
    throw new ArgumentError(`${this.constructor.name}: cdf is not available.`);
  }
  /** Draws of shape [...shape, ...batchShape, ...eventShape], differentiable by the parameters. */
  rsample(_random: number | Random, _shape: readonly number[] = []): Tensor {
    throw new ArgumentError(
      `${this.constructor.name}: samples are discrete and have no gradient; use sample() and logProb().`,
    );
  }
  /** Draws of shape [...shape, ...batchShape, ...eventShape], from a stream or a seed. */
  sample(random: number | Random, shape: readonly number[] = []): Tensor {
    return noGrad(() => this.rsample(random, shape)).detach();
  }
}

export function stream(random: number | Random): Random {
  if (typeof random === "number") return rng(random);
  if (random === undefined)
    throw new ArgumentError(
      "sample: give a seed or a stream of random numbers first, e.g. d.sample(1, [100]).",
    );
  return random;
}

/** Standard normal or uniform numbers; inside compile(), fresh ones at every replay. */
export function noise(random: number | Random, kind: "normal" | "uniform", shape: readonly number[]): Tensor {
  const r = stream(random);
  return fromHost(() => r[kind](shape) as Tensor);
}

/** Parameters as tensors of one batch shape. */
export function parameters(where: string, ...given: TensorLike[]): { tensors: Tensor[]; batch: number[] } {
  const like = given.find((g) => g instanceof Tensor);
  const tensors = given.map((g) => lift(g, where, like));
  return { tensors, batch: tensors.map((t) => [...t.shape]).reduce((a, b) => broadcastShapes(a, b, where)) };
}

/** Throws unless every entry satisfies the condition. */
export function require(
  t: Tensor,
  where: string,
  name: string,
  condition: (v: number) => boolean,
  what: string,
): void {
  // Inside compile() values are not known yet.
  if (!t.hasValues) return;
  for (const v of t.values())
    if (!condition(v)) throw new ArgumentError(`${where}: ${name} must be ${what}; got ${v}.`);
}

export const isPositive = (v: number): boolean => v > 0 && v < Number.POSITIVE_INFINITY;
