// The kernelspec: how Jupyter finds and starts the kernel. It is called "tslab", so that notebooks written for
// tslab open unchanged. The paths in it are absolute; installing again after a move repairs them.

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { COMPILE_CACHE } from "../runtime/cache.ts";

export const KERNEL_NAME = "tslab";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const LOGOS = fileURLToPath(new URL("./logos", import.meta.url));

export interface KernelSpec {
  argv: string[];
  display_name: string;
  language: string;
  interrupt_mode: "message";
  env: Record<string, string>;
  metadata: Record<string, unknown>;
}

/** `node` is the executable that runs the kernel: Node 24 or newer; by default the one running now. */
export function kernelSpec(prefix: string, node = process.execPath): KernelSpec {
  return {
    argv: [node, MAIN, "--connection-file", "{connection_file}"],
    display_name: "TypeScript",
    language: "typescript",
    interrupt_mode: "message",
    // What the kernel keeps between sessions (the history of inputs) lives beside its installation, what Node
    // has compiled beside its files.
    env: {
      GRADLAB_KERNEL_DATA: join(resolve(prefix), "share", "gradlab"),
      NODE_COMPILE_CACHE: COMPILE_CACHE,
    },
    metadata: { debugger: false, supported_encryption: "curve" },
  };
}

export function specFolder(prefix: string): string {
  return join(resolve(prefix), "share", "jupyter", "kernels", KERNEL_NAME);
}

/** Writes `<prefix>/share/jupyter/kernels/tslab` and returns that folder. */
export function installSpec(prefix: string, node = process.execPath): string {
  return writeSpec(specFolder(prefix), kernelSpec(prefix, node));
}

/** For the current user: Jupyter's own data folder. */
export function installUserSpec(node = process.execPath): string {
  const data = userDataFolder();
  const spec = kernelSpec(data, node);
  spec.env["GRADLAB_KERNEL_DATA"] = join(data, "gradlab");
  return writeSpec(userSpecFolder(), spec);
}

export function userSpecFolder(): string {
  return join(userDataFolder(), "kernels", KERNEL_NAME);
}

/** Removes the kernelspec; false when there was none, or one that is not ours. */
export function uninstallSpec(folder: string): boolean {
  const spec = readSpec(folder);
  if (!spec || !isOurs(spec)) return false;
  rmSync(folder, { recursive: true });
  return true;
}

export function readSpec(folder: string): KernelSpec | null {
  const file = join(folder, "kernel.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as KernelSpec) : null;
}

export function isOurs(spec: KernelSpec): boolean {
  return /kernel[\\/]main\.[jt]s$/.test(spec.argv?.[1] ?? "");
}

export function userDataFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env["JUPYTER_DATA_DIR"]) return env["JUPYTER_DATA_DIR"];
  if (process.platform === "darwin") return join(homedir(), "Library", "Jupyter");
  if (process.platform === "win32") return join(env["APPDATA"] ?? homedir(), "jupyter");
  return join(env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "jupyter");
}

function writeSpec(folder: string, spec: KernelSpec): string {
  makeFolder(folder);
  writeFileSync(join(folder, "kernel.json"), `${JSON.stringify(spec, null, 2)}\n`);
  if (existsSync(LOGOS)) cpSync(LOGOS, folder, { recursive: true });
  return folder;
}

/** One folder after the other: where none may be made (under /proc), Node's `recursive` never returns. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}
