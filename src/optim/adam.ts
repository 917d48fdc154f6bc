/**
 * Adam and its relatives: steps scaled by running averages of the squared gradient.
 */

import { maximum, mul } from "../ops/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { type Group, type Numbers, Optimizer, type Params } from "./optimizer.ts";

/** Settings of `Adam` and `AdamW`; PyTorch's defaults. */
export interface AdamOptions {
  lr?: number;
  betas?: readonly [number, number];
  eps?: number;
  weightDecay?: number;
  amsgrad?: boolean;
  maximize?: boolean;
}

/**
 * m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;  θ ← θ − η m̂/(√v̂ + ε), with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ)
 * (Kingma & Ba, 2015). Weight decay is added to the gradient, as torch.optim.Adam does.
 * @example
 * ```ts
 * const w = new Parameter(tensor([1, 2]));
 * const optimizer = new Adam([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * w; // → tensor([0.9, 1.9], shape=[2], float64)
 * ```
 */
export class Adam extends Optimizer {
  constructor(params: Params, o: AdamOptions = {}) {
    super(params, {
      lr: 1e-3,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay: 0,
      amsgrad: false,
      maximize: false,
      steps: 0,
      ...o,
    });
  }

  /** Whether decay shrinks the parameters themselves rather than adding to the gradient. */
  protected get decoupled(): boolean {
    return false;
  }

  protected update(group: Group, numbers: Numbers): void {
    const { betas, eps, weightDecay, amsgrad, maximize } = group;
    const [b1, b2] = betas as [number, number];
    let counted = false;
    for (const p of group.params) {
      if (!p.grad) continue;
      if (!counted) {
        numbers.get("steps", "float64", (s) => ++s.steps);
        counted = true;
      }
      let g: Tensor = maximize ? p.grad.neg() : p.grad;
      let theta: Tensor = p;
      if (weightDecay !== 0 && this.decoupled)
        theta = mul(
          p,
          numbers.get("shrink", p.dtype, (s) => 1 - s.lr * s.weightDecay),
        );
      else if (weightDecay !== 0) g = g.add(p.mul(weightDecay));
      const m = this.slot(p, "expAvg");
      const v = this.slot(p, "expAvgSq");
      m.assign(m.add(g.sub(m).mul(1 - b1)));
      v.assign(v.mul(b2).add(g.mul(g).mul(1 - b2)));
      let top: Tensor = v;
      if (amsgrad) {
        top = this.slot(p, "maxExpAvgSq");
        top.assign(maximum(top, v));
      }
      const root = numbers.get("root", p.dtype, (s) => Math.sqrt(1 - s.betas[1] ** s.steps));
      const size = numbers.get("size", p.dtype, (s) => s.lr / (1 - s.betas[0] ** s.steps));
      p.assign(theta.sub(m.div(top.sqrt().div(root).add(eps)).mul(size)));
    }
  }
}

/**
 * Adam with decoupled weight decay, θ ← θ(1 − ηλ) before the step (Loshchilov & Hutter, 2019); λ = 0.01 by default.
 * @example
 * ```ts
 * const w = new Parameter(tensor([1, 2]));
 * const optimizer = new AdamW([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * w; // → tensor([0.899, 1.898], shape=[2], float64)
 * ```
 */
export class AdamW extends Adam {
  constructor(params: Params, o: AdamOptions = {}) {
    super(params, { weightDecay: 1e-2, ...o });
  }
  protected override get decoupled(): boolean {
    return true;
  }
}
