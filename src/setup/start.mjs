// `npm start`: sets everything up and opens JupyterLab on notebooks/. Options:
//
//   npm start -- --no-browser        print the address instead of opening it
//   npm start -- --port 9000         that port, or an error if it is taken
//   npm start -- quiz4.ipynb         open one notebook
//   npm start -- --folder DIR        open that folder instead of notebooks/
//   npm start -- -- --ServerApp.ip=0.0.0.0    what follows goes to Jupyter as it is
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import { startLab } from "./lab.mjs";
import { logFile, notebooks, root } from "./paths.mjs";
import { tryKernel } from "./probe.mjs";
import { bold, dim, SetupError, say, step } from "./say.mjs";
import { main, setUp } from "./setup.mjs";

const usage = `npm start -- [--no-browser] [--port N] [--folder DIR] [NOTEBOOK] [-- JUPYTER'S OPTIONS]

Sets up what is missing, then opens JupyterLab on notebooks/ (or on one of them).
  --no-browser   print the address and open nothing
  --port N       use this port (by default the first free one from 8888 on)
  --folder DIR   open this folder instead of notebooks/
  -- …           the rest goes to Jupyter as it is, e.g.  -- --ServerApp.ip=0.0.0.0`;

function readArguments() {
  const words = process.argv.slice(2);
  const ours = words.includes("--") ? words.slice(0, words.indexOf("--")) : words;
  const jupyter = words.slice(ours.length + 1);
  try {
    const { values, positionals } = parseArgs({
      args: ours,
      options: {
        "no-browser": { type: "boolean" },
        port: { type: "string" },
        folder: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
      allowPositionals: true,
    });
    const port = values.port === undefined ? undefined : Number(values.port);
    if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536)) {
      throw new Error(`--port takes a number from 1 to 65535, not "${values.port}"`);
    }
    const folder = values.folder === undefined ? notebooks : resolve(values.folder);
    if (!existsSync(folder)) throw new Error(`there is no folder ${folder}`);
    return {
      browser: !values["no-browser"],
      port,
      folder,
      jupyter,
      help: values.help,
      notebook: positionals[0],
    };
  } catch (error) {
    throw new SetupError(error.message, usage.split("\n"));
  }
}

/** The path of a notebook inside `folder`, named from there or from the repository's folder. */
function notebookPath(name, folder) {
  const found = [resolve(root, name), resolve(folder, name)].find((path) => existsSync(path));
  if (!found) throw new SetupError(`there is no notebook ${name}.`, `They are listed by: ls ${folder}`);
  const path = relative(folder, found);
  if (path.startsWith("..")) {
    throw new SetupError(
      `${name} is not inside ${folder}.`,
      "npm start -- --folder DIR  opens another folder.",
    );
  }
  return path.split(sep).map(encodeURIComponent).join("/");
}

/** Open `url` in the user's browser; false when there is no way to. */
function openBrowser(url) {
  const wsl = existsSync("/proc/version") && /microsoft/i.test(readFileSync("/proc/version", "utf8"));
  const [command, ...args] =
    process.platform === "darwin" ? ["open", url] : wsl ? ["explorer.exe", url] : ["xdg-open", url];
  const display = process.platform === "darwin" || wsl || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!display) return Promise.resolve(false);
  return new Promise((done) => {
    const child = spawn(command, args, { stdio: "ignore", detached: true });
    child.once("error", () => done(false));
    child.once("spawn", () => done(true));
    child.unref();
  });
}

/** What in the server's log the user must hear of. */
function warn(line) {
  if (/restart failed|Kernel died before replying|KernelRestarter: giving up/i.test(line)) {
    say(`\n${bold("A kernel does not stay alive.")} The reason is at the end of ${logFile("jupyter")};`);
    say("  `npm test -- test/kernel` tries the kernel by itself.");
  }
}

await main(async () => {
  const { browser, port, folder, jupyter, help, notebook } = readArguments();
  if (help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const page = notebook ? `/tree/${notebookPath(notebook, folder)}` : "";
  await setUp();
  await tryKernel();
  const progress = step("JupyterLab");
  const lab = await startLab({ port, folder, options: jupyter, onLine: warn }).catch((error) => {
    progress.failed();
    throw error;
  });
  const url = lab.url.replace("/lab?", `/lab${page}?`);
  const opened = browser && (await openBrowser(url));
  progress.done(opened ? `JupyterLab is in your browser` : "JupyterLab is running; open this address:");
  process.stdout.write(`${url}\n`);
  say(dim(`Ctrl-C ends it. Its log: ${join(".cache", "log", basename(logFile("jupyter")))}`));
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      say("\nEnding JupyterLab and its kernels …");
      lab.stop();
    });
  }
  const status = await lab.ended;
  if (stopping) return 0;
  say(`JupyterLab has ended (status ${status}). Its log: ${logFile("jupyter")}`);
  return status;
});
