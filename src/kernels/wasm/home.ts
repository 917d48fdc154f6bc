/**
 * Tensors that live in WebAssembly memory, so that compiled plans read and update them in place.
 *
 * Moving in is invisible: the tensor keeps its identity and values, only its storage changes. The memory
 * is given back when the storage is collected; plans hold on to the storage they use.
 */

import type { Tensor, TypedArray } from "../../tensor/index.ts";
import type { Engine } from "./engine.ts";
import type { Block } from "./memory.ts";

const homes = new WeakMap<TypedArray, Block>();
const returned = new FinalizationRegistry<{ engine: Engine; block: Block }>(({ engine, block }) =>
  engine.arena.release(block),
);

/** Where a tensor's elements begin, dense and row-major; `storage` must be kept alive while that is used. */
export function moveIn(engine: Engine, t: Tensor): { address: number; storage: TypedArray } {
  const known = homes.get(t.data);
  if (known && t.isContiguous)
    return { address: known.address + t.offset * t.data.BYTES_PER_ELEMENT, storage: t.data };
  const values = t.values();
  const block = engine.arena.allocate(values.byteLength);
  const storage = engine.arena.view(t.dtype, block.address, values.length);
  storage.set(values);
  homes.set(storage, block);
  returned.register(storage, { engine, block });
  // A part of a larger storage stays where it is and is copied; a whole tensor moves.
  if (t.isContiguous && t.offset === 0 && t.data.length === t.size)
    (t as { data: TypedArray }).data = storage;
  return { address: block.address, storage };
}

/** Gives a block back when `owner` is collected. */
export function releaseWith(engine: Engine, owner: object, block: Block): void {
  returned.register(owner as TypedArray, { engine, block });
}
