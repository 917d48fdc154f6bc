// Blocks → Typst statements. One method a kind of block; widths matter only to
// monospaced text, which is wrapped before Typst sees it.
import { highlightLines } from "../../document/highlight.ts";
import type { Block, TableCell } from "../../document/types.ts";
import { type Assets, type Formulas, withMargin } from "./assets.ts";
import { inlineSource, runRows } from "./inlines.ts";
import { array, body, num, str } from "./source.ts";
import { isShortItem, isShortTable, rowsTogether, staysWithNext } from "./together.ts";

/** Points a pixel of a figure; a little under 0.75, so that 12 px of a plot read as 8 pt beside the text. */
const FIGURE = 0.68;

/** A paragraph with a formula wider than this, in em, is not justified. */
const RAGGED = 10;

type Table = Extract<Block, { type: "table" }>;

export class Writer {
  readonly assets: Assets;
  readonly formulas: Formulas;
  /** Heading ids → Typst labels. */
  readonly labels = new Map<string, string>();
  #columns: number;
  /** Width in em of the widest formula set in a line since it was last put to 0. */
  widest = 0;
  #headings = 0;
  #follows = false;

  constructor(assets: Assets, formulas: Formulas, columns: number) {
    this.assets = assets;
    this.formulas = formulas;
    this.#columns = columns;
  }

  /** Give every heading a label first, so links may point forward. */
  collect(blocks: readonly Block[]): void {
    let n = 0;
    for (const block of blocks) {
      if (block.type === "heading" && !this.labels.has(block.id)) this.labels.set(block.id, `h-${n}`);
      if (block.type === "heading") n++;
    }
  }

  /** A code block of Typst that sets the blocks. */
  blocks(blocks: readonly Block[]): string {
    return body(this.sequence(blocks));
  }

  /** A statement a block; blocks that belong to the next are not left behind on a page. */
  sequence(blocks: readonly Block[], output = false): string[] {
    return blocks.map((block, k) => {
      // A picture that comes right after its code may be fitted to the page of the code.
      this.#follows = output && k === 0 && block.type === "figure";
      const source = this.block(block);
      return staysWithNext(block, blocks[k + 1]) ? `lead(${source})` : source;
    });
  }

