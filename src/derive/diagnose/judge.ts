/**
 * Numbers behind a diagnosis: the truth and the claim at the same points, and quick ways to ask whether
 * some expression is one or the other.
 */

import { lstsq } from "../../linalg/index.ts";
import { noGrad } from "../../ops/index.ts";
import { ArgumentError, NumericalError, ShapeError, type Tensor, tensor } from "../../tensor/index.ts";
import { ShapeClash } from "../expr/build.ts";
import type { Expr } from "../expr/expr.ts";
import type { SamplePoint } from "../study.ts";

/** Entries at every point, one after another. */
export type Column = Float64Array;

export class Judge {
  readonly points: readonly SamplePoint[];
  readonly truth: Column;
  readonly claim: Column;
  /** Where each point's entries begin. */
  readonly size: number;

  constructor(points: readonly SamplePoint[], truth: readonly Tensor[], claim: readonly Tensor[]) {
    this.points = points;
    this.truth = stack(truth);
    this.claim = stack(claim);
    this.size = truth[0].size;
  }

  /** The expression's entries at all points; undefined where it cannot be computed. */
  column(e: Expr): Column | undefined {
    const list = this.points.map((p) => computed(p, e));
    return list.every((t) => t !== undefined) ? stack(list as Tensor[]) : undefined;
  }

  is(e: Expr, what: Column): boolean {
    // One point first: most candidates fail there.
    const first = computed(this.points[0], e);
    if (first?.size !== this.size || !closeTo(first.values(), what, 0, this.size)) return false;
    const c = this.column(e);
    return c !== undefined && same(c, what, this.size);
  }

  /** The number k with a = k b at every point, if there is one. */
  ratio(a: Column, b: Column): number | undefined {
    const all = this.ratios(a, b);
    if (!all) return undefined;
    return all.every((k) => Math.abs(k - all[0]) <= 1e-7 * Math.abs(all[0])) ? all[0] : undefined;
  }

  /** The numbers k_p with a = k_p b at point p, if they exist. */
  ratios(a: Column, b: Column): number[] | undefined {
    const out: number[] = [];
    for (let at = 0; at < a.length; at += this.size) {
      let [aa, ab, bb] = [0, 0, 0];
      for (let i = at; i < at + this.size; i++) {
        aa += a[i] * a[i];
        ab += a[i] * b[i];
        bb += b[i] * b[i];
      }
      if (!(bb > 0) || !(aa > 0)) return undefined;
      const k = ab / bb;
      for (let i = at; i < at + this.size; i++)
        if (!(Math.abs(a[i] - k * b[i]) <= 1e-7 * Math.sqrt(aa / this.size))) return undefined;
      out.push(k);
    }
    return out;
  }

  /** Coefficients c with target = Σ cᵢ columnᵢ at all points; undefined when there are none, or many. */
  combination(target: Column, columns: readonly Column[]): number[] | undefined {
    if (columns.length === 0 || columns.length > 24 || columns.length > target.length) return undefined;
    return noGrad(() => {
      const scale = columns.map((c) => Math.sqrt(c.reduce((s, x) => s + x * x, 0)));
      if (scale.some((s) => !(s > 0) || !Number.isFinite(s)) || !target.every(Number.isFinite))
        return undefined;
      const A = new Float64Array(target.length * columns.length);
      columns.forEach((c, j) => {
        for (let i = 0; i < c.length; i++) A[i * columns.length + j] = c[i] / scale[j];
      });
      const values = Array.from(
        lstsq(
          tensor(A, [target.length, columns.length]),
          tensor(target, [target.length]),
        ).values() as Float64Array,
      );
      const back = new Float64Array(target.length);
      for (let i = 0; i < target.length; i++)
        for (let j = 0; j < columns.length; j++) back[i] += A[i * columns.length + j] * values[j];
      if (!same(back, target, this.size)) return undefined;
      if (dependent(A, target.length, columns.length)) return undefined;
      return values.map((v, j) => v / scale[j]);
    });
  }
}

/** The value, or undefined where an operation refuses: an index out of range, a singular matrix. */
export function computed(p: SamplePoint, e: Expr): Tensor | undefined {
  try {
    return p.point.value(e);
  } catch (error) {
    if (error instanceof ShapeClash || error instanceof ArgumentError || error instanceof ShapeError)
      return undefined;
    if (error instanceof NumericalError) return undefined;
    throw error;
  }
}

/** Whether the columns of A are (nearly) linearly dependent, by modified Gram–Schmidt. */
function dependent(A: Float64Array, rows: number, cols: number): boolean {
  const q = A.slice();
  for (let j = 0; j < cols; j++) {
    let norm = 0;
    for (let i = 0; i < rows; i++) norm += q[i * cols + j] ** 2;
    if (Math.sqrt(norm) < 1e-6) return true;
    norm = Math.sqrt(norm);
    for (let i = 0; i < rows; i++) q[i * cols + j] /= norm;
    for (let k = j + 1; k < cols; k++) {
      let dot = 0;
      for (let i = 0; i < rows; i++) dot += q[i * cols + j] * q[i * cols + k];
      for (let i = 0; i < rows; i++) q[i * cols + k] -= dot * q[i * cols + j];
    }
  }
  return false;
}

export function stack(list: readonly Tensor[]): Column {
  const total = list.reduce((n, t) => n + t.size, 0);
  const out = new Float64Array(total);
  let at = 0;
  for (const t of list) {
    out.set(t.values() as ArrayLike<number> as number[], at);
    at += t.size;
  }
  return out;
}

function closeTo(a: ArrayLike<number>, b: Column, at: number, size: number): boolean {
  let scale = 0;
  for (let i = 0; i < size; i++) scale = Math.max(scale, Math.abs(a[i]), Math.abs(b[at + i]));
  if (!Number.isFinite(scale)) return false;
  for (let i = 0; i < size; i++) if (!(Math.abs(a[i] - b[at + i]) <= 1e-8 * scale)) return false;
  return true;
}

/** Equal at every point, relative to that point's largest entry. */
export function same(a: Column, b: Column, size: number): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += size)
    if (!closeTo(a.subarray(at, at + size), b, at, size)) return false;
  return true;
}
