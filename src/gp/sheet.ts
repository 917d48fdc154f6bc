/**
 * The GP-LVM's likelihood in its plainest form, for derivations and claims:
 *
 *   L = −c + L1 + L2,  L1 = −D/2 log|K|,  L2 = −½ tr(K⁻¹ Y Yᵀ),  K = α X Xᵀ + β⁻¹ I,  c = N D/2 log 2π.
 *
 * ∂L1/∂X = −α D K⁻¹ X and ∂L2/∂X = α K⁻¹ Y Yᵀ K⁻¹ X (Lawrence 2004).
 */

import { inv, logdet, trace } from "../linalg/index.ts";
import { add, lift, matmul, mul, pow, sub, type TensorLike, transpose } from "../ops/index.ts";
import { eye, ShapeError, shapeText, type Tensor } from "../tensor/index.ts";

/** Parameters of the linear GP-LVM: latent points X [N, Q], α and β. */
export interface LinearGplvm {
  /** Latent positions, [N, Q]. */
  X: Tensor;
  alpha: TensorLike;
  beta: TensorLike;
}

/**
 * K = α X Xᵀ + β⁻¹ I, [N, N].
 * @example
 * ```ts
 * const p = { X: tensor([[1], [0], [2]]), alpha: 1, beta: 2 };
 * linearKernel(p); // → [[1.5,0,2],[0,0.5,0],[2,0,4.5]]
 * ```
 */
export function linearKernel({ X, alpha, beta }: LinearGplvm): Tensor {
  const identity = eye(X.shape[0], X.shape[0], { dtype: X.dtype }).named("I");
  const signal = mul(lift(alpha, "linearKernel", X), matmul(X, transpose(X)));
  return add(signal, mul(pow(lift(beta, "linearKernel", X), -1), identity));
}

/**
 * L1 = −D/2 log|K| for D observed dimensions.
 * @example
 * ```ts
 * const p = { X: tensor([[1], [0], [2]]), alpha: 1, beta: 2 };
 * gplvmL1(p, 2); // → tensor(-0.318453731119, float64)
 * ```
 */
export function gplvmL1(p: LinearGplvm, D: number): Tensor {
  return mul(-D / 2, logdet(linearKernel(p)));
}

/**
 * L2 = −½ tr(K⁻¹ Y Yᵀ), Y [N, D].
 * @throws ShapeError unless X and Y have the same rows
 * @example
 * ```ts
 * const p = { X: tensor([[1], [0], [2]]), alpha: 1, beta: 2 };
 * gplvmL2(p, tensor([[1, 0], [0, 1], [1, 1]])); // → tensor(-1.63636363636, float64)
 * ```
 */
export function gplvmL2(p: LinearGplvm, Y: Tensor): Tensor {
  if (Y.rank !== 2 || Y.shape[0] !== p.X.shape[0])
    throw new ShapeError(
      `gplvmL2: X has shape ${shapeText(p.X.shape)} and Y ${shapeText(Y.shape)}; expected [N, Q] and [N, D].`,
    );
  return mul(-0.5, trace(matmul(inv(linearKernel(p)), matmul(Y, transpose(Y)))));
}

/**
 * L = −N D/2 log 2π + L1 + L2: the logarithm of Π_d N(y_d | 0, K).
 * @example
 * ```ts
 * const p = { X: tensor([[1], [0], [2]]), alpha: 1, beta: 2 };
 * const Y = tensor([[1, 0], [0, 1], [1, 1]]);
 * gplvmLogLikelihood(p, Y).sub(evidence(linearKernel(p), Y)).abs().item() < 1e-12; // → true
 * ```
 */
export function gplvmLogLikelihood(p: LinearGplvm, Y: Tensor): Tensor {
  const [N, D] = Y.shape;
  return sub(add(gplvmL1(p, D), gplvmL2(p, Y)), 0.5 * N * D * Math.log(2 * Math.PI));
}
