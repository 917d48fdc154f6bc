/**
 * Central differences with an error estimate, independent of every derivative rule.
 *
 * (f(x+h) − f(x−h))/2h at h and h/2, extrapolated (Richardson): an error of about ε^{4/5}. Where the two
 * disagree there is a kink or noise nearby, and a much smaller step is tried. The estimate adds what
 * rounding of f alone can do, ε|f|/h, so a derivative lost in a large value is not taken for zero.
 */

import { type Random, Tensor } from "../tensor/index.ts";

export interface Slope {
  value: number;
  error: number;
}

/**
 * The derivative at 0 of a function of one number.
 * @param noise how far rounding moves g where that is more than ε|g|
 */
export function slope(g: (t: number) => number, noise = 0, step = 1e-3): Slope {
  let best: Slope = { value: Number.NaN, error: Number.POSITIVE_INFINITY };
  for (const h of [step, step * 6e-3, step * 1e-4]) {
    const [a, b, c, d] = [g(h), g(-h), g(h / 2), g(-h / 2)];
    const [wide, narrow] = [(a - b) / (2 * h), (c - d) / h];
    const value = (4 * narrow - wide) / 3;
    const size = Math.max(Math.abs(a), Math.abs(b), Math.abs(c), Math.abs(d));
    const error = Math.abs(narrow - wide) / 3 + (4 * Math.max(Number.EPSILON * size, noise)) / h;
    if (!(error < best.error)) continue;
    best = { value, error };
    if (error <= 1e-6 * Math.abs(value)) break;
  }
  return best;
}

/** Whether the slope jumps at 0, where central differences give a mean of both sides that proves nothing. */
export function kinked(g: (t: number) => number): boolean {
  const h = 1e-6;
  const [above, here, below] = [g(h), g(0), g(-h)];
  const jump = Math.abs(above - 2 * here + below) / h;
  const rounding = (8 * Number.EPSILON * Math.max(Math.abs(above), Math.abs(here), Math.abs(below))) / h;
  return !(jump <= 1e-3 * Math.abs((above - below) / (2 * h)) + 100 * rounding);
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
  const out = new Tensor(new Float64Array(x.size), x.shape, "float64");
  const size = typical(x);
  const v = x.values();
  for (let i = 0; i < out.data.length; i++) {
    const own = Math.abs(v[i]);
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
