/**
 * Making tensors from numbers, arrays and typed arrays.
 */

import { allocate, type DType, dtypeOf, type TypedArray } from "./dtype.ts";
import { ArgumentError, DTypeError, ShapeError, shapeText } from "./errors.ts";
import { sizeOf } from "./shape.ts";
import { type Nested, Tensor } from "./tensor.ts";
import type { Reshaped, Shape } from "./types.ts";

/** Settings of the functions that make tensors. */
export interface TensorOptions {
  /** Element type; by default float64 for numbers, bool for booleans, or that of a typed array. */
  dtype?: DType;
}

/**
 * A tensor from a number, (nested) arrays, or a typed array with a shape.
 * @throws ShapeError when rows differ in length or the shape does not hold the data.
 * @example
 * ```ts
 * tensor([[1, 2], [3, 4]]);
 * tensor(new Float32Array(6), [2, 3]).dtype; // → float32
 * ```
 */
export function tensor<const S extends readonly number[]>(
  data: ArrayBufferView | readonly number[],
  shape: S,
  options?: TensorOptions,
): Tensor<Reshaped<S>>;
export function tensor(data: Nested | ArrayBufferView | readonly unknown[], options?: TensorOptions): Tensor;
export function tensor(
  data: any,
  shapeOrOptions?: readonly number[] | TensorOptions,
  maybe?: TensorOptions,
): Tensor {
  const given = Array.isArray(shapeOrOptions) ? (shapeOrOptions as number[]) : undefined;
  const options = (given ? maybe : (shapeOrOptions as TensorOptions | undefined)) ?? {};
  if (ArrayBuffer.isView(data)) return fromTyped(data, given, options);
  const shape: number[] = [];
  for (let row = data; Array.isArray(row); row = row[0]) shape.push(row.length);
  const flat: (number | boolean)[] = [];
  collect(data, shape, 0, flat);
  const dtype = options.dtype ?? (flat.length > 0 && typeof flat[0] === "boolean" ? "bool" : "float64");
  return new Tensor(stored(flat, dtype), checkShape(given ?? shape, flat.length), dtype);
}

/** Numbers as the elements of a dtype; int32 truncates fractions but refuses what it cannot hold. */
function stored(values: ArrayLike<number | boolean>, dtype: DType): TypedArray {
  const out = allocate(dtype, values.length);
  for (let i = 0; i < values.length; i++) {
    const x = Number(values[i]);
    out[i] = dtype === "bool" ? (x ? 1 : 0) : x;
    if (dtype === "int32" && out[i] !== Math.trunc(x))
      throw new ArgumentError(
        `tensor(): ${x} at flat position ${i} does not fit int32 (−2³¹ to 2³¹ − 1); use float64.`,
      );
  }
  return out;
}

/** What becomes of typed arrays whose element type is not kept. Uint32 may exceed int32. */
const OTHERS: Record<string, DType> = {
  Int8Array: "int32",
  Uint8Array: "int32",
  Uint8ClampedArray: "int32",
  Buffer: "int32",
  Int16Array: "int32",
  Uint16Array: "int32",
  Float16Array: "float32",
};

function fromTyped(data: ArrayBufferView, given: number[] | undefined, options: TensorOptions): Tensor {
  if (data instanceof DataView || data instanceof BigInt64Array || data instanceof BigUint64Array)
    throw new DTypeError(
      `tensor(): a ${data.constructor.name} holds no numbers that a tensor keeps; convert it first, ` +
        "e.g. Float64Array.from(data, Number).",
    );
  // Bytes are numbers, as in NumPy; a mask is made of booleans or asks for bool.
  const kind = data instanceof Uint8Array && options.dtype !== "bool" ? undefined : dtypeOf(data);
  const values = data as TypedArray;
  const dtype = options.dtype ?? kind ?? OTHERS[data.constructor.name] ?? "float64";
  const shape = checkShape(given ?? [values.length], values.length);
  if (dtype === kind && dtype !== "bool") return new Tensor(values, shape, dtype);
  return new Tensor(stored(values, dtype), shape, dtype);
}

function collect(data: any, shape: number[], d: number, flat: (number | boolean)[]): void {
  if (d === shape.length) {
    if (typeof data !== "number" && typeof data !== "boolean")
      throw new ArgumentError(
        `tensor(): expected a number at depth ${d} but found ${Array.isArray(data) ? "an array" : typeof data}; ` +
          "rows must all have the same length and depth.",
      );
    flat.push(data);
    return;
  }
  if (!Array.isArray(data) || data.length !== shape[d])
    throw new ShapeError(
      `tensor(): rows differ in length: expected ${shape[d]} elements in dimension ${d}, ` +
        `found ${Array.isArray(data) ? data.length : typeof data}. Pad the shorter rows or split the data.`,
    );
  for (const row of data) collect(row, shape, d + 1, flat);
}

/** Refuses what is not a shape: an array of non-negative integers. */
export function checkSizes(shape: readonly number[]): readonly number[] {
  if (!Array.isArray(shape))
    throw new ShapeError(`A shape is an array of sizes, such as [${shape}]; got ${shape} alone.`);
  for (const n of shape)
    if (!Number.isInteger(n) || n < 0)
      throw new ShapeError(`A shape is made of non-negative integers; got ${shapeText(shape)}.`);
  return shape;
}

