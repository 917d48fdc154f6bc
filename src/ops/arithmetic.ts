/**
 * Sums, products, quotients and powers of two tensors, with broadcasting.
 *
 * A cotangent that arrives in the broadcast shape is summed back to the operand's: `sumTo`.
 */

import { DTypeError, isFloat, type Op, rng, type Tensor } from "../tensor/index.ts";
import { broadcastTo, sumTo } from "./broadcast.ts";
import { and, equal, greater, less, where } from "./compare.ts";
import { apply, defineOp } from "./define.ts";
import { infix, PREC, productTex, tex, wrap } from "./latex.ts";
import { lift, type TensorLike } from "./lift.ts";
import { binaryForward } from "./loops.ts";
import { log, neg } from "./unary.ts";

type Rules = Pick<Op<null>, "vjp" | "jvp" | "latex">;

function binary(name: string, expression: string, rules: Rules, positive = false): Op<null> {
  const draw = (r: ReturnType<typeof rng>, shape: number[]): Tensor =>
    positive ? r.uniform(shape, 0.5, 2) : r.normal(shape);
  return defineOp<null>({
    name,
    elementwise: true,
    forward: binaryForward(name, expression, positive ? "float" : "same"),
    ...rules,
    samples: () => {
      const r = rng(11);
      return [
        { inputs: [draw(r, [3, 4]), draw(r, [3, 4])] },
        { inputs: [draw(r, [3, 4]), draw(r, [4])] },
        { inputs: [draw(r, [3, 1]), draw(r, [1, 4])] },
        { inputs: [draw(r, []), draw(r, [2, 3])] },
      ];
    },
  });
}

export const addOp = binary("add", "x + y", {
  vjp: [(G, [a]) => sumTo(G, a.shape), (G, [, b]) => sumTo(G, b.shape)],
  jvp: [(T, _, y) => broadcastTo(T, y.shape), (T, _, y) => broadcastTo(T, y.shape)],
  latex: infix("+", PREC.add),
});

export const subOp = binary("sub", "x - y", {
  vjp: [(G, [a]) => sumTo(G, a.shape), (G, [, b]) => sumTo(neg(G), b.shape)],
  jvp: [(T, _, y) => broadcastTo(T, y.shape), (T, _, y) => broadcastTo(neg(T), y.shape)],
  latex: infix("-", PREC.add, false),
});

export const mulOp = binary("mul", "x * y", {
  vjp: [(G, [a, b]) => sumTo(mul(G, b), a.shape), (G, [a, b]) => sumTo(mul(G, a), b.shape)],
  jvp: [(T, [, b]) => mul(T, b), (T, [a]) => mul(a, T)],
  latex: productTex,
});

export const divOp = binary(
  "div",
  "x / y",
  {
    vjp: [(G, [a, b]) => sumTo(div(G, b), a.shape), (G, [, b], y) => sumTo(neg(div(mul(G, y), b)), b.shape)],
    jvp: [(T, [, b]) => div(T, b), (T, [, b], y) => neg(div(mul(T, y), b))],
    latex: ([a, b]) => tex(`\\frac{${a.tex}}{${b.tex}}`),
  },
  true,
);

export const powOp = binary(
  "pow",
  "x === 1 ? 1 : Math.pow(x, y)",
  {
    vjp: [
      (G, [a, b]) => sumTo(mul(G, slope(a, b)), a.shape),
      (G, [a, b], y) => sumTo(mul(G, mul(y, safeLog(a))), b.shape),
    ],
    jvp: [(T, [a, b]) => mul(T, slope(a, b)), (T, [a], y) => mul(T, mul(y, safeLog(a)))],
    latex: ([a, b]) => tex(`${wrap(a, PREC.atom)}^{${b.tex}}`, PREC.power),
  },
  true,
);

/** b aᵇ⁻¹, and 0 where a = b = 0: a⁰ is 1 everywhere. */
function slope(a: Tensor, b: Tensor): Tensor {
  const zero = (t: Tensor): boolean => !t.hasValues || t.values().includes(0);
  const exponent = sub(b, 1);
  if (!zero(a) || !zero(b)) return mul(b, pow(a, exponent));
  return mul(b, pow(a, where(and(equal(a, 0), equal(b, 0)), 1, exponent)));
}

/** log a, but 0 where a = 0: the limit of aᵇ log a there for b > 0. */
function safeLog(a: Tensor): Tensor {
  const zero = equal(a, 0);
  return where(zero, 0, log(where(zero, 1, a)));
}

