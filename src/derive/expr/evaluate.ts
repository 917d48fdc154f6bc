/**
 * The value of an expression at a point: every rewriting and every verdict rests on these numbers.
 */

import { det, inv, logdet } from "../../linalg/index.ts";
import { matmul, noGrad, operations, permute, reshape, sum } from "../../ops/index.ts";
import {
  eye as eyeTensor,
  full,
  NumericalError,
  ones,
  type Tensor,
  tensor,
  zeros,
} from "../../tensor/index.ts";
import { type Expr, matrixShape } from "./expr.ts";

/** Values of the symbols, in matrix shape. */
export type Env = ReadonlyMap<string, Tensor>;

export class Point {
  readonly env: Env;
  readonly known = new Map<Expr, Tensor>();
  constructor(env: Env) {
    this.env = env;
  }
  /** @throws Error when a symbol has no value here. */
  value(e: Expr): Tensor {
    let v = this.known.get(e);
    if (!v) this.known.set(e, (v = noGrad(() => compute(e, this))));
    return v;
  }
}

function square2(x: Tensor): Tensor {
  return x.rank === 2 ? x : reshape(x, matrixShape(x.shape));
}

function compute(e: Expr, p: Point): Tensor {
  const arg = (i: number): Tensor => p.value(e.args[i]);
  switch (e.kind) {
    case "sym": {
      const v = p.env.get(e.name);
      if (!v) throw new Error(`The symbol ${e.name} has no value at this point.`);
      return square2(v);
    }
    case "num":
      return tensor([[e.value]]);
    case "const":
      return square2(e.tensor as Tensor);
    case "ones":
      return ones(e.shape);
    case "zeros":
      return zeros(e.shape);
    case "eye":
      return eyeTensor(e.rows);
    case "add":
      return e.args.map((_, i) => arg(i)).reduce((a, b) => a.add(b));
    case "mul":
      return product(e, p);
    case "had":
      return e.args.map((_, i) => arg(i)).reduce((a, b) => a.mul(b));
    case "pow":
      return power(arg(0), e.value);
    case "t":
      return permute(arg(0), [1, 0]);
    case "inv":
      return regular(arg(0), e.shape, inv);
    case "diag":
      return eyeTensor(e.rows).mul(arg(0));
    case "diagof":
      return sum(eyeTensor(e.rows).mul(arg(0)), 1, { keepdim: true });
    case "trace":
      return reshape(sum(eyeTensor(e.args[0].rows).mul(arg(0))), [1, 1]);
    case "det":
      return regular(arg(0), e.shape, det);
    case "logdet":
      return regular(arg(0), e.shape, logdet);
    case "fn": {
      const op = operations().get(e.name);
      if (!op) throw new Error(`There is no operation named ${e.name}.`);
      return op.forward([arg(0)], null);
    }
    case "call": {
      const { op, params, argShapes, outShape } = e.call!;
      const inputs = argShapes.map((s, i) => reshape(arg(i), s));
      const y = op.forward(inputs, params);
      return y.rank === outShape.length ? reshape(y, e.shape) : y;
    }
  }
}

function product(e: Expr, p: Point): Tensor {
  let scalar: Tensor | undefined;
  let chain: Tensor | undefined;
  for (const a of e.args) {
    const v = p.value(a);
    if (a.isScalar) scalar = scalar ? scalar.mul(v) : v;
    else chain = chain ? matmul(chain, v) : v;
  }
  if (!chain) return scalar as Tensor;
  if (!scalar) return chain;
  return chain.rank === 2 ? chain.mul(scalar) : chain.mul(scalar.item());
}

function power(x: Tensor, n: number): Tensor {
  if (n === 2) return x.square();
  if (n === -1) return x.reciprocal();
  if (n === 0.5) return x.sqrt();
  return x.pow(n);
}

/** `f` of a matrix, or NaN where it is singular: no comparison accepts that. */
function regular(x: Tensor, shape: readonly number[], f: (x: Tensor) => Tensor): Tensor {
  try {
    return reshape(f(x), shape);
  } catch (error) {
    if (error instanceof NumericalError) return full(shape, Number.NaN);
    throw error;
  }
}
