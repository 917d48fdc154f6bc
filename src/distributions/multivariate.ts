/**
 * Distributions of vectors: MultivariateNormal and Dirichlet.
 */

import { cholesky, diagonal, inv, triangularSolve, triu } from "../linalg/index.ts";
import {
  add,
  broadcastTo,
  div,
  expandDims,
  lgamma,
  lift,
  log,
  matmul,
  mul,
  polygamma,
  softmax,
  square,
  squeeze,
  sub,
  sum,
  type TensorLike,
  transpose,
} from "../ops/index.ts";
import {
  ArgumentError,
  broadcastShapes,
  type Random,
  ShapeError,
  shapeText,
  type Tensor,
} from "../tensor/index.ts";
import { xLogP } from "./discrete.ts";
import { Distribution, isPositive, noise, require } from "./distribution.ts";
import { logGammaDraw } from "./gammainc.ts";

const LOG_2PI = Math.log(2 * Math.PI);

/** A multivariate normal's spread: Σ, Σ⁻¹, or L with Σ = L Lᵀ; each [..., d, d]. */
export type Spread = { covariance: TensorLike } | { precision: TensorLike } | { scaleTril: TensorLike };

/**
 * N(loc [..., d], Σ [..., d, d]), Σ given as { covariance }, { precision } Σ⁻¹, or { scaleTril } L, Σ = L Lᵀ:
 * logProb = −½ ‖L⁻¹(x − μ)‖² − Σ log L_ii − d/2 log 2π.
 * @throws NumericalError when Σ is not positive definite; ShapeError and ArgumentError for unfit parameters
 * @example
 * ```ts
 * const n = new MultivariateNormal([0, 0], { covariance: [[2, 1], [1, 2]] });
 * n.logProb([1, 1]); // → tensor(-2.72051654408, float64)
 * n.sample(1, [4]).shape; // → [ 4, 2 ]
 * ```
 */
export class MultivariateNormal extends Distribution {
  readonly loc: Tensor;
  /** L, lower triangular, L Lᵀ = Σ. */
  readonly scaleTril: Tensor;
  constructor(loc: TensorLike, spread: Spread) {
    const mean = lift(loc, "MultivariateNormal");
    const L = factorOf(spread);
    const d = mean.shape[mean.rank - 1];
    if (mean.rank === 0 || L.rank < 2 || L.shape[L.rank - 1] !== d || L.shape[L.rank - 2] !== d)
      throw new ShapeError(
        `MultivariateNormal: loc has shape ${shapeText(mean.shape)} and the matrix ${shapeText(L.shape)}; expected [..., d] and [..., d, d].`,
      );
    require(mean, "MultivariateNormal", "loc", (v) => !Number.isNaN(v), "a number");
    require(triu(L.detach(), 1), "MultivariateNormal", "scaleTril above its diagonal", (v) => v === 0, "0");
    require(diagonal(
      L.detach(),
    ), "MultivariateNormal", "the diagonal of scaleTril", isPositive, "positive and finite");
    super(broadcastShapes(mean.shape.slice(0, -1), L.shape.slice(0, -2), "MultivariateNormal"), [d]);
    this.loc = mean;
    this.scaleTril = L;
  }
  get mean(): Tensor {
    return broadcastTo(this.loc, [...this.batchShape, ...this.eventShape]);
  }
  get covariance(): Tensor {
    return matmul(this.scaleTril, transpose(this.scaleTril));
  }
  get variance(): Tensor {
    return broadcastTo(sum(square(this.scaleTril), -1), [...this.batchShape, ...this.eventShape]);
  }
  logProb(x: TensorLike): Tensor {
    const d = this.eventShape[0];
    const Z = sub(fits(lift(x, "logProb", this.loc), d, "MultivariateNormal"), this.loc);
    const logScale = sum(log(diagonal(this.scaleTril)), -1);
    // One factor for all rows: solve them together, as columns.
    const whitened =
      this.scaleTril.rank === 2 && Z.rank === 2
        ? transpose(triangularSolve(this.scaleTril, transpose(Z)))
        : squeeze(triangularSolve(this.scaleTril, expandDims(Z, Z.rank)), -1);
    return sub(mul(-0.5, sum(square(whitened), -1)), add(logScale, 0.5 * d * LOG_2PI));
  }
  override entropy(): Tensor {
    const d = this.eventShape[0];
    return broadcastTo(add(sum(log(diagonal(this.scaleTril)), -1), 0.5 * d * (1 + LOG_2PI)), this.batchShape);
  }
  override rsample(random: number | Random, shape: readonly number[] = []): Tensor {
    const z = noise(random, "normal", [...shape, ...this.batchShape, ...this.eventShape]);
    return add(this.loc, squeeze(matmul(this.scaleTril, expandDims(z, z.rank)), -1));
  }
}

