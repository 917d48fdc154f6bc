/**
 * A bar for work that takes a while: in a notebook one output that is redrawn in place, in a terminal
 * one line. Drawing is synchronous, so it also moves inside a loop that never awaits, and happens at
 * most ten times a second, so that it costs the loop nothing.
 */

import { display, inNotebook, Rich } from "./display.ts";
import { escapeHtml } from "./escape.ts";
import { duration, shortNumber } from "./format.ts";

export interface ProgressOptions {
  /** What is being done: stands before the bar. */
  label?: string;
  /** How many steps, when the iterable does not tell. */
  total?: number;
  /** What one step is called. Default "it". */
  unit?: string;
  /** Milliseconds between redraws. Default 100. */
  every?: number;
  /** Where the terminal's line goes. Default standard error. */
  stream?: { write(text: string): unknown; isTTY?: boolean };
}

/**
 * Follows a loop: `for (const epoch of progress(100, { label: "training" })) …` counts 0 … 99;
 * `for (const batch of progress(batches)) …` follows any iterable, also an asynchronous one.
 * Show a changing number beside the bar by `bar.note({ loss })`.
 * @example
 * ```ts
 * let sum = 0;
 * const bar = progress(100, { label: "adding" });
 * for (const i of bar) {
 *   sum += i;
 *   bar.note({ sum });
 * }
 * sum; // → 4950
 * ```
 */
export function progress(total: number, options?: ProgressOptions): Progress<number>;
export function progress<T>(source: Iterable<T> | AsyncIterable<T>, options?: ProgressOptions): Progress<T>;
export function progress(source: any, options: ProgressOptions = {}): Progress<any> {
  if (typeof source === "number") {
    if (!Number.isInteger(source) || source < 0)
      throw new RangeError(`progress(): the number of steps must be a whole number; got ${source}.`);
    return new Progress(counting(source), { ...options, total: source });
  }
  if (typeof source?.[Symbol.iterator] !== "function" && typeof source?.[Symbol.asyncIterator] !== "function")
    throw new TypeError("progress(): give a number of steps or something to iterate over.");
  return new Progress(source, { ...options, total: options.total ?? source.length ?? source.size });
}

function* counting(total: number): Generator<number> {
  for (let i = 0; i < total; i++) yield i;
}

let bars = 0;

/**
 * What `progress` makes: iterate over it; `note` shows values beside the bar.
 * @example
 * ```ts
 * for (const x of new Progress([1, 2], { label: "two" })) console.log(x);
 * ```
 */
export class Progress<T = unknown> implements Iterable<T>, AsyncIterable<T> {
  readonly total: number | undefined;
  #source: Iterable<T> | AsyncIterable<T>;
  #options: ProgressOptions;
  #id = `gradlab-progress-${process.pid}-${++bars}`;
  #count = 0;
  #start = 0;
  #drawnAt = -Infinity;
  #noteText = "";
  #state: "waiting" | "running" | "done" | "stopped" = "waiting";

  constructor(source: Iterable<T> | AsyncIterable<T>, options: ProgressOptions) {
    this.#source = source;
    this.#options = options;
    this.total = options.total;
  }

  /** Steps done so far. */
  get count(): number {
    return this.#count;
  }

  /** Shows text or numbers beside the bar. */
  note(shown: string | Record<string, number | string>): void {
    this.#noteText =
      typeof shown === "string"
        ? shown
        : Object.entries(shown)
            .map(([name, value]) => `${name} ${typeof value === "number" ? shortNumber(value) : value}`)
            .join(", ");
    this.#draw(false);
  }

