// Starts a private Jupyter server: free port, random token handed over in the
// environment (never on a command line), no browser, no user configuration.
// A shell stands guard: it holds a pipe from us and stops the server when the
// pipe closes, so the server ends with this process however this one ends.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { killAll, remember, type Started } from "./leftovers.ts";
import { locateServer } from "./locate.ts";
import { listKernelSpecs, rest, type ServerAddress, ServerError, serverAddress } from "./rest.ts";

/** A server in use; `close` gives back what was taken (a server we connected to is left running). */
export interface Server extends ServerAddress {
  /** The folder that kernel paths are relative to, when we started the server. */
  readonly root: string | undefined;
  /** Resolves when the server has gone, with the reason. Never resolves for a server not ours. */
  readonly gone: Promise<string>;
  /** The last it wrote to its log, kernels' own words included; only of a server that we started. */
  said?(): string;
  close(): Promise<void>;
}

/** How a server is started. */
export interface StartOptions {
  /** Folder the server serves. */
  root: string;
  env?: Record<string, string>;
  signal?: AbortSignal;
  /** Milliseconds to wait until it answers. Default 60,000. */
  timeout?: number;
}

/** Keeps the server's life tied to our end of the pipe. */
const GUARD =
  'exec 3<&0; "$@" 3<&- </dev/null & p=$!; (cat <&3 >/dev/null; kill -TERM $p) 2>/dev/null & wait $p; s=$?; rm -rf "$JUPYTER_RUNTIME_DIR"; exit $s';

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done, fail) => probe.once("error", fail).listen(0, "127.0.0.1", done));
  const { port } = probe.address() as { port: number };
  await new Promise((done) => probe.close(done));
  return port;
}

async function reportedUrl(runtime: string): Promise<string | undefined> {
  const file = (await readdir(runtime).catch(() => [])).find((n) => /^jpserver-\d+\.json$/.test(n));
  if (!file) return undefined;
  try {
    const info = JSON.parse(await readFile(join(runtime, file), "utf8"));
    return `http://127.0.0.1:${info.port}${info.base_url}`;
  } catch {
    return undefined; // half written: look again
  }
}

/**
 * Start a server and wait until it answers.
 *
 * @example
 * ```ts no-run: it needs a Jupyter server
 * const server = await startServer({ root: "." });
 * console.log(server.baseUrl);
 * await server.close();
 * ```
 */
export async function startServer(options: StartOptions): Promise<Server> {
  options.signal?.throwIfAborted();
  const { program, kernelPath } = locateServer({ ...process.env, ...options.env });
  const token = randomBytes(24).toString("hex");
  const runtime = await mkdtemp(join(tmpdir(), "gradlab-jupyter-"));
  const mark = randomBytes(12).toString("hex");
  const port = await freePort();
  const path = [...kernelPath, options.env?.JUPYTER_PATH ?? process.env.JUPYTER_PATH ?? ""].filter(Boolean);
  const child = spawn(
    "/bin/sh",
    [
      ...["-c", GUARD, "gradlab-jupyter", program, "--no-browser", "--ServerApp.ip=127.0.0.1"],
      ...[`--ServerApp.port=${port}`, "--ServerApp.port_retries=50", `--ServerApp.root_dir=${options.root}`],
      ...["--ServerApp.allow_root=True", "--ServerApp.log_level=WARN"],
      "--ZMQChannelsWebsocketConnection.limit_rate=False",
      // A kernel that dies is reported at once: its state is lost, so a restart would only hide it.
      ...["--KernelRestarter.restart_limit=0", "--KernelRestarter.time_to_dead=0.5"],
    ],
    {
      cwd: options.root,
      detached: true, // its own process group: a Ctrl-C in the terminal is ours to handle
      stdio: ["pipe", "ignore", "pipe"],
      env: {
        ...process.env,
        ...options.env,
        JUPYTER_TOKEN: token,
        JUPYTER_RUNTIME_DIR: runtime,
        JUPYTER_NO_CONFIG: "1",
        JUPYTER_PATH: path.join(delimiter),
        GRADLAB_MARK: mark,
      },
    },
  );
  let log = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-4000);
  });
  child.stdin!.on("error", () => {}); // the guard may be gone before the pipe closes
  const gone = new Promise<string>((done) => {
    child.once("error", (error) => done(`it could not be started: ${error.message}`));
    child.once("exit", (code, sig) =>
      done(`it ended with ${sig ?? `status ${code}`}${log && `\n${log.trim()}`}`),
    );
  });
  const started: Started = { pid: child.pid ?? 0, mark, runtime };
  const forget = child.pid ? remember(started) : () => {};
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= stop(child, gone, started).finally(forget);
    return closing;
  };
  try {
    const address = await ready(runtime, token, gone, options);
    return { ...address, root: options.root, gone, said: () => log, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function ready(
  runtime: string,
  token: string,
  gone: Promise<string>,
  { signal, timeout = 60_000 }: StartOptions,
): Promise<ServerAddress> {
  let ended: string | undefined;
  void gone.then((why) => {
    ended = why;
  });
  const limit = Date.now() + timeout;
  for (;;) {
    signal?.throwIfAborted();
    if (ended !== undefined) throw new ServerError(`the Jupyter server did not start: ${ended}`);
    const url = await reportedUrl(runtime);
    if (url) {
      const address = serverAddress(url, token);
      const up = await rest(address, "api/status", { timeout: 5000, ...(signal ? { signal } : {}) }).then(
        () => true,
        () => false,
      );
      if (up) return address;
    }
    if (Date.now() > limit)
      throw new ServerError(`the Jupyter server did not answer within ${timeout / 1000} s`);
    await sleep(50);
  }
}

/** Ask the server to end (it ends its kernels), insist after a while, then sweep up what is left. */
async function stop(child: ChildProcess, gone: Promise<string>, started: Started): Promise<void> {
  child.stdin?.end();
  await Promise.race([gone, sleep(8000, undefined, { ref: false })]);
  if (started.pid) killAll(started);
  else await rm(started.runtime, { recursive: true, force: true });
}

/**
 * Use a server that somebody else runs.
 *
 * @example
 * ```ts no-run: it needs a Jupyter server
 * const server = await connectServer(serverAddress("http://localhost:8888", "token"));
 * ```
 */
export async function connectServer(address: ServerAddress, signal?: AbortSignal): Promise<Server> {
  await listKernelSpecs(address, signal); // an Enterprise Gateway answers this too, and it needs the token
  return { ...address, root: undefined, gone: new Promise(() => {}), close: async () => {} };
}
