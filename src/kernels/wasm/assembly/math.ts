/**
 * exp, log, tanh and the logistic function on every lane, to 2 units in the last place.
 *
 * Range reduction and coefficients as in Moshier's Cephes library: e^x = 2^k e^r with |r| ≤ ½ ln 2, and
 * log x = k ln 2 + log m with m in [√½, √2). Overflow, underflow, infinities and NaN come out as in Math.
 */

import { madd } from "./vector";

// @ts-expect-error: decorator
@inline function f4(x: f32): v128 { return f32x4.splat(x); }
// @ts-expect-error: decorator
@inline function d2(x: f64): v128 { return f64x2.splat(x); }
// @ts-expect-error: decorator
@inline function ma4(x: v128, y: v128, c: f32): v128 { return madd<f32>(x, y, f4(c)); }
// @ts-expect-error: decorator
@inline function ma2(x: v128, y: v128, c: f64): v128 { return madd<f64>(x, y, d2(c)); }

// 1.5 · 2^52, and its bits.
// @ts-expect-error: decorator
@inline const WHOLE: f64 = 6755399441055744;
// @ts-expect-error: decorator
@inline const WHOLE_BITS: i64 = 0x4338000000000000;

export function exp32(x: v128): v128 {
  const bounded = f32x4.max(f32x4.min(x, f4(89)), f4(-104));
  const k = f32x4.nearest(f32x4.mul(bounded, f4(1.44269504088896341)));
  const r = madd<f32>(k, f4(2.12194440e-4), madd<f32>(k, f4(-0.693359375), bounded));
  let p = ma4(f4(1.9875691500e-4), r, 1.3981999507e-3);
  p = ma4(p, r, 8.3334519073e-3);
  p = ma4(p, r, 4.1665795894e-2);
  p = ma4(p, r, 1.6666665459e-1);
  p = ma4(p, r, 5.0000001201e-1);
  p = f32x4.add(madd<f32>(f32x4.mul(p, r), r, r), f4(1));
  // 2^k in two factors, so that results below the normal range round once.
  const n = i32x4.trunc_sat_f32x4_s(k);
  const half = i32x4.shr_s(n, 1);
  const bias = i32x4.splat(127);
  p = f32x4.mul(p, i32x4.shl(i32x4.add(half, bias), 23));
  return f32x4.mul(p, i32x4.shl(i32x4.add(i32x4.sub(n, half), bias), 23));
}

export function exp64(x: v128): v128 {
  return exponential64(x);
}

/** The same within its caller: V8 joins no vectors across calls. */
// @ts-expect-error: decorator
@inline export function exponential64(x: v128): v128 {
  const bounded = f64x2.max(f64x2.min(x, d2(710)), d2(-746));
  // Added to so large a number, a product is rounded to a whole one, which then stands in the lowest bits: sums
  // and shifts are all that V8 joins to registers of 256 bits.
  const rounded = f64x2.add(f64x2.mul(bounded, d2(1.4426950408889634)), d2(WHOLE));
  const k = f64x2.sub(rounded, d2(WHOLE));
  let r = f64x2.sub(bounded, f64x2.mul(k, d2(6.93145751953125e-1)));
  r = f64x2.sub(r, f64x2.mul(k, d2(1.42860682030941723212e-6)));
  const z = f64x2.mul(r, r);
  let p = ma2(d2(1.26177193074810590878e-4), z, 3.02994407707441961300e-2);
  p = f64x2.mul(ma2(p, z, 9.99999999999999999910e-1), r);
  let q = ma2(d2(3.00198505138664455042e-6), z, 2.52448340349684104192e-3);
  q = ma2(ma2(q, z, 2.27265548208155028766e-1), z, 2);
  const e = f64x2.div(p, f64x2.sub(q, p));
  let y = f64x2.add(f64x2.add(e, e), d2(1));
  // 2^k in two factors, so that results below the normal range round once; a half is taken of a positive number.
  const n = i64x2.sub(rounded, i64x2.splat(WHOLE_BITS));
  const half = i64x2.shr_u(i64x2.add(n, i64x2.splat(2048)), 1);
  y = f64x2.mul(y, i64x2.shl(i64x2.sub(half, i64x2.splat(1)), 52));
  return f64x2.mul(y, i64x2.shl(i64x2.add(i64x2.sub(n, half), i64x2.splat(2047)), 52));
}

export function log32(x: v128): v128 {
  const small = f32x4.lt(x, f4(1.17549435e-38));
  const scaled = v128.bitselect(f32x4.mul(x, f4(8388608)), x, small);
  // The exponent for a mantissa in [√½, √2): counted from the bits of √½.
  const bits = i32x4.sub(scaled, i32x4.splat(0x3f3504f3));
  let k = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23));
  const m = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  k = f32x4.sub(k, v128.and(small, f4(23)));
  const t = f32x4.sub(m, f4(1));
  const z = f32x4.mul(t, t);
  let p = ma4(f4(7.0376836292e-2), t, -1.1514610310e-1);
  p = ma4(p, t, 1.1676998740e-1);
  p = ma4(p, t, -1.2420140846e-1);
  p = ma4(p, t, 1.4249322787e-1);
  p = ma4(p, t, -1.6668057665e-1);
  p = ma4(p, t, 2.0000714765e-1);
  p = ma4(p, t, -2.4999993993e-1);
  p = ma4(p, t, 3.3333331174e-1);
  let y = f32x4.mul(f32x4.mul(p, t), z);
  y = f32x4.add(y, f32x4.mul(k, f4(-2.12194440e-4)));
  y = f32x4.sub(y, f32x4.mul(z, f4(0.5)));
  y = f32x4.add(f32x4.add(t, y), f32x4.mul(k, f4(0.693359375)));
  y = v128.bitselect(f4(-Infinity), y, f32x4.eq(x, f4(0)));
  y = v128.bitselect(f4(NaN), y, v128.or(f32x4.lt(x, f4(0)), f32x4.ne(x, x)));
  return v128.bitselect(x, y, f32x4.eq(x, f4(Infinity)));
}

