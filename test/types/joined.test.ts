/**
 * Shape types of einsum, concat, stack, conv2d and pooling. `npm run check` is the test.
 */

import { test } from "node:test";
import {
  avgPool2d,
  concat,
  conv2d,
  type Dim,
  einsum,
  maxPool2d,
  ones,
  stack,
  type Tensor,
  zeros,
} from "gradlab";
import { expectType } from "./expect.ts";

const A = zeros([2, 3]);
const B = zeros([3, 4]);
const v = zeros([3]);
const batch = zeros([5, 2, 3]);
const free: Tensor = zeros([2, 3]);
const named = free as Tensor<["N", 3]>;
const open = free as Tensor<[number, 3]>;

test("einsum reads its formula", () => {
  expectType<Tensor<[2, 4]>>()(einsum("ij,jk->ik", A, B));
  expectType<Tensor<[3, 2]>>()(einsum("ij->ji", A));
  expectType<Tensor<[]>>()(einsum("ij->", A));
  expectType<Tensor<[2]>>()(einsum("ij,j->i", A, v));
  expectType<Tensor<[3, 3]>>()(einsum("i,j->ij", v, v));
  expectType<Tensor<[5, 2, 4]>>()(einsum("bij, jk -> bik", batch, B));
  expectType<Tensor<["N", 4]>>()(einsum("nd,dk->nk", named, B));
  expectType<Tensor<[number, 4]>>()(einsum("nd,dk->nk", open, B));
  expectType<Tensor<[2, 3]>>()(einsum("nd,nd->nd", open, A));
  expectType<Tensor<[2]>>()(einsum("ij,jk,k->i", A, B, ones([4])));
  expectType<Tensor<[2]>>()(einsum("ii->i", zeros([2, 2])));
  expectType<Tensor<[]>>()(einsum("ii->", zeros([2, 2])));
  expectType<Tensor<any>>()(einsum("...j,jk->...k", batch, B));
  expectType<Tensor<any>>()(einsum("ij,jk", A, B));
  expectType<Tensor<any>>()(einsum("ij,jk->ik", free, B));
  expectType<Tensor<any>>()(einsum("ij,jk->ik" as string, A, B));
  expectType<Tensor<any>>()(einsum("ij,jk->ik", ...[A as Tensor, B as Tensor]));
  const wrong = (): void => {
    // @ts-expect-error j stands for 3 and for 2
    einsum("ij,jk->ik", A, A);
    // @ts-expect-error the result names a label nobody has
    einsum("ij->ik", A);
    // @ts-expect-error three labels for a matrix
    einsum("ijk->i", A);
    // @ts-expect-error a diagonal of a matrix that is not square
    einsum("ii->i", A);
    // @ts-expect-error one label for a matrix
    einsum("i->i", A);
    // @ts-expect-error two groups for one operand
    einsum("ij,jk->ik", A);
    // @ts-expect-error one group for two operands
    einsum("ij->i", A, B);
    // @ts-expect-error "N" and 5
    einsum("nd,nk->dk", named, zeros([5, 4]));
  };
  void wrong;
});

test("concat adds sizes along its axis", () => {
  expectType<Tensor<[3, 3]>>()(concat([A, zeros([1, 3])]));
  expectType<Tensor<[2, 7]>>()(concat([A, zeros([2, 4])], 1));
  expectType<Tensor<[2, 7]>>()(concat([A, zeros([2, 4])], -1));
  expectType<Tensor<[2, 320]>>()(concat([zeros([2, 64]), zeros([2, 128]), zeros([2, 128])], 1));
  expectType<Tensor<[number, 3]>>()(concat([named, A]));
  expectType<Tensor<["N", 6]>>()(concat([named, named], 1));
  expectType<Tensor<["N", 6]>>()(concat([named, open], 1));
  expectType<Tensor<[number, 3]>>()(concat([zeros([6000, 3]), A]));
  expectType<Tensor<[2, 3]>>()(concat([A]));
  expectType<Tensor<[5]>>()(concat([v, ones([2])]));
  expectType<Tensor<any>>()(concat([A, free]));
  expectType<Tensor<any>>()(concat([A, A] as Tensor[]));
  expectType<Tensor<any>>()(concat([A, A], 1 as number));
  const wrong = (): void => {
    // @ts-expect-error 3 and 4 differ outside axis 0
    concat([A, B]);
    // @ts-expect-error 2 and 3 differ outside axis 1
    concat([A, B], 1);
    // @ts-expect-error a vector and a matrix
    concat([v, A]);
    // @ts-expect-error "N" and 2
    concat([named, A], 1);
  };
  void wrong;
});

