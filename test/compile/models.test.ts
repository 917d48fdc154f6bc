/**
 * Every network of the library, trained compiled and trained eagerly from the same start: losses,
 * parameters and running statistics agree to float32 rounding.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  Adam,
  Autoencoder,
  Block,
  CrossEntropyLoss,
  compile,
  MLP,
  type Module,
  MSELoss,
  manualSeed,
  noGrad,
  ResNet,
  rng,
  SGD,
  type Tensor,
} from "gradlab";
import { engine } from "../../src/kernels/index.ts";

interface Case {
  model: () => Module;
  shape: number[];
  loss: (model: Module, x: Tensor, y: Tensor) => Tensor;
}

const labels = (model: Module, x: Tensor, y: Tensor): Tensor =>
  new CrossEntropyLoss().forward(model.forward(x), y);
const itself = (model: Module, x: Tensor): Tensor => new MSELoss().forward(model.forward(x), x);
const CASES: Record<string, Case> = {
  MLP: { model: () => new MLP([20, 16, 10]), shape: [32, 20], loss: labels },
  "MLP with swish": {
    model: () => new MLP([20, 16, 16, 10], { activation: "swish" }),
    shape: [32, 20],
    loss: labels,
  },
  ResNet: { model: () => new ResNet(4), shape: [32, 1, 8, 8], loss: labels },
  "a wide ResNet": { model: () => new ResNet(24), shape: [32, 1, 8, 8], loss: labels },
  Block: { model: () => new Block(3), shape: [16, 3, 5, 4], loss: itself },
  Autoencoder: { model: () => new Autoencoder(20, 8), shape: [32, 20], loss: itself },
};

describe("compiled as eager", { skip: engine() === null && "there is no WebAssembly build" }, () => {
  for (const [name, c] of Object.entries(CASES))
    for (const optimizer of ["SGD", "Adam"] as const)
      test(`${name}, ${optimizer}`, () => {
        const x = rng(1).normal(c.shape, 0, 1, { dtype: "float32" }) as Tensor;
        const y = rng(2).integers([c.shape[0]], 0, 10) as Tensor;
        const train = (
          planned: boolean,
        ): { losses: number[]; state: Record<string, Tensor>; out: Tensor } => {
          manualSeed(7);
          const model = c.model();
          const opt =
            optimizer === "SGD"
              ? new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 })
              : new Adam(model.parameters(), { lr: 1e-3 });
          const raw = (a: Tensor, b: Tensor): Tensor => {
            opt.zeroGrad();
            const l = c.loss(model, a, b);
            l.backward();
            opt.step();
            return l;
          };
          const step = planned ? compile(raw) : raw;
          const losses = Array.from({ length: 3 }, () => step(x, y).item() as number);
          model.eval();
          const forward = planned
            ? compile((a: Tensor) => model.forward(a) as Tensor)
            : model.forward.bind(model);
          return { losses, state: model.stateDict(), out: noGrad(() => forward(x)) };
        };
        const [planned, eager] = [train(true), train(false)];
        const near = (got: ArrayLike<number>, want: ArrayLike<number>, what: string): void => {
          const scale = Math.max(...Array.from(want, Math.abs), 1e-2);
          for (let i = 0; i < want.length; i++)
            assert.ok(
              // Adam divides by √v: where a gradient is all rounding, so is its step.
              Math.abs(got[i] - want[i]) <= (optimizer === "SGD" ? 3e-6 : 2e-4) * scale,
              `${what}[${i}]: ${got[i]} compiled, ${want[i]} eagerly`,
            );
        };
        near(planned.losses.slice(0, 1), eager.losses.slice(0, 1), "first loss");
        assert.ok(Math.abs(planned.losses[0] - eager.losses[0]) <= 1e-6 * eager.losses[0]);
        near(planned.losses, eager.losses, "loss");
        for (const [key, t] of Object.entries(eager.state))
          near(planned.state[key].values(), t.values(), key);
        near(planned.out.values(), eager.out.values(), "output");
      });
});
