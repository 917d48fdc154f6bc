/**
 * LU factorisation with partial pivoting: P A = L U, L with unit diagonal, both kept in one array.
 *
 * Source: Golub & Van Loan, Matrix Computations, §3.4.
 */

export interface LU {
  n: number;
  /** U on and above the diagonal, L below it. */
  lu: Float64Array;
  /** Row i of P A is row `order[i]` of A. */
  order: Int32Array;
  /** The determinant of P. */
  parity: 1 | -1;
  /** The first column whose pivot is zero beyond rounding; −1 when A is regular. */
  singular: number;
}

/** Factorises `a` (n × n, row-major) in place. */
export function luFactor(a: Float64Array, n: number): LU {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  let parity: 1 | -1 = 1;
  let singular = -1;
  for (let k = 0; k < n; k++) {
    let p = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[p * n + k])) p = i;
    const pivot = a[p * n + k];
    if (!(Math.abs(pivot) > 0)) {
      if (singular < 0) singular = k;
      continue;
    }
    if (p !== k) {
      for (let j = 0; j < n; j++) [a[k * n + j], a[p * n + j]] = [a[p * n + j], a[k * n + j]];
      [order[k], order[p]] = [order[p], order[k]];
      parity = -parity as 1 | -1;
    }
    for (let i = k + 1; i < n; i++) {
      const f = a[i * n + k] / pivot;
      if (f === 0) continue;
      a[i * n + k] = f;
      const [to, from] = [i * n, k * n];
      for (let j = k + 1; j < n; j++) a[to + j] -= f * a[from + j];
    }
  }
  return { n, lu: a, order, parity, singular };
}

/** Solves A X = B for B of k columns; X overwrites `out`, which may not be `b`. */
export function luSolve({ n, lu, order }: LU, b: Float64Array, k: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) out.set(b.subarray(order[i] * k, (order[i] + 1) * k), i * k);
  for (let i = 0; i < n; i++)
    for (let p = 0; p < i; p++) {
      const f = lu[i * n + p];
      if (f !== 0) for (let j = 0; j < k; j++) out[i * k + j] -= f * out[p * k + j];
    }
  for (let i = n - 1; i >= 0; i--) {
    for (let p = i + 1; p < n; p++) {
      const f = lu[i * n + p];
      if (f !== 0) for (let j = 0; j < k; j++) out[i * k + j] -= f * out[p * k + j];
    }
    const d = lu[i * n + i];
    for (let j = 0; j < k; j++) out[i * k + j] /= d;
  }
}

/** Sign and logarithm of |det A|; sign 0 and −∞ for a singular matrix. */
export function luLogDet({ n, lu, parity, singular }: LU): { sign: number; log: number } {
  if (singular >= 0) return { sign: 0, log: Number.NEGATIVE_INFINITY };
  let sign: number = parity;
  let log = 0;
  for (let i = 0; i < n; i++) {
    const d = lu[i * n + i];
    if (d < 0) sign = -sign;
    log += Math.log(Math.abs(d));
  }
  return { sign, log };
}
