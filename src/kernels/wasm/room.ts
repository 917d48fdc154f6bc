/**
 * Memory for one eager call of a kernel: operands copied in, results copied out.
 */

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

/** Copies an array to an address, as numbers of the given width. */
export function copyIn(e: Engine, values: TypedArray, address: number, wide: boolean): void {
  const { buffer } = e.arena.memory;
  if (wide) new Float64Array(buffer, address, values.length).set(values);
  else new Float32Array(buffer, address, values.length).set(values);
}

/** Fills an array of floats from an address. */
export function copyOut(e: Engine, address: number, to: TypedArray): void {
  const { buffer } = e.arena.memory;
  if (to instanceof Float64Array) to.set(new Float64Array(buffer, address, to.length));
  else to.set(new Float32Array(buffer, address, to.length));
}
