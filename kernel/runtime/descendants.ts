// The processes a process has started, and theirs. An interrupt has to reach them (as Ctrl-C in a terminal
// would), and so has the end of the kernel.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export function descendants(pid: number): number[] {
  const parents = parentsOfAll();
  const found: number[] = [];
  let layer = [pid];
  while (layer.length > 0) {
    layer = [...parents].filter(([, parent]) => layer.includes(parent)).map(([child]) => child);
    found.push(...layer);
  }
  return found;
}

export function signalDescendants(pid: number, signal: NodeJS.Signals): void {
  signalAll(descendants(pid), signal);
}

/** The process and its descendants, itself first: a shell whose command ended before it was told would begin the next. */
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  signalAll([pid, ...descendants(pid)], signal);
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}

function parentsOfAll(): Map<number, number> {
  const parents = new Map<number, number>();
  if (process.platform === "linux") {
    for (const name of readdirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      try {
        // "pid (name, which may hold anything) state ppid …"
        const stat = readFileSync(`/proc/${name}/stat`, "latin1");
        parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
      } catch {
        // It has ended meanwhile.
      }
    }
  } else if (process.platform !== "win32") {
    for (const line of execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).split("\n")) {
      const [pid, parent] = line.trim().split(/\s+/).map(Number);
      if (pid && parent !== undefined) parents.set(pid, parent);
    }
  }
  return parents;
}
