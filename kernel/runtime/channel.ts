// The runtime's only way out: synchronous writes to one pipe, so that output appears while a loop blocks the
// event loop, stays in order with displays and results, and pushes back when nobody reads (a full pipe blocks
// the writer, so memory stays bounded).
//
// Everything written belongs to a cell. AsyncLocalStorage knows which one, also in timers that fire long after
// the cell has ended.

import { AsyncLocalStorage } from "node:async_hooks";
import { writeSync } from "node:fs";
import { encodeJson, encodeText, Kind } from "./frames.ts";
import type { RuntimeEvent } from "./messages.ts";

export const EVENTS_FD = 4;

const cells = new AsyncLocalStorage<number>();
let latest = 0;

/** Runs `body` on behalf of an execution: all it prints, now or later, goes there. */
export function inCell<T>(cell: number, body: () => T): T {
  latest = cell;
  return cells.run(cell, body);
}

/** The execution on whose behalf this code runs, if any. */
export function ownCell(): number | undefined {
  return cells.getStore();
}

/** The same, or else the latest. */
export function currentCell(): number {
  return cells.getStore() ?? latest;
}

export function writeText(stream: "stdout" | "stderr", text: string | Uint8Array): void {
  if (text.length > 0) writeAll(encodeText(Kind[stream], currentCell(), text));
}

export function emit(event: RuntimeEvent, buffers: readonly Uint8Array[] = [], cell = currentCell()): void {
  writeAll(encodeJson(cell, event, buffers));
}

function writeAll(frame: Buffer): void {
  // The pipe is in blocking mode: one write takes the whole frame unless a signal cuts it short.
  let at = 0;
  while (at < frame.length) {
    try {
      at += writeSync(EVENTS_FD, frame, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}
