// A sweep's results as a table: CSV for other programs, aligned text for the
// terminal, and a plot of every number against the parameter that varies.
import { columns, duration } from "../report/text.ts";
import type { CaseResult } from "./store.ts";

const unique = (names: string[]): string[] => [...new Set(names)];

/** Names of the parameters and of the results, in the order they came. */
export function namesOf(cases: readonly CaseResult[]): { parameters: string[]; results: string[] } {
  return {
    parameters: unique(cases.flatMap((one) => Object.keys(one.parameters))),
    results: unique(cases.flatMap((one) => Object.keys(one.results))),
  };
}

const show = (value: unknown): string =>
  value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);

const quote = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export function toCsv(cases: readonly CaseResult[]): string {
  const { parameters, results } = namesOf(cases);
  const head = [...parameters, ...results, "status", "seconds", "server", "attempts"];
  const rows = cases.map((one) => [
    ...parameters.map((name) => show(one.parameters[name])),
    ...results.map((name) => show(one.results[name])),
    one.status,
    (one.duration / 1000).toFixed(3),
    one.server,
    String(one.attempts),
  ]);
  return `${[head, ...rows].map((row) => row.map(quote).join(",")).join("\n")}\n`;
}

const brief = (value: unknown): string => {
  if (typeof value !== "number") return show(value);
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
};

/** The table for a terminal: numbers to the right. */
export function toText(cases: readonly CaseResult[]): string {
  const { parameters, results } = namesOf(cases);
  const head = [...parameters, ...results, "status", "time"];
  const rows = cases.map((one) => [
    ...parameters.map((name) => brief(one.parameters[name])),
    ...results.map((name) => brief(one.results[name])),
    one.status,
    duration(one.duration),
  ]);
  const widths = head.map((name, k) => Math.max(...[name, ...rows.map((row) => row[k]!)].map(columns)));
  const right = head.map((_, k) => rows.every((row) => row[k] === "" || /^[-+\d.]/.test(row[k]!)));
  const line = (row: string[]) =>
    row
      .map((text, k) => {
        const space = " ".repeat(widths[k]! - columns(text));
        return right[k] ? space + text : text + space;
      })
      .join("  ")
      .trimEnd();
  return [line(head), widths.map((w) => "─".repeat(w)).join("  "), ...rows.map(line)].join("\n");
}

export interface Series {
  /** The result, and the values of the other parameters when there are any. */
  name: string;
  result: string;
  x: (number | string)[];
  y: number[];
}

/** What to plot: each numeric result against the first parameter with several values, a line for each setting of the others. */
export function seriesOf(cases: readonly CaseResult[]): { x: string; series: Series[] } | undefined {
  const { parameters, results } = namesOf(cases);
  const passed = cases.filter((one) => one.status === "passed");
  const varying = parameters.filter(
    (name) => new Set(passed.map((one) => show(one.parameters[name]))).size > 1,
  );
  const numeric = (name: string) => passed.every((one) => typeof one.parameters[name] === "number");
  const x = varying.find(numeric) ?? varying[0];
  if (x === undefined) return undefined;
  const others = varying.filter((name) => name !== x);
  const series = new Map<string, Series>();
  for (const result of results) {
    for (const one of passed) {
      const y = one.results[result];
      if (typeof y !== "number" || !Number.isFinite(y)) continue;
      const setting = others.map((name) => `${name}=${show(one.parameters[name])}`).join(", ");
      const name = setting ? `${result} (${setting})` : result;
      const line = series.get(name) ?? { name, result, x: [], y: [] };
      const at = one.parameters[x];
      line.x.push(typeof at === "number" ? at : show(at));
      line.y.push(y);
      series.set(name, line);
    }
  }
  for (const line of series.values()) {
    const order = line.x.map((_, k) => k);
    if (line.x.every((v) => typeof v === "number"))
      order.sort((a, b) => (line.x[a] as number) - (line.x[b] as number));
    [line.x, line.y] = [order.map((k) => line.x[k]!), order.map((k) => line.y[k]!)];
  }
  return series.size > 0 ? { x, series: [...series.values()] } : undefined;
}

const spansDecades = (values: readonly (number | string)[]): boolean => {
  const numbers = values.filter((v): v is number => typeof v === "number");
  return (
    numbers.length === values.length &&
    numbers.every((v) => v > 0) &&
    Math.max(...numbers) >= 20 * Math.min(...numbers)
  );
};

/** The plot as SVG; undefined when there is nothing to plot. */
export async function plotSvg(cases: readonly CaseResult[]): Promise<string | undefined> {
  const found = seriesOf(cases);
  if (!found) return undefined;
  const { Figure, figureToSvg } = await import("../../viz/index.ts");
  const results = unique(found.series.map((line) => line.result));
  const figure = new Figure({
    data: found.series.map((line) => ({
      type: "scatter",
      mode: "lines+markers",
      name: line.name,
      x: line.x,
      y: line.y,
    })),
    layout: {
      xaxis: {
        title: { text: found.x },
        ...(found.series.every((l) => spansDecades(l.x)) ? { type: "log" } : {}),
      },
      yaxis: { title: { text: results.length === 1 ? results[0] : "value" } },
      showlegend: found.series.length > 1,
    },
  });
  return figureToSvg(figure);
}
