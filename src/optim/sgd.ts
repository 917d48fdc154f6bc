/**
 * Stochastic gradient descent with momentum.
 */

import type { Tensor } from "../tensor/index.ts";
import { type Group, type Numbers, Optimizer, type Params } from "./optimizer.ts";

/** Settings of `SGD`; PyTorch's defaults. */
export interface SGDOptions {
  lr?: number;
  momentum?: number;
  dampening?: number;
  weightDecay?: number;
  nesterov?: boolean;
  maximize?: boolean;
}

/**
 * g ← ∇L + λθ;  b ← μb + (1 − τ)g (b = g at first);  θ ← θ − η(g + μb with Nesterov, else b), as torch.optim.SGD.
 * @example
 * ```ts
 * const w = new Parameter(tensor([1, 2]));
 * const optimizer = new SGD([w], { lr: 0.1, momentum: 0.9 });
 * w.square().sum().backward();
 * optimizer.step();
 * w; // → tensor([0.8, 1.6], shape=[2], float64)
 * ```
 */
export class SGD extends Optimizer {
  constructor(params: Params, o: SGDOptions = {}) {
    super(params, {
      lr: 1e-3,
      momentum: 0,
      dampening: 0,
      weightDecay: 0,
      nesterov: false,
      maximize: false,
      steps: 0,
      ...o,
    });
  }

  protected update(group: Group, numbers: Numbers): void {
    const { momentum, dampening, weightDecay, nesterov, maximize } = group;
    for (const p of group.params) {
      if (!p.grad) continue;
      let g: Tensor = maximize ? p.grad.neg() : p.grad;
      if (weightDecay !== 0) g = g.add(p.mul(weightDecay));
      if (momentum !== 0) {
        const b = this.slot(p, "momentumBuffer");
        const fresh =
          dampening === 0
            ? g
            : g.mul(numbers.get("fresh", p.dtype, (s) => (s.steps++ === 0 ? 1 : 1 - s.dampening)));
        b.assign(b.mul(momentum).add(fresh));
        g = nesterov ? g.add(b.mul(momentum)) : b;
      }
      p.assign(p.sub(g.mul(numbers.get("lr", p.dtype, (s) => s.lr))));
    }
  }
}
