/**
 * Normalisation: groups of entries shifted to mean 0 and scaled to variance 1.
 *
 * Data is seen as [outer, groups, inner]; a group is everything with the same middle index. Batch
 * normalisation is [N, C, H·W]; layer normalisation is [1, rows, features]. Many
 * numbers go through WebAssembly, few through the loops here; sums are in double precision either way.
 */

import type { TypedArray } from "../tensor/index.ts";
import { type Engine, engine } from "./wasm/engine.ts";
import { copyIn, copyOut, regions } from "./wasm/room.ts";

/** The engine, when the arrays are floats of one kind and many enough to be worth copying. */
function worthwhile(...arrays: TypedArray[]): Engine | null {
  const [first] = arrays;
  if (first.length < 512 || !(first instanceof Float32Array || first instanceof Float64Array)) return null;
  return arrays.every((a) => a.constructor === first.constructor) ? engine() : null;
}

function bitsOf(a: TypedArray): 32 | 64 {
  return a instanceof Float64Array ? 64 : 32;
}

/** Mean and biased variance of each group, in double precision, by two passes. */
export function groupMoments(
  x: TypedArray,
  outer: number,
  groups: number,
  inner: number,
): { mean: Float64Array; variance: Float64Array } {
  const mean = new Float64Array(groups);
  const variance = new Float64Array(groups);
  const e = worthwhile(x);
  if (e) {
    const [at, moments] = regions(e, x.byteLength, 16 * groups);
    copyIn(e, x, at, bitsOf(x) === 64);
    e.exports[`moments${bitsOf(x)}`](at, outer, groups, inner, moments);
    copyOut(e, moments, mean);
    copyOut(e, moments + 8 * groups, variance);
    return { mean, variance };
  }
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
  const e = worthwhile(x, y);
  if (e) {
    const [from, to, room] = regions(e, x.byteLength, y.byteLength, 16 * groups);
    copyIn(e, x, from, bitsOf(x) === 64);
    e.exports[`normalize${bitsOf(x)}`](from, to, outer, groups, inner, eps, room);
    copyOut(e, to, y);
    return;
  }
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
  const e = worthwhile(x, grad, dx);
  if (e) {
    const [from, given, to, room] = regions(e, x.byteLength, grad.byteLength, dx.byteLength, 32 * groups);
    copyIn(e, x, from, bitsOf(x) === 64);
    copyIn(e, grad, given, bitsOf(x) === 64);
    e.exports[`normalizeGrad${bitsOf(x)}`](given, from, to, outer, groups, inner, eps, room);
    copyOut(e, to, dx);
    return;
  }
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
