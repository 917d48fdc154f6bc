/**
 * Functions of one tensor, element by element. Each row: name, expression, derivative, LaTeX.
 *
 * The derivative is a function of the input x and the output y, in traced operations; vjp and jvp
 * multiply it by what arrives.
 */

import { type Op, rng, type Tensor } from "../tensor/index.ts";
import { add, div, mul, pow, sub } from "./arithmetic.ts";
import { greater } from "./compare.ts";
import { apply, defineOp } from "./define.ts";
import { call, PREC, tex, wrap } from "./latex.ts";
import { lift, type TensorLike } from "./lift.ts";
import { unaryForward } from "./loops.ts";

interface Unary {
  name: string;
  expression: string;
  derivative?: (x: Tensor, y: Tensor) => Tensor;
  latex: Op["latex"];
  /** Where samples are drawn. */
  domain?: readonly [number, number];
  keepsInteger?: boolean;
}

function unary({ name, expression, derivative, latex, domain = [-2, 2], keepsInteger }: Unary): Op<null> {
  return defineOp<null>({
    name,
    elementwise: true,
    forward: unaryForward(expression, keepsInteger ? "same" : "float"),
    vjp: derivative && [(G, [x], y) => mul(G, derivative(x, y))],
    jvp: derivative && [(T, [x], y) => mul(T, derivative(x, y))],
    latex,
    samples: () => [
      { inputs: [rng(5).uniform([3, 4], ...domain)] },
      { inputs: [rng(6).uniform([], ...domain)] },
    ],
  });
}

const POSITIVE = [0.3, 3] as const;

export const negOp = defineOp<null>({
  name: "neg",
  elementwise: true,
  forward: unaryForward("-x", "same"),
  vjp: [(G) => neg(G)],
  jvp: [(T) => neg(T)],
  latex: ([x]) => tex(`-${wrap(x, PREC.mul)}`, PREC.add),
  samples: () => [{ inputs: [rng(5).normal([3, 4])] }],
});
export const expOp = unary({
  name: "exp",
  expression: "Math.exp(x)",
  derivative: (_, y) => y,
  latex: ([x]) => (x.tex.length < 24 ? tex(`e^{${x.tex}}`, PREC.power) : tex(`\\exp\\left(${x.tex}\\right)`)),
});
export const logOp = unary({
  name: "log",
  expression: "Math.log(x)",
  derivative: (x) => div(1, x),
  latex: ([x]) => tex(`\\log ${wrap(x, PREC.power)}`, PREC.unary),
  domain: POSITIVE,
});
export const log1pOp = unary({
  name: "log1p",
  expression: "Math.log1p(x)",
  derivative: (x) => div(1, add(x, 1)),
  latex: ([x]) => tex(`\\log\\left(1 + ${x.tex}\\right)`, PREC.unary),
  domain: [-0.5, 3],
});
export const expm1Op = unary({
  name: "expm1",
  expression: "Math.expm1(x)",
  derivative: (_, y) => add(y, 1),
  latex: ([x]) => tex(`e^{${x.tex}} - 1`, PREC.add),
});
export const sqrtOp = unary({
  name: "sqrt",
  expression: "Math.sqrt(x)",
  derivative: (_, y) => div(0.5, y),
  latex: ([x]) => tex(`\\sqrt{${x.tex}}`),
  domain: POSITIVE,
});
export const squareOp = unary({
  name: "square",
  expression: "x * x",
  derivative: (x) => mul(2, x),
  latex: ([x]) => tex(`${wrap(x, PREC.atom)}^{2}`, PREC.power),
  keepsInteger: true,
});
export const absOp = unary({
  name: "abs",
  expression: "Math.abs(x)",
  derivative: (x) => sign(x),
  latex: ([x]) => tex(`\\left|${x.tex}\\right|`),
  keepsInteger: true,
});
export const signOp = unary({
  name: "sign",
  expression: "Math.sign(x)",
  derivative: (x) => mul(x, 0),
  latex: call("\\operatorname{sign}"),
  keepsInteger: true,
});
export const sinOp = unary({
  name: "sin",
  expression: "Math.sin(x)",
  derivative: (x) => cos(x),
  latex: call("\\sin"),
});
export const cosOp = unary({
  name: "cos",
  expression: "Math.cos(x)",
  derivative: (x) => neg(sin(x)),
  latex: call("\\cos"),
});
export const tanhOp = unary({
  name: "tanh",
  expression: "Math.tanh(x)",
  derivative: (_, y) => sub(1, square(y)),
  latex: call("\\tanh"),
});
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

const one =
  (op: Op<null>) =>
  (x: TensorLike): Tensor =>
    apply(op, [lift(x, op.name)], null);

/** −x. */
export const neg = one(negOp);
/** eˣ. */
export const exp = one(expOp);
/** Natural logarithm; −∞ at 0, NaN below. */
export const log = one(logOp);
/** log(1 + x), accurate near 0. */
export const log1p = one(log1pOp);
/** eˣ − 1, accurate near 0. */
export const expm1 = one(expm1Op);
/** √x; NaN below 0. */
export const sqrt = one(sqrtOp);
/** x². */
export const square = one(squareOp);
/** |x|, with gradient 0 at 0. */
export const abs = one(absOp);
/** −1, 0 or 1. */
export const sign = one(signOp);
export const sin = one(sinOp);
export const cos = one(cosOp);
export const tanh = one(tanhOp);
/** σ(x) = 1 / (1 + e⁻ˣ), without overflow. */
export const sigmoid = one(sigmoidOp);
/** log(1 + eˣ), without overflow. */
export const softplus = one(softplusOp);
/** max(x, 0), with gradient 0 at 0, as in PyTorch. */
export const relu = one(reluOp);
/** The error function. */
export const erf = one(erfOp);
/** log Γ(x). */
export const lgamma = one(lgammaOp);
/** ψ⁽ⁿ⁾(x), the n-th derivative of ψ = (log Γ)′; for n ≥ 1 at positive x. */
export const polygamma = (n: number, x: TensorLike): Tensor =>
  apply(polygammaOp, [lift(x, "polygamma")], { n });
/** ψ(x) = d log Γ/dx. */
export const digamma = (x: TensorLike): Tensor => polygamma(0, x);
/** Swish (SiLU): x σ(x). */
export const silu = (x: TensorLike): Tensor => mul(x, sigmoid(x));
/** GELU: x Φ(x), the exact form with erf. */
export const gelu = (x: TensorLike): Tensor => mul(mul(0.5, x), add(1, erf(mul(x, Math.SQRT1_2))));
/** 1 / x. */
export const reciprocal = (x: TensorLike): Tensor => div(1, x);
/** xⁿ for a constant n; n = 2 as `square`. */
export const power = (x: TensorLike, n: number): Tensor => (n === 2 ? square(x) : pow(x, n));
