// A sweep's plot: every number it found against the parameter that varies.
import type { CaseResult } from "./store.ts";
import { namesOf } from "./table.ts";

const unique = (names: string[]): string[] => [...new Set(names)];

const show = (value: unknown): string =>
  value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);

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

/**
 * The plot as SVG; undefined when there is nothing to plot.
 *
 * @example
 * ```ts
 * const one = (C: number, loss: number) =>
 *   ({ name: `C=${C}`, parameters: { C }, results: { loss }, digest: "", status: "passed", duration: 1, server: "", attempts: 1 }) as const;
 * (await plotSvg([one(1, 0.5), one(2, 0.25)]))?.startsWith("<svg"); // → true
 * ```
 */
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
