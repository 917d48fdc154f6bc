// The kernel: takes messages from the sockets and answers them. It never runs user code and never waits for it,
// so whatever a cell does, control messages, heartbeats, completions and interrupts are answered.

import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { Language, type TypeSession } from "../language/index.ts";
import { complete, inspect, isComplete } from "./code.ts";
import { Comms } from "./comms.ts";
import type { Connection } from "./connection.ts";
import { Executor } from "./execute.ts";
import { History, historyPath } from "./history.ts";
import { kernelInfo, usage } from "./info.ts";
import { IoPub } from "./iopub.ts";
import { log } from "./log.ts";
import type { Session } from "./plan.ts";
import type { SendQueue, Sockets } from "./sockets.ts";
import { Stdin } from "./stdin.ts";
import { failure, Supervisor } from "./supervisor.ts";
import { policyFrom } from "./typecheck.ts";
import { type Message, Wire, WireError } from "./wire.ts";

type Handler = (message: Message) => object | null | Promise<object | null>;

export interface KernelOptions {
  cwd: string;
  /** A runtime process that has been started already. */
  runtime: ChildProcess;
  /** The language server's side, started as well. */
  types: TypeSession;
  /** Open already. */
  sockets: Sockets;
}

export class Kernel {
  readonly #wire: Wire;
  readonly #sockets: Sockets;
  readonly #session: Session;
  readonly #comms: Comms;
  readonly #stdin: Stdin;
  readonly #main: Executor;
  readonly #subshells = new Map<string, Executor>();
  #closing: Promise<void> | null = null;
  /** Called when the kernel has been shut down and everything is sent. */
  onClosed: () => void = () => {};

