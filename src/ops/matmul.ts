/**
 * Matrix products: of matrices, of a matrix and a vector, of batches; and the outer product.
 *
 * With Z = A B and G = ∂L/∂Z:  ∂L/∂A = G Bᵀ,  ∂L/∂B = Aᵀ G. For a vector b: ∂L/∂A = G bᵀ.
 */

import { multiplyInto } from "../kernels/index.ts";
import {
  broadcastShapes,
  broadcastStrides,
  promote,
  reserve,
  rng,
  ShapeError,
  shapeText,
  sizeOf,
  Tensor,
} from "../tensor/index.ts";
import type { Factor, Product, Shape } from "../tensor/types.ts";
import { mul, mulOp } from "./arithmetic.ts";
import { sumTo } from "./broadcast.ts";
import { apply, defineOp } from "./define.ts";
import { PREC, tex, wrap } from "./latex.ts";
import { reshape, reshapeOp, transpose } from "./layout.ts";
import { lift, type TensorLike } from "./lift.ts";

export const matmulOp = defineOp<null>({
  name: "matmul",
  forward: ([a, b]) => {
    const [m, k] = a.rank === 1 ? [1, a.shape[0]] : a.shape.slice(-2);
    const n = b.rank === 1 ? 1 : b.shape[b.rank - 1];
    const where =
      a.rank > 2 && b.rank > 2
        ? `matmul: ${shapeText(a.shape)} @ ${shapeText(b.shape)}: leading axes`
        : "matmul";
    const lead = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), where);
    const tail = [...(a.rank === 1 ? [] : [m]), ...(b.rank === 1 ? [] : [n])];
    const dtype = promote(promote(a.dtype, b.dtype), "int32");
    const out = reserve(dtype, sizeOf(lead) * m * n);
    const sa = broadcastStrides(a.shape.slice(0, -2), a.strides.slice(0, -2), lead);
    const sb = broadcastStrides(b.shape.slice(0, -2), b.strides.slice(0, -2), lead);
    const A = {
      data: a.data,
      offset: a.offset,
      row: a.rank === 1 ? 0 : a.strides[a.rank - 2],
      column: a.strides[a.rank - 1],
    };
    const B = {
      data: b.data,
      offset: b.offset,
      row: b.strides[Math.max(0, b.rank - 2)],
      column: b.rank === 1 ? 1 : b.strides[b.rank - 1],
    };
    const count = sizeOf(lead);
    const index = lead.map(() => 0);
    for (let i = 0; i < count; i++) {
      multiplyInto(A, B, out, i * m * n, m, k, n);
      for (let d = lead.length - 1; d >= 0; d--) {
        A.offset += sa[d];
        B.offset += sb[d];
        if (++index[d] < lead[d]) break;
        A.offset -= sa[d] * lead[d];
        B.offset -= sb[d] * lead[d];
        index[d] = 0;
      }
    }
    return new Tensor(out, [...lead, ...tail], dtype);
  },
  vjp: [
    (G, [a, b]) => {
      if (a.rank === 1 && b.rank === 1) return mul(G, b);
      if (b.rank === 1) return outer(G, b);
      if (a.rank === 1) return matmul(b, G);
      return sumTo(matmul(G, transpose(b)), a.shape);
    },
    (G, [a, b]) => {
      if (a.rank === 1 && b.rank === 1) return mul(G, a);
      if (a.rank === 1) return outer(a, G);
      if (b.rank === 1) return matmul(transpose(a), G);
      return sumTo(matmul(transpose(a), G), b.shape);
    },
  ],
  jvp: [(T, [, b]) => matmul(T, b), (T, [a]) => matmul(a, T)],
  latex: ([a, b], { shapes }) =>
    shapes[0].length === 1
      ? tex(`${wrap(a, PREC.atom)}^{\\top} ${wrap(b, PREC.mul)}`, PREC.mul)
      : tex(`${wrap(a, PREC.mul)} ${wrap(b, PREC.mul)}`, PREC.mul),
  samples: () => {
    const r = rng(3);
    return [
      { inputs: [r.normal([2, 3]), r.normal([3, 4])] },
      { inputs: [r.normal([2, 3]), r.normal([3])] },
      { inputs: [r.normal([3]), r.normal([3, 2])] },
      { inputs: [r.normal([3]), r.normal([3])] },
      { inputs: [r.normal([2, 2, 3]), r.normal([3, 2])] },
      { inputs: [r.normal([1, 2, 3]), r.normal([2, 3, 2])] },
      { inputs: [transpose(r.normal([3, 2])), r.normal([3, 5])] },
    ];
  },
});

