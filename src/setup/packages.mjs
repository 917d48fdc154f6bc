// npm's packages: `npm ci`, but only when what is installed differs from
// package-lock.json. npm keeps a copy of the lock of what it installed, so the
// two are compared package by package; a folder that has gone missing counts.
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { root } from "./paths.mjs";
import { diskFull, networkTrouble, run } from "./run.mjs";
import { SetupError, step } from "./say.mjs";

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages ?? {};
  } catch {
    return null;
  }
}

const fits = (list, value) => {
  if (list === undefined) return true;
  const values = [list].flat();
  return values.some((v) => v === value) || values.every((v) => v.startsWith("!") && v !== `!${value}`);
};

/** Why the installed packages are not the locked ones, or null when they are. */
export function packagesProblem(folder = root) {
  const wanted = readPackages(join(folder, "package-lock.json"));
  if (!wanted)
    throw new SetupError("package-lock.json is missing or unreadable.", "git checkout package-lock.json");
  const installed = readPackages(join(folder, "node_modules", ".package-lock.json"));
  if (!installed) return "not installed";
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.startsWith("node_modules/") || entry.link) continue;
    if (entry.optional && !(fits(entry.os, process.platform) && fits(entry.cpu, process.arch))) continue;
    const have = installed[path];
    if (!have) {
      // What npm itself left out is no fault: packages for another C library, or needed by other systems' only.
      if (entry.optional && (entry.libc || !(entry.os || entry.cpu))) continue;
      return `${path.slice("node_modules/".length)} is missing`;
    }
    if (have.version !== entry.version || have.integrity !== entry.integrity) return `${path} has changed`;
    if (!existsSync(join(folder, path, "package.json"))) return `${path} is incomplete`;
  }
  return null;
}

/** npm itself, run by the machine's Node: ours may be replaced while npm works. */
export function npmCommand() {
  const { npm_execpath, npm_node_execpath } = process.env;
  const ours = join(root, "node_modules") + sep;
  if (npm_execpath && existsSync(npm_execpath) && npm_node_execpath && !npm_node_execpath.startsWith(ours)) {
    return [npm_node_execpath, [npm_execpath]];
  }
  return ["npm", []];
}

/** Install npm's packages when they are not what package-lock.json says. */
export async function installPackages() {
  const problem = packagesProblem();
  if (!problem) return false;
  const progress = step("npm packages into node_modules");
  const [command, before] = npmCommand();
  const PATH = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => !folder.startsWith(join(root, "node_modules")))
    .join(delimiter);
  const args = [...before, "ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund"];
  progress.detail(problem === "not installed" ? "305 MB to download the first time" : problem);
  const result = await run(command, args, { name: "npm", cwd: root, env: { ...process.env, PATH } });
  const left = result.code === 0 ? packagesProblem() : null;
  if (result.code === 0 && !left) {
    progress.done("npm packages are in node_modules");
    return true;
  }
  progress.failed();
  throw installError(result, left);
}

function installError({ code, text, tail, log }, left) {
  if (code === 127) {
    return new SetupError(
      "npm was not found.",
      "npm comes with Node: install Node 20 or newer from nodejs.org.",
    );
  }
  if (networkTrouble(text)) {
    return new SetupError("npm could not reach its registry.", [
      "Check the network (and HTTPS_PROXY, if you are behind a proxy), then run the same command again.",
      `What npm said is in ${log}`,
    ]);
  }
  if (diskFull(text))
    return new SetupError("the disk is full.", "Free about 1.5 GB, then run the same command again.");
  if (left) return new SetupError(`npm ci ended well, but ${left}.`, `What npm said is in ${log}`);
  return new SetupError("npm ci failed.", [...tail, `Everything npm said is in ${log}`]);
}
