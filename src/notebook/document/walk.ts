// Visits every formula of a document in reading order, displayed or in text.
import type { Block, Inline } from "./types.ts";

export type MathNode = Extract<Block, { type: "math" }> | Extract<Inline, { type: "math" }>;

function inInlines(inlines: Inline[], visit: (math: MathNode, display: boolean) => void): void {
  for (const piece of inlines) {
    if (piece.type === "math") visit(piece, false);
    else if (piece.type === "footnote") walkMath(piece.children, visit);
    else if ("children" in piece) inInlines(piece.children, visit);
  }
}

export function walkMath(blocks: Block[], visit: (math: MathNode, display: boolean) => void): void {
  for (const block of blocks) {
    switch (block.type) {
      case "math":
        visit(block, true);
        break;
      case "heading":
      case "paragraph":
        inInlines(block.children, visit);
        break;
      case "list":
        for (const item of block.items) walkMath(item, visit);
        break;
      case "columns":
        for (const column of block.children) walkMath(column, visit);
        break;
      case "quote":
      case "output":
        walkMath(block.children, visit);
        break;
      case "details":
        inInlines(block.summary, visit);
        walkMath(block.children, visit);
        break;
      case "table":
        for (const row of block.rows) for (const cell of row) walkMath(cell.children, visit);
        inInlines(block.caption ?? [], visit);
        break;
      case "figure":
        inInlines(block.caption ?? [], visit);
        break;
      default:
    }
  }
}
