/**
 * Threads that share the one WebAssembly memory and take parts of large kernel calls.
 *
 * A call is published as a list of parts; this thread and the helpers take the next one each until none
 * is left. A helper that sleeps takes none, and nothing waits for it; where helpers lose their processor in
 * the middle of parts, calls are done alone for a while. Between calls
 * helpers watch for some tenths of a millisecond, then sleep. `GRADLAB_THREADS` says how many threads
 * there are with this one (default: one a processor, at most four; 1 for none).
 */

import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import {
  CLOSED,
  CONTROL_INTS,
  COUNT,
  DONE,
  FAILED,
  KERNEL,
  KERNELS,
  MOST_PARTS,
  READY,
  ROOM,
  ROOM_BYTES,
  TAKEN,
  type Taker,
  TICKET,
  takeParts,
  writePart,
} from "./control.ts";
import type { HelperData } from "./helper.ts";
import type { Arena, Block } from "./memory.ts";
import { roomFor, SPLITS } from "./split.ts";

type Kernel = (...args: number[]) => number;

/** Parts a thread: so many that one without a processor holds up little. */
const PARTS_EACH = 2;
/** How often this thread looks whether the last parts are done before it gives up its processor. */
const PATIENCE = 5000;

/** After waiting for others longer than it worked, this thread works alone for so many calls; then for twice as many. */
const FIRST_PAUSE = 8;
const LONGEST_PAUSE = 1024;

function threads(): number {
  const wanted = Number(process.env.GRADLAB_THREADS ?? "");
  if (Number.isInteger(wanted) && wanted > 0) return Math.min(wanted, 16);
  return Math.min(4, availableParallelism());
}

export class Team {
  readonly #arena: Arena;
  readonly #modules: readonly WebAssembly.Module[];
  readonly #kernels: Readonly<Record<string, Kernel>>;
  readonly #here: Taker;
  readonly #threads = threads();
  #control: Int32Array | null = null;
  #room: Block | null = null;
  #call = 0;
  /** Calls that will be done alone, and how many at least after the next one that was held up. */
  #alone = 0;
  #pause = FIRST_PAUSE;

  constructor(
    arena: Arena,
    modules: readonly WebAssembly.Module[],
    kernels: Readonly<Record<string, Kernel>>,
  ) {
    this.#arena = arena;
    this.#modules = modules;
    this.#kernels = kernels;
    this.#here = { kernels, helps: false, taken: 0 };
  }

  /** How many threads stand ready. */
  get helpers(): number {
    return this.#control === null ? 0 : Atomics.load(this.#control, READY);
  }

  /** Does what the kernel of that name does, with help. */
  run(name: string, args: readonly number[]): void {
    const kernel = this.#kernels[name];
    if (this.#threads > 1 && this.#control === null) this.#gather();
    const control = this.#control;
    if (control === null || this.helpers === 0 || this.#alone > 0) {
      if (this.#alone > 0) this.#alone--;
      kernel(...args);
      return;
    }
    this.#settle(control);
    const parts = SPLITS[name](args, Math.min(MOST_PARTS, PARTS_EACH * this.#threads));
    this.#provide(control, roomFor(this.#kernels, name, args));
    // An interrupt may strike anywhere: until the ticket is out, nothing is taken and nothing waited for.
    control[TAKEN] = 0;
    this.#here.taken = 0;
    parts.forEach((part, i) => {
      writePart(control, i, part);
    });
    control[KERNEL] = KERNELS.indexOf(name);
    control[DONE] = 0;
    control[FAILED] = 0;
    Atomics.store(control, COUNT, parts.length);
    this.#call = (this.#call + 1) & 0xffffff;
    Atomics.store(control, TICKET, this.#call << 6);
    Atomics.notify(control, TICKET);
    const began = performance.now();
    takeParts(control, this.#here, () => args[args.length - 1]);
    const worked = performance.now() - began;
    this.#settle(control);
    this.#judge(worked, performance.now() - began - worked);
    if (control[FAILED]) throw new Error(`The kernel ${name} stopped in another thread.`);
  }

  /** On a busy machine a helper that lost its processor in the middle of a part holds up more than it helps. */
  #judge(worked: number, waited: number): void {
    if (waited <= worked) {
      this.#pause = FIRST_PAUSE;
      return;
    }
    this.#alone = this.#pause;
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
  }

  /** Closes the call that is open, if one is, and waits for the parts of it that are being done. */
  #settle(control: Int32Array): void {
    for (;;) {
      const ticket = Atomics.load(control, TICKET);
      const taken = ticket & CLOSED;
      if (taken === CLOSED) break;
      // After an interrupt there may be parts that nobody has taken: nobody shall.
      if (Atomics.compareExchange(control, TICKET, ticket, ticket | CLOSED) === ticket)
        control[TAKEN] = Math.min(taken, control[COUNT]);
    }
    for (let looks = 0; ; looks++) {
      const done = Atomics.load(control, DONE);
      if (done >= control[TAKEN] - this.#here.taken) return;
      if (looks > PATIENCE) Atomics.wait(control, DONE, done, 5);
    }
  }

  /** Room for each helper's packed panels. */
  #provide(control: Int32Array, bytes: number): void {
    const each = (bytes + 63) & ~63;
    if (this.#room && control[ROOM_BYTES] >= each) return;
    if (this.#room) this.#arena.release(this.#room);
    this.#room = this.#arena.allocate(each * (this.#threads - 1));
    control[ROOM] = this.#room.address;
    control[ROOM_BYTES] = each;
  }

  /** Starts the helpers. They need some tens of milliseconds; until then this thread works alone. */
  #gather(): void {
    const file = new URL("./helper.ts", import.meta.url);
    const block = this.#arena.allocate(CONTROL_INTS * 4);
    const control = new Int32Array(this.#arena.memory.buffer, block.address, CONTROL_INTS).fill(0);
    control[TICKET] = CLOSED;
    this.#control = control;
    if (file.protocol !== "file:" || !existsSync(file)) return;
    for (let index = 0; index < this.#threads - 1; index++) {
      const { memory } = this.#arena;
      const workerData: HelperData = { index, memory, modules: this.#modules, control };
      try {
        new Worker(file, { workerData, execArgv: [] }).on("error", () => {}).unref();
      } catch {
        return;
      }
    }
  }
}
