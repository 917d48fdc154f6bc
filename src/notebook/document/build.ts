// Notebook → document: text cells and code cells with their outputs in order,
// the title block taken from metadata, options or the first heading, formulas
// numbered, references resolved, headings lifted where the title came from one.
import { sectionName, sectionPaths } from "../format/sections.ts";
import { type Cell, hasTag, isCode, type Notebook } from "../format/types.ts";
import { Definitions } from "./macros.ts";
import { footnotesOf, markdownBlocks } from "./markdown.ts";
import { Numbering } from "./numbering.ts";
import { outputsBlocks } from "./outputs.ts";
import type { Problems } from "./problems.ts";
import type { Block, Doc, Inline, Title } from "./types.ts";
import { walkMath } from "./walk.ts";

export interface BuildOptions {
  /** Folder of the notebook, where pictures are looked for. */
  folder: string;
  problems: Problems;
  title?: string | undefined;
  authors?: readonly string[] | undefined;
  course?: string | undefined;
  date?: string | undefined;
  /** Further lines of the title block. */
  lines?: readonly string[] | undefined;
  /** Leave code cells out, keep their outputs. */
  hideCode?: boolean | undefined;
  /** Leave code cells and outputs out. */
  textOnly?: boolean | undefined;
  /** Keep the equation environments and \ref as they are (for TeX, which numbers by itself). */
  keepNumbering?: boolean | undefined;
}

/** Plain text of inlines, for outlines and names. */
export function plainText(inlines: readonly Inline[]): string {
  return inlines
    .map((piece) => {
      if (piece.type === "text" || piece.type === "code") return piece.text;
      if (piece.type === "math") return piece.tex;
      if (piece.type === "break") return " ";
      return "children" in piece && piece.type !== "footnote" ? plainText(piece.children) : "";
    })
    .join("");
}

function cellBlocks(
  cell: Cell,
  notes: Map<string, string>,
  language: string,
  options: BuildOptions,
): Block[] {
  const { problems, folder } = options;
  if (hasTag(cell, "remove-cell") || hasTag(cell, "hide-cell")) return [];
  if (!isCode(cell)) {
    if (cell.cell_type === "raw") {
      if (cell.source.trim() === "") return [];
      if (cell.metadata["format"] === "text/markdown" || cell.metadata["raw_mimetype"] === "text/markdown") {
        return markdownBlocks(cell.source, { problems, pictures: { folder } });
      }
      return [{ type: "code", text: cell.source, language: "" }];
    }
    return markdownBlocks(cell.source, {
      problems,
      pictures: { folder, attachments: cell.attachments },
      notes,
    });
  }
  if (options.textOnly) return [];
  const out: Block[] = [];
  const source = cell.source.trimEnd();
  const hidden = options.hideCode || hasTag(cell, "remove-input") || hasTag(cell, "hide-input");
  if (source.trim() !== "" && !hidden)
    out.push({ type: "input", text: source, language, count: cell.execution_count });
  if (hasTag(cell, "remove-output") || hasTag(cell, "hide-output")) return out;
  const children = outputsBlocks(cell.outputs, { problems, pictures: { folder } });
  if (children.length > 0) out.push({ type: "output", children, count: cell.execution_count });
  return out;
}

/** The first heading of level 1, if nothing but text stands before it. */
function leadingTitle(blocks: Block[]): { at: number; title: string } | undefined {
  const at = blocks.findIndex((block) => block.type === "heading" && block.level === 1);
  const heading = blocks[at];
  if (heading?.type !== "heading" || blocks.slice(0, at).some((block) => block.type === "heading"))
    return undefined;
  const more = blocks.filter((block) => block.type === "heading" && block.level === 1).length > 1;
  return more ? undefined : { at, title: plainText(heading.children) };
}

function titleOf(
  notebook: Notebook,
  blocks: Block[],
  options: BuildOptions,
): { title: Title | undefined; blocks: Block[] } {
  const { metadata } = notebook;
  const asText = (value: unknown) => (typeof value === "string" && value.trim() ? value.trim() : undefined);
  const named = options.title ?? asText(metadata.title);
  const lead = named === undefined ? leadingTitle(blocks) : undefined;
  const authors = options.authors?.length
    ? [...options.authors]
    : (Array.isArray(metadata.authors) ? metadata.authors : []).map((a) =>
        typeof a === "string" ? a : a.name,
      );
  const course = options.course ?? asText(metadata.course);
  const date = options.date ?? asText(metadata.date);
  const title = named ?? lead?.title;
  const rest = lead ? blocks.filter((_, k) => k !== lead.at) : blocks;
  if (title === undefined && authors.length === 0 && !course && !date)
    return { title: undefined, blocks: rest };
  return {
    blocks: rest,
    title: {
      title: title ?? "",
      authors,
      ...(course ? { course } : {}),
      ...(date ? { date } : {}),
      lines: [...(options.lines ?? [])],
    },
  };
}

/** With the title taken out, "##" is the first level: raise all headings alike. */
function raiseHeadings(blocks: Block[]): void {
  const headings = blocks.filter((block) => block.type === "heading");
  const least = Math.min(...headings.map((heading) => heading.level));
  for (const heading of headings)
    heading.level = Math.min(6, heading.level - (Number.isFinite(least) ? least - 1 : 0));
}

export function buildDocument(notebook: Notebook, options: BuildOptions): Doc {
  const { problems } = options;
  const paths = sectionPaths(notebook);
  const language =
    notebook.metadata.language_info?.name ?? notebook.metadata.kernelspec?.language ?? "typescript";
  const notes = new Map<string, string>();
  for (const cell of notebook.cells) {
    if (cell.cell_type === "markdown") for (const [id, note] of footnotesOf(cell.source)) notes.set(id, note);
  }
  const all = notebook.cells.flatMap((cell, index) => {
    const section = sectionName(paths[index]!);
    problems.where = `cell ${index + 1}${section ? ` (${section})` : ""}`;
    return cellBlocks(cell, notes, language, options);
  });
  problems.where = "";
  const { title, blocks } = titleOf(notebook, all, options);
  raiseHeadings(blocks);
  const macros = settleMath(blocks, options);
  return { title, blocks, macros, language };
}

/** Take definitions out of the formulas, number them, resolve references. Returns the definitions. */
function settleMath(blocks: Block[], options: BuildOptions): string[] {
  const definitions = new Definitions();
  const numbering = new Numbering();
  walkMath(blocks, (math, display) => {
    math.tex = definitions.take(math.tex);
    if (display && !options.keepNumbering) math.tex = numbering.number(math.tex);
  });
  if (options.keepNumbering) return definitions.hoisted;
  walkMath(blocks, (math) => {
    const { tex, unknown } = numbering.resolve(math.tex);
    math.tex = tex;
    for (const label of unknown) {
      options.problems.add(`the reference to the equation "${label}" finds no such label`, math.where);
    }
  });
  return definitions.hoisted;
}
