// Set-up: brings a fresh clone, or a half-made one, to where everything runs.
// Each step looks first whether it has anything to do, so a second run takes a
// second or two and downloads nothing. Nothing outside the repository is written
// (but for npm's and pip's own caches).
//
//   node src/setup/setup.mjs            everything
//   node src/setup/setup.mjs packages   npm's packages only
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { installExporter } from "../notebook/jupyter/install.mjs";
import { installKernelspec } from "./kernelspec.mjs";
import { findNode, linkNode, OLDEST_NODE } from "./node.mjs";
import { restoreManifest } from "./package/manifest.mjs";
import { installPackages } from "./packages.mjs";
import { cache, venv } from "./paths.mjs";
import { complain, SetupError, say } from "./say.mjs";
import { installVenv, planVenv } from "./venv.mjs";
import { buildWasm } from "./wasm.mjs";
import { installNodeWheel } from "./wheel.mjs";

function checkPlatform() {
  if (process.platform === "win32") {
    throw new SetupError("on Windows, gradlab runs inside WSL (Windows's own Linux).", [
      "In PowerShell:  wsl --install",
      "then, in the Ubuntu window:  install Node 20 or newer and Python 3.10 or newer, clone gradlab there, npm start",
    ]);
  }
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    throw new SetupError(
      `this is Node ${process.versions.node}; gradlab starts from Node ${OLDEST_NODE} or newer.`,
      ["Get it from nodejs.org (or your package manager, nvm, conda), then run the same command again."],
    );
  }
}

const lock = join(cache, "setup.lock");

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Run `work` while no other set-up of this folder runs. */
async function alone(work) {
  mkdirSync(cache, { recursive: true });
  for (let told = false; ; ) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const owner = Number(readFileSync(lock, { encoding: "utf8", flag: "a+" }));
    if (!owner || !alive(owner)) {
      rmSync(lock, { force: true });
      continue;
    }
    if (!told) say(`Another set-up of this folder is running (process ${owner}); waiting for it.`);
    told = true;
    await sleep(300);
  }
  const release = () => rmSync(lock, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.removeListener("exit", release);
    release();
  }
}

/** Wait for all of `tasks`, also when one fails: none is cut off half-way. */
async function together(...tasks) {
  const failed = (await Promise.allSettled(tasks)).find(({ status }) => status === "rejected");
  if (failed) throw failed.reason;
}

/**
 * Bring everything (or, with `only: "packages"`, npm's packages) up to date.
 * @returns the path of the Node that runs TypeScript
 */
export async function setUp({ only } = {}) {
  checkPlatform();
  return alone(async () => {
    if (restoreManifest()) say("package.json is the repository's own again: packing had been cut off.");
    if (only === "packages") {
      await installPackages();
      return findNode();
    }
    const plan = planVenv();
    await together(installPackages(), installVenv(plan));
    let node = findNode();
    if (!node) {
      await installNodeWheel().catch((error) => say(error.message));
      node = findNode();
    }
    if (!node) {
      throw new SetupError(`there is no Node 24 for ${process.platform} on ${process.arch}.`, [
        "Install Node 24 or newer yourself (nodejs.org), put it on PATH, and run the same command again.",
      ]);
    }
    linkNode(node);
    await installKernelspec(node);
    if (installExporter(venv))
      say("✓ JupyterLab exports PDF (File → Save and Export Notebook As → PDF_gradlab)");
    await buildWasm();
    return node;
  });
}

/** Run a command's main function; errors are shown and become the exit status. */
export async function main(command) {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      say("\nStopped. The same command goes on from here.");
      process.exit(130);
    });
  }
  try {
    process.exitCode = (await command()) ?? 0;
  } catch (error) {
    complain(error);
    process.exitCode = 1;
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    await setUp({ only: process.argv[2] });
  });
}
