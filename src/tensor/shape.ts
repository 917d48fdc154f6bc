/**
 * Arithmetic on shapes: sizes, row-major strides, axes counted from the end, NumPy broadcasting.
 */

import { ArgumentError, ShapeError, shapeText } from "./errors.ts";

export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i];
  return size;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i];
  }
  return strides;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** `axis` counted from the end when negative; throws when the tensor has no such axis. */
export function normalizeAxis(axis: number, rank: number, where: string): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || at < 0 || at >= rank)
    throw new ArgumentError(
      `${where}: axis ${axis} is out of range for a tensor of ${rank} ${rank === 1 ? "dimension" : "dimensions"}` +
        (rank === 0 ? "." : `; give an integer from ${-rank} to ${rank - 1}.`),
    );
  return at;
}

/** The given axes, sorted and without repetition; all axes when none are given. */
export function normalizeAxes(
  axis: number | readonly number[] | undefined | null,
  rank: number,
  where: string,
): number[] {
  if (axis === undefined || axis === null) return Array.from({ length: rank }, (_, i) => i);
  const list = typeof axis === "number" ? [axis] : axis;
  const out = list.map((a) => normalizeAxis(a, rank, where)).sort((a, b) => a - b);
  for (let i = 1; i < out.length; i++)
    if (out[i] === out[i - 1]) throw new ArgumentError(`${where}: axis ${out[i]} is given twice.`);
  return out;
}

/** NumPy's rule: align at the right; sizes must be equal, or one of them 1. */
export function broadcastShapes(a: readonly number[], b: readonly number[], where: string): number[] {
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const x = i <= a.length ? a[a.length - i] : 1;
    const y = i <= b.length ? b[b.length - i] : 1;
    if (x !== y && x !== 1 && y !== 1)
      throw new ShapeError(
        `${where}: shapes ${shapeText(a)} and ${shapeText(b)} do not broadcast: ` +
          `counted from the right, dimension ${i} is ${x} in one and ${y} in the other. ` +
          "Sizes must be equal, or one of them 1; reshape or transpose one operand.",
      );
    out[rank - i] = x === 1 ? y : x;
  }
  return out;
}

/** Strides that read a tensor of `shape` and `strides` as if it had the larger shape `to`. */
export function broadcastStrides(
  shape: readonly number[],
  strides: readonly number[],
  to: readonly number[],
): number[] {
  const lead = to.length - shape.length;
  return to.map((n, i) => (i < lead || (shape[i - lead] === 1 && n !== 1) ? 0 : strides[i - lead]));
}
