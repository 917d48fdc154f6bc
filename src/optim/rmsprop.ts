/**
 * RMSprop: the gradient divided by a running root mean square of itself.
 */

import type { Tensor } from "../tensor/index.ts";
import { type Group, type Numbers, Optimizer, type Params } from "./optimizer.ts";

/** Settings of `RMSprop`; PyTorch's defaults. */
export interface RMSpropOptions {
  lr?: number;
  alpha?: number;
  eps?: number;
  weightDecay?: number;
  momentum?: number;
  centered?: boolean;
}

/**
 * v ← αv + (1 − α)g²;  θ ← θ − η g/(√v + ε), with the variance instead of v when centred, as torch.optim.RMSprop.
 * @example
 * ```ts
 * const w = new Parameter(tensor([1, 2]));
 * const optimizer = new RMSprop([w], { lr: 0.01 });
 * w.square().sum().backward();
 * optimizer.step();
 * w; // → tensor([0.9, 1.9], shape=[2], float64)
 * ```
 */
export class RMSprop extends Optimizer {
  constructor(params: Params, o: RMSpropOptions = {}) {
    super(params, { lr: 1e-2, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false, ...o });
  }

  protected update(group: Group, numbers: Numbers): void {
    const { alpha, eps, weightDecay, momentum, centered } = group;
    for (const p of group.params) {
      if (!p.grad) continue;
      let g: Tensor = p.grad;
      if (weightDecay !== 0) g = g.add(p.mul(weightDecay));
      const v = this.slot(p, "squareAvg");
      v.assign(v.mul(alpha).add(g.mul(g).mul(1 - alpha)));
      let spread: Tensor = v;
      if (centered) {
        const a = this.slot(p, "gradAvg");
        a.assign(a.add(g.sub(a).mul(1 - alpha)));
        spread = v.sub(a.mul(a));
      }
      let move: Tensor = g.div(spread.sqrt().add(eps));
      if (momentum > 0) {
        const b = this.slot(p, "momentumBuffer");
        b.assign(b.mul(momentum).add(move));
        move = b;
      }
      p.assign(p.sub(move.mul(numbers.get("lr", p.dtype, (s) => s.lr))));
    }
  }
}
