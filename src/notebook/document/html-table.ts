// HTML tables → table blocks: header rows (also those not in <thead>), spans,
// alignment, caption. Numbers stand right unless the table says otherwise.

import { childBlocks } from "./html.ts";
import { lookOf, rulesById } from "./html-cell-look.ts";
import { type HtmlContext, isElement, styleOf, tagOf } from "./html-context.ts";
import { inlines } from "./html-inline.ts";
import type { Align, Block, Inline, TableCell } from "./types.ts";

const rowsIn = (table: Element, sections: string[]): Element[] =>
  [...table.children].flatMap((child) =>
    sections.includes(tagOf(child)) ? [...child.children].filter((row) => tagOf(row) === "tr") : [],
  );

const NUMERIC =
  /^[-+−]?(?:[\d,]*\.?\d+|\d+\.)(?:\s?[eE×][-+−]?\d+)?\s*(?:%|ms|s|×|x)?$|^[-–—]$|^(?:NaN|nan|[-+−]?(?:Infinity|inf))$/;

function alignOf(cell: Element, row: Element): Align | undefined {
  const own = styleOf(cell, "text-align") || cell.getAttribute("align") || styleOf(row, "text-align");
  if (own === "left" || own === "center" || own === "right") return own;
  // Labels of rows stand alike, also where some of them are numbers ("mean", "25%").
  if (tagOf(cell) === "th") return undefined;
  return NUMERIC.test((cell.textContent ?? "").trim()) ? "right" : undefined;
}

const span = (cell: Element, name: string): number => Math.max(1, Number(cell.getAttribute(name)) || 1);

function readRow(row: Element, context: HtmlContext, rules: ReadonlyMap<string, string>): TableCell[] {
  return [...row.children]
    .filter((cell) => ["td", "th"].includes(tagOf(cell)))
    .map((cell) => {
      const look = lookOf(cell, rules);
      const align = alignOf(cell, row);
      return {
        ...look,
        children: childBlocks(cell, context),
        header: tagOf(cell) === "th",
        colspan: span(cell, "colspan"),
        rowspan: span(cell, "rowspan"),
        ...(align ? { align } : {}),
      };
    });
}

/** A head cell without alignment of its own stands like the body below it. */
function alignHead(rows: TableCell[][], head: number): void {
  const columns: (Align | undefined)[] = [];
  for (const row of rows.slice(head)) {
    let at = 0;
    for (const cell of row) {
      if (cell.colspan === 1 && cell.align && !cell.header) columns[at] ??= cell.align;
      at += cell.colspan;
    }
  }
  for (const row of rows.slice(0, head)) {
    let at = 0;
    for (const cell of row) {
      const align = columns[at];
      if (!cell.align && align && cell.colspan === 1) cell.align = align;
      at += cell.colspan;
    }
  }
}

export function tableBlock(table: Element, context: HtmlContext): Block[] {
  const rules = rulesById(table);
  const headRows = rowsIn(table, ["thead"]);
  const bodyRows = [
    ...rowsIn(table, ["tbody", "tfoot"]),
    ...[...table.children].filter((child) => tagOf(child) === "tr"),
  ];
  const rows = [...headRows, ...bodyRows]
    .map((row) => readRow(row, context, rules))
    .filter((row) => row.length > 0);
  if (rows.length === 0) return [];
  let head = headRows.length;
  if (head === 0) {
    while (head < rows.length - 1 && rows[head]!.every((cell) => cell.header)) head++;
  }
  alignHead(rows, head);
  const caption = [...table.children].find((child) => tagOf(child) === "caption");
  const words = caption && isElement(caption) ? inlines(caption, context) : [];
  const kept = words.filter((piece): piece is Inline => piece.type !== "display");
  return [{ type: "table", rows, head, ...(kept.length > 0 ? { caption: kept } : {}) }];
}
