// The number-crunching kernels in WebAssembly are built from AssemblyScript by
// the package script `build:wasm`; here only when what they are built from is not
// what the last complete build was made from. A note beside the build says that.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npmCommand } from "./packages.mjs";
import { root, searchPath } from "./paths.mjs";
import { run } from "./run.mjs";
import { say, step } from "./say.mjs";

const place = join(root, "src", "kernels", "wasm");
const builds = join(place, "build");
const noteFile = join(builds, "made-from.json");

/** The sources, the build script and the compiler, as one hash. */
function fingerprint() {
  const hash = createHash("sha256");
  const sources = readdirSync(join(place, "assembly"), { recursive: true }).filter((name) =>
    name.endsWith(".ts"),
  );
  for (const name of sources.sort()) hash.update(name).update(readFileSync(join(place, "assembly", name)));
  hash.update(readFileSync(join(place, "build.mjs")));
  hash.update(readFileSync(join(root, "node_modules", "assemblyscript", "package.json")));
  return hash.digest("hex");
}

function isCurrent(wanted) {
  try {
    const { sources, files } = JSON.parse(readFileSync(noteFile, "utf8"));
    return sources === wanted && files.every((name) => existsSync(join(builds, name)));
  } catch {
    return false;
  }
}

/** Build the WebAssembly kernels unless they are up to date. */
export async function buildWasm() {
  if (!existsSync(join(place, "assembly"))) return false;
  const sources = fingerprint();
  if (isCurrent(sources)) return false;
  const progress = step("WebAssembly kernels");
  const [command, before] = npmCommand();
  const env = { ...process.env, PATH: searchPath() };
  const { code, tail, log } = await run(command, [...before, "run", "build:wasm"], {
    name: "wasm",
    cwd: root,
    env,
  });
  if (code !== 0) {
    // Not fatal: without a build the portable kernels do the same work, only slower.
    progress.failed();
    for (const line of tail) say(`  ${line}`);
    say(`  Going on with the portable kernels, which are slower. The whole log is ${log}`);
    return false;
  }
  const files = readdirSync(builds).filter((name) => name.endsWith(".wasm"));
  writeFileSync(noteFile, `${JSON.stringify({ sources, files })}\n`);
  progress.done("WebAssembly kernels are built");
  return true;
}
