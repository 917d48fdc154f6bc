// Which cells a run executes. Everything, unless `--only` or `--from-cell`
// narrow it; cells tagged `parameters`, `injected-parameters` or `setup` run in
// any case, because the others build on them.
import { sectionName, sectionPaths } from "../format/sections.ts";
import { hasTag, isCode, type Notebook, NotebookError } from "../format/types.ts";

/** Which cells are run. */
export interface Selection {
  /** Cells by number ("3", "3-5", counting all cells from 1), id, tag, or a part of a heading. */
  only?: readonly string[] | undefined;
  /** Start here: a cell number, id, or a part of a heading. */
  fromCell?: string | undefined;
}

const ALWAYS = ["parameters", "injected-parameters", "setup"];

/** Indices of the cells that `what` names. */
export function findCells(notebook: Notebook, what: string): number[] {
  const { cells } = notebook;
  const range = /^(\d+)(?:-(\d+))?$/.exec(what);
  if (range) {
    const first = Number(range[1]);
    const last = Number(range[2] ?? first);
    if (first < 1 || last > cells.length || first > last) {
      throw new NotebookError(`there is no cell ${what}: the notebook has cells 1 to ${cells.length}`);
    }
    return cells.flatMap((_, k) => (k + 1 >= first && k + 1 <= last ? [k] : []));
  }
  const byId = cells.findIndex((cell) => cell.id === what);
  if (byId >= 0) return [byId];
  const byTag = cells.flatMap((cell, k) => (hasTag(cell, what) ? [k] : []));
  if (byTag.length > 0) return byTag;
  const wanted = what.toLowerCase();
  const paths = sectionPaths(notebook);
  const found = cells.flatMap((_, k) => (sectionName(paths[k]!).toLowerCase().includes(wanted) ? [k] : []));
  if (found.length > 0) return found;
  const headings = [...new Set(paths.flat())].map((h) => `  ${"  ".repeat(h.level - 1)}${h.text}`);
  throw new NotebookError(
    `no cell has the number, id, tag or heading "${what}". The headings are:\n${headings.join("\n")}`,
  );
}

/**
 * Indices of the code cells to run, in order.
 *
 * @example
 * ```ts
 * const nb = fromScript("// %% [markdown]\n// # Sheet\n// ## (a)\n\n// %%\n1 + 1\n");
 * selectCells(nb, { only: ["(a)"] }); // → [ 1 ]
 * selectCells(nb, { only: ["(z)"] }); // throws no cell has the number, id, tag or heading "(z)"
 * ```
 */
export function selectCells(notebook: Notebook, selection: Selection = {}): number[] {
  const chosen = selection.only?.length
    ? new Set(selection.only.flatMap((what) => findCells(notebook, what)))
    : undefined;
  const start = selection.fromCell === undefined ? 0 : findCells(notebook, selection.fromCell)[0]!;
  return notebook.cells.flatMap((cell, k) => {
    if (!isCode(cell) || cell.source.trim() === "" || hasTag(cell, "skip-execution")) return [];
    if (ALWAYS.some((tag) => hasTag(cell, tag))) return [k];
    return k >= start && (chosen?.has(k) ?? true) ? [k] : [];
  });
}
