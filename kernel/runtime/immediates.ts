// `setImmediate` for the cells. Node keeps its immediates in a list that is left broken when a termination ends
// one of them: later ones are lost, or every turn of the loop throws. So those of the cells have a queue of
// their own, turned by a message port, whose callbacks may be ended without harm. Node's list then holds nothing
// that an interrupt could hit.

import { AsyncLocalStorage } from "node:async_hooks";
import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers";
import { setImmediate as promised } from "node:timers/promises";
import { promisify } from "node:util";
import { MessageChannel } from "node:worker_threads";
import { currentCell } from "./channel.ts";

class Immediate {
  #run: (() => void) | null;
  #refed = true;

  constructor(run: () => void) {
    this.#run = run;
  }

  run(): void {
    const run = this.#run;
    this.#run = null;
    run?.();
  }

  cancel(): void {
    this.#run = null;
  }

  ref(): this {
    this.#refed = true;
    return this;
  }

  unref(): this {
    this.#refed = false;
    return this;
  }

  hasRef(): boolean {
    return this.#refed;
  }

  [Symbol.dispose](): void {
    this.cancel();
  }
}

/** `failed` is told of what a callback throws, with the cell that it belongs to. */
export function installImmediates(failed: (cell: number, error: unknown) => void): void {
  const queue: Immediate[] = [];
  const { port1, port2 } = new MessageChannel();
  // One message for each, so that one that is ended takes no other with it.
  port1.on("message", () => queue.shift()?.run());

  const setImmediate = (callback: (...args: any[]) => void, ...args: unknown[]): Immediate => {
    if (typeof callback !== "function") throw new TypeError("setImmediate: the callback must be a function");
    const cell = currentCell();
    const run = AsyncLocalStorage.bind(() => {
      try {
        callback(...args);
      } catch (error) {
        failed(cell, error);
      }
    });
    const immediate = new Immediate(run);
    queue.push(immediate);
    port2.postMessage(0);
    return immediate;
  };
  Object.defineProperty(setImmediate, promisify.custom, { value: promised });
  const clearImmediate = (immediate: unknown): void => {
    if (immediate instanceof Immediate) immediate.cancel();
  };
  for (const target of [globalThis, timers]) Object.assign(target, { setImmediate, clearImmediate });
  syncBuiltinESMExports();
}
