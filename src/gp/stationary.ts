/**
 * Kernels of the distance alone, r² = Σ_q (a_q − b_q)²/ℓ_q²: RBF and Matérn.
 *
 * Squared distances come from a Gram matrix, one product for all pairs: quick, and good to √ε where two points coincide.
 */

import {
  add,
  div,
  exp,
  expandDims,
  matmul,
  maximum,
  mul,
  neg,
  sqrt,
  square,
  sub,
  sum,
  type TensorLike,
  transpose,
} from "../ops/index.ts";
import { ArgumentError, onesLike, ShapeError, type Tensor, tensor } from "../tensor/index.ts";
import { Kernel, type KernelParameters, points, positive } from "./kernels.ts";

/** Squared distances ‖aᵢ − bⱼ‖² of scaled points, never negative. */
function squaredDistances(A: Tensor, B: Tensor): Tensor {
  const cross = matmul(A, transpose(B));
  const sums = add(expandDims(sum(square(A), 1), 1), expandDims(sum(square(B), 1), 0));
  return maximum(sub(sums, mul(2, cross)), 0);
}

/** Parameters of a stationary kernel; one lengthscale, or one a dimension. */
export interface StationaryOptions {
  /** k(x, x). Default 1. */
  variance?: TensorLike;
  /** One length for all dimensions, or one each (automatic relevance determination). Default 1. */
  lengthscale?: TensorLike;
}

abstract class Stationary extends Kernel {
  constructor(o: StationaryOptions = {}) {
    super({ variance: positive(o.variance, 1), lengthscale: toVector(o.lengthscale) });
  }
  protected abstract shape(d2: Tensor): Tensor;
  override get inputScale(): readonly string[] {
    return ["lengthscale"];
  }

  matrix(A: Tensor, B: Tensor, p: KernelParameters = this.parameters): Tensor {
    points(A, B, this.constructor.name);
    const l = p.lengthscale;
    if (l.rank === 1 && l.size !== A.shape[1])
      throw new ShapeError(
        `${this.constructor.name}: ${l.size} lengthscales for points of ${A.shape[1]} dimensions.`,
      );
    return mul(p.variance, this.shape(squaredDistances(div(A, l), div(B, l))));
  }
  diagonal(A: Tensor, p: KernelParameters = this.parameters): Tensor {
    return mul(p.variance, onesLike(A.detach().sum(1)));
  }
}

function toVector(x: TensorLike | undefined): Tensor {
  return Array.isArray(x) ? (tensor(x) as Tensor) : positive(x, 1);
}

/**
 * v exp(−½ Σ_q (a_q − b_q)²/ℓ_q²).
 * @throws ArgumentError for hyperparameters that are not positive
 * @example
 * ```ts
 * new RBF({ variance: 2, lengthscale: [1, 3] }).matrix(tensor([[0, 0]]), tensor([[0, 0], [1, 3]])); // → tensor([[2.0000, 0.7358]], shape=[1, 2], float64)
 * ```
 */
export class RBF extends Stationary {
  protected shape(d2: Tensor): Tensor {
    return exp(mul(-0.5, d2));
  }
  with(p: KernelParameters): RBF {
    return new RBF(p);
  }
}

/**
 * The Matérn kernel with r the scaled distance: v e^{−r} for ν = ½, v (1 + √3 r) e^{−√3 r} for 3/2 (default),
 * v (1 + √5 r + 5r²/3) e^{−√5 r} for 5/2. Source: Rasmussen & Williams 2006, eq. 4.14–4.17.
 * @example
 * ```ts
 * new Matern({ nu: 0.5 }).matrix(tensor([[0]]), tensor([[0], [1]])); // → tensor([[1.0000, 0.3679]], shape=[1, 2], float64)
 * ```
 */
export class Matern extends Stationary {
  readonly nu: 0.5 | 1.5 | 2.5;
  constructor(o: StationaryOptions & { nu?: 0.5 | 1.5 | 2.5 } = {}) {
    super(o);
    this.nu = o.nu ?? 1.5;
    if (![0.5, 1.5, 2.5].includes(this.nu))
      throw new ArgumentError(`Matern: nu must be 0.5, 1.5 or 2.5; got ${this.nu}.`);
  }
  protected shape(d2: Tensor): Tensor {
    // The root's slope at 0 is infinite; a floor far below rounding keeps gradients finite there.
    const r = sqrt(add(d2, 1e-20));
    if (this.nu === 0.5) return exp(neg(r));
    const s = mul(Math.sqrt(2 * this.nu), r);
    const factor = this.nu === 1.5 ? add(1, s) : add(add(1, s), div(square(s), 3));
    return mul(factor, exp(neg(s)));
  }
  with(p: KernelParameters): Matern {
    return new Matern({ ...p, nu: this.nu });
  }
}
