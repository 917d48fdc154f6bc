/**
 * Folders that hold what is made on the way, one of its own for every process, gone when it ends.
 *
 * They are inside the repository (.cache/docs), because only there "gradlab" means this repository.
 */

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cache } from "../../src/setup/paths.mjs";

const own = join(cache, "docs", String(process.pid));
let cleared = false;

/** An empty folder under .cache/docs; the same name gives the same folder, emptied. */
export function scratchFolder(name: string): string {
  const folder = join(own, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (!cleared) process.once("exit", () => rmSync(own, { recursive: true, force: true }));
  cleared = true;
  return folder;
}
