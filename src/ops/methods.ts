/**
 * Operations as methods of Tensor, so that cells read like the mathematics: `X.matmul(W).add(b).relu()`.
 */

import { Tensor } from "../tensor/index.ts";
import * as arithmetic from "./arithmetic.ts";
import * as broadcast from "./broadcast.ts";
import * as compare from "./compare.ts";
import * as indexing from "./indexing.ts";
import * as layout from "./layout.ts";
import type { TensorLike } from "./lift.ts";
import * as product from "./matmul.ts";
import * as reduce from "./reduce.ts";
import { logSoftmax, softmax } from "./softmax.ts";
import * as unary from "./unary.ts";

type Axis = number | readonly number[] | null;
type Options = reduce.ReduceOptions;

declare module "../tensor/tensor.ts" {
  interface Tensor<in out S extends import("../tensor/types.ts").Shape = any> {
    add(b: TensorLike): Tensor;
    sub(b: TensorLike): Tensor;
    /** Elementwise product a ⊙ b; for the matrix product see matmul. */
    mul(b: TensorLike): Tensor;
    div(b: TensorLike): Tensor;
    pow(b: TensorLike): Tensor;
    maximum(b: TensorLike): Tensor;
    minimum(b: TensorLike): Tensor;
    neg(): Tensor;
    exp(): Tensor;
    log(): Tensor;
    log1p(): Tensor;
    expm1(): Tensor;
    sqrt(): Tensor;
    square(): Tensor;
    abs(): Tensor;
    sign(): Tensor;
    sin(): Tensor;
    cos(): Tensor;
    tanh(): Tensor;
    sigmoid(): Tensor;
    softplus(): Tensor;
    relu(): Tensor;
    silu(): Tensor;
    gelu(): Tensor;
    erf(): Tensor;
    reciprocal(): Tensor;
    greater(b: TensorLike): Tensor;
    greaterEqual(b: TensorLike): Tensor;
    less(b: TensorLike): Tensor;
    lessEqual(b: TensorLike): Tensor;
    equal(b: TensorLike): Tensor;
    notEqual(b: TensorLike): Tensor;
    /** The matrix product; vectors are rows on the left, columns on the right; leading axes broadcast. */
    matmul(b: TensorLike): Tensor;
    dot(b: TensorLike): Tensor;
    outer(b: TensorLike): Tensor;
    sum(axis?: Axis, o?: Options): Tensor;
    mean(axis?: Axis, o?: Options): Tensor;
    variance(axis?: Axis, o?: Options & { ddof?: number }): Tensor;
    prod(axis?: Axis, o?: Options): Tensor;
    max(axis?: Axis, o?: Options): Tensor;
    min(axis?: Axis, o?: Options): Tensor;
    logSumExp(axis?: Axis, o?: Options): Tensor;
    argmax(axis?: number): Tensor;
    argmin(axis?: number): Tensor;
    cumsum(axis?: number): Tensor;
    softmax(axis?: number): Tensor;
    logSoftmax(axis?: number): Tensor;
    /** The transpose of a matrix (last two axes of a batch); a vector stays as it is. */
    readonly T: Tensor;
    reshape(shape: readonly number[]): Tensor;
    permute(order: readonly number[]): Tensor;
    transpose(): Tensor;
    broadcastTo(shape: readonly number[]): Tensor;
    slice(axis: number, start?: number, stop?: number, step?: number): Tensor;
    select(index: number, axis?: number): Tensor;
    flip(axis: number): Tensor;
    expandDims(axis: number): Tensor;
    squeeze(axis?: number): Tensor;
    flatten(): Tensor;
    contiguous(): Tensor;
    take(indices: TensorLike, axis?: number): Tensor;
    gather(axis: number, indices: TensorLike): Tensor;
    scatterAdd(axis: number, indices: TensorLike, source: Tensor): Tensor;
  }
}

function attach(functions: Record<string, (x: any, ...rest: any[]) => unknown>): void {
  for (const [name, fn] of Object.entries(functions))
    Object.defineProperty(Tensor.prototype, name, {
      value(this: Tensor, ...rest: unknown[]) {
        return fn(this, ...rest);
      },
      writable: true,
      configurable: true,
    });
}

const { add, sub, mul, div, pow, maximum, minimum } = arithmetic;
attach({ add, sub, mul, div, pow, maximum, minimum });
const { neg, exp, log, log1p, expm1, sqrt, square, abs, sign, sin, cos, tanh } = unary;
attach({ neg, exp, log, log1p, expm1, sqrt, square, abs, sign, sin, cos, tanh });
const { sigmoid, softplus, relu, silu, gelu, erf, reciprocal } = unary;
attach({ sigmoid, softplus, relu, silu, gelu, erf, reciprocal });
const { greater, greaterEqual, less, lessEqual, equal, notEqual } = compare;
attach({ greater, greaterEqual, less, lessEqual, equal, notEqual });
const { sum, mean, variance, prod, max, min, logSumExp, argmax, argmin, cumsum } = reduce;
attach({ sum, mean, variance, prod, max, min, logSumExp, argmax, argmin, cumsum, softmax, logSoftmax });
const { matmul, dot, outer } = product;
attach({ matmul, dot, outer });
const { reshape, permute, transpose, slice, select, flip, expandDims, squeeze, contiguous } = layout;
attach({ reshape, permute, transpose, slice, select, flip, expandDims, squeeze, contiguous });
const { take, gather, scatterAdd } = indexing;
attach({ take, gather, scatterAdd, broadcastTo: broadcast.broadcastTo });
attach({ flatten: (x: Tensor) => reshape(x, [-1]) });

Object.defineProperty(Tensor.prototype, "T", {
  get(this: Tensor) {
    return transpose(this);
  },
  configurable: true,
});