export const maximumOp = binary("maximum", "x !== x || x > y ? x : y", {
  vjp: [
    (G, [a, b]) => sumTo(mul(G, share(greater(a, b), a, b)), a.shape),
    (G, [a, b]) => sumTo(mul(G, share(less(a, b), a, b)), b.shape),
  ],
  jvp: [(T, [a, b]) => mul(T, share(greater(a, b), a, b)), (T, [a, b]) => mul(T, share(less(a, b), a, b))],
  latex: ([a, b]) => tex(`\\max\\left(${a.tex}, ${b.tex}\\right)`),
});

export const minimumOp = binary("minimum", "x !== x || x < y ? x : y", {
  vjp: [
    (G, [a, b]) => sumTo(mul(G, share(less(a, b), a, b)), a.shape),
    (G, [a, b]) => sumTo(mul(G, share(greater(a, b), a, b)), b.shape),
  ],
  jvp: [(T, [a, b]) => mul(T, share(less(a, b), a, b)), (T, [a, b]) => mul(T, share(greater(a, b), a, b))],
  latex: ([a, b]) => tex(`\\min\\left(${a.tex}, ${b.tex}\\right)`),
});

/** 1 where the operand is chosen, ½ where both are equal. */
function share(chosen: Tensor, a: Tensor, b: Tensor): Tensor {
  // In the operands' own dtype, so that float32 gradients stay float32.
  const [half, one, none] = [0.5, 1, 0].map((x) => lift(x, "maximum", isFloat(a.dtype) ? a : b));
  return where(equal(a, b), half, where(chosen, one, none));
}

function two(op: Op<null>, a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = [lift(a, op.name, b), lift(b, op.name, a)];
  if (op === subOp && x.dtype === "bool" && y.dtype === "bool")
    throw new DTypeError(
      "sub: two bool tensors have no difference; use notEqual() for exclusive or, or astype first.",
    );
  return apply(op, [x, y], null);
}

/**
 * a + b, elementwise; shapes broadcast as in NumPy: aligned at the right, sizes equal or 1.
 * @throws ShapeError when the shapes do not broadcast.
 * @example
 * ```ts
 * add([1, 2], 10); // → tensor([11, 12], shape=[2], float64)
 * ```
 */
export const add = (a: TensorLike, b: TensorLike): Tensor => two(addOp, a, b);
/**
 * a − b, broadcast.
 * @throws ShapeError when the shapes do not broadcast.
 * @example
 * ```ts
 * sub([[1, 2], [3, 4]], [1, 2]); // → [[0,0],[2,2]]
 * ```
 */
export const sub = (a: TensorLike, b: TensorLike): Tensor => two(subOp, a, b);
/**
 * Elementwise a ⊙ b, broadcast; for the matrix product see `matmul`.
 * @throws ShapeError when the shapes do not broadcast.
 * @example
 * ```ts
 * mul([1, 2, 3], [4, 5, 6]); // → tensor([ 4, 10, 18], shape=[3], float64)
 * ```
 */
export const mul = (a: TensorLike, b: TensorLike): Tensor => two(mulOp, a, b);
/**
 * Elementwise a / b, broadcast; always a float. Division by 0 gives ∞ or NaN.
 * @throws ShapeError when the shapes do not broadcast.
 * @example
 * ```ts
 * div([1, 2], 4); // → tensor([0.25, 0.50], shape=[2], float64)
 * ```
 */
export const div = (a: TensorLike, b: TensorLike): Tensor => two(divOp, a, b);
/**
 * Elementwise aᵇ, broadcast; real results only (NaN for a negative base with a fractional exponent).
 * @throws ShapeError when the shapes do not broadcast.
 * @example
 * ```ts
 * pow([1, 2, 3], 2); // → tensor([1, 4, 9], shape=[3], float64)
 * ```
 */
export const pow = (a: TensorLike, b: TensorLike): Tensor => two(powOp, a, b);
/**
 * max(a, b) of each pair, broadcast; NaN if either is. The gradient is shared equally where they are equal.
 * @throws ShapeError when the shapes do not broadcast.
 * @example
 * ```ts
 * maximum([1, 5], [3, 2]); // → tensor([3, 5], shape=[2], float64)
 * ```
 */
export const maximum = (a: TensorLike, b: TensorLike): Tensor => two(maximumOp, a, b);
/**
 * min(a, b) of each pair, broadcast; NaN if either is. The gradient is shared equally where they are equal.
 * @throws ShapeError when the shapes do not broadcast.
 * @example
 * ```ts
 * minimum([1, 5], [3, 2]); // → tensor([1, 2], shape=[2], float64)
 * ```
 */
export const minimum = (a: TensorLike, b: TensorLike): Tensor => two(minimumOp, a, b);