function checkShape(shape: readonly number[], size: number): readonly number[] {
  checkSizes(shape);
  if (sizeOf(shape) !== size)
    throw new ShapeError(
      `Shape ${shapeText(shape)} holds ${sizeOf(shape)} elements, but ${size} were given.`,
    );
  return shape;
}

/**
 * A tensor of the given shape with every entry `value`; float64 unless told.
 * @throws ShapeError for negative or fractional sizes.
 * @example
 * ```ts
 * full([2, 2], 7); // → [[7,7],[7,7]]
 * ```
 */
export function full<const S extends Shape = any>(
  shape: S,
  value: number,
  options: TensorOptions = {},
): Tensor<Reshaped<S>> {
  const dims = shape as unknown as readonly number[];
  const dtype = options.dtype ?? "float64";
  if (typeof value !== "number" && typeof value !== "boolean")
    throw new ArgumentError(`full(): the value must be a number; got ${typeof value}.`);
  const data = allocate(dtype, sizeOf(checkSizes(dims)));
  if (value !== 0) data.fill(value);
  return new Tensor(data, dims, dtype);
}

/**
 * Zeros of the given shape; float64 unless told.
 * @throws ShapeError for negative or fractional sizes.
 * @example
 * ```ts
 * zeros([2, 2]); // → [[0,0],[0,0]]
 * ```
 */
export function zeros<const S extends Shape = any>(
  shape: S,
  options: TensorOptions = {},
): Tensor<Reshaped<S>> {
  return full(shape, 0, options);
}

/**
 * Ones of the given shape; float64 unless told.
 * @throws ShapeError for negative or fractional sizes.
 * @example
 * ```ts
 * ones([3], { dtype: "int32" }); // → tensor([1, 1, 1], shape=[3], int32)
 * ```
 */
export function ones<const S extends Shape = any>(
  shape: S,
  options: TensorOptions = {},
): Tensor<Reshaped<S>> {
  return full(shape, 1, options);
}

/**
 * Zeros of another tensor's shape and dtype.
 * @example
 * ```ts
 * zerosLike(tensor([1, 2])); // → tensor([0, 0], shape=[2], float64)
 * ```
 */
export function zerosLike(t: Tensor): Tensor {
  return full(t.shape, 0, { dtype: t.dtype });
}

/**
 * Ones of another tensor's shape and dtype.
 * @example
 * ```ts
 * onesLike(tensor([1, 2])); // → tensor([1, 1], shape=[2], float64)
 * ```
 */
export function onesLike(t: Tensor): Tensor {
  return full(t.shape, 1, { dtype: t.dtype });
}

/**
 * The identity matrix, or its rectangular form with `columns`.
 * @example
 * ```ts
 * eye(2, 3); // → [[1,0,0],[0,1,0]]
 * ```
 */
export function eye(rows: number, columns = rows, options: TensorOptions = {}): Tensor {
  const out = full([rows, columns], 0, options);
  for (let i = 0; i < Math.min(rows, columns); i++) out.data[i * columns + i] = 1;
  return out;
}

/**
 * start, start + step, … below stop (or above, for a negative step), as NumPy's arange.
 * @throws ArgumentError when the step is 0.
 * @example
 * ```ts
 * arange(1, 8, 3); // → tensor([1, 4, 7], shape=[3], float64)
 * ```
 */
export function arange(start: number, stop?: number, step = 1, options: TensorOptions = {}): Tensor {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  if (step === 0) throw new ArgumentError("arange(): step must not be 0.");
  const n = Math.max(0, Math.ceil((to - from) / step));
  const out = full([n], 0, options);
  for (let i = 0; i < n; i++) out.data[i] = from + i * step;
  return out;
}

/**
 * `count` evenly spaced numbers from `start` to `stop`, both included.
 * @example
 * ```ts
 * linspace(0, 1, 3); // → tensor([0.0, 0.5, 1.0], shape=[3], float64)
 * ```
 */
export function linspace(start: number, stop: number, count = 50, options: TensorOptions = {}): Tensor {
  const out = full([count], 0, options);
  for (let i = 0; i < count; i++)
    out.data[i] = count === 1 ? start : start + ((stop - start) * i) / (count - 1);
  return out;
}

/**
 * One row a label, with a 1 in the label's column.
 * @throws ArgumentError for a label that is not an integer from 0 to classes − 1.
 * @example
 * ```ts
 * oneHot([2, 0], 3); // → [[0,0,1],[1,0,0]]
 * ```
 */
export function oneHot(
  labels: Tensor | readonly number[],
  classes: number,
  options: TensorOptions = {},
): Tensor {
  if (!Number.isInteger(classes) || classes < 1)
    throw new ArgumentError(`oneHot(): the number of classes must be a positive integer; got ${classes}.`);
  const list = labels instanceof Tensor ? labels.values() : labels;
  const out = full([list.length, classes], 0, options);
  for (let i = 0; i < list.length; i++) {
    const c = list[i];
    if (!Number.isInteger(c) || c < 0 || c >= classes)
      throw new ArgumentError(
        `oneHot(): label ${c} at position ${i} is not an integer from 0 to ${classes - 1}.`,
      );
    out.data[i * classes + c] = 1;
  }
  return out;
}
