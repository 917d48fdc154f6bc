/**
 * The special functions of statistics: the error function, log Γ and its derivatives.
 */

import { type Op, rng, type Tensor } from "../tensor/index.ts";
import { mul } from "./arithmetic.ts";
import { apply, defineOp } from "./define.ts";
import { call, PREC, tex } from "./latex.ts";
import { lift, type TensorLike } from "./lift.ts";
import { unaryForward } from "./loops.ts";
import { exp, neg, one, POSITIVE, square, unary } from "./unary.ts";

export const erfOp = unary({
  name: "erf",
  expression: "m.erf(x)",
  derivative: (x) => mul(2 / Math.sqrt(Math.PI), exp(neg(square(x)))),
  latex: call("\\operatorname{erf}"),
});
export const lgammaOp = unary({
  name: "lgamma",
  expression: "m.lgamma(x)",
  derivative: (x) => digamma(x),
  latex: ([x]) => tex(`\\log\\Gamma\\left(${x.tex}\\right)`, PREC.unary),
  domain: POSITIVE,
});
export const polygammaOp: Op<{ n: number }> = defineOp<{ n: number }>({
  name: "polygamma",
  elementwise: true,
  forward: (inputs, { n }) => unaryForward(`m.polygamma(${n}, x)`)(inputs),
  vjp: [(G, [x], _, { n }) => mul(G, polygamma(n + 1, x))],
  jvp: [(T, [x], _, { n }) => mul(T, polygamma(n + 1, x))],
  latex: ([x], { params: { n } }) => tex(`\\psi${n > 0 ? `^{(${n})}` : ""}\\left(${x.tex}\\right)`),
  samples: () => [0, 1, 2].map((n) => ({ inputs: [rng(5).uniform([3], ...POSITIVE)], params: { n } })),
});

/**
 * The error function 2/√π ∫₀ˣ e^{−t²} dt. Derivative: 2/√π e^{−x²}.
 * @example
 * ```ts
 * erf([0, 1]); // → tensor([0.0000, 0.8427], shape=[2], float64)
 * ```
 */
export const erf = one(erfOp);

/**
 * log Γ(x). Derivative: ψ(x), see `digamma`.
 * @example
 * ```ts
 * lgamma(5); // → tensor(3.17805383035, float64)
 * ```
 */
export const lgamma = one(lgammaOp);

/**
 * ψ⁽ⁿ⁾(x), the n-th derivative of ψ = (log Γ)′; for n ≥ 1 at positive x.
 * @example
 * ```ts
 * polygamma(1, [1, 2]); // → tensor([1.6449, 0.6449], shape=[2], float64)
 * ```
 */
export const polygamma = (n: number, x: TensorLike): Tensor =>
  apply(polygammaOp, [lift(x, "polygamma")], { n });

/**
 * ψ(x) = d log Γ/dx.
 * @example
 * ```ts
 * digamma(1); // → tensor(-0.577215664902, float64)
 * ```
 */
export const digamma = (x: TensorLike): Tensor => polygamma(0, x);
