// The runtime's second thread. It stays awake while a cell blocks the main thread: it ends running JavaScript
// when an interrupt comes, brings answers to `input()`, and ends the whole process group when the kernel
// process is gone, so that no orphan stays behind.

import { Session } from "node:inspector";
import { flushCompileCache } from "node:module";
import { Socket } from "node:net";
import { type MessagePort, workerData } from "node:worker_threads";
import { decodeJson, encodeJson, FrameReader } from "./frames.ts";
import { endGroup } from "./group.ts";
import type { Step } from "./interrupt.ts";
import { launcher, whenGone } from "./launcher.ts";
import type { Order, WatcherEvent } from "./messages.ts";

/** How long the main thread may take to notice an interrupt. Only a blocking native call takes longer. */
const STUCK_AFTER_MS = 2_000;

/** How long gathered text may wait for company before it is fetched. */
const GATHER_MS = 20;

/** A kernel process that has not ended this long after the one that started it is stuck, or stopped. */
const LAUNCHER_POLL_MS = 1_000;
const LAUNCHER_PATIENCE = 5;

/** How an interrupt's evaluation calls itself; interrupt.ts looks for it in the stack. */
const MARK = "kernel:interrupt";

interface Setup {
  fd: number;
  waiting: Int32Array<SharedArrayBuffer>;
  signal: Int32Array<SharedArrayBuffer>;
  answers: MessagePort;
}

const { fd, waiting, signal, answers } = workerData as Setup;
const session = new Session();
session.connectToMainThread();

const reader = new FrameReader();
const socket = new Socket({ fd, readable: true, writable: true });
socket.on("data", (chunk: Buffer) => {
  reader.push(chunk);
  for (let frame = reader.next(); frame; frame = reader.next()) obey(decodeJson<Order>(frame).message);
});
void fetchText();
setTimeout(flushCompileCache, 3_000).unref(); // this thread's own; see main.ts
const parent = launcher();
const kernel = process.ppid;
if (parent !== null) whenGone(parent, LAUNCHER_POLL_MS, LAUNCHER_PATIENCE, endKernel);
socket.on("close", endGroup);
socket.on("error", endGroup);

function obey(order: Order): void {
  if (order.type === "interrupt") interrupt(order.upTo);
  else {
    answers.postMessage({ value: order.value });
    Atomics.store(signal, 0, 1);
    Atomics.notify(signal, 0);
  }
}

/** The latest execution that is being interrupted; 0 when none is. */
let interrupting = 0;

function interrupt(upTo: number): void {
  const busy = interrupting > 0;
  interrupting = Math.max(interrupting, upTo);
  if (busy) return;
  const stuck = setTimeout(() => tell({ type: "stuck" }), STUCK_AFTER_MS);
  const step = (): void => {
    const asked = interrupting;
    const expression = `globalThis[Symbol.for("gradlab.kernel.interrupt")](${asked})\n//# sourceURL=${MARK}`;
    session.post("Runtime.evaluate", { expression, silent: true }, (error, reply) => {
      const next: Step = error || reply.exceptionDetails ? "ended" : reply.result.value;
      if (next !== "settled" || interrupting > asked) {
        setTimeout(step, next === "wait" ? 1 : 0);
        return;
      }
      clearTimeout(stuck);
      interrupting = 0;
      tell({ type: "interrupted" });
    });
  };
  step();
}

/** A loop may fall silent with text still gathered: an evaluation from here runs even within that loop. */
async function fetchText(): Promise<void> {
  const expression = `globalThis[Symbol.for("gradlab.kernel.flush")]()`;
  for (;;) {
    await Atomics.waitAsync(waiting, 0, 0).value;
    await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
    if (Atomics.load(waiting, 0) === 0) continue;
    await new Promise((resolve) => session.post("Runtime.evaluate", { expression, silent: true }, resolve));
  }
}

function tell(event: WatcherEvent): void {
  socket.write(encodeJson(0, event));
}

function endKernel(): void {
  if (process.ppid === kernel) process.kill(kernel, "SIGKILL");
  endGroup();
}
