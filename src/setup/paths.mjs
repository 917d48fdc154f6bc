// Where things are, for every script and test that starts another program: the
// repository's folder, its Python environment, and the settings that keep
// Jupyter's files inside the repository. Plain JavaScript, because set-up runs
// on whatever Node the machine has (20 or newer), before anything is installed.
import { existsSync, mkdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder (it holds package.json). */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The Python virtual environment that set-up makes. */
export const venv = join(root, ".venv");

/** Everything that is made and may be deleted: logs, Jupyter's state, scratch. */
export const cache = join(root, ".cache");

/** The folder that JupyterLab opens on. */
export const notebooks = join(root, "notebooks");

/** The Python of the virtual environment. */
export const venvPython = venvBin("python");

/** The path of a program in the virtual environment, e.g. `venvBin("jupyter-lab")`. */
export function venvBin(name) {
  return process.platform === "win32" ? join(venv, "Scripts", `${name}.exe`) : join(venv, "bin", name);
}

/** The path of a program that npm installed, e.g. `packageBin("biome")`. */
export function packageBin(name) {
  return join(root, "node_modules", ".bin", name);
}

/** Where the log of one set-up step or of the server goes. */
export function logFile(name) {
  return join(cache, "log", `${name}.log`);
}

/** `env` without what would lead a child to another Python, and without npm's own variables. */
function withoutStrays(env) {
  const strays = /^(npm_|PYTHONHOME$|PYTHONPATH$|VIRTUAL_ENV$|__PYVENV_LAUNCHER__$|INIT_CWD$|JUPYTER_)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !strays.test(name)));
}

/** PATH with this repository's programs first. */
export function searchPath(env = process.env) {
  const ours = [join(root, "node_modules", ".bin"), dirname(venvPython)].filter((folder) =>
    existsSync(folder),
  );
  return [
    ...ours,
    ...(env.PATH ?? "").split(delimiter).filter((folder) => folder && !ours.includes(folder)),
  ].join(delimiter);
}

/**
 * The environment for a Jupyter process of ours: this repository's programs
 * first on PATH, and everything that Jupyter and IPython write under `folder`
 * (by default GRADLAB_STATE or .cache/jupyter), never in the user's home folder.
 */
export function jupyterEnv(env = process.env, folder = env.GRADLAB_STATE ?? join(cache, "jupyter")) {
  // Where this folder is not there, IPython makes itself one among the temporary files and leaves it behind.
  mkdirSync(folder, { recursive: true });
  return {
    ...withoutStrays(env),
    PATH: searchPath(env),
    PYTHONNOUSERSITE: "1",
    JUPYTER_PREFER_ENV_PATH: "1",
    JUPYTER_CONFIG_DIR: join(folder, "config"),
    JUPYTER_DATA_DIR: join(folder, "data"),
    JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
    JUPYTERLAB_SETTINGS_DIR: join(folder, "lab", "settings"),
    JUPYTERLAB_WORKSPACES_DIR: join(folder, "lab", "workspaces"),
    IPYTHONDIR: join(folder, "ipython"),
  };
}
