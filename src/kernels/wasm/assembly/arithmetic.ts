/**
 * The four operations on two arrays, of which the second may be repeated: what eager operations call.
 */

// @ts-expect-error: decorator
@inline function vector<T>(a: v128, b: v128, kind: i32): v128 {
  if (kind == 0) return v128.add<T>(a, b);
  if (kind == 1) return v128.sub<T>(a, b);
  if (kind == 2) return v128.mul<T>(a, b);
  return v128.div<T>(a, b);
}

// @ts-expect-error: decorator
@inline function number<T>(a: T, b: T, kind: i32): T {
  if (kind == 0) return (a + b) as T;
  if (kind == 1) return (a - b) as T;
  if (kind == 2) return (a * b) as T;
  return (a / b) as T;
}

/** One row with a row, or with one number. */
// @ts-expect-error: decorator
@inline function row<T>(x: usize, y: usize, out: usize, bytes: i32, step: i32, kind: i32): void {
  const whole = bytes & ~15;
  let i = 0;
  if (step) {
    for (; i < whole; i += 16) v128.store(out + i, vector<T>(v128.load(x + i), v128.load(y + i), kind));
    for (; i < bytes; i += <i32>sizeof<T>()) store<T>(out + i, number<T>(load<T>(x + i), load<T>(y + i), kind));
  } else {
    const one = load<T>(y);
    const all = v128.splat<T>(one);
    for (; i < whole; i += 16) v128.store(out + i, vector<T>(v128.load(x + i), all, kind));
    for (; i < bytes; i += <i32>sizeof<T>()) store<T>(out + i, number<T>(load<T>(x + i), one, kind));
  }
}

// @ts-expect-error: decorator
@inline function all<T>(
  x: usize,
  y: usize,
  out: usize,
  rows: i32,
  n: i32,
  period: i32,
  step: i32,
  kind: i32,
): void {
  const bytes = n * <i32>sizeof<T>();
  const next = (step ? n : 1) * <i32>sizeof<T>();
  for (let r = 0; r < rows; ) {
    let at = y;
    for (let p = 0; p < period; p++, r++, x += bytes, out += bytes, at += next)
      row<T>(x, at, out, bytes, step, kind);
  }
}

function arithmetic<T>(
  kind: i32,
  x: usize,
  y: usize,
  out: usize,
  rows: i32,
  n: i32,
  period: i32,
  step: i32,
): void {
  if (kind == 0) all<T>(x, y, out, rows, n, period, step, 0);
  else if (kind == 1) all<T>(x, y, out, rows, n, period, step, 1);
  else if (kind == 2) all<T>(x, y, out, rows, n, period, step, 2);
  else all<T>(x, y, out, rows, n, period, step, 3);
}

/**
 * out = x ∘ y for x of [rows, n] and the operation 0 +, 1 −, 2 ×, 3 ÷. With step 1 y is [period, n], with
 * step 0 [period], a number a row; after `period` rows, of which `rows` is a multiple, it begins again.
 */
export function arithmetic32(
  kind: i32,
  x: usize,
  y: usize,
  out: usize,
  rows: i32,
  n: i32,
  period: i32,
  step: i32,
): void {
  arithmetic<f32>(kind, x, y, out, rows, n, period, step);
}
export function arithmetic64(
  kind: i32,
  x: usize,
  y: usize,
  out: usize,
  rows: i32,
  n: i32,
  period: i32,
  step: i32,
): void {
  arithmetic<f64>(kind, x, y, out, rows, n, period, step);
}

// @ts-expect-error: decorator
@inline function holds(a: v128, b: v128, kind: i32): v128 {
  if (kind == 0) return f32x4.gt(a, b);
  if (kind == 1) return f32x4.ge(a, b);
  if (kind == 2) return f32x4.lt(a, b);
  return f32x4.le(a, b);
}

// @ts-expect-error: decorator
@inline function compared(x: usize, y: f32, out: usize, n: i32, kind: i32): void {
  const all = f32x4.splat(y);
  const one = i8x16.splat(1);
  let i = 0;
  for (; i + 15 < n; i += 16) {
    const at = x + 4 * i;
    const a = i16x8.narrow_i32x4_s(holds(v128.load(at), all, kind), holds(v128.load(at, 16), all, kind));
    const b = i16x8.narrow_i32x4_s(holds(v128.load(at, 32), all, kind), holds(v128.load(at, 48), all, kind));
    v128.store(out + i, v128.and(i8x16.narrow_i16x8_s(a, b), one));
  }
  for (; i < n; i++) store<u8>(out + i, i32x4.extract_lane(holds(v128.load32_splat(x + 4 * i), all, kind), 0) & 1);
}

/** out[i] = 1 where x[i] stands to y as 0 >, 1 ≥, 2 <, 3 ≤ says, else 0; bytes. */
export function compare32(kind: i32, x: usize, y: f32, out: usize, n: i32): void {
  if (kind == 0) compared(x, y, out, n, 0);
  else if (kind == 1) compared(x, y, out, n, 1);
  else if (kind == 2) compared(x, y, out, n, 2);
  else compared(x, y, out, n, 3);
}

/** out[i] = x[i] · mask[i]; the mask in bytes. */
export function masked32(x: usize, mask: usize, out: usize, n: i32): void {
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const bytes = i16x8.extend_low_i8x16_u(v128.load32_zero(mask + i));
    const m = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(bytes));
    v128.store(out + 4 * i, f32x4.mul(v128.load(x + 4 * i), m));
  }
  for (; i < n; i++) store<f32>(out + 4 * i, load<f32>(x + 4 * i) * <f32>load<u8>(mask + i));
}
