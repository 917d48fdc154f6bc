// The runtime seen from the kernel process: a child that can be given cells, interrupted, killed and replaced.
// The kernel outlives it; whatever ends it (process.exit, out of memory, a native crash) is told as a reason.

import type { ChildProcess } from "node:child_process";
import type { Duplex, Readable, Writable } from "node:stream";
import { signalDescendants } from "../runtime/descendants.ts";
import { decodeJson, encodeJson, type Frame, FrameReader, Kind } from "../runtime/frames.ts";
import type { Command, Order, RuntimeEvent, WatcherEvent } from "../runtime/messages.ts";

/** An interrupt that takes longer is probably held up by a synchronous child process, which Ctrl-C would reach. */
const SIGNAL_CHILDREN_AFTER_MS = 150;

export interface RuntimeListener {
  text(cell: number, stream: "stdout" | "stderr", text: string): void;
  event(cell: number, event: RuntimeEvent, buffers: Buffer[]): void;
  /** Text that did not come through the cells' streams: native code, or a child that inherited them. */
  rawText(stream: "stdout" | "stderr", text: string): void;
  /** True while the listener has more than it can pass on. */
  full(): boolean;
  ended(reason: string): void;
}

export class Runtime {
  readonly #listener: RuntimeListener;
  readonly #child: ChildProcess;
  readonly #commands: Writable;
  readonly #watcher: Duplex;
  #stderrTail = "";
  #replaced = false;
  #stuck = false;
  #interrupting = false;
  ready = false;

  constructor(listener: RuntimeListener, child: ChildProcess) {
    this.#listener = listener;
    this.#child = child;
    const [, , , commands, events, watcher] = this.#child.stdio as unknown[];
    this.#commands = commands as Writable;
    this.#watcher = watcher as Duplex;
    for (const pipe of [this.#commands, this.#watcher]) pipe.on("error", () => {}); // the exit tells the story
    this.#child.stdout!.setEncoding("utf8").on("data", (text: string) => listener.rawText("stdout", text));
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#stderrTail = (this.#stderrTail + text).slice(-4000);
      listener.rawText("stderr", text);
    });
    this.#readEvents(events as Readable);
    this.#readWatcher();
    // What its cells have started would have nobody left to end it, and could hold the pipes open for ever.
    this.#child.on("exit", () => this.#killGroup());
    // "close" comes after all pipes have been read to their end: nothing printed before a crash is lost.
    this.#child.on("close", (code, signal) => {
      if (!this.#replaced) listener.ended(this.#reason(code, signal));
    });
    this.#child.on("error", (error) => {
      if (!this.#replaced) listener.ended(`the runtime could not be started: ${error.message}`);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(cell: number, command: Command, buffers: readonly Uint8Array[] = []): void {
    this.#commands.write(encodeJson(cell, command, buffers));
  }

  order(order: Order): void {
    this.#watcher.write(encodeJson(0, order));
  }

  /** Interrupts the executions up to this number. */
  interrupt(upTo: number): void {
    this.order({ type: "interrupt", upTo });
    if (this.#interrupting) return;
    this.#interrupting = true;
    setTimeout(() => {
      if (this.#interrupting && this.#child.pid) signalDescendants(this.#child.pid, "SIGINT");
    }, SIGNAL_CHILDREN_AFTER_MS).unref();
  }

  /** Ends the process and everything it started. Nothing is reported any more. */
  kill(): void {
    this.#replaced = true;
    this.#killGroup();
  }

  #killGroup(): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, "SIGKILL");
    } catch {
      this.#child.kill("SIGKILL");
    }
  }

  #readEvents(pipe: Readable): void {
    const reader = new FrameReader();
    pipe.on("error", () => {});
    pipe.on("data", (chunk: Buffer) => {
      reader.push(chunk);
      for (let frame = reader.next(); frame; frame = reader.next()) this.#deliver(frame);
      if (this.#listener.full()) {
        // Unread, the pipe fills and the printing loop waits: that is what bounds memory.
        pipe.pause();
        const poll = setInterval(() => {
          if (this.#listener.full()) return;
          clearInterval(poll);
          pipe.resume();
        }, 5);
      }
    });
  }

  #deliver(frame: Frame): void {
    if (frame.kind === Kind.stdout) this.#listener.text(frame.cell, "stdout", frame.body.toString());
    else if (frame.kind === Kind.stderr) this.#listener.text(frame.cell, "stderr", frame.body.toString());
    else {
      const { message, buffers } = decodeJson<RuntimeEvent>(frame);
      if (message.type === "ready") this.ready = true;
      this.#listener.event(frame.cell, message, buffers);
    }
  }

  #readWatcher(): void {
    const reader = new FrameReader();
    this.#watcher.on("data", (chunk: Buffer) => {
      reader.push(chunk);
      for (let frame = reader.next(); frame; frame = reader.next()) {
        const event = decodeJson<WatcherEvent>(frame).message;
        if (event.type === "interrupted") this.#interrupting = false;
        else if (this.#interrupting) {
          this.#stuck = true;
          this.#killGroup();
        }
      }
    });
  }

  #reason(code: number | null, signal: NodeJS.Signals | null): string {
    const lost = "The runtime was restarted; variables of earlier cells are gone.";
    if (this.#stuck) return `a blocking native call could not be interrupted. ${lost}`;
    if (/heap out of memory|Reached heap limit/.test(this.#stderrTail)) return `out of memory. ${lost}`;
    if (/the kernel's own code failed/.test(this.#stderrTail)) {
      return `a cell has replaced something that the runtime itself stands on. ${lost}`;
    }
    if (signal) return `the runtime process was ended by ${signal}. ${lost}`;
    if (!this.ready) return `the runtime could not start (status ${code}): ${this.#stderrTail.trim()}`;
    return `the process ended with status ${code} (process.exit). ${lost}`;
  }
}
