// What a program leaves behind or holds while it runs: processes, memory, open files, listening ports and
// temporary files. Read from /proc, so the figures are the system's and not the program's own; elsewhere
// than on Linux `ps` and `lsof` stand in.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { descendants } from "../../kernel/runtime/descendants.ts";

export { descendants };

const linux = process.platform === "linux";

/** Runs, and is no zombie that only waits for its parent to look. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    if (!linux) return true;
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat[stat.lastIndexOf(")") + 2] !== "Z";
  } catch {
    return false;
  }
}

export function commandOf(pid: number): string {
  try {
    if (linux) return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return "";
  }
}

/** The one process below `pid` whose command line holds `part`. */
export function childWith(pid: number, part: string): number {
  const found = descendants(pid).filter((child) => commandOf(child).includes(part));
  if (found.length !== 1)
    throw new Error(`${found.length} processes below ${pid} have "${part}" in their command line`);
  return found[0]!;
}

export interface Resources {
  /** Resident memory in MB. */
  memory: number;
  /** Open file descriptors: files, pipes, sockets. */
  handles: number;
}

export function resources(pid: number): Resources {
  if (linux) {
    const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return { memory: Number(kb ?? 0) / 1024, handles: readdirSync(`/proc/${pid}/fd`).length };
  }
  const kb = execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
  const list = execFileSync("lsof", ["-p", String(pid)], { encoding: "utf8" });
  return { memory: Number(kb) / 1024, handles: list.split("\n").length - 2 };
}

/** The TCP ports on which one of these processes listens (Linux only; elsewhere none are found). */
export function listeningPorts(pids: readonly number[]): number[] {
  if (!linux) return [];
  const inodes = new Map<string, number>();
  for (const file of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const line of read(file).split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[3] === "0A") inodes.set(fields[9]!, Number.parseInt(fields[1]!.split(":").at(-1)!, 16));
    }
  }
  const ports = new Set<number>();
  for (const pid of pids) {
    for (const link of links(`/proc/${pid}/fd`)) {
      const port = inodes.get(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? "");
      if (port !== undefined) ports.add(port);
    }
  }
  return [...ports].sort((a, b) => a - b);
}

/** Waits until none of these processes runs any more. */
export async function gone(pids: readonly number[], limitMs = 30_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (pids.some(isRunning)) {
    if (Date.now() > deadline) {
      const left = pids.filter(isRunning).map((pid) => `${pid} ${commandOf(pid)}`);
      throw new Error(`still running after ${limitMs / 1000} s:\n${left.join("\n")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function links(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => {
      try {
        return readlinkSync(`${folder}/${name}`);
      } catch {
        return "";
      }
    });
  } catch {
    return [];
  }
}