test("stack adds an axis", () => {
  expectType<Tensor<[2, 2, 3]>>()(stack([A, A]));
  expectType<Tensor<[2, 3, 3]>>()(stack([A, A, A], 1));
  expectType<Tensor<[3, 2]>>()(stack([v, v], -1));
  expectType<Tensor<[2]>>()(stack([A.sum(), A.mean()]));
  expectType<Tensor<any>>()(stack([A, free]));
  expectType<Tensor<any>>()(stack([A, A] as Tensor[]));
});

test("conv2d computes channels, height and width", () => {
  const images = zeros([2, 3, 32, 32]) as Tensor as Tensor<["N", 3, 32, 32]>;
  const weight = zeros([16, 3, 3, 3]);
  expectType<Tensor<["N", 16, 30, 30]>>()(conv2d(images, weight));
  expectType<Tensor<["N", 16, 32, 32]>>()(conv2d(images, weight, null, { padding: 1 }));
  expectType<Tensor<["N", 16, 16, 16]>>()(conv2d(images, weight, zeros([16]), { stride: 2, padding: 1 }));
  expectType<Tensor<["N", 16, 32, 15]>>()(conv2d(images, weight, null, { stride: [1, 2], padding: [1, 0] }));
  expectType<Tensor<["N", 16, number, number]>>()(conv2d(images, weight, null, { dilation: 2 }));
  expectType<Tensor<["N", 16, number, number]>>()(conv2d(images, weight, null, { stride: 1 as number }));
  const stem = { stride: 2, padding: 3 } as const;
  expectType<Tensor<[1, 2, 112, 112]>>()(conv2d(zeros([1, 3, 224, 224]), zeros([2, 3, 7, 7]), null, stem));
  expectType<Tensor<any>>()(conv2d(images, weight as Tensor));
  expectType<Tensor<any>>()(conv2d(images as Tensor, weight));
  expectType<Tensor<[4, 8, 30, 30]>>()(
    conv2d(zeros([4, 6, 32, 32]), zeros([8, 3, 3, 3]), null, { groups: 2 }),
  );
  const wrong = (): void => {
    // @ts-expect-error three channels against one
    conv2d(images, zeros([16, 1, 3, 3]));
    // @ts-expect-error kernels have four axes
    conv2d(images, zeros([16, 3, 3]));
    // @ts-expect-error images have four axes
    conv2d(zeros([3, 32, 32]), weight);
  };
  void wrong;
});

test("pooling", () => {
  const images = zeros([2, 3, 32, 32]) as Tensor as Tensor<["N", 3, 32, 32]>;
  expectType<Tensor<["N", 3, 16, 16]>>()(maxPool2d(images, 2));
  expectType<Tensor<["N", 3, 15, 15]>>()(avgPool2d(images, 3, { stride: 2 }));
  expectType<Tensor<["N", 3, 16, 8]>>()(avgPool2d(images, [2, 4]));
  expectType<Tensor<[3, 16, 16]>>()(maxPool2d(zeros([3, 32, 32]), 3, { stride: 2, padding: 1 }));
  expectType<Tensor<["N", 3, number, number]>>()(maxPool2d(images, 2, { ceilMode: true }));
  expectType<Tensor<any>>()(maxPool2d(images as Tensor, 2));
});

test("generic functions keep their names through all of them", () => {
  function heads<N extends Dim, D extends Dim, H extends Dim>(
    x: Tensor<[N, D]>,
    W: Tensor<[D, H]>,
  ): Tensor<[N, H]> {
    return einsum("nd,dh->nh", x as Tensor, W as Tensor);
  }
  expectType<Tensor<["N", 4]>>()(heads(named, B));
});
