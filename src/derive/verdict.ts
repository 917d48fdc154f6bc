/**
 * Verdicts: what was compared, at how many points, and how large the largest error was. Never "proved".
 */

import { sameShape, type Tensor } from "../tensor/index.ts";

/** The outcome of a comparison: at how many points, and the largest relative error. */
export interface Verdict {
  readonly ok: boolean;
  /** One line: "agrees at 5 random points, largest relative error 3e-12". */
  readonly text: string;
  readonly points: number;
  readonly error: number;
}

/** Largest |a − b| relative to the largest entry of either; ∞ for other shapes or NaN. */
export function gapOf(a: Tensor, b: Tensor): number {
  if (!sameShape(a.shape, b.shape)) return Number.POSITIVE_INFINITY;
  const [x, y] = [a.values(), b.values()];
  let [gap, scale] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    const d = Math.abs(x[i] - y[i]);
    if (Number.isNaN(d)) return Number.POSITIVE_INFINITY;
    gap = Math.max(gap, d);
    scale = Math.max(scale, Math.abs(x[i]), Math.abs(y[i]));
  }
  return gap === 0 ? 0 : gap / scale;
}

export function errorText(x: number): string {
  if (x === 0) return "0";
  if (!Number.isFinite(x)) return "infinite";
  const [m, e] = x.toExponential(0).split("e");
  return Math.abs(x) >= 0.01 && Math.abs(x) < 1000 ? String(+x.toPrecision(2)) : `${m}e${Number(e)}`;
}

export function agreement(points: number, error: number, what = "random point"): string {
  return `agrees at ${points} ${what}${points === 1 ? "" : "s"}, largest relative error ${errorText(error)}`;
}

/**
 * Whether `a` is `truth` up to rounding: each entry within 1e-8 of its own size, or 1e-12 of the largest,
 * or a hundred times what one rounding of the inputs moves (`noise`).
 * `error` is the largest gap relative to the largest entry, beyond that noise.
 */
export function matches(a: Tensor, truth: Tensor, noise?: Tensor): { ok: boolean; error: number } {
  if (a.size !== truth.size) return { ok: false, error: Number.POSITIVE_INFINITY };
  const [x, y] = [a.values(), truth.values()];
  let scale = 0;
  for (let i = 0; i < y.length; i++) scale = Math.max(scale, Math.abs(y[i]));
  let rounding = 0;
  if (noise) for (const n of noise.values()) rounding = Math.max(rounding, n);
  let ok = true;
  let gap = 0;
  for (let i = 0; i < x.length; i++) {
    const d = Math.abs(x[i] - y[i]);
    if (!(d <= 1e-8 * Math.abs(y[i]) + 1e-12 * scale + 100 * rounding)) ok = false;
    gap = Math.max(gap, Number.isNaN(d) ? Number.POSITIVE_INFINITY : d);
  }
  return { ok, error: gap === 0 || (scale === 0 && ok) ? 0 : gap / Math.max(scale, rounding) };
}
