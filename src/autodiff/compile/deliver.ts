/**
 * The last steps of a plan: results are delivered, then state is updated in place.
 *
 * An update waits until everything that reads the old value has done so; updates that need each other's
 * old values go through copies.
 */

import { denseStrides, rowMajor, type Strided } from "./access.ts";
import type { Value } from "./graph.ts";
import type { Schedule } from "./schedule.ts";
import type { Store } from "./stores.ts";

export interface Delivery {
  value: Value;
  /** Where it goes, row-major. */
  store: Store;
}

const whole = (store: Store): Strided => ({ offset: 0, strides: store.strides });

export function deliver(s: Schedule, outputs: readonly Delivery[], updates: readonly Delivery[]): void {
  for (const { value, store } of outputs) s.write(value, store, whole(store));
  const waiting = updates.map((u) => ({ ...u, reads: reads(s, u.value) }));
  const late: { from: Store; value: Value; to: Store }[] = [];
  while (waiting.length > 0) {
    const free = waiting.findIndex((u) => !waiting.some((w) => w !== u && w.reads.has(u.store)));
    const [u] = waiting.splice(Math.max(free, 0), 1);
    if (free >= 0 && u.reads.get(u.store) !== "moved") s.write(u.value, u.store, whole(u.store));
    else {
      const copy = s.stores.make(u.value.shape, u.store.dtype, rowMajor(u.value.shape));
      s.write(u.value, copy, whole(copy));
      late.push({ from: copy, value: u.value, to: u.store });
    }
  }
  for (const { from, value, to } of late) {
    s.replace(value, from);
    s.write(value, to, whole(to));
  }
}

/** Buffers an expression reads; "moved" where it reads them at other places than it writes. */
function reads(s: Schedule, v: Value): Map<Store, "same" | "moved"> {
  const t = s.terms();
  t.of(v);
  const dense = denseStrides(v.shape, rowMajor(v.shape));
  const out = new Map<Store, "same" | "moved">();
  for (const { store, at } of t.list) {
    if (!store || !at) continue;
    const same = at.offset === 0 && v.shape.every((n, d) => n === 1 || at.strides[d] === dense[d]);
    if (out.get(store) !== "moved") out.set(store, same ? "same" : "moved");
  }
  return out;
}
