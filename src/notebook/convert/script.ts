// A notebook as a script with "// %%" between the cells, and back, exactly:
// every id, tag and blank line survives, so a pair of .ipynb and .ts can be
// edited on either side. Outputs stay in the notebook; converting back takes
// them from the notebook that is paired with the script.
import { createHash } from "node:crypto";
import { type Cell, type CodeCell, isCode, type Notebook, NotebookError } from "../format/types.ts";
import { isCellId } from "../format/validate.ts";

/** How a language writes a comment to the end of the line. */
export function commentOf(notebook: Notebook): { comment: string; extension: string } {
  const language =
    notebook.metadata.language_info?.name ?? notebook.metadata.kernelspec?.language ?? "typescript";
  if (/^(python|r|julia|ruby|bash)$/i.test(language)) {
    const extension = { python: ".py", r: ".R", julia: ".jl", ruby: ".rb", bash: ".sh" }[
      language.toLowerCase()
    ]!;
    return { comment: "#", extension };
  }
  return { comment: "//", extension: /^javascript$/i.test(language) ? ".js" : ".ts" };
}

interface Header {
  nbformat_minor: number;
  metadata: Notebook["metadata"];
}

const escapePattern = (comment: string): RegExp => new RegExp(`^(${comment} )(\\\\*%%)`);
const unescapePattern = (comment: string): RegExp => new RegExp(`^(${comment} )\\\\(\\\\*%%)`);

function encodeCell(cell: Cell, comment: string): string {
  const { id, tags } = { id: cell.id, tags: cell.metadata.tags };
  const { tags: _, ...rest } = cell.metadata;
  const attributes = [
    `id=${JSON.stringify(id)}`,
    ...(tags !== undefined ? [`tags=${JSON.stringify(tags)}`] : []),
    ...(Object.keys(rest).length > 0 ? [`metadata=${JSON.stringify(rest)}`] : []),
    ...(!isCode(cell) && cell.attachments ? [`attachments=${JSON.stringify(cell.attachments)}`] : []),
  ];
  const kind = isCode(cell) ? "" : `[${cell.cell_type}] `;
  const lines = cell.source.split("\n").map((line) => {
    const written = isCode(cell) ? line : line === "" ? comment : `${comment} ${line}`;
    return written.replace(escapePattern(comment), "$1\\$2");
  });
  return `${comment} %% ${kind}${attributes.join(" ")}\n${lines.join("\n")}\n`;
}

/**
 * The script of a notebook.
 *
 * @example
 * ```ts
 * const nb = fromScript("// %% [markdown]\n// # Sheet\n// ## (a)\n\n// %%\n1 + 1\n");
 * toScript(nb).split("\n").filter((line) => line.startsWith("// %%")).length; // → 2
 * JSON.stringify(fromScript(toScript(nb))) === JSON.stringify(nb); // → true
 * ```
 */
export function toScript(notebook: Notebook): string {
  const { comment } = commentOf(notebook);
  const header: Header = { nbformat_minor: notebook.nbformat_minor, metadata: notebook.metadata };
  const lines = JSON.stringify(header, null, 2)
    .split("\n")
    .map((line) => `${comment} ${line}`);
  return [
    [`${comment} ---`, ...lines, `${comment} ---`, ""].join("\n"),
    ...notebook.cells.map((c) => encodeCell(c, comment)),
  ].join("\n");
}

/** `id="a" tags=["x"]` → values; each value is JSON. */
function readAttributes(text: string, at: string): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  let rest = text.trim();
  while (rest !== "") {
    const name = /^([A-Za-z_]\w*)=/.exec(rest)?.[1];
    if (!name) throw new NotebookError(`${at}: cannot read "${rest}" in the cell's mark`);
    rest = rest.slice(name.length + 1);
    // The value ends at the first place where it is whole JSON.
    const end = [...rest.matchAll(/(?= |$)/g)].map((m) => m.index).find((k) => isJson(rest.slice(0, k)));
    if (end === undefined) throw new NotebookError(`${at}: the value of ${name} is not JSON`);
    found[name] = JSON.parse(rest.slice(0, end));
    rest = rest.slice(end).trim();
  }
  return found;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function decodeCell(mark: string, body: string[], comment: string, index: number): Cell {
  const found = /^(?:\[(markdown|raw|md)\]\s*)?(.*)$/.exec(mark.trim())!;
  const type = found[1] === "md" ? "markdown" : ((found[1] ?? "code") as Cell["cell_type"]);
  const attributes = readAttributes(found[2]!, `cell ${index + 1}`);
  const prefix = new RegExp(`^${comment} ?`);
  const source = body
    .map((line) => line.replace(unescapePattern(comment), "$1$2"))
    .map((line) => (type === "code" ? line : line.replace(prefix, "")))
    .join("\n");
  const tags = attributes.tags as string[] | undefined;
  const metadata = { ...(attributes.metadata as object | undefined), ...(tags ? { tags } : {}) };
  const id = isCellId(attributes.id)
    ? attributes.id
    : createHash("sha256").update(`${index}:${source}`).digest("hex").slice(0, 8);
  const base = { id, source, metadata };
  if (type === "code") return { ...base, cell_type: "code", outputs: [], execution_count: null };
  const { attachments } = attributes as { attachments?: Record<string, Record<string, unknown>> };
  return { ...base, cell_type: type, ...(attachments ? { attachments } : {}) };
}

