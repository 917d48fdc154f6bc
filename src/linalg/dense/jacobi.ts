/**
 * Singular values by one-sided Jacobi rotations: columns are turned in pairs until all are orthogonal;
 * their lengths are then the singular values, each to high relative accuracy.
 *
 * Columns are stored as rows (unit stride). Tall matrices are reduced by QR first.
 * Source: Golub & Van Loan, Matrix Computations, §8.6.3; Demmel & Veselić 1992.
 */

import { qrFactor } from "./householder.ts";
import { orient } from "./symmetric.ts";

export interface Svd {
  /** Row j is the left vector u_j [m]; row j of v is v_j [n]; j < n ≤ m. */
  u: Float64Array;
  /** Descending. */
  s: Float64Array;
  v: Float64Array;
}

const MAX_SWEEPS = 60;

/** Singular value decomposition of a (m × n row-major, m ≥ n); null when rotations do not end. */
export function jacobiSvd(a: Float64Array, m: number, n: number): Svd | null {
  if (m > n) {
    const q = new Float64Array(m * n);
    const r = new Float64Array(n * n);
    qrFactor(a, m, n, q, r);
    const small = jacobiSvd(r, n, n);
    if (!small) return null;
    const u = new Float64Array(n * m);
    for (let j = 0; j < n; j++)
      for (let i = 0; i < m; i++) {
        let s = 0;
        for (let k = 0; k < n; k++) s += q[i * n + k] * small.u[j * n + k];
        u[j * m + i] = s;
      }
    return { u, s: small.s, v: small.v };
  }
  const w = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) w[j * n + i] = a[i * n + j];
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  let scale = 0;
  for (let i = 0; i < n * n; i++) scale = Math.max(scale, Math.abs(w[i]));
  if (scale > 0) for (let i = 0; i < n * n; i++) w[i] /= scale;
  let sweep = 0;
  while (orthogonalise(w, v, n)) if (++sweep === MAX_SWEEPS) return null;
  return collect(w, v, n, scale);
}

/** One sweep over all pairs; tells whether any pair still had to turn. */
function orthogonalise(w: Float64Array, v: Float64Array, n: number): boolean {
  let turned = false;
  for (let p = 0; p < n - 1; p++)
    for (let q = p + 1; q < n; q++) {
      const [x, y] = [p * n, q * n];
      let [alpha, beta, gamma] = [0, 0, 0];
      for (let k = 0; k < n; k++) {
        const [a, b] = [w[x + k], w[y + k]];
        alpha += a * a;
        beta += b * b;
        gamma += a * b;
      }
      if (Math.abs(gamma) <= 1e-15 * Math.sqrt(alpha * beta) || Math.abs(gamma) < 1e-290) continue;
      turned = true;
      const zeta = (beta - alpha) / (2 * gamma);
      const t = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
      const c = 1 / Math.sqrt(1 + t * t);
      const s = c * t;
      turn(w, x, y, n, c, s);
      turn(v, x, y, n, c, s);
    }
  return turned;
}

function turn(a: Float64Array, x: number, y: number, n: number, c: number, s: number): void {
  for (let k = 0; k < n; k++) {
    const p = a[x + k];
    const q = a[y + k];
    a[x + k] = c * p - s * q;
    a[y + k] = s * p + c * q;
  }
}

function collect(w: Float64Array, v: Float64Array, n: number, scale: number): Svd {
  const norms = Float64Array.from({ length: n }, (_, j) => {
    let s = 0;
    for (let k = j * n; k < (j + 1) * n; k++) s += w[k] * w[k];
    return Math.sqrt(s);
  });
  const order = [...norms.keys()].sort((i, j) => norms[j] - norms[i]);
  const out: Svd = { u: new Float64Array(n * n), s: new Float64Array(n), v: new Float64Array(n * n) };
  order.forEach((from, to) => {
    const right = out.v.subarray(to * n, (to + 1) * n);
    const left = out.u.subarray(to * n, (to + 1) * n);
    right.set(v.subarray(from * n, (from + 1) * n));
    const sign = orient(right) ? -1 : 1;
    out.s[to] = norms[from] * scale;
    if (norms[from] > 0) for (let k = 0; k < n; k++) left[k] = (sign * w[from * n + k]) / norms[from];
    else complete(out.u, to, n);
  });
  return out;
}

/** Fills row j of u by a unit vector orthogonal to the rows before it: for singular value 0 any such will do. */
function complete(u: Float64Array, j: number, n: number): void {
  const row = u.subarray(j * n, (j + 1) * n);
  for (let e = 0; e < n; e++) {
    row.fill(0);
    row[e] = 1;
    for (let pass = 0; pass < 2; pass++)
      for (let i = 0; i < j; i++) {
        let s = 0;
        for (let k = 0; k < n; k++) s += row[k] * u[i * n + k];
        for (let k = 0; k < n; k++) row[k] -= s * u[i * n + k];
      }
    let norm = 0;
    for (let k = 0; k < n; k++) norm += row[k] * row[k];
    if (norm < 1 / (4 * n)) continue;
    for (let k = 0; k < n; k++) row[k] /= Math.sqrt(norm);
    return;
  }
}
