/**
 * Portable normalisation: groups of entries shifted to mean 0 and scaled to variance 1.
 *
 * Data is seen as [outer, groups, inner]; a group is everything with the same middle index. Batch
 * normalisation is [N, C, H·W]; layer normalisation is [1, rows, features].
 */

import type { TypedArray } from "../tensor/index.ts";

/** Mean and biased variance of each group, in double precision, by two passes. */
export function groupMoments(
  x: TypedArray,
  outer: number,
  groups: number,
  inner: number,
): { mean: Float64Array; variance: Float64Array } {
  const mean = new Float64Array(groups);
  const variance = new Float64Array(groups);
  const count = outer * inner;
  for (let o = 0, at = 0; o < outer; o++)
    for (let g = 0; g < groups; g++) {
      let s = 0;
      for (let i = 0; i < inner; i++) s += x[at++];
      mean[g] += s;
    }
  for (let g = 0; g < groups; g++) mean[g] /= count;
  for (let o = 0, at = 0; o < outer; o++)
    for (let g = 0; g < groups; g++) {
      const m = mean[g];
      let s = 0;
      for (let i = 0; i < inner; i++) {
        const d = x[at++] - m;
        s += d * d;
      }
      variance[g] += s;
    }
  for (let g = 0; g < groups; g++) variance[g] /= count;
  return { mean, variance };
}

/** y = (x − mean) / √(variance + eps), group by group. */
export function normalizeGroups(
  x: TypedArray,
  y: TypedArray,
  outer: number,
  groups: number,
  inner: number,
  eps: number,
): void {
  const { mean, variance } = groupMoments(x, outer, groups, inner);
  for (let o = 0, at = 0; o < outer; o++)
    for (let g = 0; g < groups; g++) {
      const scale = 1 / Math.sqrt(variance[g] + eps);
      const m = mean[g];
      for (let i = 0; i < inner; i++, at++) y[at] = (x[at] - m) * scale;
    }
}

/** dx = (G − mean(G) − x̂ mean(G ⊙ x̂)) / √(variance + eps): the Jacobian, which is symmetric, applied to G. */
export function normalizeGroupsGrad(
  grad: TypedArray,
  x: TypedArray,
  dx: TypedArray,
  outer: number,
  groups: number,
  inner: number,
  eps: number,
): void {
  const { mean, variance } = groupMoments(x, outer, groups, inner);
  const count = outer * inner;
  const plain = new Float64Array(groups);
  const along = new Float64Array(groups);
  for (let o = 0, at = 0; o < outer; o++)
    for (let g = 0; g < groups; g++) {
      const m = mean[g];
      let s = 0;
      let t = 0;
      for (let i = 0; i < inner; i++, at++) {
        s += grad[at];
        t += grad[at] * (x[at] - m);
      }
      plain[g] += s;
      along[g] += t;
    }
  for (let o = 0, at = 0; o < outer; o++)
    for (let g = 0; g < groups; g++) {
      const scale = 1 / Math.sqrt(variance[g] + eps);
      const a = plain[g] / count;
      const b = (along[g] * scale * scale) / count;
      const m = mean[g];
      for (let i = 0; i < inner; i++, at++) dx[at] = (grad[at] - a - (x[at] - m) * b) * scale;
    }
}
