/**
 * Whole derivatives: Jacobians by rows (reverse) or columns (forward), Hessians, and their products.
 */

import { reshape, stack } from "../ops/index.ts";
import { ArgumentError, Tensor, zeros, zerosLike } from "../tensor/index.ts";
import { jvp } from "./forward.ts";
import { grad, vjp } from "./grad.ts";

type Fn = (x: Tensor) => Tensor;

function checkInput(x: unknown, where: string): void {
  if (!(x instanceof Tensor))
    throw new ArgumentError(`${where}: differentiates by one tensor; for trees of tensors use grad or vjp.`);
}

function checkOutput(y: unknown, where: string): Tensor {
  if (!(y instanceof Tensor)) throw new ArgumentError(`${where}: the function must return one tensor.`);
  return y;
}

function basis(like: Tensor, i: number): Tensor {
  const e = zeros(like.shape, { dtype: like.dtype });
  e.data[i] = 1;
  return e;
}

/**
 * ∂f/∂x as a tensor of shape [...output, ...input], by one reverse sweep a component of the output.
 * Prefer it when outputs are few.
 * @example
 * ```ts
 * jacrev((x) => x.square())(tensor([1, 2])); // → [[2,0],[0,4]]
 * ```
 */
export function jacrev(f: Fn): Fn {
  return (x) => {
    checkInput(x, "jacrev");
    const { value, pullback } = vjp(f, x);
    const y = checkOutput(value, "jacrev");
    const rows = Array.from({ length: y.size }, (_, i) => pullback(basis(y, i)) as Tensor);
    return assemble(rows, [...y.shape, ...x.shape], x);
  };
}

/**
 * ∂f/∂x as a tensor of shape [...output, ...input], by one forward sweep a component of the input.
 * Prefer it when inputs are few.
 * @example
 * ```ts
 * jacfwd((x) => x.square())(tensor([1, 2])); // → [[2,0],[0,4]]
 * ```
 */
export function jacfwd(f: Fn): Fn {
  return (x) => {
    checkInput(x, "jacfwd");
    let shape: readonly number[] = [];
    const columns = Array.from({ length: x.size }, (_, i) => {
      const tangent = checkOutput(jvp(f, [x], [basis(x, i)]).tangent, "jacfwd");
      shape = tangent.shape;
      return reshape(tangent, [-1]);
    });
    if (columns.length === 0) return zerosLike(x);
    return reshape(stack(columns, 1), [...shape, ...x.shape]);
  };
}

function assemble(rows: Tensor[], shape: readonly number[], x: Tensor): Tensor {
  return rows.length === 0 ? zeros(shape, { dtype: x.dtype }) : reshape(stack(rows), shape);
}

/**
 * ∂f/∂x with shape [...output, ...input]; reverse mode.
 * @example
 * ```ts
 * jacobian((x) => x.cumsum())(tensor([1, 2])); // → [[1,0],[1,1]]
 * ```
 */
export const jacobian = jacrev;

/**
 * ∂²f/∂x∂xᵀ of a scalar function, shape [...input, ...input]: forward over reverse.
 * @example
 * ```ts
 * hessian((x) => x.prod())(tensor([2, 3])); // → [[0,1],[1,0]]
 * ```
 */
export function hessian(f: Fn): Fn {
  return jacfwd(grad(f) as Fn);
}

/**
 * The Hessian–vector product ∂²f/∂x² v, at the cost of about two gradients.
 * @example
 * ```ts
 * hvp((x) => x.pow(3).sum(), tensor([1, 2]), tensor([1, 1])); // → tensor([ 6, 12], shape=[2], float64)
 * ```
 */
export function hvp(f: Fn, x: Tensor, v: Tensor): Tensor {
  return jvp(grad(f), [x], [v]).tangent as Tensor;
}