  /** The same in a place with fewer columns. */
  #narrow(blocks: readonly Block[], columns: number): string {
    const before = this.#columns;
    this.#columns = Math.max(16, Math.floor(columns));
    const out = this.blocks(blocks);
    this.#columns = before;
    return out;
  }

  block(block: Block): string {
    switch (block.type) {
      case "heading":
        return `[#heading(level: ${block.level}, ${inlineSource(block.children, this)}) <h-${this.#headings++}>]`;
      case "paragraph": {
        this.widest = 0;
        const source = inlineSource(block.children, this);
        // Between wide formulas, words would be driven far apart.
        const ragged = this.widest > RAGGED ? ", ragged: true" : "";
        return `para(${source}${block.align ? `, side: ${block.align}` : ragged})`;
      }
      case "math": {
        const made = this.formulas.set(block.tex, true, block.where);
        if (typeof made === "string") return `problem(${str(made)})`;
        if (made.width === 0) return "[]";
        const file = this.assets.add(withMargin(made.svg), "svg");
        return `equation(${str(file)}, ${num(made.width)}, ${num(made.height)}, ${str(block.tex)})`;
      }
      case "input":
        return `input(${this.#code(block.text, block.language)}, ${block.count === null ? "none" : str(`[${block.count}]`)})`;
      case "code":
        return `listing(${this.#code(block.text, block.language)})`;
      case "pre": {
        const tones = { error: ["#fdf3f2", "#d9837c"], stderr: ["#fdf8ec", "#e2c272"] } as const;
        const [fill, rule] = block.tone ? tones[block.tone] : [undefined, undefined];
        const look = fill ? `, fill: rgb(${str(fill)}), rule: rgb(${str(rule)})` : "";
        const { body, whole } = rowsTogether(runRows(block.lines, this.#columns));
        return `pre(${body}, ${whole}${look})`;
      }
      case "output":
        return `output(${body(this.sequence(block.children, true))})`;
      case "list":
        return this.#list(block);
      case "quote":
        return `quoted(${this.#narrow(block.children, this.#columns - 6)})`;
      case "table":
        return this.#table(block);
      case "figure": {
        const caption = block.caption ? inlineSource(block.caption, this) : "none";
        const { picture } = block;
        const format = picture.format === "jpeg" ? "jpg" : picture.format;
        const file = this.assets.picture(picture);
        return `figure-block(picture(${str(file)}, ${num(picture.width * FIGURE)}, ${num(picture.height * FIGURE)}, ${str(picture.alt)}, ${str(format)}, ${this.#follows}), ${caption})`;
      }
      case "rule":
        return "hrule";
      case "details":
        return `detail(${inlineSource(block.summary, this)}, ${this.#narrow(block.children, this.#columns - 4)})`;
      case "columns": {
        const n = block.children.length;
        const cells = block.children.map((column) => this.#narrow(column, this.#columns / n - 3));
        return `grid(columns: ${array(cells.map(() => "1fr"))}, gutter: 1em, ${cells.join(", ")})`;
      }
      case "problem":
        return `problem(${str(block.message)})`;
    }
  }

  #code(text: string, language: string): string {
    const { body, whole } = rowsTogether(runRows(highlightLines(text, language), this.#columns));
    return `${body}, ${whole}`;
  }

  #list(block: Extract<Block, { type: "list" }>): string {
    const items = block.items.map((item) => {
      const source = this.#narrow(item, this.#columns - 5);
      return isShortItem(item) && item.some(({ type }) => type === "math") ? `held(${source})` : source;
    });
    if (!block.ordered) return `list(tight: ${block.tight}, ${items.join(", ")})`;
    const numbered = items.map((item, k) => `enum.item(${block.start + k}, ${item})`);
    return `enum(tight: ${block.tight}, ${numbered.join(", ")})`;
  }

  #cell(cell: TableCell, columns: number): string {
    const align = `${cell.align ?? (cell.header ? "center" : "left")} + horizon`;
    const spans = [
      ...(cell.colspan > 1 ? [`colspan: ${cell.colspan}`] : []),
      ...(cell.rowspan > 1 ? [`rowspan: ${cell.rowspan}`] : []),
    ];
    const inside = this.#narrow(cell.children, columns);
    const bold = cell.header ? `strong(${inside})` : inside;
    const content = cell.color ? `text(fill: rgb(${str(cell.color)}), ${bold})` : bold;
    const { background } = cell;
    if (typeof background === "string") spans.push(`fill: rgb(${str(background)})`);
    else if (background) {
      const stops = background.map(({ color, percent }) => `(rgb(${str(color)}), ${num(percent)}%)`);
      spans.push(`fill: gradient.linear(${stops.join(", ")})`);
    }
    return `table.cell(align: ${align}${spans.map((s) => `, ${s}`).join("")}, ${content})`;
  }

  #table(block: Table): string {
    const width = Math.max(...block.rows.map((row) => row.reduce((n, cell) => n + cell.colspan, 0)));
    const fill = (row: TableCell[]): TableCell[] => row;
    const columns = this.#columns / Math.max(1, width) - 2;
    const cells = (rows: TableCell[][]) =>
      rows.flatMap((row) => fill(row).map((cell) => this.#cell(cell, columns)));
    const size = width > 14 ? "6.4pt" : width > 10 ? "7.4pt" : width > 7 ? "8.4pt" : "0.92em";
    const caption = block.caption ? inlineSource(block.caption, this) : "none";
    const head = array(cells(block.rows.slice(0, block.head)));
    const rest = array(cells(block.rows.slice(block.head)));
    return `rows-table(${width}, ${head}, ${rest}, ${size}, ${caption}, ${isShortTable(block)})`;
  }
}
