// A small Jupyter client for the tests: real sockets, real signatures, every message visible.

import { type ChildProcess, spawn } from "node:child_process";
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as zmq from "zeromq";

export const MAIN = fileURLToPath(new URL("../../kernel/main.ts", import.meta.url));
const DELIMITER = "<IDS|MSG>";

export interface Received {
  type: string;
  parent: string | undefined;
  header: Record<string, any>;
  content: Record<string, any>;
  metadata: Record<string, any>;
  buffers: Buffer[];
  topic: string;
}

export interface Executed {
  id: string;
  reply: Received;
  /** Everything published for the request, in order, between its busy and its idle status. */
  messages: Received[];
  /** Standard output, joined. */
  stdout: string;
  stderr: string;
  /** Text form of the result. */
  result: string | undefined;
  error: { ename: string; evalue: string; traceback: string[] } | undefined;
}

export interface StartOptions {
  transport?: "tcp" | "ipc";
  key?: string;
  curve?: boolean;
  env?: Record<string, string>;
  cwd?: string;
  /** Mode of the connection file. */
  mode?: number;
  /** Starts the kernel in another way than directly; gets the arguments for Node and the connection file. */
  spawn?: (args: string[], connectionFile: string) => ChildProcess;
  /** For kernels without iopub_welcome: asks until something is heard, as jupyter_client does. */
  ask?: boolean;
}

type Channel = "shell" | "control" | "stdin";

const TIMEOUT_MS = 60_000;

export class Client {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly published: Received[] = [];
  readonly replies: Received[] = [];
  readonly #idle = new Map<string, Received>();
  readonly #answered = new Map<string, Received>();
  readonly questions: Received[] = [];
  readonly connectionFile: string;
  log = "";
  readonly #key: string;
  readonly #session = randomUUID();
  readonly #channels: Record<Channel, zmq.Dealer>;
  readonly #sending: Record<Channel, Promise<unknown>>;
  readonly #subscriber: zmq.Subscriber;
  readonly heartbeat: zmq.Request;
  readonly #watchers = new Set<() => void>();
  readonly exited: Promise<number | null>;

  static async start(options: StartOptions = {}): Promise<Client> {
    const folder = mkdtempSync(join(tmpdir(), "kernel-test-"));
    const transport = options.transport ?? "tcp";
    const ports = transport === "tcp" ? await freePorts(5) : [1, 2, 3, 4, 5];
    const curve = options.curve ? zmq.curveKeyPair() : null;
    const connection = {
      transport,
      ip: transport === "tcp" ? "127.0.0.1" : join(folder, "socket"),
      shell_port: ports[0],
      iopub_port: ports[1],
      stdin_port: ports[2],
      control_port: ports[3],
      hb_port: ports[4],
      key: options.key ?? randomBytes(16).toString("hex"),
      signature_scheme: "hmac-sha256",
      ...(curve ? { curve_publickey: curve.publicKey, curve_secretkey: curve.secretKey } : {}),
    };
    const file = join(folder, "connection.json");
    writeFileSync(file, JSON.stringify(connection), { mode: options.mode ?? 0o600 });
    const args = [MAIN, "--connection-file", file];
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      JPY_PARENT_PID: String(process.pid), // should the test run be killed, its kernels go with it
      GRADLAB_HISTORY: join(folder, "history.jsonl"),
      ...options.env,
    };
    const child =
      options.spawn?.(args, file) ??
      spawn(process.execPath, args, { env, cwd: options.cwd ?? folder, stdio: ["ignore", "ignore", "pipe"] });
    const client = new Client(child, folder, connection, file, curve?.publicKey ?? null);
    await (options.ask ? client.#ask() : client.ready());
    return client;
  }