export function log64(x: v128): v128 {
  const small = f64x2.lt(x, d2(2.2250738585072014e-308));
  const scaled = v128.bitselect(f64x2.mul(x, d2(18014398509481984)), x, small);
  const bits = i64x2.sub(scaled, i64x2.splat(0x3fe6a09e667f3bcd));
  const e = i64x2.shr_s(bits, 52);
  let k = f64x2.convert_low_i32x4_s(i32x4.shuffle(e, e, 0, 2, 0, 2));
  const m = i64x2.add(v128.and(bits, i64x2.splat(0x000fffffffffffff)), i64x2.splat(0x3fe6a09e667f3bcd));
  k = f64x2.sub(k, v128.and(small, d2(54)));
  const t = f64x2.sub(m, d2(1));
  const z = f64x2.mul(t, t);
  let p = ma2(d2(1.01875663804580931796e-4), t, 4.97494994976747001425e-1);
  p = ma2(p, t, 4.70579119878881725854e0);
  p = ma2(p, t, 1.44989225341610930846e1);
  p = ma2(p, t, 1.79368678507819816313e1);
  p = ma2(p, t, 7.70838733755885391666e0);
  let q = f64x2.add(t, d2(1.12873587189167450590e1));
  q = ma2(q, t, 4.52279145837532221105e1);
  q = ma2(q, t, 8.29875266912776603211e1);
  q = ma2(q, t, 7.11544750618563894466e1);
  q = ma2(q, t, 2.31251620126765340583e1);
  let y = f64x2.mul(t, f64x2.div(f64x2.mul(z, p), q));
  y = f64x2.sub(y, f64x2.mul(k, d2(2.121944400546905827679e-4)));
  y = f64x2.sub(y, f64x2.mul(z, d2(0.5)));
  y = f64x2.add(f64x2.add(t, y), f64x2.mul(k, d2(0.693359375)));
  y = v128.bitselect(d2(-Infinity), y, f64x2.eq(x, d2(0)));
  y = v128.bitselect(d2(NaN), y, v128.or(f64x2.lt(x, d2(0)), f64x2.ne(x, x)));
  return v128.bitselect(x, y, f64x2.eq(x, d2(Infinity)));
}

export function tanh32(x: v128): v128 {
  const a = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = ma4(f4(-5.70498872745e-3), z, 2.06390887954e-2);
  p = ma4(p, z, -5.37397155531e-2);
  p = ma4(p, z, 1.33314422036e-1);
  p = ma4(p, z, -3.33332819422e-1);
  const near = f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x);
  const e = exp32(f32x4.add(a, a));
  const far = f32x4.sub(f4(1), f32x4.div(f4(2), f32x4.add(e, f4(1))));
  const sign = v128.and(x, i32x4.splat(0x80000000));
  return v128.bitselect(near, v128.or(far, sign), f32x4.lt(a, f4(0.625)));
}

export function tanh64(x: v128): v128 {
  const a = f64x2.abs(x);
  const z = f64x2.mul(x, x);
  let p = ma2(d2(-9.64399179425052238628e-1), z, -9.92877231001918586564e1);
  p = ma2(p, z, -1.61468768441708447952e3);
  let q = f64x2.add(z, d2(1.12811678491632931402e2));
  q = ma2(q, z, 2.23548839060100448583e3);
  q = ma2(q, z, 4.84406305325125486048e3);
  const near = f64x2.add(x, f64x2.mul(x, f64x2.mul(z, f64x2.div(p, q))));
  const e = exp64(f64x2.add(a, a));
  const far = f64x2.sub(d2(1), f64x2.div(d2(2), f64x2.add(e, d2(1))));
  const sign = v128.and(x, i64x2.splat(0x8000000000000000));
  return v128.bitselect(near, v128.or(far, sign), f64x2.lt(a, d2(0.625)));
}

/** 1/(1 + e^−x), through e^−|x| so that nothing overflows. */
export function sigmoid32(x: v128): v128 {
  const e = exp32(f32x4.neg(f32x4.abs(x)));
  const top = v128.bitselect(e, f4(1), f32x4.lt(x, f4(0)));
  return f32x4.div(top, f32x4.add(f4(1), e));
}

export function sigmoid64(x: v128): v128 {
  const e = exp64(f64x2.neg(f64x2.abs(x)));
  const top = v128.bitselect(e, d2(1), f64x2.lt(x, d2(0)));
  return f64x2.div(top, f64x2.add(d2(1), e));
}
