// Who started the kernel. A kernel whose client was killed gets no message about it: the launcher leaves its
// process id in the environment (as Jupyter does, except for kernels that are meant to outlive it), and when
// that process is gone, so is the reason for this one.
//
// Two look after it: the kernel process, which then ends in good order, and, should that one be stuck or
// stopped, the runtime's watcher thread.

import { readFileSync } from "node:fs";

/** Process id of the launcher; null for a kernel that is on its own. */
export function launcher(env: NodeJS.ProcessEnv = process.env): number | null {
  const pid = Number(env["JPY_PARENT_PID"]);
  return Number.isInteger(pid) && pid > 1 ? pid : null;
}

/** Calls `gone` once, when the process has ended: at the first look that finds it so, `patience` times in a row. */
export function whenGone(pid: number, pollMs: number, patience: number, gone: () => void): void {
  // An orphan is handed to another parent; behind a wrapper script only asking for the process helps.
  const direct = process.ppid === pid;
  let missed = 0;
  const timer = setInterval(() => {
    missed = (direct ? process.ppid === pid : isRunning(pid)) ? 0 : missed + 1;
    if (missed < patience) return;
    clearInterval(timer);
    gone();
  }, pollMs);
  timer.unref();
}

/** A process that has ended, and that its parent has not looked at yet, is not running. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  if (process.platform !== "linux") return true;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return !/[ZX]/.test(stat[stat.lastIndexOf(")") + 2] ?? "");
  } catch {
    return false;
  }
}
