// The notebook as this library holds it in memory: nbformat 4.5 with every
// multi-line string joined. Files may hold lists of lines; `parse` and
// `serialize` convert at the border, so no other code needs to know.

/** Values by MIME type; text is joined, binary is base64, JSON types hold JSON. */
export type MimeBundle = Record<string, unknown>;

export interface StreamOutput {
  output_type: "stream";
  name: "stdout" | "stderr";
  text: string;
}

export interface DisplayOutput {
  output_type: "display_data";
  data: MimeBundle;
  metadata: Record<string, unknown>;
}

export interface ResultOutput {
  output_type: "execute_result";
  data: MimeBundle;
  metadata: Record<string, unknown>;
  execution_count: number | null;
}

export interface ErrorOutput {
  output_type: "error";
  ename: string;
  evalue: string;
  traceback: string[];
}

export type Output = StreamOutput | DisplayOutput | ResultOutput | ErrorOutput;

export interface CellMetadata {
  tags?: string[];
  [key: string]: unknown;
}

interface CellBase {
  id: string;
  source: string;
  metadata: CellMetadata;
}

export interface CodeCell extends CellBase {
  cell_type: "code";
  outputs: Output[];
  execution_count: number | null;
}

export interface TextCell extends CellBase {
  cell_type: "markdown" | "raw";
  /** Images pasted into the cell: file name → MIME bundle (base64). */
  attachments?: Record<string, MimeBundle>;
}

export type Cell = CodeCell | TextCell;

export interface NotebookMetadata {
  kernelspec?: { name: string; display_name?: string; language?: string };
  language_info?: { name: string; file_extension?: string; mimetype?: string; [key: string]: unknown };
  title?: string;
  authors?: ({ name: string } | string)[];
  course?: string;
  date?: string;
  [key: string]: unknown;
}

export interface Notebook {
  nbformat: 4;
  nbformat_minor: number;
  metadata: NotebookMetadata;
  cells: Cell[];
}

/** A notebook that cannot be read, run, set or written; the message names the file and what to do. */
export class NotebookError extends Error {
  override name = "NotebookError";
}

export function isCode(cell: Cell): cell is CodeCell {
  return cell.cell_type === "code";
}

export function hasTag(cell: Cell, tag: string): boolean {
  return Array.isArray(cell.metadata.tags) && cell.metadata.tags.includes(tag);
}
