// Document → one HTML file that needs nothing else: no script, no network.
// Formulas are outlines, pictures are data, the style is inside.

import { highlightHtml } from "../../document/highlight.ts";
import { isHarmless } from "../../document/links.ts";
import { hasTagCommand } from "../../document/numbering.ts";
import type { Problems } from "../../document/problems.ts";
import type { Block, Doc, Inline, Picture, Run, TableCell } from "../../document/types.ts";
import { Formulas, type SetFormula } from "../typst/assets.ts";
import { style } from "./style.ts";

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[char]!);

const MIME = {
  svg: "image/svg+xml",
  png: "image/png",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
};

const TAGS = {
  strong: "strong",
  em: "em",
  del: "del",
  underline: "u",
  sub: "sub",
  sup: "sup",
  small: "small",
  mark: "mark",
} as const;

/** Width of the text in em, as the style has it. */
const WIDTH = 44;

class HtmlWriter {
  readonly #formulas: Formulas;
  readonly #notes: string[] = [];

  constructor(macros: readonly string[], problems: Problems) {
    this.#formulas = new Formulas(macros, problems, WIDTH);
  }

  #formula(made: SetFormula, tex: string, display: boolean): string {
    const size = `width="${made.width.toFixed(3)}em" height="${made.height.toFixed(3)}em"`;
    const svg = made.svg
      .replace(/ width="[^"]*" height="[^"]*"/, ` ${size}`)
      .replace(/ style="[^"]*"/, display ? "" : ` style="vertical-align:-${made.depth.toFixed(3)}em"`)
      .replace(/ aria-label="[^"]*"/, ` aria-label="${escapeHtml(tex)}"`);
    if (!display) return `<span class="math">${svg}</span>`;
    return `<div class="equation${hasTagCommand(tex) ? " tagged" : ""}">${svg}</div>`;
  }

  picture(picture: Picture): string {
    const bytes = Buffer.from(picture.data as string);
    const source = `data:${MIME[picture.format]};base64,${bytes.toString("base64")}`;
    const drop = picture.depth ? ` style="vertical-align:-${picture.depth}px"` : "";
    return `<img src="${source}" width="${Math.round(picture.width)}" height="${Math.round(picture.height)}" alt="${escapeHtml(picture.alt)}"${drop}>`;
  }

  inline(piece: Inline): string {
    switch (piece.type) {
      case "text":
        return escapeHtml(piece.text);
      case "style":
        return `<${TAGS[piece.kind]}>${this.inlines(piece.children)}</${TAGS[piece.kind]}>`;
      case "color":
        return `<span style="color:${piece.color}">${this.inlines(piece.children)}</span>`;
      case "code":
        return `<code>${escapeHtml(piece.text)}</code>`;
      case "math": {
        const made = this.#formulas.set(piece.tex, false, piece.where);
        if (typeof made === "string") return `<span class="problem">${escapeHtml(made)}</span>`;
        return made.width === 0 ? "" : this.#formula(made, piece.tex, false);
      }
      case "link":
        if (!isHarmless(piece.href)) return this.inlines(piece.children);
        return `<a href="${escapeHtml(piece.href)}">${this.inlines(piece.children)}</a>`;
      case "picture":
        return this.picture(piece.picture);
      case "break":
        return "<br>";
      case "footnote": {
        const n = this.#notes.push(this.blocks(piece.children));
        return `<sup id="ref-${n}"><a href="#note-${n}">${n}</a></sup>`;
      }
      case "checkbox":
        return piece.checked ? "☑ " : "☐ ";
      case "problem":
        return `<span class="problem">${escapeHtml(piece.message)}</span>`;
    }
  }

  inlines(pieces: readonly Inline[]): string {
    return pieces.map((piece) => this.inline(piece)).join("");
  }

  blocks(blocks: readonly Block[]): string {
    return blocks.map((block) => this.block(block)).join("\n");
  }

  #run({ text, bold, italic, underline, color, background }: Run): string {
    const css = [
      ...(bold ? ["font-weight:bold"] : []),
      ...(italic ? ["font-style:italic"] : []),
      ...(underline ? ["text-decoration:underline"] : []),
      ...(color ? [`color:${color}`] : []),
      ...(background ? [`background:${background}`] : []),
    ];
    return css.length > 0 ? `<span style="${css.join(";")}">${escapeHtml(text)}</span>` : escapeHtml(text);
  }

  #cell(cell: TableCell): string {
    const tag = cell.header ? "th" : "td";
    const spans = `${cell.colspan > 1 ? ` colspan="${cell.colspan}"` : ""}${cell.rowspan > 1 ? ` rowspan="${cell.rowspan}"` : ""}`;
    const styles = [
      ...(cell.align ? [`text-align:${cell.align}`] : []),
      ...(cell.color ? [`color:${cell.color}`] : []),
      ...(cell.background ? [`background:${cssBackground(cell.background)}`] : []),
    ];
    const align = styles.length > 0 ? ` style="${styles.join(";")}"` : "";
    const [only] = cell.children;
    const simple = cell.children.length === 1 && only?.type === "paragraph";
    return `<${tag}${spans}${align}>${simple ? this.inlines(only.children) : this.blocks(cell.children)}</${tag}>`;
  }

  block(block: Block): string {
    switch (block.type) {
      case "heading": {
        const tag = `h${Math.min(6, block.level + 1)}`;
        return `<${tag} id="${escapeHtml(block.id)}">${this.inlines(block.children)}</${tag}>`;
      }
      case "paragraph":
        return `<p${block.align ? ` style="text-align:${block.align}"` : ""}>${this.inlines(block.children)}</p>`;
      case "math": {
        const made = this.#formulas.set(block.tex, true, block.where);
        if (typeof made === "string") return `<p class="problem">${escapeHtml(made)}</p>`;
        return made.width === 0 ? "" : this.#formula(made, block.tex, true);
      }
      case "input": {
        const count = block.count === null ? "" : `<span class="count">[${block.count}]</span>`;
        return `<div class="input">${count}<pre><code>${highlightHtml(block.text, block.language)}</code></pre></div>`;
      }
      case "code":
        return `<pre class="listing"><code>${highlightHtml(block.text, block.language)}</code></pre>`;
      case "pre": {
        const lines = block.lines.map((line) => line.map((run) => this.#run(run)).join("")).join("\n");
        return `<pre class="printed ${block.tone ?? ""}">${lines}</pre>`;
      }
      case "output":
        return `<div class="output">${this.blocks(block.children)}</div>`;
      case "list": {
        const items = block.items.map((item) => {
          const [first, ...rest] = item;
          const lead = block.tight && first?.type === "paragraph" ? this.inlines(first.children) : undefined;
          return `<li>${lead === undefined ? this.blocks(item) : lead + this.blocks(rest)}</li>`;
        });
        const start = block.ordered && block.start !== 1 ? ` start="${block.start}"` : "";
        return block.ordered ? `<ol${start}>${items.join("")}</ol>` : `<ul>${items.join("")}</ul>`;
      }
      case "quote":
        return `<blockquote>${this.blocks(block.children)}</blockquote>`;
      case "table": {
        const row = (cells: TableCell[]) => `<tr>${cells.map((cell) => this.#cell(cell)).join("")}</tr>`;
        const head = block.rows.slice(0, block.head).map(row).join("");
        const rest = block.rows.slice(block.head).map(row).join("");
        const caption = block.caption ? `<caption>${this.inlines(block.caption)}</caption>` : "";
        return `<div class="table"><table>${caption}${head ? `<thead>${head}</thead>` : ""}<tbody>${rest}</tbody></table></div>`;
      }
      case "figure": {
        const caption = block.caption ? `<figcaption>${this.inlines(block.caption)}</figcaption>` : "";
        return `<figure>${this.picture(block.picture)}${caption}</figure>`;
      }
      case "rule":
        return "<hr>";
      case "details":
        return `<details open><summary>${this.inlines(block.summary)}</summary>${this.blocks(block.children)}</details>`;
      case "columns":
        return `<div class="columns">${block.children.map((column) => `<div>${this.blocks(column)}</div>`).join("")}</div>`;
      case "problem":
        return `<p class="problem">${escapeHtml(block.message)}</p>`;
    }
  }

  notes(): string {
    if (this.#notes.length === 0) return "";
    const items = this.#notes.map(
      (note, k) => `<li id="note-${k + 1}">${note} <a href="#ref-${k + 1}">↩</a></li>`,
    );
    return `<section class="notes"><ol>${items.join("")}</ol></section>`;
  }
}

const cssBackground = (background: NonNullable<TableCell["background"]>): string =>
  typeof background === "string"
    ? background
    : `linear-gradient(90deg,${background.map(({ color, percent }) => `${color} ${percent}%`).join(",")})`;

export function toHtml(doc: Doc, problems: Problems): string {
  const writer = new HtmlWriter(doc.macros, problems);
  const { title } = doc;
  const line = (tag: string, text: string | undefined, name = "") =>
    text ? `<${tag}${name && ` class="${name}"`}>${escapeHtml(text)}</${tag}>` : "";
  const head = title
    ? `<header>${line("p", title.course, "course")}${line("h1", title.title)}${line("p", title.authors.join(", "), "authors")}${title.lines.map((l) => line("p", l)).join("")}${line("p", title.date)}</header>`
    : "";
  const main = writer.blocks(doc.blocks);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title?.title ?? "Notebook")}</title>
<style>${style}</style>
</head>
<body>
<main>
${head}
${main}
${writer.notes()}
</main>
</body>
</html>
`;
}
