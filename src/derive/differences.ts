/**
 * Central differences with an error estimate, independent of every derivative rule.
 *
 * (f(x+h) − f(x−h))/2h at h and h/2, extrapolated (Richardson): an error of about ε^{4/5}. Where the two
 * disagree there is a kink or noise nearby, and a much smaller step is tried; the estimate says how far
 * the result can be trusted.
 */

import { type Random, Tensor } from "../tensor/index.ts";

export interface Slope {
  value: number;
  error: number;
}

/** The derivative at 0 of a function of one number. */
export function slope(g: (t: number) => number, step = 1e-3): Slope {
  const central = (h: number): number => (g(h) - g(-h)) / (2 * h);
  let best: Slope = { value: Number.NaN, error: Number.POSITIVE_INFINITY };
  for (const h of [step, step * 6e-3, step * 1e-4]) {
    const [a, b] = [central(h), central(h / 2)];
    const value = (4 * b - a) / 3;
    const error = Math.abs(b - a) / 3;
    if (!(error < best.error)) continue;
    best = { value, error };
    if (error <= 1e-6 * Math.abs(value)) break;
  }
  return best;
}

/** `x + t v` in the shape of x. */
export function along(x: Tensor, v: Tensor, t: number): Tensor {
  const out = x.copy();
  const d = v.values();
  for (let i = 0; i < out.data.length; i++) out.data[i] += t * d[i];
  return out;
}

/** A direction whose entries have the size of x's, so that the step is relative. */
export function direction(x: Tensor, r: Random): Tensor {
  const out = x.copy();
  const size = typical(x);
  for (let i = 0; i < out.data.length; i++) {
    const own = Math.abs(out.data[i]);
    out.data[i] = (own > 0 ? Math.min(own, size) : size) * r.gaussian();
  }
  return out;
}

/** Root mean square of the entries; 1 for all zeros. */
export function typical(x: Tensor): number {
  let s = 0;
  for (const v of x.values()) s += v * v;
  return s > 0 ? Math.sqrt(s / x.size) : 1;
}

/** ∂f/∂x of a scalar function, entry by entry. */
export function differences(f: (x: Tensor) => number, x: Tensor): { gradient: Tensor; error: number } {
  const out = new Tensor(new Float64Array(x.size), x.shape, "float64");
  const size = typical(x);
  const at = x.copy();
  let worst = 0;
  for (let i = 0; i < at.size; i++) {
    const here = at.data[i];
    const unit = Math.max(Math.abs(here), here === 0 ? size : Math.min(size, 1e3 * Math.abs(here)) * 0.1);
    const s = slope((t) => {
      at.data[i] = here + t * unit;
      return f(at.copy());
    });
    at.data[i] = here;
    out.data[i] = s.value / unit;
    worst = Math.max(worst, s.error / unit);
  }
  return { gradient: out, error: worst };
}
