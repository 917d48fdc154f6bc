/**
 * A derivation, a claim or anything else that writes itself in Markdown, as a document: PDF, LaTeX,
 * Markdown or HTML, by the file's ending. Its computation graph, where it has one, comes first.
 *
 * Works from a cell and from a script; the pages are those of an exported notebook.
 */

import { mkdir } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { writeAtomic } from "../format/store.ts";
import { type Cell, type Notebook, NotebookError } from "../format/types.ts";
import { type ExportResult, FORMATS, type Format, renderNotebook } from "./index.ts";

/** What can be saved: a `Derivation`, a `Claim`, `Paths`, or any object of this form. */
export interface Writable {
  toMarkdown(): string;
  graph?(options?: never): { svg(): Promise<string> };
}

/** How a derivation is written to a file. */
export interface SaveOptions {
  title?: string;
  authors?: readonly string[];
  paper?: "a4" | "us-letter";
  /** Whether the computation graph is drawn, where there is one. Default true. */
  graph?: boolean;
}

/**
 * Writes derivations and claims to one document, in the order given.
 * @param path ends in .pdf, .tex, .md or .html; pictures of .tex and .md go beside it
 * @returns the files written, and the pages of a PDF
 * @throws NotebookError for another ending, ExportError naming a formula that cannot be set
 * @example
 * ```ts
 * import { saveDerivation } from "gradlab/notebook";
 * const d = derive(({ W, x }) => W.matmul(x).square().sum(), { W: eye(2), x: tensor([1, 2]) });
 * await saveDerivation([d, d.paths("W")], "derivation.doc"); // throws derivation.doc: the ending says the format
 * ```
 */
export async function saveDerivation(
  what: Writable | readonly Writable[],
  path: string,
  options: SaveOptions = {},
): Promise<ExportResult> {
  const to = extname(path).slice(1) as Format;
  if (!FORMATS.includes(to))
    throw new NotebookError(
      `${path}: the ending says the format, and must be one of ${FORMATS.map((f) => `.${f}`).join(", ")}`,
    );
  const list = Array.isArray(what) ? (what as readonly Writable[]) : [what as Writable];
  const cells: Cell[] = [];
  for (const item of list) {
    if (typeof item?.toMarkdown !== "function")
      throw new NotebookError(
        `saveDerivation: ${String(item)} has no toMarkdown(); give derivations, claims or paths`,
      );
    if (options.graph !== false && item.graph)
      cells.push(picture(await item.graph().svg(), `graph-${cells.length}`));
    cells.push({
      id: `text-${cells.length}`,
      cell_type: "markdown",
      source: item.toMarkdown(),
      metadata: {},
    });
  }
  const { graph: _, ...rest } = options;
  const notebook: Notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells };
  const rendered = await renderNotebook(
    notebook,
    dirname(resolve(path)),
    to,
    basename(path, extname(path)),
    rest,
  );
  await mkdir(dirname(resolve(path)), { recursive: true });
  const files = [...rendered.files].map(([name, data]) => ({ target: join(dirname(path), name), data }));
  for (const { target, data } of files) await writeAtomic(target, data);
  await writeAtomic(path, rendered.data);
  return {
    path,
    files: files.map(({ target }) => target),
    problems: rendered.problems,
    ...(rendered.pages === undefined ? {} : { pages: rendered.pages }),
  };
}

function picture(svg: string, id: string): Cell {
  return {
    id,
    cell_type: "code",
    source: "",
    metadata: {},
    execution_count: null,
    outputs: [{ output_type: "display_data", data: { "image/svg+xml": svg }, metadata: {} }],
  };
}
