// The notebook as this library holds it in memory: nbformat 4.5 with every
// multi-line string joined. Files may hold lists of lines; `parse` and
// `serialize` convert at the border, so no other code needs to know.

/** Values by MIME type; text is joined, binary is base64, JSON types hold JSON. */
export type MimeBundle = Record<string, unknown>;

/** What a cell printed. */
export interface StreamOutput {
  output_type: "stream";
  name: "stdout" | "stderr";
  text: string;
}

/** What a cell showed. */
export interface DisplayOutput {
  output_type: "display_data";
  data: MimeBundle;
  metadata: Record<string, unknown>;
}

/** The value of a cell's last expression. */
export interface ResultOutput {
  output_type: "execute_result";
  data: MimeBundle;
  metadata: Record<string, unknown>;
  execution_count: number | null;
}

/** The error that ended a cell. */
export interface ErrorOutput {
  output_type: "error";
  ename: string;
  evalue: string;
  traceback: string[];
}

/** One output of a cell. */
export type Output = StreamOutput | DisplayOutput | ResultOutput | ErrorOutput;

/** What is noted about a cell: tags, and what editors add. */
export interface CellMetadata {
  tags?: string[];
  [key: string]: unknown;
}

interface CellBase {
  id: string;
  source: string;
  metadata: CellMetadata;
}

/** A cell of code with its outputs. */
export interface CodeCell extends CellBase {
  cell_type: "code";
  outputs: Output[];
  execution_count: number | null;
}

/** A cell of Markdown, or a raw one. */
export interface TextCell extends CellBase {
  cell_type: "markdown" | "raw";
  /** Images pasted into the cell: file name → MIME bundle (base64). */
  attachments?: Record<string, MimeBundle>;
}

/** A cell. */
export type Cell = CodeCell | TextCell;

/** What is noted about a notebook: kernel, language, title. */
export interface NotebookMetadata {
  kernelspec?: { name: string; display_name?: string; language?: string };
  language_info?: { name: string; file_extension?: string; mimetype?: string; [key: string]: unknown };
  title?: string;
  authors?: ({ name: string } | string)[];
  course?: string;
  date?: string;
  [key: string]: unknown;
}

/** A notebook of nbformat 4. */
export interface Notebook {
  nbformat: 4;
  nbformat_minor: number;
  metadata: NotebookMetadata;
  cells: Cell[];
}

/**
 * A notebook that cannot be read, run, set or written; the message names the file and what to do.
 *
 * @example
 * ```ts
 * try {
 *   await readNotebook("nosuch.ipynb");
 * } catch (error) {
 *   error instanceof NotebookError;
 * }
 * ```
 */
export class NotebookError extends Error {
  override name = "NotebookError";
}

/**
 * Whether a cell is one of code.
 *
 * @example
 * ```ts
 * const nb = fromScript("// %% [markdown]\n// # Sheet\n// ## (a)\n\n// %%\n1 + 1\n");
 * nb.cells.map(isCode); // → [ false, true ]
 * ```
 */
export function isCode(cell: Cell): cell is CodeCell {
  return cell.cell_type === "code";
}

/**
 * Whether a cell carries a tag.
 *
 * @example
 * ```ts
 * const nb = fromScript("// %%\n1\n");
 * nb.cells[0]!.metadata.tags = ["parameters"];
 * hasTag(nb.cells[0]!, "parameters"); // → true
 * ```
 */
export function hasTag(cell: Cell, tag: string): boolean {
  return Array.isArray(cell.metadata.tags) && cell.metadata.tags.includes(tag);
}
