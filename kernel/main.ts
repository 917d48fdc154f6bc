// Entry of the kernel process: node kernel/main.ts --connection-file FILE
//
// Quick to start: compiled code is kept between starts, and the runtime and the language server come up while the
// rest is loading.

import { enableCompileCache, flushCompileCache } from "node:module";
import { parseArgs } from "node:util";
import { Session } from "./language/session.ts";
import { log } from "./protocol/log.ts";
import { spawnRuntime } from "./protocol/spawn.ts";
import { COMPILE_CACHE, hideCompileCache } from "./runtime/cache.ts";

enableCompileCache(COMPILE_CACHE);
hideCompileCache(process.env);

const { values } = parseArgs({ options: { "connection-file": { type: "string", short: "f" } } });
const file = values["connection-file"];
if (!file) {
  process.stderr.write("usage: node kernel/main.ts --connection-file FILE\n");
  process.exit(2);
}
const types = new Session({ cwd: process.cwd(), log });
types.warmUp();
const runtime = spawnRuntime();
const { serve } = await import("./protocol/serve.ts");
// Node writes what it has compiled when it ends by itself; a kernel may be killed before.
setTimeout(flushCompileCache, 3_000).unref();
try {
  await serve(file, runtime, types);
} catch (error) {
  process.stderr.write(`the kernel cannot start: ${(error as Error).message}\n`);
  process.exit(1);
}
