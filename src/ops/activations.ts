/**
 * The nonlinear functions of neural networks, element by element, as PyTorch defines them.
 */

import type { Tensor } from "../tensor/index.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { greater } from "./compare.ts";
import { call, tex } from "./latex.ts";
import type { TensorLike } from "./lift.ts";
import { erf } from "./special.ts";
import { one, unary } from "./unary.ts";

export const sigmoidOp = unary({
  name: "sigmoid",
  expression: "m.sigmoid(x)",
  derivative: (_, y) => mul(y, sub(1, y)),
  latex: call("\\sigma"),
});
export const softplusOp = unary({
  name: "softplus",
  expression: "m.softplus(x)",
  derivative: (x) => sigmoid(x),
  latex: ([x]) => tex(`\\log\\left(1 + e^{${x.tex}}\\right)`),
});
export const reluOp = unary({
  name: "relu",
  expression: "x > 0 || x !== x ? x : 0",
  derivative: (x) => greater(x, 0),
  latex: call("\\operatorname{ReLU}"),
  keepsInteger: true,
});

/**
 * σ(x) = 1 / (1 + e⁻ˣ), without overflow. Derivative: σ(1 − σ).
 * @example
 * ```ts
 * sigmoid([0, 1000]); // → tensor([0.5, 1.0], shape=[2], float64)
 * ```
 */
export const sigmoid = one(sigmoidOp);

/**
 * log(1 + eˣ), without overflow. Derivative: σ(x).
 * @example
 * ```ts
 * softplus([-1000, 0, 1000]); // → tensor([   0.0000,    0.6931, 1000.0000], shape=[3], float64)
 * ```
 */
export const softplus = one(softplusOp);

/**
 * max(x, 0), with gradient 0 at 0, as in PyTorch.
 * @example
 * ```ts
 * relu([-1, 2]); // → tensor([0, 2], shape=[2], float64)
 * ```
 */
export const relu = one(reluOp);

/**
 * Swish (SiLU): x σ(x).
 * @example
 * ```ts
 * silu([0, 1]); // → tensor([0.0000, 0.7311], shape=[2], float64)
 * ```
 */
export const silu = (x: TensorLike): Tensor => mul(x, sigmoid(x));

/**
 * GELU: x Φ(x), the exact form with erf.
 * @example
 * ```ts
 * gelu([0, 1]); // → tensor([0.0000, 0.8413], shape=[2], float64)
 * ```
 */
export const gelu = (x: TensorLike): Tensor => mul(mul(0.5, x), add(1, erf(mul(x, Math.SQRT1_2))));
