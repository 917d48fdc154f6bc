/**
 * Operations as methods of Tensor, so that cells read like the mathematics: `X.matmul(W).add(b).relu()`.
 */

import { type DType, ShapeError, Tensor } from "../tensor/index.ts";
import type {
  AxisOf,
  Broadcast,
  Dim,
  Factor,
  Operand,
  Permuted,
  Product,
  Reduced,
  Reshaped,
  Shape,
  Transposed,
} from "../tensor/types.ts";
import { gelu, relu, sigmoid, silu, softplus } from "./activations.ts";
import { argmax, argmin, cumsum } from "./along.ts";
import * as arithmetic from "./arithmetic.ts";
import * as broadcast from "./broadcast.ts";
import { astype } from "./cast.ts";
import * as compare from "./compare.ts";
import * as indexing from "./indexing.ts";
import * as layout from "./layout.ts";
import type { TensorLike } from "./lift.ts";
import * as product from "./matmul.ts";
import { argsort, type SortOptions, sort, topk } from "./order.ts";
import { prod } from "./product.ts";
import * as reduce from "./reduce.ts";
import { type Index, index, split } from "./select.ts";
import { logSoftmax, softmax } from "./softmax.ts";
import { erf } from "./special.ts";
import { all, any, cumprod, std } from "./summaries.ts";
import type { Inserted } from "./types.ts";
import * as unary from "./unary.ts";

type Axis = number | readonly number[] | null;

