/** The repository's folder (it holds package.json). */
export const root: string;
/** The Python virtual environment that set-up makes. */
export const venv: string;
/** Everything that is made and may be deleted: logs, Jupyter's state, scratch. */
export const cache: string;
/** The folder that JupyterLab opens on. */
export const notebooks: string;
/** The Python of the virtual environment. */
export const venvPython: string;
/** The path of a program in the virtual environment, e.g. `venvBin("jupyter-lab")`. */
export function venvBin(name: string): string;
/** The path of a program that npm installed, e.g. `packageBin("biome")`. */
export function packageBin(name: string): string;
/** Where the log of one set-up step or of the server goes. */
export function logFile(name: string): string;
/** PATH with this repository's programs first. */
export function searchPath(env?: NodeJS.ProcessEnv): string;
/** The environment for a Jupyter process of ours; what Jupyter writes goes under `folder` (.cache/jupyter). */
export function jupyterEnv(env?: NodeJS.ProcessEnv, folder?: string): NodeJS.ProcessEnv;
