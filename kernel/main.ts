// Entry of the kernel process: node kernel/main.ts --connection-file FILE
//
// Quick to start: compiled code is kept between starts, and the runtime comes up while the rest is loading.

import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { spawnRuntime } from "./protocol/spawn.ts";

enableCompileCache(fileURLToPath(new URL("../.cache/compile", import.meta.url)));

const { values } = parseArgs({ options: { "connection-file": { type: "string", short: "f" } } });
const file = values["connection-file"];
if (!file) {
  process.stderr.write("usage: node kernel/main.ts --connection-file FILE\n");
  process.exit(2);
}
const runtime = spawnRuntime();
const { serve } = await import("./protocol/serve.ts");
try {
  await serve(file, runtime);
} catch (error) {
  process.stderr.write(`the kernel cannot start: ${(error as Error).message}\n`);
  process.exit(1);
}
