/**
 * Sums of float32 over what lies before and after of [outer, kept, inner], in double precision; out: kept f64.
 */

export function sumAround32(x: usize, out: usize, outer: i32, kept: i32, inner: i32): void {
  const bytes = 4 * inner;
  const whole = bytes & ~15;
  memory.fill(out, 0, 8 * kept);
  for (let o = 0; o < outer; o++)
    for (let k = 0; k < kept; k++, x += bytes) {
      let s = v128.splat<f64>(0);
      let t = v128.splat<f64>(0);
      let i = 0;
      for (; i < whole; i += 16) {
        const v = v128.load(x + i);
        s = f64x2.add(s, f64x2.promote_low_f32x4(v));
        t = f64x2.add(t, f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1)));
      }
      s = f64x2.add(s, t);
      let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
      for (; i < bytes; i += 4) sum += <f64>load<f32>(x + i);
      store<f64>(out + 8 * k, load<f64>(out + 8 * k) + sum);
    }
}
