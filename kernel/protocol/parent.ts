// A kernel whose client was killed gets no message about it. The launcher leaves its process id in the
// environment; when that process is gone, so is the reason for this one.

const POLL_MS = 1000;

export function watchParent(gone: () => void): void {
  const parent = Number(process.env["JPY_PARENT_PID"]);
  if (!Number.isInteger(parent) || parent <= 1) return;
  const direct = process.ppid === parent;
  const timer = setInterval(() => {
    // An orphan is handed to another parent; behind a wrapper script only asking for the process helps.
    if (direct ? process.ppid === parent : isAlive(parent)) return;
    clearInterval(timer);
    gone();
  }, POLL_MS);
  timer.unref();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
