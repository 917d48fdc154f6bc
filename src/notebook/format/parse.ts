// Notebook text ↔ notebook in memory. Reading accepts nbformat 4.0–4.5 and
// upgrades to 4.5; writing gives the bytes that Jupyter's own nbformat gives
// (keys sorted, one-space indent, lists of lines), so that a save from
// JupyterLab and a save from here differ only where the notebook differs.
import { createHash } from "node:crypto";
import { type Cell, type MimeBundle, type Notebook, NotebookError, type Output } from "./types.ts";
import { isCellId, notebookProblems } from "./validate.ts";

type Json = Record<string, any>;

const join = (text: string | string[]): string => (Array.isArray(text) ? text.join("") : text);

const isLines = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((line) => typeof line === "string");

/** MIME types whose text nbformat stores as a list of lines. */
const isTextMime = (mime: string): boolean =>
  mime.startsWith("text/") || mime === "image/svg+xml" || mime === "application/javascript";

const isJsonMime = (mime: string): boolean => mime === "application/json" || mime.endsWith("+json");

function joinBundle(bundle: Json): MimeBundle {
  return Object.fromEntries(
    Object.entries(bundle).map(([mime, value]) => [
      mime,
      isLines(value) && !isJsonMime(mime) ? value.join("") : value,
    ]),
  );
}

function parseOutput(output: Json): Output {
  switch (output.output_type) {
    case "stream":
      return { output_type: "stream", name: output.name, text: join(output.text) };
    case "error":
      return { ...(output as any) };
    default:
      return { ...(output as any), data: joinBundle(output.data), metadata: output.metadata ?? {} };
  }
}

/** The id given to a cell that has none: the same for the same place and text, so saves don't churn. */
function stableId(index: number, source: string, taken: Set<string>): string {
  for (let salt = 0; ; salt++) {
    const id = createHash("sha256").update(`${index}:${salt}:${source}`).digest("hex").slice(0, 8);
    if (!taken.has(id)) return id;
  }
}

function parseCell(raw: Json, id: string): Cell {
  const cell: Json = { ...raw, id, source: join(raw.source), metadata: raw.metadata ?? {} };
  if (raw.cell_type === "code") {
    cell.outputs = (raw.outputs ?? []).map(parseOutput);
    cell.execution_count = raw.execution_count ?? null;
  } else if (raw.attachments) {
    cell.attachments = Object.fromEntries(
      Object.entries(raw.attachments as Json).map(([name, bundle]) => [name, joinBundle(bundle as Json)]),
    );
  }
  return cell as unknown as Cell;
}

/**
 * Parse the text of an .ipynb file.
 * @param name what error messages call it, usually the path
 * @throws NotebookError naming the file and each problem
 *
 * @example
 * ```ts
 * parseNotebook('{"cells": 3}', "x.ipynb"); // throws x.ipynb
 * ```
 */
export function parseNotebook(text: string, name = "notebook"): Notebook {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new NotebookError(`${name} is not valid JSON: ${(error as Error).message}`);
  }
  const problems = notebookProblems(value);
  if (problems.length > 0) {
    throw new NotebookError(`${name} is not a notebook:\n${problems.map((p) => `  - ${p}`).join("\n")}`);
  }
  const raw = value as Json;
  const taken = new Set<string>();
  for (const cell of raw.cells) if (isCellId(cell.id)) taken.add(cell.id);
  const used = new Set<string>();
  const cells = (raw.cells as Json[]).map((cell, index) => {
    const id = isCellId(cell.id) && !used.has(cell.id) ? cell.id : stableId(index, join(cell.source), taken);
    used.add(id);
    taken.add(id);
    return parseCell(cell, id);
  });
  return {
    ...(raw as any),
    nbformat: 4,
    nbformat_minor: Math.max(5, Number(raw.nbformat_minor ?? 0)),
    metadata: raw.metadata ?? {},
    cells,
  };
}

// The separators of Python's str.splitlines, which nbformat uses.
const BREAKS = new Set([0x0a, 0x0b, 0x0c, 0x0d, 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029]);

/** Lines with their ends, split as nbformat splits them. */
export function splitLines(text: string): string[] {
  const lines: string[] = [];
  let start = 0;
  for (let k = 0; k < text.length; k++) {
    const code = text.charCodeAt(k);
    if (!BREAKS.has(code)) continue;
    if (code === 0x0d && text.charCodeAt(k + 1) === 0x0a) k++;
    lines.push(text.slice(start, k + 1));
    start = k + 1;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}

function splitBundle(bundle: MimeBundle): Json {
  return Object.fromEntries(
    Object.entries(bundle).map(([mime, value]) => [
      mime,
      typeof value === "string" && isTextMime(mime) ? splitLines(value) : value,
    ]),
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, v]) => [key, sorted(v)]),
  );
}

/**
 * The text of the .ipynb file: the same notebook always gives the same bytes.
 *
 * @example
 * ```ts
 * const nb = fromScript("// %% [markdown]\n// # Sheet\n// ## (a)\n\n// %%\n1 + 1\n");
 * serializeNotebook(parseNotebook(serializeNotebook(nb))) === serializeNotebook(nb); // → true
 * ```
 */
export function serializeNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => {
    const out: Json = { ...cell, source: splitLines(cell.source) };
    if (cell.cell_type === "code") {
      out.outputs = cell.outputs.map((output) => {
        if (output.output_type === "stream") return { ...output, text: splitLines(output.text) };
        return "data" in output ? { ...output, data: splitBundle(output.data) } : output;
      });
    } else if (cell.attachments) {
      out.attachments = Object.fromEntries(
        Object.entries(cell.attachments).map(([name, bundle]) => [name, splitBundle(bundle)]),
      );
    }
    return out;
  });
  return `${JSON.stringify(sorted({ ...notebook, cells }), null, 1)}\n`;
}
