/**
 * Finds the examples: in doc comments after `@example`, in Markdown pages between ```ts fences.
 *
 * A docstring's example stands alone. The blocks of a page are read like a notebook's cells: each goes on
 * where the one before it stopped. A block that declares a name of an earlier one starts afresh. Code in a
 * table's column headed "gradlab" is run as well.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { root } from "../../src/setup/paths.mjs";
import { parseFile, parseText, type SyntaxNode } from "./exports.ts";

export interface Block {
  /** Line of the first line of code in `file`, counted from 1. */
  line: number;
  code: string;
  /** Why it is not run, when it is only checked for types. */
  noRun?: string;
  /** Other words behind ```ts. */
  words: string[];
}

/** What is run together, as one module. */
export interface Example {
  /** From the repository's folder, with forward slashes. */
  file: string;
  line: number;
  blocks: Block[];
}

const FENCE = /^(\s*)```(ts|typescript)\b[ \t]*(.*)$/;

/** The ```ts blocks of a Markdown text. `first` is the number of its first line. */
export function fencedBlocks(text: string, first = 1): Block[] {
  const lines = text.split("\n");
  const blocks: Block[] = [];
  for (let i = 0; i < lines.length; i++) {
    const fence = FENCE.exec(lines[i]);
    if (!fence) {
      // Other fences are passed over whole: they may show a fence themselves.
      const other = /^\s*(`{3,}|~{3,})/.exec(lines[i]);
      if (other) while (++i < lines.length && !lines[i].trim().startsWith(other[1]));
      continue;
    }
    const start = i + 1;
    while (++i < lines.length && lines[i].trim() !== "```");
    if (i >= lines.length) throw new Error(`line ${first + start - 1}: the block has no end`);
    const code = lines.slice(start, i).map((l) => (l.startsWith(fence[1]) ? l.slice(fence[1].length) : l));
    const [, noRun] = /(?:^|\s)no-run\b[:\s]*(.*)$/.exec(fence[3]) ?? [];
    const words = fence[3]
      .replace(/(^|\s)no-run\b.*$/, "")
      .split(/\s+/)
      .filter(Boolean);
    blocks.push({
      line: first + start,
      code: code.join("\n"),
      ...(noRun === undefined ? {} : { noRun }),
      words,
    });
  }
  return blocks;
}

/** The code in the column headed "gradlab" of a page's tables: each piece is an expression, or a statement. */
export function tableBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  let column = -1;
  for (const [i, line] of text.split("\n").entries()) {
    if (!line.startsWith("|")) {
      column = -1;
      continue;
    }
    const cells = line.split("|").map((cell) => cell.trim());
    if (column < 0) column = cells.indexOf("gradlab");
    else
      for (const [, code] of (cells[column] ?? "").matchAll(/`([^`]+)`/g)) {
        const isStatement = /^(class|const|for|import)\b/.test(code);
        blocks.push({ line: i + 1, code: isStatement ? `{ ${code} }` : `void (${code});`, words: [] });
      }
  }
  return blocks;
}

/** A doc comment's text without its stars, line for line. */
export function commentLines(value: string): string[] {
  return value
    .split("\n")
    .map((line, i) => (i === 0 ? line.replace(/^\*\s?/, "") : line.replace(/^\s*\*? ?/, "")));
}

/** The examples of one doc comment; `unfenced` are those without a ```ts block. */
export function docExamples(value: string, line: number): { blocks: Block[]; unfenced: number[] } {
  const lines = commentLines(value);
  const starts = lines.flatMap((l, i) => (/(^|\s)@example\b/.test(l) ? [i] : []));
  const blocks: Block[] = [];
  const unfenced: number[] = [];
  for (const start of starts) {
    const next = lines.findIndex((l, i) => i > start && /^\s*@\w+/.test(l));
    const part = lines.slice(start, next < 0 ? undefined : next).join("\n");
    const found = fencedBlocks(part, line + start);
    if (found.length === 0) unfenced.push(line + start);
    blocks.push(...found);
  }
  return { blocks, unfenced };
}

const skipped = /(^|\/)(node_modules|\.venv|\.cache|build|dist|\.git|golden|fixtures)(\/|$)/;

function* filesUnder(folder: string, ending: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = posix.join(folder, entry.name);
    if (skipped.test(path)) continue;
    if (entry.isDirectory()) yield* filesUnder(path, ending);
    else if (entry.name.endsWith(ending)) yield path;
  }
}

/** All docstring examples under src/, and the places of those not written as a ```ts block. */
export function docstringExamples(): { examples: Example[]; unfenced: string[] } {
  const examples: Example[] = [];
  const unfenced: string[] = [];
  for (const file of filesUnder("src", ".ts")) {
    if (!readFileSync(join(root, file), "utf8").includes("@example")) continue;
    for (const comment of parseFile(join(root, file)).comments) {
      if (comment.type !== "CommentBlock" || !comment.value.startsWith("*")) continue;
      const found = docExamples(comment.value, comment.line);
      unfenced.push(...found.unfenced.map((line) => `${file}:${line}`));
      for (const block of found.blocks) examples.push({ file, line: block.line, blocks: [block] });
    }
  }
  return { examples, unfenced };
}

/** Names a block declares at its top level. */
export function topLevelNames(body: SyntaxNode[]): string[] {
  const names: string[] = [];
  const pattern = (node: SyntaxNode): void => {
    if (!node) return;
    if (node.type === "Identifier") names.push(node.name);
    else if (node.type === "ObjectPattern")
      for (const p of node.properties) pattern(p.type === "RestElement" ? p.argument : p.value);
    else if (node.type === "ArrayPattern") node.elements.forEach(pattern);
    else if (node.type === "AssignmentPattern") pattern(node.left);
    else if (node.type === "RestElement") pattern(node.argument);
  };
  for (const statement of body) {
    const node = statement.declaration ?? statement;
    if (node.type === "VariableDeclaration") for (const d of node.declarations) pattern(d.id);
    else if (node.type === "ImportDeclaration") for (const s of node.specifiers) names.push(s.local.name);
    else if (node.id) names.push(node.id.name);
  }
  return names;
}

/** The examples of a Markdown page. */
export function pageExamples(file: string): Example[] {
  const examples: Example[] = [];
  let names = new Set<string>();
  const text = readFileSync(join(root, file), "utf8");
  const blocks = [...fencedBlocks(text), ...tableBlocks(text)].sort((a, b) => a.line - b.line);
  for (const block of blocks) {
    const current = examples.at(-1);
    let own: string[] = [];
    try {
      own = topLevelNames(parseText(block.code).body);
    } catch {
      // What is wrong with it is said when its module is made.
    }
    const afresh = !current || own.some((name) => names.has(name)) || block.noRun !== current.blocks[0].noRun;
    if (afresh) {
      examples.push({ file, line: block.line, blocks: [block] });
      names = new Set(own);
    } else {
      current.blocks.push(block);
      for (const name of own) names.add(name);
    }
  }
  return examples;
}

/** Every Markdown page of the repository but the changelog. */
export const pages = (): string[] =>
  [...filesUnder(".", ".md")].filter((file) => file !== "CHANGELOG.md").map((f) => f.replace(/^\.\//, ""));
