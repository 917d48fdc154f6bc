/**
 * The element types a tensor can have, their storage, and how they combine.
 *
 * float64 is the default because derivations are checked by central differences, which need its
 * sixteen digits; float32 is for training, int32 for labels and indices, bool for masks.
 */

import { DTypeError, ShapeError } from "./errors.ts";

export type DType = "float64" | "float32" | "int32" | "bool";
/** What holds the numbers of a tensor: one kind of array a dtype. */
export type TypedArray =
  | Float64Array<ArrayBufferLike>
  | Float32Array<ArrayBufferLike>
  | Int32Array<ArrayBufferLike>
  | Uint8Array<ArrayBufferLike>;

/** Bytes of one element. */
export const bytesOf = (dtype: DType): number => (dtype === "float64" ? 8 : dtype === "bool" ? 1 : 4);

/**
 * Zeroed storage for `size` elements.
 * @example
 * ```ts
 * allocate("int32", 2); // → Int32Array(2) [ 0, 0 ]
 * ```
 */
export function allocate(dtype: DType, size: number): TypedArray {
  try {
    switch (dtype) {
      case "float64":
        return new Float64Array(size);
      case "float32":
        return new Float32Array(size);
      case "int32":
        return new Int32Array(size);
      case "bool":
        return new Uint8Array(size);
    }
  } catch (cause) {
    const bytes = size * bytesOf(dtype);
    throw new ShapeError(
      `A tensor of ${size} elements of ${dtype} needs ${(bytes / 2 ** 30).toPrecision(3)} GiB, which this ` +
        "machine does not give. Work in batches, or with a smaller dtype.",
      { cause },
    );
  }
  throw new DTypeError(`There is no dtype "${dtype}"; use float64, float32, int32 or bool.`);
}

/** Below so many bytes an array of zeros costs less than one without. */
const WORTH_RESERVING = 2048;

/**
 * Storage for `size` elements that hold whatever was in memory: for results that are written from end to end.
 * Zeros would have to be written first, which takes as long as many an operation.
 * @example
 * ```ts
 * reserve("float32", 3).length; // → 3
 * ```
 */
export function reserve(dtype: DType, size: number): TypedArray {
  const bytes = size * bytesOf(dtype);
  // Only Node has memory to give as it is.
  if (!(bytes >= WORTH_RESERVING) || typeof Buffer === "undefined") return allocate(dtype, size);
  let buffer: ArrayBufferLike;
  try {
    ({ buffer } = Buffer.allocUnsafeSlow(bytes));
  } catch {
    return allocate(dtype, size); // which says what is wrong
  }
  if (dtype === "float64") return new Float64Array(buffer);
  if (dtype === "float32") return new Float32Array(buffer);
  return dtype === "int32" ? new Int32Array(buffer) : new Uint8Array(buffer);
}

/** The dtype that a typed array stores; undefined for arrays gradlab does not keep. */
export function dtypeOf(data: ArrayBufferView): DType | undefined {
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Int32Array) return "int32";
  if (data instanceof Uint8Array) return "bool";
  return undefined;
}

const RANK: Record<DType, number> = { bool: 0, int32: 1, float32: 2, float64: 3 };

/**
 * The wider of two dtypes: bool < int32 < float32 < float64 (int32 with float32 stays float32, as in
 * PyTorch).
 * @example
 * ```ts
 * promote("int32", "float32"); // → float32
 * ```
 */
export function promote(a: DType, b: DType): DType {
  return RANK[a] >= RANK[b] ? a : b;
}

/**
 * Whether a dtype is float64 or float32.
 * @example
 * ```ts
 * isFloat("bool"); // → false
 * ```
 */
export function isFloat(dtype: DType): boolean {
  return dtype === "float64" || dtype === "float32";
}

/**
 * The floating dtype in which a real-valued function of `dtype` is computed.
 * @example
 * ```ts
 * toFloat("int32"); // → float64
 * ```
 */
export function toFloat(dtype: DType): DType {
  return isFloat(dtype) ? dtype : "float64";
}
