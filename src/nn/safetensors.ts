/**
 * Tensors by name in the safetensors format, so that weights travel to and from PyTorch.
 *
 * The file: 8 bytes little-endian length of a JSON header, the header {name: {dtype, shape, data_offsets}},
 * then the values, row-major and little-endian (https://github.com/huggingface/safetensors).
 */

import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { ArgumentError, allocate, type DType, sizeOf, Tensor } from "../tensor/index.ts";
import type { StateDict } from "./module.ts";

const CODES: Record<DType, string> = { float64: "F64", float32: "F32", int32: "I32", bool: "BOOL" };

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/**
 * The bytes of a safetensors file holding these tensors, with an optional table of strings.
 * @example
 * ```ts
 * const bytes = encodeSafetensors({ w: tensor([1, 2]) }, { made: "today" });
 * decodeSafetensors(bytes).w; // → tensor([1, 2], shape=[2], float64)
 * ```
 */
export function encodeSafetensors(tensors: StateDict, metadata?: Record<string, string>): Uint8Array {
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
  const parts: Uint8Array[] = [];
  let at = 0;
  // Wider elements first keep every tensor aligned to its own element size.
  const width = (t: Tensor): number => t.data.BYTES_PER_ELEMENT;
  for (const [name, t] of Object.entries(tensors).sort(([, a], [, b]) => width(b) - width(a))) {
    const bytes = littleEndian(t);
    header[name] = { dtype: CODES[t.dtype], shape: t.shape, data_offsets: [at, at + bytes.length] };
    parts.push(bytes);
    at += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil((json.length + 8) / 8) * 8 - 8;
  const out = new Uint8Array(8 + padded + at);
  new DataView(out.buffer).setBigUint64(0, BigInt(padded), true);
  out.fill(32, 8 + json.length, 8 + padded);
  out.set(json, 8);
  let to = 8 + padded;
  for (const p of parts) {
    out.set(p, to);
    to += p.length;
  }
  return out;
}

function littleEndian(t: Tensor): Uint8Array {
  const values = t.values();
  const out = new Uint8Array(values.byteLength);
  out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return out;
}

type Reader = { dtype: DType; bytes: number; read: (v: DataView, at: number) => number };
const half = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
};
const word = new DataView(new ArrayBuffer(4));
const brain = (bits: number): number => {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
};

/** How each element type of the format is read; types gradlab does not keep are widened. */
const READERS: Record<string, Reader> = {
  F64: { dtype: "float64", bytes: 8, read: (v, at) => v.getFloat64(at, true) },
  F32: { dtype: "float32", bytes: 4, read: (v, at) => v.getFloat32(at, true) },
  F16: { dtype: "float32", bytes: 2, read: (v, at) => half(v.getUint16(at, true)) },
  BF16: { dtype: "float32", bytes: 2, read: (v, at) => brain(v.getUint16(at, true)) },
  I64: { dtype: "int32", bytes: 8, read: (v, at) => integer(v.getBigInt64(at, true)) },
  I32: { dtype: "int32", bytes: 4, read: (v, at) => v.getInt32(at, true) },
  I16: { dtype: "int32", bytes: 2, read: (v, at) => v.getInt16(at, true) },
  I8: { dtype: "int32", bytes: 1, read: (v, at) => v.getInt8(at) },
  U8: { dtype: "int32", bytes: 1, read: (v, at) => v.getUint8(at) },
  BOOL: { dtype: "bool", bytes: 1, read: (v, at) => v.getUint8(at) },
};

function integer(value: bigint): number {
  const n = Number(value);
  if (n > 2147483647 || n < -2147483648)
    throw new ArgumentError(
      `safetensors: the integer ${value} does not fit int32, the widest integer type here.`,
    );
  return n;
}

function readHeader(bytes: Uint8Array): { header: Record<string, Entry>; length: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length >= 8 ? Number(view.getBigUint64(0, true)) : Number.POSITIVE_INFINITY;
  if (length > bytes.length - 8)
    throw new ArgumentError(
      "safetensors: the file is shorter than its header says; it is cut off or another format.",
    );
  let header: Record<string, Entry>;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.slice(8, 8 + length)));
  } catch {
    throw new ArgumentError("safetensors: the header is not JSON; is this a safetensors file?");
  }
  if (!isRecord(header))
    throw new ArgumentError("safetensors: the header is not a table of tensors; is this a safetensors file?");
  return { header, length };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** An entry of the header whose every part is of its kind. */
