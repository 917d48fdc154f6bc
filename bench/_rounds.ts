/**
 * Several contenders on the same work, in rounds that alternate: medians, spreads, ratios.
 */

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { barChart } from "./_chart.ts";
import { machine } from "./_peers.ts";

/** Microseconds of one unit of work, or null when the contender cannot do it. */
export type Contender = { name: string; run: () => Promise<number | null> };

export interface Measured {
  work: string;
  /** By contender, one number a round. */
  times: Record<string, number[]>;
}

export interface Options {
  rounds: number;
  json: string | undefined;
  svg: string | undefined;
  quick: boolean;
}

export function options(): Options {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string" },
      json: { type: "string" },
      svg: { type: "string" },
      quick: { type: "boolean" },
    },
  });
  const quick = values.quick ?? false;
  return { rounds: Number(values.rounds ?? (quick ? 3 : 7)), json: values.json, svg: values.svg, quick };
}

/** Each contender once to warm up, then round after round. */
export async function measure(
  work: string,
  rounds: number,
  contenders: readonly Contender[],
): Promise<Measured> {
  const times: Record<string, number[]> = {};
  const able: Contender[] = [];
  for (const c of contenders) if ((await c.run()) !== null) able.push(c);
  for (let i = 0; i < rounds; i++)
    for (const c of able) {
      const t = await c.run();
      if (t !== null) times[c.name] = [...(times[c.name] ?? []), t];
    }
  process.stderr.write(
    `${work}: ${Object.entries(times)
      .map(([n, v]) => `${n} ${short(median(v))}`)
      .join(", ")} µs\n`,
  );
  return { work, times };
}

export function median(v: readonly number[]): number {
  const s = [...v].sort((a, b) => a - b);
  const m = s.length >> 1;
  return s.length % 2 ? s[m] : (s[m - 1] + s[m]) / 2;
}

const short = (v: number): string => (v >= 100 ? Math.round(v).toLocaleString("en-US") : v.toPrecision(3));

/** Prints medians with spreads, and how many times as fast `ours` is as each peer; writes files when asked. */
export function publish(
  title: string,
  ours: string,
  contenders: readonly string[],
  rows: readonly Measured[],
  o: Options,
): void {
  const cell = (v: number[] | undefined): string =>
    v ? `${short(median(v))} (${short(Math.min(...v))}–${short(Math.max(...v))})` : "—";
  const peers = contenders.filter((c) => c !== ours);
  console.log(`\n${title}\n${machine()}; medians of ${o.rounds} alternating rounds, with the range\n`);
  console.log(`| µs | ${contenders.join(" | ")} |`);
  console.log(`|---|${contenders.map(() => "---").join("|")}|`);
  for (const r of rows) console.log(`| ${r.work} | ${contenders.map((c) => cell(r.times[c])).join(" | ")} |`);
  console.log(`\n| times as fast as | ${peers.join(" | ")} |`);
  console.log(`|---|${peers.map(() => "---").join("|")}|`);
  // The ratio of each round, since both sides of a round met the same load.
  const ratio = (r: Measured, c: string): number | null => {
    const [a, b] = [r.times[ours], r.times[c]];
    return a && b ? median(a.map((v, i) => b[i] / v)) : null;
  };
  for (const r of rows)
    console.log(`| ${r.work} | ${peers.map((c) => ratio(r, c)?.toPrecision(3) ?? "—").join(" | ")} |`);
  if (o.json) {
    const report = {
      title,
      machine: machine(),
      date: new Date().toISOString(),
      rounds: o.rounds,
      rows: rows.map((r) => ({
        ...r,
        ratios: Object.fromEntries(peers.map((c) => [c, ratio(r, c)])),
      })),
    };
    writeFileSync(o.json, `${JSON.stringify(report, null, 1)}\n`);
  }
  if (o.svg) {
    const groups = rows.map((r) => ({
      label: r.work,
      values: contenders.map((c) => (r.times[c] ? median(r.times[c]) : null)),
    }));
    writeFileSync(o.svg, barChart(title, "microseconds", contenders, groups));
  }
}

/** Microseconds a call, over enough calls to take some `ms` milliseconds. */
export function timed(call: () => unknown, ms = 300): number {
  call();
  let calls = 1;
  for (;;) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    const took = performance.now() - start;
    if (took >= ms) return (took * 1000) / calls;
    calls = Math.max(calls + 1, Math.ceil((calls * ms * 1.1) / Math.max(took, 0.01)));
  }
}
