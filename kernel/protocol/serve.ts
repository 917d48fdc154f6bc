// Runs the kernel until it is told to end, or until the process that started it is gone.

import type { ChildProcess } from "node:child_process";
import { launcher, whenGone } from "../runtime/launcher.ts";
import { readConnection } from "./connection.ts";
import { historyPath } from "./history.ts";
import { Kernel } from "./kernel.ts";
import { log } from "./log.ts";

const PARENT_POLL_MS = 1000;

export async function serve(connectionFile: string, runtime: ChildProcess): Promise<void> {
  const options = { cwd: process.cwd(), historyPath: historyPath(process.env), runtime };
  const kernel = await Kernel.start(readConnection(connectionFile), options);
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
