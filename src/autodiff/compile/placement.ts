/**
 * Where everything of a plan lies: one block for temporary buffers, inputs, results, constants and
 * scratch; tensors of the surroundings stay in homes of their own.
 */

import type { Engine } from "../../kernels/wasm/engine.ts";
import type { Block } from "../../kernels/wasm/memory.ts";
import { bytesOf } from "../../tensor/dtype.ts";
import type { TypedArray } from "../../tensor/index.ts";
import { type Argument, markLives, type Step } from "./steps.ts";
import { plan as layOut, type Store } from "./stores.ts";

export class Placement {
  readonly block: Block;
  readonly #engine: Engine;
  readonly #offsets: ReadonlyMap<Store, number>;
  readonly #constants = new Map<unknown, number>();
  readonly #scratch: number;

  /** @param own buffers that keep their contents between calls' steps: inputs and results */
  constructor(engine: Engine, steps: readonly Step[], stores: readonly Store[], own: readonly Store[]) {
    this.#engine = engine;
    markLives(steps);
    const temporary = layOut(stores);
    this.#offsets = temporary.offsets;
    let bytes = temporary.bytes;
    const reserve = (size: number): number => {
      const at = bytes;
      bytes += Math.ceil(size / 64) * 64;
      return at;
    };
    const owned = own.map((store) => ({ store, at: reserve(store.bytes) }));
    const constants: { data: Int32Array | Float32Array | Float64Array; at: number }[] = [];
    let scratch = 0;
    for (const step of steps)
      for (const a of step.kind === "call" ? step.args : []) {
        if (typeof a !== "object") continue;
        if ("scratch" in a) scratch = Math.max(scratch, a.scratch);
        if ("constant" in a) constants.push({ data: a.constant, at: reserve(a.constant.byteLength) });
      }
    const scratchAt = reserve(scratch);
    this.block = engine.arena.allocate(bytes);
    const { address } = this.block;
    this.#scratch = address + scratchAt;
    for (const { store, at } of owned) store.address = address + at;
    for (const { data, at } of constants) {
      const type = data.constructor as Float32ArrayConstructor;
      new type(engine.arena.memory.buffer, address + at, data.length).set(data);
      this.#constants.set(data, address + at);
    }
  }

  address(s: Store): number {
    return s.address ?? this.block.address + (this.#offsets.get(s) as number);
  }

  /** The number a kernel is called with. */
  argument(a: Argument): number {
    if (typeof a === "number") return a;
    if ("scratch" in a) return this.#scratch;
    if ("constant" in a) return this.#constants.get(a.constant) as number;
    return this.address(a.store) + a.offset * bytesOf(a.store.dtype);
  }

  /** A typed array over a buffer, or a part of it. */
  view(s: Store, offset = 0, size = s.bytes / bytesOf(s.dtype)): TypedArray {
    return this.#engine.arena.view(s.dtype, this.address(s) + offset * bytesOf(s.dtype), size);
  }
}
