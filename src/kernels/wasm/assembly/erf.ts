/**
 * The error function on every lane, right to 2 units in the last place: the formulas of
 * src/kernels/erf.ts on all ranges, then the one that holds.
 */

import { exp64 } from "./math";
import { madd } from "./vector";

// @ts-expect-error: decorator
@inline function d2(x: f64): v128 { return f64x2.splat(x); }
// @ts-expect-error: decorator
@inline function ma2(x: v128, y: v128, c: f64): v128 { return madd<f64>(x, y, d2(c)); }

/** Around 0. */
function inner(x: v128): v128 {
  const z = f64x2.mul(x, x);
  let p = ma2(d2(-2.3763016656650163e-05), z, -0.005770270296489442);
  p = ma2(p, z, -0.02848174957559851);
  p = ma2(p, z, -0.3250421072470015);
  p = ma2(p, z, 0.12837916709551256);
  let q = ma2(d2(-3.960228278775368e-06), z, 0.00013249473800432164);
  q = ma2(q, z, 0.005081306281875766);
  q = ma2(q, z, 0.0650222499887673);
  q = ma2(q, z, 0.39791722395915535);
  q = ma2(q, z, 1);
  return f64x2.add(x, f64x2.mul(x, f64x2.div(p, q)));
}

/** Around 1. */
function middle(a: v128): v128 {
  const s = f64x2.sub(a, d2(1));
  let p = ma2(d2(-0.002166375594868791), s, 0.035478304325618236);
  p = ma2(p, s, -0.11089469428239668);
  p = ma2(p, s, 0.31834661990116175);
  p = ma2(p, s, -0.3722078760357013);
  p = ma2(p, s, 0.41485611868374833);
  p = ma2(p, s, -0.0023621185607526594);
  let q = ma2(d2(0.011984499846799107), s, 0.01363708391202905);
  q = ma2(q, s, 0.12617121980876164);
  q = ma2(q, s, 0.07182865441419627);
  q = ma2(q, s, 0.540397917702171);
  q = ma2(q, s, 0.10642088040084423);
  q = ma2(q, s, 1);
  return f64x2.add(d2(0.845062911510467529297), f64x2.div(p, q));
}

/** From 1.25 on. */
function outer(a: v128): v128 {
  const s = f64x2.div(d2(1), f64x2.mul(a, a));
  let p = ma2(d2(-9.814329344169145), s, -81.2874355063066);
  p = ma2(p, s, -184.60509290671104);
  p = ma2(p, s, -162.39666946257347);
  p = ma2(p, s, -62.375332450326006);
  p = ma2(p, s, -10.558626225323291);
  p = ma2(p, s, -0.6938585727071818);
  p = ma2(p, s, -0.009864944034847148);
  let q = ma2(d2(-0.0604244152148581), s, 6.570249770319282);
  q = ma2(q, s, 108.63500554177944);
  q = ma2(q, s, 429.00814002756783);
  q = ma2(q, s, 645.3872717332679);
  q = ma2(q, s, 434.56587747522923);
  q = ma2(q, s, 137.65775414351904);
  q = ma2(q, s, 19.651271667439257);
  q = ma2(q, s, 1);
  let u = ma2(d2(-483.5191916086514), s, -1025.0951316110772);
  u = ma2(u, s, -637.5664433683896);
  u = ma2(u, s, -160.63638485582192);
  u = ma2(u, s, -17.757954917754752);
  u = ma2(u, s, -0.799283237680523);
  u = ma2(u, s, -0.0098649429247001);
  let v = ma2(d2(-22.44095244658582), s, 474.52854120695537);
  v = ma2(v, s, 2553.0504064331644);
  v = ma2(v, s, 3199.8582195085955);
  v = ma2(v, s, 1536.729586084437);
  v = ma2(v, s, 325.7925129965739);
  v = ma2(v, s, 30.33806074348246);
  v = ma2(v, s, 1);
  const near = f64x2.lt(a, d2(1 / 0.35));
  const ratio = f64x2.div(v128.bitselect(p, u, near), v128.bitselect(q, v, near));
  // e^(−a²) through a without its lower bits, whose square is exact.
  const z = v128.and(a, i64x2.splat(0xffffffff00000000));
  const first = exp64(f64x2.sub(f64x2.neg(f64x2.mul(z, z)), d2(0.5625)));
  const second = exp64(f64x2.add(f64x2.mul(f64x2.sub(z, a), f64x2.add(z, a)), ratio));
  return f64x2.sub(d2(1), f64x2.div(f64x2.mul(first, second), a));
}

export function erf64(x: v128): v128 {
  const a = f64x2.abs(x);
  const sign = v128.and(x, i64x2.splat(0x8000000000000000));
  let y = v128.bitselect(middle(a), outer(a), f64x2.lt(a, d2(1.25)));
  y = v128.bitselect(d2(1), y, f64x2.ge(a, d2(6)));
  y = v128.or(y, sign);
  // NaN comes out of the inner formula as well.
  return v128.bitselect(y, inner(x), f64x2.ge(a, d2(0.84375)));
}

export function erf32(x: v128): v128 {
  const low = erf64(f64x2.promote_low_f32x4(x));
  const high = erf64(f64x2.promote_low_f32x4(i32x4.shuffle(x, x, 2, 3, 2, 3)));
  return i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}
