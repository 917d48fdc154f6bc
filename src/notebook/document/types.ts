// The document between a notebook and what is exported: blocks and inlines with
// nothing left of Markdown, HTML or MIME types. Each exporter is a walk over
// it, so PDF, TeX, Markdown and HTML say the same.

export interface Picture {
  format: "svg" | "png" | "jpeg" | "gif" | "webp";
  /** SVG text, or the bytes of the others. */
  data: string | Uint8Array;
  /** Pixels (96 to the inch); natural size when the source gave none. */
  width: number;
  height: number;
  /** Part of the height below the baseline, for a picture in a line of text. */
  depth?: number;
  alt: string;
}

export type StyleKind = "strong" | "em" | "del" | "underline" | "sub" | "sup" | "small" | "mark";

export type Inline =
  | { type: "text"; text: string }
  | { type: "style"; kind: StyleKind; children: Inline[] }
  | { type: "color"; color: string; children: Inline[] }
  | { type: "code"; text: string }
  | { type: "math"; tex: string; where: string }
  | { type: "link"; href: string; children: Inline[] }
  | { type: "picture"; picture: Picture }
  | { type: "break" }
  | { type: "footnote"; children: Block[] }
  | { type: "checkbox"; checked: boolean }
  | { type: "problem"; message: string };

/** A stretch of monospaced text in one look. Colours are CSS hex. */
export interface Run {
  text: string;
  bold?: boolean;
  italic?: boolean;
  underline?: boolean;
  color?: string;
  background?: string;
}

export type Align = "left" | "center" | "right";

export interface TableCell {
  children: Block[];
  header: boolean;
  align?: Align;
  colspan: number;
  rowspan: number;
  /** #rrggbb, or the stops of a colour that runs from left to right (a bar in the cell). */
  background?: string | { color: string; percent: number }[];
  /** Of the text. */
  color?: string;
}

export type Block =
  | { type: "heading"; level: number; children: Inline[]; id: string }
  | { type: "paragraph"; children: Inline[]; align?: Align }
  | { type: "math"; tex: string; where: string; tag?: string }
  | { type: "code"; text: string; language: string }
  /** Monospaced lines: printed text, results, tracebacks. */
  | { type: "pre"; lines: Run[][]; tone?: "error" | "stderr" }
  | { type: "list"; ordered: boolean; start: number; tight: boolean; items: Block[][] }
  | { type: "quote"; children: Block[] }
  | { type: "table"; rows: TableCell[][]; head: number; caption?: Inline[] }
  | { type: "figure"; picture: Picture; caption?: Inline[] }
  | { type: "rule" }
  | { type: "details"; summary: Inline[]; children: Block[] }
  /** Blocks to be set side by side. */
  | { type: "columns"; children: Block[][] }
  /** A code cell's source. */
  | { type: "input"; text: string; language: string; count: number | null }
  /** A code cell's outputs. */
  | { type: "output"; children: Block[]; count: number | null }
  /** Something that could not be set, made visible (only with `lenient`). */
  | { type: "problem"; message: string };

export interface Title {
  title: string;
  authors: string[];
  course?: string;
  date?: string;
  /** Further lines, e.g. a student number. */
  lines: string[];
}

export interface Doc {
  title: Title | undefined;
  blocks: Block[];
  /** TeX definitions of the whole notebook, in order. */
  macros: string[];
  language: string;
}

export const text = (value: string): Inline => ({ type: "text", text: value });