  /** Counts steps by hand, for work that is no loop. */
  advance(steps = 1): void {
    if (this.#state === "waiting") this.#begin();
    this.#count += steps;
    if (this.total !== undefined && this.#count >= this.total) this.finish();
    else this.#draw(false);
  }

  /** Ends the bar: as done when the total was reached or is unknown, as stopped otherwise. */
  finish(completed = this.total === undefined || this.#count >= this.total): void {
    if (this.#state === "done" || this.#state === "stopped") return;
    if (this.#state === "waiting") this.#begin();
    this.#state = completed ? "done" : "stopped";
    this.#draw(true);
  }

  *[Symbol.iterator](): Generator<T> {
    if (!(Symbol.iterator in this.#source))
      throw new TypeError("progress(): this source is asynchronous; use `for await`.");
    this.#begin();
    let completed = false;
    try {
      for (const item of this.#source as Iterable<T>) {
        yield item;
        this.#step();
      }
      completed = true;
    } finally {
      this.finish(completed);
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    this.#begin();
    let completed = false;
    try {
      for await (const item of this.#source) {
        yield item;
        this.#step();
      }
      completed = true;
    } finally {
      this.finish(completed);
    }
  }

  #begin(): void {
    this.#count = 0;
    this.#start = performance.now();
    this.#state = "running";
    this.#drawnAt = -Infinity;
    this.#draw(true, false);
  }

  #step(): void {
    this.#count++;
    this.#draw(false);
  }

  #draw(now: boolean, update = true): void {
    if (this.#state === "waiting") return;
    const time = performance.now();
    if (!now && time - this.#drawnAt < (this.#options.every ?? 100)) return;
    this.#drawnAt = time;
    if (inNotebook()) display(this.#rich(time), { id: this.#id, update });
    else this.#line(time);
  }

  #share(): number | undefined {
    if (this.total === undefined) return undefined;
    return this.total === 0 ? 1 : Math.min(1, this.#count / this.total);
  }

  /** `31/100 · 12.4 it/s · 5.6 s left · loss 0.31` */
  #words(time: number): string {
    const elapsed = time - this.#start;
    // `gradlab run` stores outputs that must be the same each time: its bars end without their time.
    const timed = this.#state === "running" || process.env.GRADLAB_RUN === undefined;
    const unit = this.#options.unit ?? "it";
    const perSecond = elapsed > 0 ? (1000 * this.#count) / elapsed : 0;
    const parts = [this.total === undefined ? `${this.#count} ${unit}` : `${this.#count}/${this.total}`];
    if (this.#state === "stopped") parts.push(timed ? `stopped after ${duration(elapsed)}` : "stopped");
    else if (this.#state === "done" && timed) parts.push(duration(elapsed));
    if (this.#count > 0 && perSecond > 0 && timed)
      parts.push(
        perSecond >= 1 ? `${shortNumber(perSecond, 3)} ${unit}/s` : `${duration(1000 / perSecond)}/${unit}`,
      );
    if (this.#state === "running" && this.total !== undefined && this.#count > 0)
      parts.push(`${duration((elapsed / this.#count) * Math.max(0, this.total - this.#count))} left`);
    if (this.#noteText) parts.push(this.#noteText);
    return parts.join(" · ");
  }

  #rich(time: number): Rich {
    const share = this.#share();
    const label = this.#options.label ?? "";
    const words = this.#words(time);
    const value =
      share === undefined && this.#state === "running" ? "" : ` value="${(share ?? 1).toFixed(4)}"`;
    const markup =
      `<div style="display: flex; gap: 0.8em; align-items: center; font-variant-numeric: tabular-nums">` +
      (label ? `<span>${escapeHtml(label)}</span>` : "") +
      `<progress max="1"${value} style="width: 16em"></progress>` +
      `<span>${escapeHtml(words)}</span></div>`;
    return new Rich({ "text/html": markup, "text/plain": this.#text(words) });
  }

  #text(words: string): string {
    const width = 24;
    const share = this.#share();
    const full = share === undefined ? 0 : Math.floor(share * width);
    const bar = share === undefined ? "" : `${"█".repeat(full)}${"░".repeat(width - full)} `;
    const percent = share === undefined ? "" : `${String(Math.floor(share * 100)).padStart(3)}% `;
    return `${this.#options.label ? `${this.#options.label} ` : ""}${bar}${percent}${words}`;
  }

  /** A terminal redraws its line; a file or pipe gets only the last state. */
  #line(time: number): void {
    const stream = this.#options.stream ?? process.stderr;
    const ended = this.#state === "done" || this.#state === "stopped";
    if (stream.isTTY) stream.write(`\r\x1b[2K${this.#text(this.#words(time))}${ended ? "\n" : ""}`);
    else if (ended) stream.write(`${this.#text(this.#words(time))}\n`);
  }
}
