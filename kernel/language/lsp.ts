// The wire to TypeScript's native language server: one child process, JSON-RPC over its
// standard input and output. It knows nothing about notebooks. Every request has a deadline,
// and the death of the child rejects what is pending, so that a caller never waits for a
// server that is gone. The child is told our process id and its input closes with us, so it
// does not outlive the kernel.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { withLibrary } from "./library.ts";

export class LspError extends Error {
  override name = "LspError";
}

/** The native compiler of the installed `typescript` 7, found without starting Node a second time. */
export function findServer(): string {
  const require = createRequire(import.meta.url);
  const fromTypescript = createRequire(require.resolve("typescript/package.json"));
  const platformPackage = `@typescript/typescript-${process.platform}-${process.arch}/package.json`;
  const exe = join(
    dirname(fromTypescript.resolve(platformPackage)),
    "lib",
    process.platform === "win32" ? "tsc.exe" : "tsc",
  );
  if (!existsSync(exe)) throw new LspError(`TypeScript's native compiler is missing: ${exe}`);
  return exe;
}

/** `lib` is the compiler option that will hold; undefined where none is said. */
export function spawnServer(cwd: string, lib?: readonly string[]): ChildProcess {
  const child = spawn(withLibrary(findServer(), lib), ["--lsp", "--stdio"], {
    cwd,
    stdio: ["pipe", "pipe", "pipe"],
    windowsHide: true,
    env: { GOGC: "200", ...process.env },
  });
  child.on("error", () => {}); // until a connection listens
  return child;
}

type Handler = { resolve: (value: any) => void; reject: (error: Error) => void; timer: NodeJS.Timeout };

export interface ConnectionOptions {
  log?: (line: string) => void;
  /** Called once when the child is gone, whatever the reason. */
  onExit: () => void;
  /** Answers a request that the server sends to us. */
  onRequest: (method: string, params: any) => unknown;
}

export class Connection {
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, Handler>();
  readonly #options: ConnectionOptions;
  #nextId = 1;
  #unsent = "";
  #chunks: Buffer[] = [];
  #buffered = 0;
  #wanted = -1;
  #closed = false;

  constructor(child: ChildProcess, options: ConnectionOptions) {
    this.#options = options;
    this.#child = child;
    this.#child.on("error", (error) => this.#close(error.message));
    this.#child.on("exit", (code, signal) => this.#close(`it ended (${signal ?? `code ${code}`})`));
    this.#child.stdin!.on("error", () => {});
    this.#child.stdout!.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#child.stderr!.on("data", (chunk: Buffer) => options.log?.(chunk.toString().trimEnd()));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get closed(): boolean {
    return this.#closed;
  }

  notify(method: string, params: unknown): void {
    this.#send({ jsonrpc: "2.0", method, params });
  }

  /** Rejects after `timeout` ms, and tells the server to drop the work. */
  request<T>(method: string, params: unknown, timeout: number): Promise<T> {
    if (this.#closed) return Promise.reject(new LspError("the language server is not running"));
    const id = this.#nextId++;
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        this.notify("$/cancelRequest", { id });
        reject(new LspError(`${method}: no answer within ${timeout} ms`));
      }, timeout);
      this.#pending.set(id, { resolve, reject, timer });
      this.#send({ jsonrpc: "2.0", id, method, params });
      this.#flush();
    });
  }

  /** Asks the server to leave, and ends it if it has not left after `grace` ms. */
  async dispose(grace = 500): Promise<void> {
    if (this.#closed) return;
    const gone = new Promise<void>((resolve) => this.#child.once("exit", () => resolve()));
    this.request("shutdown", null, grace)
      .then(() => this.notify("exit", null))
      .catch(() => {})
      .finally(() => this.#child.stdin?.end());
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), grace);
    await gone;
    clearTimeout(timer);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #send(message: unknown): void {
    if (this.#closed) return;
    const body = JSON.stringify(message);
    // One write for a change and the question about it: each wakes the other process.
    if (this.#unsent === "") queueMicrotask(() => this.#flush());
    this.#unsent += `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  }

  #flush(): void {
    const text = this.#unsent;
    this.#unsent = "";
    if (text !== "" && !this.#closed) this.#child.stdin!.write(text);
  }

  #close(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.log?.(`language server: ${reason}`);
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new LspError(`the language server stopped: ${reason}`));
    }
    this.#pending.clear();
    this.#options.onExit();
  }

  #read(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    // Joining only when a whole message can be there keeps long answers linear in their length.
    while (this.#buffered > 0 && (this.#wanted < 0 || this.#buffered >= this.#wanted)) {
      let data = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
      if (this.#wanted < 0) {
        const end = data.indexOf("\r\n\r\n");
        this.#chunks = [data];
        if (end < 0) return;
        const length = /content-length: *(\d+)/i.exec(data.toString("latin1", 0, end));
        if (!length) {
          this.kill();
          return;
        }
        data = data.subarray(end + 4);
        this.#wanted = Number(length[1]);
        this.#chunks = [data];
        this.#buffered = data.length;
        continue;
      }
      const body = data.toString("utf8", 0, this.#wanted);
      data = data.subarray(this.#wanted);
      this.#wanted = -1;
      this.#chunks = data.length > 0 ? [data] : [];
      this.#buffered = data.length;
      this.#receive(JSON.parse(body));
    }
  }

  #receive(message: any): void {
    if (message.method !== undefined) {
      if (message.id === undefined) return;
      const result = this.#options.onRequest(message.method, message.params) ?? null;
      this.#send({ jsonrpc: "2.0", id: message.id, result });
      return;
    }
    const handler = this.#pending.get(message.id);
    if (!handler) return;
    this.#pending.delete(message.id);
    clearTimeout(handler.timer);
    if (message.error) handler.reject(new LspError(`${message.error.message}`));
    else handler.resolve(message.result);
  }
}
