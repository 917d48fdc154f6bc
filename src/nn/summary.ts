/**
 * A table of a model's layers: what shape each gives and how many parameters it has.
 *
 * Shapes are observed by running the model once on zeros, in eval mode and without recording.
 */

import { noGrad } from "../ops/index.ts";
import { type DType, Tensor, zeros } from "../tensor/index.ts";
import type { Module } from "./module.ts";

/** One layer of a summary. */
export interface SummaryRow {
  /** Dotted name of the layer in the model. */
  name: string;
  type: string;
  /** Shape of its output; null when the run never reached it. */
  output: readonly number[] | null;
  parameters: number;
}

/**
 * What `summary` gives: one row a layer; shows itself as a table.
 * @example
 * ```ts
 * summary(new Linear(4, 2), [1, 4]).rows.length; // → 1
 * ```
 */
export class Summary {
  readonly rows: readonly SummaryRow[];
  /** Number of parameters of the whole model. */
  readonly parameters: number;
  /** Entries of the buffers: running statistics and the like. */
  readonly buffers: number;

  constructor(rows: readonly SummaryRow[], parameters: number, buffers: number) {
    this.rows = rows;
    this.parameters = parameters;
    this.buffers = buffers;
  }

  #cells(): string[][] {
    return this.rows.map((r) => [
      r.name,
      r.type,
      r.output ? `[${r.output.join(", ")}]` : "—",
      r.parameters.toLocaleString("en-US"),
    ]);
  }

  toString(): string {
    const head = ["layer", "type", "output", "parameters"];
    const cells = this.#cells();
    const width = head.map((h, i) => Math.max(h.length, ...cells.map((c) => c[i].length)));
    const line = (c: string[]): string =>
      c.map((v, i) => (i === 3 ? v.padStart(width[i]) : v.padEnd(width[i]))).join("  ");
    const rule = "─".repeat(width.reduce((a, b) => a + b, 6));
    return [line(head), rule, ...cells.map(line), rule, this.#total()].join("\n");
  }

  #total(): string {
    const more =
      this.buffers > 0 ? `, and ${this.buffers.toLocaleString("en-US")} numbers of running state` : "";
    return `${this.parameters.toLocaleString("en-US")} parameters${more}`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  [Symbol.for("Jupyter.display")](): Record<string, string> {
    const safe = (s: string): string => s.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    const row = (c: string[], tag: string): string =>
      `<tr>${c.map((v, i) => `<${tag} style="text-align:${i === 3 ? "right" : "left"}">${safe(v)}</${tag}>`).join("")}</tr>`;
    const body = this.#cells().map((c) => row(c, "td"));
    return {
      "text/plain": this.toString(),
      "text/html":
        `<table><thead>${row(["layer", "type", "output", "parameters"], "th")}</thead>` +
        `<tbody>${body.join("")}</tbody><tfoot><tr><td colspan="4">${this.#total()}</td></tr></tfoot></table>`,
    };
  }
}

/**
 * The layers of a model with output shapes and parameter counts.
 * @param input a tensor, or the shape of one (filled with zeros), e.g. [1, 1, 8, 8]
 * @example
 * ```ts
 * summary(new Sequential(new Linear(64, 32), new ReLU(), new Linear(32, 10)), [1, 64]).parameters; // → 2410
 * ```
 */
export function summary(
  model: Module,
  input: Tensor | readonly number[],
  { dtype = "float32" }: { dtype?: DType } = {},
): Summary {
  const x = input instanceof Tensor ? input : zeros(input, { dtype });
  const seen = new Map<Module, readonly number[]>();
  const modes = [...model.namedModules()].map(([, m]) => [m, m.training] as const);
  for (const [m] of modes) {
    m.training = false;
    const forward = m.forward;
    m.forward = (...inputs: unknown[]) => {
      const y = forward.apply(m, inputs);
      if (y instanceof Tensor) seen.set(m, y.shape);
      return y;
    };
  }
  try {
    noGrad(() => model.forward(x));
  } finally {
    for (const [m, training] of modes) {
      m.training = training;
      // The observing forward was an own property in front of the class's.
      delete (m as Partial<Module>).forward;
    }
  }
  const rows: SummaryRow[] = [];
  const counted = new Set<Tensor>();
  for (const [name, m] of model.namedModules()) {
    const children = [...m.namedChildren()].flatMap(([, c]) => c.parameters());
    const own = m.parameters().filter((p) => !children.includes(p) && !counted.has(p));
    for (const p of own) counted.add(p);
    rows.push({
      name: name || "(model)",
      type: m.constructor.name,
      output: seen.get(m) ?? null,
      parameters: own.reduce((n, p) => n + p.size, 0),
    });
  }
  const buffers = [...model.namedBuffers()].reduce((n, [, b]) => n + b.size, 0);
  return new Summary(
    rows,
    model.parameters().reduce((n, p) => n + p.size, 0),
    buffers,
  );
}
