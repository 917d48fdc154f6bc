/**
 * Initial values of parameters, with PyTorch's formulas. All overwrite the given tensor in place.
 *
 * Layers made without a stream of their own draw from one that `manualSeed` restarts, so a script
 * gives the same bits every time it runs.
 */

import { ArgumentError, type Random, rng, ShapeError, shapeText, type Tensor } from "../tensor/index.ts";

let stream = rng(0);

/**
 * Restarts the stream that layers and dropout draw from when they are given none.
 * @example
 * ```ts
 * manualSeed(1);
 * const a = new Linear(2, 1).weight.toArray();
 * manualSeed(1);
 * const b = new Linear(2, 1).weight.toArray();
 * String(a) === String(b); // → true
 * ```
 */
export function manualSeed(seed: number): Random {
  stream = rng(seed);
  return stream;
}

/**
 * The stream of `manualSeed`: what layers and dropout draw from when they are given none.
 * @example
 * ```ts
 * manualSeed(3);
 * init.defaultStream().seed; // → 3
 * ```
 */
export function defaultStream(): Random {
  return stream;
}

/** Where initial values are drawn from; by default the stream of `manualSeed`. */
export interface InitOptions {
  rng?: Random;
}

/**
 * Overwrites t with uniform numbers from [low, high).
 * @example
 * ```ts
 * init.uniform(zeros([3]), -1, 1, { rng: rng(1) }); // → tensor([ 0.1273,  0.7918, -0.4553], shape=[3], float64)
 * ```
 */
export function uniform(t: Tensor, low = 0, high = 1, o: InitOptions = {}): Tensor {
  return t.assign((o.rng ?? stream).uniform(t.shape, low, high));
}

/**
 * Overwrites t with normal numbers.
 * @example
 * ```ts
 * init.normal(zeros([3]), 0, 0.1, { rng: rng(1) }); // → tensor([ 0.0149,  0.0928, -0.1555], shape=[3], float64)
 * ```
 */
export function normal(t: Tensor, mean = 0, std = 1, o: InitOptions = {}): Tensor {
  return t.assign((o.rng ?? stream).normal(t.shape, mean, std));
}

/**
 * Overwrites every entry of t with one number.
 * @example
 * ```ts
 * init.constant(zeros([2]), 0.5); // → tensor([0.5, 0.5], shape=[2], float64)
 * ```
 */
export function constant(t: Tensor, value: number): Tensor {
  t.data.fill(value, t.offset, t.offset + t.size);
  return t;
}

/**
 * Overwrites t with zeros.
 * @example
 * ```ts
 * init.zeros(ones([2])); // → tensor([0, 0], shape=[2], float64)
 * ```
 */
export const zeros = (t: Tensor): Tensor => constant(t, 0);
/**
 * Overwrites t with ones.
 * @example
 * ```ts
 * init.ones(zeros([2])); // → tensor([1, 1], shape=[2], float64)
 * ```
 */
export const ones = (t: Tensor): Tensor => constant(t, 1);

/**
 * Inputs and outputs a unit is connected to: weight [out, in, …] with the rest a receptive field.
 * @example
 * ```ts
 * init.fans(zeros([8, 4, 3, 3])); // → { fanIn: 36, fanOut: 72 }
 * ```
 */
export function fans(t: Tensor): { fanIn: number; fanOut: number } {
  if (t.rank < 2)
    throw new ShapeError(
      `fan in and out need a weight of two or more dimensions; got ${shapeText(t.shape)}.`,
    );
  const field = t.shape.slice(2).reduce((a, b) => a * b, 1);
  return { fanIn: t.shape[1] * field, fanOut: t.shape[0] * field };
}

/** The functions that `gain` knows. */
export type Nonlinearity = "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

/**
 * The factor that keeps variances level through the nonlinearity: √2 for ReLU, √(2/(1 + a²)) for leaky ReLU.
 * @example
 * ```ts
 * init.gain("relu"); // → 1.4142135623730951
 * ```
 */
export function gain(nonlinearity: Nonlinearity, a = 0.01): number {
  switch (nonlinearity) {
    case "linear":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leakyRelu":
      return Math.sqrt(2 / (1 + a * a));
    case "selu":
      return 0.75;
    default:
      throw new ArgumentError(
        `gain: "${nonlinearity}" is not known; use linear, sigmoid, tanh, relu, leakyRelu or selu.`,
      );
  }
}

/** Settings of He initialisation, as in PyTorch. */
export interface KaimingOptions extends InitOptions {
  a?: number;
  mode?: "fanIn" | "fanOut";
  nonlinearity?: Nonlinearity;
}

const kaimingStd = (
  t: Tensor,
  { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" }: KaimingOptions,
): number => gain(nonlinearity, a) / Math.sqrt(fans(t)[mode]);

/**
 * He et al. (2015): uniform on ±√3 · gain/√fan.
 * @example
 * ```ts
 * const t = init.kaimingUniform(zeros([8, 6]), { nonlinearity: "relu", rng: rng(1) });
 * t.abs().max().item() <= 1; // → true
 * ```
 */
export function kaimingUniform(t: Tensor, o: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingStd(t, o);
  return uniform(t, -bound, bound, o);
}

/**
 * He et al. (2015): normal with standard deviation gain/√fan.
 * @example
 * ```ts
 * const t = init.kaimingNormal(zeros([500, 200]), { nonlinearity: "relu", rng: rng(1) });
 * t.variance().item().toFixed(3); // → 0.010
 * ```
 */
export function kaimingNormal(t: Tensor, o: KaimingOptions = {}): Tensor {
  return normal(t, 0, kaimingStd(t, o), o);
}

/**
 * Glorot & Bengio (2010): uniform on ±gain·√(6/(fanIn + fanOut)).
 * @example
 * ```ts
 * const t = init.xavierUniform(zeros([3, 3]), { rng: rng(1) });
 * t.abs().max().item() <= 1; // → true
 * ```
 */
export function xavierUniform(t: Tensor, o: InitOptions & { gain?: number } = {}): Tensor {
  const { fanIn, fanOut } = fans(t);
  const bound = (o.gain ?? 1) * Math.sqrt(6 / (fanIn + fanOut));
  return uniform(t, -bound, bound, o);
}

/**
 * Glorot & Bengio (2010): normal with standard deviation gain·√(2/(fanIn + fanOut)).
 * @example
 * ```ts
 * const t = init.xavierNormal(zeros([300, 100]), { rng: rng(1) });
 * t.variance().item().toFixed(4); // → 0.0050
 * ```
 */
export function xavierNormal(t: Tensor, o: InitOptions & { gain?: number } = {}): Tensor {
  const { fanIn, fanOut } = fans(t);
  return normal(t, 0, (o.gain ?? 1) * Math.sqrt(2 / (fanIn + fanOut)), o);
}
