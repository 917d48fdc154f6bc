/**
 * Vector helpers that depend on what the machine has.
 */

/** x·y + z on every lane: one rounding where relaxed SIMD is on, else two. */
// @ts-expect-error: decorator
@inline export function madd<T>(x: v128, y: v128, z: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? v128.relaxed_madd<T>(x, y, z) : v128.add<T>(v128.mul<T>(x, y), z);
}

/** Sum of the lanes. */
// @ts-expect-error: decorator
@inline export function total<T>(v: v128): T {
  if (sizeof<T>() == 4)
    return <T>(
      (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3)))
    );
  return <T>(f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1));
}

/** Two vectors to consecutive places. */
// @ts-expect-error: decorator
@inline export function put(p: usize, x: v128, y: v128): void {
  v128.store(p, x);
  v128.store(p, y, 16);
}
