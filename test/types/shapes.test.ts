/**
 * What the type checker knows of shapes. `npm run check` is the test; running the file only proves it loads.
 */

import { test } from "node:test";
import { type Dim, ones, rng, type Tensor, tensor, zeros } from "gradlab";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expectType<T>() {
  return <U>(_value: U, ..._same: Equal<T, U> extends true ? [] : ["the types differ"]): void => {};
}

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
  expectType<Tensor<any>>()(X.sum([0, 1]));
  expectType<Tensor<any>>()(unknown.sum(0));
});

test("layout", () => {
  expectType<Tensor<[64, "N"]>>()(X.T);
  expectType<Tensor<[8, 80]>>()(W.reshape([8, 80]));
  expectType<Tensor<[8, number]>>()(W.reshape([8, -1]));
  expectType<Tensor<any>>()(W.reshape([8, 80] as number[]));
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
