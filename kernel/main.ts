// Entry of the kernel process: node kernel/main.ts --connection-file FILE
//
// It reads the connection file, starts the kernel in the folder it was started in, and ends when it is told to,
// or when the process that started it is gone.

import { parseArgs } from "node:util";
import { readConnection } from "./protocol/connection.ts";
import { historyPath } from "./protocol/history.ts";
import { Kernel } from "./protocol/kernel.ts";
import { log } from "./protocol/log.ts";
import { watchParent } from "./protocol/parent.ts";

const { values } = parseArgs({ options: { "connection-file": { type: "string", short: "f" } } });
const file = values["connection-file"];
if (!file) {
  process.stderr.write("usage: node kernel/main.ts --connection-file FILE\n");
  process.exit(2);
}

const kernel = await Kernel.start(readConnection(file), {
  cwd: process.cwd(),
  historyPath: historyPath(process.env),
});
kernel.onClosed = () => process.exit(0);
process.on("SIGINT", () => kernel.interrupt());
for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => void kernel.close());
process.on("uncaughtException", (error) => log(`internal error: ${error.stack}`));
process.on("unhandledRejection", (reason) =>
  log(`internal error: ${reason instanceof Error ? reason.stack : reason}`),
);
watchParent(() => void kernel.close());
