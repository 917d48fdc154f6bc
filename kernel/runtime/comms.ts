// Comms: two-way channels between a cell and something in the page. Either side opens one by target name;
// messages carry JSON and binary buffers. The kernel process keeps the list for comm_info_request.

import { randomUUID } from "node:crypto";
import { emit, inCell } from "./channel.ts";
import { uncaught } from "./evaluate.ts";
import type { Command } from "./messages.ts";

type CommCommand = Extract<Command, { type: "comm" }>;

export interface CommMessage {
  data: any;
  metadata: Record<string, unknown>;
  buffers: Buffer[];
}

export interface SendOptions {
  metadata?: object;
  buffers?: readonly Uint8Array[];
}

type Listener = (message: CommMessage) => unknown;

const comms = new Map<string, Comm>();
const targets = new Map<string, (comm: Comm, message: CommMessage) => unknown>();

export class Comm {
  readonly id: string;
  readonly target: string;
  #open = true;
  readonly #messages: Listener[] = [];
  readonly #closes: Listener[] = [];

  constructor(id: string, target: string) {
    this.id = id;
    this.target = target;
    comms.set(id, this);
  }

  get isOpen(): boolean {
    return this.#open;
  }

  send(data: unknown, { metadata = {}, buffers = [] }: SendOptions = {}): void {
    if (!this.#open) throw new Error(`comm ${this.id} (${this.target}) is closed`);
    emit({ type: "comm", kind: "msg", id: this.id, data: data ?? {}, metadata }, buffers);
  }

  onMessage(listener: Listener): this {
    this.#messages.push(listener);
    return this;
  }

  onClose(listener: Listener): this {
    this.#closes.push(listener);
    return this;
  }

  close(data: unknown = {}, { metadata = {}, buffers = [] }: SendOptions = {}): void {
    if (!this.#open) return;
    this.#open = false;
    comms.delete(this.id);
    emit({ type: "comm", kind: "close", id: this.id, data, metadata }, buffers);
  }

  /** What came from the page. */
  async receive(kind: "msg" | "close", message: CommMessage): Promise<void> {
    if (kind === "close") {
      this.#open = false;
      comms.delete(this.id);
    }
    for (const listener of kind === "msg" ? this.#messages : this.#closes) await listener(message);
  }
}

export function openComm(
  target: string,
  data: unknown = {},
  { metadata = {}, buffers = [] }: SendOptions = {},
): Comm {
  const comm = new Comm(randomUUID(), String(target));
  emit({ type: "comm", kind: "open", id: comm.id, target: comm.target, data, metadata }, buffers);
  return comm;
}

/** Accepts comms that the page opens under this target name. */
export function onComm(target: string, listener: (comm: Comm, message: CommMessage) => unknown): void {
  targets.set(target, listener);
}

export async function receiveComm(cell: number, command: CommCommand, buffers: Buffer[]): Promise<void> {
  const message = { data: command.data, metadata: { ...command.metadata }, buffers };
  await inCell(cell, async () => {
    try {
      if (command.kind === "open") {
        const accept = targets.get(command.target ?? "");
        if (accept) await accept(new Comm(command.id, command.target!), message);
        // The page waits for an answer: a target nobody has registered is closed again, as the protocol says.
        else emit({ type: "comm", kind: "close", id: command.id, data: {}, metadata: {} });
      } else await comms.get(command.id)?.receive(command.kind, message);
    } catch (error) {
      uncaught(cell, error);
    }
  });
  emit({ type: "handled" }, [], cell);
}
