/**
 * NumPy's files: one array (.npy), or several by name in a zip archive (.npz).
 *
 * An .npy is the bytes \x93NUMPY, a version, the length of a header such as
 * {'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }, then the values
 * (numpy.lib.format in NumPy's documentation).
 */

import { unzipSync, zipSync } from "fflate";
import { allocate, type DType } from "./dtype.ts";
import { ArgumentError } from "./errors.ts";
import { sizeOf, stridesOf } from "./shape.ts";
import { Tensor } from "./tensor.ts";

const CODES: Record<DType, string> = { float64: "<f8", float32: "<f4", int32: "<i4", bool: "|b1" };

/**
 * The bytes of an .npy file.
 * @example
 * ```ts
 * encodeNpy(tensor([1, 2])).length; // → 144
 * ```
 */
export function encodeNpy(t: Tensor): Uint8Array {
  const shape = t.shape.length === 1 ? `${t.shape[0]},` : t.shape.join(", ");
  const header = `{'descr': '${CODES[t.dtype]}', 'fortran_order': False, 'shape': (${shape}), }`;
  const length = Math.ceil((header.length + 11) / 64) * 64 - 10;
  const values = t.values();
  const out = new Uint8Array(10 + length + values.byteLength);
  out.set([0x93, 78, 85, 77, 80, 89, 1, 0, length & 255, length >> 8]);
  out.set(new TextEncoder().encode(`${header.padEnd(length - 1)}\n`), 10);
  out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 10 + length);
  return out;
}

type Read = (v: DataView, at: number) => number;

/** The number of a half-precision pattern: a sign, 5 bits of exponent, 10 of fraction (IEEE 754). */
function half(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** Element readers by kind and size; `little` is the byte order. */
function reader(code: string): { dtype: DType; size: number; read: Read } | null {
  const little = code[0] !== ">";
  const table: Record<string, [DType, number, Read]> = {
    f8: ["float64", 8, (v, at) => v.getFloat64(at, little)],
    f4: ["float32", 4, (v, at) => v.getFloat32(at, little)],
    f2: ["float32", 2, (v, at) => half(v.getUint16(at, little))],
    i8: ["int32", 8, (v, at) => Number(v.getBigInt64(at, little))],
    i4: ["int32", 4, (v, at) => v.getInt32(at, little)],
    i2: ["int32", 2, (v, at) => v.getInt16(at, little)],
    i1: ["int32", 1, (v, at) => v.getInt8(at)],
    u8: ["int32", 8, (v, at) => Number(v.getBigUint64(at, little))],
    u4: ["int32", 4, (v, at) => v.getUint32(at, little)],
    u2: ["int32", 2, (v, at) => v.getUint16(at, little)],
    u1: ["int32", 1, (v, at) => v.getUint8(at)],
    b1: ["bool", 1, (v, at) => (v.getUint8(at) === 0 ? 0 : 1)],
  };
  const found = Object.hasOwn(table, code.slice(1)) ? table[code.slice(1)] : undefined;
  return found ? { dtype: found[0], size: found[1], read: found[2] } : null;
}

/**
 * The array of an .npy file's bytes; integers of other widths become int32, half precision becomes float32.
 * @throws ArgumentError for other formats, object arrays, and integers that do not fit
 * @example
 * ```ts
 * decodeNpy(encodeNpy(tensor([1, 2]))); // → tensor([1, 2], shape=[2], float64)
 * ```
 */
export function decodeNpy(bytes: Uint8Array): Tensor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || bytes[0] !== 0x93 || String.fromCharCode(...bytes.subarray(1, 6)) !== "NUMPY")
    throw new ArgumentError("decodeNpy: these bytes are not an .npy file (it begins with \\x93NUMPY).");
  const wide = bytes[6] >= 2;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const start = (wide ? 12 : 10) + length;
  const header = new TextDecoder().decode(bytes.slice(wide ? 12 : 10, start));
  const descr = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const sizes = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  const kind = descr ? reader(descr) : null;
  if (!kind || sizes === undefined)
    throw new ArgumentError(
      `decodeNpy: arrays of type ${descr ?? "object"} cannot be read; save numbers or booleans.`,
    );
  const words = sizes.split(",").map((word) => word.trim());
  if (words.at(-1) === "") words.pop(); // (3,) and ()
  if (!words.every((word) => /^\d{1,15}$/.test(word)))
    throw new ArgumentError(`decodeNpy: the shape (${sizes.slice(0, 100)}) is not a list of sizes.`);
  const shape = words.map(Number);
  const size = sizeOf(shape);
  if (bytes.length < start + size * kind.size)
    throw new ArgumentError(
      `decodeNpy: the file is cut off: shape [${shape.join(", ")}] needs ${size * kind.size} bytes.`,
    );
  const data = allocate(kind.dtype, size);
  for (let i = 0, at = start; i < size; i++, at += kind.size) {
    const value = kind.read(view, at);
    data[i] = value;
    if (kind.dtype === "int32" && data[i] !== value)
      throw new ArgumentError(
        `decodeNpy: the integer ${value} does not fit int32, the widest integer type here.`,
      );
  }
  if (!/'fortran_order':\s*True/.test(header)) return new Tensor(data, shape, kind.dtype);
  return new Tensor(data, shape, kind.dtype, stridesOf(shape.toReversed()).reverse()).copy();
}

/**
 * The bytes of an uncompressed .npz archive, as numpy.savez writes it.
 * @example
 * ```ts
 * Object.keys(decodeNpz(encodeNpz({ X: ones([2, 2]), y: zeros([2]) }))); // → [ 'X', 'y' ]
 * ```
 */
export function encodeNpz(tensors: Record<string, Tensor>): Uint8Array {
  return zipSync(
    Object.fromEntries(Object.entries(tensors).map(([name, t]) => [`${name}.npy`, encodeNpy(t)])),
    { level: 0 },
  );
}

/**
 * The arrays of an .npz archive by name, compressed or not.
 * @throws ArgumentError when the bytes are no whole archive, or an array in it cannot be read
 * @example
 * ```ts
 * decodeNpz(encodeNpz({ y: zeros([2]) })).y; // → tensor([0, 0], shape=[2], float64)
 * ```
 */
export function decodeNpz(bytes: Uint8Array): Record<string, Tensor> {
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, { filter: ({ name }) => name.endsWith(".npy") });
  } catch (cause) {
    throw new ArgumentError(
      "decodeNpz: these bytes are no whole .npz archive: they are damaged, cut off or another format.",
      { cause },
    );
  }
  return Object.fromEntries(
    Object.entries(files)
      .filter(([name]) => name.endsWith(".npy"))
      .map(([name, content]) => [name.slice(0, -4), decodeNpy(content)]),
  );
}
