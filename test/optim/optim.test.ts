/**
 * Every optimiser and schedule against PyTorch: the whole path of 100 steps (20 for L-BFGS).
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import {
  Adam,
  AdamW,
  CosineAnnealingLR,
  clipGradNorm,
  ExponentialLR,
  eye,
  LambdaLR,
  LBFGS,
  LinearLR,
  MultiStepLR,
  minimize,
  type Optimizer,
  ReduceLROnPlateau,
  RMSprop,
  type Scheduler,
  SGD,
  StepLR,
  sgd,
  type Tensor,
  tensor,
  valueAndGrad,
} from "gradlab";
import { numbers } from "../golden/lcg.ts";

const golden = JSON.parse(readFileSync(new URL("../golden/nn.json", import.meta.url), "utf8"));
const start = (seed: number, shape: number[], scale: number): Tensor =>
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

function objective(w: Tensor, v: Tensor): Tensor {
  const [head, tail] = [w.slice(0, 0, 5), w.slice(0, 1)];
  const banana = tail.sub(head.square()).square().sum();
  const rest = head.neg().add(1).square().sum().mul(0.1).add(w.mul(3).sin().sum().mul(0.05));
  return banana.add(rest).add(v.matmul(v).sub(eye(2)).square().sum());
}

type Stepper = { step(closure?: () => Tensor): unknown; zeroGrad(): void };

function follow(
  name: string,
  make: (p: Tensor[]) => Stepper,
  schedule?: (o: Optimizer) => Scheduler,
  prepare?: (p: Tensor[]) => void,
): void {
  test(name, () => {
    const w = start(7, [6], 1.5).requiresGrad();
    const v = start(8, [2, 2], 1).requiresGrad();
    const opt = make([w, v]);
    const plan = schedule?.(opt as Optimizer);
    const closure = (): Tensor => {
      opt.zeroGrad();
      const f = objective(w, v);
      f.backward();
      return f;
    };
    let done = 0;
    for (const want of golden.optimisers[name]) {
      let loss = 0;
      for (; done < want.step; done++) {
        if (opt instanceof LBFGS) loss = opt.step(closure);
        else {
          loss = closure().item();
          prepare?.([w, v]);
          opt.step();
        }
        plan?.step();
      }
      const got = [loss, ...w.values(), ...v.values()];
      const all = [want.loss, ...want.w, ...want.v];
      // The centred variance v − a² cancels, which magnifies rounding.
      const tolerance = name.includes("centered") ? 1e-6 : 1e-8;
      all.forEach((x: number, i) => {
        assert.ok(
          Math.abs(got[i] - x) <= tolerance * Math.max(1, Math.abs(x)),
          `step ${done}: ${got[i]} against ${x}`,
        );
      });
    }
  });
}

describe("optimisers as in PyTorch", () => {
  follow("SGD", (p) => new SGD(p, { lr: 0.01 }));
  follow("SGD momentum", (p) => new SGD(p, { lr: 0.005, momentum: 0.9 }));
  follow("SGD dampening", (p) => new SGD(p, { lr: 0.005, momentum: 0.9, dampening: 0.3 }));
  follow(
    "SGD nesterov decay",
    (p) => new SGD(p, { lr: 0.005, momentum: 0.8, nesterov: true, weightDecay: 0.1 }),
  );
  follow("Adam", (p) => new Adam(p, { lr: 0.02 }));
  follow(
    "Adam decay amsgrad",
    (p) => new Adam(p, { lr: 0.02, betas: [0.8, 0.95], weightDecay: 0.1, amsgrad: true }),
  );
  follow("AdamW", (p) => new AdamW(p, { lr: 0.02 }));
  follow("RMSprop", (p) => new RMSprop(p, { lr: 0.005 }));
  follow(
    "RMSprop centered momentum",
    (p) => new RMSprop(p, { lr: 0.002, alpha: 0.9, momentum: 0.5, centered: true, weightDecay: 0.05 }),
  );
  follow("LBFGS", (p) => new LBFGS(p, { lr: 0.1, maxIter: 4, historySize: 5 }));
  follow(
    "LBFGS strong Wolfe",
    (p) => new LBFGS(p, { maxIter: 5, historySize: 4, lineSearchFn: "strongWolfe" }),
  );
  follow(
    "SGD clipped",
    (p) => new SGD(p, { lr: 0.05 }),
    undefined,
    (p) => void clipGradNorm(p, 0.8),
  );
});

describe("schedules as in PyTorch", () => {
  const plain = (p: Tensor[]): SGD => new SGD(p, { lr: 0.02 });
  follow("StepLR", plain, (o) => new StepLR(o, { stepSize: 15, gamma: 0.5 }));
  follow("MultiStepLR", plain, (o) => new MultiStepLR(o, { milestones: [10, 40, 41], gamma: 0.3 }));
  follow("ExponentialLR", plain, (o) => new ExponentialLR(o, { gamma: 0.97 }));
  follow("CosineAnnealingLR", plain, (o) => new CosineAnnealingLR(o, { tMax: 60, etaMin: 0.001 }));
  follow("LinearLR", plain, (o) => new LinearLR(o, { startFactor: 0.2, endFactor: 0.9, totalIters: 30 }));
  follow("LambdaLR", plain, (o) => new LambdaLR(o, (e) => 1 / (1 + e)));

  test("ReduceLROnPlateau", () => {
    const opt = new SGD([tensor([0]).requiresGrad()], { lr: 1 });
    const plan = new ReduceLROnPlateau(opt, { factor: 0.5, patience: 3, cooldown: 2, minLr: 0.01 });
    golden.plateau.forEach((want: number, i: number) => {
      plan.step(1 + Math.abs(Math.sin(i * 0.7)) + 1 / (i + 1));
      assert.equal(opt.paramGroups[0].lr, want);
    });
  });
});

test("a resumed optimiser goes on as if nothing had happened", () => {
  const run = (interrupt: boolean): Tensor => {
    const w = start(7, [6], 1.5).requiresGrad();
    const v = start(8, [2, 2], 1).requiresGrad();
    let opt = new Adam([w, v], { lr: 0.02, amsgrad: true });
    for (let i = 0; i < 20; i++) {
      if (interrupt && i === 9) {
        const saved = opt.stateDict();
        opt = new Adam([w, v], { lr: 5 });
        opt.loadStateDict(saved);
      }
      opt.zeroGrad();
      objective(w, v).backward();
      opt.step();
    }
    return w;
  };
  assert.deepEqual([...run(true).values()], [...run(false).values()]);
});

test("sgd makes new trees and leaves the old ones", () => {
  const params = { W: tensor([[1, 2]]), b: [tensor([0.5])] };
  const { grad } = valueAndGrad((p: typeof params) => p.W.square().sum().add(p.b[0].sum()))(params);
  const next = sgd(params, grad, 0.1);
  assert.deepEqual(next.W.toArray(), [[0.8, 1.6]]);
  assert.deepEqual(next.b[0].toArray(), [0.4]);
  assert.deepEqual(params.W.toArray(), [[1, 2]]);
});

test("minimize finds the bottom of a curved valley", () => {
  const seen: number[] = [];
  const found = minimize(
    (p: { w: Tensor }) =>
      p.w
        .slice(0, 1)
        .sub(p.w.slice(0, 0, 1).square())
        .square()
        .sum()
        .mul(100)
        .add(p.w.slice(0, 0, 1).neg().add(1).square().sum()),
    { w: tensor([-1.2, 1]) },
    { onIteration: (_, f) => void seen.push(f) },
  );
  found.params.w.toArray().forEach((x: number) => {
    assert.ok(Math.abs(x - 1) < 1e-6, `${x}`);
  });
  assert.ok(found.converged);
  assert.ok(
    seen.every((f, i) => i === 0 || f <= seen[i - 1]),
    "the value never rises",
  );
});

test("nothing to optimise, or no gradients wanted, is said so", () => {
  assert.throws(() => new SGD([]), /nothing to optimise/);
  assert.throws(() => new Adam([tensor([1])]), /requiresGrad/);
  assert.throws(() => new SGD([tensor([1]).requiresGrad()], { lr: -1 }), /learning rate/);
});
