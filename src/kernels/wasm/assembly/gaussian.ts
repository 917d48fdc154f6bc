/**
 * One block of samples through the E-step of a Gaussian mixture, and into the moments for its M-step.
 *
 * Samples lie across lanes. A tile of four dimensions by four samples stays in registers for the
 * triangular product y = Wᵀz, and one of four dimensions by two for Σ r z zᵀ; z itself is recomputed for
 * each component, which is cheaper than storing it.
 */

import { normalise } from "./responsibilities";
import { madd, total } from "./vector";

/** Samples in a Gaussian block. */
// @ts-expect-error: decorator
@inline const B: i32 = 128;
// Bytes of one dimension of a block.
// @ts-expect-error: decorator
@inline const ROW: usize = 1024;

/** Bytes of scratch for blocks of d-dimensional samples. */
export function gaussianScratch(d: i32): i32 {
  return (d + 2 * ((d + 3) & ~3)) * B * 8;
}

/** Doubles of moments a component: Σr, then Σ r z (d padded to 4), then Σ r z zᵀ (that squared; diagonal kinds: Σ r z²). */
export function gaussianMoments(d: i32, diagonal: bool): i32 {
  const dp = (d + 3) & ~3;
  return 2 + dp + (diagonal ? dp : dp * dp);
}

// @ts-expect-error: decorator
@inline function centre(xt: usize, mean: usize, d: i32, z: usize): void {
  for (let i = 0; i < d; i++) {
    const v = v128.load64_splat(mean + (<usize>i << 3));
    for (let b: usize = 0; b < ROW; b += 16, xt += 16, z += 16) v128.store(z, f64x2.sub(v128.load(xt), v));
  }
}

/** joint[b] = constant − ½ ‖Wᵀ z_b‖², W upper triangular with rows of dp numbers. */
function triangular(W: usize, z: usize, d: i32, constant: f64, joint: usize): void {
  const row = <usize>((d + 3) & ~3) << 3;
  const shift = f64x2.splat(constant);
  const half = f64x2.splat(-0.5);
  for (let b: usize = 0; b < ROW; b += 32) {
    let q0 = f64x2.splat(0), q1 = q0;
    for (let j = 0; j < d; j += 4) {
      let c00 = f64x2.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
      const last = min(j + 4, d);
      let w = W + (<usize>j << 3);
      let p = z + b;
      for (let i = 0; i < last; i++, w += row, p += ROW) {
        const z0 = v128.load(p), z1 = v128.load(p, 16);
        const w0 = v128.load64_splat(w), w1 = v128.load64_splat(w, 8);
        const w2 = v128.load64_splat(w, 16), w3 = v128.load64_splat(w, 24);
        c00 = madd<f64>(w0, z0, c00);
        c01 = madd<f64>(w0, z1, c01);
        c10 = madd<f64>(w1, z0, c10);
        c11 = madd<f64>(w1, z1, c11);
        c20 = madd<f64>(w2, z0, c20);
        c21 = madd<f64>(w2, z1, c21);
        c30 = madd<f64>(w3, z0, c30);
        c31 = madd<f64>(w3, z1, c31);
      }
      q0 = madd<f64>(c00, c00, madd<f64>(c10, c10, madd<f64>(c20, c20, madd<f64>(c30, c30, q0))));
      q1 = madd<f64>(c01, c01, madd<f64>(c11, c11, madd<f64>(c21, c21, madd<f64>(c31, c31, q1))));
    }
    v128.store(joint + b, madd<f64>(half, q0, shift));
    v128.store(joint + b, madd<f64>(half, q1, shift), 16);
  }
}

