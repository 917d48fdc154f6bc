/**
 * Cholesky factorisation A = L Lᵀ and triangular solves on dense row-major doubles.
 *
 * Row-oriented: every inner loop walks two rows with unit stride.
 * Source: Golub & Van Loan, Matrix Computations, §4.2 and §3.1.
 */

/** A pivot that is not positive. */
export interface BadPivot {
  index: number;
  value: number;
}

/** Overwrites the lower triangle of `a` (n × n) by L and clears the rest; reads the lower triangle only. */
export function choleskyFactor(a: Float64Array, n: number): BadPivot | null {
  for (let j = 0; j < n; j++) {
    const rj = j * n;
    for (let i = 0; i < j; i++) {
      const ri = i * n;
      let s = a[rj + i];
      for (let p = 0; p < i; p++) s -= a[rj + p] * a[ri + p];
      a[rj + i] = s / a[ri + i];
    }
    let d = a[rj + j];
    for (let p = 0; p < j; p++) d -= a[rj + p] * a[rj + p];
    if (!(d > 0) || d === Number.POSITIVE_INFINITY) return { index: j, value: d };
    a[rj + j] = Math.sqrt(d);
    for (let p = j + 1; p < n; p++) a[rj + p] = 0;
  }
  return null;
}

export interface Triangle {
  lower: boolean;
  /** Solve with the transpose of the triangle. */
  transposed: boolean;
  unitDiagonal: boolean;
}

/** Overwrites `b` (n × k) by the solution of T X = B or Tᵀ X = B; reads one triangle of `t` only. */
export function solveTriangle(t: Float64Array, b: Float64Array, n: number, k: number, o: Triangle): void {
  const forwards = o.lower !== o.transposed;
  const [down, across] = o.transposed ? [1, n] : [n, 1];
  for (let step = 0; step < n; step++) {
    const i = forwards ? step : n - 1 - step;
    const to = i * k;
    const [from, until] = forwards ? [0, i] : [i + 1, n];
    for (let p = from; p < until; p++) {
      const f = t[i * down + p * across];
      if (f === 0) continue;
      const row = p * k;
      for (let j = 0; j < k; j++) b[to + j] -= f * b[row + j];
    }
    if (o.unitDiagonal) continue;
    const d = t[i * n + i];
    for (let j = 0; j < k; j++) b[to + j] /= d;
  }
}
