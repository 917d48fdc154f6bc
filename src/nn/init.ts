/**
 * Initial values of parameters, with PyTorch's formulas. All overwrite the given tensor in place.
 *
 * Layers made without a stream of their own draw from one that `manualSeed` restarts, so a script
 * gives the same bits every time it runs.
 */

import { ArgumentError, type Random, rng, ShapeError, shapeText, type Tensor } from "../tensor/index.ts";

let stream = rng(0);

/** Restarts the stream that layers and dropout draw from when they are given none. */
export function manualSeed(seed: number): Random {
  stream = rng(seed);
  return stream;
}

export function defaultStream(): Random {
  return stream;
}

export interface InitOptions {
  rng?: Random;
}

export function uniform(t: Tensor, low = 0, high = 1, o: InitOptions = {}): Tensor {
  return t.assign((o.rng ?? stream).uniform(t.shape, low, high));
}

export function normal(t: Tensor, mean = 0, std = 1, o: InitOptions = {}): Tensor {
  return t.assign((o.rng ?? stream).normal(t.shape, mean, std));
}

export function constant(t: Tensor, value: number): Tensor {
  t.data.fill(value, t.offset, t.offset + t.size);
  return t;
}

export const zeros = (t: Tensor): Tensor => constant(t, 0);
export const ones = (t: Tensor): Tensor => constant(t, 1);

/** Inputs and outputs a unit is connected to: weight [out, in, …] with the rest a receptive field. */
export function fans(t: Tensor): { fanIn: number; fanOut: number } {
  if (t.rank < 2)
    throw new ShapeError(
      `fan in and out need a weight of two or more dimensions; got ${shapeText(t.shape)}.`,
    );
  const field = t.shape.slice(2).reduce((a, b) => a * b, 1);
  return { fanIn: t.shape[1] * field, fanOut: t.shape[0] * field };
}

export type Nonlinearity = "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

/** The factor that keeps variances level through the nonlinearity: √2 for ReLU, √(2/(1 + a²)) for leaky ReLU. */
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

export interface KaimingOptions extends InitOptions {
  a?: number;
  mode?: "fanIn" | "fanOut";
  nonlinearity?: Nonlinearity;
}

const kaimingStd = (
  t: Tensor,
  { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" }: KaimingOptions,
): number => gain(nonlinearity, a) / Math.sqrt(fans(t)[mode]);

/** He et al. (2015): uniform on ±√3 · gain/√fan. */
export function kaimingUniform(t: Tensor, o: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingStd(t, o);
  return uniform(t, -bound, bound, o);
}

/** He et al. (2015): normal with standard deviation gain/√fan. */
export function kaimingNormal(t: Tensor, o: KaimingOptions = {}): Tensor {
  return normal(t, 0, kaimingStd(t, o), o);
}

/** Glorot & Bengio (2010): uniform on ±gain·√(6/(fanIn + fanOut)). */
export function xavierUniform(t: Tensor, o: InitOptions & { gain?: number } = {}): Tensor {
  const { fanIn, fanOut } = fans(t);
  const bound = (o.gain ?? 1) * Math.sqrt(6 / (fanIn + fanOut));
  return uniform(t, -bound, bound, o);
}

/** Glorot & Bengio (2010): normal with standard deviation gain·√(2/(fanIn + fanOut)). */
export function xavierNormal(t: Tensor, o: InitOptions & { gain?: number } = {}): Tensor {
  const { fanIn, fanOut } = fans(t);
  return normal(t, 0, (o.gain ?? 1) * Math.sqrt(2 / (fanIn + fanOut)), o);
}
