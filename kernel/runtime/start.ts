// Puts the runtime together: pipe 3 brings commands, 4 takes events and output away, 5 belongs to the watcher
// thread.

import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { MessageChannel, Worker } from "node:worker_threads";
import { hideCompileCache } from "./cache.ts";
import { currentCell, emit, flush, shareMark } from "./channel.ts";
import { receiveComm } from "./comms.ts";
import { installConsole } from "./console.ts";
import { execute, startSession, uncaught } from "./evaluate.ts";
import { decodeJson, FrameReader } from "./frames.ts";
import { installGlobals } from "./globals.ts";
import { installImmediates } from "./immediates.ts";
import { interrupt } from "./interrupt.ts";
import { startLoader } from "./load.ts";
import type { Command } from "./messages.ts";
import { installStackTraces } from "./sources.ts";
import { connectStdin } from "./stdin.ts";

const COMMANDS_FD = 3;
const WATCHER_FD = 5;

installConsole();
installStackTraces();
const session = startSession();
const signal = new Int32Array(new SharedArrayBuffer(4));
const waiting = new Int32Array(new SharedArrayBuffer(4));
shareMark(waiting);
const { port1, port2 } = new MessageChannel();
const watcher = new Worker(new URL("./watcher.ts", import.meta.url), {
  workerData: { fd: WATCHER_FD, waiting, signal, answers: port2 },
  transferList: [port2],
  execArgv: [],
});
hideCompileCache(process.env);
// Unwatched, this process could be neither interrupted nor ended with the kernel.
watcher.on("error", giveUp);

/** The kernel's own code fails, most likely because a cell has broken what it stands on. A new runtime helps. */
function giveUp(error: unknown): void {
  writeSync(2, `the kernel's own code failed: ${error instanceof Error ? error.stack : error}\n`);
  process.exit(70);
}
connectStdin(port1, signal);
await startLoader();
installGlobals();
installImmediates(uncaught);

process.on("uncaughtException", (error) => uncaught(currentCell(), error));
process.on("unhandledRejection", (reason) => uncaught(currentCell(), reason));

const reader = new FrameReader();

function drain(): void {
  for (let frame = reader.next(); frame; frame = reader.next()) {
    const { message, buffers } = decodeJson<Command>(frame);
    if (message.type === "execute") execute(frame.cell, message).catch(giveUp);
    else receiveComm(frame.cell, message, buffers).catch(giveUp);
  }
}

process.on("exit", flush);
Object.defineProperty(globalThis, Symbol.for("gradlab.kernel.flush"), { value: flush });
Object.defineProperty(globalThis, Symbol.for("gradlab.kernel.interrupt"), {
  value: (upTo: number) => {
    const step = interrupt(session, upTo);
    if (step === "settled") setTimeout(drain, 0); // what came in the same gulp as the cell that was ended
    return step;
  },
});

// When the kernel process is gone this pipe ends, and the watcher ends the process group.
const commands = new Socket({ fd: COMMANDS_FD, readable: true, writable: false });
commands.on("data", (chunk: Buffer) => {
  reader.push(chunk);
  drain();
});
emit({ type: "ready" }, [], 0);
