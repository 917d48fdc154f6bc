/**
 * Arithmetic on shapes: sizes, row-major strides, axes counted from the end, NumPy broadcasting.
 */

import { ArgumentError, ShapeError, shapeText } from "./errors.ts";

/**
 * How many elements a shape holds: the product of its sizes, 1 for a scalar.
 * @example
 * ```ts
 * sizeOf([2, 3]); // → 6
 * ```
 */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i];
  return size;
}

/**
 * Row-major strides, in elements.
 * @example
 * ```ts
 * stridesOf([2, 3]); // → [ 3, 1 ]
 * ```
 */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i];
  }
  return strides;
}

/**
 * Whether two shapes are equal, size by size.
 * @example
 * ```ts
 * sameShape([2, 3], [3, 2]); // → false
 * ```
 */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * `axis` counted from the end when negative; throws when the tensor has no such axis.
 * @example
 * ```ts
 * normalizeAxis(-1, 3, "example"); // → 2
 * ```
 */
export function normalizeAxis(axis: number, rank: number, where: string): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || at < 0 || at >= rank)
    throw new ArgumentError(
      `${where}: axis ${axis} is out of range for a tensor of ${rank} ${rank === 1 ? "dimension" : "dimensions"}` +
        (rank === 0 ? "." : `; give an integer from ${-rank} to ${rank - 1}.`),
    );
  return at;
}

/**
 * The given axes, sorted and without repetition; all axes when none are given.
 * @example
 * ```ts
 * normalizeAxes([-1, 0], 3, "example"); // → [ 0, 2 ]
 * ```
 */
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

/**
 * NumPy's rule: align at the right; sizes must be equal, or one of them 1.
 * @throws ShapeError when they do not fit, naming `where`.
 * @example
 * ```ts
 * broadcastShapes([5, 1, 3], [4, 1], "example"); // → [ 5, 4, 3 ]
 * ```
 */
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

/**
 * Strides that read a tensor of `shape` and `strides` as if it had the larger shape `to`.
 * @example
 * ```ts
 * broadcastStrides([3], [1], [2, 3]); // → [ 0, 1 ]
 * ```
 */
export function broadcastStrides(
  shape: readonly number[],
  strides: readonly number[],
  to: readonly number[],
): number[] {
  const lead = to.length - shape.length;
  return to.map((n, i) => (i < lead || (shape[i - lead] === 1 && n !== 1) ? 0 : strides[i - lead]));
}
