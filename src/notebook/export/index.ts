// `exportNotebook`: one notebook file to one document file, whole or not at all.
import { mkdir } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { buildDocument } from "../document/build.ts";
import { ExportError, Problems } from "../document/problems.ts";
import { parseNotebook } from "../format/parse.ts";
import { readNotebook, writeAtomic } from "../format/store.ts";
import { type Notebook, NotebookError } from "../format/types.ts";
import { toHtml } from "./html/index.ts";
import { toMarkdown } from "./markdown/index.ts";
import { toPdf } from "./pdf.ts";
import { toTex } from "./tex/index.ts";

export const FORMATS = ["pdf", "tex", "md", "html"] as const;
/** The formats that a notebook is set in. */
export type Format = (typeof FORMATS)[number];

/** Settings of `exportNotebook`. */
export interface ExportOptions {
  /** Default: by the ending of `out`, else "pdf". */
  to?: Format | undefined;
  /** File to write; default: beside the notebook, with the format's ending. */
  out?: string | undefined;
  title?: string | undefined;
  authors?: readonly string[] | undefined;
  course?: string | undefined;
  date?: string | undefined;
  lines?: readonly string[] | undefined;
  paper?: "a4" | "us-letter" | undefined;
  toc?: boolean | undefined;
  hideCode?: boolean | undefined;
  textOnly?: boolean | undefined;
  /** Folder that pictures' names start from; default: the notebook's. */
  folder?: string | undefined;
  /** Markdown: pictures inside the file instead of beside it. */
  embed?: boolean | undefined;
  /** Show a box where something cannot be set, instead of failing. */
  lenient?: boolean | undefined;
}

/** What `exportNotebook` wrote, and what it could not set. */
export interface ExportResult {
  /** The file written. */
  path: string;
  /** Files written beside it (figures of .tex and .md). */
  files: string[];
  pages?: number;
  /** What could not be set; empty unless `lenient`. */
  problems: readonly string[];
}

export interface Rendered {
  data: string | Uint8Array;
  /** Files it refers to, by name relative to its folder. */
  files: Map<string, string | Uint8Array>;
  pages?: number;
  problems: readonly string[];
}

/**
 * Set a notebook in memory. `name` is the base name of the files it will refer to.
 *
 * @example
 * ```ts
 * const nb = fromScript("// %% [markdown]\n// # Sheet\n// ## (a)\n\n// %%\n1 + 1\n");
 * const { data } = await renderNotebook(nb, ".", "md", "sheet");
 * String(data).includes("## (a)") || String(data).includes("# (a)"); // → true
 * ```
 */
export async function renderNotebook(
  notebook: Notebook,
  folder: string,
  to: Format,
  name: string,
  options: Omit<ExportOptions, "to" | "out"> = {},
): Promise<Rendered> {
  const problems = new Problems();
  const doc = buildDocument(notebook, {
    ...options,
    folder,
    problems,
    keepNumbering: to === "tex" || to === "md",
  });
  const result = await render(doc, to, name, problems, options);
  if (problems.found.length > 0 && !options.lenient) throw new ExportError(name, problems.found);
  return { ...result, problems: problems.found };
}

async function render(
  doc: ReturnType<typeof buildDocument>,
  to: Format,
  name: string,
  problems: Problems,
  options: ExportOptions,
): Promise<Omit<Rendered, "problems">> {
  if (to === "pdf") {
    const { pdf, pages } = toPdf(doc, { problems, paper: options.paper, toc: options.toc });
    return { data: pdf, pages, files: new Map() };
  }
  if (to === "tex") return toTex(doc, name, problems, options.paper);
  if (to === "md") return toMarkdown(doc, name, problems, options.embed);
  return { data: toHtml(doc, problems), files: new Map() };
}

function formatOf(path: string, { to, out }: ExportOptions): Format {
  const ending = extname(out ?? "").slice(1);
  const format = to ?? (ending === "" ? "pdf" : ending);
  if ((FORMATS as readonly string[]).includes(format)) return format as Format;
  throw new NotebookError(`${path}: cannot export to "${format}"; the formats are ${FORMATS.join(", ")}`);
}

/**
 * Export a notebook file (or "-", standard input) as PDF, TeX, Markdown or HTML.
 * @throws ExportError naming each formula, figure, table or output that cannot be set (unless `lenient`)
 *
 * @example
 * ```ts
 * const nb = fromScript("// %% [markdown]\n// # Sheet\n// ## (a)\n\n// %%\n1 + 1\n");
 * await writeNotebook("sheet.ipynb", nb);
 * (await exportNotebook("sheet.ipynb", { to: "pdf" })).pages; // → 1
 * ```
 */
export async function exportNotebook(path: string, options: ExportOptions = {}): Promise<ExportResult> {
  const to = formatOf(path, options);
  const out = options.out ?? join(dirname(path), `${basename(path, ".ipynb")}.${to}`);
  const notebook =
    path === "-" ? parseNotebook(await text(process.stdin), "the notebook") : await readNotebook(path);
  const name = basename(out, extname(out));
  const rendered = await renderNotebook(
    notebook,
    options.folder ?? dirname(resolve(path)),
    to,
    name,
    options,
  );
  await mkdir(dirname(resolve(out)), { recursive: true });
  const files: string[] = [];
  for (const [file, data] of rendered.files) {
    const target = join(dirname(out), file);
    await writeAtomic(target, data);
    files.push(target);
  }
  await writeAtomic(out, rendered.data);
  return {
    path: out,
    files,
    problems: rendered.problems,
    ...(rendered.pages === undefined ? {} : { pages: rendered.pages }),
  };
}