  constructor(
    child: ChildProcess,
    folder: string,
    connection: Record<string, any>,
    file: string,
    serverKey: string | null,
  ) {
    this.child = child;
    this.folder = folder;
    this.connectionFile = file;
    this.#key = connection["key"];
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.log += text;
      this.#changed();
    });
    this.exited = new Promise((resolve) => {
      child.on("exit", (code) => {
        resolve(code);
        this.#changed();
      });
    });
    const address = (port: number) =>
      connection["transport"] === "ipc" ? `ipc://${connection["ip"]}-${port}` : `tcp://127.0.0.1:${port}`;
    const routingId = randomUUID();
    const options: Record<string, unknown> = { linger: 0, receiveHighWaterMark: 0 };
    if (serverKey) {
      const { publicKey, secretKey } = zmq.curveKeyPair();
      Object.assign(options, {
        curveServerKey: serverKey,
        curvePublicKey: publicKey,
        curveSecretKey: secretKey,
      });
    }
    const dealer = (port: number) => {
      const socket = new zmq.Dealer({ ...options, routingId });
      socket.connect(address(port));
      return socket;
    };
    this.#channels = {
      shell: dealer(connection["shell_port"]),
      control: dealer(connection["control_port"]),
      stdin: dealer(connection["stdin_port"]),
    };
    this.#sending = { shell: Promise.resolve(), control: Promise.resolve(), stdin: Promise.resolve() };
    this.#subscriber = new zmq.Subscriber(options);
    this.#subscriber.connect(address(connection["iopub_port"]));
    this.#subscriber.subscribe("");
    this.heartbeat = new zmq.Request(options);
    this.heartbeat.connect(address(connection["hb_port"]));
    this.#listen(this.#subscriber, this.published);
    this.#listen(this.#channels.shell, this.replies);
    this.#listen(this.#channels.control, this.replies);
    this.#listen(this.#channels.stdin, this.questions);
  }

  async #listen(socket: zmq.Dealer | zmq.Subscriber, into: Received[]): Promise<void> {
    try {
      for await (const frames of socket) this.#take(this.#decode(frames as Buffer[]), into);
    } catch (error) {
      if (!socket.closed) throw error;
    }
  }

  #take(message: Received, into: Received[]): void {
    into.push(message);
    const { parent } = message;
    if (parent && into === this.replies) this.#answered.set(parent, message);
    if (parent && message.content["execution_state"] === "idle") this.#idle.set(parent, message);
    this.#changed();
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #decode(frames: Buffer[]): Received {
    const at = frames.findIndex((f) => f.toString() === DELIMITER);
    const parts = frames.slice(at + 2, at + 6);
    if (this.#key !== "" && frames[at + 1]!.toString() !== this.sign(parts))
      throw new Error("wrong signature");
    const [header, parent, metadata, content] = parts.map((p) => JSON.parse(p.toString()));
    return {
      type: header.msg_type,
      parent: parent.msg_id,
      header,
      content,
      metadata,
      buffers: frames.slice(at + 6),
      topic: frames[0]!.toString(),
    };
  }

  sign(parts: readonly (Buffer | string)[]): string {
    if (this.#key === "") return "";
    const hmac = createHmac("sha256", this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  }

  /** The frames of a signed message, for tests that spoil them. */
  frames(
    type: string,
    content: object,
    extra: Record<string, any> = {},
  ): { id: string; frames: (Buffer | string)[] } {
    const { metadata = {}, buffers = [], ...rest } = extra;
    const id = randomUUID();
    const header = {
      msg_id: id,
      session: this.#session,
      username: "test",
      date: new Date().toISOString(),
      msg_type: type,
      version: "5.4",
      ...rest,
    };
    const parts = [header, {}, metadata, content].map((p) => JSON.stringify(p));
    return { id, frames: [DELIMITER, this.sign(parts), ...parts, ...buffers] };
  }

  /** Sends frames as they are, one message after the other. */
  sendRaw(channel: Channel, frames: (Buffer | string)[]): void {
    this.#sending[channel] = this.#sending[channel].then(async () => {
      try {
        await this.#channels[channel].send(frames);
      } catch (error) {
        if (!this.#channels[channel].closed) throw error; // a test may end while something is on its way
      }
    });
  }

  send(channel: Channel, type: string, content: object = {}, extra: Record<string, any> = {}): string {
    const { id, frames } = this.frames(type, content, extra);
    this.sendRaw(channel, frames);
    return id;
  }

  async request(
    channel: Channel,
    type: string,
    content: object = {},
    extra: Record<string, any> = {},
  ): Promise<Received> {
    const id = this.send(channel, type, content, extra);
    return this.replyTo(id);
  }

  replyTo(id: string): Promise<Received> {
    return this.until(`a reply to ${id}`, () => this.#answered.get(id));
  }

  startExecution(code: string, content: object = {}, extra: Record<string, any> = {}): string {
    const defaults = {
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: true,
      stop_on_error: true,
    };
    return this.send("shell", "execute_request", { code, ...defaults, ...content }, extra);
  }

  execute(code: string, content: object = {}, extra: Record<string, any> = {}): Promise<Executed> {
    return this.finished(this.startExecution(code, content, extra));
  }

  /** What a request has led to, once its reply and its idle status are here. */
  async finished(id: string): Promise<Executed> {
    const reply = await this.replyTo(id);
    await this.idle(id);
    const messages = this.about(id).filter((m) => m.type !== "status");
    const text = (name: string) =>
      messages
        .filter((m) => m.type === "stream" && m.content["name"] === name)
        .map((m) => m.content["text"])
        .join("");
    return {
      id,
      reply,
      messages,
      stdout: text("stdout"),
      stderr: text("stderr"),
      result: messages.find((m) => m.type === "execute_result")?.content["data"]["text/plain"],
      error: messages.find((m) => m.type === "error")?.content as Executed["error"],
    };
  }

  about(id: string): Received[] {
    return this.published.filter((m) => m.parent === id);
  }

  idle(id: string): Promise<Received> {
    return this.until(`idle for ${id}`, () => this.#idle.get(id));
  }

  /** Waits for a published message, also one that is already here. */
  publishedWhere(what: string, test: (message: Received) => boolean): Promise<Received> {
    return this.until(what, () => this.published.find(test));
  }

  /** Waits until something is there; the time limit is only for tests that fail. */
  until<T>(what: string, look: () => T | undefined | null | false): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(check);
        reject(new Error(`waited in vain for ${what}\n${this.log}`));
      }, TIMEOUT_MS);
      const check = () => {
        const found = look();
        if (!found) return;
        clearTimeout(timer);
        this.#watchers.delete(check);
        resolve(found);
      };
      this.#watchers.add(check);
      check();
    });
  }

  /** The kernel answers and the subscription has arrived. */
  async ready(): Promise<void> {
    await this.publishedWhere("the welcome", (m) => m.type === "iopub_welcome");
    await this.request("shell", "kernel_info_request");
  }

  async #ask(): Promise<void> {
    const timer = setInterval(() => this.send("shell", "kernel_info_request"), 100);
    this.send("shell", "kernel_info_request");
    try {
      await this.until(
        "an answer and a broadcast",
        () => this.published.length > 0 && this.replies.length > 0,
      );
    } finally {
      clearInterval(timer);
    }
  }

  async interrupt(): Promise<void> {
    await this.request("control", "interrupt_request");
  }

  async shutdown(restart = false): Promise<Received> {
    return await this.request("control", "shutdown_request", { restart });
  }

  async close(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.send("control", "shutdown_request", { restart: false });
      const killer = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
      await this.exited;
      clearTimeout(killer);
    }
    this.disconnect();
  }

  disconnect(): void {
    for (const socket of [...Object.values(this.#channels), this.#subscriber, this.heartbeat]) socket.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Text without terminal colours. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
  return text.replace(/\u001b\[\d+m/g, "");
}
