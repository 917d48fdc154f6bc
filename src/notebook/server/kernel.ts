// One kernel of a Jupyter server: start it, run code in it, stop it. It builds
// on @jupyterlab/services' connection and adds what running unattended needs:
// an execution always settles (reply, death, lost server), and every published
// message is handed over under the request that caused it.
import { KernelConnection } from "@jupyterlab/services/lib/kernel/default.js";
import { ServerConnection } from "@jupyterlab/services/lib/serverconnection.js";
import { NotebookError } from "../format/types.ts";
import type { KernelMessage } from "../run/outputs.ts";
import { diedAtStart, gatewayEnvironment } from "./kernel-start.ts";
import { type ExecuteReply, KernelDeath, type KernelOptions, type LanguageInfo } from "./kernel-types.ts";
import { quiet, tame } from "./quiet.ts";
import { type KernelModel, listKernelSpecs, rest, ServerError } from "./rest.ts";
import type { Server } from "./start.ts";

/** How often the server is asked whether the kernel still exists, how soon again when it is silent, and while it starts. */
const POLL = 5000;
const POLL_AGAIN = 1000;
const POLL_STARTING = 500;

/**
 * One kernel of a Jupyter server: runs code, is interrupted, restarted, shut down.
 *
 * @example
 * ```ts no-run: it needs a Jupyter server
 * const server = await startServer({ root: "." });
 * const kernel = await Kernel.start(server, { name: "tslab" });
 * (await kernel.execute("1 + 1")).status;
 * await kernel.shutdown();
 * await server.close();
 * ```
 */
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
  #running = false;
  readonly #patience: number;

  private constructor(server: Server, model: KernelModel, patience: number) {
    this.#server = server;
    this.#patience = patience;
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
      if (["autorestarting", "restarting", "dead"].includes(status)) this.#die("the kernel died");
    });
    this.#connection.connectionStatusChanged.connect((_, status) => {
      if (status === "disconnected" && !this.#restarting)
        this.#die("the connection to the kernel was lost", true);
    });
    this.#connection.iopubMessage.connect((_, message) => {
      const parent = (message.parent_header as { msg_id?: string }).msg_id;
      if (parent) this.#listeners.get(parent)?.(message as unknown as KernelMessage);
    });
    // The server outlives its kernels, by thousands in a sweep: what waits for it must not hold them.
    const self = new WeakRef(this);
    void server.gone.then((why) => {
      const kernel = self.deref();
      if (kernel) kernel.#die(`the Jupyter server is gone: ${why}`, true);
    });
  }

  /** Start a kernel and wait until it answers. */
  static async start(server: Server, options: KernelOptions): Promise<Kernel> {
    const { kernelspecs } = await listKernelSpecs(server, options.signal);
    if (!kernelspecs[options.name]) {
      const known = Object.keys(kernelspecs).sort().join(", ") || "none";
      throw new ServerError(
        `the kernel "${options.name}" is not installed on ${server.baseUrl} (installed: ${known}). ` +
          "Choose another with --kernel NAME" +
          (options.name === "tslab" ? ", or run `npm start` once to install ours." : "."),
        { fault: "refused" },
      );
    }
    const model = await rest<KernelModel>(server, "api/kernels", {
      method: "POST",
      body: {
        name: options.name,
        ...(options.path ? { path: options.path } : {}),
        ...(server.root === undefined ? { env: gatewayEnvironment() } : {}),
      },
      timeout: options.timeout ?? 60_000,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    const kernel = new Kernel(server, model, options.patience ?? 60_000);
    try {
      await options.onStarted?.(model.id);
      await kernel.#ready(options);
      return kernel;
    } catch (error) {
      await kernel.shutdown();
      throw error instanceof KernelDeath && !error.serverLost ? diedAtStart(server, options.name) : error;
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
    this.#running = true; // the server is asked while we wait: kernel or server may go before the kernel answers
    this.#watch(Date.now(), POLL_STARTING, POLL_STARTING);
    const info = await Promise.race([this.#connection.info, stopped, this.#lost]).finally(() => {
      this.#running = false;
      clearTimeout(this.#poll);
    });
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
    options: { silent?: boolean; expressions?: Record<string, string> } = {},
  ): Promise<ExecuteReply> {
    if (this.#dead) throw this.#dead;
    const future = this.#connection.requestExecute({
      code,
      silent: options.silent ?? false,
      store_history: !options.silent,
      stop_on_error: true,
      allow_stdin: false,
      user_expressions: options.expressions ?? {},
    });
    this.#listeners.set(future.msg.header.msg_id, onMessage);
    this.#running = true;
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
        ...(options.expressions ? { expressions: content.user_expressions ?? {} } : {}),
        ...(content.status === "error"
          ? { error: { ename: content.ename, evalue: content.evalue, traceback: content.traceback ?? [] } }
          : {}),
      };
    } finally {
      this.#running = false;
      clearTimeout(this.#poll);
    }
  }

  /** While code runs, ask the server now and then whether the kernel still exists. */
  #watch(heard = Date.now(), wait = Math.min(POLL, this.#patience), every = wait): void {
    clearTimeout(this.#poll);
    this.#poll = setTimeout(async () => {
      try {
        await rest<KernelModel>(this.#server, `api/kernels/${this.id}`, {
          timeout: Math.max(1000, this.#patience / 2),
        });
        if (this.#running) this.#watch(Date.now(), every, every);
      } catch (error) {
        if ((error as ServerError).status === 404) this.#die("the kernel is no longer on the server");
        else if (Date.now() - heard > this.#patience) this.#die((error as Error).message, true);
        else if (this.#running) this.#watch(heard, POLL_AGAIN, every);
      }
    }, wait);
  }

  /** Whether the server is there and still has the kernel. */
  async exists(): Promise<boolean> {
    if (this.#dead) return false;
    return rest(this.#server, `api/kernels/${this.id}`, { timeout: 10_000 }).then(
      () => true,
      () => false,
    );
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
    clearTimeout(this.#poll);
    this.#die("the kernel was shut down");
    await rest(this.#server, `api/kernels/${this.id}`, { method: "DELETE", timeout }).catch(() => {});
    this.#connection.dispose();
    this.#release();
  }
}
