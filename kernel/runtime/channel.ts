// The runtime's only way out: synchronous writes to one pipe, so that output appears while a loop blocks the
// event loop, stays in order with displays and results, and pushes back when nobody reads (a full pipe blocks
// the writer, so memory stays bounded).
//
// Everything written belongs to a cell. AsyncLocalStorage knows which one, also in timers that fire long after
// the cell has ended.
//
// A flood of printed lines is gathered: beyond some lines in ten milliseconds, text waits until there is enough
// of it, until anything else is written, or until the event loop turns. Should a loop fall silent before that,
// the watcher thread sees the mark in shared memory and has the rest written from within the loop.

import { AsyncLocalStorage } from "node:async_hooks";
import { writeSync } from "node:fs";
import { encodeJson, encodeText, Kind } from "./frames.ts";
import { endGroup } from "./group.ts";
import type { RuntimeEvent } from "./messages.ts";

export const EVENTS_FD = 4;

/** Node's own, not the cells': what is queued here is the kernel's. */
const { setImmediate } = globalThis;

const WINDOW_MS = 10;
const LINES_AT_ONCE = 16;
const MAX_GATHERED = 64 * 1024;

type Stream = "stdout" | "stderr";

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

/** Memory shared with the watcher: 1 while gathered text waits. */
let waiting = new Int32Array(new SharedArrayBuffer(4));

export function shareMark(memory: Int32Array<SharedArrayBuffer>): void {
  waiting = memory;
}

let gathered = "";
let gatheredCell = 0;
let gatheredStream: Stream = "stdout";
let windowStart = 0;
let lines = 0;

export function writeText(stream: Stream, text: string | Uint8Array): void {
  if (text.length === 0) return;
  const cell = currentCell();
  const now = performance.now();
  if (now - windowStart > WINDOW_MS) {
    flush();
    windowStart = now;
    lines = 0;
  }
  if (typeof text !== "string" || ++lines <= LINES_AT_ONCE || text.length > MAX_GATHERED) {
    flush();
    writeAll(encodeText(Kind[stream], cell, text));
    return;
  }
  if (gathered !== "" && (cell !== gatheredCell || stream !== gatheredStream)) flush();
  if (gathered === "") {
    gatheredCell = cell;
    gatheredStream = stream;
    setImmediate(flush);
    Atomics.store(waiting, 0, 1);
    Atomics.notify(waiting, 0);
  }
  gathered += text;
  if (gathered.length > MAX_GATHERED) flush();
}

/** Writes what was gathered. Safe to run at any moment, also from within a cell's loop. */
export function flush(): void {
  if (gathered === "") return;
  const text = gathered;
  gathered = "";
  Atomics.store(waiting, 0, 0);
  writeAll(encodeText(Kind[gatheredStream], gatheredCell, text));
}

export function emit(event: RuntimeEvent, buffers: readonly Uint8Array[] = [], cell = currentCell()): void {
  flush();
  writeAll(encodeJson(cell, event, buffers));
}

function writeAll(frame: Buffer): void {
  // The pipe is in blocking mode: one write takes the whole frame unless a signal cuts it short.
  let at = 0;
  while (at < frame.length) {
    try {
      at += writeSync(EVENTS_FD, frame, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") endGroup(); // the kernel process is gone, and with it the reason for all of this
      if (code !== "EAGAIN") throw error;
    }
  }
}
