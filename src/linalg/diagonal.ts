/**
 * Diagonals, traces and triangles: linear maps between a matrix and parts of it.
 *
 * ∂ tr(A)/∂A = I; a diagonal's adjoint puts the numbers back on it; a triangle is its own adjoint.
 */

import { apply, defineOp, lift, mul, PREC, reshape, sum, type TensorLike, tex, wrap } from "../ops/index.ts";
import { allocate, eye, type Op, rng, ShapeError, shapeText, sizeOf, Tensor } from "../tensor/index.ts";
import { matrixShape, squareSize } from "./matrices.ts";

export const traceOp = defineOp<null>({
  name: "trace",
  forward: ([x]) => {
    const d = diagonalOp.forward([x], null);
    return sum(d, -1);
  },
  vjp: [(G, [x]) => mul(asMatrices(G), identity(x))],
  jvp: [(T) => apply(traceOp, [T], null)],
  latex: ([x]) => tex(`\\operatorname{tr}\\left(${x.tex}\\right)`),
  samples: () => [{ inputs: [rng(1).normal([3, 3])] }, { inputs: [rng(2).normal([2, 4, 4])] }],
}) as Op<null>;

/** The numbers on the diagonal, as a view. */
export const diagonalOp: Op<null> = defineOp<null>({
  name: "diagonal",
  forward: ([x]) => {
    const { lead, m, n } = matrixShape(x, "diag");
    const steps = x.strides;
    return new Tensor(
      x.data,
      [...lead, Math.min(m, n)],
      x.dtype,
      [...steps.slice(0, -2), steps[x.rank - 2] + steps[x.rank - 1]],
      x.offset,
    );
  },
  vjp: [(G, [x]) => apply(diagOp, [G], { rows: x.shape[x.rank - 2], columns: x.shape[x.rank - 1] })],
  jvp: [(T) => apply(diagonalOp, [T], null)],
  latex: ([x]) => tex(`\\operatorname{diag}\\left(${x.tex}\\right)`),
  samples: () => [
    { inputs: [rng(1).normal([3, 3])] },
    { inputs: [rng(2).normal([3, 2])] },
    { inputs: [rng(3).normal([2, 2, 3])] },
  ],
});

/** A matrix with the given numbers on its diagonal. */
export const diagOp: Op<{ rows: number; columns: number }> = defineOp<{ rows: number; columns: number }>({
  name: "diag",
  forward: ([x], { rows, columns }) => {
    const n = x.shape[x.rank - 1];
    const values = x.values();
    const out = allocate(x.dtype, sizeOf(x.shape.slice(0, -1)) * rows * columns);
    for (let i = 0; i < values.length; i++)
      out[Math.floor(i / n) * rows * columns + (i % n) * (columns + 1)] = values[i];
    return new Tensor(out, [...x.shape.slice(0, -1), rows, columns], x.dtype);
  },
  vjp: [(G) => apply(diagonalOp, [G], null)],
  jvp: [(T, _, __, p) => apply(diagOp, [T], p)],
  latex: ([x]) => tex(`\\operatorname{diag}\\left(${x.tex}\\right)`),
  samples: () => [
    { inputs: [rng(1).normal([3])], params: { rows: 3, columns: 3 } },
    { inputs: [rng(2).normal([2, 2])], params: { rows: 3, columns: 2 } },
  ],
});

function triangleOp(name: "tril" | "triu", keep: (i: number, j: number, k: number) => boolean): Op<Band> {
  const op: Op<Band> = defineOp<Band>({
    name,
    forward: ([x], { k }) => {
      const { m, n } = matrixShape(x, name);
      const values = x.values();
      const out = allocate(x.dtype, x.size);
      for (let at = 0; at < values.length; at++)
        if (keep(Math.floor(at / n) % m, at % n, k)) out[at] = values[at];
      return new Tensor(out, x.shape, x.dtype);
    },
    vjp: [(G, _, __, p) => apply(op, [G], p)],
    jvp: [(T, _, __, p) => apply(op, [T], p)],
    latex: ([x], { params: { k } }) =>
      tex(`\\operatorname{${name}}${k === 0 ? "" : `_{${k}}`}\\left(${x.tex}\\right)`),
    samples: () => [
      { inputs: [rng(1).normal([3, 3])], params: { k: 0 } },
      { inputs: [rng(2).normal([2, 3, 2])], params: { k: -1 } },
    ],
  });
  return op;
}
interface Band {
  k: number;
}
export const trilOp = triangleOp("tril", (i, j, k) => j - i <= k);
export const triuOp = triangleOp("triu", (i, j, k) => j - i >= k);

