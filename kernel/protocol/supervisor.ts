// Keeps a runtime running and knows, for everything that comes out of it, which request it belongs to.
// Cells are numbered here; the number travels with each piece of output, so what a timer of cell 3 prints while
// cell 7 runs still goes to cell 3.

import type { ChildProcess } from "node:child_process";
import type { Command, ErrorContent, RuntimeEvent, UserExpression } from "../runtime/messages.ts";
import type { Comms } from "./comms.ts";
import type { IoPub, Parent } from "./iopub.ts";
import { log } from "./log.ts";
import { Runtime, type RuntimeListener } from "./runtime.ts";
import { spawnRuntime } from "./spawn.ts";
import type { Stdin } from "./stdin.ts";
import type { Message } from "./wire.ts";

export type Done =
  | { status: "ok"; expressions: Record<string, UserExpression> }
  | ({ status: "error" } & ErrorContent);

/** A request that output can belong to. */
export interface Origin {
  cell: number;
  parent: Parent;
  identities: Buffer[];
  /** Nothing a silent request does is published. */
  silent: boolean;
  count: number;
  payload: object[];
  /** The result as text, for the history. */
  resultText?: string;
  finish?: (done: Done) => void;
}

/** Node's farewell when a process ends that an inspector session watches. */
const DEBUGGER_NOTE = "Waiting for the debugger to disconnect...\n";
const REMEMBERED = 5_000;
const MAX_FAILED_STARTS = 3;

export class Supervisor implements RuntimeListener {
  readonly #iopub: IoPub;
  readonly #comms: Comms;
  readonly #stdin: Stdin;
  readonly #origins = new Map<number, Origin>();
  #runtime: Runtime;
  #cells = 0;
  #last: Origin | null = null;
  #failedStarts = 0;
  #broken: string | null = null;
  #closed = false;
  /** Called when a runtime was lost and with it all variables. */
  onRestart: () => void = () => {};

  /** `first` is a runtime that was started ahead. */
  constructor(iopub: IoPub, comms: Comms, stdin: Stdin, first: ChildProcess) {
    this.#iopub = iopub;
    this.#comms = comms;
    this.#stdin = stdin;
    this.#runtime = new Runtime(this, first);
  }

  get pid(): number | undefined {
    return this.#runtime.pid;
  }

  /** Numbers a request that may produce output. */
  open(request: Message, silent = false, count = 0): Origin {
    const cell = ++this.#cells;
    const origin: Origin = {
      cell,
      parent: request.parent,
      identities: request.identities,
      silent,
      count,
      payload: [],
    };
    this.#origins.set(cell, origin);
    if (this.#origins.size > REMEMBERED) {
      const oldest = this.#origins.values().find((o) => !o.finish);
      if (oldest) this.#origins.delete(oldest.cell);
    }
    return origin;
  }

  run(origin: Origin, command: Command, buffers: readonly Uint8Array[] = []): Promise<Done> {
    if (this.#broken) {
      const done = failure("RuntimeError", this.#broken);
      if (!origin.silent) this.#publish(origin, { type: "error", ...done }, []);
      return Promise.resolve(done);
    }
    this.#last = origin;
    return new Promise((resolve) => {
      origin.finish = (done) => {
        delete origin.finish;
        resolve(done);
      };
      this.#runtime.send(origin.cell, command, buffers);
    });
  }

  tell(command: Command): void {
    this.#runtime.send(0, command);
  }

  interrupt(): void {
    this.#stdin.cancel();
    this.#runtime.interrupt(Math.max(1, this.#cells));
  }

  answerInput(value: string | null): void {
    this.#runtime.order({ type: "stdin", value });
  }

  close(): void {
    this.#closed = true;
    this.#runtime.kill();
  }

  text(cell: number, stream: "stdout" | "stderr", text: string): void {
    const origin = this.#originOf(cell);
    if (origin && !origin.silent) this.#iopub.stream(stream, text, origin.parent);
  }

  rawText(stream: "stdout" | "stderr", raw: string): void {
    const text = raw.replace(DEBUGGER_NOTE, "");
    if (this.#last) this.text(this.#last.cell, stream, text);
    else log(text.trimEnd());
  }

  full(): boolean {
    return this.#iopub.full;
  }

  event(cell: number, event: RuntimeEvent, buffers: Buffer[]): void {
    if (event.type === "ready") {
      this.#failedStarts = 0;
      return;
    }
    const origin = this.#originOf(cell);
    if (!origin) return;
    if (event.type === "done") origin.finish?.(event);
    else if (event.type === "handled") origin.finish?.({ status: "ok", expressions: {} });
    else if (event.type === "page") origin.payload.push({ source: "page", data: event.data, start: 0 });
    else if (event.type === "input") this.#stdin.ask(origin, event.prompt, event.password);
    else if (event.type === "comm") this.#comms.publish(event, buffers, origin.parent);
    else if (!origin.silent) {
      if (event.type === "result") origin.resultText = String(event.data["text/plain"] ?? "");
      this.#publish(origin, event, buffers);
    }
  }

  #publish(
    { parent, count }: Origin,
    event: Extract<RuntimeEvent, { type: "display" | "clear" | "result" | "error" }>,
    buffers: Buffer[],
  ): void {
    if (event.type === "display") {
      const { data, metadata, transient } = event;
      const type = event.update ? "update_display_data" : "display_data";
      this.#iopub.publish({ type, content: { data, metadata, transient }, parent, buffers });
    } else if (event.type === "clear") {
      this.#iopub.publish({ type: "clear_output", content: { wait: event.wait }, parent });
    } else if (event.type === "result") {
      const { data, metadata } = event;
      this.#iopub.publish({
        type: "execute_result",
        content: { execution_count: count, data, metadata },
        parent,
      });
    } else {
      const { ename, evalue, traceback } = event;
      this.#iopub.publish({ type: "error", content: { ename, evalue, traceback }, parent });
    }
  }

  ended(reason: string): void {
    if (this.#closed) return;
    const wasReady = this.#runtime.ready;
    log(reason);
    this.#stdin.cancel();
    this.#failedStarts = wasReady ? 0 : this.#failedStarts + 1;
    if (this.#failedStarts < MAX_FAILED_STARTS) this.#runtime = new Runtime(this, spawnRuntime());
    else this.#broken = reason;
    const done = failure("RuntimeError", reason);
    const running = [...this.#origins.values()].filter((origin) => origin.finish);
    this.onRestart();
    for (const origin of running) {
      if (!origin.silent) this.#publish(origin, { type: "error", ...done }, []);
      origin.finish!(done);
    }
    // Nothing was running: the cell that ran last must have left a callback behind.
    if (running.length === 0 && this.#last && wasReady)
      this.#publish(this.#last, { type: "error", ...done }, []);
  }

  #originOf(cell: number): Origin | null {
    return this.#origins.get(cell) ?? this.#last;
  }
}

export function failure(ename: string, evalue: string): { status: "error" } & ErrorContent {
  return { status: "error", ename, evalue, traceback: [`\u001b[31m\u001b[1m${ename}\u001b[0m: ${evalue}`] };
}
