/**
 * The matrix exponential by scaling and squaring with the [13/13] Padé approximant.
 *
 * Source: Higham, SIAM J. Matrix Anal. Appl. 26 (2005).
 */

import { product as multiply, view } from "./gemm.ts";
import { luFactor, luSolve } from "./lu.ts";

const B = [
  64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
  670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
];
/** The 1-norm up to which [13/13] is accurate to double precision. */
const THETA = 5.371920351148152;

export function matrixExponential(a: Float64Array, n: number, out: Float64Array): void {
  let norm = 0;
  for (let j = 0; j < n; j++) {
    let s = 0;
    for (let i = 0; i < n; i++) s += Math.abs(a[i * n + j]);
    norm = Math.max(norm, s);
  }
  const squarings = norm > THETA ? Math.ceil(Math.log2(norm / THETA)) : 0;
  const A = a.map((x) => x / 2 ** squarings);
  const A2 = product(A, A, n);
  const A4 = product(A2, A2, n);
  const A6 = product(A4, A2, n);
  const mix = (c6: number, c4: number, c2: number, c0: number): Float64Array => {
    const m = new Float64Array(n * n);
    for (let i = 0; i < m.length; i++) m[i] = c6 * A6[i] + c4 * A4[i] + c2 * A2[i];
    for (let i = 0; i < n; i++) m[i * n + i] += c0;
    return m;
  };
  const plus = (x: Float64Array, y: Float64Array): Float64Array => x.map((v, i) => v + y[i]);
  const odd = product(A, plus(product(A6, mix(B[13], B[11], B[9], 0), n), mix(B[7], B[5], B[3], B[1])), n);
  const even = plus(product(A6, mix(B[12], B[10], B[8], 0), n), mix(B[6], B[4], B[2], B[0]));
  luSolve(
    luFactor(
      even.map((v, i) => v - odd[i]),
      n,
    ),
    plus(even, odd),
    n,
    out,
  );
  for (let k = 0; k < squarings; k++) out.set(product(out, out, n));
}

function product(x: Float64Array, y: Float64Array, n: number): Float64Array {
  return multiply(view(x, n), view(y, n), n, n, n);
}
