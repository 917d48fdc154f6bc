// The process that runs the cells, on its main thread; the kernel process starts it (protocol/spawn.ts).
//
// Compiled code is kept between starts, that of the notebook's imports too. Node writes it when a process ends
// by itself, which this one never does: so it is written from time to time.

import { enableCompileCache, flushCompileCache } from "node:module";
import { COMPILE_CACHE } from "./cache.ts";

enableCompileCache(COMPILE_CACHE);
await import("./start.ts");
for (const seconds of [3, 60]) setTimeout(flushCompileCache, seconds * 1000).unref();
