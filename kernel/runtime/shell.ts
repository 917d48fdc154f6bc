// `!command` and `%npm …`: programs whose output appears in the cell as it comes, and which an interrupt ends.

import { type ChildProcess, spawn } from "node:child_process";
import { currentCell, inCell, writeText } from "./channel.ts";
import { signalTree } from "./descendants.ts";

const running = new Set<ChildProcess>();

/** Runs a shell command; resolves to its exit status. */
export function shell(command: string): Promise<number> {
  const cell = currentCell();
  const child = spawn(command, { shell: true, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  child.stdout
    .setEncoding("utf8")
    .on("data", (chunk: string) => inCell(cell, () => writeText("stdout", chunk)));
  child.stderr
    .setEncoding("utf8")
    .on("data", (chunk: string) => inCell(cell, () => writeText("stderr", chunk)));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      running.delete(child);
      const status = code ?? 128;
      if (status !== 0) {
        const how = signal ? `was ended by ${signal}` : `ended with status ${status}`;
        inCell(cell, () => writeText("stderr", `${command}: ${how}\n`));
      }
      resolve(status);
    });
  });
}

/** `%npm install name`: fails the cell when npm fails, because the cells below need the package. */
export async function npm(args: string): Promise<void> {
  const status = await shell(`npm ${args}`);
  if (status !== 0) throw new Error(`npm ${args}: status ${status}`);
}

export function shellsInterrupted(): void {
  for (const child of running) {
    if (child.pid === undefined) continue;
    const pid = child.pid;
    signalTree(pid, "SIGINT");
    setTimeout(() => {
      if (running.has(child)) signalTree(pid, "SIGKILL");
    }, 1000).unref();
  }
}
