/**
 * Functions of one array, element by element: what eager operations call.
 */

import { erf32, erf64 } from "./erf";
import { exp32, exp64, log32, log64, sigmoid32, sigmoid64, tanh32, tanh64 } from "./math";


/** out[i] = f(x[i]) for i < n; the last few numbers go through a vector of their own. */
// @ts-expect-error: decorator
@inline function each(x: usize, out: usize, n: i32, bytes: i32, kind: i32): void {
  const whole = (n * bytes) & ~15;
  let i = 0;
  for (; i < whole; i += 16) v128.store(out + i, value(v128.load(x + i), kind));
  const rest = n * bytes - whole;
  if (rest > 0) {
    memory.copy(REST, x + i, rest);
    v128.store(REST, value(v128.load(REST), kind));
    memory.copy(out + i, REST, rest);
  }
}

const REST = memory.data(16, 16);

// @ts-expect-error: decorator
@inline function value(v: v128, kind: i32): v128 {
  if (kind == 0) return exp32(v);
  if (kind == 1) return exp64(v);
  if (kind == 2) return log32(v);
  if (kind == 3) return log64(v);
  if (kind == 4) return tanh32(v);
  if (kind == 5) return tanh64(v);
  if (kind == 6) return sigmoid32(v);
  if (kind == 7) return sigmoid64(v);
  if (kind == 8) return erf32(v);
  if (kind == 10) return f32x4.max(v, f32x4.splat(0));
  if (kind == 11) return f64x2.max(v, f64x2.splat(0));
  return erf64(v);
}

export function expArray32(x: usize, out: usize, n: i32): void { each(x, out, n, 4, 0); }
export function expArray64(x: usize, out: usize, n: i32): void { each(x, out, n, 8, 1); }
export function logArray32(x: usize, out: usize, n: i32): void { each(x, out, n, 4, 2); }
export function logArray64(x: usize, out: usize, n: i32): void { each(x, out, n, 8, 3); }
export function tanhArray32(x: usize, out: usize, n: i32): void { each(x, out, n, 4, 4); }
export function tanhArray64(x: usize, out: usize, n: i32): void { each(x, out, n, 8, 5); }
export function sigmoidArray32(x: usize, out: usize, n: i32): void { each(x, out, n, 4, 6); }
export function sigmoidArray64(x: usize, out: usize, n: i32): void { each(x, out, n, 8, 7); }
export function erfArray32(x: usize, out: usize, n: i32): void { each(x, out, n, 4, 8); }
export function erfArray64(x: usize, out: usize, n: i32): void { each(x, out, n, 8, 9); }
export function reluArray32(x: usize, out: usize, n: i32): void { each(x, out, n, 4, 10); }
export function reluArray64(x: usize, out: usize, n: i32): void { each(x, out, n, 8, 11); }
