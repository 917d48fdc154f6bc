/**
 * Covariance functions, made of differentiable operations, with sums and products.
 *
 * A kernel holds positive hyperparameters by name. `matrix` computes with the values given to it, so that a
 * fit can differentiate by them; a sum or product of kernels names its parts' parameters "0.variance" and so on.
 */

import { add, matmul, mul, square, sum, type TensorLike, transpose } from "../ops/index.ts";
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

/** A kernel's parameters by name. */
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

  toString(): string {
    const own = Object.entries(this.parameters).map(([name, t]) => `${name} ${shortValues(t)}`);
    return `${this.constructor.name}(${own.join(", ")})`;
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  add(other: Kernel): Kernel {
    return new Combined("sum", this, other);
  }
  mul(other: Kernel): Kernel {
    return new Combined("product", this, other);
  }
}

/** "0.3012", or "[1, 2.5]". */
export function shortValues(t: Tensor): string {
  const texts = Array.from(t.values(), (v: number) => String(Number(v.toPrecision(4))));
  return t.rank === 0 ? texts[0] : `[${texts.join(", ")}]`;
}

/** A hyperparameter as a tensor. */
export const positive = (x: TensorLike | undefined, otherwise: number): Tensor =>
  x instanceof Tensor ? x : (tensor((x ?? otherwise) as number) as Tensor);

export function points(A: Tensor, B: Tensor, where: string): void {
  if (!(A instanceof Tensor && B instanceof Tensor))
    throw new ArgumentError(`${where}: points are tensors [n, Q]; wrap an array in tensor(…).`);
  if (A.rank !== 2 || B.rank !== 2 || A.shape[1] !== B.shape[1])
    throw new ShapeError(
      `${where}: expected points [n, Q] and [m, Q]; got shapes ${shapeText(A.shape)} and ${shapeText(B.shape)}.`,
    );
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
