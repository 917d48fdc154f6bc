// The live view of a sweep: a line for every run in progress (server, cell, the
// last thing it printed) under the lines of those that ended, and a bar below.
import type { WriteStream } from "node:tty";
import { stripVTControlCharacters } from "node:util";
import type { SweepEvent } from "../sweep/sweep.ts";
import { bar, cut, duration, paint } from "./text.ts";

interface Live {
  name: string;
  server: string;
  began: number;
  cells: number;
  done: number;
  line: string;
}

export class SweepBoard {
  readonly #out: NodeJS.WritableStream;
  readonly #live: boolean;
  readonly #paint: ReturnType<typeof paint>;
  readonly #running = new Map<string, Live>();
  #total = 0;
  #ended = 0;
  #fresh = 0;
  #began = performance.now();
  #drawn = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(out: NodeJS.WritableStream = process.stderr) {
    this.#out = out;
    this.#live = (out as WriteStream).isTTY === true;
    this.#paint = paint(this.#live && !process.env.NO_COLOR);
  }

  readonly on = (event: SweepEvent): void => {
    switch (event.type) {
      case "plan": {
        this.#total = event.cases.length;
        this.#ended = event.kept.length;
        const kept = event.kept.length > 0 ? `, ${event.kept.length} finished before` : "";
        this.#print(`${event.cases.length} cases${kept}`);
        if (this.#live) {
          this.#timer = setInterval(() => this.#draw(), 100);
          this.#timer.unref();
        }
        break;
      }
      case "case-start":
        this.#running.set(event.case.name, {
          ...{ name: event.case.name, server: event.server, began: performance.now() },
          ...{ cells: 0, done: 0, line: "" },
        });
        break;
      case "case-event": {
        const live = this.#running.get(event.case.name);
        if (!live) break;
        if (event.event.type === "cells") live.cells = event.event.cells.length;
        if (event.event.type === "cell-end") live.done++;
        if (event.event.type === "cell-output" && event.event.line) live.line = event.event.line;
        break;
      }
      case "case-end": {
        const { result } = event;
        this.#running.delete(event.case.name);
        this.#ended++;
        this.#fresh++;
        const mark = result.status === "passed" ? this.#paint.green("✓") : this.#paint.red("✗");
        const values = Object.entries(result.results)
          .map(
            ([name, value]) =>
              `${name} ${typeof value === "number" ? Number(value.toPrecision(5)) : JSON.stringify(value)}`,
          )
          .join(", ");
        this.#print(
          `  ${mark} ${result.name}  ${values || (result.error ?? "").split("\n")[0]}  ${this.#paint.dim(duration(result.duration))}`,
        );
        break;
      }
      case "trouble":
        this.#print(`  ${this.#paint.yellow("!")} ${event.message}`);
        break;
    }
  };

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#erase();
  }

  #print(text: string): void {
    this.#erase();
    this.#out.write(`${text}\n`);
  }

  #erase(): void {
    if (this.#drawn > 0) this.#out.write(`\u001b[${this.#drawn}A\u001b[0J`);
    this.#drawn = 0;
  }

  #draw(): void {
    const width = (this.#out as WriteStream).columns || 100;
    const now = performance.now();
    const lines = [...this.#running.values()].map((live) => {
      const head = `  ▸ ${live.name}  ${live.done}/${live.cells || "?"} cells  ${duration(now - live.began)}  ${live.server}`;
      return cut(`${head}  ${stripVTControlCharacters(live.line).trim()}`, width - 1);
    });
    const elapsed = now - this.#began;
    const left =
      this.#fresh > 0
        ? ` · about ${duration((elapsed / this.#fresh) * (this.#total - this.#ended))} left`
        : "";
    const part = this.#total > 0 ? this.#ended / this.#total : 1;
    lines.push(
      cut(`  ${bar(part, 24)} ${this.#ended}/${this.#total} · ${duration(elapsed)}${left}`, width - 1),
    );
    this.#erase();
    this.#out.write(`${lines.join("\n")}\n`);
    this.#drawn = lines.length;
  }
}
