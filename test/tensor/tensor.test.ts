/**
 * Creation, views, reading, printing and random streams.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { arange, eye, full, linspace, oneHot, ones, rng, type Tensor, tensor, zeros } from "gradlab";

test("dtypes follow the data unless told", () => {
  assert.equal(tensor([1, 2]).dtype, "float64");
  assert.equal(tensor([true, false]).dtype, "bool");
  assert.equal(tensor(new Float32Array(2)).dtype, "float32");
  assert.equal(tensor([1, 2], { dtype: "int32" }).dtype, "int32");
  assert.equal(tensor(new Float32Array(2)).mul(0.5).dtype, "float32");
  assert.equal(tensor(new Float32Array(2)).add(tensor([1, 2])).dtype, "float64");
  assert.equal(tensor([1, 2], { dtype: "int32" }).add(1).dtype, "int32");
  assert.equal(tensor([1, 2], { dtype: "int32" }).div(2).dtype, "float64");
  assert.equal(tensor([true, true, false]).sum().item(), 2);
});

test("ragged or mistyped input is refused, by place", () => {
  assert.throws(() => tensor([[1, 2], [3]]), /rows differ in length.*expected 2.*dimension 1.*found 1/s);
  assert.throws(() => tensor([1, "a"] as never), /expected a number at depth 1 but found string/);
  assert.throws(() => tensor(new Float64Array(6), [2, 2]), /\[2, 2\] holds 4 elements, but 6/);
  assert.throws(() => zeros([2, -1]), /non-negative integers/);
  assert.throws(() => oneHot([0, 3], 3), /label 3 at position 1/);
});

test("transposes, slices and broadcasts share storage", () => {
  const A = arange(12).reshape([3, 4]);
  assert.equal(A.T.data, A.data);
  assert.equal(A.slice(1, 1, 3).data, A.data);
  assert.deepEqual(A.slice(1, -1).toArray(), [[3], [7], [11]]);
  assert.deepEqual(A.T.slice(0, undefined, undefined, 2).toArray(), [
    [0, 4, 8],
    [2, 6, 10],
  ]);
  assert.deepEqual(A.select(1).broadcastTo([2, 4]).toArray(), [
    [4, 5, 6, 7],
    [4, 5, 6, 7],
  ]);
  assert.equal(A.T.isContiguous, false);
  assert.deepEqual(A.T.add(0).toArray(), A.T.toArray());
});

test("reading", () => {
  const A = tensor([
    [1, 2],
    [3, 4],
  ]);
  assert.equal(A.at(1, -1), 4);
  assert.equal(A.sum().item(), 10);
  assert.throws(() => A.item(), /4 elements/);
  assert.throws(() => A.at(2, 0), /index 2 is outside dimension 0 of size 2/);
  assert.deepEqual([...tensor([1, 2])], [1, 2]);
  assert.deepEqual(
    [...A].map((r: Tensor) => r.sum().item()),
    [3, 7],
  );
  assert.deepEqual(JSON.parse(JSON.stringify(A)), { dtype: "float64", shape: [2, 2], data: [1, 2, 3, 4] });
  assert.deepEqual(A.toArray(), [
    [1, 2],
    [3, 4],
  ]);
});

test("empty and zero-dimensional tensors", () => {
  const none = zeros([0, 3]);
  assert.deepEqual(none.sum(0).toArray(), [0, 0, 0]);
  assert.equal(none.sum().item(), 0);
  assert.deepEqual(none.add(1).shape, [0, 3]);
  assert.deepEqual(none.matmul(ones([3, 2])).shape, [0, 2]);
  assert.deepEqual(
    ones([2, 0])
      .matmul(ones([0, 3]))
      .toArray(),
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  );
  assert.throws(() => none.max(0), /no max of no elements/);
  assert.equal(tensor(3).mul(tensor(4)).item(), 12);
  assert.equal(String(none), "tensor([], shape=[0, 3], float64)");
});

test("printing is aligned, shortened, and names shape and dtype", () => {
  assert.equal(
    String(
      tensor([
        [1, -2],
        [30, 4],
      ]),
    ),
    "tensor([[ 1, -2],\n        [30,  4]], shape=[2, 2], float64)",
  );
  assert.equal(String(tensor([0.5, 1])), "tensor([0.5, 1.0], shape=[2], float64)");
  assert.equal(String(tensor([1e-9, 1])), "tensor([1.0000e-9, 1.0000e+0], shape=[2], float64)");
  assert.equal(String(tensor([true, false])), "tensor([ true, false], shape=[2], bool)");
  assert.equal(String(tensor([Number.NaN, 1, -1 / 0])), "tensor([NaN,   1,  -∞], shape=[3], float64)");
  assert.equal(String(tensor(2.5)), "tensor(2.5, float64)");
  assert.match(String(zeros([2000])), /^tensor\(\[0, 0, 0, …, 0, 0, 0\], shape=\[2000\], float64\)$/);
});

test("makers", () => {
  assert.deepEqual(eye(2, 3).toArray(), [
    [1, 0, 0],
    [0, 1, 0],
  ]);
  assert.deepEqual(full([2], 7).toArray(), [7, 7]);
  assert.deepEqual(linspace(0, 1, 3).toArray(), [0, 0.5, 1]);
  assert.deepEqual(arange(3, 0, -1).toArray(), [3, 2, 1]);
  assert.deepEqual(oneHot([1, 0], 2).toArray(), [
    [0, 1],
    [1, 0],
  ]);
});

test("assign overwrites in place and checks the shape", () => {
  const p = zeros([2]);
  p.assign(tensor([1, 2]));
  assert.deepEqual(p.toArray(), [1, 2]);
  assert.throws(() => p.assign(zeros([3])), /\[3\] do not fit \[2\]/);
});

test("a seed gives the same numbers for ever", () => {
  assert.deepEqual([rng(7).bits(), rng(7).bits()], [rng(7).bits(), rng(7).bits()]);
  const r = rng(42);
  assert.deepEqual(
    Array.from({ length: 3 }, () => r.bits()),
    FIRST_BITS,
  );
  assert.notEqual(rng(1).random(), rng(2).random());
  assert.throws(() => rng(1.5), /integer/);
});

const FIRST_BITS = [1959603763, 2423114712, 2466933512];

test("streams have the moments they should", () => {
  const n = 20000;
  const z = rng(3).normal([n], 1, 2);
  assert.ok(Math.abs(z.mean().item() - 1) < 0.05);
  assert.ok(Math.abs(z.variance().item() - 4) < 0.15);
  const u = rng(4).uniform([n], -1, 1);
  assert.ok(Math.abs(u.mean().item()) < 0.02 && u.min().item() >= -1 && u.max().item() < 1);
  const p = rng(5).permutation(100);
  assert.deepEqual(
    [...p.data].sort((a, b) => a - b),
    [...Array(100).keys()],
  );
  const picks = rng(6).choice(3, n, { weights: [1, 0, 3] });
  const counts = [0, 1, 2].map((k) => picks.equal(k).sum().item());
  assert.equal(counts[1], 0);
  assert.ok(Math.abs(counts[2] / n - 0.75) < 0.02);
  assert.deepEqual(new Set(rng(7).choice(5, 5, { replace: false }).data).size, 5);
  assert.equal(rng(8).multinomial(10, [0.2, 0.8]).sum().item(), 10);
  assert.throws(() => rng(9).choice(2, 3, { replace: false }), /cannot take 3 of 2/);
});
