// Summaries made of other operations, against NumPy's values and PyTorch's gradients.
import assert from "node:assert/strict";
import { test } from "node:test";
import { all, any, cumprod, grad, gradcheck, std, type Tensor, tensor, zeros } from "gradlab";
import golden from "../golden/summaries.json" with { type: "json" };

const X = tensor(golden.X);
const G = tensor(golden.G);

const cases: [string, (x: Tensor) => Tensor, { value: unknown; gradient: unknown }][] = [
  ["std by rows", (x) => std(x, 1), golden.std],
  ["std by columns, unbiased", (x) => x.std(0, { ddof: 1 }), golden.std1],
  ["cumprod down", (x) => cumprod(x), golden.cumprod0],
  ["cumprod across", (x) => x.cumprod(-1), golden.cumprod1],
];
for (const [name, f, { value, gradient }] of cases)
  test(`${name}: value, gradient, second derivatives`, () => {
    const loss = (x: Tensor) => (f(x).rank === 2 ? f(x).mul(G).sum() : f(x).sum());
    const far = (a: Tensor, b: unknown) =>
      a
        .sub(tensor(b as number[]))
        .abs()
        .max()
        .item();
    assert.ok(far(f(X), value) < 1e-14);
    assert.ok(far(grad(loss)(X), gradient) < 1e-13);
    assert.ok(gradcheck(loss, [X], { order: 2 }) < 1e-6);
  });

test("any and all: by axis, of everything, of nothing, of NaN", () => {
  assert.deepEqual(any(X.greater(3), 1).toArray(), (golden.any[0] as boolean[]).map(Number));
  assert.equal(X.any().item(), Number(golden.any[1]));
  assert.deepEqual(all(X, 1).toArray(), (golden.all[0] as boolean[]).map(Number));
  assert.equal(X.slice(0, 0, 1).all().item(), Number(golden.all[1]));
  assert.deepEqual(any(zeros([2, 0]), 1).toArray(), [0, 0]);
  assert.deepEqual(all(zeros([2, 0]), 1, { keepdim: true }).toArray(), [[1], [1]]);
  assert.equal(any([Number.NaN]).item(), 1);
  assert.equal(X.any(1, { keepdim: true }).shape.join(), "3,1");
  assert.throws(() => any(X, 2), /any: .*axis 2/);
});

test("cumprod of nothing is nothing", () => assert.deepEqual(cumprod(zeros([0, 2])).shape, [0, 2]));