function factorOf(spread: Spread): Tensor {
  const where = "MultivariateNormal";
  if ("scaleTril" in spread) return lift(spread.scaleTril, where);
  if ("covariance" in spread) return cholesky(lift(spread.covariance, where));
  if ("precision" in spread) return cholesky(inv(spread.precision));
  throw new ArgumentError(
    `${where}: give its spread as { covariance }, { precision } or { scaleTril }; got { ${Object.keys(spread)} }.`,
  );
}

/** The last axis of a value must be one draw's. */
function fits(x: Tensor, d: number, where: string): Tensor {
  if (x.rank === 0 || x.shape[x.rank - 1] !== d)
    throw new ShapeError(`${where}.logProb: x has shape ${shapeText(x.shape)}; expected [..., ${d}].`);
  return x;
}

/**
 * Dirichlet(α [..., K]) on the simplex: logProb = Σ (α_k − 1) log x_k + log Γ(Σα) − Σ log Γ(α_k); mean α/Σα.
 * @throws ArgumentError unless every α is positive and finite
 * @example
 * ```ts
 * const d = new Dirichlet([1, 2, 3]);
 * d.mean; // → tensor([0.1667, 0.3333, 0.5000], shape=[3], float64)
 * d.logProb([0.2, 0.3, 0.5]); // → tensor(1.50407739678, float64)
 * d.sample(1, [2]).sum(-1); // → tensor([1, 1], shape=[2], float64)
 * ```
 */
export class Dirichlet extends Distribution {
  readonly concentration: Tensor;
  constructor(concentration: TensorLike) {
    const a = lift(concentration, "Dirichlet");
    if (a.rank === 0) throw new ShapeError("Dirichlet: expected concentrations [..., K]; got one number.");
    super(a.shape.slice(0, -1), a.shape.slice(-1));
    require(a, "Dirichlet", "concentration", isPositive, "positive and finite");
    this.concentration = a;
  }
  get mean(): Tensor {
    return div(this.concentration, sum(this.concentration, -1, { keepdim: true }));
  }
  get variance(): Tensor {
    const m = this.mean;
    return div(mul(m, sub(1, m)), add(sum(this.concentration, -1, { keepdim: true }), 1));
  }
  /** log B(α). */
  logNormalizer(): Tensor {
    return sub(sum(lgamma(this.concentration), -1), lgamma(sum(this.concentration, -1)));
  }
  /** @throws ArgumentError when a row of x does not lie on the simplex */
  logProb(x: TensorLike): Tensor {
    const t = fits(lift(x, "logProb", this.concentration), this.eventShape[0], "Dirichlet");
    const totals = t.detach().sum(-1);
    for (const s of totals.hasValues ? totals.values() : [])
      if (Math.abs(s - 1) > 1e-6)
        throw new ArgumentError(`Dirichlet.logProb: x must sum to 1 over its last axis; a row sums to ${s}.`);
    return sub(sum(xLogP(sub(this.concentration, 1), t), -1), this.logNormalizer());
  }
  override entropy(): Tensor {
    const a = this.concentration;
    const total = sum(a, -1);
    const K = this.eventShape[0];
    const parts = sum(mul(sub(a, 1), polygamma(0, a)), -1);
    return sub(add(this.logNormalizer(), mul(sub(total, K), polygamma(0, total))), parts);
  }
  /** Normalised gamma draws. */
  override rsample(random: number | Random, shape: readonly number[] = []): Tensor {
    const u = noise(random, "uniform", [...shape, ...this.batchShape, ...this.eventShape]);
    return softmax(logGammaDraw(this.concentration, u), -1);
  }
}
