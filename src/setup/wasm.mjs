// The number-crunching kernels in WebAssembly are built from AssemblyScript by
// the package script `build:wasm`, here only when a source is newer than the
// build. Without that script, or without the sources, there is nothing to do.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { root, searchPath } from "./paths.mjs";
import { run } from "./run.mjs";
import { SetupError, step } from "./say.mjs";

const sources = join(root, "src", "kernels", "wasm", "assembly");
const builds = join(root, "src", "kernels", "wasm", "build");

function newest(folder, ending, pick = Math.max) {
  if (!existsSync(folder)) return null;
  const times = readdirSync(folder, { recursive: true })
    .filter((name) => ending.test(name))
    .map((name) => statSync(join(folder, name)).mtimeMs);
  return times.length ? pick(...times) : null;
}

/** Is there a WebAssembly build to make? */
export function wasmIsStale() {
  const scripts = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts ?? {};
  const source = newest(sources, /\.(ts|json|mjs)$/);
  if (!scripts["build:wasm"] || source === null) return false;
  const oldestBuild = newest(builds, /\.wasm$/, Math.min);
  return oldestBuild === null || oldestBuild < source;
}

/** Build the WebAssembly kernels if their sources are newer. */
export async function buildWasm() {
  if (!wasmIsStale()) return false;
  const progress = step("WebAssembly kernels into src/kernels/wasm/build");
  const env = { ...process.env, PATH: searchPath() };
  const { code, tail, log } = await run("npm", ["run", "build:wasm"], { name: "wasm", cwd: root, env });
  if (code !== 0) {
    progress.failed();
    throw new SetupError("the WebAssembly kernels could not be built.", [...tail, `Everything is in ${log}`]);
  }
  progress.done("WebAssembly kernels are in src/kernels/wasm/build");
  return true;
}
