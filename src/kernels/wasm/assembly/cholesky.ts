/**
 * Positive definite matrices by blocks: Cholesky factor, inverse, triangular solves. Dense, row-major, in double
 * precision; nearly all the work is matrix products.
 *
 * Source: Golub & Van Loan, Matrix Computations, §4.2; the order of work is LAPACK's potrf and potri.
 */

import { matmul64, matmulScratch } from "./matmul";
import { madd, total } from "./vector";

// @ts-expect-error: decorator
@inline const NB: i32 = 48;

/** Bytes of scratch for matrices of n rows and right-hand sides of k columns. */
export function choleskyScratch(n: i32, k: i32): i32 {
  return (NB * n + NB * NB + NB * max(max(n, k), 2 * NB)) * 8 + matmulScratch();
}

// @ts-expect-error: decorator
@inline function at(a: usize, width: i32, row: i32, column: i32): usize {
  return a + (<usize>(row * width + column) << 3);
}

function dot(x: usize, y: usize, n: i32): f64 {
  let s = f64x2.splat(0);
  let i = 0;
  for (; i + 1 < n; i += 2, x += 16, y += 16) s = madd<f64>(v128.load(x), v128.load(y), s);
  let sum = total<f64>(s);
  if (i < n) sum += load<f64>(x) * load<f64>(y);
  return sum;
}

/** Factor of a small block in place; −1, or the place of a pivot that is not positive (left on the diagonal). */
function small(a: usize, width: i32, n: i32): i32 {
  for (let j = 0; j < n; j++) {
    const row = at(a, width, j, 0);
    for (let i = 0; i < j; i++) {
      const other = at(a, width, i, 0);
      const p = row + (<usize>i << 3);
      store<f64>(p, (load<f64>(p) - dot(row, other, i)) / load<f64>(other + (<usize>i << 3)));
    }
    const p = row + (<usize>j << 3);
    const d = load<f64>(p) - dot(row, row, j);
    if (!(d > 0) || d == Infinity) {
      store<f64>(p, d);
      return j;
    }
    store<f64>(p, Math.sqrt(d));
  }
  return -1;
}

/** The inverse of a small lower triangle, dense with n columns, times `sign`. */
function smallInverse(l: usize, width: i32, n: i32, out: usize, sign: f64): void {
  memory.fill(out, 0, <usize>(n * n) << 3);
  for (let i = 0; i < n; i++) {
    const d = 1 / load<f64>(at(l, width, i, i));
    const row = at(out, n, i, 0);
    // Row i is −d Σ_k L_ik (row k): whole rows at a time.
    for (let k = 0; k < i; k++) {
      const f = -d * load<f64>(at(l, width, i, k));
      const from = at(out, n, k, 0);
      for (let j = 0; j <= k; j++) {
        const p = row + (<usize>j << 3);
        store<f64>(p, load<f64>(p) + f * load<f64>(from + (<usize>j << 3)));
      }
    }
    store<f64>(row + (<usize>i << 3), d);
  }
  if (sign < 0) for (let i = 0; i < n * n; i++) store<f64>(out + (<usize>i << 3), -load<f64>(out + (<usize>i << 3)));
}

/** A dense copy of rows × columns from a wider matrix, times `sign`. */
function copyBlock(from: usize, width: i32, rows: i32, columns: i32, to: usize, sign: f64): void {
  const s = f64x2.splat(sign);
  for (let i = 0; i < rows; i++) {
    let p = at(from, width, i, 0);
    let j = 0;
    for (; j + 1 < columns; j += 2, p += 16, to += 16) v128.store(to, f64x2.mul(s, v128.load(p)));
    if (j < columns) {
      store<f64>(to, sign * load<f64>(p));
      to += 8;
    }
  }
}

/** Overwrites the lower triangle of a (n × n) by L and clears the rest. −1, or the place of a bad pivot. */
export function cholesky64(a: usize, n: i32, scratch: usize): i32 {
  const inverse = scratch + (<usize>(NB * n) << 3);
  const room = inverse + (<usize>(NB * NB) << 3);
  for (let j = 0; j < n; j += NB) {
    const nb = min(NB, n - j);
    if (j > 0) {
      copyBlock(at(a, n, j, 0), n, nb, j, scratch, -1);
      matmul64(at(a, n, j, 0), n, 1, scratch, 1, j, at(a, n, j, j), n, n - j, j, nb, true, room);
    }
    const bad = small(at(a, n, j, j), n, nb);
    if (bad >= 0) return j + bad;
    const rest = n - j - nb;
    if (rest == 0) break;
    smallInverse(at(a, n, j, j), n, nb, inverse, 1);
    copyBlock(at(a, n, j + nb, j), n, rest, nb, scratch, 1);
    matmul64(scratch, nb, 1, inverse, 1, nb, at(a, n, j + nb, j), n, rest, nb, nb, false, room);
  }
  for (let i = 0; i < n; i++) memory.fill(at(a, n, i, i + 1), 0, <usize>(n - i - 1) << 3);
  return -1;
}

