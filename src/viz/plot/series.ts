/**
 * Plots of lists of numbers: lines, points, bars, histograms, boxes. Each gives a Figure to show or to
 * add to; several lists are an object of names: `plot.line({ train, test }, { yLabel: "loss" })`.
 */

import { Tensor } from "../../tensor/index.ts";
import { Figure, type Layout, type Trace } from "../figure.ts";
import { colorOf, sequential, symbols } from "../palette.ts";
import {
  colorTitle,
  layoutFrom,
  type Matrix,
  matrixOf,
  type Numbers,
  namedLists,
  numbersOf,
  type PlotOptions,
  sameLength,
} from "./options.ts";

/** Settings of `plot.line`. */
export interface LineOptions extends PlotOptions {
  /** Positions on x: one list for all lines, or one for each name. By default 0, 1, 2, … */
  x?: Numbers | Record<string, Numbers>;
  /** Also mark the points. */
  markers?: boolean;
  /** Line styles by name: "solid", "dash", "dot", "dashdot". */
  dashes?: Record<string, string>;
  colors?: Record<string, string>;
  /** Shaded regions around lines, by name: [lower, upper]. */
  bands?: Record<string, readonly [Numbers, Numbers]>;
}

/**
 * Lines through values in order.
 * @example
 * ```ts
 * plot.line({ train: [1, 0.5, 0.2], test: [1.1, 0.7, 0.5] }, { xLabel: "epoch", logY: true });
 * ```
 */
export function line(y: Numbers | Record<string, Numbers>, options: LineOptions = {}): Figure {
  const traces: Trace[] = [];
  for (const [i, { name, values }] of namedLists(y, "plot.line()").entries()) {
    const x = xOf(options.x, name, values.length);
    const color = (name === undefined ? undefined : options.colors?.[name]) ?? colorOf(i);
    const band = name === undefined ? undefined : options.bands?.[name];
    if (band) traces.push(bandTrace(x, band, color, name!));
    const dash = name === undefined ? undefined : options.dashes?.[name];
    traces.push({
      type: "scatter",
      mode: options.markers ? "lines+markers" : "lines",
      x,
      y: values,
      name,
      line: { color, dash },
    });
  }
  const layout = layoutFrom(options);
  if (options.logX)
    layout["xaxis"] = { ...logTicks(traces.flatMap((trace) => trace["x"])), ...layout["xaxis"] };
  return new Figure({ data: traces, layout });
}

/** On a logarithmic axis a few positions (1, 2, 4, 64) are marked themselves. */
function logTicks(x: number[]): Layout {
  const places = [...new Set(x)].sort((a, b) => a - b);
  return places.length <= 8 ? { tickvals: places, ticktext: places.map(String) } : {};
}

function xOf(x: LineOptions["x"], name: string | undefined, n: number): number[] {
  if (x === undefined) return Array.from({ length: n }, (_, i) => i);
  const single = x instanceof Tensor || Array.isArray(x) || ArrayBuffer.isView(x);
  const own = single ? (x as Numbers) : (x as Record<string, Numbers>)[name ?? ""];
  if (own === undefined) throw new RangeError(`plot.line(): x has no list for "${name}".`);
  const list = numbersOf(own, "plot.line(): x");
  sameLength(list, { length: n }, `plot.line(): x and y${name ? ` of "${name}"` : ""} differ in length`);
  return list;
}

function bandTrace(x: number[], band: readonly [Numbers, Numbers], color: string, name: string): Trace {
  const [low, high] = band.map((each) => numbersOf(each, `plot.line(): band of "${name}"`));
  sameLength(low, x, `plot.line(): the band of "${name}" and its line differ in length`);
  sameLength(high, x, `plot.line(): the band of "${name}" and its line differ in length`);
  return {
    type: "scatter",
    mode: "lines",
    x: [...x, ...[...x].reverse()],
    y: [...low, ...high.reverse()],
    fill: "toself",
    fillcolor: translucent(color, 0.18),
    line: { width: 0 },
    showlegend: false,
    hoverinfo: "skip",
  };
}

export function translucent(hex: string, alpha: number): string {
  const n = Number.parseInt(hex.slice(1), 16);
  return `rgba(${n >> 16},${(n >> 8) & 255},${n & 255},${alpha})`;
}

/** Settings of `plot.scatter`. */
export interface ScatterOptions extends PlotOptions {
  /** Each point's class: points of a class share colour and shape. */
  labels?: ArrayLike<number | string> | Tensor;
  /** What the classes are called; by default the labels themselves. */
  names?: Record<string, string> | readonly string[];
  /** Each point's value, shown as colour with a scale beside. */
  values?: Numbers;
  valueLabel?: string;
  /** Marker size in px. Default 6. */
  size?: number;
  opacity?: number;
}

/**
 * Points in the plane. @param points N × 2, or { x, y }
 * @example
 * ```ts
 * plot.scatter([[0, 0], [1, 2], [2, 1]], { labels: ["a", "b", "a"] });
 * ```
 */
