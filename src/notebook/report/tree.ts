// The live tree of a run: finished sections stay as lines with their time, and
// below them, on a terminal, one line shows the running cell (with the last
// line it printed) and one the whole. Without a terminal only the finished
// sections are written, so logs stay readable.
import type { WriteStream } from "node:tty";
import { stripVTControlCharacters } from "node:util";
import { sectionPaths } from "../format/sections.ts";
import type { Notebook } from "../format/types.ts";
import type { RunEvent } from "../run/execute.ts";
import { type CellReport, isFailure } from "../run/report.ts";
import { bar, cut, duration, paint } from "./text.ts";

interface Section {
  /** Index of the cell with its heading; -1 before the first. */
  key: number;
  path: { text: string; cell: number; level: number }[];
  cells: number[];
  time: number;
  failed: CellReport[];
}

/**
 * The live report of a run, by heading.
 *
 * @example
 * ```ts no-run: it needs a Jupyter server
 * const tree = new Tree();
 * await runNotebook("nb.ipynb", { on: tree.on });
 * tree.close();
 * ```
 */
export class Tree {
  readonly #out: NodeJS.WritableStream;
  readonly #live: boolean;
  readonly #paint: ReturnType<typeof paint>;
  #sections: Section[] = [];
  #printed = new Set<number>();
  #total = 0;
  #done = 0;
  #current: { cell: number; began: number; line: string; section: Section } | undefined;
  #drawn = 0;
  #began = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    out: NodeJS.WritableStream = process.stderr,
    options: { live?: boolean; color?: boolean } = {},
  ) {
    this.#out = out;
    const tty = (out as WriteStream).isTTY === true;
    this.#live = options.live ?? tty;
    this.#paint = paint(options.color ?? (tty && !process.env.NO_COLOR));
  }

  /** Give it the events of a run. */
  readonly on = (event: RunEvent): void => {
    switch (event.type) {
      case "kernel":
        this.#print(this.#paint.dim(`  starting kernel ${event.name} …`));
        break;
      case "cells":
        this.#plan(event.notebook, event.cells);
        break;
      case "cell-start":
        this.#start(event.cell);
        break;
      case "cell-output":
        if (this.#current && event.line) this.#current.line = event.line;
        break;
      case "cell-end":
        this.#end(event.cell, event.report);
        break;
    }
  };

  /** A line above the live part. */
  note(text: string): void {
    this.#print(text);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#erase();
  }

  #plan(notebook: Notebook, cells: number[]): void {
    const paths = sectionPaths(notebook);
    const sections = new Map<number, Section>();
    for (const cell of cells) {
      const path = paths[cell]!;
      const key = path.at(-1)?.cell ?? -1;
      const name = `${key}:${path.at(-1)?.text ?? ""}`;
      let section = this.#sections.find((s) => `${s.key}:${s.path.at(-1)?.text ?? ""}` === name);
      if (!section) {
        section = { key, path, cells: [], time: 0, failed: [] };
        this.#sections.push(section);
      }
      section.cells.push(cell);
      sections.set(cell, section);
    }
    this.#total = cells.length;
    if (!this.#live) return;
    this.#timer = setInterval(() => this.#draw(), 100);
    this.#timer.unref();
  }

  #section(cell: number): Section {
    return this.#sections.find((section) => section.cells.includes(cell))!;
  }

  #start(cell: number): void {
    const section = this.#section(cell);
    for (const heading of section.path.slice(0, -1)) this.#heading(heading);
    this.#current = { cell, began: performance.now(), line: "", section };
    this.#draw();
  }

  #heading(heading: { text: string; cell: number; level: number }): void {
    const key = heading.cell * 10 + heading.level;
    const own = this.#sections.some((s) => s.path.at(-1) === heading);
    if (this.#printed.has(key) || own) return;
    this.#printed.add(key);
    this.#print(`${"  ".repeat(heading.level)}  ${heading.text}`);
  }

  #end(cell: number, report: CellReport): void {
    const section = this.#section(cell);
    section.time += report.duration;
    if (isFailure(report.status)) section.failed.push(report);
    this.#current = undefined;
    this.#done++;
    const last = section.cells.at(-1) === cell;
    const stopped = isFailure(report.status);
    if (last || stopped) this.#line(section);
    this.#draw();
  }

  #line(section: Section): void {
    const { green, red, dim } = this.#paint;
    const level = section.path.at(-1)?.level ?? 1;
    const name = section.path.at(-1)?.text ?? "(before the first heading)";
    const count = section.cells.length === 1 ? "1 cell" : `${section.cells.length} cells`;
    const ok = section.failed.length === 0;
    const lead = `${"  ".repeat(level)}${ok ? green("✓") : red("✗")} `;
    const tail = `${count}, ${duration(section.time)}`;
    const room = Math.max(20, this.#width() - 2 * level - 4 - tail.length);
    this.#print(`${lead}${cut(name, room)}  ${dim(tail)}`);
    for (const cell of section.failed) {
      const what = cell.error ? `${cell.error.ename}: ${cell.error.evalue.split("\n")[0]}` : cell.status;
      this.#print(
        `${"  ".repeat(level)}    ${red(cut(`cell ${cell.cell}: ${what}`, this.#width() - 2 * level - 6))}`,
      );
    }
    section.failed = [];
  }

  #width(): number {
    return (this.#out as WriteStream).columns || 100;
  }

  #print(text: string): void {
    this.#erase();
    this.#out.write(`${text}\n`);
    this.#draw();
  }

  #erase(): void {
    if (this.#drawn > 0) this.#out.write(`\u001b[${this.#drawn}A\u001b[0J`);
    this.#drawn = 0;
  }

  #draw(): void {
    if (!this.#live || this.#total === 0) return;
    const width = this.#width();
    const lines: string[] = [];
    const current = this.#current;
    if (current) {
      const level = current.section.path.at(-1)?.level ?? 1;
      const name = current.section.path.at(-1)?.text ?? "";
      const head = `${"  ".repeat(level)}▸ ${name}  cell ${current.cell + 1}  ${duration(performance.now() - current.began)}`;
      const shown = stripVTControlCharacters(current.line).trim();
      lines.push(cut(shown ? `${head}  ${shown}` : head, width - 1));
    }
    const time = duration(performance.now() - this.#began);
    lines.push(
      cut(`  ${bar(this.#done / this.#total, 24)} ${this.#done}/${this.#total} cells  ${time}`, width - 1),
    );
    this.#erase();
    this.#out.write(`${lines.join("\n")}\n`);
    this.#drawn = lines.length;
  }
}
