/**
 * What the type checker knows of shapes. `npm run check` is the test; running the file only proves it loads.
 */

import { test } from "node:test";
import { type Dim, matmul, ones, rng, type Tensor, tensor, zeros } from "gradlab";
import { expectType } from "./expect.ts";

const X = tensor(new Float64Array(6 * 64), [6, 64]) as Tensor as Tensor<["N", 64]>;
const W = zeros([64, 10]);
const V = zeros([10, 3]);
const b = zeros([10]);
const x = zeros([64]);
const unknown: Tensor = zeros([64, 64]);
const like: Tensor = zeros([6, 64]);
const some = like as Tensor<[number, 64]>;

test("products", () => {
  expectType<Tensor<["N", 10]>>()(X.matmul(W));
  expectType<Tensor<["N", 3]>>()(X.matmul(W).matmul(V));
  expectType<Tensor<["N"]>>()(X.matmul(x));
  expectType<Tensor<[10]>>()(x.matmul(W));
  expectType<Tensor<[number, 10]>>()(some.matmul(W));
  expectType<Tensor<any>>()(unknown.matmul(W));
  expectType<Tensor<any>>()(X.matmul(unknown));
  expectType<Tensor<[64, 64]>>()(X.T.matmul(X));
  expectType<Tensor<[64, 10]>>()(x.outer(b));
  expectType<Tensor<[]>>()(x.dot(x));
  expectType<Tensor<["N", 10]>>()(matmul(X, W));
  expectType<Tensor<any>>()(matmul(X, unknown));
  expectType<Tensor<any>>()(ones([5, 2, 3]).matmul(ones([5, 3, 4])));
  expectType<Tensor<[]>>()(ones([3]).matmul(ones([3])));
});

test("wrong products are refused before they run", () => {
  const wrong = (): void => {
    // @ts-expect-error inner sizes 64 and 10
    X.matmul(V);
    // @ts-expect-error inner sizes 10 and 64
    W.matmul(X);
    // @ts-expect-error a row vector of 10 against 64 rows
    b.matmul(W);
    // @ts-expect-error 64 against "N"
    X.matmul(X);
    // @ts-expect-error a vector of 10 against 64 columns
    X.matmul(b);
    // @ts-expect-error the same as a function
    matmul(X, V);
    // @ts-expect-error vectors of 64 and 10
    x.matmul(b);
    // @ts-expect-error the batch's inner sizes
    ones([5, 2, 3]).matmul(ones([5, 4, 2]));
  };
  void wrong;
});

test("elementwise operations broadcast", () => {
  expectType<Tensor<["N", 64]>>()(X.add(X));
  expectType<Tensor<["N", 64]>>()(X.add(1));
  expectType<Tensor<["N", 64]>>()(X.add(x));
  expectType<Tensor<["N", 64]>>()(x.mul(X));
  expectType<Tensor<["N", 64]>>()(X.sub(X.mean(1, { keepdim: true })));
  expectType<Tensor<["N", 64]>>()(X.div(zeros([1, 64])));
  expectType<Tensor<[2, 3]>>()(ones([2, 1]).mul(ones([1, 3])));
  expectType<Tensor<any>>()(X.add(like));
  expectType<Tensor<any>>()(like.add(X));
  expectType<Tensor<any>>()(W.T.add(Array.from({ length: 64 }, () => 1)));
  expectType<Tensor<["N", 64]>>()(X.add(some));
  expectType<Tensor<["N", 64]>>()(X.relu().exp().tanh().square().neg());
  expectType<Tensor<["N", 64]>>()(X.softmax());
  const wrong = (): void => {
    // @ts-expect-error 64 and 10 do not broadcast
    X.add(b);
    // @ts-expect-error "N" × 64 against 64 × 10
    X.mul(W);
    // @ts-expect-error 3 against 2
    ones([3]).sub(ones([2]));
  };
  void wrong;
});

