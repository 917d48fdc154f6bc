// Is the kernel in order? Each check says what it looked at, what it found, and what to do if that is wrong.
// The last one starts the kernel and runs a cell in it, as a notebook would.

import { spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { accessSync, constants, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Wire } from "../protocol/wire.ts";
import { isOurs, KERNEL_NAME, readSpec, userDataFolder } from "./install.ts";

export interface Check {
  name: string;
  ok: boolean;
  found: string;
  /** What to do when it is not in order. */
  remedy?: string;
}

export async function doctor(): Promise<Check[]> {
  const checks = [checkNode(), await checkSockets(), ...checkSpecs()];
  if (checks.every((check) => check.ok || check.name.startsWith("kernelspec"))) checks.push(await checkRun());
  return checks;
}

function checkNode(): Check {
  const major = Number(process.versions.node.split(".")[0]);
  const ok = major >= 24;
  const found = `${process.execPath} is Node ${process.versions.node}`;
  return { name: "Node", ok, found, remedy: "Node 24 or newer runs TypeScript; npm start sets one up" };
}

async function checkSockets(): Promise<Check> {
  try {
    const { version, capability } = await import("zeromq");
    return { name: "ZeroMQ", ok: true, found: `${version}${capability.curve ? ", with CurveZMQ" : ""}` };
  } catch (error) {
    return { name: "ZeroMQ", ok: false, found: (error as Error).message, remedy: "npm install" };
  }
}

/** The folders where Jupyter looks for kernels, as far as they can be known without Python. */
export function specFolders(env: NodeJS.ProcessEnv = process.env): string[] {
  const roots = [
    ...(env["JUPYTER_PATH"]?.split(":") ?? []),
    userDataFolder(env),
    ...[env["VIRTUAL_ENV"], env["CONDA_PREFIX"], fileURLToPath(new URL("../../.venv", import.meta.url))]
      .filter((prefix) => prefix !== undefined)
      .map((prefix) => join(prefix, "share", "jupyter")),
    "/usr/local/share/jupyter",
    "/usr/share/jupyter",
  ];
  return [...new Set(roots.filter(Boolean))].map((root) => join(root, "kernels", KERNEL_NAME));
}

function checkSpecs(): Check[] {
  const checks: Check[] = [];
  for (const folder of specFolders()) {
    const name = `kernelspec ${folder}`;
    try {
      const spec = readSpec(folder);
      if (spec) checks.push(isOurs(spec) ? checkSpec(name, spec.argv) : foreign(name, spec.argv));
    } catch (error) {
      checks.push({ name, ok: false, found: (error as Error).message, remedy: "gradlab kernel install" });
    }
  }
  if (checks.length > 0) return checks;
  return [
    {
      name: "kernelspec",
      ok: false,
      found: "none is installed",
      remedy: "gradlab kernel install --sys-prefix",
    },
  ];
}

function checkSpec(name: string, argv: string[]): Check {
  const remedy = "it points to files that are gone; gradlab kernel install writes it again";
  try {
    accessSync(argv[0]!, constants.X_OK);
    accessSync(argv[1]!, constants.R_OK);
    return { name, ok: true, found: argv.slice(0, 2).join(" ") };
  } catch (error) {
    return { name, ok: false, found: (error as Error).message, remedy };
  }
}

function foreign(name: string, argv: string[]): Check {
  const found = `another kernel: ${argv.join(" ")}`;
  return {
    name,
    ok: false,
    found,
    remedy: "where it comes first, it is the one that opens; jupyter kernelspec list",
  };
}

async function checkRun(): Promise<Check> {
  const name = "a first cell";
  const started = performance.now();
  try {
    const result = await runOnce("21 * 2");
    const ms = Math.round(performance.now() - started);
    return { name, ok: result === "42", found: `21 * 2 gives ${result}, ${ms} ms after the start` };
  } catch (error) {
    return {
      name,
      ok: false,
      found: (error as Error).message,
      remedy: "the lines above it are the kernel's own",
    };
  }
}

/** Starts a kernel of its own, runs one expression and ends it; resolves to the result as text. */
export async function runOnce(code: string, limitMs = 30_000): Promise<string> {
  const zmq = await import("zeromq");
  const folder = mkdtempSync(join(tmpdir(), "gradlab-doctor-"));
  const ports = await Promise.all([1, 2, 3, 4, 5].map(freePort));
  const names = ["shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"];
  const key = randomBytes(16).toString("hex");
  const connection = { ip: "127.0.0.1", transport: "tcp", signature_scheme: "hmac-sha256", key };
  const file = join(folder, "connection.json");
  const content = { ...connection, ...Object.fromEntries(names.map((name, i) => [name, ports[i]])) };
  writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
  const main = fileURLToPath(new URL("../main.ts", import.meta.url));
  const child = spawn(process.execPath, [main, "--connection-file", file], {
    cwd: folder,
    env: { ...process.env, GRADLAB_HISTORY: join(folder, "history") },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const wire = new Wire(key);
  const shell = new zmq.Dealer({ linger: 0, routingId: randomUUID() });
  try {
    shell.connect(`tcp://127.0.0.1:${ports[0]}`);
    const user_expressions = { value: code };
    const request = { code: "", silent: false, store_history: false, user_expressions, allow_stdin: false };
    await shell.send(wire.encode([], { type: "execute_request", content: request }) as string[]);
    shell.receiveTimeout = limitMs;
    const ended = new Promise<never>((_, reject) => {
      child.on("exit", (status) => reject(new Error(`the kernel ended with status ${status}`)));
    });
    const reply = wire.decode((await Promise.race([shell.receive(), ended])) as Buffer[]);
    const value = reply.content["user_expressions"]?.value;
    return value?.data?.["text/plain"] ?? value?.evalue ?? reply.content["evalue"];
  } finally {
    shell.close();
    child.removeAllListeners("exit");
    child.kill("SIGTERM");
    await new Promise((resolve) => (child.exitCode === null ? child.once("exit", resolve) : resolve(null)));
    if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
