/**
 * Buffers of a plan, and which of them share memory.
 */

import { bytesOf } from "../../tensor/dtype.ts";
import type { DType } from "../../tensor/index.ts";
import { denseStrides } from "./access.ts";

/** A value held in memory, dense, with its axes in some order. */
export interface Store {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Axes from outermost to innermost. */
  readonly order: readonly number[];
  readonly strides: readonly number[];
  readonly bytes: number;
  /** Set for buffers that live outside the plan's scratch: parameters, inputs, outputs. */
  address: number | null;
  /** First and last step that touch it. */
  from: number;
  to: number;
}

export class Stores {
  readonly list: Store[] = [];

  make(
    shape: readonly number[],
    dtype: DType,
    order: readonly number[],
    address: number | null = null,
  ): Store {
    const size = shape.reduce((a, b) => a * b, 1);
    const store: Store = {
      id: this.list.length,
      shape,
      dtype,
      order,
      strides: denseStrides(shape, order),
      bytes: size * bytesOf(dtype),
      address,
      from: Number.POSITIVE_INFINITY,
      to: -1,
    };
    this.list.push(store);
    return store;
  }

  /** A row-major buffer outside the scratch area, at an address that may be settled later. */
  external(shape: readonly number[], dtype: DType, address = 0): Store {
    return this.make(shape, dtype, [...shape.keys()], address);
  }
}

/**
 * Offsets of the temporary buffers in one block, so that no two that are alive together overlap.
 * Large buffers are placed first, each at the lowest offset that is free for its whole life.
 * @returns offsets by store, and the size of the block
 */
export function plan(stores: readonly Store[], align = 64): { offsets: Map<Store, number>; bytes: number } {
  const offsets = new Map<Store, number>();
  const placed: { store: Store; start: number; end: number }[] = [];
  let bytes = 0;
  const bySize = stores
    .filter((s) => s.address === null && s.to >= 0)
    .sort((a, b) => b.bytes - a.bytes || a.id - b.id);
  for (const store of bySize) {
    const size = Math.max(align, Math.ceil(store.bytes / align) * align);
    const near = placed
      .filter((p) => p.store.from <= store.to && store.from <= p.store.to)
      .sort((a, b) => a.start - b.start);
    let start = 0;
    for (const p of near) {
      if (start + size <= p.start) break;
      start = Math.max(start, p.end);
    }
    offsets.set(store, start);
    placed.push({ store, start, end: start + size });
    bytes = Math.max(bytes, start + size);
  }
  return { offsets, bytes };
}
