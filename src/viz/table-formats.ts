/**
 * One table's cells as HTML, LaTeX, Markdown and text. Everything that came from data is escaped.
 */

import { escapeHtml, escapeTex } from "./escape.ts";
import type { Cells } from "./table.ts";

/** Head and rows with the index as a first column without a name. */
function grid(cells: Cells): { head: string[]; rows: string[][]; right: boolean[] } {
  const { index } = cells;
  const rows = cells.rows.map((row, i) => {
    const shown = row ?? cells.head.map(() => "⋮");
    return index ? [row ? index[i] : "⋮", ...shown] : shown;
  });
  return {
    head: index ? ["", ...cells.head] : cells.head,
    rows,
    right: index ? [false, ...cells.numeric] : cells.numeric,
  };
}

export function tableToHtml(cells: Cells): string {
  const { head, rows, right } = grid(cells);
  const style = (c: number): string => ` style="text-align: ${right[c] ? "right" : "left"}"`;
  const labels = cells.index !== null;
  const cell = (text: string, c: number): string =>
    labels && c === 0
      ? `<th scope="row"${style(c)}>${escapeHtml(text)}</th>`
      : `<td${style(c)}>${escapeHtml(text)}</td>`;
  return [
    `<table class="dataframe">`,
    cells.caption ? `<caption>${escapeHtml(cells.caption)}</caption>` : "",
    `<thead><tr>${head.map((text, c) => `<th scope="col"${style(c)}>${escapeHtml(text)}</th>`).join("")}</tr></thead>`,
    "<tbody>",
    ...rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`),
    "</tbody>",
    "</table>",
    cells.note ? `<p>${escapeHtml(cells.note)}</p>` : "",
  ]
    .filter((line) => line !== "")
    .join("\n");
}

export function tableToLatex(cells: Cells): string {
  const { head, rows, right } = grid(cells);
  const text = (cell: string): string =>
    escapeTex(cell)
      .replaceAll("⋮", "$\\vdots$")
      .replaceAll("…", "\\dots{}")
      .replaceAll("−", "$-$")
      .replaceAll("∞", "$\\infty$")
      .replaceAll("–", "--");
  const line = (row: string[]): string => `${row.map(text).join(" & ")} \\\\`;
  return [
    `\\begin{tabular}{${right.map((r) => (r ? "r" : "l")).join("")}}`,
    "\\hline",
    line(head),
    "\\hline",
    ...rows.map(line),
    "\\hline",
    "\\end{tabular}",
  ].join("\n");
}

export function tableToMarkdown(cells: Cells): string {
  const { head, rows, right } = grid(cells);
  const text = (cell: string): string =>
    escapeHtml(cell)
      .replace(/[\\|`*_~[\]$]/g, "\\$&")
      .replace(/\s*\n\s*/g, " ");
  const line = (row: string[]): string => `| ${row.map(text).join(" | ")} |`;
  const rule = `|${right.map((r) => (r ? " ---: " : " --- ")).join("|")}|`;
  const note = cells.note ? `\n\n${text(cells.note)}` : "";
  const caption = cells.caption ? `**${text(cells.caption)}**\n\n` : "";
  return `${caption}${[line(head), rule, ...rows.map(line)].join("\n")}${note}`;
}

export function tableToText(cells: Cells): string {
  const { head, rows, right } = grid(cells);
  const flat = rows.map((row) => row.map((cell) => cell.replace(/\s*\n\s*/g, " ")));
  const width = head.map((name, c) => Math.max(length(name), ...flat.map((row) => length(row[c]))));
  const line = (row: string[]): string =>
    row
      .map((cell, c) => {
        const space = " ".repeat(width[c] - length(cell));
        return right[c] ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd();
  const rule = width.map((w) => "─".repeat(w)).join("──");
  return [cells.caption ?? "", line(head), rule, ...flat.map(line), cells.note ?? ""]
    .filter((text) => text !== "")
    .join("\n");
}

function length(text: string): number {
  return [...text].length;
}
