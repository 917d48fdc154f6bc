/**
 * The one memory that WebAssembly kernels and compiled plans work in, and who owns which part of it.
 *
 * It is shared memory: growing it leaves typed arrays over it valid, so a parameter can live there for
 * good. Blocks are handed out first fit and given back by hand or when the typed array over them is
 * collected.
 */

import type { DType, TypedArray } from "../../tensor/index.ts";
import { NumericalError } from "../../tensor/index.ts";

export const PAGE = 65536;
/** Everything below belongs to the kernels' own constants. */
const FIRST = PAGE;
const ALIGN = 64;

export interface Block {
  address: number;
  bytes: number;
}

function create(): { memory: WebAssembly.Memory; maximum: number } {
  // The address space is only reserved; machines that refuse so much get a smaller ceiling.
  for (let maximum = PAGE; maximum > 256; maximum /= 2) {
    try {
      return { memory: new WebAssembly.Memory({ initial: 64, maximum, shared: true }), maximum };
    } catch (error) {
      if (maximum === 512) throw error;
    }
  }
  throw new NumericalError("No WebAssembly memory can be had on this machine.");
}

/** Hands out blocks of one WebAssembly memory. */
export class Arena {
  readonly memory: WebAssembly.Memory;
  readonly maximumPages: number;
  /** Free blocks by ascending address; neighbours are always joined. */
  #free: Block[] = [];
  #end = FIRST;
  /** Bytes handed out and not given back. */
  used = 0;

  constructor() {
    const { memory, maximum } = create();
    this.memory = memory;
    this.maximumPages = maximum;
  }

  /** A block of at least the given size, aligned to 64 bytes; its contents are whatever was there. */
  allocate(bytes: number): Block {
    const size = Math.max(ALIGN, Math.ceil(bytes / ALIGN) * ALIGN);
    this.used += size;
    const at = this.#free.findIndex((b) => b.bytes >= size);
    if (at >= 0) {
      const found = this.#free[at];
      const block = { address: found.address, bytes: size };
      if (found.bytes === size) this.#free.splice(at, 1);
      else this.#free[at] = { address: found.address + size, bytes: found.bytes - size };
      return block;
    }
    const block = { address: this.#end, bytes: size };
    this.#end += size;
    this.#reach(this.#end);
    return block;
  }

  release(block: Block): void {
    this.used -= block.bytes;
    let at = this.#free.findIndex((b) => b.address > block.address);
    if (at < 0) at = this.#free.length;
    this.#free.splice(at, 0, { ...block });
    for (let i = Math.max(0, at - 1); i < Math.min(this.#free.length - 1, at + 1); )
      if (this.#free[i].address + this.#free[i].bytes === this.#free[i + 1].address) {
        this.#free[i].bytes += this.#free[i + 1].bytes;
        this.#free.splice(i + 1, 1);
      } else i++;
  }

  #reach(end: number): void {
    const pages = Math.ceil(end / PAGE);
    const have = this.memory.buffer.byteLength / PAGE;
    if (pages <= have) return;
    if (pages > this.maximumPages)
      throw new NumericalError(
        `The WebAssembly memory is full: ${Math.round(end / 1e6)} MB are wanted, ${this.maximumPages / 16} MB is the most. ` +
          "Use smaller batches, or let go of compiled functions you no longer need.",
      );
    // Growing by half keeps the number of growths logarithmic.
    this.memory.grow(Math.min(this.maximumPages, Math.max(pages, have + (have >> 1))) - have);
  }

  /** A typed array over a block. */
  view(dtype: DType, address: number, size: number): TypedArray {
    const buffer = this.memory.buffer;
    switch (dtype) {
      case "float64":
        return new Float64Array(buffer, address, size);
      case "float32":
        return new Float32Array(buffer, address, size);
      case "int32":
        return new Int32Array(buffer, address, size);
      case "bool":
        return new Uint8Array(buffer, address, size);
    }
  }
}