/** I of the size and type that fits the matrices of `like`. */
export function identity(like: Tensor): Tensor {
  const n = like.shape[like.rank - 1];
  return eye(n, n, { dtype: like.dtype }).named("I");
}

/** One number a matrix, shaped so that it multiplies whole matrices. */
export function asMatrices(x: Tensor): Tensor {
  return x.rank === 0 ? x : reshape(x, [...x.shape, 1, 1]);
}

/**
 * tr A = Σᵢ Aᵢᵢ of each square matrix.
 * @throws ShapeError unless the matrices are square.
 * @example
 * ```ts
 * trace([[1, 2], [3, 4]]); // → tensor(5, float64)
 * ```
 */
export function trace(x: TensorLike): Tensor {
  const t = lift(x, "trace");
  squareSize(t, "trace");
  return apply(traceOp, [t], null);
}

/**
 * The diagonal of a matrix [m, n] (or of each in a batch), as a vector.
 * @throws ShapeError unless x has at least two axes.
 * @example
 * ```ts
 * diagonal([[1, 2], [3, 4]]); // → tensor([1, 4], shape=[2], float64)
 * ```
 */
export function diagonal(x: TensorLike): Tensor {
  const t = lift(x, "diagonal");
  matrixShape(t, "diagonal");
  return apply(diagonalOp, [t], null);
}

/**
 * Matrices [..., n, n] with the numbers [..., n] on their diagonals.
 * @example
 * ```ts
 * diagEmbed([1, 2]); // → [[1,0],[0,2]]
 * ```
 */
export function diagEmbed(x: TensorLike): Tensor {
  const t = lift(x, "diagEmbed");
  if (t.rank === 0) throw new ShapeError("diagEmbed: expected a vector [n]; got one number.");
  const n = t.shape[t.rank - 1];
  return apply(diagOp, [t], { rows: n, columns: n });
}

/**
 * NumPy's diag: a vector becomes a diagonal matrix, a matrix gives its diagonal.
 * @throws ShapeError for a scalar or more than two axes.
 * @example
 * ```ts
 * diag([1, 2]); // → [[1,0],[0,2]]
 * ```
 */
export function diag(x: TensorLike): Tensor {
  const t = lift(x, "diag");
  if (t.rank === 1) return diagEmbed(t);
  if (t.rank === 2) return diagonal(t);
  throw new ShapeError(
    `diag: expected a vector or a matrix; got shape ${shapeText(t.shape)}. For batches use diagonal() or diagEmbed().`,
  );
}

/**
 * The lower triangle, zero above the k-th diagonal.
 * @throws ShapeError unless x has at least two axes.
 * @example
 * ```ts
 * tril([[1, 2], [3, 4]]); // → [[1,0],[3,4]]
 * ```
 */
export function tril(x: TensorLike, k = 0): Tensor {
  const t = lift(x, "tril");
  matrixShape(t, "tril");
  return apply(trilOp, [t], { k });
}

/**
 * The upper triangle, zero below the k-th diagonal.
 * @throws ShapeError unless x has at least two axes.
 * @example
 * ```ts
 * triu([[1, 2], [3, 4]], 1); // → [[0,2],[0,0]]
 * ```
 */
export function triu(x: TensorLike, k = 0): Tensor {
  const t = lift(x, "triu");
  matrixShape(t, "triu");
  return apply(triuOp, [t], { k });
}

/** How `Aᵀ` and `A⁻¹` print their operand. */
export const raised =
  (exponent: string): Op["latex"] =>
  ([x]) =>
    tex(`${wrap(x, PREC.atom)}^{${exponent}}`, PREC.power);
