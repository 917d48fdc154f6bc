/**
 * The block of shared memory by which threads tell each other what is to be done.
 *
 * TICKET holds the number of the call and, in its lowest six bits, the next part that nobody has taken.
 * Parts are taken by exchanging it for its successor, so a thread that comes late can never take a part
 * of another call. What a part is may be read once it is taken: it stays until DONE says that helpers have
 * done all of theirs.
 */

import { SPLITS } from "./split.ts";

export const TICKET = 0;
export const DONE = 1;
export const COUNT = 2;
export const KERNEL = 3;
export const FAILED = 4;
/** Where helpers find room of their own, and how many bytes each has. */
export const ROOM = 5;
export const ROOM_BYTES = 6;
/** How many helpers are up. */
export const READY = 7;
/** How many parts of the last call were taken, by whomever. */
export const TAKEN = 8;
const PARTS = 16;
const WIDTH = 20;
/** No call has more parts. */
export const MOST_PARTS = 32;
/** The ticket's lowest bits when nothing is left to take. */
export const CLOSED = 63;
export const CONTROL_INTS = PARTS + MOST_PARTS * WIDTH;

export const KERNELS: readonly string[] = Object.keys(SPLITS);
type Kernel = (...args: number[]) => unknown;

/** Writes what a part is: its arguments but for the last. */
export function writePart(control: Int32Array, part: number, args: readonly number[]): void {
  const at = PARTS + part * WIDTH;
  control[at] = args.length;
  for (let i = 0; i < args.length; i++) control[at + 1 + i] = args[i];
}

/** Who takes parts. */
export interface Taker {
  readonly kernels: Readonly<Record<string, Kernel>>;
  /** Whether others must be told when a part is done; the thread that made the call need not tell itself. */
  readonly helps: boolean;
  /** Parts taken so far, done or broken off. */
  taken: number;
}

/** Takes parts of the call that is open until none is left; `room` gives the last argument of each. Whether any was taken. */
export function takeParts(control: Int32Array, taker: Taker, room: () => number): boolean {
  let any = false;
  for (;;) {
    const ticket = Atomics.load(control, TICKET);
    const part = ticket & CLOSED;
    if (part >= Atomics.load(control, COUNT)) return any;
    if (Atomics.compareExchange(control, TICKET, ticket, ticket + 1) !== ticket) continue;
    // At once: an interrupt of the program strikes between calls and at the ends of loops.
    taker.taken++;
    any = true;
    const at = PARTS + part * WIDTH;
    const args = Array.from(control.subarray(at + 1, at + 1 + control[at]));
    args.push(room());
    const kernel = taker.kernels[KERNELS[control[KERNEL]]];
    if (!taker.helps) {
      kernel(...args);
      continue;
    }
    try {
      kernel(...args);
    } catch {
      Atomics.store(control, FAILED, 1);
    }
    Atomics.add(control, DONE, 1);
    Atomics.notify(control, DONE);
  }
}
