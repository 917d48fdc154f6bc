// Opens each file of a bundle again, from disk, and says what is wrong with it.
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { parseNotebook } from "../format/parse.ts";
import { hasTag, isCode, type Notebook } from "../format/types.ts";
import { readPdf } from "./pdf-file.ts";

/** Problems of a notebook that is to be handed in as run: every cell run, in order, without error. */
export function notRunProblems(notebook: Notebook): string[] {
  const found: string[] = [];
  let before = 0;
  for (const [index, cell] of notebook.cells.entries()) {
    if (!isCode(cell) || cell.source.trim() === "" || hasTag(cell, "skip-execution")) continue;
    const at = `cell ${index + 1}`;
    const count = cell.execution_count;
    if (count === null) found.push(`${at} has not been run`);
    else if (count <= before) found.push(`${at} was run out of order ([${count}] after [${before}])`);
    before = count ?? before;
    const error = cell.outputs.find((output) => output.output_type === "error");
    if (error?.output_type === "error" && !hasTag(cell, "raises-exception")) {
      found.push(`${at} ended with ${error.ename}: ${error.evalue.split("\n")[0]}`);
    }
  }
  return found;
}

/** Braces and environments of a TeX source that do not close. */
export function texProblems(tex: string): string[] {
  const found: string[] = [];
  if (!/\\documentclass/.test(tex)) found.push("it has no \\documentclass");
  const open: string[] = [];
  const source = tex.replace(/\\begin\{Verbatim\}[\s\S]*?\\end\{Verbatim\}/g, "").replace(/\\[\\{}%]/g, "");
  for (const [, kind, name] of source.matchAll(/\\(begin|end)\{([^}]*)\}/g)) {
    if (kind === "begin") open.push(name!);
    else if (open.pop() !== name) {
      found.push(`\\end{${name}} closes nothing`);
      break;
    }
  }
  if (open.length > 0) found.push(`\\begin{${open.at(-1)}} is not closed`);
  const body = source.replace(/^\s*%.*$/gm, "");
  const braces = [...body].reduce((n, char) => (char === "{" ? n + 1 : char === "}" ? n - 1 : n), 0);
  if (braces !== 0) found.push("its braces do not match");
  if (!/\\begin\{document\}[\s\S]*\S[\s\S]*\\end\{document\}/.test(tex)) found.push("its document is empty");
  return found;
}

/** Problems of one file, judged by its ending. */
export async function fileProblems(path: string): Promise<string[]> {
  const name = basename(path);
  try {
    const bytes = await readFile(path);
    if (bytes.length === 0) return [`${name} is empty`];
    if (name.endsWith(".pdf")) {
      const facts = readPdf(bytes, name);
      return facts.hasText ? [] : [`${name} shows no text`];
    }
    const text = bytes.toString("utf8");
    if (name.endsWith(".ipynb")) return notRunProblems(parseNotebook(text, name)).map((p) => `${name}: ${p}`);
    if (name.endsWith(".tex")) return texProblems(text).map((p) => `${name}: ${p}`);
    return text.trim() === "" ? [`${name} is empty`] : [];
  } catch (error) {
    return [(error as Error).message];
  }
}