/** The same for diagonal W, d numbers, straight from the samples. */
function diagonalForm(W: usize, mean: usize, xt: usize, d: i32, constant: f64, joint: usize): void {
  const shift = f64x2.splat(constant);
  const half = f64x2.splat(-0.5);
  for (let b: usize = 0; b < ROW; b += 64) {
    let q0 = f64x2.splat(0), q1 = q0, q2 = q0, q3 = q0;
    let p = xt + b;
    for (let i: usize = 0; i < <usize>d << 3; i += 8, p += ROW) {
      const w = v128.load64_splat(W + i), m = v128.load64_splat(mean + i);
      const y0 = f64x2.mul(w, f64x2.sub(v128.load(p), m)), y1 = f64x2.mul(w, f64x2.sub(v128.load(p, 16), m));
      const y2 = f64x2.mul(w, f64x2.sub(v128.load(p, 32), m)), y3 = f64x2.mul(w, f64x2.sub(v128.load(p, 48), m));
      q0 = madd<f64>(y0, y0, q0);
      q1 = madd<f64>(y1, y1, q1);
      q2 = madd<f64>(y2, y2, q2);
      q3 = madd<f64>(y3, y3, q3);
    }
    v128.store(joint + b, madd<f64>(half, q0, shift));
    v128.store(joint + b, madd<f64>(half, q1, shift), 16);
    v128.store(joint + b, madd<f64>(half, q2, shift), 32);
    v128.store(joint + b, madd<f64>(half, q3, shift), 48);
  }
}

// @ts-expect-error: decorator
@inline function addTo(at: usize, v: v128): void {
  store<f64>(at, load<f64>(at) + total<f64>(v));
}

/**
 * Adds Σ r, Σ r z and Σ r z² of one component to its moments, straight from the samples. Sums go through memory
 * at the end, `room` for 16 numbers, so that V8 joins them.
 */
function diagonalMoments(xt: usize, mean: usize, r: usize, d: i32, out: usize, room: usize): void {
  let count = f64x2.splat(0);
  for (let b: usize = 0; b < ROW; b += 16) count = f64x2.add(count, v128.load(r + b));
  addTo(out, count);
  const first = out + 16;
  const second = first + (<usize>((d + 3) & ~3) << 3);
  for (let i: usize = 0; i < <usize>d << 3; i += 8, xt += ROW) {
    const m = v128.load64_splat(mean + i);
    let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0, q0 = s0, q1 = s0, q2 = s0, q3 = s0;
    for (let b: usize = 0; b < ROW; b += 64) {
      const x = xt + b, w = r + b;
      const z0 = f64x2.sub(v128.load(x), m), z1 = f64x2.sub(v128.load(x, 16), m);
      const z2 = f64x2.sub(v128.load(x, 32), m), z3 = f64x2.sub(v128.load(x, 48), m);
      const v0 = f64x2.mul(v128.load(w), z0), v1 = f64x2.mul(v128.load(w, 16), z1);
      const v2 = f64x2.mul(v128.load(w, 32), z2), v3 = f64x2.mul(v128.load(w, 48), z3);
      s0 = f64x2.add(s0, v0);
      s1 = f64x2.add(s1, v1);
      s2 = f64x2.add(s2, v2);
      s3 = f64x2.add(s3, v3);
      q0 = madd<f64>(v0, z0, q0);
      q1 = madd<f64>(v1, z1, q1);
      q2 = madd<f64>(v2, z2, q2);
      q3 = madd<f64>(v3, z3, q3);
    }
    v128.store(room, f64x2.add(s0, s2));
    v128.store(room, f64x2.add(s1, s3), 16);
    v128.store(room, f64x2.add(q0, q2), 32);
    v128.store(room, f64x2.add(q1, q3), 48);
    addTo(first + i, f64x2.add(v128.load(room), v128.load(room, 16)));
    addTo(second + i, f64x2.add(v128.load(room, 32), v128.load(room, 48)));
  }
}

