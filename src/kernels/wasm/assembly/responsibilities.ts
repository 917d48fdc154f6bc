/**
 * From log densities of components to responsibilities, by log-sum-exp. A sample that no component can make
 * takes the prior. One thing after the other, through memory: V8 joins vectors that are stored side by side.
 */

import { exponential64, log64 } from "./math";

/** 0 instead of −∞. */
// @ts-expect-error: decorator
@inline function finite(v: v128): v128 {
  return v128.bitselect(f64x2.splat(0), v, f64x2.eq(v, f64x2.splat(-Infinity)));
}

/**
 * Joint log densities, K rows of `samples` numbers, to responsibilities; log p(x) to `norms`.
 * @param samples a multiple of four
 * @param sums room for as many numbers
 */
export function normalise(joint: usize, norms: usize, weights: usize, K: i32, samples: i32, sums: usize): void {
  const row = <usize>samples << 3;
  const impossible = f64x2.splat(-Infinity);
  const one = f64x2.splat(1);
  for (let b: usize = 0; b < row; b += 16) {
    let top = impossible;
    let p = joint + b;
    for (let k = 0; k < K; k++, p += row) top = f64x2.pmax(top, v128.load(p));
    v128.store(norms + b, top);
  }
  for (let b: usize = 0; b < row; b += 32) {
    const base0 = finite(v128.load(norms + b)), base1 = finite(v128.load(norms + b, 16));
    let s0 = f64x2.splat(0), s1 = s0;
    let p = joint + b;
    for (let k = 0; k < K; k++, p += row) {
      const e0 = exponential64(f64x2.sub(v128.load(p), base0));
      const e1 = exponential64(f64x2.sub(v128.load(p, 16), base1));
      v128.store(p, e0);
      v128.store(p, e1, 16);
      s0 = f64x2.add(s0, e0);
      s1 = f64x2.add(s1, e1);
    }
    v128.store(sums + b, s0);
    v128.store(sums + b, s1, 16);
  }
  for (let b: usize = 0; b < row; b += 32) {
    const lost0 = f64x2.eq(v128.load(norms + b), impossible), lost1 = f64x2.eq(v128.load(norms + b, 16), impossible);
    const scale0 = f64x2.div(one, v128.load(sums + b)), scale1 = f64x2.div(one, v128.load(sums + b, 16));
    let p = joint + b;
    for (let k = 0; k < K; k++, p += row) {
      const prior = v128.load64_splat(weights + (<usize>k << 3));
      const r0 = v128.bitselect(prior, f64x2.mul(v128.load(p), scale0), lost0);
      const r1 = v128.bitselect(prior, f64x2.mul(v128.load(p, 16), scale1), lost1);
      v128.store(p, r0);
      v128.store(p, r1, 16);
    }
  }
  for (let b: usize = 0; b < row; b += 16) {
    const top = v128.load(norms + b);
    const lost = f64x2.eq(top, impossible);
    v128.store(norms + b, v128.bitselect(impossible, f64x2.add(top, log64(v128.load(sums + b))), lost));
  }
}
