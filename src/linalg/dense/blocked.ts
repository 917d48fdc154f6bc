/**
 * Cholesky factors and inverses of positive definite matrices by blocks, so that nearly all the work is
 * matrix products; in WebAssembly where there is an engine and enough to do.
 *
 * Source: Golub & Van Loan, Matrix Computations, §4.2.9; LAPACK's potrf and potri.
 */

import { type Engine, engine } from "../../kernels/index.ts";
import { type BadPivot, choleskyFactor, solveTriangle } from "./cholesky.ts";
import { flip, product, view } from "./gemm.ts";

const BLOCK = 48;
/** From this size on the copies into WebAssembly memory are repaid. */
const WORTHWHILE = 40;

/** Arrays side by side in the engine's memory, filled from `given` (a number: that many, as they are), and scratch after them. */
export function inMemory<T>(
  e: Engine,
  n: number,
  k: number,
  given: readonly (Float64Array | number)[],
  use: (arrays: Float64Array[], addresses: number[]) => T,
): T {
  const lengths = given.map((g) => (typeof g === "number" ? g : g.length));
  const bytes = lengths.map((length) => (length * 8 + 63) & ~63);
  const block = e.arena.allocate(bytes.reduce((a, b) => a + b, 0) + e.exports.choleskyScratch(n, k));
  try {
    const addresses: number[] = [];
    let at = block.address;
    for (const b of bytes) {
      addresses.push(at);
      at += b;
    }
    const arrays = lengths.map((length, i) => new Float64Array(e.arena.memory.buffer, addresses[i], length));
    given.forEach((g, i) => {
      if (typeof g !== "number") arrays[i].set(g);
    });
    return use(arrays, [...addresses, at]);
  } finally {
    e.arena.release(block);
  }
}

/** The engine, for matrices large enough to be copied there. */
export const quick = (n: number): Engine | null => {
  const e = n >= WORTHWHILE ? engine() : null;
  return e?.exports.cholesky64 ? e : null;
};

/** Overwrites the lower triangle of `a` (n × n) by L with A = L Lᵀ and clears the rest; reads the lower triangle. */
export function choleskyBlocked(a: Float64Array, n: number): BadPivot | null {
  const e = quick(n);
  if (e)
    return inMemory(e, n, n, [a], ([A], [at, scratch]) => {
      const bad = e.exports.cholesky64(at, n, scratch);
      if (bad >= 0) return { index: bad, value: A[bad * n + bad] };
      a.set(A);
      return null;
    });
  if (n <= 2 * BLOCK) return choleskyFactor(a, n);
  for (let j = 0; j < n; j += BLOCK) {
    const nb = Math.min(BLOCK, n - j);
    const below = n - j;
    if (j > 0) {
      const left = product(view(a, n, j), flip(view(a, n, j)), below, j, nb);
      for (let i = 0; i < below; i++) for (let k = 0; k < nb; k++) a[(j + i) * n + j + k] -= left[i * nb + k];
    }
    const square = new Float64Array(nb * nb);
    for (let i = 0; i < nb; i++) square.set(a.subarray((j + i) * n + j, (j + i) * n + j + nb), i * nb);
    const bad = choleskyFactor(square, nb);
    if (bad) return { index: j + bad.index, value: bad.value };
    for (let i = 0; i < nb; i++) a.set(square.subarray(i * nb, (i + 1) * nb), (j + i) * n + j);
    const rest = below - nb;
    if (rest === 0) break;
    const panel = product(view(a, n, j + nb, j), flip(view(triangleInverse(square, nb), nb)), rest, nb, nb);
    for (let i = 0; i < rest; i++) a.set(panel.subarray(i * nb, (i + 1) * nb), (j + nb + i) * n + j);
  }
  for (let i = 0; i < n; i++) a.fill(0, i * n + i + 1, (i + 1) * n);
  return null;
}

const LOWER = { lower: true, transposed: false, unitDiagonal: false };

/** L⁻¹ of a small lower triangle. */
function triangleInverse(l: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  solveTriangle(l, out, n, n, LOWER);
  return out;
}

/** L⁻¹ of a lower triangle, block row by block row: −L_ii⁻¹ (L_i,: L⁻¹). */
function inverseOfLower(l: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i += BLOCK) {
    const nb = Math.min(BLOCK, n - i);
    const square = new Float64Array(nb * nb);
    for (let r = 0; r < nb; r++) square.set(l.subarray((i + r) * n + i, (i + r) * n + i + nb), r * nb);
    const inverse = triangleInverse(square, nb);
    for (let r = 0; r < nb; r++) out.set(inverse.subarray(r * nb, (r + 1) * nb), (i + r) * n + i);
    // Columns in strips: the rows of L⁻¹ above a strip are zero and are not multiplied.
    for (let j = 0; j < i; j += 2 * BLOCK) {
      const width = Math.min(2 * BLOCK, i - j);
      const left = product(view(l, n, i, j), view(out, n, j, j), nb, i - j, width);
      const strip = product(view(inverse, nb), view(left, width), nb, nb, width);
      for (let r = 0; r < nb; r++)
        for (let c = 0; c < width; c++) out[(i + r) * n + j + c] = -strip[r * width + c];
    }
  }
  return out;
}

/** (L Lᵀ)⁻¹ = L⁻ᵀ L⁻¹, full and symmetric. */
export function inverseFromFactor(l: Float64Array, n: number): Float64Array {
  const e = quick(n);
  if (e)
    return inMemory(e, n, n, [l, n * n], ([out], [L, half, scratch]) => {
      e.exports.invertLower64(L, half, n, scratch);
      // L is no longer needed: the product takes its place.
      e.exports.lowerProduct64(half, L, n, 1, scratch);
      return out.slice();
    });
  const inverse = inverseOfLower(l, n);
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i += BLOCK) {
    const nb = Math.min(BLOCK, n - i);
    const width = i + nb;
    const rows = product(flip(view(inverse, n, i, i)), view(inverse, n, i, 0), nb, n - i, width);
    for (let r = 0; r < nb; r++)
      for (let c = 0; c < width; c++) {
        out[(i + r) * n + c] = rows[r * width + c];
        out[c * n + i + r] = rows[r * width + c];
      }
  }
  return out;
}

/** Overwrites b (n × k) by L⁻¹ b, or L⁻ᵀ b. */
export function solveLower(
  l: Float64Array,
  b: Float64Array,
  n: number,
  k: number,
  transposed: boolean,
): void {
  const e = quick(n);
  if (e) {
    inMemory(e, n, k, [l, b], ([, B], [L, right, scratch]) => {
      e.exports.solveLower64(L, right, n, k, transposed ? 1 : 0, scratch);
      b.set(B);
    });
    return;
  }
  const starts: number[] = [];
  for (let i = 0; i < n; i += BLOCK) starts.push(i);
  if (transposed) starts.reverse();
  for (const i of starts) {
    const nb = Math.min(BLOCK, n - i);
    const block = b.subarray(i * k, (i + nb) * k);
    const [from, count] = transposed ? [i + nb, n - i - nb] : [0, i];
    if (count > 0) {
      const a = transposed ? flip(view(l, n, from, i)) : view(l, n, i, 0);
      const known = product(a, view(b, k, from), nb, count, k);
      for (let p = 0; p < nb * k; p++) block[p] -= known[p];
    }
    const square = new Float64Array(nb * nb);
    for (let r = 0; r < nb; r++) square.set(l.subarray((i + r) * n + i, (i + r) * n + i + nb), r * nb);
    solveTriangle(square, block, nb, k, { lower: true, transposed, unitDiagonal: false });
  }
}