export function scatter(points: Matrix | { x: Numbers; y: Numbers }, options: ScatterOptions = {}): Figure {
  const [x, y] = coordinates(points);
  const { size = 6, opacity } = options;
  const layout = layoutFrom(options);
  if (options.values) {
    const color = numbersOf(options.values, "plot.scatter(): values");
    sameLength(color, x, "plot.scatter(): values and points differ in length");
    const title = colorTitle(options.valueLabel);
    const colorbar = { thickness: 14, outlinewidth: 0, title };
    const marker = { size, opacity, color, colorscale: sequential, showscale: true, colorbar };
    return new Figure({ data: [{ type: "scatter", mode: "markers", x, y, marker }], layout });
  }
  if (!options.labels) {
    const marker = { size, opacity, color: colorOf(0) };
    return new Figure({ data: [{ type: "scatter", mode: "markers", x, y, marker }], layout });
  }
  const given = options.labels;
  const labels = given instanceof Tensor ? Array.from(given.values()) : Array.from(given);
  sameLength(labels, x, "plot.scatter(): labels and points differ in length");
  const data = [...new Set(labels)].sort(byValue).map((label, k): Trace => {
    const chosen = labels.flatMap((each, i) => (each === label ? [i] : []));
    return {
      type: "scatter",
      mode: "markers",
      x: chosen.map((i) => x[i]),
      y: chosen.map((i) => y[i]),
      name: (options.names as Record<string, string> | undefined)?.[label] ?? String(label),
      marker: { size, opacity, color: colorOf(k), symbol: symbols[k % symbols.length] },
    };
  });
  return new Figure({ data, layout: { showlegend: options.legend ?? true, ...layout } });
}

function byValue(a: number | string, b: number | string): number {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : 1;
}

function coordinates(points: Matrix | { x: Numbers; y: Numbers }): [number[], number[]] {
  if (!(points instanceof Tensor) && !Array.isArray(points)) {
    const { x, y } = points as { x: Numbers; y: Numbers };
    const read: [number[], number[]] = [numbersOf(x, "plot.scatter(): x"), numbersOf(y, "plot.scatter(): y")];
    sameLength(read[0], read[1], "plot.scatter(): x and y differ in length");
    return read;
  }
  const rows = matrixOf(points as Matrix, "plot.scatter()");
  if (rows.length > 0 && rows[0].length !== 2)
    throw new RangeError(`plot.scatter(): points have 2 coordinates; these have ${rows[0].length}.`);
  return [rows.map((p) => p[0]), rows.map((p) => p[1])];
}

/** Settings of `plot.bar`. */
export interface BarOptions extends PlotOptions {
  /** Bars of several groups side by side (default) or on top of each other. */
  stacked?: boolean;
  /** Write each value above its bar. */
  showValues?: boolean;
}

/**
 * Bars: `plot.bar({ cat: 3, dog: 5 })`, or groups of them: `plot.bar({ train: { cat: 3 }, test: { cat: 2 } })`.
 * @example
 * ```ts
 * plot.bar({ cat: 3, dog: 5 }, { showValues: true });
 * ```
 */
export function bar(
  values: Record<string, number> | Record<string, Record<string, number>>,
  options: BarOptions = {},
): Figure {
  const entries = Object.entries(values);
  const grouped = entries.length > 0 && typeof entries[0][1] === "object";
  const groups = grouped ? (entries as [string, Record<string, number>][]) : [["", values] as [string, any]];
  const data = groups.map(([name, group], k): Trace => {
    const names = Object.keys(group);
    const y = numbersOf(Object.values(group) as number[], "plot.bar()");
    const text = options.showValues ? y.map((v) => String(Number(v.toPrecision(3)))) : undefined;
    const labels = text ? { text, textposition: "outside", cliponaxis: false } : {};
    return { type: "bar", x: names, y, name: name || undefined, marker: { color: colorOf(k) }, ...labels };
  });
  const layout = layoutFrom(options);
  const xaxis = { type: "category", ...layout["xaxis"] };
  return new Figure({ data, layout: { barmode: options.stacked ? "stack" : "group", ...layout, xaxis } });
}

/** Settings of `plot.histogram`. */
export interface HistogramOptions extends PlotOptions {
  /** How many bins. By default plotly chooses round ones. */
  bins?: number;
  /** Heights that integrate to one, instead of counts. */
  density?: boolean;
}

/**
 * How often values fall into intervals; several lists overlap translucently.
 * @example
 * ```ts
 * plot.histogram(rng(1).normal([200]), { density: true });
 * ```
 */
export function histogram(values: Numbers | Record<string, Numbers>, options: HistogramOptions = {}): Figure {
  const lists = namedLists(values, "plot.histogram()");
  const all = lists.flatMap((each) => each.values).filter(Number.isFinite);
  const low = all.reduce((a, b) => Math.min(a, b), Infinity);
  const high = all.reduce((a, b) => Math.max(a, b), -Infinity);
  const size = options.bins ? (high - low) / options.bins || 1 : undefined;
  const data = lists.map(
    ({ name, values: x }, k): Trace => ({
      type: "histogram",
      x,
      name,
      histnorm: options.density ? "probability density" : undefined,
      // The last bin is closed, so that the largest value has a place in it.
      xbins: size ? { start: low, end: high + size * 1e-9, size: size * (1 + 1e-9) } : undefined,
      marker: { color: colorOf(k) },
      opacity: lists.length > 1 ? 0.6 : undefined,
    }),
  );
  const yLabel = options.yLabel ?? (options.density ? "density" : "count");
  return new Figure({
    data,
    layout: { barmode: "overlay", bargap: 0.02, ...layoutFrom({ ...options, yLabel }) },
  });
}

/** Settings of `plot.box`. */
export interface BoxOptions extends PlotOptions {
  /** Also draw every value beside its box. */
  points?: boolean;
}

/**
 * Median, quartiles and whiskers of named lists.
 * @example
 * ```ts
 * plot.box({ a: [1, 2, 3, 9], b: [2, 3, 4] });
 * ```
 */
export function box(values: Record<string, Numbers>, options: BoxOptions = {}): Figure {
  const data = namedLists(values, "plot.box()").map(
    ({ name, values: y }, k): Trace => ({
      type: "box",
      y,
      name,
      marker: { color: colorOf(k), size: 3 },
      boxpoints: options.points ? "all" : "outliers",
      jitter: 0.4,
    }),
  );
  return new Figure({ data, layout: { showlegend: false, ...layoutFrom(options) } });
}
