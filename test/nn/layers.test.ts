/**
 * Every layer against PyTorch: output, gradients of input and parameters, running statistics, state names.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import {
  AdaptiveAvgPool2d,
  AvgPool2d,
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  Embedding,
  Flatten,
  GELU,
  gradcheck,
  LayerNorm,
  Linear,
  LogSoftmax,
  MaxPool2d,
  type Module,
  ReLU,
  Sigmoid,
  SiLU,
  Softmax,
  Softplus,
  Tanh,
  type Tensor,
  tensor,
} from "gradlab";
import { numbers } from "../golden/lcg.ts";

const golden = JSON.parse(readFileSync(new URL("../golden/nn.json", import.meta.url), "utf8"));
const dtype = "float64" as const;

export function close(actual: ArrayLike<number>, expected: number[], tolerance = 1e-10, what = ""): void {
  assert.equal(actual.length, expected.length, `${what}: length`);
  for (let i = 0; i < expected.length; i++)
    assert.ok(
      Math.abs(actual[i] - expected[i]) <= tolerance * Math.max(1, Math.abs(expected[i])),
      `${what}[${i}]: ${actual[i]}, PyTorch has ${expected[i]}`,
    );
}

const made = (seed: number, shape: readonly number[], scale = 1): Tensor =>
  tensor(
    Float64Array.from(
      numbers(
        seed,
        shape.reduce((a, b) => a * b, 1),
        scale,
      ),
    ),
    shape,
  );

function fill(m: Module): void {
  m.parameters().forEach((p, i) => {
    p.assign(made(100 + i, p.shape, 0.5));
  });
}

const cases: [string, Module, number[]][] = [
  ["Linear", new Linear(4, 3, { dtype }), [5, 4]],
  ["Linear no bias", new Linear(4, 3, { bias: false, dtype }), [2, 3, 4]],
  ["Conv2d", new Conv2d(2, 3, 3, { dtype }), [2, 2, 5, 4]],
  [
    "Conv2d stride 2 padding 1",
    new Conv2d(1, 4, 3, { stride: 2, padding: 1, bias: false, dtype }),
    [3, 1, 8, 8],
  ],
  ["Conv2d on 2 x 2", new Conv2d(3, 3, 3, { padding: 1, bias: false, dtype }), [2, 3, 2, 2]],
  [
    "Conv2d 5 x 3 dilation 2 groups 2",
    new Conv2d(4, 6, [5, 3], { stride: [1, 2], padding: [2, 3], dilation: [1, 2], groups: 2, dtype }),
    [2, 4, 6, 7],
  ],
  ["MaxPool2d", new MaxPool2d(2), [2, 3, 4, 5]],
  ["MaxPool2d 3 stride 2 padding 1", new MaxPool2d(3, { stride: 2, padding: 1 }), [2, 2, 6, 7]],
  ["MaxPool2d ceil", new MaxPool2d(3, { stride: 2, ceilMode: true }), [1, 2, 6, 8]],
  ["AvgPool2d", new AvgPool2d(2), [2, 3, 4, 5]],
  ["AvgPool2d 3 stride 2 padding 1", new AvgPool2d(3, { stride: 2, padding: 1 }), [2, 2, 6, 7]],
  [
    "AvgPool2d ceil, padding not counted",
    new AvgPool2d(3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
    [1, 2, 6, 8],
  ],
  ["AdaptiveAvgPool2d 1", new AdaptiveAvgPool2d(1), [2, 3, 4, 5]],
  ["AdaptiveAvgPool2d 3 x 2", new AdaptiveAvgPool2d([3, 2]), [2, 2, 7, 5]],
  ["BatchNorm1d", new BatchNorm1d(3, { dtype }), [6, 3]],
  ["BatchNorm1d on sequences", new BatchNorm1d(3, { dtype }), [4, 3, 5]],
  ["BatchNorm2d", new BatchNorm2d(2, { momentum: 0.3, dtype }), [3, 2, 4, 2]],
  ["LayerNorm", new LayerNorm([4, 3], { dtype }), [2, 4, 3]],
  ["ReLU", new ReLU(), [3, 4]],
  ["GELU", new GELU(), [3, 4]],
  ["SiLU", new SiLU(), [3, 4]],
  ["Sigmoid", new Sigmoid(), [3, 4]],
  ["Tanh", new Tanh(), [3, 4]],
  ["Softplus", new Softplus(), [3, 4]],
  ["Softmax", new Softmax(1), [3, 4]],
  ["LogSoftmax", new LogSoftmax(1), [3, 4]],
  ["Flatten", new Flatten(), [2, 3, 2]],
];

describe("layers as in PyTorch", () => {
  for (const [name, layer, shape] of cases)
    test(name, () => {
      const want = golden.layers[name];
      fill(layer);
      const x = made(1, shape, 2).requiresGrad();
      const y: Tensor = layer.forward(x);
      assert.deepEqual(y.shape, want.shape);
      close(y.values(), want.y, 1e-10, "y");
      y.mul(made(51, y.shape)).sum().backward();
      close((x.grad as Tensor).values(), want.dx, 1e-9, "dx");
      layer.parameters().forEach((p, i) => {
        close((p.grad as Tensor).values(), want.grads[i], 1e-9, `grad ${i}`);
      });
      assert.deepEqual(Object.keys(layer.stateDict()), want.names);
      [...layer.namedBuffers()].forEach(([, b], i) => {
        close(b.values(), want.buffers[i], 1e-10, `buffer ${i}`);
      });
    });

  test("Embedding", () => {
    const want = golden.layers.Embedding;
    const table = new Embedding(6, 3, { dtype });
    fill(table);
    const index = Int32Array.from(numbers(1, 8), (v) => Math.floor(((v + 1) / 2) * 6));
    const y = table.forward(tensor(index, [2, 4]));
    close(y.values(), want.y);
    y.mul(made(51, y.shape)).sum().backward();
    close((table.weight.grad as Tensor).values(), want.grads[0]);
  });

  test("batch normalisation in eval mode uses the running statistics", () => {
    const bn = new BatchNorm2d(2, { dtype });
    fill(bn);
    for (let i = 0; i < 3; i++) bn.forward(made(10 + i, [3, 2, 2, 2], 2));
    bn.eval();
    const x = made(20, [2, 2, 3, 1], 2).requiresGrad();
    const y = bn.forward(x);
    y.mul(y).sum().backward();
    close(y.values(), golden.evaluated.y);
    close((x.grad as Tensor).values(), golden.evaluated.dx);
    [...bn.namedBuffers()].forEach(([, b], i) => {
      close(b.values(), golden.evaluated.buffers[i]);
    });
  });
});

test("layers are differentiable twice", () => {
  const conv = new Conv2d(2, 2, 2, { dtype });
  const bn = new BatchNorm2d(2, { dtype });
  const ln = new LayerNorm(3, { dtype });
  const x = made(3, [2, 2, 3, 3], 1);
  for (const f of [
    (t: Tensor) => bn.forward(conv.forward(t)),
    (t: Tensor) => ln.forward(t).square(),
    (t: Tensor) => new AvgPool2d(2).forward(t).exp(),
  ])
    assert.ok(gradcheck(f, [x], { order: 2 }) < 1e-5);
});

describe("messages", () => {
  test("wrong sizes name the layer and the sizes", () => {
    assert.throws(() => new Linear(4, 3).forward(made(1, [2, 5])), /Linear\(4, 3\).*\[2, 5\].*4/s);
    assert.throws(() => new Conv2d(3, 8, 3).forward(made(1, [2, 1, 8, 8])), /1 channels.*3/s);
    assert.throws(() => new Conv2d(1, 8, 5).forward(made(1, [2, 1, 4, 4])), /does not fit/);
    assert.throws(() => new BatchNorm2d(3).forward(made(1, [2, 4, 2, 2])), /BatchNorm2d\(3\)/);
    assert.throws(() => new BatchNorm1d(3, { dtype }).forward(made(1, [1, 3])), /no variance/);
    assert.throws(() => new MaxPool2d(3).forward(made(1, [1, 1, 2, 2])), /do not fit/);
  });
});
