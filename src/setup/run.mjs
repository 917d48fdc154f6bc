// Running another program during set-up: its output goes to a log file, line by
// line to whoever shows progress, and its last lines into the error if it fails.
// Whatever ends this process ends the program too.
import { spawn, spawnSync } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { logFile } from "./paths.mjs";

const TAIL = 12;

/**
 * Run a program to its end.
 * @returns {Promise<{code: number, tail: string[], text: string, log: string}>} code is 127 when it can't be started
 */
export function run(command, args, { name, env = process.env, cwd, onLine = () => {} }) {
  const log = logFile(name);
  mkdirSync(dirname(log), { recursive: true });
  const file = createWriteStream(log);
  file.write(`$ ${[command, ...args].join(" ")}\n`);
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"] });
    const lines = [];
    const kill = () => child.kill("SIGTERM");
    process.once("exit", kill);
    const finish = (code) => {
      process.removeListener("exit", kill);
      file.end();
      resolve({ code, tail: lines.slice(-TAIL), text: lines.join("\n"), log });
    };
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        file.write(`${line}\n`);
        if (!line.trim()) return;
        lines.push(line);
        onLine(line);
      });
    }
    child.once("error", (error) => {
      lines.push(error.message);
      finish(127);
    });
    child.once("close", (code, signal) => finish(code ?? (signal ? 130 : 1)));
  });
}

/** Run a short program and return what it printed, or null when it fails or can't be started. */
export function ask(command, args, { env = process.env, timeout = 20_000 } = {}) {
  const child = spawnSync(command, args, {
    env,
    timeout,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  return child.status === 0 ? child.stdout.trim() : null;
}

/** Does this output of npm or pip come from a missing or broken network? */
export function networkTrouble(text) {
  return /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENOTCACHED|name resolution|NameResolutionError|NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|Network is unreachable|getaddrinfo/i.test(
    text,
  );
}

/** Is the disk full, according to this output? */
export function diskFull(text) {
  return /ENOSPC|No space left on device/i.test(text);
}
