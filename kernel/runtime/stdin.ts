// `input()` and `password()`: they block like any synchronous call, so `const name = input("Name? ")` just works.
// The main thread sleeps on shared memory; the watcher thread, which still listens, brings the answer.
// An interrupt wakes the sleeper, as it ends every other piece of running JavaScript.

import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { currentCell, emit } from "./channel.ts";
import { allowsStdin } from "./evaluate.ts";

let signal = new Int32Array(new SharedArrayBuffer(4));
let answers: MessagePort | null = null;

export function connectStdin(port: MessagePort, memory: Int32Array<SharedArrayBuffer>): void {
  answers = port;
  port.unref();
  signal = memory;
}

export function ask(prompt: string, password: boolean): string {
  if (!allowsStdin(currentCell())) {
    throw new Error(
      "input() was called, but this frontend does not accept input requests (allow_stdin is off)",
    );
  }
  while (receiveMessageOnPort(answers!)) {} // an answer that came after its question was interrupted
  Atomics.store(signal, 0, 0);
  emit({ type: "input", prompt: String(prompt), password });
  while (Atomics.load(signal, 0) === 0) Atomics.wait(signal, 0, 0);
  const answer = receiveMessageOnPort(answers!)?.message as { value: string | null } | undefined;
  if (typeof answer?.value !== "string") throw new Error("no input: the frontend closed the request");
  return answer.value;
}
