/**
 * What modules share: names, modes, state, substitution of parameters, printing, the summary table.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  functionalCall,
  grad,
  Linear,
  MLP,
  Module,
  ModuleList,
  manualSeed,
  ones,
  Parameter,
  ReLU,
  ResNet,
  rng,
  Sequential,
  summary,
  type Tensor,
  tensor,
  zeros,
} from "gradlab";

test("names follow PyTorch's, in the order of definition", () => {
  const model = new Sequential(
    new Conv2d(1, 2, 3),
    new BatchNorm2d(2),
    new ReLU(),
    new Sequential(new Linear(2, 1)),
  );
  assert.deepEqual(Object.keys(model.stateDict()), [
    "0.weight",
    "0.bias",
    "1.weight",
    "1.bias",
    "1.running_mean",
    "1.running_var",
    "1.num_batches_tracked",
    "3.0.weight",
    "3.0.bias",
  ]);
  assert.equal(model.parameters().length, 6);
});

test("a parameter shared by two layers is counted once", () => {
  class Tied extends Module {
    a = new Linear(3, 3);
    b = new Linear(3, 3);
    constructor() {
      super();
      this.b.weight = this.a.weight;
    }
    forward(x: Tensor): Tensor {
      return this.b.forward(this.a.forward(x));
    }
  }
  assert.equal(new Tied().parameters().length, 3);
});

test("train and eval reach every layer; dropout obeys", () => {
  const drop = new Dropout(0.5, { rng: rng(3) });
  const model = new Sequential(new ModuleListUser(drop));
  const x = ones([1000]);
  const kept = drop.forward(x).toArray() as number[];
  assert.ok(kept.every((v) => v === 0 || v === 2));
  const share = kept.filter((v) => v > 0).length / 1000;
  assert.ok(share > 0.4 && share < 0.6, `${share}`);
  model.eval();
  assert.equal(drop.training, false);
  assert.equal(drop.forward(x), x);
});

class ModuleListUser extends Module {
  readonly list: ModuleList;
  constructor(...items: Module[]) {
    super();
    this.list = new ModuleList(items);
  }
  forward(x: Tensor): Tensor {
    for (const m of this.list) x = m.forward(x);
    return x;
  }
}

test("initial weights are seeded and bounded as in PyTorch", () => {
  manualSeed(5);
  const a = new Linear(100, 50);
  manualSeed(5);
  const b = new Linear(100, 50);
  assert.deepEqual(a.weight.values(), b.weight.values());
  assert.equal(a.weight.dtype, "float32");
  const values = [...a.weight.values(), ...(a.bias as Tensor).values()];
  assert.ok(values.every((v) => Math.abs(v) <= 0.1));
  assert.ok(Math.max(...values) > 0.099 && Math.min(...values) < -0.099);
});

test("loadStateDict names what is missing, unknown or misshapen", () => {
  const model = new Linear(2, 1);
  assert.throws(() => model.loadStateDict({ weight: zeros([1, 2]) }), /missing bias/);
  assert.throws(
    () => model.loadStateDict({ weight: zeros([1, 2]), bias: zeros([1]), extra: zeros([1]) }),
    /not known extra/,
  );
  assert.throws(
    () => model.loadStateDict({ weight: zeros([2, 2]), bias: zeros([1]) }),
    /weight.*\[1, 2\].*\[2, 2\]/s,
  );
  model.loadStateDict({ weight: tensor([[3, 4]]) }, { strict: false });
  assert.deepEqual(model.weight.toArray(), [[3, 4]]);
});

test("functionalCall differentiates by parameters and puts the old ones back", () => {
  const model = new MLP([2, 3, 1], { dtype: "float64", activation: "tanh" });
  const x = tensor([[0.5, -1]]);
  const params = Object.fromEntries(model.namedParameters());
  const before = model.parameters();
  const g = grad((p: Record<string, Tensor>) => functionalCall(model, p, x).sum())(params);
  const loss = model.forward(x).sum();
  loss.backward();
  for (const [name, p] of Object.entries(params))
    assert.deepEqual(g[name].toArray(), (p.grad as Tensor).toArray(), name);
  assert.deepEqual(model.parameters(), before);
  assert.throws(() => functionalCall(model, { nothing: x }, x), /no parameter nothing/);
});

test("to changes the element type of parameters and running statistics", () => {
  const model = new BatchNorm2d(2).to("float64");
  assert.deepEqual(
    Object.values(model.stateDict()).map((t) => t.dtype),
    ["float64", "float64", "float64", "float64", "int32"],
  );
  assert.ok(model.weight instanceof Parameter);
});

test("the printed form and the summary", () => {
  const model = new ResNet(4);
  assert.match(
    String(model),
    /\(conv1\): Conv2d\(1, 4, kernelSize=\(3, 3\), stride=2, padding=1, bias=false\)/,
  );
  const table = summary(model, [2, 1, 8, 8]);
  assert.equal(table.parameters, 36 + 8 + 2 * (144 + 8) + 50);
  const block = table.rows.find((r) => r.name === "block");
  assert.deepEqual(block?.output, [2, 4, 2, 2]);
  assert.equal(
    table.rows.reduce((n, r) => n + r.parameters, 0),
    table.parameters,
  );
  assert.ok(model.training, "the mode is as before");
  assert.match(String(table), /398 parameters/);
  assert.equal(Object.hasOwn(model, "forward"), false);
});
