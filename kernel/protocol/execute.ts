// One queue of cells: the main shell has one, and each subshell. A cell is checked, transformed, run, recorded
// and answered before the next one starts; an error takes the ones already waiting with it (stop_on_error).

import { setTimeout as pause } from "node:timers/promises";
import type { ErrorContent } from "../runtime/messages.ts";
import { log } from "./log.ts";
import { foresee, type Plan, planCell, type Session } from "./plan.ts";
import { type Done, failure, type Origin } from "./supervisor.ts";
import type { Message } from "./wire.ts";

export type Reply = (request: Message, type: string, content: object) => void;

/** Requests a client has sent before it heard of an error may still be on their way: they are waited for. */
const ABORT_GRACE_MS = 5;

export class Executor {
  readonly #session: Session;
  readonly #reply: Reply;
  #waiting: Message[] = [];
  #running = false;
  /** The cell that is in the runtime, by its number; null while none is. */
  #inside: number | null = null;
  #cancel: (() => void) | null = null;

  constructor(session: Session, reply: Reply) {
    this.#session = session;
    this.#reply = reply;
  }

  enqueue(request: Message): void {
    this.#waiting.push(request);
    if (!this.#running) void this.#drain();
    else if (this.#waiting.length === 1) this.#foresee();
  }

  /** Ends what has not reached the runtime yet; the runtime is interrupted by its supervisor. */
  interrupt(): void {
    this.#cancel?.();
  }

  async #drain(): Promise<void> {
    this.#running = true;
    for (let request = this.#waiting.shift(); request; request = this.#waiting.shift()) {
      try {
        await this.#execute(request);
      } catch (error) {
        log(`execute_request failed: ${(error as Error).stack}`);
        this.#answer(request, failure("KernelError", String(error)));
      }
    }
    this.#running = false;
  }

  async #execute(request: Message): Promise<void> {
    const { iopub, supervisor, history } = this.#session;
    const { content } = request;
    const code = typeof content["code"] === "string" ? content["code"] : "";
    const silent = content["silent"] === true;
    const recorded = !silent && content["store_history"] !== false && code.trim() !== "";
    if (recorded) this.#session.count++;
    const origin = supervisor.open(request, silent, Math.max(1, this.#session.count));
    const { count } = origin;
    // Begun before anything is published: the language server thinks while the messages are made.
    const running = this.#run(origin, code, content);
    iopub.status("busy", request.parent);
    if (!silent) {
      iopub.publish({
        type: "execute_input",
        content: { code, execution_count: count },
        parent: request.parent,
      });
    }
    if (recorded) history.add(count, code);
    const close = () => recorded && history.close(count, origin.resultText);
    const done = await running;
    if (done.status === "ok") {
      const { expressions } = done;
      this.#answer(request, {
        status: "ok",
        execution_count: count,
        user_expressions: expressions,
        payload: origin.payload,
      });
      close();
      return;
    }
    close();
    const aborted = content["stop_on_error"] !== false ? await this.#takeWaiting() : [];
    const { ename, evalue, traceback } = done;
    const reply = {
      status: "error",
      ename,
      evalue,
      traceback,
      execution_count: count,
      user_expressions: {},
      payload: [],
    };
    this.#answer(request, reply);
    for (const other of aborted) {
      iopub.status("busy", other.parent);
      this.#answer(other, { status: "aborted" });
    }
  }

  async #takeWaiting(): Promise<Message[]> {
    await pause(ABORT_GRACE_MS);
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  #answer(request: Message, content: object): void {
    this.#session.iopub.flushText();
    this.#reply(request, "execute_reply", content);
    this.#session.iopub.status("idle", request.parent);
  }

  async #run(origin: Origin, code: string, content: Record<string, any>): Promise<Done> {
    const name = `Cell[${origin.silent ? "silent" : origin.count}]`;
    const cancelled = new Promise<null>((resolve) => {
      this.#cancel = () => resolve(null);
    });
    let plan: Plan | ErrorContent | null;
    try {
      plan = await Promise.race([planCell(this.#session, origin, name, code, content), cancelled]);
    } finally {
      this.#cancel = null;
    }
    plan ??= failure("Interrupted", "the cell was interrupted before it ran");
    if ("ename" in plan) return this.#fail(origin, plan);
    if (!plan.js) return { status: "ok", expressions: {} };
    this.#inside = origin.cell;
    const running = this.#session.supervisor.run(origin, {
      type: "execute",
      name,
      source: plan.source,
      js: plan.js.code,
      map: plan.js.map,
      silent: origin.silent,
      allowStdin: content["allow_stdin"] !== false,
      time: plan.time,
      ...plan.expressions,
    });
    this.#foresee();
    const done = await running;
    this.#inside = null;
    return done;
  }

  /** While a cell runs, the types of the one that waits behind it are looked at. */
  #foresee(): void {
    const [next] = this.#waiting;
    const code = next?.content["code"];
    if (this.#inside !== null && typeof code === "string") foresee(this.#session, this.#inside + 1, code);
  }

  #fail(origin: Origin, error: ErrorContent): Done {
    const { ename, evalue, traceback } = error;
    if (!origin.silent) {
      this.#session.iopub.publish({
        type: "error",
        content: { ename, evalue, traceback },
        parent: origin.parent,
      });
    }
    return { status: "error", ename, evalue, traceback };
  }
}
