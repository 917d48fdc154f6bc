// Kernels run in sessions of their own, so ending a server's process group
// does not reach them. The server we start carries a random mark in its
// environment; every process it begets inherits it, and is found by it.
import { readdirSync, readFileSync, rmdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Process ids whose environment holds GRADLAB_MARK=`mark` (Linux; elsewhere none are found). */
export function markedProcesses(mark: string): number[] {
  const holds = (pid: string): boolean => {
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").includes(`GRADLAB_MARK=${mark}`);
    } catch {
      return false; // gone, or not ours to read
    }
  };
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && holds(name))
      .map(Number);
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // gone in the meantime
  }
}

/** A server we started, as far as ending it by force needs to know it. */
export interface Started {
  /** Leader of its process group. */
  pid: number;
  mark: string;
  /** Its runtime folder. */
  runtime: string;
}

/** Kill a server, its kernels and what they started; remove its runtime folder. */
export function killAll({ pid, mark, runtime }: Started): void {
  kill(-pid);
  for (const left of markedProcesses(mark)) kill(left);
  rmSync(runtime, { recursive: true, force: true });
  removeEmptyConfig(began.get(runtime) ?? Number.POSITIVE_INFINITY);
}

/** When servers were started, by their runtime folder. */
const began = new Map<string, number>();

/** How long after its start a server makes its configuration folder, at the most. */
const CONFIG_MADE_MS = 20_000;

/**
 * A server told to read no configuration makes an empty folder in its place, under a name that it tells nobody,
 * and leaves it behind. Only folders made while our server came up go, and only empty ones can (but for
 * a mark of Jupyter's own).
 */
function removeEmptyConfig(start: number): void {
  for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith("jupyter-clean-cfg-"))) {
    try {
      const folder = join(tmpdir(), name);
      const made = statSync(folder).mtimeMs;
      if (made < start - 1000 || made > start + CONFIG_MADE_MS) continue;
      rmSync(join(folder, "migrated"), { force: true }); // a mark that there is nothing to take over
      rmdirSync(folder);
    } catch {
      // Another's, in use, or gone.
    }
  }
}

const running = new Set<Started>();
const onExit = () => {
  for (const started of running) killAll(started);
};

/** Should this process exit before `forget` is called, the server is killed. */
export function remember(started: Started): () => void {
  if (running.size === 0) process.on("exit", onExit);
  began.set(started.runtime, Date.now());
  running.add(started);
  return () => {
    running.delete(started);
    began.delete(started.runtime);
    if (running.size === 0) process.off("exit", onExit);
  };
}
