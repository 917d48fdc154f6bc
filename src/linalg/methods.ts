/**
 * Linear algebra as methods of Tensor: `K.logdet()`, `K.inv().matmul(Y)`, `K.solve(Y)`.
 */

import type { TensorLike } from "../ops/index.ts";
import { Tensor } from "../tensor/index.ts";
import type { Shape } from "../tensor/types.ts";
import { cholesky } from "./cholesky.ts";
import { det, logdet } from "./determinant.ts";
import { diag, trace } from "./diagonal.ts";
import { inv, solve } from "./inverse.ts";

declare module "../tensor/tensor.ts" {
  interface Tensor<in out S extends Shape = any> {
    /** A⁻¹ of each square matrix. */
    inv(): Tensor<S>;
    /** The determinant |A|. */
    det(): Tensor;
    /** log|A|; NaN for a negative determinant. */
    logdet(): Tensor;
    /** tr A = Σᵢ Aᵢᵢ. */
    trace(): Tensor;
    /** A vector as a diagonal matrix, or the diagonal of a matrix. */
    diag(): Tensor;
    /** L with A = L Lᵀ. */
    cholesky(): Tensor<S>;
    /** X with A X = B. */
    solve(B: TensorLike): Tensor;
  }
}

const methods = { inv, det, logdet, trace, diag, cholesky, solve };
for (const [name, fn] of Object.entries(methods) as [string, (x: Tensor, ...rest: any[]) => unknown][])
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: unknown[]) {
      return fn(this, ...rest);
    },
    writable: true,
    configurable: true,
  });