function checkEntry(name: string, entry: unknown): asserts entry is Entry {
  const { dtype, shape, data_offsets } = isRecord(entry) ? entry : {};
  const sizes = Array.isArray(shape) && shape.every(isSize);
  const offsets = Array.isArray(data_offsets) && data_offsets.length === 2 && data_offsets.every(isSize);
  if (typeof dtype !== "string" || !sizes || !offsets)
    throw new ArgumentError(
      `safetensors: ${name} needs dtype, shape and data_offsets (two whole numbers); the header has ${JSON.stringify(entry).slice(0, 200)}.`,
    );
}

/** The table of strings that came with the tensors. */
export function safetensorsMetadata(bytes: Uint8Array): Record<string, string> {
  return (readHeader(bytes).header.__metadata__ as unknown as Record<string, string> | undefined) ?? {};
}

/**
 * The tensors of a safetensors file's bytes.
 * @throws ArgumentError when the header or a tensor's extent does not make sense
 * @example
 * ```ts
 * decodeSafetensors(encodeSafetensors({ w: tensor([1, 2]) })).w; // → tensor([1, 2], shape=[2], float64)
 * decodeSafetensors(new Uint8Array(3)); // throws ArgumentError
 * ```
 */
export function decodeSafetensors(bytes: Uint8Array): StateDict {
  const { header, length } = readHeader(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out: StateDict = {};
  const entries = Object.entries(header).filter(([name]) => name !== "__metadata__");
  for (const [name, entry] of entries) checkEntry(name, entry);
  for (const [name, { dtype, shape, data_offsets }] of entries.sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0],
  )) {
    const reader = Object.hasOwn(READERS, dtype) ? READERS[dtype] : undefined;
    if (!reader)
      throw new ArgumentError(`safetensors: ${name} has the element type ${dtype}, which cannot be read.`);
    const size = sizeOf(shape);
    const [from, to] = data_offsets;
    if (to - from !== size * reader.bytes || 8 + length + to > bytes.length)
      throw new ArgumentError(
        `safetensors: ${name} of shape [${shape.join(", ")}] takes ${size * reader.bytes} bytes, but the file gives it ${to - from}.`,
      );
    const data = allocate(reader.dtype, size);
    for (let i = 0, at = 8 + length + from; i < size; i++, at += reader.bytes)
      data[i] = reader.read(view, at);
    // A name such as "__proto__" is a name like any other.
    Object.defineProperty(out, name, {
      value: new Tensor(data, shape, reader.dtype),
      ...{ enumerable: true, configurable: true, writable: true },
    });
  }
  return out;
}

/**
 * Writes tensors by name, e.g. `model.stateDict()`, for `safetensors.torch.load_file`.
 * @example
 * ```ts
 * const model = new Linear(2, 1);
 * saveSafetensors("model.safetensors", model.stateDict());
 * Object.keys(loadSafetensors("model.safetensors")).join(", "); // → weight, bias
 * ```
 */
export function saveSafetensors(path: string, tensors: StateDict, metadata?: Record<string, string>): void {
  writeWhole(path, encodeSafetensors(tensors, metadata));
}

/**
 * Reads a safetensors file, e.g. one written by `safetensors.torch.save_file(model.state_dict(), path)`.
 * @example
 * ```ts
 * saveSafetensors("w.safetensors", { w: tensor([1, 2]) });
 * loadSafetensors("w.safetensors").w; // → tensor([1, 2], shape=[2], float64)
 * ```
 */
export function loadSafetensors(path: string): StateDict {
  return decodeSafetensors(readFileSync(path));
}

/** Writes beside the target and renames, so that a cut-off write never leaves half a file. */
export function writeWhole(path: string, bytes: Uint8Array | string): void {
  const beside = `${path}.${process.pid}.part`;
  try {
    writeFileSync(beside, bytes);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
