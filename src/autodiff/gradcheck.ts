/**
 * Checking derivatives against central differences, in float64.
 *
 * (f(x + h) − f(x − h)) / 2h has an error of about h² f‴/6 + ε|f|/h; h = ∛ε·max(1, |x|) balances the two,
 * which leaves some ten good digits. First order checks the vjp along each coordinate; second order
 * checks the gradient's own gradient the same way.
 */

import { isFloat, NumericalError, type Tensor } from "../tensor/index.ts";
import { grad, vjp } from "./grad.ts";

/** How strictly `gradcheck` compares, and to which order. */
export interface GradcheckOptions {
  /** Largest allowed |analytic − numeric| / max(1, |analytic|, |numeric|). Default 1e-6. */
  tolerance?: number;
  /** 1 checks gradients, 2 gradients of gradients as well. Default 1. */
  order?: 1 | 2;
}

/**
 * ∂f/∂x of a scalar function by central differences, coordinate by coordinate.
 * @example
 * ```ts
 * numericGradient((x) => x.square().sum(), tensor([1, 2])).sub([2, 4]).abs().max().item() < 1e-9; // → true
 * ```
 */
export function numericGradient(f: (x: Tensor) => Tensor, x: Tensor): Tensor {
  const at = x.copy();
  const out = x.copy();
  for (let i = 0; i < at.size; i++) {
    const value = at.data[i];
    const h = Math.cbrt(Number.EPSILON) * Math.max(1, Math.abs(value));
    at.data[i] = value + h;
    const above = f(at).item();
    const up = at.data[i];
    at.data[i] = value - h;
    out.data[i] = (above - f(at).item()) / (up - at.data[i]);
    at.data[i] = value;
  }
  return out;
}

/**
 * Largest difference of two tensors, relative to the larger of 1 and the largest entry of either; infinite
 * where one has a NaN or an infinity that the other has not.
 * @example
 * ```ts
 * relativeError(tensor([1, 2]), tensor([1, 2.5])); // → 0.2
 * ```
 */
export function relativeError(a: Tensor, b: Tensor): number {
  const [x, y] = [a.values(), b.values()];
  let scale = 1;
  let worst = 0;
  for (let i = 0; i < x.length; i++) {
    if (Object.is(x[i], y[i]) || x[i] === y[i]) continue;
    const gap = Math.abs(x[i] - y[i]);
    if (!Number.isFinite(gap)) return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, gap);
    scale = Math.max(scale, Math.abs(x[i]), Math.abs(y[i]));
  }
  return worst / scale;
}

/**
 * Compares reverse-mode derivatives of f with central differences at the given float64 inputs.
 * f may return any shape: its Jacobian is probed with a fixed set of weights.
 * @returns the largest relative error
 * @throws NumericalError naming the input when it exceeds the tolerance
 * @example
 * ```ts
 * gradcheck((x) => x.sin(), [tensor([0.3, 1])], { order: 2 }) < 1e-6; // → true
 * ```
 */
export function gradcheck(
  f: (...inputs: any[]) => Tensor,
  inputs: Tensor[],
  o: GradcheckOptions = {},
): number {
  const tolerance = o.tolerance ?? 1e-6;
  let worst = 0;
  inputs.forEach((x, i) => {
    if (!isFloat(x.dtype)) return;
    const along = (t: Tensor): Tensor => f(...inputs.with(i, t));
    const { value, pullback } = vjp(along, x);
    const weights = probe(value);
    const error = relativeError(
      pullback(weights),
      numericGradient((t) => along(t).mul(weights).sum(), x),
    );
    worst = Math.max(worst, error);
    if (error > tolerance) throw new NumericalError(failure(i, error, tolerance, "gradient"));
    if (o.order !== 2) return;
    const first = grad((t: Tensor) => along(t).mul(weights).sum());
    const w = probe(x);
    inputs.forEach((z, j) => {
      if (!isFloat(z.dtype)) return;
      const slope = (u: Tensor): Tensor =>
        grad((t: Tensor) =>
          f(...inputs.with(j, u).with(i, t))
            .mul(weights)
            .sum(),
        )(i === j ? u : x)
          .mul(w)
          .sum();
      const second = i === j ? (u: Tensor) => first(u).mul(w).sum() : slope;
      const gap = relativeError(grad(second)(z), numericGradient(second, z));
      worst = Math.max(worst, gap);
      if (gap > tolerance) throw new NumericalError(failure(i, gap, tolerance, "second derivative"));
    });
  });
  return worst;
}

function failure(i: number, error: number, tolerance: number, what: string): string {
  return (
    `gradcheck: the ${what} by input ${i} differs from central differences by ${error.toExponential(1)} ` +
    `(allowed ${tolerance.toExponential(0)}). Check this operation's vjp, or move the point away from a kink.`
  );
}

/** Fixed weights of mixed sign and size, so that errors cannot cancel. */
function probe(like: Tensor): Tensor {
  const w = like.copy();
  for (let i = 0; i < w.size; i++) w.data[i] = Math.sin(1.7 * i + 0.6) + 0.3;
  return w;
}
