/**
 * Several contenders on the same work, in rounds that alternate: medians, spreads, ratios.
 */

import { parseArgs } from "node:util";
import { machine } from "./_peers.ts";
import { type Measured, median, note, ratio } from "./_results.ts";

export type { Measured } from "./_results.ts";

/** Microseconds of one unit of work, or null when the contender cannot do it. */
export type Contender = { name: string; run: () => Promise<number | null> };

export interface Options {
  rounds: number;
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
  return { rounds: Number(values.rounds ?? (quick ? 3 : 7)), quick };
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

const short = (v: number): string => (v >= 100 ? Math.round(v).toLocaleString("en-US") : v.toPrecision(3));

/** Prints medians with spreads, and how many times as fast `ours` is as each peer. */
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
  for (const r of rows)
    console.log(`| ${r.work} | ${peers.map((c) => ratio(r, ours, c)?.toPrecision(3) ?? "—").join(" | ")} |`);
  note({ title, unit: "µs", ours, contenders, rows });
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
