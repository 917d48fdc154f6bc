// Starts a runtime process: its standard output and error, and three more pipes for commands (3), events (4)
// and its watcher thread (5).

import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { withCompileCache } from "../runtime/cache.ts";

const MAIN = fileURLToPath(new URL("../runtime/main.ts", import.meta.url));

export function spawnRuntime(): ChildProcess {
  // Options for Node that the user wants for the cells, e.g. `--max-old-space-size=8000`.
  const options = (process.env["GRADLAB_RUNTIME_OPTIONS"] ?? "").split(/\s+/).filter(Boolean);
  // Without the first option, interrupting a timer's callback would abort Node.
  return spawn(process.execPath, ["--no-force-async-hooks-checks", ...options, MAIN], {
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe", "pipe"],
    env: withCompileCache(process.env),
    detached: process.platform !== "win32", // a process group of its own, to be ended as a whole
  });
}
