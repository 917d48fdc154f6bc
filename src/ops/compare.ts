/**
 * Comparisons, which give bool tensors and carry no gradient, and `where`, which chooses by them.
 */

import {
  broadcastShapes,
  type Op,
  promote,
  reserve,
  rng,
  sizeOf,
  Tensor,
  type TypedArray,
} from "../tensor/index.ts";
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

// A branch would be guessed wrong for every other random number, and cost ten times the comparison.
export const greaterOp = comparison("greater", "+(x > y)", ">");
export const greaterEqualOp = comparison("greaterEqual", "+(x >= y)", "\\ge");
export const lessOp = comparison("less", "+(x < y)", "<");
export const lessEqualOp = comparison("lessEqual", "+(x <= y)", "\\le");
export const equalOp = comparison("equal", "+(x === y)", "=");
export const notEqualOp = comparison("notEqual", "+(x !== y)", "\\ne");
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
    const shape = broadcastShapes(broadcastShapes(condition.shape, a.shape, "where"), b.shape, "where");
    const dtype = promote(a.dtype, b.dtype);
    const out = reserve(dtype, sizeOf(shape));
    const dense = (t: Tensor): TypedArray =>
      (t.size === 1 || t.size === out.length ? t : broadcastTo(t.detach(), shape)).values();
    const [c, p, q] = [condition, a, b].map(dense);
    const [ci, pi, qi] = [c, p, q].map((values) => Number(values.length > 1));
    // Chosen, not multiplied: NaN and ∞ on the side not taken stay out of the result.
    for (let i = 0; i < out.length; i++) out[i] = c[i * ci] ? p[i * pi] : q[i * qi];
    return new Tensor(out, shape, dtype);
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

/**
 * 1[a > b], elementwise, as a bool tensor.
 * @throws ShapeError when the shapes do not broadcast.
 * @example
 * ```ts
 * greater([1, 2, 3], 2); // → tensor([false, false,  true], shape=[3], bool)
 * ```
 */
export const greater = two(greaterOp);
/**
 * 1[a ≥ b], elementwise, as a bool tensor.
 * @throws ShapeError when the shapes do not broadcast.
 * @example
 * ```ts
 * greaterEqual([1, 2, 3], 2); // → tensor([false,  true,  true], shape=[3], bool)
 * ```
 */
export const greaterEqual = two(greaterEqualOp);
/**
 * 1[a < b], elementwise, as a bool tensor.
 * @throws ShapeError when the shapes do not broadcast.
 * @example
 * ```ts
 * less([1, 2, 3], 2); // → tensor([ true, false, false], shape=[3], bool)
 * ```
 */
export const less = two(lessOp);
/**
 * 1[a ≤ b], elementwise, as a bool tensor.
 * @throws ShapeError when the shapes do not broadcast.
 * @example
 * ```ts
 * lessEqual([1, 2, 3], 2); // → tensor([ true,  true, false], shape=[3], bool)
 * ```
 */
export const lessEqual = two(lessEqualOp);
/**
 * 1[a = b], elementwise, as a bool tensor; NaN equals nothing.
 * @throws ShapeError when the shapes do not broadcast.
 * @example
 * ```ts
 * equal([1, 2, 3], 2); // → tensor([false,  true, false], shape=[3], bool)
 * ```
 */
export const equal = two(equalOp);
/**
 * 1[a ≠ b], elementwise, as a bool tensor.
 * @throws ShapeError when the shapes do not broadcast.
 * @example
 * ```ts
 * notEqual([1, 2, 3], 2); // → tensor([ true, false,  true], shape=[3], bool)
 * ```
 */
export const notEqual = two(notEqualOp);
/**
 * Whether both are non-zero, elementwise, as a bool tensor.
 * @throws ShapeError when the shapes do not broadcast.
 * @example
 * ```ts
 * and([true, true], [true, false]); // → tensor([ true, false], shape=[2], bool)
 * ```
 */
export const and = two(andOp);
/**
 * Whether either is non-zero, elementwise, as a bool tensor.
 * @throws ShapeError when the shapes do not broadcast.
 * @example
 * ```ts
 * or([true, false], [false, false]); // → tensor([ true, false], shape=[2], bool)
 * ```
 */
export const or = two(orOp);
/**
 * Whether it is zero, elementwise, as a bool tensor.
 * @example
 * ```ts
 * not([true, false]); // → tensor([false,  true], shape=[2], bool)
 * ```
 */
export const not = (a: TensorLike): Tensor => apply(notOp, [lift(a, "not")], null);

/**
 * a where the condition holds, else b; all three broadcast. NaN on the side not taken stays out of the
 * value.
 * @throws ShapeError when the shapes do not broadcast.
 * @example
 * ```ts
 * const x = tensor([-4, 9]);
 * where(x.greater(0), x.sqrt(), 0); // → tensor([0, 3], shape=[2], float64)
 * ```
 */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  return apply(whereOp, [lift(condition, "where"), lift(a, "where", b), lift(b, "where", a)], null);
}
