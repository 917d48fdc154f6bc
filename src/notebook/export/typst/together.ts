// What stays together on a page: a lead with what it leads to, short code, short
// lists' items and short tables whole, and of long code no fewer than four
// lines on either side of a break. A page then never ends on "so that:".
import type { Block, Inline } from "../../document/types.ts";

/** Lines of code or print that are not parted. */
const WHOLE = 12;
/** Of longer code, the lines at both ends that are not parted. */
const END = 4;

function length(pieces: readonly Inline[]): number {
  let n = 0;
  for (const piece of pieces) {
    if (piece.type === "text" || piece.type === "code") n += piece.text.length;
    else if (piece.type === "math") n += piece.tex.length / 2;
    else if ("children" in piece && piece.type !== "footnote") n += length(piece.children);
    else n += 4;
  }
  return n;
}

/** A paragraph in bold type, used as a heading. */
const isLead = (children: readonly Inline[]): boolean =>
  children.length === 1 && children[0]!.type === "style" && children[0]!.kind === "strong";

const lastText = (pieces: readonly Inline[]): string => {
  const last = pieces.at(-1);
  if (last?.type === "text") return last.text.trimEnd();
  return last && "children" in last && last.type === "style" ? lastText(last.children) : "";
};

const firstText = (pieces: readonly Inline[]): string => {
  const [first] = pieces;
  if (first?.type === "text") return first.text.trimStart();
  return first && "children" in first && first.type !== "footnote" ? firstText(first.children) : "";
};

/** A small cell's small result is not sent to the next page alone. */
function isSmallCell(block: Block, next: Block | undefined): boolean {
  if (block.type !== "input" || next?.type !== "output") return false;
  if (block.text.split("\n").length > 8) return false;
  const [first] = next.children;
  if (first?.type === "table") return isShortTable(first);
  return first?.type === "math" || (first?.type === "pre" && first.lines.length <= 6);
}

/** Whether a block must stand on the page on which the next begins. */
export function staysWithNext(block: Block, next: Block | undefined): boolean {
  // A formula and the verdict on it, which belongs to nothing after it.
  const isVerdict = (one: Block | undefined) =>
    one?.type === "paragraph" && /^[✓✗]/.test(firstText(one.children));
  if (block.type === "math") return isVerdict(next);
  if (block.type === "input") return isSmallCell(block, next);
  if (block.type !== "paragraph" || !next || isVerdict(block)) return false;
  if (isLead(block.children)) return true;
  if (length(block.children) > 320) return false; // a whole paragraph would leave a hole
  return next.type === "math" || /:$/.test(lastText(block.children));
}

/** An item of a list that is not parted. */
export function isShortItem(blocks: readonly Block[]): boolean {
  const plain = blocks.every(
    (b) => b.type === "math" || (b.type === "paragraph" && length(b.children) < 400),
  );
  return plain && blocks.length <= 4;
}

/** A table that is not parted. */
export function isShortTable({ rows }: Extract<Block, { type: "table" }>): boolean {
  const short = (block: Block) =>
    block.type === "math" || (block.type === "paragraph" && length(block.children) < 200);
  return (
    rows.length <= 16 && rows.flat().every((cell) => cell.children.length <= 1 && cell.children.every(short))
  );
}

/** Lines of print as Typst content; `whole` tells whether the block around them may be broken. */
export function rowsTogether(rows: readonly string[]): { body: string; whole: boolean } {
  const lines = (some: readonly string[]) => `{\n${some.join("\nlinebreak()\n")}\n}`;
  if (rows.length <= WHOLE) return { body: lines(rows), whole: true };
  const ends = [rows.slice(0, END), rows.slice(-END)].map((some) => `held(${lines(some)})`);
  return { body: `{\n${ends[0]}\npar(${lines(rows.slice(END, -END))})\n${ends[1]}\n}`, whole: false };
}