/** Adds Σ r, Σ r z and Σ r z zᵀ of one component to its moments. */
function moments(z: usize, r: usize, rz: usize, d: i32, out: usize): void {
  const dp = (d + 3) & ~3;
  let count = f64x2.splat(0);
  for (let b: usize = 0; b < ROW; b += 16) count = f64x2.add(count, v128.load(r + b));
  addTo(out, count);
  const first = out + 16;
  const second = first + (<usize>dp << 3);
  for (let i = 0; i < d; i++) {
    const zi = z + <usize>i * ROW;
    const to = rz + <usize>i * ROW;
    let s = f64x2.splat(0);
    for (let b: usize = 0; b < ROW; b += 16) {
      const v = f64x2.mul(v128.load(r + b), v128.load(zi + b));
      v128.store(to + b, v);
      s = f64x2.add(s, v);
    }
    addTo(first + (<usize>i << 3), s);
  }
  for (let i = 0; i < d; i += 4) {
    const a = rz + <usize>i * ROW;
    for (let j = 0; j < i + 4; j += 2) {
      const c = z + <usize>j * ROW;
      let s00 = f64x2.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
      for (let b: usize = 0; b < ROW; b += 16) {
        const z0 = v128.load(c + b), z1 = v128.load(c + b, ROW);
        const r0 = v128.load(a + b), r1 = v128.load(a + b, ROW);
        const r2 = v128.load(a + b, 2 * ROW), r3 = v128.load(a + b, 3 * ROW);
        s00 = madd<f64>(r0, z0, s00);
        s01 = madd<f64>(r0, z1, s01);
        s10 = madd<f64>(r1, z0, s10);
        s11 = madd<f64>(r1, z1, s11);
        s20 = madd<f64>(r2, z0, s20);
        s21 = madd<f64>(r2, z1, s21);
        s30 = madd<f64>(r3, z0, s30);
        s31 = madd<f64>(r3, z1, s31);
      }
      let at = second + (<usize>(i * dp + j) << 3);
      const row = <usize>dp << 3;
      addTo(at, s00);
      addTo(at + 8, s01);
      at += row;
      addTo(at, s10);
      addTo(at + 8, s11);
      at += row;
      addTo(at, s20);
      addTo(at + 8, s21);
      at += row;
      addTo(at, s30);
      addTo(at + 8, s31);
    }
  }
}

/**
 * m ≤ 128 samples (rows of d numbers at x) through K components.
 * @param form 0: full; 1: diagonal W and second moments; 2: full W, diagonal second moments (tied)
 * @param W factors: triangular d × dp, or diagonal d; wStep bytes from one component to the next
 * @param work gaussianScratch bytes, its padding zeroed once
 * @param joint K rows of 128 numbers: responsibilities on return; norms: log p(x)
 * @param out moments of each component, or 0
 * @returns Σ log p(x)
 */
export function gaussianBlock64(
  x: usize,
  m: i32,
  d: i32,
  K: i32,
  form: i32,
  W: usize,
  wStep: i32,
  means: usize,
  constants: usize,
  weights: usize,
  work: usize,
  joint: usize,
  norms: usize,
  out: usize,
): f64 {
  const dp = (d + 3) & ~3;
  const xt = work;
  const z = work + <usize>d * ROW;
  const rz = z + <usize>dp * ROW;
  for (let i = 0; i < d; i++) {
    let from = x + (<usize>i << 3);
    const to = xt + <usize>i * ROW;
    for (let b = 0; b < m; b++, from += <usize>d << 3) store<f64>(to + (<usize>b << 3), load<f64>(from));
    for (let b = m; b < B; b++) store<f64>(to + (<usize>b << 3), 0);
  }
  for (let k = 0; k < K; k++) {
    const mean = means + <usize>(k * d * 8);
    const constant = load<f64>(constants + (<usize>k << 3));
    const w = W + <usize>(k * wStep);
    const to = joint + <usize>k * ROW;
    if (form == 1) {
      diagonalForm(w, mean, xt, d, constant, to);
      continue;
    }
    centre(xt, mean, d, z);
    triangular(w, z, d, constant, to);
  }
  normalise(joint, norms, weights, K, B, z);
  let sum: f64 = 0;
  for (let b = 0; b < m; b++) sum += load<f64>(norms + (<usize>b << 3));
  if (out == 0) return sum;
  const diagonal = form != 0;
  const step = <usize>gaussianMoments(d, diagonal) << 3;
  for (let k = 0; k < K; k++) {
    const r = joint + <usize>k * ROW;
    for (let b = m; b < B; b++) store<f64>(r + (<usize>b << 3), 0);
    const mean = means + <usize>(k * d * 8);
    if (diagonal) {
      diagonalMoments(xt, mean, r, d, out + <usize>k * step, z);
      continue;
    }
    centre(xt, mean, d, z);
    moments(z, r, rz, d, out + <usize>k * step);
  }
  return sum;
}
