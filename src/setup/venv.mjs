// The Python environment, .venv: JupyterLab and what belongs to it, exactly the
// versions and hashes of requirements.txt. A stamp, written last, says for which
// requirements, which Python and which folder it was made; every start compares
// it, and checks that no file is missing. Anything off: it is made anew.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root, venv, venvBin, venvPython } from "./paths.mjs";
import { findPython } from "./python.mjs";
import { ask, diskFull, networkTrouble, run } from "./run.mjs";
import { SetupError, say, step } from "./say.mjs";

const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));
const checker = fileURLToPath(new URL("check_venv.py", import.meta.url));
const stampFile = join(venv, "gradlab.json");

/** Python's environment without the user's settings that would install elsewhere. */
export function pythonEnv(env = process.env) {
  const strays = /^(PYTHONHOME|PYTHONPATH|PIP_(USER|TARGET|PREFIX|ROOT|REQUIRE_VIRTUALENV|NO_BINARY))$/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !strays.test(name)));
}

const fingerprint = () => createHash("sha256").update(readFileSync(requirements)).digest("hex");

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, "utf8"));
  } catch {
    return null;
  }
}

/** Why .venv can't be used as it is, or null when it can. */
export function venvProblem() {
  if (!existsSync(venv)) return "not there yet";
  const stamp = readStamp();
  if (!stamp) return "was left half-made";
  if (stamp.root !== root) return "was made in another folder";
  if (stamp.requirements !== fingerprint()) return "requirements have changed";
  if (!existsSync(venvPython)) return "its Python is gone";
  const check = spawnSync(venvPython, ["-I", checker], {
    input: stamp.packages.join("\n"),
    encoding: "utf8",
    env: pythonEnv(),
    timeout: 60_000,
  });
  if (check.status === 0) return null;
  return check.stdout?.trim().split("\n")[0] || "its Python does not run";
}

/**
 * What making .venv would take: null when it is whole. A machine without a usable
 * Python is found out here, before anything long begins.
 */
export function planVenv() {
  const problem = venvProblem();
  return problem && { problem, python: findPython() };
}

/** Make .venv anew as planned. */
export async function installVenv(plan) {
  if (!plan) return;
  const { problem, python } = plan;
  if (existsSync(venv)) say(`.venv: ${problem}; making it anew`);
  rmSync(venv, { recursive: true, force: true, maxRetries: 3 });
  const progress = step(`Python ${python.version.join(".")} environment with JupyterLab into .venv`);
  try {
    await makeEmpty(python);
    await pipInstall(requirements, progress);
    writeStamp();
  } catch (error) {
    progress.failed();
    throw error;
  }
  progress.done(`Python ${python.version.join(".")} environment with JupyterLab is in .venv`);
}

async function makeEmpty(python) {
  const made = await run(python.path, ["-I", "-m", "venv", venv], { name: "venv", env: pythonEnv() });
  if (made.code === 0 && existsSync(venvPython)) {
    // JupyterLab brings scripts in CommonJS; without this they would count as part of our package, which is not.
    writeFileSync(join(venv, "package.json"), '{ "type": "commonjs" }\n');
    return;
  }
  if (diskFull(made.text)) throw diskIsFull();
  throw new SetupError(`${python.path} -m venv failed.`, [
    ...made.tail,
    "On Debian and Ubuntu, `sudo apt-get install python3-venv` brings what it needs.",
  ]);
}

/** Install a hashed requirements file into .venv, wheels only, showing how far it is. */
export async function pipInstall(file, progress) {
  const total = readFileSync(file, "utf8").match(/^[\w.-]+==/gm).length;
  let count = 0;
  const onLine = (line) => {
    const [, name] = /^Collecting ([\w.-]+)/.exec(line) ?? [];
    if (name) progress.detail(`${++count} of about ${total} packages: ${name}`);
    if (line.startsWith("Installing collected")) progress.detail("unpacking the packages");
  };
  const args = ["-I", "-m", "pip", "install", "--no-input", "--disable-pip-version-check"];
  args.push("--progress-bar", "off", "--require-hashes", "--only-binary", ":all:", "--requirement", file);
  const { code, text, tail, log } = await run(venvPython, args, { name: "pip", env: pythonEnv(), onLine });
  if (code === 0) return;
  // An index that lists no version at all of a pinned package is one that did not answer.
  if (networkTrouble(text) || /\(from versions: none\)/.test(text)) {
    throw new SetupError("pip could not reach the Python package index.", [
      "Check the network (and HTTPS_PROXY, if you are behind a proxy), then run the same command again.",
      `What pip said is in ${log}`,
    ]);
  }
  if (diskFull(text)) throw diskIsFull();
  if (/THESE PACKAGES DO NOT MATCH THE HASHES/.test(text)) {
    throw new SetupError("a downloaded Python package is not the one that was pinned, so it was refused.", [
      "A proxy or a damaged cache can do this: try `python3 -m pip cache purge`, then run the same command again.",
      `What pip said is in ${log}`,
    ]);
  }
  throw new SetupError("pip install failed.", [
    ...tail.filter((line) => !line.startsWith("Ignoring ")),
    `Everything pip said is in ${log}`,
  ]);
}

const diskIsFull = () =>
  new SetupError("the disk is full.", "Free about 1.5 GB, then run the same command again.");

function writeStamp() {
  const list = ask(venvPython, ["-I", checker, "--list"], { env: pythonEnv() });
  if (!list || !existsSync(venvBin("jupyter-lab"))) {
    throw new SetupError(
      "JupyterLab was installed, but it can't be found in .venv.",
      "Run the same command again.",
    );
  }
  const stamp = { root, requirements: fingerprint(), packages: list.split("\n") };
  writeFileSync(stampFile, `${JSON.stringify(stamp, null, 1)}\n`);
}
