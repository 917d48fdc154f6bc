/**
 * Normalisation of groups in data seen as [outer, groups, inner]; a group is everything with the same
 * middle index. Sums over rows of `inner` are vectors, and are added up in double precision.
 */

import { total } from "./vector";

/** Mean and biased variance of each group, by two passes. */
function moments<T>(x: usize, outer: i32, groups: i32, inner: i32, means: usize, variances: usize): void {
  const S = <i32>sizeof<T>();
  const row = inner * S;
  const whole = row & ~15;
  const count = <f64>(outer * inner);
  memory.fill(means, 0, groups * 8);
  memory.fill(variances, 0, groups * 8);
  let p = x;
  for (let o = 0; o < outer; o++)
    for (let g = 0; g < groups; g++) {
      let v = v128.splat<T>(0);
      let i = 0;
      for (; i < whole; i += 16) v = v128.add<T>(v, v128.load(p + i));
      let s: f64 = <f64>total<T>(v);
      for (; i < row; i += S) s += <f64>load<T>(p + i);
      p += row;
      store<f64>(means + 8 * g, load<f64>(means + 8 * g) + s);
    }
  for (let g = 0; g < groups; g++) store<f64>(means + 8 * g, load<f64>(means + 8 * g) / count);
  p = x;
  for (let o = 0; o < outer; o++)
    for (let g = 0; g < groups; g++) {
      const mean: T = <T>load<f64>(means + 8 * g);
      const m = v128.splat<T>(mean);
      let v = v128.splat<T>(0);
      let i = 0;
      for (; i < whole; i += 16) {
        const d = v128.sub<T>(v128.load(p + i), m);
        v = v128.add<T>(v, v128.mul<T>(d, d));
      }
      let s: f64 = <f64>total<T>(v);
      for (; i < row; i += S) {
        const d = <f64>load<T>(p + i) - <f64>mean;
        s += d * d;
      }
      p += row;
      store<f64>(variances + 8 * g, load<f64>(variances + 8 * g) + s);
    }
  for (let g = 0; g < groups; g++) store<f64>(variances + 8 * g, load<f64>(variances + 8 * g) / count);
}

/** y = (x − mean) / √(variance + eps). */
function normalize<T>(x: usize, y: usize, outer: i32, groups: i32, inner: i32, eps: f64, room: usize): void {
  const S = <i32>sizeof<T>();
  const row = inner * S;
  const whole = row & ~15;
  const variances = room + 8 * groups;
  moments<T>(x, outer, groups, inner, room, variances);
  for (let o = 0; o < outer; o++)
    for (let g = 0; g < groups; g++, x += row, y += row) {
      const mean: T = <T>load<f64>(room + 8 * g);
      const scale: T = <T>(1 / Math.sqrt(load<f64>(variances + 8 * g) + eps));
      const m = v128.splat<T>(mean);
      const s = v128.splat<T>(scale);
      let i = 0;
      for (; i < whole; i += 16) v128.store(y + i, v128.mul<T>(v128.sub<T>(v128.load(x + i), m), s));
      for (; i < row; i += S) store<T>(y + i, (load<T>(x + i) - mean) * scale);
    }
}

/** dx = (G − mean G − x̂ mean(G x̂)) / √(variance + eps). */
function normalizeGrad<T>(
  grad: usize,
  x: usize,
  dx: usize,
  outer: i32,
  groups: i32,
  inner: i32,
  eps: f64,
  room: usize,
): void {
  const S = <i32>sizeof<T>();
  const row = inner * S;
  const whole = row & ~15;
  const variances = room + 8 * groups;
  const plain = variances + 8 * groups;
  const along = plain + 8 * groups;
  const count = <f64>(outer * inner);
  moments<T>(x, outer, groups, inner, room, variances);
  memory.fill(plain, 0, 16 * groups);
  let p = x;
  let q = grad;
  for (let o = 0; o < outer; o++)
    for (let g = 0; g < groups; g++, p += row, q += row) {
      const mean: T = <T>load<f64>(room + 8 * g);
      const m = v128.splat<T>(mean);
      let a = v128.splat<T>(0);
      let b = a;
      let i = 0;
      for (; i < whole; i += 16) {
        const v = v128.load(q + i);
        a = v128.add<T>(a, v);
        b = v128.add<T>(b, v128.mul<T>(v, v128.sub<T>(v128.load(p + i), m)));
      }
      let s: f64 = <f64>total<T>(a);
      let t: f64 = <f64>total<T>(b);
      for (; i < row; i += S) {
        const v = <f64>load<T>(q + i);
        s += v;
        t += v * (<f64>load<T>(p + i) - <f64>mean);
      }
      store<f64>(plain + 8 * g, load<f64>(plain + 8 * g) + s);
      store<f64>(along + 8 * g, load<f64>(along + 8 * g) + t);
    }
  for (let o = 0; o < outer; o++)
    for (let g = 0; g < groups; g++, x += row, grad += row, dx += row) {
      const square = 1 / (load<f64>(variances + 8 * g) + eps);
      const scale: T = <T>Math.sqrt(square);
      const mean: T = <T>load<f64>(room + 8 * g);
      const a: T = <T>(load<f64>(plain + 8 * g) / count);
      const b: T = <T>((load<f64>(along + 8 * g) * square) / count);
      const va = v128.splat<T>(a);
      const vb = v128.splat<T>(b);
      const vm = v128.splat<T>(mean);
      const vs = v128.splat<T>(scale);
      let i = 0;
      for (; i < whole; i += 16) {
        const rest = v128.sub<T>(v128.load(grad + i), va);
        const part = v128.mul<T>(v128.sub<T>(v128.load(x + i), vm), vb);
        v128.store(dx + i, v128.mul<T>(v128.sub<T>(rest, part), vs));
      }
      for (; i < row; i += S)
        store<T>(dx + i, (load<T>(grad + i) - a - (load<T>(x + i) - mean) * b) * scale);
    }
}

export function normalize32(x: usize, y: usize, outer: i32, groups: i32, inner: i32, eps: f64, room: usize): void {
  normalize<f32>(x, y, outer, groups, inner, eps, room);
}
export function normalize64(x: usize, y: usize, outer: i32, groups: i32, inner: i32, eps: f64, room: usize): void {
  normalize<f64>(x, y, outer, groups, inner, eps, room);
}
export function normalizeGrad32(
  grad: usize, x: usize, dx: usize, outer: i32, groups: i32, inner: i32, eps: f64, room: usize,
): void {
  normalizeGrad<f32>(grad, x, dx, outer, groups, inner, eps, room);
}
export function normalizeGrad64(
  grad: usize, x: usize, dx: usize, outer: i32, groups: i32, inner: i32, eps: f64, room: usize,
): void {
  normalizeGrad<f64>(grad, x, dx, outer, groups, inner, eps, room);
}
/** Means, then biased variances, in double precision. */
export function moments32(x: usize, outer: i32, groups: i32, inner: i32, out: usize): void {
  moments<f32>(x, outer, groups, inner, out, out + 8 * groups);
}
export function moments64(x: usize, outer: i32, groups: i32, inner: i32, out: usize): void {
  moments<f64>(x, outer, groups, inner, out, out + 8 * groups);
}