  constructor(connection: Connection, options: KernelOptions) {
    const language = new Language({
      cwd: options.cwd,
      session: options.types,
      log: (line) => this.#closing ?? log(line),
    });
    this.#wire = new Wire(connection.key, connection.hash);
    this.#sockets = options.sockets;
    const iopub = new IoPub(this.#wire, this.#sockets.iopub);
    this.#comms = new Comms(iopub);
    this.#stdin = new Stdin(this.#wire, this.#sockets.stdin);
    const supervisor = new Supervisor(iopub, this.#comms, this.#stdin, options.runtime);
    this.#stdin.onAnswer = (value) => supervisor.answerInput(value);
    supervisor.onRestart = () => {
      this.#comms.closeAll();
      language.reset();
      this.#session.declared.clear();
    };
    this.#session = {
      iopub,
      supervisor,
      language,
      history: new History(historyPath(process.env)),
      policy: policyFrom(process.env),
      count: 0,
      declared: new Set(),
    };
    this.#main = this.#newExecutor();
    this.#sockets.listen({
      shell: (frames) => this.#receive("shell", frames),
      control: (frames) => this.#receive("control", frames),
      stdin: (frames) => this.#receive("stdin", frames),
      subscribed: (topic) => iopub.welcome(topic),
    });
  }

  #newExecutor(): Executor {
    return new Executor(this.#session, (request, type, content) =>
      this.#reply(this.#sockets.shell, request, type, content),
    );
  }

  interrupt(): void {
    for (const executor of [this.#main, ...this.#subshells.values()]) executor.interrupt();
    this.#session.supervisor.interrupt();
  }

  /** Ends everything: the runtime with what it started, the language server, the sockets. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { supervisor, language, iopub } = this.#session;
    supervisor.close();
    const sent = Promise.all([
      iopub.flushed(),
      this.#sockets.shell.flushed(),
      this.#sockets.control.flushed(),
      language.dispose().catch((error) => log(String(error))),
    ]);
    await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, 2000))]);
    this.#sockets.close();
    this.onClosed();
  }

  #receive(from: "shell" | "control" | "stdin", frames: Buffer[]): void {
    let message: Message;
    try {
      message = this.#wire.decode(frames);
    } catch (error) {
      const why = error instanceof WireError ? error.message : (error as Error).stack;
      log(`a message on ${from} was dropped: ${why}`);
      return;
    }
    if (this.#closing) return;
    if (from === "stdin") this.#stdin.receive(message);
    else if (message.header.msg_type === "execute_request") this.#execute(message);
    else void this.#handle(message, from === "shell" ? this.#sockets.shell : this.#sockets.control);
  }

  #execute(message: Message): void {
    const id = message.header.subshell_id;
    const executor = id === undefined || id === null ? this.#main : this.#subshells.get(id);
    if (executor) {
      executor.enqueue(message);
      return;
    }
    this.#session.iopub.status("busy", message.parent);
    this.#reply(
      this.#sockets.shell,
      message,
      "execute_reply",
      failure("UnknownSubshellError", `no subshell ${id}`),
    );
    this.#session.iopub.status("idle", message.parent);
  }

  async #handle(message: Message, socket: SendQueue): Promise<void> {
    const type = message.header.msg_type;
    const handler = Object.hasOwn(this.#handlers, type) ? this.#handlers[type] : undefined;
    if (!handler) return log(`a message of the unknown type ${type} was dropped`);
    const { iopub } = this.#session;
    iopub.status("busy", message.parent);
    let content: object | null;
    try {
      content = await handler(message);
    } catch (error) {
      log(`${type} failed: ${(error as Error).stack}`);
      content = failure((error as Error).name, (error as Error).message);
    }
    if (content) this.#reply(socket, message, type.replace("_request", "_reply"), content);
    if (type === "shutdown_request")
      iopub.publish({ type: "shutdown_reply", content: content!, parent: message.parent });
    iopub.status("idle", message.parent);
    if (type === "shutdown_request") await this.close();
  }

  #reply(socket: SendQueue, request: Message, type: string, content: object): void {
    socket.send(this.#wire.encode(request.identities, { type, content, parent: request.parent }));
  }

  readonly #isDeclared = (name: string): boolean => this.#session.declared.has(name);

  readonly #handlers: Record<string, Handler> = {
    kernel_info_request: () => kernelInfo(),
    connect_request: () => ({ status: "ok" }),
    complete_request: ({ content }) => complete(this.#session.language, content, this.#isDeclared),
    inspect_request: ({ content }) => inspect(this.#session.language, content, this.#isDeclared),
    is_complete_request: ({ content }) => isComplete(this.#session.language, content, this.#isDeclared),
    history_request: ({ content }) => ({ status: "ok", history: this.#session.history.answer(content) }),
    comm_info_request: ({ content }) => ({ status: "ok", comms: this.#comms.info(content["target_name"]) }),
    comm_open: (message) => this.#comm("open", message),
    comm_msg: (message) => this.#comm("msg", message),
    comm_close: (message) => this.#comm("close", message),
    interrupt_request: () => {
      this.interrupt();
      return { status: "ok" };
    },
    shutdown_request: ({ content }) => ({ status: "ok", restart: content["restart"] === true }),
    usage_request: () => usage(this.#session.supervisor.pid),
    create_subshell_request: () => {
      const id = randomUUID();
      this.#subshells.set(id, this.#newExecutor());
      return { status: "ok", subshell_id: id };
    },
    delete_subshell_request: ({ content }) => {
      if (this.#subshells.delete(content["subshell_id"])) return { status: "ok" };
      return failure("UnknownSubshellError", `no subshell ${content["subshell_id"]}`);
    },
    list_subshell_request: () => ({ status: "ok", subshell_id: [...this.#subshells.keys()] }),
  };

  async #comm(kind: "open" | "msg" | "close", message: Message): Promise<null> {
    const { comm_id: id, target_name: target, data } = message.content;
    if (typeof id !== "string") {
      log(`a comm_${kind} without comm_id was dropped`);
      return null;
    }
    this.#comms.note(kind, id, target);
    const { supervisor } = this.#session;
    const command = { type: "comm" as const, kind, id, target, data, metadata: message.metadata };
    await supervisor.run(supervisor.open(message), command, message.buffers);
    return null;
  }
}
