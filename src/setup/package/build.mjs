// dist/: the package as strangers get it. Node runs no TypeScript inside node_modules, so the sources become
// JavaScript with declarations; what they read beside them (the kernels, the digits, the logo, the exporter for
// Jupyter) is copied, and paths that named a .ts file name the .js file.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../paths.mjs";
import { SetupError } from "../say.mjs";
import { buildWasm } from "../wasm.mjs";
import { bundleForBrowsers } from "./bundle.mjs";

const dist = join(root, "dist");

/** Read at run time, relative to the modules beside them. */
const assets = [
  "src/kernels/wasm/build",
  "src/data/assets",
  "src/notebook/jupyter",
  "kernel/spec/logos",
  "kernel/language/globals.d.ts",
];

/** In JavaScript, URLs of sibling modules; package.json lies one folder further up than in the repository. */
const urls = (text) =>
  text
    .replace(/(new URL\("\.{1,2}\/[^"]*)(?<!\.d)\.ts(", import\.meta\.url\))/g, "$1.js$2")
    .replace(/(new URL\(")((?:\.\.\/)+package\.json", import\.meta\.url\))/g, "$1../$2");

/**
 * In declarations, which TypeScript leaves as they are: every relative module; Node's types where they occur,
 * which TypeScript 6 and newer load for nobody who has not asked; and danfojs-node, which need not be there.
 */
function declarations(text) {
  const out = text
    .replace(/((?:\bfrom|\bimport\(|\bimport|\bmodule) ?"\.{1,2}\/[^"]*)\.ts"/g, '$1.js"')
    .replace(
      /^.*(?:from |import\()"danfojs-node".*$/gm,
      "// @ts-ignore: danfojs-node is installed by whoever wants it\n$&",
    );
  return /"node:|\bNodeJS\.|\bBuffer\b/.test(out) ? `/// <reference types="node" />\n${out}` : out;
}

export async function buildPackage() {
  rmSync(dist, { recursive: true, force: true });
  await buildWasm();
  const missing = assets.find((file) => !existsSync(join(root, file)));
  if (missing) throw new SetupError(`${missing} is not there.`, "npm run build:wasm  makes the kernels.");
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const config = join(root, "src", "setup", "package", "tsconfig.json");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", config], { encoding: "utf8" });
  if (status !== 0)
    throw new SetupError("the sources do not compile.", stdout.trim().split("\n").slice(0, 20));
  for (const file of readdirSync(dist, { recursive: true })) {
    const edit = file.endsWith(".d.ts") ? declarations : file.endsWith(".js") ? urls : null;
    if (!edit) continue;
    const path = join(dist, file);
    const text = readFileSync(path, "utf8");
    if (edit(text) !== text) writeFileSync(path, edit(text));
  }
  for (const file of assets)
    cpSync(join(root, file), join(dist, file), {
      recursive: true,
      filter: (path) => !/__pycache__|made-from\.json$/.test(path),
    });
  cpSync(join(root, "src", "setup", "package", "cli.mjs"), join(dist, "cli.mjs"));
  chmodSync(join(dist, "cli.mjs"), 0o755);
  await bundleForBrowsers(join(dist, "browser"));
  return dirname(dist);
}
