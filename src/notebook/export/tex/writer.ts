// Blocks and inlines → LaTeX.
import { highlightLines } from "../../document/highlight.ts";
import type { Block, Inline, Picture, Run, TableCell } from "../../document/types.ts";
import { printable } from "../typst/assets.ts";
import { pictureToPdf } from "../typst/compile.ts";
import { wrapLine } from "../wrap.ts";
import { escapeTex, escapeUrl, escapeVerbatim } from "./escape.ts";

const STYLES: Record<string, string> = {
  strong: "textbf",
  em: "emph",
  del: "sout",
  underline: "uline",
  sub: "textsubscript",
  sup: "textsuperscript",
  mark: "uline",
};

const SECTIONS = ["section*", "subsection*", "subsubsection*", "paragraph*", "subparagraph*"];

const OWN_DISPLAY = /^\s*\\begin\{(equation|align|gather|multline|alignat|flalign|eqnarray)\*?\}/;

/** Columns of \\footnotesize typewriter type in the width of the text. */
const COLUMNS = 94;

const hex = (color: string): string => color.replace("#", "").toUpperCase();

export class TexWriter {
  /** Figures beside the .tex, by name. */
  readonly files = new Map<string, Uint8Array>();
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  #picture(picture: Picture): string {
    const vector = picture.format !== "png" && picture.format !== "jpeg";
    const data = picture.format === "svg" ? printable(picture.data as string) : picture.data;
    const bytes = vector ? pictureToPdf({ ...picture, data }) : (picture.data as Uint8Array);
    const ending = vector ? "pdf" : picture.format === "jpeg" ? "jpg" : picture.format;
    const path = `${this.#name}_files/figure-${this.files.size + 1}.${ending}`;
    this.files.set(path, bytes);
    return path;
  }

  #graphics(picture: Picture): string {
    const width = (picture.width * 0.75).toFixed(2);
    return `\\includegraphics[width=\\ifdim${width}bp>\\linewidth\\linewidth\\else${width}bp\\fi,keepaspectratio]{${this.#picture(picture)}}`;
  }

  inline(piece: Inline): string {
    switch (piece.type) {
      case "text":
        return escapeTex(piece.text);
      case "style":
        if (piece.kind === "small") return `{\\small ${this.inlines(piece.children)}}`;
        return `\\${STYLES[piece.kind]}{${this.inlines(piece.children)}}`;
      case "color":
        return `\\textcolor[HTML]{${hex(piece.color)}}{${this.inlines(piece.children)}}`;
      case "code":
        return `\\texttt{${escapeTex(piece.text).replace(/ /g, "\\ ")}}`;
      case "math":
        if (/^\\(eq)?ref\{[^{}]*\}$/.test(piece.tex)) return piece.tex;
        return piece.tex === "" ? "" : `$${piece.tex}$`;
      case "link":
        if (!/^(https?|mailto|ftp):/.test(piece.href)) return this.inlines(piece.children);
        return `\\href{${escapeUrl(piece.href)}}{${this.inlines(piece.children)}}`;
      case "picture":
        return `\\raisebox{${(-(piece.picture.depth ?? 0) * 0.75).toFixed(2)}bp}{${this.#graphics(piece.picture)}}`;
      case "break":
        return "\\\\\n";
      case "footnote":
        return `\\footnote{${this.blocks(piece.children)}}`;
      case "checkbox":
        return piece.checked ? "$\\boxtimes$" : "$\\square$";
      case "problem":
        return `\\fbox{\\textcolor{red}{${escapeTex(piece.message)}}}`;
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

  #run({ text, bold, italic, underline, color }: Run): string {
    let out = escapeVerbatim(text);
    if (bold) out = `\\textbf{${out}}`;
    if (italic) out = `\\textit{${out}}`;
    if (underline) out = `\\underline{${out}}`;
    return color ? `\\textcolor[HTML]{${hex(color)}}{${out}}` : out;
  }

  #verbatim(lines: readonly Run[][], options: string): string {
    const wrapped = lines.flatMap((line) => wrapLine(line, COLUMNS));
    const text = wrapped.map(({ runs }) => runs.map((run) => this.#run(run)).join("")).join("\n");
    return `\\begin{Verbatim}[commandchars=\\\\\\{\\},fontsize=\\footnotesize${options}]\n${text}\n\\end{Verbatim}`;
  }

  #table(block: Extract<Block, { type: "table" }>): string {
    const width = Math.max(...block.rows.map((row) => row.reduce((n, cell) => n + cell.colspan, 0)));
    const letters: string[] = Array(width).fill("l");
    for (const row of block.rows.slice(block.head)) {
      let at = 0;
      for (const cell of row) {
        if (cell.colspan === 1 && cell.align) letters[at] = cell.align[0]!;
        at += cell.colspan;
      }
    }
    const open: number[] = Array(width).fill(0); // rows still covered by a \multirow above
    const line = (row: TableCell[]): string => {
      const cells: string[] = [];
      let at = 0;
      const covered = () => {
        while (at < width && open[at]! > 0) {
          open[at]!--;
          cells.push("");
          at++;
        }
      };
      for (const cell of row) {
        covered();
        let text = cell.children
          .map((b) => (b.type === "paragraph" ? this.inlines(b.children) : this.block(b)))
          .join(" ");
        if (cell.header) text = `\\textbf{${text}}`;
        if (cell.color) text = `\\textcolor[HTML]{${cell.color.slice(1)}}{${text}}`;
        if (typeof cell.background === "string")
          text = `\\cellcolor[HTML]{${cell.background.slice(1)}}${text}`;
        if (cell.rowspan > 1) {
          text = `\\multirow{${cell.rowspan}}{*}{${text}}`;
          for (let k = 0; k < cell.colspan; k++) open[at + k] = cell.rowspan - 1;
        }
        cells.push(cell.colspan > 1 ? `\\multicolumn{${cell.colspan}}{c}{${text}}` : text);
        at += cell.colspan;
      }
      covered();
      return `${cells.join(" & ")} \\\\`;
    };
    const head = block.rows.slice(0, block.head).map(line);
    const rest = block.rows.slice(block.head).map(line);
    const caption = block.caption ? `\\multicolumn{${width}}{c}{${this.inlines(block.caption)}} \\\\\n` : "";
    const repeated = head.length > 0 ? `${head.join("\n")}\n\\midrule\n` : "";
    return `\\begin{longtable}{${letters.join("")}}\n${caption}\\toprule\n${repeated}\\endhead\n\\bottomrule\n\\endfoot\n${rest.join("\n")}\n\\end{longtable}`;
  }

  block(block: Block): string {
    switch (block.type) {
      case "heading": {
        const text = this.inlines(block.children);
        const command = SECTIONS[Math.min(block.level, SECTIONS.length) - 1]!;
        const level = ["section", "subsection", "subsubsection"][block.level - 1];
        const entry = level
          ? `\n\\addcontentsline{toc}{${level}}{\\texorpdfstring{${text}}{${escapeTex(plain(block.children))}}}`
          : "";
        return `\\${command}{${text}}${entry}`;
      }
      case "paragraph":
        if (block.align === "center")
          return `\\begin{center}\n${this.inlines(block.children)}\n\\end{center}`;
        return this.inlines(block.children);
      case "math": {
        const tex = block.tex.replace(/\n\s*\n/g, "\n");
        if (tex === "") return "";
        if (OWN_DISPLAY.test(tex)) return tex;
        return /\\tag\*?\s*\{|\\label\s*\{/.test(tex)
          ? `\\begin{equation*}\n${tex}\n\\end{equation*}`
          : `\\[\n${tex}\n\\]`;
      }
      case "input":
        return this.#verbatim(
          highlightLines(block.text, block.language),
          ",frame=leftline,framerule=1.2pt,rulecolor=\\color{gray!50}",
        );
      case "code":
        return this.#verbatim(highlightLines(block.text, block.language), "");
      case "pre":
        return this.#verbatim(block.lines, ",xleftmargin=1em");
      case "output":
      case "details":
        return `${block.type === "details" ? `\\textbf{${this.inlines(block.summary)}}\n\n` : ""}${this.blocks(block.children)}`;
      case "list": {
        const name = block.ordered ? "enumerate" : "itemize";
        const start = block.ordered && block.start !== 1 ? `[start=${block.start}]` : "";
        return `\\begin{${name}}${start}\n${block.items.map((item) => `\\item ${this.blocks(item)}`).join("\n")}\n\\end{${name}}`;
      }
      case "quote":
        return `\\begin{quote}\n${this.blocks(block.children)}\n\\end{quote}`;
      case "table":
        return this.#table(block);
      case "figure": {
        const caption = block.caption ? `\\\\[0.5em]\n{\\small ${this.inlines(block.caption)}}` : "";
        return `\\begin{center}\n${this.#graphics(block.picture)}${caption}\n\\end{center}`;
      }
      case "rule":
        return "\\noindent\\rule{\\linewidth}{0.4pt}";
      case "columns": {
        const width = (0.96 / block.children.length).toFixed(3);
        const parts = block.children.map(
          (c) => `\\begin{minipage}[t]{${width}\\linewidth}\n${this.blocks(c)}\n\\end{minipage}`,
        );
        return parts.join("\\hfill\n");
      }
      case "problem":
        return `\\noindent\\fbox{\\parbox{0.97\\linewidth}{\\textcolor{red}{\\textbf{Cannot be set.} ${escapeTex(block.message)}}}}`;
    }
  }
}

const plain = (pieces: readonly Inline[]): string =>
  pieces
    .map((p) =>
      p.type === "text" || p.type === "code"
        ? p.text
        : "children" in p && p.type !== "footnote"
          ? plain(p.children)
          : "",
    )
    .join("");
