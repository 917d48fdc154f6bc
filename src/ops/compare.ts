/**
 * Comparisons, which give bool tensors and carry no gradient, and `where`, which chooses by them.
 */

import { type Op, rng, Tensor } from "../tensor/index.ts";
import { broadcastTo, sumTo } from "./broadcast.ts";
import { apply, defineOp } from "./define.ts";
import { tex } from "./latex.ts";
import { lift, type TensorLike } from "./lift.ts";
import { binaryForward, unaryForward } from "./loops.ts";

function comparison(name: string, expression: string, sign: string): Op<null> {
  return defineOp<null>({
    name,
    elementwise: true,
    forward: binaryForward(name, expression, "bool"),
    latex: ([a, b]) => tex(`\\mathbf{1}\\left[${a.tex} ${sign} ${b.tex}\\right]`),
    samples: () => [{ inputs: [rng(7).integers([3, 4], 0, 3), rng(8).integers([4], 0, 3)] }],
  });
}

export const greaterOp = comparison("greater", "x > y ? 1 : 0", ">");
export const greaterEqualOp = comparison("greaterEqual", "x >= y ? 1 : 0", "\\ge");
export const lessOp = comparison("less", "x < y ? 1 : 0", "<");
export const lessEqualOp = comparison("lessEqual", "x <= y ? 1 : 0", "\\le");
export const equalOp = comparison("equal", "x === y ? 1 : 0", "=");
export const notEqualOp = comparison("notEqual", "x !== y ? 1 : 0", "\\ne");
export const andOp = comparison("and", "x && y ? 1 : 0", "\\land");
export const orOp = comparison("or", "x || y ? 1 : 0", "\\lor");

export const notOp = defineOp<null>({
  name: "not",
  elementwise: true,
  forward: unaryForward("x ? 0 : 1", "bool"),
  latex: ([a]) => tex(`\\lnot ${a.tex}`),
  samples: () => [{ inputs: [rng(7).integers([3, 4], 0, 2)] }],
});

export const whereOp = defineOp<null>({
  name: "where",
  elementwise: true,
  forward: ([condition, a, b]) => {
    // Chosen, not multiplied: NaN and ∞ on the side not taken stay out of the result.
    const left = binaryForward("where", "x ? y : 0")([condition, a]);
    const shape = binaryForward("where", "0")([left, b]);
    const [c, p, q] = [condition, a, b].map((t) => binaryForward("where", "y")([shape, t]).values());
    const out = shape.data;
    for (let i = 0; i < out.length; i++) out[i] = c[i] ? p[i] : q[i];
    return new Tensor(out, shape.shape, shape.dtype);
  },
  vjp: [null, (G, [c, a]) => sumTo(where(c, G, 0), a.shape), (G, [c, , b]) => sumTo(where(c, 0, G), b.shape)],
  jvp: [
    null,
    (T, [c], y) => broadcastTo(where(c, T, 0), y.shape),
    (T, [c], y) => broadcastTo(where(c, 0, T), y.shape),
  ],
  latex: ([c, a, b]) => tex(`\\begin{cases}${a.tex} & ${c.tex} \\\\ ${b.tex} & \\text{else}\\end{cases}`),
  samples: () => {
    const r = rng(9);
    const mask = greater(r.normal([3, 4]), 0);
    return [
      { inputs: [mask, r.normal([3, 4]), r.normal([3, 4])] },
      { inputs: [mask, r.normal([4]), r.normal([])] },
    ];
  },
});

const two =
  (op: Op<null>) =>
  (a: TensorLike, b: TensorLike): Tensor =>
    apply(op, [lift(a, op.name, b), lift(b, op.name, a)], null);

/** 1[a > b], elementwise, as a bool tensor. */
export const greater = two(greaterOp);
/** 1[a ≥ b]. */
export const greaterEqual = two(greaterEqualOp);
/** 1[a < b]. */
export const less = two(lessOp);
/** 1[a ≤ b]. */
export const lessEqual = two(lessEqualOp);
/** 1[a = b]. */
export const equal = two(equalOp);
/** 1[a ≠ b]. */
export const notEqual = two(notEqualOp);
/** Both non-zero. */
export const and = two(andOp);
/** Either non-zero. */
export const or = two(orOp);
/** Zero. */
export const not = (a: TensorLike): Tensor => apply(notOp, [lift(a, "not")], null);

/** a where the condition holds, else b; all three broadcast. */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  return apply(whereOp, [lift(condition, "where"), lift(a, "where", b), lift(b, "where", a)], null);
}
