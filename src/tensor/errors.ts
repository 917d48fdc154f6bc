/**
 * Errors people can act on: each names the operation, the shapes or values met, and what to do.
 *
 * Their stack begins at the line that called the library and leaves out the frames inside it, because
 * the mistake is in the caller's line and the message already names the operation. To work on the library
 * itself, set GRADLAB_STACK=full.
 */

/** Where the library's own files lie. */
const LIBRARY = new URL("..", import.meta.url).href;
const DEEPEST = 100;
const FULL = globalThis.process?.env?.["GRADLAB_STACK"] === "full";

abstract class LibraryError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    pointAtCaller(this);
  }
}

/** Drops the library's frames, unless there are no others. */
function pointAtCaller(error: Error): void {
  if (typeof Error.captureStackTrace !== "function" || FULL) return;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = DEEPEST;
  Error.captureStackTrace(error, LibraryError);
  Error.stackTraceLimit = limit;
  const text = error.stack;
  const start = text?.indexOf("\n    at ") ?? -1;
  if (text === undefined || start < 0) return;
  const outside = text
    .slice(start + 1)
    .split("\n")
    .filter((frame) => !frame.includes(LIBRARY));
  // What the engine calls on the library's behalf, such as Array.map, comes before the caller's line.
  const first = outside.findIndex((frame) => !frame.endsWith("(<anonymous>)"));
  if (first >= 0) error.stack = `${text.slice(0, start)}\n${outside.slice(first, first + limit).join("\n")}`;
}

/**
 * Shapes, axes or sizes that do not fit together.
 * @example
 * ```ts
 * zeros([2, 3]).matmul(zeros([2, 3]) as Tensor); // throws transpose the right operand
 * ```
 */
export class ShapeError extends LibraryError {}

/**
 * An element type an operation cannot work with.
 * @example
 * ```ts
 * new DTypeError("log: bool") instanceof Error; // → true
 * ```
 */
export class DTypeError extends LibraryError {}

/**
 * An index, axis or argument outside its range.
 * @example
 * ```ts
 * zeros([2]).at(2); // throws index 2 is outside dimension 0 of size 2
 * ```
 */
export class ArgumentError extends LibraryError {}

/**
 * A computation that has no answer in floating point: a singular matrix, a failed iteration.
 * @example
 * ```ts
 * inv(zeros([2, 2])); // throws singular
 * ```
 */
export class NumericalError extends LibraryError {}

// On the prototypes, not as fields: the stack's first line is written before fields are.
for (const [name, type] of Object.entries({ ShapeError, DTypeError, ArgumentError, NumericalError }))
  Object.defineProperty(type.prototype, "name", { value: name, writable: true, configurable: true });

/**
 * `[2, 3]`, as shapes are written in every message.
 * @example
 * ```ts
 * shapeText(["N", 64]); // → [N, 64]
 * ```
 */
export function shapeText(shape: readonly (number | string)[]): string {
  return `[${shape.join(", ")}]`;
}
