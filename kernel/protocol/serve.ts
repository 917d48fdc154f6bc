// Runs the kernel until it is told to end, or until the process that started it is gone.
//
// The sockets open before the rest is loaded: a client that finds them closed tries again a tenth of a second
// later, and what it sends meanwhile waits in them.

import type { ChildProcess } from "node:child_process";
import type { TypeSession } from "../language/index.ts";
import { launcher, whenGone } from "../runtime/launcher.ts";
import { readConnection } from "./connection.ts";
import { log } from "./log.ts";
import { createSockets } from "./sockets.ts";

const PARENT_POLL_MS = 1000;

export async function serve(file: string, runtime: ChildProcess, types: TypeSession): Promise<void> {
  const connection = readConnection(file);
  const sockets = createSockets(connection);
  await sockets.bind();
  const { Kernel } = await import("./kernel.ts");
  const kernel = new Kernel(connection, { cwd: process.cwd(), sockets, runtime, types });
  kernel.onClosed = () => process.exit(0);
  process.on("SIGINT", () => kernel.interrupt());
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => void kernel.close());
  process.on("uncaughtException", (error) => log(`internal error: ${error.stack}`));
  process.on("unhandledRejection", (reason) => {
    log(`internal error: ${reason instanceof Error ? reason.stack : reason}`);
  });
  const parent = launcher();
  if (parent !== null) whenGone(parent, PARENT_POLL_MS, 1, () => void kernel.close());
}
