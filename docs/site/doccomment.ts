/**
 * Reads a doc comment: what it says, its tags, its examples.
 */

import { type Block, commentLines, fencedBlocks } from "./collect.ts";
import type { SyntaxNode } from "./exports.ts";

export interface Doc {
  /** Markdown, with formulas in Unicode or between dollars. */
  text: string;
  params: { name: string; text: string }[];
  returns?: string;
  throws: string[];
  examples: Block[];
  see: string[];
}

export const noDoc: Doc = { text: "", params: [], throws: [], examples: [], see: [] };

/** A tag at the start of a line, or in running text after a full stop or another tag's text. */
const TAG = /(^|\s)@(param|returns?|throws|example|see|default|internal)\b[ \t]*/g;

/** Line by line, with code blocks left alone, the comment cut at its tags. */
function pieces(lines: string[]): { tag: string; text: string }[] {
  const out = [{ tag: "", text: "" }];
  let fenced = false;
  for (const line of lines) {
    if (/^\s*```/.test(line)) fenced = !fenced;
    const current = out.at(-1)!;
    if (fenced || /^\s*```/.test(line) || line.search(TAG) < 0) {
      current.text += `${line}\n`;
      continue;
    }
    let at = 0;
    for (const match of line.matchAll(TAG)) {
      out.at(-1)!.text += line.slice(at, match.index);
      out.push({ tag: match[2], text: "" });
      at = match.index + match[0].length;
    }
    out.at(-1)!.text += `${line.slice(at)}\n`;
  }
  return out.map(({ tag, text }) => ({ tag, text: text.trim() }));
}

export function parseDoc(comment: SyntaxNode | undefined): Doc {
  if (!comment) return noDoc;
  const doc: Doc = { text: "", params: [], throws: [], examples: [], see: [] };
  for (const { tag, text } of pieces(commentLines(comment.value))) {
    if (tag === "") doc.text = text;
    else if (tag === "param") {
      const [, name, rest] = /^(\S+)\s*(?:[-–—]\s*)?([\s\S]*)$/.exec(text) ?? [];
      if (name) doc.params.push({ name, text: rest });
    } else if (tag === "return" || tag === "returns") doc.returns = text;
    else if (tag === "throws") doc.throws.push(text.replace(/^\{(.*?)\}/, "$1"));
    else if (tag === "see") doc.see.push(text);
    else if (tag === "default") doc.text += ` Default ${text}`;
    else if (tag === "example") {
      const blocks = fencedBlocks(text);
      doc.examples.push(...(blocks.length > 0 ? blocks : [{ line: 0, code: text, words: [] }]));
    }
  }
  return doc;
}