declare module "../tensor/tensor.ts" {
  interface Tensor<in out S extends Shape = any> {
    /** a + b, broadcast. */
    add(b: number | boolean): Tensor<S>;
    add(b: readonly unknown[]): Tensor;
    add<B extends Shape>(b: Operand<S, B>): Tensor<Broadcast<S, B>>;
    /** a − b, broadcast. */
    sub(b: number | boolean): Tensor<S>;
    sub(b: readonly unknown[]): Tensor;
    sub<B extends Shape>(b: Operand<S, B>): Tensor<Broadcast<S, B>>;
    /** Elementwise product a ⊙ b; for the matrix product see matmul. */
    mul(b: number | boolean): Tensor<S>;
    mul(b: readonly unknown[]): Tensor;
    mul<B extends Shape>(b: Operand<S, B>): Tensor<Broadcast<S, B>>;
    /** Elementwise a / b. */
    div(b: number | boolean): Tensor<S>;
    div(b: readonly unknown[]): Tensor;
    div<B extends Shape>(b: Operand<S, B>): Tensor<Broadcast<S, B>>;
    /** Elementwise aᵇ. */
    pow(b: number | boolean): Tensor<S>;
    pow(b: readonly unknown[]): Tensor;
    pow<B extends Shape>(b: Operand<S, B>): Tensor<Broadcast<S, B>>;
    maximum(b: number | boolean): Tensor<S>;
    maximum(b: readonly unknown[]): Tensor;
    maximum<B extends Shape>(b: Operand<S, B>): Tensor<Broadcast<S, B>>;
    minimum(b: number | boolean): Tensor<S>;
    minimum(b: readonly unknown[]): Tensor;
    minimum<B extends Shape>(b: Operand<S, B>): Tensor<Broadcast<S, B>>;
    greater(b: number | boolean): Tensor<S>;
    greater(b: readonly unknown[]): Tensor;
    greater<B extends Shape>(b: Operand<S, B>): Tensor<Broadcast<S, B>>;
    greaterEqual(b: number | boolean): Tensor<S>;
    greaterEqual(b: readonly unknown[]): Tensor;
    greaterEqual<B extends Shape>(b: Operand<S, B>): Tensor<Broadcast<S, B>>;
    less(b: number | boolean): Tensor<S>;
    less(b: readonly unknown[]): Tensor;
    less<B extends Shape>(b: Operand<S, B>): Tensor<Broadcast<S, B>>;
    lessEqual(b: number | boolean): Tensor<S>;
    lessEqual(b: readonly unknown[]): Tensor;
    lessEqual<B extends Shape>(b: Operand<S, B>): Tensor<Broadcast<S, B>>;
    equal(b: number | boolean): Tensor<S>;
    equal(b: readonly unknown[]): Tensor;
    equal<B extends Shape>(b: Operand<S, B>): Tensor<Broadcast<S, B>>;
    notEqual(b: number | boolean): Tensor<S>;
    notEqual(b: readonly unknown[]): Tensor;
    notEqual<B extends Shape>(b: Operand<S, B>): Tensor<Broadcast<S, B>>;
    neg(): Tensor<S>;
    exp(): Tensor<S>;
    log(): Tensor<S>;
    log1p(): Tensor<S>;
    expm1(): Tensor<S>;
    sqrt(): Tensor<S>;
    square(): Tensor<S>;
    abs(): Tensor<S>;
    sign(): Tensor<S>;
    sin(): Tensor<S>;
    cos(): Tensor<S>;
    tanh(): Tensor<S>;
    sigmoid(): Tensor<S>;
    softplus(): Tensor<S>;
    relu(): Tensor<S>;
    silu(): Tensor<S>;
    gelu(): Tensor<S>;
    erf(): Tensor<S>;
    reciprocal(): Tensor<S>;
    /** The matrix product; vectors are rows on the left, columns on the right; leading axes broadcast. */
    matmul<M extends Dim, K extends Dim, N extends Dim>(
      this: Tensor<[M, K]>,
      b: Tensor<[K, N]>,
    ): Tensor<[M, N]>;
    matmul<M extends Dim, K extends Dim>(this: Tensor<[M, K]>, b: Tensor<[K]>): Tensor<[M]>;
    matmul<K extends Dim, N extends Dim>(this: Tensor<[K]>, b: Tensor<[K, N]>): Tensor<[N]>;
    matmul(b: readonly unknown[]): Tensor;
    matmul<B extends Shape>(b: Factor<S, B>): Tensor<Product<S, B>>;
    /** Σ aᵢ bᵢ of two vectors. */
    dot(b: TensorLike): Tensor<[]>;
    /** a bᵀ of two vectors. */
    outer<M extends Dim, N extends Dim>(this: Tensor<[M]>, b: Tensor<[N]>): Tensor<[M, N]>;
    outer(b: TensorLike): Tensor;
    sum<const A extends Axis | undefined = undefined, Keep extends boolean = false>(
      axis?: A & AxisOf<S, A>,
      o?: { keepdim?: Keep },
    ): Tensor<Reduced<S, A, Keep>>;
    mean<const A extends Axis | undefined = undefined, Keep extends boolean = false>(
      axis?: A & AxisOf<S, A>,
      o?: { keepdim?: Keep },
    ): Tensor<Reduced<S, A, Keep>>;
    prod<const A extends Axis | undefined = undefined, Keep extends boolean = false>(
      axis?: A & AxisOf<S, A>,
      o?: { keepdim?: Keep },
    ): Tensor<Reduced<S, A, Keep>>;
    max<const A extends Axis | undefined = undefined, Keep extends boolean = false>(
      axis?: A & AxisOf<S, A>,
      o?: { keepdim?: Keep },
    ): Tensor<Reduced<S, A, Keep>>;
    min<const A extends Axis | undefined = undefined, Keep extends boolean = false>(
      axis?: A & AxisOf<S, A>,
      o?: { keepdim?: Keep },
    ): Tensor<Reduced<S, A, Keep>>;
    logSumExp<const A extends Axis | undefined = undefined, Keep extends boolean = false>(
      axis?: A & AxisOf<S, A>,
      o?: { keepdim?: Keep },
    ): Tensor<Reduced<S, A, Keep>>;
    variance(axis?: Axis, o?: reduce.ReduceOptions & { ddof?: number }): Tensor;
    std(axis?: Axis, o?: reduce.ReduceOptions & { ddof?: number }): Tensor;
    any<const A extends Axis | undefined = undefined, Keep extends boolean = false>(
      axis?: A & AxisOf<S, A>,
      o?: { keepdim?: Keep },
    ): Tensor<Reduced<S, A, Keep>>;
    all<const A extends Axis | undefined = undefined, Keep extends boolean = false>(
      axis?: A & AxisOf<S, A>,
      o?: { keepdim?: Keep },
    ): Tensor<Reduced<S, A, Keep>>;
    argmax<const A extends number | undefined = undefined>(
      axis?: A & AxisOf<S, A>,
    ): Tensor<Reduced<S, A, false>>;
    argmin<const A extends number | undefined = undefined>(
      axis?: A & AxisOf<S, A>,
    ): Tensor<Reduced<S, A, false>>;
    cumsum(axis?: number): Tensor<S>;
    cumprod(axis?: number): Tensor<S>;
    softmax(axis?: number): Tensor<S>;
    logSoftmax(axis?: number): Tensor<S>;
    /** The transpose of a matrix (last two axes of a batch); a vector stays as it is. */
    readonly T: Tensor<Transposed<S>>;
    transpose(): Tensor<Transposed<S>>;
    reshape<const R extends readonly number[]>(shape: R): Tensor<Reshaped<R>>;
    permute<const O extends readonly number[]>(order: O): Tensor<Permuted<S, O>>;
    broadcastTo<const R extends readonly number[]>(shape: R): Tensor<Reshaped<R>>;
    slice(axis: number, start?: number, stop?: number, step?: number): Tensor;
    select<const A extends number = 0>(index: number, axis?: A & AxisOf<S, A>): Tensor<Reduced<S, A, false>>;
    flip(axis: number): Tensor<S>;
    expandDims<const A extends number>(axis: A): Tensor<Inserted<S, A, 1>>;
    squeeze(axis?: number): Tensor;
    flatten(): Tensor<[number]>;
    contiguous(): Tensor<S>;
    take(indices: TensorLike, axis?: number): Tensor;
    gather(axis: number, indices: TensorLike): Tensor;
    scatterAdd(axis: number, indices: TensorLike, source: Tensor): Tensor<S>;
    /** Part of the tensor, as NumPy would index it: `X.index(0, "1:3", null, [2, 0], mask)`. */
    index(...specs: Index[]): Tensor;
    split(sizes: number | readonly number[], axis?: number): Tensor[];
    sort(axis?: number, o?: SortOptions): { values: Tensor<S>; indices: Tensor<S> };
    argsort(axis?: number, o?: SortOptions): Tensor<S>;
    topk(k: number, axis?: number): { values: Tensor; indices: Tensor };
    /** The same values as another element type. */
    astype(dtype: DType): Tensor<S>;
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
attach({ sigmoid, softplus, relu, silu, gelu, erf, reciprocal: unary.reciprocal });
const { greater, greaterEqual, less, lessEqual, equal, notEqual } = compare;
attach({ greater, greaterEqual, less, lessEqual, equal, notEqual });
const { sum, mean, variance, max, min, logSumExp } = reduce;
attach({ sum, mean, variance, prod, max, min, logSumExp, argmax, argmin, cumsum, softmax, logSoftmax });
attach({ all, any, cumprod, std });
const { matmul, dot, outer } = product;
attach({ matmul, dot, outer });
const { reshape, permute, transpose, slice, select, flip, expandDims, squeeze, contiguous } = layout;
attach({ reshape, permute, transpose, slice, select, flip, expandDims, squeeze, contiguous });
const { take, gather, scatterAdd } = indexing;
attach({ take, gather, scatterAdd, broadcastTo: broadcast.broadcastTo });
attach({ index, split, sort, argsort, topk, astype, flatten: (x: Tensor) => reshape(x, [-1]) });

Object.defineProperty(Tensor.prototype, "T", {
  get(this: Tensor) {
    return transpose(this);
  },
  configurable: true,
});

// Rows of a traced matrix stay traced; only a vector's numbers leave the graph.
Object.defineProperty(Tensor.prototype, Symbol.iterator, {
  *value(this: Tensor) {
    if (this.rank === 0)
      throw new ShapeError("A scalar tensor cannot be iterated over; use item() to read its value.");
    for (let i = 0; i < this.shape[0]; i++) yield this.rank === 1 ? this.at(i) : layout.select(this, i);
  },
  writable: true,
  configurable: true,
});
