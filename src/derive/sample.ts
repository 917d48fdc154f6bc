/**
 * Random points at which formulas are compared.
 *
 * What an input is (one-hot rows, probabilities that sum to one, a positive definite matrix, labels) is
 * read off the given value and kept; everything else is drawn from the whole line first, and only when
 * the function has no finite value there, from the given value's side of zero. So a formula that holds
 * only for the given signs is found out.
 */

import { isFloat, type Random, Tensor } from "../tensor/index.ts";

/** What an input may be at random points. Read off the given value unless the option `domain` says it. */
export type Domain =
  | "real"
  | "positive"
  | "probability" // each entry between 0 and 1
  | "simplex" // the last axis sums to 1
  | "one-hot"
  | "binary"
  | "symmetric"
  | "positive definite"
  | "labels" // integers: the given values in another order
  | "fixed"; // never redrawn

/** How far a draw may go: 0 anywhere, 1 keeping signs, 2 within a tenth of the given value. */
export type Level = 0 | 1 | 2;

export function detectDomain(t: Tensor): Domain {
  if (!isFloat(t.dtype)) return t.dtype === "bool" ? "fixed" : "labels";
  const v = t.values();
  const n = t.rank > 0 ? t.shape[t.rank - 1] : 1;
  if (t.size > 1 && v.every((x: number) => x === 0 || x === 1)) {
    if (t.rank >= 1 && n > 1 && rowsOf(v, n).every((r) => r.reduce((a, b) => a + b, 0) === 1))
      return "one-hot";
    return v.some((x: number) => x === 1) && v.some((x: number) => x === 0) ? "binary" : "real";
  }
  if (t.rank >= 2 && n > 1 && t.shape[t.rank - 2] === n) {
    const blocks = rowsOf(v, n * n);
    if (blocks.every((b) => symmetric(b, n)))
      return blocks.every((b) => definite(b, n)) ? "positive definite" : "symmetric";
  }
  if (
    n > 1 &&
    v.every((x: number) => x >= 0) &&
    rowsOf(v, n).every((r) => Math.abs(r.reduce((a, b) => a + b, 0) - 1) < 1e-9)
  )
    return "simplex";
  return "real";
}

function rowsOf(v: ArrayLike<number>, n: number): number[][] {
  return Array.from({ length: v.length / n }, (_, i) => Array.from({ length: n }, (_, j) => v[i * n + j]));
}

function symmetric(b: readonly number[], n: number): boolean {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++)
      if (Math.abs(b[i * n + j] - b[j * n + i]) > 1e-12 * (Math.abs(b[i * n + j]) + 1e-300)) return false;
  return true;
}

/** Cholesky without keeping the factor. */
function definite(b: readonly number[], n: number): boolean {
  const a = [...b];
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < j; k++) a[j * n + j] -= a[j * n + k] ** 2;
    if (!(a[j * n + j] > 0)) return false;
    const d = Math.sqrt(a[j * n + j]);
    a[j * n + j] = d;
    for (let i = j + 1; i < n; i++) {
      for (let k = 0; k < j; k++) a[i * n + j] -= a[i * n + k] * a[j * n + k];
      a[i * n + j] /= d;
    }
  }
  return true;
}

/** A fresh value of the same kind as `given`. */
export function draw(given: Tensor, domain: Domain, level: Level, r: Random): Tensor {
  if (domain === "fixed") return given;
  const out = given.copy();
  const data = out.data;
  const n = given.rank > 0 ? given.shape[given.rank - 1] : 1;
  const each = (f: (x: number) => number): Tensor => {
    for (let i = 0; i < data.length; i++) data[i] = f(data[i]);
    return out;
  };
  if (domain === "labels") {
    const order = r.permutation(data.length).data;
    const before = data.slice();
    for (let i = 0; i < data.length; i++) data[i] = before[order[i]];
    return out;
  }
  if (domain === "one-hot") {
    for (let i = 0; i < data.length; i += n) {
      data.fill(0, i, i + n);
      data[i + r.integer(n)] = 1;
    }
    return out;
  }
  if (domain === "binary") return each(() => (r.random() < 0.5 ? 1 : 0));
  if (level === 2) {
    if (domain === "symmetric" || domain === "positive definite") {
      const c = 1 + 0.1 * r.gaussian();
      return each((x) => c * x);
    }
    each((x) => x * (1 + 0.1 * (2 * r.random() - 1)));
    return domain === "simplex" ? normalised(out, n) : out;
  }
  switch (domain) {
    case "positive":
      return each(() => Math.exp(0.7 * r.gaussian()));
    case "probability":
      return each(() => 0.05 + 0.9 * r.random());
    case "simplex":
      each(() => Math.exp(r.gaussian()));
      return normalised(out, n);
    case "symmetric":
    case "positive definite":
      return squareBlocks(out, n, domain, r);
    default:
      if (level === 0) return each(() => r.gaussian());
      if (data.every((x: number) => x > 0 && x < 1)) return each(() => 0.05 + 0.9 * r.random());
      return each((x) => Math.sign(x) * Math.exp(0.7 * r.gaussian()));
  }
}

function normalised(t: Tensor, n: number): Tensor {
  for (let i = 0; i < t.data.length; i += n) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += t.data[i + j];
    for (let j = 0; j < n; j++) t.data[i + j] /= sum;
  }
  return t;
}

function squareBlocks(t: Tensor, n: number, domain: Domain, r: Random): Tensor {
  for (let at = 0; at < t.data.length; at += n * n) {
    const a = Float64Array.from({ length: n * n }, () => r.gaussian());
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) {
        let x = 0;
        if (domain === "symmetric") x = a[i * n + j];
        else for (let k = 0; k < n; k++) x += (a[i * n + k] * a[j * n + k]) / n;
        if (domain !== "symmetric" && i === j) x += 0.5;
        t.data[at + i * n + j] = x;
        t.data[at + j * n + i] = x;
      }
  }
  return t;
}

/** The same number in float64, for checks. */
export function toFloat64(t: Tensor): Tensor {
  return t.dtype === "float32" ? new Tensor(Float64Array.from(t.values()), t.shape, "float64") : t.detach();
}
