// One queue of cells: the main shell has one, and each subshell. A cell is checked, transformed, run, recorded
// and answered before the next one starts; an error takes the ones already waiting with it (stop_on_error).

import { setTimeout as pause } from "node:timers/promises";
import type { Language } from "../language/index.ts";
import type { ErrorContent } from "../runtime/messages.ts";
import type { History } from "./history.ts";
import type { IoPub } from "./iopub.ts";
import { log } from "./log.ts";
import { helpOverview, MagicError, type Policy, type Prepared, prepare } from "./magics.ts";
import { type Done, failure, type Origin, type Supervisor } from "./supervisor.ts";
import { hasNoCheck, syntaxError, typeErrors } from "./typecheck.ts";
import type { Message } from "./wire.ts";

/** What all queues of a kernel share. */
export interface Session {
  iopub: IoPub;
  supervisor: Supervisor;
  language: Language;
  history: History;
  policy: Policy;
  count: number;
  declared: Set<string>;
}

export type Reply = (request: Message, type: string, content: object) => void;

/** Requests a client has sent before it heard of an error may still be on their way: they are waited for. */
const ABORT_GRACE_MS = 5;

export class Executor {
  readonly #session: Session;
  readonly #reply: Reply;
  #waiting: Message[] = [];
  #running = false;
  #cancel: (() => void) | null = null;

  constructor(session: Session, reply: Reply) {
    this.#session = session;
    this.#reply = reply;
  }

  enqueue(request: Message): void {
    this.#waiting.push(request);
    if (!this.#running) void this.#drain();
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
    const store = !silent && content["store_history"] !== false;
    iopub.status("busy", request.parent);
    if (store && code.trim() !== "") this.#session.count++;
    const origin = supervisor.open(request, silent, Math.max(1, this.#session.count));
    const { count } = origin;
    if (!silent) {
      iopub.publish({
        type: "execute_input",
        content: { code, execution_count: count },
        parent: request.parent,
      });
    }
    if (store && code.trim() !== "") history.add(count, code);
    const done = await this.#run(origin, code, content);
    if (store && code.trim() !== "") history.close(count, origin.resultText);
    if (done.status === "ok") {
      const { expressions } = done;
      this.#answer(request, {
        status: "ok",
        execution_count: count,
        user_expressions: expressions,
        payload: origin.payload,
      });
      return;
    }
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
      plan = await Promise.race([this.#plan(origin, name, code, content), cancelled]);
    } finally {
      this.#cancel = null;
    }
    plan ??= failure("Interrupted", "the cell was interrupted before it ran");
    if ("ename" in plan) return this.#fail(origin, plan);
    if (!plan.js) return { status: "ok", expressions: {} };
    const done = await this.#session.supervisor.run(origin, {
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
    return done;
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

  /** Everything before the cell runs: magics, types, JavaScript. */
  async #plan(
    origin: Origin,
    name: string,
    source: string,
    content: Record<string, any>,
  ): Promise<Plan | ErrorContent> {
    const session = this.#session;
    let prepared: Prepared;
    try {
      prepared = prepare(source, (word) => session.declared.has(word));
    } catch (error) {
      if (error instanceof MagicError) return failure("MagicError", error.message);
      throw error;
    }
    if (prepared.policy) session.policy = prepared.policy;
    if (prepared.help !== null) origin.payload.push(await this.#help(prepared.help));
    const { code } = prepared;
    const empty = code.trim() === "";
    if (empty && Object.keys(content["user_expressions"] ?? {}).length === 0) return NOTHING;
    const policy = hasNoCheck(code) ? "off" : (prepared.cellPolicy ?? session.policy);
    if (policy !== "off" && !empty) {
      const error = await this.#check(origin, name, source, code);
      if (error && policy === "error") return error;
      if (error && !origin.silent)
        session.iopub.stream("stderr", `${error.traceback.join("\n")}\n`, origin.parent);
    }
    try {
      const { js, map } = session.language.transform(origin.cell, code);
      session.language.commit(origin.cell, code);
      for (const match of code.matchAll(/\b(?:let|const|var|function|class)\s+([A-Za-z_$][\w$]*)/g)) {
        session.declared.add(match[1]!);
      }
      const expressions = this.#expressions(content["user_expressions"]);
      return { source, js: { code: js, map }, time: prepared.time, expressions };
    } catch (error) {
      return syntaxError(name, source, error);
    }
  }

  async #check(origin: Origin, name: string, source: string, code: string): Promise<ErrorContent | null> {
    try {
      const { diagnostics } = await this.#session.language.check(origin.cell, code);
      const warnings = diagnostics.filter((d) => d.category === "warning");
      const notes = warnings.map((d) =>
        d.code === 0 ? `${d.message}\n` : `${name}:${d.line}:${d.column} TS${d.code}: ${d.message}\n`,
      );
      if (!origin.silent) this.#session.iopub.stream("stderr", notes.join(""), origin.parent);
      return typeErrors(name, source, diagnostics);
    } catch (error) {
      log(`types could not be checked: ${(error as Error).message}`);
      const text = `types of this cell were not checked: ${(error as Error).message}\n`;
      if (!origin.silent) this.#session.iopub.stream("stderr", text, origin.parent);
      return null;
    }
  }

  #expressions(requested: unknown): Plan["expressions"] {
    const out: Plan["expressions"] = { expressions: [], expressionErrors: [] };
    if (typeof requested !== "object" || requested === null) return out;
    for (const [key, code] of Object.entries(requested)) {
      try {
        out.expressions.push([key, this.#session.language.transform(0, String(code)).js]);
      } catch (error) {
        out.expressionErrors.push([key, syntaxError("expression", String(code), error)]);
      }
    }
    return out;
  }

  async #help(name: string): Promise<object> {
    if (name === "") return { source: "page", data: { "text/plain": helpOverview() }, start: 0 };
    const found = await this.#session.language.inspect(name, name.length, 1);
    const plain = found?.plain ?? `nothing is known about ${name}`;
    const data = found ? { "text/plain": plain, "text/markdown": found.markdown } : { "text/plain": plain };
    return { source: "page", data, start: 0 };
  }
}

const NOTHING: Plan = {
  source: "",
  js: null,
  time: false,
  expressions: { expressions: [], expressionErrors: [] },
};

interface Plan {
  source: string;
  js: { code: string; map?: object | undefined } | null;
  time: boolean;
  expressions: {
    expressions: [key: string, js: string][];
    expressionErrors: [key: string, error: ErrorContent][];
  };
}
