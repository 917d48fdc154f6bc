/**
 * QR factorisation by Householder reflections, with LAPACK's choice of signs.
 *
 * Source: Golub & Van Loan, Matrix Computations, §5.2; signs as in LAPACK's dlarfg.
 */

/**
 * A = Q R for a tall matrix (m ≥ n, row-major): Q [m, n] with orthonormal columns, R [n, n] upper triangular.
 * Destroys `a`.
 */
export function qrFactor(a: Float64Array, m: number, n: number, q: Float64Array, r: Float64Array): void {
  const taus = new Float64Array(n);
  const s = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const alpha = a[k * n + k];
    let tail = 0;
    for (let i = k + 1; i < m; i++) tail = Math.hypot(tail, a[i * n + k]);
    if (tail === 0) continue;
    const beta = -Math.sign(alpha || 1) * Math.hypot(alpha, tail);
    taus[k] = (beta - alpha) / beta;
    const f = 1 / (alpha - beta);
    for (let i = k + 1; i < m; i++) a[i * n + k] *= f;
    a[k * n + k] = 1;
    reflect(a, a, k, m, n, k + 1, taus[k], s);
    a[k * n + k] = beta;
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) r[i * n + j] = j < i ? 0 : a[i * n + j];
  q.fill(0);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  for (let k = n - 1; k >= 0; k--) {
    if (taus[k] === 0) continue;
    a[k * n + k] = 1;
    reflect(a, q, k, m, n, k, taus[k], s);
  }
}

/** Applies I − τ v vᵀ (v: column k of `from`, below row k) to the columns of `to` from `first` on. */
function reflect(
  from: Float64Array,
  to: Float64Array,
  k: number,
  m: number,
  n: number,
  first: number,
  tau: number,
  s: Float64Array,
): void {
  s.fill(0);
  for (let i = k; i < m; i++) {
    const v = from[i * n + k];
    for (let j = first; j < n; j++) s[j] += v * to[i * n + j];
  }
  for (let i = k; i < m; i++) {
    const v = tau * from[i * n + k];
    for (let j = first; j < n; j++) to[i * n + j] -= v * s[j];
  }
}
