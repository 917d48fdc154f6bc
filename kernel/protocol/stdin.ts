// Questions of a cell to the person: input_request goes to the client that asked for the cell, and only an
// answer to the question that is open counts.

import type { SendQueue } from "./sockets.ts";
import type { Origin } from "./supervisor.ts";
import type { Message, Wire } from "./wire.ts";

export class Stdin {
  readonly #wire: Wire;
  readonly #queue: SendQueue;
  #waiting = false;
  /** Brings the answer to the runtime. */
  onAnswer: (value: string | null) => void = () => {};

  constructor(wire: Wire, queue: SendQueue) {
    this.#wire = wire;
    this.#queue = queue;
  }

  ask(origin: Origin, prompt: string, password: boolean): void {
    this.#waiting = true;
    const message = { type: "input_request", content: { prompt, password }, parent: origin.parent };
    this.#queue.send(this.#wire.encode(origin.identities, message));
  }

  receive(message: Message): void {
    if (!this.#waiting || message.header.msg_type !== "input_reply") return;
    this.#waiting = false;
    const { value, status } = message.content;
    this.onAnswer(status === "error" || typeof value !== "string" ? null : value);
  }

  cancel(): void {
    this.#waiting = false;
  }
}
