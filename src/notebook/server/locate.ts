// Finds the Jupyter server to start: the repository's own virtual environment
// first, so that everyone runs the pinned version, then PATH.
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { NotebookError } from "../format/types.ts";

/** The folder of the gradlab package (it holds package.json). */
export const packageRoot: string = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface ServerProgram {
  /** Path of `jupyter-server`. */
  program: string;
  /** Extra folders to search for kernels (JUPYTER_PATH). */
  kernelPath: string[];
}

/**
 * Locate `jupyter-server`.
 * @throws NotebookError saying where it looked and how to get it
 */
export function locateServer(env: NodeJS.ProcessEnv = process.env): ServerProgram {
  const venv = join(packageRoot, ".venv");
  const ours = join(venv, "share", "jupyter");
  const kernelPath = existsSync(ours) ? [ours] : [];
  const places = [
    ...(env.GRADLAB_JUPYTER ? [env.GRADLAB_JUPYTER] : []),
    join(venv, "bin", "jupyter-server"),
    ...(env.PATH ?? "")
      .split(delimiter)
      .filter(Boolean)
      .map((folder) => join(folder, "jupyter-server")),
  ];
  const program = places.find(executable);
  if (program) return { program, kernelPath };
  const inRepository = existsSync(join(packageRoot, "src", "setup", "start.mjs"));
  throw new NotebookError(
    inRepository
      ? `no Jupyter server found: neither ${places[0]} nor jupyter-server on PATH. ` +
          "Run `npm start` once (it sets one up in .venv), or name a running one with --server URL."
      : "no Jupyter server found: jupyter-server is not on PATH. Install one (pip install jupyterlab), " +
          "activate the environment that has it, or name a running one with --server URL.",
  );
}