/**
 * The notebook of a script, without outputs.
 *
 * @example
 * ```ts
 * const nb = fromScript("// %% [markdown]\n// # Sheet\n// ## (a)\n\n// %%\n1 + 1\n");
 * nb.cells.map((cell) => `${cell.cell_type}: ${cell.source.split("\n")[0]}`); // → [ 'markdown: # Sheet', 'code: 1 + 1' ]
 * ```
 */
export function fromScript(text: string, name = "the script"): Notebook {
  const comment = /^#/.test(text.trimStart()) ? "#" : "//";
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  let header: Partial<Header> = {};
  let start = 0;
  if (lines[0] === `${comment} ---`) {
    const end = lines.indexOf(`${comment} ---`, 1);
    if (end < 0) throw new NotebookError(`${name}: its header has no end ("${comment} ---")`);
    const json = lines
      .slice(1, end)
      .map((line) => line.slice(comment.length + 1))
      .join("\n");
    try {
      header = JSON.parse(json);
    } catch (error) {
      throw new NotebookError(`${name}: its header is not JSON: ${(error as Error).message}`);
    }
    start = end + 1;
    if (lines[start] === "") start++;
  }
  const marks: number[] = [];
  for (let k = start; k < lines.length; k++) if (lines[k]!.startsWith(`${comment} %%`)) marks.push(k);
  const first = marks[0] ?? lines.length;
  const lead = lines.slice(start, first).join("\n").trim();
  const cells: Cell[] = lead ? [decodeCell("", lead.split("\n"), comment, 0)] : [];
  for (const [n, at] of marks.entries()) {
    // One line end closes the cell, one more (a blank line) stands before the next.
    const body = lines.slice(at + 1, marks[n + 1] ?? lines.length);
    if (body.at(-1) === "" && body.length > 1) body.pop();
    cells.push(decodeCell(lines[at]!.slice(comment.length + 3), body, comment, cells.length));
  }
  const known = { kernelspec: comment === "//" ? { name: "tslab" } : { name: "python3" } };
  return {
    nbformat: 4,
    nbformat_minor: header.nbformat_minor ?? 5,
    metadata: header.metadata ?? known,
    cells,
  };
}

/**
 * Give cells the outputs they have in `paired`: by id, else by the same source, where the source is unchanged.
 *
 * @example
 * ```ts
 * const ran = fromScript("// %%\n40 + 2\n");
 * const [cell] = ran.cells;
 * if (cell && isCode(cell)) cell.outputs = [{ output_type: "stream", name: "stdout", text: "42\n" }];
 * const edited = takeOutputs(fromScript("// %%\n1\n\n// %%\n40 + 2\n"), ran);
 * edited.cells.filter(isCode).map((cell) => cell.outputs.length); // → [ 0, 1 ]
 * ```
 */
export function takeOutputs(notebook: Notebook, paired: Notebook): Notebook {
  const left = paired.cells.filter(isCode);
  const cells = notebook.cells.map((cell): Cell => {
    if (!isCode(cell)) return cell;
    const same = (other: CodeCell) => other.source === cell.source;
    const at = left.findIndex((other) => other.id === cell.id && same(other));
    const found = at >= 0 ? at : left.findIndex(same);
    if (found < 0) return cell;
    const [old] = left.splice(found, 1);
    return { ...cell, outputs: old!.outputs, execution_count: old!.execution_count };
  });
  return { ...notebook, cells };
}
