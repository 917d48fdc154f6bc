// Before JupyterLab opens: does the kernel start and add one and one? Tried once
// for each version of the kernel's files, of the packages and of Node, so that a
// kernel which dies at start is met here, with its reason, and not as a notebook
// that says "Connecting" for ever.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cache, jupyterEnv, notebooks, root, venv, venvPython } from "./paths.mjs";
import { run } from "./run.mjs";
import { SetupError, step } from "./say.mjs";

const script = fileURLToPath(new URL("probe_kernel.py", import.meta.url));
const stampFile = join(cache, "kernel-works");

function fingerprint() {
  const hash = createHash("sha256");
  const kernel = join(root, "kernel");
  const files = readdirSync(kernel, { recursive: true }).filter((name) => /\.(ts|json|mjs)$/.test(name));
  for (const name of files.sort()) hash.update(name).update(readFileSync(join(kernel, name)));
  for (const file of [
    join(root, "package-lock.json"),
    join(venv, "share/jupyter/kernels/tslab/kernel.json"),
  ]) {
    hash.update(readFileSync(file));
  }
  return hash.digest("hex");
}

/** Try the kernel unless this very one has worked before. */
export async function tryKernel() {
  const wanted = fingerprint();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted) return;
  rmSync(stampFile, { force: true });
  mkdirSync(notebooks, { recursive: true });
  const progress = step("TypeScript kernel: a first cell");
  const options = { name: "kernel", env: jupyterEnv(), cwd: notebooks };
  const { code, text, tail, log } = await run(venvPython, [script], options);
  if (code !== 0) {
    progress.failed();
    throw new SetupError("the TypeScript kernel does not work.", [
      ...(text.match(/^.*Error\b.*$/m) ?? []).slice(0, 1),
      ...tail.slice(-1),
      `All it said is in ${log}`,
      "If packages are damaged, this makes them anew:  rm -rf node_modules .venv && npm start",
      "If you changed files under kernel/, `git diff kernel` shows what; `npm test -- test/kernel` tells more.",
    ]);
  }
  progress.done("TypeScript kernel works");
  writeFileSync(stampFile, wanted);
}
