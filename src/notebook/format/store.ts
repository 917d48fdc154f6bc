// Files: reading notebooks and writing anything so that a reader sees the old
// file or the new one, whole, and never a half, even if the process is killed
// in the middle of the write.
import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { parseNotebook, serializeNotebook } from "./parse.ts";
import { type Notebook, NotebookError } from "./types.ts";

/** What the system's codes mean for whoever wanted a file written. */
const REASONS: Record<string, string> = {
  ENOSPC: "the disk is full",
  EDQUOT: "your quota of the disk is used up",
  EFBIG: "the file would be larger than allowed here",
  EROFS: "the disk can only be read",
  EACCES: "you may not write there",
  EPERM: "you may not write there",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is a file",
  EEXIST: "a part of the path is a file",
  ENOENT: "there is no such place",
  ENAMETOOLONG: "the name is too long",
};

/**
 * Write `data` to `path` atomically: temporary file beside it, fsync, rename. Links are followed.
 * @throws NotebookError saying why it cannot be written; what was there before is then still there
 *
 * @example
 * ```ts
 * await writeAtomic("words.txt", "whole or not at all");
 * ```
 */
export async function writeAtomic(path: string, data: string | Uint8Array): Promise<void> {
  try {
    await writeBeside(path, data);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new NotebookError(`cannot write ${path}: ${REASONS[code ?? ""] ?? message}`, { cause });
  }
}

async function writeBeside(path: string, data: string | Uint8Array): Promise<void> {
  const target = await realpath(path).catch(() => resolve(path));
  await mkdir(dirname(target), { recursive: true });
  const mode = await stat(target).then(
    (s) => s.mode & 0o777,
    () => 0o644,
  );
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString("hex")}.tmp`);
  const file = await open(temporary, "w", mode);
  try {
    await file.writeFile(data);
    await file.sync();
    await file.close();
    await rename(temporary, target);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Reads and validates an .ipynb file.
 * @throws NotebookError when the file is missing, unreadable or not a notebook.
 *
 * @example
 * ```ts
 * await readNotebook("nosuch.ipynb"); // throws there is no such file
 * ```
 */
export async function readNotebook(path: string): Promise<Notebook> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === "ENOENT"
        ? "there is no such file"
        : code === "EISDIR"
          ? "it is a folder"
          : (error as Error).message;
    throw new NotebookError(`cannot read ${path}: ${why}`);
  }
  return parseNotebook(text, path);
}

/**
 * Write the notebook unless the file holds these very bytes already; says whether it wrote.
 *
 * @example
 * ```ts
 * const nb = fromScript("// %% [markdown]\n// # Sheet\n// ## (a)\n\n// %%\n1 + 1\n");
 * await writeNotebook("same.ipynb", nb);
 * await writeNotebook("same.ipynb", nb); // → false
 * ```
 */
export async function writeNotebook(path: string, notebook: Notebook): Promise<boolean> {
  const text = serializeNotebook(notebook);
  if ((await readFile(path, "utf8").catch(() => undefined)) === text) return false;
  await writeAtomic(path, text);
  return true;
}
