/**
 * Covariance functions, made of differentiable operations, with sums and products.
 *
 * A kernel holds positive hyperparameters by name. `matrix` computes with the values given to it, so that a
 * fit can differentiate by them; a sum or product of kernels names its parts' parameters "0.variance" and so on.
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
import {
  ArgumentError,
  eye,
  onesLike,
  ShapeError,
  shapeText,
  Tensor,
  tensor,
  zeros,
} from "../tensor/index.ts";

export type KernelParameters = Record<string, Tensor>;

/**
 * What a covariance function is: a matrix between two sets of points, differentiable by both and by its
 * hyperparameters. Kernels add and multiply.
 * @example
 * ```ts
 * const k = new RBF({ lengthscale: 2 }).add(new LinearKernel());
 * Object.keys(k.parameters); // → [ '0.variance', '0.lengthscale', '1.variance' ]
 * k.gram(tensor([[0], [2]])).at(0, 0); // → 1
 * ```
 */
export abstract class Kernel {
  /** Positive hyperparameters. */
  readonly parameters: KernelParameters;
  constructor(parameters: KernelParameters) {
    this.parameters = parameters;
    for (const [name, t] of Object.entries(parameters))
      if (t.hasValues && t.values().some((v: number) => !(v > 0) || !Number.isFinite(v)))
        throw new ArgumentError(`${this.constructor.name}: ${name} must be positive and finite; got ${t}.`);
  }

  /** k(aᵢ, bⱼ) for rows of A [n, Q] and B [m, Q]. `same`: A and B are the same points, so independent noise counts. */
  abstract matrix(A: Tensor, B: Tensor, p?: KernelParameters, same?: boolean): Tensor;
  /** k(aᵢ, aᵢ), [n]. */
  abstract diagonal(A: Tensor, p?: KernelParameters): Tensor;
  /** Names of the hyperparameters that do no more than rescale the inputs: a fit of the inputs can do without. */
  get inputScale(): readonly string[] {
    return [];
  }
  /** The same kernel with other hyperparameters. */
  abstract with(parameters: KernelParameters): Kernel;

  /** K of one set of points, [n, n]. */
  gram(A: Tensor, p: KernelParameters = this.parameters): Tensor {
    return this.matrix(A, A, p, true);
  }

  add(other: Kernel): Kernel {
    return new Combined("sum", this, other);
  }
  mul(other: Kernel): Kernel {
    return new Combined("product", this, other);
  }
}

const positive = (x: TensorLike | undefined, otherwise: number): Tensor =>
  x instanceof Tensor ? x : (tensor((x ?? otherwise) as number) as Tensor);

function points(A: Tensor, B: Tensor, where: string): void {
  if (A.rank !== 2 || B.rank !== 2 || A.shape[1] !== B.shape[1])
    throw new ShapeError(
      `${where}: expected points [n, Q] and [m, Q]; got shapes ${shapeText(A.shape)} and ${shapeText(B.shape)}.`,
    );
}

/** Squared distances ‖aᵢ − bⱼ‖² of scaled points, never negative. */
function squaredDistances(A: Tensor, B: Tensor): Tensor {
  const cross = matmul(A, transpose(B));
  const sums = add(expandDims(sum(square(A), 1), 1), expandDims(sum(square(B), 1), 0));
  return maximum(sub(sums, mul(2, cross)), 0);
}

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

/**
 * α ⟨a, b⟩; exported as LinearKernel.
 * @example
 * ```ts
 * new LinearKernel({ variance: 2 }).gram(tensor([[1, 1], [0, 3]])); // → [[4,6],[6,18]]
 * ```
 */
