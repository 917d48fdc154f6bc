// What everybody connected sees. Printed text is gathered before it is sent: lines of one cell that come within
// a few milliseconds travel as one message, so a hundred thousand of them become some dozens; anything else that
// is published flushes the text before it, so the order holds.

import type { SendQueue } from "./sockets.ts";
import type { Outgoing, Wire } from "./wire.ts";

const GATHER_MS = 10;
const MAX_TEXT = 256 * 1024;
const MAX_PENDING_BYTES = 16 * 1024 * 1024;

export type Parent = Record<string, unknown>;

export class IoPub {
  readonly #wire: Wire;
  readonly #queue: SendQueue;
  #text: { name: string; parent: Parent; parts: string[]; size: number } | null = null;
  #timer: NodeJS.Timeout | null = null;
  #lastFlush = 0;
  #announced = false;

  constructor(wire: Wire, queue: SendQueue) {
    this.#wire = wire;
    this.#queue = queue;
  }

  publish(message: Outgoing): void {
    this.flushText();
    this.#send(message);
  }

  status(state: "busy" | "idle" | "starting", parent: Parent): void {
    this.publish({ type: "status", content: { execution_state: state }, parent });
  }

  stream(name: "stdout" | "stderr", text: string, parent: Parent): void {
    if (text === "") return;
    const open = this.#text;
    if (open && open.name === name && open.parent === parent) {
      open.parts.push(text);
      open.size += text.length;
      if (open.size >= MAX_TEXT) this.flushText();
      return;
    }
    this.flushText();
    this.#text = { name, parent, parts: [text], size: text.length };
    // The first line after a pause goes out at once; a flood is sent in gulps.
    const wait = Math.max(0, this.#lastFlush + GATHER_MS - performance.now());
    this.#timer ??= setTimeout(() => this.flushText(), wait);
  }

  flushText(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const open = this.#text;
    if (!open) return;
    this.#text = null;
    this.#lastFlush = performance.now();
    this.#send({
      type: "stream",
      content: { name: open.name, text: open.parts.join("") },
      parent: open.parent,
    });
  }

  /** True when readers should wait before they bring more. */
  get full(): boolean {
    return this.#queue.pendingBytes > MAX_PENDING_BYTES;
  }

  async flushed(): Promise<void> {
    this.flushText();
    await this.#queue.flushed();
  }

  /** Tells a new subscriber that its subscription has arrived: from here on it misses nothing. */
  welcome(topic: Buffer): void {
    this.flushText();
    const message = { type: "iopub_welcome", content: { subscription: topic.toString() } };
    this.#queue.send(this.#wire.encode([topic], message));
    if (this.#announced) return;
    // Earlier nobody could have heard it; and the welcome has to be the first thing a client hears.
    this.#announced = true;
    this.status("starting", {});
  }

  #send(message: Outgoing): void {
    this.#queue.send(this.#wire.encode([`kernel.${this.#wire.session}.${message.type}`], message));
  }
}