/** out = L⁻¹ (n × n, zero above), block row by block row. */
export function invertLower64(l: usize, out: usize, n: i32, scratch: usize): void {
  const inverse = scratch + (<usize>(NB * n) << 3);
  const strip = inverse + (<usize>(NB * NB) << 3);
  const room = strip + (<usize>(NB * max(n, 2 * NB)) << 3);
  memory.fill(out, 0, <usize>(n * n) << 3);
  for (let i = 0; i < n; i += NB) {
    const nb = min(NB, n - i);
    smallInverse(at(l, n, i, i), n, nb, inverse, 1);
    for (let r = 0; r < nb; r++) memory.copy(at(out, n, i + r, i), at(inverse, nb, r, 0), <usize>nb << 3);
    if (i == 0) continue;
    smallInverse(at(l, n, i, i), n, nb, inverse, -1);
    // Strips of columns: what lies above a strip in L⁻¹ is zero and not multiplied.
    for (let j = 0; j < i; j += 2 * NB) {
      const width = min(2 * NB, i - j);
      matmul64(at(l, n, i, j), n, 1, at(out, n, j, j), n, 1, strip, width, nb, i - j, width, false, room);
      matmul64(inverse, nb, 1, strip, width, 1, at(out, n, i, j), n, nb, nb, width, false, room);
    }
  }
}

/** out = MᵀM for M = L⁻¹ lower triangular: the inverse of L Lᵀ. Its lower triangle; all of it with `full`. */
export function lowerProduct64(m: usize, out: usize, n: i32, full: bool, scratch: usize): void {
  const room = scratch + (<usize>(NB * n + NB * NB) << 3);
  for (let i = 0; i < n; i += NB) {
    const nb = min(NB, n - i);
    matmul64(at(m, n, i, i), 1, n, at(m, n, i, 0), n, 1, at(out, n, i, 0), n, nb, n - i, i + nb, false, room);
  }
  if (!full) return;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) store<f64>(at(out, n, j, i), load<f64>(at(out, n, i, j)));
}

/** The lower triangle of c (n × n) += A Aᵀ for A [n × k]. */
export function addOuter64(a: usize, c: usize, n: i32, k: i32, scratch: usize): void {
  const room = scratch + (<usize>(NB * n + NB * NB) << 3);
  for (let i = 0; i < n; i += NB) {
    const nb = min(NB, n - i);
    matmul64(at(a, k, i, 0), k, 1, a, 1, k, at(c, n, i, 0), n, nb, k, i + nb, true, room);
  }
}

/** Overwrites b (n × k) by L⁻¹ b, or L⁻ᵀ b. */
export function solveLower64(l: usize, b: usize, n: i32, k: i32, transposed: bool, scratch: usize): void {
  const inverse = scratch + (<usize>(NB * n) << 3);
  const right = inverse + (<usize>(NB * NB) << 3);
  const room = right + (<usize>(NB * max(max(n, k), 2 * NB)) << 3);
  const blocks = (n + NB - 1) / NB;
  for (let step = 0; step < blocks; step++) {
    const i = (transposed ? blocks - 1 - step : step) * NB;
    const nb = min(NB, n - i);
    const mine = at(b, k, i, 0);
    if (!transposed && i > 0) {
      copyBlock(at(l, n, i, 0), n, nb, i, scratch, -1);
      matmul64(scratch, i, 1, b, k, 1, mine, k, nb, i, k, true, room);
    }
    const from = i + nb;
    if (transposed && from < n) {
      copyBlock(at(l, n, from, i), n, n - from, nb, scratch, -1);
      matmul64(scratch, 1, nb, at(b, k, from, 0), k, 1, mine, k, nb, n - from, k, true, room);
    }
    smallInverse(at(l, n, i, i), n, nb, inverse, 1);
    memory.copy(right, mine, <usize>(nb * k) << 3);
    matmul64(inverse, transposed ? 1 : nb, transposed ? nb : 1, right, k, 1, mine, k, nb, nb, k, false, room);
  }
}
