/**
 * Eigenvalues and eigenvectors of symmetric matrices: A = V diag(w) Vᵀ.
 *
 * One record packs both outputs, w over V, and slices read them. With w̄, V̄ the cotangents,
 *   ∂L/∂A = sym( V (diag(w̄) + F ⊙ Vᵀ V̄) Vᵀ ),  F_ij = 1 / (w_j − w_i),
 * and F_ij = 0 for equal eigenvalues. There the rule is right for symmetric functions of w and for
 * projectors onto whole eigenspaces; V itself, and so a function like V e^w Vᵀ, has no derivative (see expm).
 */

import {
  abs,
  add,
  apply,
  concat,
  defineOp,
  div,
  expandDims,
  greater,
  lift,
  matmul,
  max,
  mul,
  select,
  slice,
  sub,
  type TensorLike,
  tex,
  transpose,
  where,
} from "../ops/index.ts";
import { NumericalError, type Op, type Tensor } from "../tensor/index.ts";
import { positiveSample, requireSymmetric } from "./cholesky.ts";
import { symmetricEigen } from "./dense/symmetric.ts";
import { diagEmbed, diagonal } from "./diagonal.ts";
import { perMatrix, place, requireFinite, squareSize } from "./matrices.ts";

export const eighOp: Op<null> = defineOp<null>({
  name: "eigh",
  forward: ([x]) => {
    const n = squareSize(x, "eigh");
    requireFinite(x, "eigh");
    requireSymmetric(x, n, "eigh");
    return perMatrix(x, [n + 1, n], (a, out, index) => {
      for (let i = 0; i < n; i++)
        for (let j = 0; j < i; j++) a[i * n + j] = a[j * n + i] = 0.5 * (a[i * n + j] + a[j * n + i]);
      const made = symmetricEigen(a, n);
      if (!made)
        throw new NumericalError(
          `eigh: the iteration did not settle${place(x, index)}; this should not happen.`,
        );
      out.set(made.values);
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[(i + 1) * n + j] = made.rows[j * n + i];
    });
  },
  vjp: [
    (G, _, packed) => {
      const { values, vectors: V } = unpack(packed);
      const { values: w, vectors: Vbar } = unpack(G);
      const inner = add(diagEmbed(w), mul(gapInverses(values), matmul(transpose(V), Vbar)));
      return symmetric(matmul(matmul(V, inner), transpose(V)));
    },
  ],
  jvp: [
    (T, _, packed) => {
      const { values, vectors: V } = unpack(packed);
      const P = matmul(matmul(transpose(V), symmetric(T)), V);
      const dV = matmul(V, mul(gapInverses(values), P));
      return concat([expandDims(diagonal(P), -2 + P.rank), dV], P.rank - 2);
    },
  ],
  latex: ([x]) => tex(`\\operatorname{eigh}\\left(${x.tex}\\right)`),
  samples: () => [
    { inputs: [spread(positiveSample(1, [3, 3]))] },
    { inputs: [spread(positiveSample(2, [2, 2, 2]))] },
  ],
});

/** A sample with eigenvalues well apart. */
function spread(A: Tensor): Tensor {
  const n = A.shape[A.rank - 1];
  for (let i = 0; i < A.size; i++) if ((i % (n * n)) % (n + 1) === 0) A.data[i] += 1.5 * ((i % (n * n)) % n);
  return A;
}

const symmetric = (A: Tensor): Tensor => mul(0.5, add(A, transpose(A)));

function unpack(packed: Tensor): { values: Tensor; vectors: Tensor } {
  const axis = packed.rank - 2;
  return { values: select(packed, 0, axis), vectors: slice(packed, axis, 1) };
}

/** F_ij = 1 / (w_j − w_i), and 0 where the two are equal up to rounding. */
export function gapInverses(w: Tensor): Tensor {
  const gaps = sub(expandDims(w, w.rank - 1), expandDims(w, w.rank));
  const n = w.shape[w.rank - 1];
  const eps = w.dtype === "float32" ? 2 ** -23 : Number.EPSILON;
  const top = n > 0 ? expandDims(max(abs(w), -1, { keepdim: true }), w.rank) : 0;
  const mask = greater(abs(gaps), mul(8 * n * eps, top));
  return where(mask, div(1, where(mask, gaps, 1)), 0);
}

/**
 * Eigenvalues (ascending) and orthonormal eigenvectors (columns) of symmetric matrices, as NumPy's eigh.
 * Each vector's sign is fixed so that its largest component is positive.
 * @throws ArgumentError when a matrix is not symmetric
 * @example
 * ```ts
 * eigh([[2, 1], [1, 2]]).eigenvalues; // → tensor([1, 3], shape=[2], float64)
 * ```
 */
export function eigh(x: TensorLike): { eigenvalues: Tensor; eigenvectors: Tensor } {
  const A = lift(x, "eigh");
  squareSize(A, "eigh");
  const { values, vectors } = unpack(apply(eighOp, [A], null));
  return { eigenvalues: values, eigenvectors: vectors };
}
