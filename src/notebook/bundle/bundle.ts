// `makeBundle`: the files of a submission from a notebook, all of them or none.
// They are made in a folder of their own, opened and checked there, and only
// then moved to where they belong.
import { cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { renderNotebook } from "../export/index.ts";
import { readNotebook, writeAtomic, writeNotebook } from "../format/store.ts";
import { type Notebook, NotebookError } from "../format/types.ts";
import { findCells } from "../run/select.ts";
import { bundleFiles, parseBundleName } from "./name.ts";
import { fileProblems, notRunProblems } from "./verify.ts";

/** Settings of `makeBundle`. */
export interface BundleOptions {
  /** First_Last_netID_A1. */
  name: string;
  /** Folder for the files; default: the notebook's. */
  out?: string | undefined;
  /** Form of the written part. Default "tex". */
  text?: "tex" | "md" | undefined;
  /** A notebook for the written part, if it is not the same. */
  written?: string | undefined;
  /** Sections (or cells) that make the written part; default: all, without code and outputs. */
  sections?: readonly string[] | undefined;
  /** Sections (or cells) of the code part; default: all. */
  codeSections?: readonly string[] | undefined;
  /** Keep outputs in the written part. */
  outputs?: boolean | undefined;
  course?: string | undefined;
  title?: string | undefined;
  date?: string | undefined;
  paper?: "a4" | "us-letter" | undefined;
}

/** The files of a submission that were written. */
export interface BundleResult {
  /** The four files, in the sheet's order. */
  files: string[];
  /** Folder with figures of the .tex or .md, when it has any. */
  figures: string | undefined;
  pages: { written: number; code: number };
}

function part(notebook: Notebook, sections: readonly string[] | undefined): Notebook {
  if (!sections?.length) return notebook;
  const wanted = new Set(sections.flatMap((what) => findCells(notebook, what)));
  return { ...notebook, cells: notebook.cells.filter((_, k) => wanted.has(k)) };
}

/**
 * Make First_Last_netID_A1.tex (or .md), .pdf, _code.ipynb and _code.pdf.
 * @throws NotebookError naming everything that is wrong; then no file is written or changed
 *
 * @example
 * ```ts
 * await makeBundle("nb.ipynb", { name: "Ada_A2" }); // throws it has 2 of 4 parts
 * ```
 */
export async function makeBundle(path: string, options: BundleOptions): Promise<BundleResult> {
  const { base, first, last, netId } = parseBundleName(options.name);
  const kind = options.text ?? "tex";
  const names = bundleFiles(base, kind);
  const source = await readNotebook(path);
  const writtenPath = options.written ?? path;
  const written = part(await readNotebook(writtenPath), options.sections);
  const code = part(source, options.codeSections);
  const unfinished = notRunProblems(code);
  if (unfinished.length > 0) {
    const list = unfinished.map((p) => `  - ${p}`).join("\n");
    throw new NotebookError(`${path} cannot be handed in yet:\n${list}\n(run it first: gradlab run ${path})`);
  }
  const out = resolve(options.out ?? dirname(path));
  await mkdir(out, { recursive: true });
  const stage = await mkdtemp(join(out, ".bundle-"));
  try {
    const title = {
      authors: [`${first} ${last}`],
      lines: [netId],
      course: options.course,
      date: options.date,
      paper: options.paper,
    };
    const writtenOptions = { ...title, title: options.title, textOnly: !options.outputs, hideCode: true };
    const writtenFolder = dirname(resolve(writtenPath));
    const text = await renderNotebook(written, writtenFolder, kind, base, writtenOptions);
    const pdf = await renderNotebook(written, writtenFolder, "pdf", names.pdf, writtenOptions);
    const codeOptions = { ...title, title: options.title };
    const codePdf = await renderNotebook(code, dirname(resolve(path)), "pdf", names.code, codeOptions);
    await writeAtomic(join(stage, names.text), text.data);
    for (const [file, data] of text.files) await writeAtomic(join(stage, file), data);
    await writeAtomic(join(stage, names.pdf), pdf.data);
    await writeNotebook(join(stage, names.notebook), code);
    await writeAtomic(join(stage, names.code), codePdf.data);
    const files = Object.values(names);
    const problems = (await Promise.all(files.map((file) => fileProblems(join(stage, file))))).flat();
    if (problems.length > 0) {
      throw new NotebookError(`the bundle is not sound:\n${problems.map((p) => `  - ${p}`).join("\n")}`);
    }
    const figures = text.files.size > 0 ? `${base}_files` : undefined;
    await moveAll(stage, out, [...files, ...(figures ? [figures] : [])]);
    return {
      files: files.map((file) => join(out, file)),
      figures: figures && join(out, figures),
      pages: { written: pdf.pages!, code: codePdf.pages! },
    };
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** Move files into place; if one cannot be, put back what was there before. */
async function moveAll(from: string, to: string, names: string[]): Promise<void> {
  const kept = join(from, "before");
  await mkdir(kept);
  const done: string[] = [];
  try {
    for (const name of names) {
      await rename(join(to, name), join(kept, name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error;
      });
      done.push(name);
      await rename(join(from, name), join(to, name));
    }
  } catch (error) {
    for (const name of done) {
      await rm(join(to, name), { recursive: true, force: true });
      await cp(join(kept, name), join(to, name), { recursive: true }).catch(() => {});
    }
    throw new NotebookError(`the bundle could not be put in place: ${(error as Error).message}`);
  }
}
