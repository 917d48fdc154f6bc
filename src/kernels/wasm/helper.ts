/**
 * A thread that helps with large kernel calls: the same kernels over the same memory.
 */

import { workerData } from "node:worker_threads";
import { READY, ROOM, ROOM_BYTES, type Taker, TICKET, takeParts } from "./control.ts";

export interface HelperData {
  index: number;
  memory: WebAssembly.Memory;
  modules: readonly WebAssembly.Module[];
  control: Int32Array;
}

const { index, memory, modules, control } = workerData as HelperData;
const env = {
  memory,
  abort: (): never => {
    throw new Error("A WebAssembly kernel stopped.");
  },
};
const kernels = Object.assign({}, ...modules.map((m) => new WebAssembly.Instance(m, { env }).exports));
const taker: Taker = { kernels, helps: true, taken: 0 };
const room = (): number => control[ROOM] + index * control[ROOM_BYTES];

/** Looks at the ticket so many times before it sleeps: some tenths of a millisecond. */
const PATIENCE = 20_000;

Atomics.add(control, READY, 1);
let idle = 0;
for (;;) {
  const before = Atomics.load(control, TICKET);
  if (takeParts(control, taker, room)) idle = 0;
  else if (++idle > PATIENCE) {
    Atomics.wait(control, TICKET, before);
    idle = 0;
  }
}
