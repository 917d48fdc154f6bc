// The kernelspec: what tells Jupyter how to start our kernel. It goes into .venv
// and nowhere else, so it is there for JupyterLab started from this repository
// only. The paths in it are absolute, so it is written again after a move.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root, venv } from "./paths.mjs";
import { run } from "./run.mjs";
import { SetupError, say } from "./say.mjs";

const installer = join(root, "kernel", "spec", "install.ts");
const folder = join(venv, "share", "jupyter", "kernels", "tslab");
const stampFile = join(venv, "share", "gradlab-kernelspec.json");

/** Changes whenever the kernelspec would. */
function fingerprint(node) {
  const hash = createHash("sha256").update(`${node}\n${root}\n`);
  const sources = join(root, "kernel", "spec");
  for (const entry of readdirSync(sources, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) hash.update(readFileSync(join(entry.parentPath ?? entry.path, entry.name)));
  }
  return hash.digest("hex");
}

/** Write the kernelspec `tslab` into .venv if it is not there or not for this Node and folder. */
export async function installKernelspec(node) {
  const wanted = fingerprint(node);
  const there = existsSync(join(folder, "kernel.json")) && existsSync(stampFile);
  if (there && readFileSync(stampFile, "utf8") === wanted) return false;
  const code = `import { installSpec } from ${JSON.stringify(pathToFileURL(installer).href)};
    installSpec(${JSON.stringify(venv)}, ${JSON.stringify(node)});`;
  const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", code];
  const result = await run(node, args, { name: "kernelspec", cwd: root });
  if (result.code !== 0) {
    throw new SetupError("the kernel could not be registered with Jupyter.", [
      ...result.tail,
      `Everything it said is in ${result.log}`,
    ]);
  }
  writeFileSync(stampFile, wanted);
  say("✓ Jupyter knows the TypeScript kernel (in .venv only)");
  return true;
}
