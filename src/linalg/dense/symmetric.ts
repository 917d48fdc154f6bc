/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder reduction to tridiagonal form,
 * then implicit QL steps with Wilkinson's shift. Vectors are kept as rows, so rotations have unit stride.
 *
 * Source: Golub & Van Loan, Matrix Computations, §8.3; Martin & Wilkinson, Numer. Math. 11 (1968) and 12 (1968).
 */

export interface SymmetricEigen {
  /** Ascending. */
  values: Float64Array;
  /** Row i is the unit eigenvector of values[i]; its first component of nearly largest size is positive. */
  rows: Float64Array;
}

/** Destroys `a` (n × n, symmetric). Returns null when an eigenvalue does not settle in 60 steps. */
export function symmetricEigen(a: Float64Array, n: number): SymmetricEigen | null {
  let scale = 0;
  for (let i = 0; i < n * n; i++) scale = Math.max(scale, Math.abs(a[i]));
  const d = new Float64Array(n);
  const e = new Float64Array(n);
  if (scale > 0) for (let i = 0; i < n * n; i++) a[i] /= scale;
  const q = tridiagonalise(a, n, d, e);
  if (!implicitQL(d, e, q, n)) return null;
  const order = [...d.keys()].sort((i, j) => d[i] - d[j]);
  const rows = new Float64Array(n * n);
  order.forEach((from, to) => {
    rows.set(q.subarray(from * n, (from + 1) * n), to * n);
    orient(rows.subarray(to * n, (to + 1) * n));
  });
  return { values: Float64Array.from(order, (i) => d[i] * scale), rows };
}

/** Flips a vector so that its first component of nearly the largest size is positive: signs are arbitrary, this fixes them. */
export function orient(v: Float64Array): boolean {
  let top = 0;
  for (let i = 0; i < v.length; i++) top = Math.max(top, Math.abs(v[i]));
  let i = 0;
  while (i < v.length - 1 && Math.abs(v[i]) < 0.999 * top) i++;
  if (!(v[i] < 0)) return false;
  for (let k = 0; k < v.length; k++) v[k] = -v[k];
  return true;
}

/** Diagonal d, subdiagonal e (e[i] joins i and i + 1), and the rows of Qᵀ with Qᵀ A Q tridiagonal. */
function tridiagonalise(a: Float64Array, n: number, d: Float64Array, e: Float64Array): Float64Array {
  const taus = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k + 2 < n; k++) {
    // Row k stands for column k; the reflector's vector stays in it for the second half.
    const row = k * n;
    const alpha = a[row + k + 1];
    let tail = 0;
    for (let j = k + 2; j < n; j++) tail += a[row + j] * a[row + j];
    if (tail === 0) {
      e[k] = alpha;
      continue;
    }
    const beta = -Math.sign(alpha || 1) * Math.sqrt(alpha * alpha + tail);
    const tau = (beta - alpha) / beta;
    const f = 1 / (alpha - beta);
    a[row + k + 1] = 1;
    for (let j = k + 2; j < n; j++) a[row + j] *= f;
    e[k] = beta;
    taus[k] = tau;
    let dot = 0;
    for (let i = k + 1; i < n; i++) {
      let s = 0;
      for (let j = k + 1, p = i * n; j < n; j++) s += a[p + j] * a[row + j];
      w[i] = tau * s;
      dot += w[i] * a[row + i];
    }
    const half = 0.5 * tau * dot;
    for (let i = k + 1; i < n; i++) w[i] -= half * a[row + i];
    for (let i = k + 1; i < n; i++) {
      const [vi, wi, p] = [a[row + i], w[i], i * n];
      for (let j = k + 1; j < n; j++) a[p + j] -= vi * w[j] + wi * a[row + j];
    }
  }
  if (n > 1) e[n - 2] = a[(n - 2) * n + n - 1];
  for (let i = 0; i < n; i++) d[i] = a[i * n + i];
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  // Rows of Qᵀ = … H₁ H₀ built from the last reflector on, so that each touches only its trailing block.
  for (let k = n - 3; k >= 0; k--) {
    if (taus[k] === 0) continue;
    const row = k * n;
    for (let i = k + 1; i < n; i++) {
      const p = i * n;
      let s = 0;
      for (let j = k + 1; j < n; j++) s += q[p + j] * a[row + j];
      s *= taus[k];
      for (let j = k + 1; j < n; j++) q[p + j] -= s * a[row + j];
    }
  }
  return q;
}

function implicitQL(d: Float64Array, e: Float64Array, z: Float64Array, n: number): boolean {
  // Of a singular matrix whole blocks are rounding errors, which have no neighbours to be small against.
  let noise = 0;
  for (let i = 0; i < n; i++)
    noise = Math.max(noise, 0.25 * Number.EPSILON * (Math.abs(d[i]) + Math.abs(e[i])));
  const coupled = (m: number): boolean => {
    const size = Math.abs(e[m]);
    return size > noise && size > Number.EPSILON * (Math.abs(d[m]) + Math.abs(d[m + 1]));
  };
  for (let l = 0; l < n; l++) {
    for (let steps = 0; ; steps++) {
      let m = l;
      while (m < n - 1 && coupled(m)) m++;
      if (m === l) break;
      if (steps === 60) return false;
      let g = (d[l + 1] - d[l]) / (2 * e[l]);
      g = d[m] - d[l] + e[l] / (g + (g < 0 ? -1 : 1) * Math.sqrt(g * g + 1));
      let [s, c, p] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * e[i];
        const b = c * e[i];
        let r = Math.sqrt(f * f + g * g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1] -= p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        rotate(z, i * n, n, c, s);
      }
      if (i >= l) continue;
      d[l] -= p;
      e[l] = g;
      e[m] = 0;
    }
  }
  return true;
}

function rotate(z: Float64Array, at: number, n: number, c: number, s: number): void {
  for (let k = at; k < at + n; k++) {
    const x = z[k];
    const y = z[k + n];
    z[k + n] = s * x + c * y;
    z[k] = c * x - s * y;
  }
}
