// A real Jupyter Enterprise Gateway for tests: the PyPI package over the
// repository's own Python environment, fetched once into .cache/ with the few
// packages it needs in other versions. Where it cannot be had, the reason is told.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { packageRoot } from "../../src/notebook/server/locate.ts";

/** Those of the gateway and of its old servers; all the rest comes from .venv. */
const PACKAGES = [
  ...["jupyter_enterprise_gateway==3.3.0", "jupyter_client==6.1.12", "jupyter_server==1.24.0"],
  ...["anyio==3.7.1", "sniffio==1.3.1", "bcrypt==5.0.0", "cryptography==50.0.2", "future==1.0.0"],
  ...["invoke==3.0.3", "paramiko==5.1.0", "pycryptodomex==3.24.2", "PyNaCl==1.6.2", "watchdog==7.1.0"],
];

const python = join(packageRoot, ".venv", "bin", "python");
const folder = join(packageRoot, ".cache", "enterprise-gateway-3.3.0");

/** Why there is no gateway here; undefined when there is one. */
export async function gatewayMissing(): Promise<string | undefined> {
  if (process.platform !== "linux") return "looks for kernels in /proc";
  if (!existsSync(python)) return `there is no ${python}: run npm start once`;
  if (!existsSync(join(packageRoot, ".venv", "share", "jupyter", "kernels", "tslab")))
    return "the tslab kernel is not installed: run npm start once";
  if (existsSync(folder)) return undefined;
  const made = `${folder}.${process.pid}`;
  await mkdir(made, { recursive: true });
  const args = ["-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check"];
  try {
    await promisify(execFile)(python, [...args, "--retries", "1", "--target", made, ...PACKAGES], {
      timeout: 240_000,
    });
    await rename(made, folder);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    const { stderr = "", message } = error as Error & { stderr?: string };
    return `pip cannot install jupyter_enterprise_gateway: ${stderr.trim().split("\n").at(-1) || message}`;
  }
  return undefined;
}

const RUN = [
  `import sys; sys.path.insert(0, ${JSON.stringify(folder)})`,
  "from enterprise_gateway.enterprisegatewayapp import launch_instance; launch_instance()",
].join("\n");

export interface Gateway {
  /** With its token. */
  url: string;
  baseUrl: string;
  /** Its resident memory, KiB. */
  memory(): number;
  /** Those of its kernels that run, whether or not it still does. */
  kernels(): number[];
  /** As a power cut would: the gateway only, its kernels live on. */
  kill(): void;
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, "127.0.0.1", done));
  const { port } = probe.address() as { port: number };
  await new Promise((done) => probe.close(done));
  return port;
}

/** Processes with `text` on their command line. */
function processesWith(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => {
      try {
        return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8").includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Start a gateway that keeps its files in `runtime`. */
export async function startGateway(runtime: string, env: Record<string, string> = {}): Promise<Gateway> {
  await mkdir(runtime, { recursive: true });
  const token = randomBytes(12).toString("hex");
  const port = await freePort();
  const options = ["--ip=127.0.0.1", `--port=${port}`, `--EnterpriseGatewayApp.auth_token=${token}`];
  const child: ChildProcess = spawn(python, ["-P", "-c", RUN, ...options], {
    cwd: runtime,
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      ...process.env,
      JUPYTER_PATH: join(packageRoot, ".venv", "share", "jupyter"),
      JUPYTER_RUNTIME_DIR: runtime, // its kernels name a file there on their command lines
      JUPYTER_NO_CONFIG: "1",
      ...env,
    },
  });
  let log = "";
  child.stderr!.on("data", (text) => (log = (log + text).slice(-3000)));
  const ended = new Promise((done) => child.once("close", done));
  const baseUrl = `http://127.0.0.1:${port}/`;
  const kernels = () => processesWith(runtime).filter((pid) => pid !== child.pid);
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
    for (const pid of kernels()) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // gone in the meantime
      }
    }
  };
  for (let k = 0; ; k++) {
    const up = await fetch(`${baseUrl}api/kernelspecs?token=${token}`).then(
      (r) => r.ok,
      () => false,
    );
    if (up) break;
    if (k === 300 || child.exitCode !== null) {
      await stop();
      throw new Error(`the gateway did not start:\n${log}`);
    }
    await sleep(100);
  }
  return {
    url: `${baseUrl}?token=${token}`,
    baseUrl,
    memory: () => Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))![1]),
    kernels,
    kill: () => void child.kill("SIGKILL"),
    close: stop,
  };
}