test("reductions", () => {
  expectType<Tensor<[]>>()(X.sum());
  expectType<Tensor<[64]>>()(X.sum(0));
  expectType<Tensor<["N"]>>()(X.sum(1));
  expectType<Tensor<["N"]>>()(X.mean(-1));
  expectType<Tensor<["N", 1]>>()(X.sum(1, { keepdim: true }));
  expectType<Tensor<[1, 64]>>()(X.max(0, { keepdim: true }));
  expectType<Tensor<["N"]>>()(X.argmax(1));
  expectType<Tensor<[]>>()(X.sum([0, 1]));
  expectType<Tensor<any>>()(unknown.sum(0));
  expectType<Tensor<any>>()(X.sum(0 as number));
  expectType<Tensor<any>>()(X.sum([0] as number[]));
  expectType<Tensor<[1, 1]>>()(X.sum(null, { keepdim: true }));
  const batch = ones([2, 3, 4, 5]);
  expectType<Tensor<[2, 5]>>()(batch.mean([1, 2]));
  expectType<Tensor<[2, 5]>>()(batch.mean([-2, 1]));
  expectType<Tensor<[2, 1, 4, 1]>>()(batch.logSumExp([1, 3], { keepdim: true }));
  expectType<Tensor<[2, 3, 5]>>()(batch.min(2));
  expectType<Tensor<[3, 4, 5]>>()(batch.prod(-4));
  expectType<Tensor<[2, 4, 5]>>()(batch.argmin(-3));
  expectType<Tensor<[2, 3, 5]>>()(batch.select(0, 2));
  expectType<Tensor<[3, 4, 5]>>()(batch.select(1));
  const wrong = (): void => {
    // @ts-expect-error a matrix has no axis 2
    X.sum(2);
    // @ts-expect-error nor axis −3
    X.mean(-3);
    // @ts-expect-error one of the axes is outside
    batch.max([1, 4]);
    // @ts-expect-error a vector has no axis 1
    b.argmax(1);
    // @ts-expect-error no axis 4 to take one entry of
    batch.select(0, 4);
  };
  void wrong;
});

test("layout", () => {
  expectType<Tensor<[64, "N"]>>()(X.T);
  expectType<Tensor<[8, 80]>>()(W.reshape([8, 80]));
  expectType<Tensor<[8, number]>>()(W.reshape([8, -1]));
  expectType<Tensor<any>>()(W.reshape([8, 80] as number[]));
  expectType<Tensor<[3, 2]>>()(ones([2, 3]).permute([1, 0]));
  expectType<Tensor<[4, 2, 3]>>()(ones([2, 3, 4]).permute([2, 0, 1]));
  expectType<Tensor<any>>()(ones([2, 3]).permute([1, 0] as number[]));
  expectType<Tensor<["N", 1, 64]>>()(X.expandDims(1));
  expectType<Tensor<["N", 64, 1]>>()(X.expandDims(-1));
  expectType<Tensor<[2, 4, 3]>>()(ones([2, 3, 4]).T);
  expectType<Tensor<[10]>>()(b.T);
  expectType<Tensor<["N", 64]>>()(X.flip(0));
  expectType<Tensor<["N", 64]>>()(X.cumsum(0));
  expectType<Tensor<["N", 64]>>()(X.astype("float32"));
  expectType<Tensor<[5, 64]>>()(x.broadcastTo([5, 64]));
  expectType<Tensor<[number]>>()(X.flatten());
  expectType<Tensor<[3, 4]>>()(rng(1).normal([3, 4]));
  expectType<Tensor<[]>>()(rng(1).normal());
});

test("generic functions check", () => {
  function affine<N extends Dim, D extends Dim, H extends Dim>(
    input: Tensor<[N, D]>,
    weight: Tensor<[D, H]>,
    bias: Tensor<[H]>,
  ): Tensor {
    const z: Tensor<[N, H]> = input.matmul(weight);
    return z.add(bias as Tensor);
  }
  affine(X, W, b);
  const wrong = (): void => {
    // @ts-expect-error the bias has 64 entries, the output 10
    affine(X, W, x);
    // @ts-expect-error a shape cannot be silently forgotten and replaced
    const y: Tensor<[3, 3]> = W;
    void y;
  };
  void wrong;
  const free: Tensor = X;
  void free;
});
