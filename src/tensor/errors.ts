/**
 * Errors people can act on: each names the operation, the shapes or values met, and what to do.
 */

/** Shapes, axes or sizes that do not fit together. */
export class ShapeError extends Error {
  override name = "ShapeError";
}

/** An element type an operation cannot work with. */
export class DTypeError extends Error {
  override name = "DTypeError";
}

/** An index, axis or argument outside its range. */
export class ArgumentError extends Error {
  override name = "ArgumentError";
}

/** A computation that has no answer in floating point: a singular matrix, a failed iteration. */
export class NumericalError extends Error {
  override name = "NumericalError";
}

/** `[2, 3]`, as shapes are written in every message. */
export function shapeText(shape: readonly (number | string)[]): string {
  return `[${shape.join(", ")}]`;
}
