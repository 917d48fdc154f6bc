// JupyterLab for a browser test: started by `npm start`'s own script with
// --no-browser, on copies of notebooks in a scratch folder inside the repository,
// with Jupyter's state in the same place. Ended by SIGTERM, as Ctrl-C would.
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { cache, root } from "../../src/setup/paths.mjs";

export interface Lab {
  /** The folder that it serves. */
  folder: string;
  /** The address of one notebook in it. */
  page(notebook: string): string;
  /** What it said on stderr so far. */
  said(): string;
  /** End it; resolves to the exit status. */
  stop(): Promise<number | null>;
  process: ChildProcess;
}

/** Every cell in the page, also those out of sight, so that a test can look at all of them. */
const settings = {
  "@jupyterlab/notebook-extension": { "tracker.jupyterlab-settings": { windowingMode: "none" } },
};

function scratchFolder(): { folder: string; state: string; remove(): void } {
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(cache, "lab-"));
  const state = join(scratch, "state");
  for (const [plugin, files] of Object.entries(settings)) {
    const place = join(state, "lab", "settings", ...plugin.split("/"));
    mkdirSync(place, { recursive: true });
    for (const [name, value] of Object.entries(files))
      writeFileSync(join(place, name), JSON.stringify(value));
  }
  const folder = join(scratch, "notebooks");
  mkdirSync(folder);
  return { folder, state, remove: () => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Start JupyterLab on copies of `notebooks` (files or folders); its kernels see `env` too. */
export async function startLab(notebooks: string[], env: NodeJS.ProcessEnv = {}): Promise<Lab> {
  const { folder, state, remove } = scratchFolder();
  for (const path of notebooks) cpSync(path, join(folder, basename(path)), { recursive: true });
  const child = spawn(process.execPath, ["src/setup/start.mjs", "--no-browser", "--folder", folder], {
    cwd: root,
    env: { ...process.env, ...env, GRADLAB_STATE: state },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (data) => (said += data));
  const ended = new Promise<number | null>((done) => child.once("close", (code) => done(code)));
  const stop = async () => {
    child.kill("SIGTERM");
    const code = await ended;
    remove();
    return code;
  };
  const address = await new Promise<URL | null>((found) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith("http://")) found(new URL(line));
    });
    void ended.then(() => found(null));
  });
  if (!address) {
    await stop();
    throw new Error(`npm start did not come up:\n${said}`);
  }
  const page = (notebook: string) =>
    `${address.origin}/lab/tree/${encodeURIComponent(notebook)}${address.search}&reset`;
  return { folder, page, said: () => said, stop, process: child };
}
