// Where a cell stands in its notebook: under which headings. The progress
// tree, the reports and `--only` all speak of cells by these headings.
import { isCode, type Notebook } from "./types.ts";

/** A heading of a notebook. */
export interface Heading {
  /** 1 for "#", 2 for "##", … */
  level: number;
  text: string;
  /** Index of the cell that holds it. */
  cell: number;
}

const plain = (markdown: string): string =>
  markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/(\*\*|__|\*|`)(.+?)\1/g, "$2")
    .replace(/\s+#+\s*$/, "")
    .trim();

/** The ATX headings of a markdown text, code fences skipped. */
export function markdownHeadings(source: string): { level: number; text: string }[] {
  const found: { level: number; text: string }[] = [];
  let fence = "";
  for (const line of source.split("\n")) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark) {
      if (!fence) fence = mark;
      else if (mark[0] === fence[0] && mark.length >= fence.length) fence = "";
      continue;
    }
    const heading = fence ? null : /^ {0,3}(#{1,6})\s+(.+)$/.exec(line);
    if (heading) found.push({ level: heading[1]!.length, text: plain(heading[2]!) });
  }
  return found;
}

/**
 * For every cell, the headings above it, outermost first (the notebook's title included).
 *
 * @example
 * ```ts
 * const nb = fromScript("// %% [markdown]\n// # Sheet\n// ## (a)\n\n// %%\n1 + 1\n");
 * sectionPaths(nb)[1]!.map((heading) => heading.text); // → [ 'Sheet', '(a)' ]
 * ```
 */
export function sectionPaths(notebook: Notebook): Heading[][] {
  let path: Heading[] = [];
  return notebook.cells.map((cell, index) => {
    if (!isCode(cell) && cell.cell_type === "markdown") {
      for (const { level, text } of markdownHeadings(cell.source)) {
        path = [...path.filter((h) => h.level < level), { level, text, cell: index }];
      }
    }
    return path;
  });
}

/** Where a cell is, in a line: `1 Gaussian mixtures › (a) gradient`. */
export const sectionName = (path: Heading[]): string => path.map((h) => h.text).join(" › ");
