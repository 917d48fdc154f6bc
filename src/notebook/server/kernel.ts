// One kernel of a Jupyter server: start it, run code in it, stop it. It builds
// on @jupyterlab/services' connection and adds what running unattended needs:
// an execution always settles (reply, death, lost server), and every published
// message is handed over under the request that caused it.
import { KernelConnection } from "@jupyterlab/services/lib/kernel/default.js";
import { ServerConnection } from "@jupyterlab/services/lib/serverconnection.js";
import { NotebookError } from "../format/types.ts";
import type { KernelMessage } from "../run/outputs.ts";
import { quiet } from "./quiet.ts";
import { type KernelModel, listKernelSpecs, rest, ServerError } from "./rest.ts";
import type { Server } from "./start.ts";

export interface LanguageInfo {
  name: string;
  file_extension?: string;
  mimetype?: string;
  [key: string]: unknown;
}

/** How a request to run code ended. */
export interface ExecuteReply {
  status: "ok" | "error" | "aborted";
  executionCount: number | null;
  error?: { ename: string; evalue: string; traceback: string[] };
}

/** The kernel or its server is gone; state is lost. */
export class KernelDeath extends NotebookError {
  override name = "KernelDeath";
  /** Whether the server went too. */
  readonly serverLost: boolean;
  constructor(message: string, serverLost = false) {
    super(message);
    this.serverLost = serverLost;
  }
}

export interface KernelOptions {
  /** Kernel name, e.g. "tslab". */
  name: string;
  /** Notebook path relative to the server's root; sets the kernel's working directory. */
  path?: string;
  signal?: AbortSignal;
  /** Milliseconds for the kernel to come up. Default 60,000. */
  timeout?: number;
}

/**
 * When a kernel dies the connection leaves promises that nobody can catch, and
 * an uncaught rejection would end this process. They are left pending instead:
 * death is noticed by the status, and by asking the server.
 */
function tame(connection: KernelConnection, restarting: () => boolean): void {
  const forever = new Promise<never>(() => {});
  const info = connection.requestKernelInfo.bind(connection);
  connection.requestKernelInfo = () => info().catch(() => forever);
  const reconnect = connection.reconnect.bind(connection);
  connection.reconnect = () =>
    reconnect().catch((error) => {
      if (restarting()) throw error;
      return forever;
    });
}

const POLL = 10_000;
const SILENT_POLLS = 3;

