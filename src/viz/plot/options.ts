/**
 * What all plots share: their words and axes, and reading numbers from arrays and tensors.
 */

import { Tensor } from "../../tensor/index.ts";
import type { Layout } from "../figure.ts";

/** A list of numbers: an array, a typed array, or a tensor (read in row-major order). */
export type Numbers = ArrayLike<number> | Tensor;

/** A table of numbers: rows, or a tensor of rank 2. */
export type Matrix = Tensor | readonly ArrayLike<number>[];

/** What all plots take. */
export interface PlotOptions {
  title?: string;
  xLabel?: string;
  yLabel?: string;
  /** px. Default 640 × 400. */
  width?: number;
  height?: number;
  logX?: boolean;
  logY?: boolean;
  xRange?: readonly [number, number];
  yRange?: readonly [number, number];
  /** One unit as long on x as on y. */
  equalAxes?: boolean;
  /** By default shown when there is more than one name. */
  legend?: boolean;
  /** Anything else of plotly's layout; wins over the above. */
  layout?: Layout;
}

export function layoutFrom(o: PlotOptions): Layout {
  const axis = (label?: string, log?: boolean, range?: readonly [number, number]): Layout => ({
    ...(label ? { title: { text: label } } : {}),
    ...(log ? { type: "log" } : {}),
    ...(range ? { range: log ? range.map(Math.log10) : [...range] } : {}),
  });
  const { xaxis, yaxis, ...rest } = o.layout ?? {};
  return {
    width: o.width ?? 640,
    height: o.height ?? 400,
    ...(o.title ? { title: { text: o.title }, margin: { l: 60, r: 20, t: 48, b: 50 } } : {}),
    ...(o.legend === undefined ? {} : { showlegend: o.legend }),
    xaxis: { ...axis(o.xLabel, o.logX, o.xRange), ...xaxis },
    yaxis: {
      ...axis(o.yLabel, o.logY, o.yRange),
      ...(o.equalAxes ? { scaleanchor: "x", scaleratio: 1 } : {}),
      ...yaxis,
    },
    ...rest,
  };
}

export function numbersOf(values: Numbers, what: string): number[] {
  if (values instanceof Tensor) return Array.from(values.values());
  if (values === null || typeof values !== "object" || typeof values.length !== "number")
    throw new TypeError(`${what}: expected numbers (an array or a tensor); got ${typeof values}.`);
  const list = Array.from(values);
  const bad = list.findIndex((v) => typeof v !== "number");
  if (bad >= 0) throw new TypeError(`${what}: element ${bad} is ${typeof list[bad]}, not a number.`);
  return list;
}

export function matrixOf(values: Matrix, what: string): number[][] {
  if (values instanceof Tensor) {
    if (values.rank !== 2)
      throw new RangeError(`${what}: expected a matrix; the tensor has shape [${values.shape.join(", ")}].`);
    return values.toArray();
  }
  if (!Array.isArray(values)) throw new TypeError(`${what}: expected rows of numbers or a tensor of rank 2.`);
  const rows = values.map((row, i) => numbersOf(row, `${what}: row ${i}`));
  const odd = rows.findIndex((row) => row.length !== rows[0].length);
  if (odd > 0)
    throw new RangeError(`${what}: row ${odd} has ${rows[odd].length} numbers, row 0 has ${rows[0].length}.`);
  return rows;
}

/** Several named lists, or one without a name. */
export function namedLists(
  values: Numbers | Record<string, Numbers>,
  what: string,
): { name: string | undefined; values: number[] }[] {
  const single = values instanceof Tensor || Array.isArray(values) || ArrayBuffer.isView(values);
  if (single) return [{ name: undefined, values: numbersOf(values as Numbers, what) }];
  if (values === null || typeof values !== "object")
    throw new TypeError(`${what}: expected numbers, or an object of named lists; got ${typeof values}.`);
  return Object.entries(values).map(([name, list]) => ({
    name,
    values: numbersOf(list, `${what} "${name}"`),
  }));
}

export function sameLength(a: { length: number }, b: { length: number }, message: string): void {
  if (a.length !== b.length) throw new RangeError(`${message}: ${a.length} and ${b.length}.`);
}

/** The title above a colour bar; the empty second line keeps it off the topmost number. */
export function colorTitle(label: string | undefined): Layout | undefined {
  return label ? { text: `${label}<br>\u00a0`, side: "top", font: { size: 12 } } : undefined;
}
