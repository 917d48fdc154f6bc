// A notebook without what changes by itself: outputs, counts, timestamps and
// editors' private notes. What is left is what its author wrote.
import { hasTag, isCode, type Notebook } from "../format/types.ts";
import { INJECTED } from "../parameters/inject.ts";

const CELL_NOISE = [
  "execution",
  "ExecuteTime",
  "collapsed",
  "scrolled",
  "papermill",
  "vscode",
  "trusted",
  "jupyter",
];
const NOTEBOOK_NOISE = [
  "widgets",
  "papermill",
  "vscode",
  "toc",
  "varInspector",
  "signature",
  "orig_nbformat",
];

/** What `cleanNotebook` leaves in. */
export interface CleanOptions {
  /** Keep outputs and execution counts; only metadata is cleaned. */
  keepOutputs?: boolean | undefined;
}

const without = <T extends object>(value: T, keys: readonly string[]): T =>
  Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key))) as T;

/**
 * The notebook without outputs, counts, timestamps and editors' metadata.
 *
 * @example
 * ```ts
 * const nb = fromScript("// %%\n40 + 2\n");
 * const [cell] = nb.cells;
 * if (cell && isCode(cell)) cell.execution_count = 7;
 * cleanNotebook(nb).cells.filter(isCode).map((cell) => cell.execution_count); // → [ null ]
 * ```
 */
export function cleanNotebook(notebook: Notebook, options: CleanOptions = {}): Notebook {
  const cells = notebook.cells
    .filter((cell) => options.keepOutputs || !hasTag(cell, INJECTED))
    .map((cell) => {
      const metadata = without(cell.metadata, CELL_NOISE);
      if (!isCode(cell) || options.keepOutputs || hasTag(cell, "keep-output")) return { ...cell, metadata };
      return { ...cell, metadata, outputs: [], execution_count: null };
    });
  return { ...notebook, metadata: without(notebook.metadata, NOTEBOOK_NOISE), cells };
}