export const outerOp = defineOp<null>({
  name: "outer",
  forward: ([a, b]) => mulOp.forward([reshapeOp.forward([a], { shape: [a.size, 1] }), b], null),
  vjp: [(G, [, b]) => matmul(G, b), (G, [a]) => matmul(transpose(G), a)],
  jvp: [(T, [, b]) => outer(T, b), (T, [a]) => outer(a, T)],
  latex: ([a, b]) => tex(`${wrap(a, PREC.mul)} ${wrap(b, PREC.atom)}^{\\top}`, PREC.mul),
  samples: () => [{ inputs: [rng(1).normal([3]), rng(2).normal([4])] }],
});

/**
 * The matrix product; batched over leading axes, which broadcast.
 * Vectors are rows on the left and columns on the right: [k] @ [k, n] → [n], [m, k] @ [k] → [m], [k] @ [k] →
 * scalar.
 * @throws ShapeError when the inner sizes differ.
 * @example
 * ```ts
 * matmul([[1, 2], [3, 4]], [1, 1]); // → tensor([3, 7], shape=[2], float64)
 * ```
 */
export function matmul<A extends Shape, B extends Shape>(
  left: Tensor<A>,
  right: Factor<A, B>,
): Tensor<Product<A, B>>;
export function matmul(left: TensorLike, right: readonly unknown[]): Tensor;
export function matmul(left: readonly unknown[], right: TensorLike): Tensor;
export function matmul(left: TensorLike, right: TensorLike): Tensor {
  const a = lift(left, "matmul");
  const b = lift(right, "matmul");
  if (a.rank === 0 || b.rank === 0)
    throw new ShapeError(
      `matmul: shapes ${shapeText(a.shape)} and ${shapeText(b.shape)}; a scalar has no rows or columns. Use mul for scaling.`,
    );
  const k = a.shape[a.rank - 1];
  const rows = b.shape[Math.max(0, b.rank - 2)];
  if (k !== rows) throw new ShapeError(mismatch(a, b, k, rows));
  // A vector beside a batch joins as a matrix of one row or column, then leaves again.
  if (a.rank === 1 && b.rank > 2) return dropAxis(matmul(reshape(a, [1, k]), b), -2);
  if (b.rank === 1 && a.rank > 2) return dropAxis(matmul(a, reshape(b, [k, 1])), -1);
  return apply(matmulOp, [a, b], null);
}

function dropAxis(x: Tensor, axis: number): Tensor {
  return reshape(x, x.shape.toSpliced(x.rank + axis, 1));
}

function mismatch(a: Tensor, b: Tensor, k: number, rows: number): string {
  const text = `matmul: ${shapeText(a.shape)} @ ${shapeText(b.shape)}: the inner sizes ${k} and ${rows} differ.`;
  const fits: string[] = [];
  if (b.rank >= 2 && b.shape[b.rank - 1] === k) fits.push("transpose the right operand (B.T)");
  if (a.rank >= 2 && a.shape[a.rank - 2] === rows) fits.push("transpose the left operand (A.T)");
  if (b.rank >= 2 && a.rank >= 2 && b.shape[b.rank - 1] === a.shape[a.rank - 2])
    fits.push("exchange the operands (B @ A)");
  return `${text} ${fits.length > 0 ? `Perhaps ${fits.join(", or ")}.` : "Columns of the left must equal rows of the right."}`;
}

/**
 * The outer product a bᵀ of two vectors.
 * @throws ShapeError unless both are vectors.
 * @example
 * ```ts
 * outer([1, 2], [3, 4]); // → [[3,4],[6,8]]
 * ```
 */
export function outer(left: TensorLike, right: TensorLike): Tensor {
  const a = lift(left, "outer");
  const b = lift(right, "outer");
  if (a.rank !== 1 || b.rank !== 1)
    throw new ShapeError(
      `outer: expected two vectors; got shapes ${shapeText(a.shape)} and ${shapeText(b.shape)}.`,
    );
  return apply(outerOp, [a, b], null);
}

/**
 * Σ aᵢ bᵢ of two vectors.
 * @throws ShapeError unless both are vectors of one size.
 * @example
 * ```ts
 * dot([1, 2, 3], [4, 5, 6]); // → tensor(32, float64)
 * ```
 */
export function dot(left: TensorLike, right: TensorLike): Tensor {
  const a = lift(left, "dot");
  const b = lift(right, "dot");
  if (a.rank !== 1 || b.rank !== 1)
    throw new ShapeError(
      `dot: expected two vectors; got shapes ${shapeText(a.shape)} and ${shapeText(b.shape)}.`,
    );
  return matmul(a, b);
}
