/**
 * Keeping gradients within bounds before a step.
 */

import { concat, minimum, noGrad, reshape } from "../ops/index.ts";
import { ArgumentError, type Tensor } from "../tensor/index.ts";

/**
 * Scales all gradients by min(1, maxNorm/(‖g‖ + 1e-6)), ‖g‖ being the norm of all of them together.
 * @returns the norm before clipping, as a scalar tensor
 * @example
 * ```ts
 * const w = new Parameter(tensor([1, 2]));
 * w.square().sum().backward(); // the gradient is [2, 4]
 * clipGradNorm([w], 1); // → tensor(4.472135955, float64)
 * w.grad; // → tensor([0.4472, 0.8944], shape=[2], float64)
 * ```
 */
export function clipGradNorm(params: Iterable<Tensor>, maxNorm: number, { normType = 2 } = {}): Tensor {
  const held = [...params].filter((p) => p.grad);
  if (held.length === 0)
    throw new ArgumentError("clipGradNorm: no parameter has a gradient; call backward() first.");
  return noGrad(() => {
    const grads = held.map((p) => reshape(p.grad as Tensor, [-1]).abs());
    const norm =
      normType === Number.POSITIVE_INFINITY
        ? concat(grads).max()
        : normType === 2
          ? grads
              .map((g) => g.mul(g).sum())
              .reduce((a, b) => a.add(b))
              .sqrt()
          : grads
              .map((g) => g.pow(normType).sum())
              .reduce((a, b) => a.add(b))
              .pow(1 / normType);
    const scale = minimum(norm.add(1e-6).reciprocal().mul(maxNorm), 1);
    for (const p of held) p.grad = (p.grad as Tensor).mul(scale);
    return norm;
  });
}

/**
 * Limits every entry of every gradient to ±clipValue.
 * @example
 * ```ts
 * const w = new Parameter(tensor([1, 2]));
 * w.square().sum().backward(); // the gradient is [2, 4]
 * clipGradValue([w], 3);
 * w.grad; // → tensor([2, 3], shape=[2], float64)
 * ```
 */
export function clipGradValue(params: Iterable<Tensor>, clipValue: number): void {
  noGrad(() => {
    for (const p of params) if (p.grad) p.grad = p.grad.maximum(-clipValue).minimum(clipValue);
  });
}
