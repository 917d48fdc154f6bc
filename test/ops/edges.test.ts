/**
 * Values and gradients where they like to go wrong: nothing, one number, ties, zeros, NaN and infinities,
 * against NumPy, SciPy and PyTorch (test/golden/edges.py).
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as g from "gradlab";
import { grad, hessian, type Tensor, tensor, zeros } from "gradlab";

type Saved = Record<string, { shape: number[]; value: (number | string)[] }>;
const golden = JSON.parse(readFileSync(new URL("../golden/edges.json", import.meta.url), "utf8")) as Record<
  "values" | "gradients" | "second" | "inputs",
  Saved
>;
const read = ({ shape, value }: Saved[string]): Tensor =>
  tensor(Float64Array.from(value, Number), shape) as Tensor;

const N = tensor([3, Number.NaN, 1, Number.NaN, 2]) as Tensor;
const inf = Number.POSITIVE_INFINITY;
const I = tensor([-inf, -1, -0, 2, inf, Number.NaN]) as Tensor;
const T = tensor([[1, 5, 5], [7, 2, 7]]) as Tensor; // biome-ignore format: as it is written in edges.py
const { C, D, V } = Object.fromEntries(Object.entries(golden.inputs).map(([k, v]) => [k, read(v)]));
const square = D.slice(1, 0, 3);

const values: Record<string, () => Tensor> = {
  "sum of nothing": () => zeros([0, 3]).sum(0),
  "prod of nothing": () => zeros([0, 3]).prod(0),
  "mean of nothing": () => zeros([0, 3]).mean(0),
  "cumsum of nothing": () => zeros([0, 3]).cumsum(1),
  "nothing @": () => zeros([2, 0]).matmul(zeros([0, 3])),
  "sort of nothing": () => g.sort(zeros([2, 0])).values,
  "logSumExp of nothing": () => zeros([2, 0]).logSumExp(1),
  "norm of nothing": () => g.norm(zeros([0])),
  "det of nothing": () => g.det(zeros([0, 0])),
  "inv of nothing": () => g.inv(zeros([2, 0, 0])),
  "trace of nothing": () => g.trace(zeros([0, 0])),
  "solve nothing": () => g.solve(g.eye(3), zeros([3, 0])),
  "svd of nothing": () => g.svd(zeros([0, 3])).s,
  "kron with nothing": () => g.kron(zeros([0, 2]), zeros([3, 1])),
  "concat with nothing": () => g.concat([zeros([0, 2]), g.full([1, 2], 7)]),
  "tile by nothing": () => g.tile(g.arange(2), [0]),
  "index by nothing": () => g.arange(5).index([]),
  "broadcast nothing": () => zeros([0, 1]).add(zeros([1, 3])),
  "sum of one": () => tensor(3).sum(),
  "exp of one": () => tensor(1).exp(),
  "index one": () => tensor(3).index(null),
  "cumsum along each": () => g.full([2, 2, 2], 1.5).cumsum(-2),
  "var, ddof 1": () => T.variance(1, { ddof: 1 }),
  "max with NaN": () => N.max(),
  "min with NaN": () => N.min(),
  "argmax with NaN": () => N.argmax(),
  "argmin with NaN": () => N.argmin(),
  "sort with NaN": () => g.sort(N).values,
  "argsort with NaN": () => g.argsort(N),
  "sum with NaN": () => N.sum(),
  "maximum with NaN": () => g.maximum(N, 2),
  "minimum with NaN": () => g.minimum(2, N),
  sign: () => I.sign(),
  abs: () => I.abs(),
  exp: () => I.exp(),
  log: () => I.log(),
  log1p: () => I.log1p(),
  expm1: () => I.expm1(),
  sqrt: () => I.sqrt(),
  tanh: () => I.tanh(),
  erf: () => I.erf(),
  sigmoid: () => I.sigmoid(),
  softplus: () => I.softplus(),
  square: () => I.square(),
  pow: () => g.pow([0, 0, -8, -2, inf, 1], [0, -1, 1 / 3, 3, -1, Number.NaN]),
  div: () => g.div([1, -1, 0, inf], [0, 0, 0, inf]),
  greater: () => N.greater(1.5),
  equal: () => N.equal(N),
  notEqual: () => N.notEqual(N),
  "logSumExp huge": () => g.logSumExp([1000, 1000, -inf]),
  "logSumExp of −∞": () => g.logSumExp([-inf, -inf]),
  "logSumExp of ∞": () => g.logSumExp([inf, 1]),
  "softmax with −∞": () => g.softmax([0, -inf, 0]),
  "logSoftmax huge": () => g.logSoftmax([1000, 0]),
  "argmax of ties": () => T.argmax(1),
  "topk of ties": () => g.topk(T.select(0), 2).values,
  "norm huge": () => g.norm([3e200, 4e200]),
  "linspace backwards": () => g.linspace(1, -1, 5),
  "arange of tenths": () => g.arange(0, 0.5, 0.1),
  "mean of huge": () => g.mean([1e308, -1e308, 1e308]),
  "take batched": () => T.take([[0, 1], [1, 1]], 1), // biome-ignore format: as in edges.py
  gather: () => T.gather(1, [[2, 0], [1, 1]]), // biome-ignore format: as in edges.py
  "mask list": () => g.arange(3).index([true, false, true]),
  "True + True": () => tensor([true, false]).add(tensor([true, true])),
  "einsum ii->i": () => g.einsum("ii->i", square),
  "einsum ii": () => g.einsum("ii", square),
  "einsum iij->ij": () => g.einsum("iij->ij", V),
  "einsum ...ij,jk": () => g.einsum("...ij,jk->...ik", C, D),
  "einsum ...": () => g.einsum("...,...", C, C.slice(1, 0, 1)),
  "einsum b...,b...->...": () => g.einsum("b...,b...->...", C, C),
  lgamma: () => g.lgamma([1, 2, 0.5, 171, 1e-5]),
};

const cumprod = (t: Tensor): Tensor =>
  g.stack(Array.from({ length: t.size }, (_, i) => t.slice(0, 0, i + 1).prod()) as Tensor[]);
const gradients: Record<string, [unknown, (t: Tensor) => Tensor]> = {
  "max of ties": [T, (t) => t.max(1)],
  "min of ties": [T.neg(), (t) => t.min(1)],
  "maximum of equals": [T.select(0), (t) => t.maximum([1, 9, 5])],
  "abs at 0": [[0, -2], (t) => t.abs()],
  "relu at 0": [[0, -1, 1], (t) => t.relu()],
  "sqrt at 0": [[0, 4], (t) => t.sqrt()],
  "norm at 0": [[0, 0], (t) => g.norm(t)],
  "prod with a zero": [[[0, 3, 4], [2, 3, 4], [0, 0, 5]], (t) => t.prod(1)], // biome-ignore format: short
  "pow at 0": [[0, -3], (t) => t.pow(2)],
  "pow 0": [[0, 2], (t) => t.pow(0)],
  "logSumExp of −∞": [[-inf, -inf, 0], (t) => t.logSumExp(0)],
  "logSumExp of nothing else": [[-inf, -inf], (t) => t.logSumExp(0)],
  "where beside NaN": [[-1, Number.NaN, 2], (t) => g.where(t.greater(0), t, 0)],
  sort: [[3, 1, 3, 2], (t) => g.sort(t).values.mul([0, 1, 2, 3])],
  "var of one": [[2], (t) => t.variance()],
  "softplus far out": [[-800, 800], (t) => t.softplus()],
  "sigmoid far out": [[-800, 800], (t) => t.sigmoid()],
  "logSigmoid far out": [[-800, 800], (t) => t.neg().softplus().neg()],
  "cumprod-like": [[2, 0, 3, 0], (t) => cumprod(t).mul([1, 2, 3, 4])],
  "repeated take": [[1, 2, 3], (t) => t.take([0, 0, 2]).square()],
};

function agree(mine: Tensor, saved: Saved[string]): void {
  const want = read(saved);
  assert.deepEqual([...mine.shape], [...want.shape]);
  const [a, b] = [mine.values(), want.values()];
  for (let i = 0; i < b.length; i++)
    assert.ok(
      Object.is(a[i], b[i]) || a[i] === b[i] || Math.abs(a[i] - b[i]) <= 1e-13 * Math.max(1, Math.abs(b[i])),
      `entry ${i}: ${a[i]}, expected ${b[i]}`,
    );
}

for (const [name, saved] of Object.entries(golden.values)) test(name, () => agree(values[name](), saved));
for (const [name, saved] of Object.entries(golden.gradients))
  test(`gradient: ${name}`, () => {
    const [x, f] = gradients[name];
    agree(grad((t: Tensor) => f(t).sum())(tensor(x instanceof g.Tensor ? x.toArray() : x)), saved);
  });
test("second derivatives of a product with a zero", () =>
  agree(hessian((t) => t.prod())(tensor([0, 3, 4, 2])), golden.second["prod"]));

test("every golden is compared", () => {
  assert.deepEqual(Object.keys(values), Object.keys(golden.values));
  assert.deepEqual(Object.keys(gradients), Object.keys(golden.gradients));
});

test("batches that do not fit are named whole", () => {
  const [a, b] = [zeros([2, 2, 3]) as Tensor, zeros([3, 3, 2]) as Tensor];
  assert.throws(() => a.matmul(b), /matmul: \[2, 2, 3\] @ \[3, 3, 2\]: leading axes/);
});
