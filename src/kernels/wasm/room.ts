/**
 * Memory for one eager call of a kernel: operands copied in, results copied out.
 */

import { Buffer } from "node:buffer";
import type { TypedArray } from "../../tensor/index.ts";
import type { Engine } from "./engine.ts";

/** Addresses of regions of the given sizes in bytes, one after the other, each aligned; valid until the next call. */
export function regions(e: Engine, ...bytes: number[]): number[] {
  const sizes = bytes.map((b) => (b + 63) & ~63);
  let at = e.scratch(sizes.reduce((a, b) => a + b, 0));
  return sizes.map((s) => {
    const here = at;
    at += s;
    return here;
  });
}

/** From so many bytes on, a copy by Node is worth the two views that it takes. */
const LARGE = 32768;

/**
 * Fills an array from another one of the same length. V8 copies memory that is shared word by word; Node's
 * buffers are copied by the C library, in cache about twice as fast.
 */
export function copyArray(from: TypedArray, to: TypedArray): void {
  const alike = from.byteLength === to.byteLength && from.constructor === to.constructor;
  if (Buffer && alike && from.byteLength >= LARGE) bytesOf(from).copy(bytesOf(to));
  else to.set(from);
}

function bytesOf(a: TypedArray): Buffer {
  return Buffer.from(a.buffer as ArrayBuffer, a.byteOffset, a.byteLength);
}

/** Copies an array to an address, as numbers of the given width. */
export function copyIn(e: Engine, values: TypedArray, address: number, wide: boolean): void {
  const { buffer } = e.arena.memory;
  const type = wide ? Float64Array : Float32Array;
  copyArray(values, new type(buffer, address, values.length));
}

/** Fills an array of floats from an address. */
export function copyOut(e: Engine, address: number, to: TypedArray): void {
  const { buffer } = e.arena.memory;
  const type = to instanceof Float64Array ? Float64Array : Float32Array;
  copyArray(new type(buffer, address, to.length), to);
}
