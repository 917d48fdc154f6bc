/**
 * Functions of one tensor, element by element. Each row: name, expression, derivative, LaTeX. Those of
 * machine learning are in activations.ts, those of statistics in special.ts.
 *
 * The derivative is a function of the input x and the output y, in traced operations; vjp and jvp
 * multiply it by what arrives.
 */

import { DTypeError, type Op, rng, type Tensor } from "../tensor/index.ts";
import { add, div, mul, pow, sub } from "./arithmetic.ts";
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

export function unary({
  name,
  expression,
  derivative,
  latex,
  domain = [-2, 2],
  keepsInteger,
}: Unary): Op<null> {
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

/** Where samples of functions of positive numbers are drawn. */
export const POSITIVE = [0.3, 3] as const;

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

/** An operation without parameters as a function. */
export const one =
  (op: Op<null>) =>
  (x: TensorLike): Tensor =>
    apply(op, [lift(x, op.name)], null);

/**
 * −x.
 * @example
 * ```ts
 * neg([1, -2]); // → tensor([-1,  2], shape=[2], float64)
 * ```
 */
export const neg = (x: TensorLike): Tensor => {
  const t = lift(x, "neg");
  if (t.dtype === "bool")
    throw new DTypeError('neg: a bool tensor has no negative; use not(), or astype("int32") first.');
  return apply(negOp, [t], null);
};
/**
 * eˣ, elementwise. Derivative: eˣ.
 * @example
 * ```ts
 * exp([0, 1]); // → tensor([1.0000, 2.7183], shape=[2], float64)
 * ```
 */
export const exp = one(expOp);
/**
 * Natural logarithm log x, elementwise; −∞ at 0, NaN below. Derivative: 1/x.
 * @example
 * ```ts
 * log([1, Math.E]); // → tensor([0, 1], shape=[2], float64)
 * ```
 */
export const log = one(logOp);
/**
 * log(1 + x), accurate near 0. Derivative: 1/(1 + x).
 * @example
 * ```ts
 * log1p(1e-20); // → tensor(1e-20, float64)
 * ```
 */
export const log1p = one(log1pOp);
/**
 * eˣ − 1, accurate near 0. Derivative: eˣ.
 * @example
 * ```ts
 * expm1(1e-20); // → tensor(1e-20, float64)
 * ```
 */
export const expm1 = one(expm1Op);
/**
 * √x, elementwise; NaN below 0. Derivative: 1/(2√x).
 * @example
 * ```ts
 * sqrt([4, 9]); // → tensor([2, 3], shape=[2], float64)
 * ```
 */
export const sqrt = one(sqrtOp);
/**
 * x², elementwise; integers stay integers. Derivative: 2x.
 * @example
 * ```ts
 * square([1, -3]); // → tensor([1, 9], shape=[2], float64)
 * ```
 */
export const square = one(squareOp);
/**
 * |x|, elementwise; the gradient at 0 is 0.
 * @example
 * ```ts
 * abs([1, -3]); // → tensor([1, 3], shape=[2], float64)
 * ```
 */
export const abs = one(absOp);
/**
 * −1, 0 or 1, elementwise; the gradient is 0.
 * @example
 * ```ts
 * sign([-3, 0, 2]); // → tensor([-1,  0,  1], shape=[3], float64)
 * ```
 */
export const sign = one(signOp);
/**
 * sin x, in radians. Derivative: cos x.
 * @example
 * ```ts
 * sin([0, Math.PI / 2]); // → tensor([0, 1], shape=[2], float64)
 * ```
 */
export const sin = one(sinOp);
/**
 * cos x, in radians. Derivative: −sin x.
 * @example
 * ```ts
 * cos([0, Math.PI]); // → tensor([ 1, -1], shape=[2], float64)
 * ```
 */
export const cos = one(cosOp);
/**
 * tanh x. Derivative: 1 − tanh² x.
 * @example
 * ```ts
 * tanh([0, 1]); // → tensor([0.0000, 0.7616], shape=[2], float64)
 * ```
 */
export const tanh = one(tanhOp);
/**
 * 1 / x, elementwise.
 * @example
 * ```ts
 * reciprocal([2, 4]); // → tensor([0.50, 0.25], shape=[2], float64)
 * ```
 */
export const reciprocal = (x: TensorLike): Tensor => div(1, x);
/**
 * xⁿ for a constant n; n = 2 as `square`.
 * @example
 * ```ts
 * power([1, 2, 3], 3); // → tensor([ 1,  8, 27], shape=[3], float64)
 * ```
 */
export const power = (x: TensorLike, n: number): Tensor => (n === 2 ? square(x) : pow(x, n));