export class Kernel {
  readonly id: string;
  readonly name: string;
  language: LanguageInfo = { name: "" };
  readonly #server: Server;
  readonly #connection: KernelConnection;
  readonly #release = quiet();
  readonly #listeners = new Map<string, (message: KernelMessage) => void>();
  /** Rejects when the kernel is lost; one promise for all executions. */
  #death!: (reason: KernelDeath) => void;
  #lost: Promise<never> = new Promise((_, reject) => {
    this.#death = reject;
  });
  #dead: KernelDeath | undefined;
  #restarting = false;
  #poll: NodeJS.Timeout | undefined;
  #silent = 0;

  private constructor(server: Server, model: KernelModel) {
    this.#server = server;
    this.id = model.id;
    this.name = model.name;
    this.#lost.catch(() => {});
    this.#connection = new KernelConnection({
      model: model as any,
      handleComms: false,
      serverSettings: ServerConnection.makeSettings({
        baseUrl: server.baseUrl,
        token: server.token,
        appendToken: true,
      }),
    });
    tame(this.#connection, () => this.#restarting);
    this.#connection.statusChanged.connect((_, status) => {
      if (this.#restarting) return;
      if (status === "autorestarting" || status === "restarting") this.#die("the kernel died");
      if (status === "dead") this.#die("the kernel died and could not be restarted");
    });
    this.#connection.connectionStatusChanged.connect((_, status) => {
      if (status === "disconnected" && !this.#restarting)
        this.#die("the connection to the kernel was lost", true);
    });
    this.#connection.iopubMessage.connect((_, message) => {
      const parent = (message.parent_header as { msg_id?: string }).msg_id;
      if (parent) this.#listeners.get(parent)?.(message as unknown as KernelMessage);
    });
    void server.gone.then((why) => this.#die(`the Jupyter server is gone: ${why}`, true));
  }

  /** Start a kernel and wait until it answers. */
  static async start(server: Server, options: KernelOptions): Promise<Kernel> {
    const { kernelspecs } = await listKernelSpecs(server, options.signal);
    if (!kernelspecs[options.name]) {
      const known = Object.keys(kernelspecs).sort().join(", ") || "none";
      throw new NotebookError(
        `the kernel "${options.name}" is not installed on ${server.baseUrl} (installed: ${known}). ` +
          "Choose another with --kernel NAME" +
          (options.name === "tslab" ? ", or run `npm start` once to install ours." : "."),
      );
    }
    const model = await rest<KernelModel>(server, "api/kernels", {
      method: "POST",
      body: { name: options.name, ...(options.path ? { path: options.path } : {}) },
      timeout: options.timeout ?? 60_000,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    const kernel = new Kernel(server, model);
    try {
      await kernel.#ready(options);
      return kernel;
    } catch (error) {
      await kernel.shutdown();
      throw error;
    }
  }

  async #ready({ signal, timeout = 60_000 }: KernelOptions): Promise<void> {
    const limit = AbortSignal.timeout(timeout);
    const stop = signal ? AbortSignal.any([signal, limit]) : limit;
    const stopped = new Promise<never>((_, reject) => {
      stop.addEventListener("abort", () => {
        reject(
          signal?.aborted
            ? signal.reason
            : new ServerError(`the kernel "${this.name}" did not answer within ${timeout / 1000} s`),
        );
      });
    });
    stopped.catch(() => {});
    signal?.throwIfAborted();
    const info = await Promise.race([this.#connection.info, stopped, this.#lost]);
    if (info.status === "ok") this.language = info.language_info as unknown as LanguageInfo;
  }

  get alive(): boolean {
    return this.#dead === undefined;
  }

  #die(why: string, serverLost = false): void {
    if (this.#dead) return;
    this.#dead = new KernelDeath(why, serverLost);
    this.#death(this.#dead);
  }

  /**
   * Run code; resolves with the kernel's reply, also when the code failed.
   * @param onMessage receives every message published for this request, late ones too
   * @throws KernelDeath when the kernel or the server is lost before it replies
   */
  async execute(
    code: string,
    onMessage: (message: KernelMessage) => void = () => {},
    options: { silent?: boolean } = {},
  ): Promise<ExecuteReply> {
    if (this.#dead) throw this.#dead;
    const future = this.#connection.requestExecute({
      code,
      silent: options.silent ?? false,
      store_history: !options.silent,
      stop_on_error: true,
      allow_stdin: false,
    });
    this.#listeners.set(future.msg.header.msg_id, onMessage);
    this.#watch();
    try {
      const cancelled = future.done.catch(async (error: unknown) => {
        // The connection drops its futures just before it says why; wait for the reason.
        if (!this.#restarting)
          await Promise.race([this.#lost, new Promise((done) => setTimeout(done, 2000))]);
        throw this.#dead ?? new KernelDeath(`the execution was cancelled: ${(error as Error).message}`);
      });
      const reply = (await Promise.race([cancelled, this.#lost])) as { content: any };
      const { content } = reply;
      return {
        status: content.status === "ok" ? "ok" : content.status === "error" ? "error" : "aborted",
        executionCount: content.execution_count ?? null,
        ...(content.status === "error"
          ? { error: { ename: content.ename, evalue: content.evalue, traceback: content.traceback ?? [] } }
          : {}),
      };
    } finally {
      clearInterval(this.#poll);
    }
  }

  /** While code runs, ask the server now and then whether the kernel still exists. */
  #watch(): void {
    clearInterval(this.#poll);
    this.#silent = 0;
    this.#poll = setInterval(async () => {
      try {
        await rest<KernelModel>(this.#server, `api/kernels/${this.id}`, { timeout: POLL });
        this.#silent = 0;
      } catch (error) {
        if ((error as ServerError).status === 404) this.#die("the kernel is no longer on the server");
        else if (++this.#silent >= SILENT_POLLS) this.#die((error as Error).message, true);
      }
    }, POLL);
  }

  /** Ask the running code to stop; the execution then ends with an error. */
  async interrupt(timeout = 10_000): Promise<void> {
    await rest(this.#server, `api/kernels/${this.id}/interrupt`, { method: "POST", timeout });
  }

  /** Restart the kernel: all state is lost, running executions are given up. */
  async restart(timeout = 30_000): Promise<void> {
    this.#restarting = true;
    try {
      await Promise.race([
        this.#connection.restart(),
        this.#lost,
        new Promise((_, reject) =>
          setTimeout(() => reject(new NotebookError("the kernel did not restart in time")), timeout).unref(),
        ),
      ]);
    } finally {
      this.#restarting = false;
    }
  }

  /** Stop the kernel and drop the connection. Never throws; safe to call twice. */
  async shutdown(timeout = 10_000): Promise<void> {
    clearInterval(this.#poll);
    this.#die("the kernel was shut down");
    await rest(this.#server, `api/kernels/${this.id}`, { method: "DELETE", timeout }).catch(() => {});
    this.#connection.dispose();
    this.#release();
  }
}
