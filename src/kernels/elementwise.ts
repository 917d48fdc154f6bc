/**
 * Elementwise loops over strided rows, one compiled function an expression and element type.
 *
 * A loop shared by all operations would call through a megamorphic function pointer; generating
 * each from its expression lets V8 specialise it. Expressions come from operation records only,
 * never from data.
 */

import type { DType, TypedArray } from "../tensor/index.ts";
import { special } from "./special.ts";
import { engine } from "./wasm/engine.ts";
import { copyIn, copyOut, regions } from "./wasm/room.ts";

/** out[oi + i] = f(a[ai + i·sa]) for i < n. */
export type UnaryLoop = (o: TypedArray, oi: number, a: TypedArray, ai: number, sa: number, n: number) => void;
/** out[oi + i] = f(a[ai + i·sa], b[bi + i·sb]) for i < n. */
export type BinaryLoop = (
  o: TypedArray,
  oi: number,
  a: TypedArray,
  ai: number,
  sa: number,
  b: TypedArray,
  bi: number,
  sb: number,
  n: number,
) => void;

const cache = new Map<string, any>();

function build(key: string, params: string, body: string): any {
  const made = cache.get(key);
  if (made) return made;
  const loop = new Function("m", `"use strict"; return function(${params}) { ${body} }`)(special);
  cache.set(key, loop);
  return loop;
}

/** The loop of a one-argument expression in `x`, e.g. "Math.exp(x)"; helpers of special.ts as `m.erf(x)`. */
export function unaryLoop(expression: string, from: DType, to: DType): UnaryLoop {
  const plain: UnaryLoop = build(
    `u${from}${to}${expression}`,
    "o, oi, a, ai, sa, n",
    `if (sa === 1) for (let i = 0; i < n; i++) { const x = a[ai + i]; o[oi + i] = ${expression}; }
     else for (let i = 0, p = ai; i < n; i++, p += sa) { const x = a[p]; o[oi + i] = ${expression}; }`,
  );
  const kernel = from === to ? VECTOR[expression] : undefined;
  const bits = from === "float32" ? 32 : from === "float64" ? 64 : 0;
  if (!kernel || bits === 0) return plain;
  return (o, oi, a, ai, sa, n) => {
    const e = sa === 1 && n >= WORTH_COPYING ? engine() : null;
    if (!e) return plain(o, oi, a, ai, sa, n);
    const [x, y] = regions(e, n * (bits / 8), n * (bits / 8));
    copyIn(e, a.subarray(ai, ai + n), x, bits === 64);
    e.exports[`${kernel}Array${bits}`](x, y, n);
    copyOut(e, y, o.subarray(oi, oi + n));
  };
}

/** Functions that the WebAssembly kernels compute four (or two) at a time. */
const VECTOR: Record<string, string> = {
  "Math.exp(x)": "exp",
  "Math.log(x)": "log",
  "Math.tanh(x)": "tanh",
  "m.sigmoid(x)": "sigmoid",
  "m.erf(x)": "erf",
  "x > 0 || x !== x ? x : 0": "relu", // a branch would be guessed wrong for every other random number
};
/** From so many numbers on, the copies cost less than the scalar functions. */
const WORTH_COPYING = 256;

/** The loop of a two-argument expression in `x` and `y`, e.g. "x * y". */
export function binaryLoop(expression: string, a: DType, b: DType, to: DType): BinaryLoop {
  return build(`b${a}${b}${to}${expression}`, "o, oi, a, ai, sa, b, bi, sb, n", binaryRow(expression));
}

/**
 * The same over rows of two operands that are `ta` and `tb` apart: for j < m, i < n,
 * out[oi + j·n + i] = f(a[ai + j·ta + i·sa], b[bi + j·tb + i·sb]). Short rows cost no call each.
 */
export type BinaryPlane = (
  o: TypedArray,
  oi: number,
  a: TypedArray,
  ai: number,
  sa: number,
  ta: number,
  b: TypedArray,
  bi: number,
  sb: number,
  tb: number,
  n: number,
  m: number,
) => void;

export function binaryPlane(expression: string, a: DType, b: DType, to: DType): BinaryPlane {
  return build(
    `p${a}${b}${to}${expression}`,
    "o, oi, a, ai, sa, ta, b, bi, sb, tb, n, m",
    `for (let j = 0; j < m; j++, oi += n, ai += ta, bi += tb) { ${binaryRow(expression)} }`,
  );
}

function binaryRow(expression: string): string {
  return `if (sa === 1 && sb === 1) for (let i = 0; i < n; i++) { const x = a[ai + i], y = b[bi + i]; o[oi + i] = ${expression}; }
     else if (sa === 1 && sb === 0) { const y = b[bi]; for (let i = 0; i < n; i++) { const x = a[ai + i]; o[oi + i] = ${expression}; } }
     else if (sa === 0 && sb === 1) { const x = a[ai]; for (let i = 0; i < n; i++) { const y = b[bi + i]; o[oi + i] = ${expression}; } }
     else for (let i = 0, p = ai, q = bi; i < n; i++, p += sa, q += sb) { const x = a[p], y = b[q]; o[oi + i] = ${expression}; }`;
}
