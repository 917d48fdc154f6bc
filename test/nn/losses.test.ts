/**
 * Losses against PyTorch, and at extreme logits.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import {
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  L1Loss,
  logSoftmax,
  type Module,
  MSELoss,
  NLLLoss,
  softmax,
  type Tensor,
  tensor,
} from "gradlab";
import { numbers } from "../golden/lcg.ts";

const golden = JSON.parse(readFileSync(new URL("../golden/nn.json", import.meta.url), "utf8")).losses;
const made = (seed: number, shape: readonly number[], scale: number): Tensor =>
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

const logits = made(1, [5, 4], 3);
const labels = tensor([0, 3, 1, 1, 2], { dtype: "int32" });
const soft = softmax(made(2, [5, 4], 1), 1);
const classes = made(3, [4], 0.5).add(1);

const cases: [string, Module, Tensor][] = [
  ["CrossEntropyLoss", new CrossEntropyLoss(), labels],
  ["CrossEntropyLoss sum", new CrossEntropyLoss({ reduction: "sum" }), labels],
  ["CrossEntropyLoss none", new CrossEntropyLoss({ reduction: "none" }), labels],
  ["CrossEntropyLoss probabilities", new CrossEntropyLoss(), soft],
  ["CrossEntropyLoss smoothing", new CrossEntropyLoss({ labelSmoothing: 0.2 }), labels],
  ["CrossEntropyLoss weight", new CrossEntropyLoss({ weight: classes }), labels],
  ["NLLLoss", new NLLLoss(), labels],
  ["NLLLoss weight", new NLLLoss({ weight: classes }), labels],
  ["MSELoss", new MSELoss(), soft],
  ["MSELoss sum", new MSELoss({ reduction: "sum" }), soft],
  ["L1Loss", new L1Loss(), soft],
  ["BCEWithLogitsLoss", new BCEWithLogitsLoss(), soft],
  ["BCEWithLogitsLoss posWeight", new BCEWithLogitsLoss({ posWeight: classes }), soft],
];

describe("losses as in PyTorch", () => {
  for (const [name, module, target] of cases)
    test(name, () => {
      const z = logits.requiresGrad();
      const value: Tensor = module.forward(z, target);
      value.sum().backward();
      const pairs: [Tensor, number[]][] = [
        [value, golden[name].value],
        [z.grad as Tensor, golden[name].dx],
      ];
      for (const [mine, want] of pairs) {
        const got = mine.values();
        assert.equal(got.length, want.length);
        want.forEach((w, i) => {
          assert.ok(Math.abs(got[i] - w) < 1e-10, `${got[i]} against ${w}`);
        });
      }
    });
});

test("extreme logits give finite losses and gradients", () => {
  const z = tensor([[1e4, -1e4, 0]]).requiresGrad();
  new CrossEntropyLoss().forward(z, tensor([1], { dtype: "int32" })).backward();
  assert.deepEqual([...(z.grad as Tensor)].map((r: Tensor) => r.toArray())[0], [1, -1, 0]);
  const b = tensor([1e4, -1e4]).requiresGrad();
  const loss = new BCEWithLogitsLoss({ reduction: "none" }).forward(b, tensor([0, 1]));
  assert.deepEqual(loss.toArray(), [1e4, 1e4]);
  assert.ok(
    logSoftmax(tensor([1e4, 0]))
      .toArray()
      .every(Number.isFinite),
  );
});

test("mismatched shapes are refused by name", () => {
  assert.throws(() => new MSELoss().forward(tensor([1, 2]), tensor([[1], [2]])), /mseLoss.*\[2\].*\[2, 1\]/s);
  assert.throws(() => new NLLLoss().forward(tensor([1, 2]), tensor([0])), /nllLoss/);
});
