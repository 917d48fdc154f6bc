// Starting JupyterLab: a free port, a secret token, settings that suit notebooks
// of ours (TypeScript first, no news pop-up), and all of its files in .cache.
// Its log goes to .cache/log/jupyter.log; what concerns the user is said aloud.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { jupyterEnv, logFile, notebooks, venv, venvPython } from "./paths.mjs";
import { SetupError } from "./say.mjs";

const FIRST_PORT = 8888;
const PORTS = 40;
const STARTS_WITHIN_MS = 120_000;

/** Is nobody listening on `port` of this machine? */
function isFree(port) {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => done(true)));
  });
}

/** The port asked for, or the first free one from 8888 on. */
export async function choosePort(wanted) {
  if (wanted !== undefined) {
    if (await isFree(wanted)) return wanted;
    throw new SetupError(`port ${wanted} is taken by another program.`, [
      "Without --port, the first free one is used:  npm start",
      `Who has it:  lsof -i :${wanted}   (or, on Linux,  ss -ltnp)`,
    ]);
  }
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS; port++) if (await isFree(port)) return port;
  throw new SetupError(
    `ports ${FIRST_PORT} to ${FIRST_PORT + PORTS - 1} are all taken.`,
    "npm start -- --port 9999",
  );
}

/** JupyterLab's settings for this environment; the user's own, made in its menus, come on top. */
function writeSettings() {
  const overrides = {
    "@jupyterlab/apputils-extension:notification": { checkForUpdates: false, fetchNews: "false" },
    // The first completion has the whole program to read, and JupyterLab gives up after one second.
    "@jupyterlab/completer-extension:manager": { providerTimeout: 8000 },
  };
  const folder = join(venv, "share", "jupyter", "lab", "settings");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "overrides.json"), `${JSON.stringify(overrides, null, 2)}\n`);
}

/**
 * Start JupyterLab on the notebooks.
 * `options` are passed to Jupyter as they are; `onLine` is given every line of its log.
 * @returns {Promise<{url: string, child: import("node:child_process").ChildProcess, ended: Promise<number>, stop: () => Promise<void>}>}
 */
export async function startLab({
  port: wanted,
  folder = notebooks,
  state,
  options = [],
  onLine = () => {},
} = {}) {
  for (let tries = 1; ; tries++) {
    const port = await choosePort(wanted);
    const lab = await startOn(port, { folder, state, options, onLine });
    if (lab.child) return lab;
    // Another program may have taken the port between our look and the server's.
    const taken = lab.tail.some((line) => /already in use/.test(line));
    if (!taken || wanted !== undefined || tries === 5) {
      throw new SetupError("JupyterLab did not start.", [
        ...lab.tail,
        `Its whole log is ${logFile("jupyter")}`,
      ]);
    }
  }
}

async function startOn(port, { folder, state, options, onLine }) {
  const token = randomBytes(24).toString("hex");
  writeSettings();
  mkdirSync(folder, { recursive: true });
  const args = [
    fileURLToPath(new URL("lab.py", import.meta.url)),
    "--no-browser",
    "--ServerApp.ip=127.0.0.1",
    `--ServerApp.port=${port}`,
    "--ServerApp.port_retries=0",
    `--ServerApp.root_dir=${folder}`,
    "--MultiKernelManager.default_kernel_name=tslab",
    "--LanguageServerManager.autodetect=False",
    // The Python kernel that comes with JupyterLab stays out of the menus: nothing here is written for it.
    "--KernelSpecManager.allowed_kernelspecs=tslab",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
    ...options,
  ];
  const env = { ...jupyterEnv(process.env, state), JUPYTER_TOKEN: token };
  // A process group of its own: Ctrl-C in the terminal comes to us, and we end the server in order.
  const child = spawn(venvPython, args, {
    cwd: folder,
    env,
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  const tail = keepLog(child, onLine);
  const ended = new Promise((done) => {
    child.once("error", () => done(127));
    child.once("close", (code, signal) => done(code ?? (signal ? 0 : 1)));
  });
  const stop = () => stopLab(child, ended);
  const base = options.map((option) => /^--ServerApp\.base_url=\/?(.*?)\/?$/.exec(option)?.[1]).find(Boolean);
  const address = `http://127.0.0.1:${port}${base ? `/${base}` : ""}`;
  if (!(await ready(address, token, ended))) {
    await stop();
    return { tail };
  }
  return { url: `${address}/lab?token=${token}`, child, ended, stop };
}

/** Copies the server's output to its log; returns the last lines, kept up to date. */
function keepLog(child, onLine) {
  const file = logFile("jupyter");
  mkdirSync(dirname(file), { recursive: true });
  const log = createWriteStream(file);
  const tail = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      log.write(`${line}\n`);
      tail.push(line);
      if (tail.length > 12) tail.shift();
      onLine(line);
    });
  }
  return tail;
}

/** Wait until the server at `address` answers; false if it ends or never does. */
async function ready(address, token, ended) {
  let over = false;
  ended.then(() => (over = true));
  const deadline = Date.now() + STARTS_WITHIN_MS;
  while (!over && Date.now() < deadline) {
    try {
      const answer = await fetch(`${address}/api/status`, {
        headers: { authorization: `token ${token}` },
        signal: AbortSignal.timeout(5000),
      });
      if (answer.ok) return true;
    } catch {
      // not listening yet
    }
    await sleep(150);
  }
  return false;
}

/** End the server and its kernels: politely, and after ten seconds by force. */
async function stopLab(child, ended) {
  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch {
      // gone already
    }
  };
  if (child.pid === undefined) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => signal("SIGKILL"), 10_000);
  await ended;
  clearTimeout(timer);
}