export class Linear extends Kernel {
  constructor(o: { variance?: TensorLike } = {}) {
    super({ variance: positive(o.variance, 1) });
  }
  override get inputScale(): readonly string[] {
    return ["variance"];
  }
  matrix(A: Tensor, B: Tensor, p: KernelParameters = this.parameters): Tensor {
    points(A, B, "Linear");
    return mul(p.variance, matmul(A, transpose(B)));
  }
  diagonal(A: Tensor, p: KernelParameters = this.parameters): Tensor {
    return mul(p.variance, sum(square(A), 1));
  }
  with(p: KernelParameters): Linear {
    return new Linear(p);
  }
}

/**
 * A constant v: an unknown common offset. Exported as ConstantKernel.
 * @example
 * ```ts
 * new ConstantKernel({ variance: 3 }).gram(tensor([[1], [5]])); // → [[3,3],[3,3]]
 * ```
 */
export class Constant extends Kernel {
  constructor(o: { variance?: TensorLike } = {}) {
    super({ variance: positive(o.variance, 1) });
  }
  matrix(A: Tensor, B: Tensor, p: KernelParameters = this.parameters): Tensor {
    points(A, B, "Constant");
    return mul(p.variance, zeros([A.shape[0], B.shape[0]]).add(1));
  }
  diagonal(A: Tensor, p: KernelParameters = this.parameters): Tensor {
    return mul(p.variance, onesLike(A.detach().sum(1)));
  }
  with(p: KernelParameters): Constant {
    return new Constant(p);
  }
}

/**
 * Independent noise of variance v: v I between a set of points and itself, 0 between different sets.
 * Exported as WhiteKernel.
 * @example
 * ```ts
 * new WhiteKernel({ variance: 0.1 }).gram(tensor([[1], [5]])); // → [[0.1,0],[0,0.1]]
 * ```
 */
export class White extends Kernel {
  constructor(o: { variance?: TensorLike } = {}) {
    super({ variance: positive(o.variance, 1) });
  }
  matrix(A: Tensor, B: Tensor, p: KernelParameters = this.parameters, same = false): Tensor {
    points(A, B, "White");
    return same ? mul(p.variance, eye(A.shape[0]).named("I")) : (zeros([A.shape[0], B.shape[0]]) as Tensor);
  }
  diagonal(A: Tensor, p: KernelParameters = this.parameters): Tensor {
    return mul(p.variance, onesLike(A.detach().sum(1)));
  }
  with(p: KernelParameters): White {
    return new White(p);
  }
}

class Combined extends Kernel {
  readonly how: "sum" | "product";
  readonly parts: readonly [Kernel, Kernel];
  constructor(how: "sum" | "product", a: Kernel, b: Kernel) {
    const named = [a, b].flatMap((k, i) =>
      Object.entries(k.parameters).map(([name, t]) => [`${i}.${name}`, t] as const),
    );
    super(Object.fromEntries(named));
    this.how = how;
    this.parts = [a, b];
  }
  /** Of the first part that has one: the other's is then a ratio, and matters. */
  override get inputScale(): readonly string[] {
    const i = this.parts.findIndex((k) => k.inputScale.length > 0);
    return i < 0 ? [] : this.parts[i].inputScale.map((name) => `${i}.${name}`);
  }
  #own(p: KernelParameters, i: number): KernelParameters {
    const mine = Object.entries(p).filter(([name]) => name.startsWith(`${i}.`));
    return Object.fromEntries(mine.map(([name, t]) => [name.slice(2), t]));
  }
  matrix(A: Tensor, B: Tensor, p: KernelParameters = this.parameters, same = false): Tensor {
    const [x, y] = this.parts.map((k, i) => k.matrix(A, B, this.#own(p, i), same));
    return this.how === "sum" ? add(x, y) : mul(x, y);
  }
  diagonal(A: Tensor, p: KernelParameters = this.parameters): Tensor {
    const [x, y] = this.parts.map((k, i) => k.diagonal(A, this.#own(p, i)));
    return this.how === "sum" ? add(x, y) : mul(x, y);
  }
  with(p: KernelParameters): Kernel {
    return new Combined(this.how, this.parts[0].with(this.#own(p, 0)), this.parts[1].with(this.#own(p, 1)));
  }
}
