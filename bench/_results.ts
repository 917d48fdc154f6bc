/**
 * What a benchmark leaves behind besides the tables it prints: `--json FILE` for machines, `--svg FILE`
 * for people. Tables are noted as they are finished and written when the program ends.
 */

import { writeFileSync } from "node:fs";
import { barChart } from "./_chart.ts";
import { machine } from "./_peers.ts";

export interface Measured {
  work: string;
  /** By contender, one number a round. */
  times: Record<string, number[]>;
}

export interface Table {
  title: string;
  unit: "µs" | "ms";
  /** The contender that the others are compared with. */
  ours: string;
  contenders: readonly string[];
  rows: readonly Measured[];
}

export function median(v: readonly number[]): number {
  const s = [...v].sort((a, b) => a - b);
  const m = s.length >> 1;
  return s.length % 2 ? s[m] : (s[m - 1] + s[m]) / 2;
}

/** How many times as fast `ours` is: the median over rounds, since both sides of a round met the same load. */
export function ratio(row: Measured, ours: string, peer: string): number | null {
  const [a, b] = [row.times[ours], row.times[peer]];
  return a && b ? median(a.map((v, i) => b[i] / v)) : null;
}

/** The argument after `--name`. */
function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

const tables: Table[] = [];

/** Keeps a table for the files; rows may still be added to it. */
export function note(table: Table): void {
  if (tables.length === 0) process.on("exit", (code) => code === 0 && write());
  tables.push(table);
}

function write(): void {
  const [json, svg] = [option("json"), option("svg")];
  if (json) {
    const report = {
      machine: machine(),
      date: new Date().toISOString(),
      tables: tables.map((t) => ({
        ...t,
        rows: t.rows.map((r) => ({
          ...r,
          ratios: Object.fromEntries(
            t.contenders.filter((c) => c !== t.ours).map((c) => [c, ratio(r, t.ours, c)]),
          ),
        })),
      })),
    };
    writeFileSync(json, `${JSON.stringify(report, null, 1)}\n`);
  }
  if (svg) {
    const series = [...new Set(tables.flatMap((t) => t.contenders))];
    const sections = tables.map(({ title, rows }) => ({
      title,
      groups: rows.map((r) => ({
        label: r.work,
        values: series.map((c) => (r.times[c] ? median(r.times[c]) : null)),
      })),
    }));
    const unit = tables[0].unit === "µs" ? "microseconds" : "milliseconds";
    writeFileSync(svg, barChart(unit, series, sections));
  }
}
