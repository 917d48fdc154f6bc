// Document → Markdown as GitHub and JupyterLab read it: formulas between
// dollars, pipe tables where a table is plain and HTML where it is not,
// pictures in a folder beside the file (or inside it, with `embed`).
import { isHarmless } from "../../document/links.ts";
import type { Problems } from "../../document/problems.ts";
import type { Block, Doc, Inline, Picture, TableCell } from "../../document/types.ts";
import { checkFormulas } from "../check-formulas.ts";

const MIME = {
  svg: "image/svg+xml",
  png: "image/png",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
};

const MARKS: Record<string, [string, string]> = {
  strong: ["**", "**"],
  em: ["*", "*"],
  del: ["~~", "~~"],
  underline: ["<u>", "</u>"],
  sub: ["<sub>", "</sub>"],
  sup: ["<sup>", "</sup>"],
  small: ["<small>", "</small>"],
  mark: ["<mark>", "</mark>"],
};

const escapeText = (text: string): string =>
  text.replace(/([\\`*_[\]<$])/g, "\\$1").replace(/^(\s*)([#>+-]|\d+[.)])(?=\s)/, "$1\\$2");

/** A fence longer than any in the text. */
const fence = (text: string): string => {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map((found) => found[0].length));
  return "`".repeat(longest + 1);
};

const indent = (text: string, by: string): string => text.replace(/\n(?=[^\n])/g, `\n${by}`);

export class MarkdownWriter {
  readonly files = new Map<string, string | Uint8Array>();
  readonly #name: string;
  readonly #embed: boolean;
  readonly #notes: string[] = [];

  constructor(name: string, embed: boolean) {
    this.#name = name;
    this.#embed = embed;
  }

  picture(picture: Picture): string {
    const bytes = typeof picture.data === "string" ? Buffer.from(picture.data) : picture.data;
    if (this.#embed) return `data:${MIME[picture.format]};base64,${Buffer.from(bytes).toString("base64")}`;
    const ending = picture.format === "jpeg" ? "jpg" : picture.format;
    const path = `${this.#name}_files/figure-${this.files.size + 1}.${ending}`;
    this.files.set(path, picture.data);
    return encodeURI(path);
  }

  inline(piece: Inline): string {
    switch (piece.type) {
      case "text":
        return escapeText(piece.text);
      case "style": {
        const [open, close] = MARKS[piece.kind]!;
        return `${open}${this.inlines(piece.children).trim()}${close}`;
      }
      case "color":
        return this.inlines(piece.children);
      case "code": {
        const ticks = piece.text.includes("`") ? "``" : "`";
        const space = piece.text.startsWith("`") || piece.text.endsWith("`") ? " " : "";
        return `${ticks}${space}${piece.text}${space}${ticks}`;
      }
      case "math":
        if (piece.tex === "") return "";
        return /^\\(eq)?ref\{/.test(piece.tex) ? piece.tex : `$${piece.tex.replace(/\s*\n\s*/g, " ")}$`;
      case "link":
        if (!isHarmless(piece.href)) return this.inlines(piece.children);
        return `[${this.inlines(piece.children)}](${piece.href.replace(/[()\s]/g, encodeURIComponent)})`;
      case "picture":
        return `![${escapeText(piece.picture.alt)}](${this.picture(piece.picture)})`;
      case "break":
        return "  \n";
      case "footnote": {
        const n = this.#notes.push("");
        this.#notes[n - 1] = `[^${n}]: ${indent(this.blocks(piece.children), "    ")}`;
        return `[^${n}]`;
      }
      case "checkbox":
        return piece.checked ? "[x]" : "[ ]";
      case "problem":
        return `**[cannot be set: ${escapeText(piece.message)}]**`;
    }
  }

  inlines(pieces: readonly Inline[]): string {
    return pieces.map((piece) => this.inline(piece)).join("");
  }

  blocks(blocks: readonly Block[]): string {
    return blocks
      .map((block) => this.block(block))
      .filter((text) => text !== "")
      .join("\n\n");
  }

  #table(block: Extract<Block, { type: "table" }>): string {
    const plain = block.rows.every((row) =>
      row.every(
        (cell) =>
          cell.colspan === 1 &&
          cell.rowspan === 1 &&
          (cell.children.length === 0 ||
            (cell.children.length === 1 && cell.children[0]!.type === "paragraph")),
      ),
    );
    if (!plain || block.head > 1) return this.#htmlTable(block);
    // A bar inside a formula would end the cell; \vert is the same sign.
    const text = (cell: TableCell) =>
      this.#cellText(cell)
        .replace(/\$[^$]+\$/g, (math) => math.replace(/\\\|/g, "\\Vert ").replace(/\|/g, "\\vert "))
        .replace(/(?<!\\)\|/g, "\\|")
        .replace(/\s*\n\s*/g, " ");
    const width = Math.max(...block.rows.map((row) => row.length));
    const line = (cells: string[]) =>
      `| ${[...cells, ...Array(width - cells.length).fill("")].join(" | ")} |`;
    const [first = [], ...rest] = block.head === 1 ? block.rows : [[], ...block.rows];
    const body = rest[0] ?? first;
    const rule = Array.from(
      { length: width },
      (_, k) => ({ left: "---", center: ":---:", right: "---:" })[body[k]?.align ?? "left"],
    );
    const caption = block.caption ? `${this.inlines(block.caption)}\n\n` : "";
    return `${caption}${[line(first.map(text)), line(rule), ...rest.map((row) => line(row.map(text)))].join("\n")}`;
  }

  #cellText(cell: TableCell): string {
    const [only] = cell.children;
    return only?.type === "paragraph" ? this.inlines(only.children) : this.blocks(cell.children);
  }

  #htmlTable(block: Extract<Block, { type: "table" }>): string {
    const cell = (c: TableCell) => {
      const tag = c.header ? "th" : "td";
      const spans = `${c.colspan > 1 ? ` colspan="${c.colspan}"` : ""}${c.rowspan > 1 ? ` rowspan="${c.rowspan}"` : ""}`;
      return `<${tag}${spans}${c.align ? ` align="${c.align}"` : ""}>\n\n${this.blocks(c.children)}\n\n</${tag}>`;
    };
    return `<table>\n${block.rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n")}\n</table>`;
  }

  block(block: Block): string {
    switch (block.type) {
      case "heading":
        return `${"#".repeat(Math.min(6, block.level))} ${this.inlines(block.children)}`;
      case "paragraph":
        return this.inlines(block.children);
      case "math":
        return block.tex === "" ? "" : `$$\n${block.tex.replace(/\n\s*\n/g, "\n")}\n$$`;
      case "input":
      case "code": {
        const mark = fence(block.text);
        return `${mark}${block.language}\n${block.text}\n${mark}`;
      }
      case "pre": {
        const text = block.lines
          .map((line) =>
            line
              .map((run) => run.text)
              .join("")
              .trimEnd(),
          )
          .join("\n");
        const mark = fence(text);
        return `${mark}text\n${text}\n${mark}`;
      }
      case "output":
        return this.blocks(block.children);
      case "list":
        return block.items
          .map((item, k) => {
            const mark = block.ordered ? `${block.start + k}. ` : "- ";
            return mark + indent(this.blocks(item), " ".repeat(mark.length));
          })
          .join(block.tight ? "\n" : "\n\n");
      case "quote":
        return this.blocks(block.children).replace(/^/gm, "> ").replace(/[ ]+$/gm, "");
      case "table":
        return this.#table(block);
      case "figure": {
        const caption = block.caption ? `\n\n*${this.inlines(block.caption)}*` : "";
        return `![${escapeText(block.picture.alt)}](${this.picture(block.picture)})${caption}`;
      }
      case "rule":
        return "---";
      case "details":
        return `**${this.inlines(block.summary)}**\n\n${this.blocks(block.children)}`;
      case "columns":
        return block.children.map((column) => this.blocks(column)).join("\n\n");
      case "problem":
        return `> **Cannot be set.** ${escapeText(block.message)}`;
    }
  }

  notes(): string {
    return this.#notes.join("\n\n");
  }
}

export function toMarkdown(
  doc: Doc,
  name: string,
  problems: Problems,
  embed = false,
): { data: string; files: Map<string, string | Uint8Array> } {
  checkFormulas(doc, problems);
  const writer = new MarkdownWriter(name, embed);
  const { title } = doc;
  const head = title
    ? [
        ...(title.title ? [`# ${escapeText(title.title)}`] : []),
        ...[title.course, title.authors.join(", "), ...title.lines, title.date]
          .filter(Boolean)
          .map((l) => escapeText(l!)),
      ].join("\n\n")
    : "";
  const macros = doc.macros.length > 0 ? `$$\n${doc.macros.join("\n")}\n$$` : "";
  // With a title, the sections stand one level below it.
  const blocks = title?.title
    ? doc.blocks.map((b) => (b.type === "heading" ? { ...b, level: b.level + 1 } : b))
    : doc.blocks;
  const data = [head, macros, writer.blocks(blocks), writer.notes()].filter(Boolean).join("\n\n");
  return { data: `${data}\n`, files: writer.files };
}
