// The five sockets of a kernel, each with one awaited send queue: a second send while the first is under way
// would throw and lose the message. Nothing is dropped for slow readers (no high-water mark).

import * as zmq from "zeromq";
import { addressOf, type Channel, type Connection } from "./connection.ts";
import { log } from "./log.ts";
import type { Frames } from "./wire.ts";

export class SendQueue {
  readonly #socket: zmq.Writable;
  readonly #waiting: Frames[] = [];
  #sending: Promise<void> | null = null;
  /** Bytes handed over but not yet taken by the socket. */
  pendingBytes = 0;

  constructor(socket: zmq.Writable) {
    this.#socket = socket;
  }

  send(frames: Frames): void {
    this.#waiting.push(frames);
    this.pendingBytes += sizeOf(frames);
    this.#sending ??= this.#run();
  }

  /** Resolves when everything handed over so far has been sent. */
  async flushed(): Promise<void> {
    while (this.#sending) await this.#sending;
  }

  async #run(): Promise<void> {
    for (let frames = this.#waiting.shift(); frames; frames = this.#waiting.shift()) {
      try {
        await this.#socket.send(frames as (string | Uint8Array)[]);
      } catch (error) {
        log(`a message could not be sent: ${(error as Error).message}`);
      }
      this.pendingBytes -= sizeOf(frames);
    }
    this.#sending = null;
  }
}

function sizeOf(frames: Frames): number {
  let size = 0;
  for (const frame of frames) size += frame.length;
  return size;
}

export interface Sockets {
  shell: SendQueue;
  control: SendQueue;
  stdin: SendQueue;
  iopub: SendQueue;
  /** Opens the addresses. What arrives waits until somebody listens; heartbeats are answered at once. */
  bind(): Promise<void>;
  listen(receive: Receivers): void;
  close(): void;
}

export interface Receivers {
  shell(frames: Buffer[]): void;
  control(frames: Buffer[]): void;
  stdin(frames: Buffer[]): void;
  /** Somebody subscribed to iopub; `topic` is what they asked for. */
  subscribed(topic: Buffer): void;
}

export function createSockets(connection: Connection): Sockets {
  const options: Record<string, unknown> = { linger: 1000, sendHighWaterMark: 0, receiveHighWaterMark: 0 };
  if (connection.curveSecretKey) {
    Object.assign(options, { curveServer: true, curveSecretKey: connection.curveSecretKey });
  }
  const shell = new zmq.Router(options);
  const control = new zmq.Router(options);
  const stdin = new zmq.Router(options);
  const iopub = new zmq.XPublisher({ ...options, verbosity: "allSubs" });
  const heartbeat = new zmq.Reply(options);
  const bind = (socket: zmq.Socket, channel: Channel) => socket.bind(addressOf(connection, channel));
  return {
    shell: new SendQueue(shell),
    control: new SendQueue(control),
    stdin: new SendQueue(stdin),
    iopub: new SendQueue(iopub),
    async bind() {
      await Promise.all([
        bind(shell, "shell"),
        bind(control, "control"),
        bind(stdin, "stdin"),
        bind(iopub, "iopub"),
        bind(heartbeat, "hb"),
      ]);
      void echo(heartbeat);
    },
    listen(receive) {
      void listen(shell, receive.shell);
      void listen(control, receive.control);
      void listen(stdin, receive.stdin);
      void listen(iopub, ([frame]) => {
        if (frame?.[0] === 1) receive.subscribed(frame.subarray(1));
      });
    },
    close() {
      for (const socket of [shell, control, stdin, iopub, heartbeat]) socket.close();
    },
  };
}

async function listen(socket: zmq.Readable & zmq.Socket, receive: (frames: Buffer[]) => void): Promise<void> {
  try {
    for await (const frames of socket) receive(frames as Buffer[]);
  } catch (error) {
    if (!socket.closed) log(`a socket failed: ${(error as Error).message}`);
  }
}

async function echo(socket: zmq.Reply): Promise<void> {
  try {
    for await (const frames of socket) await socket.send(frames);
  } catch (error) {
    if (!socket.closed) log(`the heartbeat failed: ${(error as Error).message}`);
  }
}
