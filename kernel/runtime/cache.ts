// Compiled code, kept between starts: what V8 has compiled, and what remains of TypeScript once its types are
// gone. A start then neither parses nor loads the stripper, which costs more than all else it does.
//
// The very first file of a process profits only when Node finds the folder in its environment. Whoever starts a
// kernel or a runtime puts it there; the process takes it out again, as it is no business of the cells'.

import { fileURLToPath } from "node:url";

const VARIABLE = "NODE_COMPILE_CACHE";

export const COMPILE_CACHE = fileURLToPath(new URL("../../.cache/compile", import.meta.url));

/** The environment for a process of the kernel; a folder that the user has chosen stays. */
export function withCompileCache(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { [VARIABLE]: COMPILE_CACHE, ...env };
}

export function hideCompileCache(env: NodeJS.ProcessEnv): void {
  if (env[VARIABLE] === COMPILE_CACHE) delete env[VARIABLE];
}
