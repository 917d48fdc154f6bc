/**
 * The residual network against PyTorch: names of the state, and 50 training steps from the same
 * weights on the same batches.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { Block, CrossEntropyLoss, compile, noGrad, ResNet, SGD, Tensor, tensor } from "gradlab";
import { engine } from "../../src/kernels/index.ts";
import { numbers } from "../golden/lcg.ts";
import { patterns } from "../golden/patterns.ts";

const golden = JSON.parse(readFileSync(new URL("../golden/nn.json", import.meta.url), "utf8")).resnet;

export function start(channels: number, dtype: "float32" | "float64"): ResNet {
  const model = new ResNet(channels, { dtype });
  model.parameters().forEach((p, i) => {
    if (p.rank < 2) return;
    const scale = Math.sqrt(3 / (p.size / p.shape[0]));
    p.assign(new Tensor(numbers(300 + i, p.size, scale), p.shape, "float32"));
  });
  (model.fc.bias as Tensor).data.fill(0);
  return model;
}

describe("50 steps as in PyTorch", () => {
  for (const channels of [1, 2, 4, 64])
    for (const dtype of ["float32", "float64"] as const)
      test(`C = ${channels}, ${dtype}`, () => {
        const want = golden[channels][dtype];
        const model = start(channels, dtype);
        assert.deepEqual(Object.keys(model.stateDict()), want.names);
        const { x, y } = patterns(640, dtype);
        const opt = new SGD(model.parameters(), { lr: 0.1 });
        const loss = new CrossEntropyLoss();
        want.losses.forEach((expected: number, i: number) => {
          const at = (i % 5) * 128;
          opt.zeroGrad();
          const f = loss.forward(model.forward(x.slice(0, at, at + 128)), y.slice(0, at, at + 128));
          f.backward();
          opt.step();
          const tolerance = dtype === "float64" ? 1e-9 : 2e-6;
          assert.ok(
            Math.abs(f.item() - expected) <= tolerance * expected,
            `step ${i}: ${f.item()}, PyTorch has ${expected}`,
          );
        });
        model.eval();
        const final = noGrad(() => loss.forward(model.forward(x), y)).item();
        assert.ok(Math.abs(final - want.eval) <= (dtype === "float64" ? 1e-9 : 2e-6) * want.eval, `${final}`);
      });
});

describe("50 compiled steps as in PyTorch", {
  skip: engine() === null && "there is no WebAssembly build",
}, () => {
  for (const channels of [1, 2, 4, 64])
    for (const dtype of ["float32", "float64"] as const)
      test(`C = ${channels}, ${dtype}`, () => {
        const want = golden[channels][dtype];
        const model = start(channels, dtype);
        const { x, y } = patterns(640, dtype);
        const opt = new SGD(model.parameters(), { lr: 0.1 });
        const loss = new CrossEntropyLoss();
        const step = compile((a: Tensor, b: Tensor) => {
          opt.zeroGrad();
          const f = loss.forward(model.forward(a), b);
          f.backward();
          opt.step();
          return f;
        });
        const tolerance = dtype === "float64" ? 1e-9 : 2e-6;
        want.losses.forEach((expected: number, i: number) => {
          const at = (i % 5) * 128;
          const f = step(x.slice(0, at, at + 128), y.slice(0, at, at + 128)).item();
          assert.ok(
            Math.abs(f - expected) <= tolerance * expected,
            `step ${i}: ${f}, PyTorch has ${expected}`,
          );
        });
        model.eval();
        const final = compile((a: Tensor) => loss.forward(model.forward(a), y))(x).item();
        assert.ok(Math.abs(final - want.eval) <= tolerance * want.eval, `${final}`);
        assert.equal(step.plans.length, 1);
        assert.deepEqual(step.plans[0].hostOperations, []);
      });
});

test("a block keeps the shape and adds its input", () => {
  const block = new Block(3, { dtype: "float64" });
  const x = tensor(Float64Array.from(numbers(5, 24)), [2, 3, 2, 2]);
  block.conv2.weight.data.fill(0);
  assert.deepEqual(block.forward(x).shape, [2, 3, 2, 2]);
  const relu = x
    .toArray()
    .flat(3)
    .map((v: number) => Math.max(v, 0));
  assert.deepEqual(block.forward(x).toArray().flat(3), relu);
});
