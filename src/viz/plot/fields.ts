/**
 * Plots of matrices and functions of two variables: heat maps, contours, and sheets of small pictures.
 */

import { Tensor } from "../../tensor/index.ts";
import { Figure, type Layout, type Trace } from "../figure.ts";
import { type ColorScale, diverging, ink, sequential } from "../palette.ts";
import {
  colorTitle,
  layoutFrom,
  type Matrix,
  matrixOf,
  type Numbers,
  numbersOf,
  type PlotOptions,
  sameLength,
} from "./options.ts";

export interface FieldOptions extends PlotOptions {
  /** Signed values: white at zero, blue below, red above, both sides to the same depth. */
  signed?: boolean;
  /** The values at the ends of the colour scale. */
  range?: readonly [number, number];
  colorScale?: ColorScale;
  colorLabel?: string;
}

/** Settings of `plot.heatmap`. */
export interface HeatmapOptions extends FieldOptions {
  /** Column positions or names; rows likewise. */
  x?: Numbers | readonly string[];
  y?: Numbers | readonly string[];
  /** Write each value into its cell. */
  showValues?: boolean;
}

/**
 * A matrix as colours, row 0 on top as it is written; with numeric `y`, upwards as a graph.
 * @example
 * ```ts
 * plot.heatmap([[1, 2], [3, 4]], { showValues: true });
 * ```
 */
export function heatmap(matrix: Matrix, options: HeatmapOptions = {}): Figure {
  const z = matrixOf(matrix, "plot.heatmap()");
  const x = positions(options.x, z[0]?.length ?? 0, "plot.heatmap(): x");
  const y = positions(options.y, z.length, "plot.heatmap(): y");
  const upwards = y !== undefined && typeof y[0] === "number";
  const text = options.showValues
    ? z.map((row) => row.map((v) => String(Number(v.toPrecision(3)))))
    : undefined;
  const trace: Trace = {
    type: "heatmap",
    z,
    x,
    y,
    ...colors(z, options),
    ...(text ? { text, texttemplate: "%{text}" } : {}),
  };
  const layout = layoutFrom(options);
  const named = (list: (string | number)[] | undefined): Layout =>
    list && typeof list[0] === "string" ? { type: "category" } : {};
  layout["xaxis"] = { showgrid: false, ...named(x), ...layout["xaxis"] };
  layout["yaxis"] = {
    showgrid: false,
    ...named(y),
    ...(upwards ? {} : { autorange: "reversed" }),
    ...layout["yaxis"],
  };
  return new Figure({ data: [trace], layout });
}

/** Settings of `plot.contour`. */
export interface ContourOptions extends FieldOptions {
  /** For a function: the region, by default [−3, 3]. For a matrix: the positions of columns and rows. */
  x?: readonly [number, number] | Numbers;
  y?: readonly [number, number] | Numbers;
  /** For a function: points along each side. Default 81. */
  resolution?: number;
  /** About how many levels. Default 12. */
  levels?: number;
  /** Lines only, with their values, instead of filled areas. */
  lines?: boolean;
}

/**
 * Lines of equal height of a function or matrix.
 * @example
 * ```ts
 * plot.contour((x, y) => x * x + y * y);
 * ```
 */
export function contour(
  field: Matrix | ((x: number, y: number) => number),
  options: ContourOptions = {},
): Figure {
  const n = options.resolution ?? 81;
  const sampled = typeof field === "function";
  const x = sampled ? grid(options.x, n, "x") : positions(options.x as Numbers, -1, "plot.contour(): x");
  const y = sampled ? grid(options.y, n, "y") : positions(options.y as Numbers, -1, "plot.contour(): y");
  const z = sampled
    ? (y as number[]).map((b) => (x as number[]).map((a) => field(a, b)))
    : matrixOf(field, "plot.contour()");
  if (x) sameLength(x, z[0] ?? [], "plot.contour(): x and the columns differ in number");
  if (y) sameLength(y, z, "plot.contour(): y and the rows differ in number");
  const lines = options.lines ?? false;
  const trace: Trace = {
    type: "contour",
    z,
    x,
    y,
    ...colors(z, options),
    autocontour: false,
    contours: {
      ...levelsOf(z, options),
      ...(lines ? { coloring: "lines", showlabels: true, labelfont: { size: 10 } } : {}),
    },
    showscale: !lines,
    line: lines ? { width: 1.5 } : { width: 0.5, color: "#444444" },
  };
  return new Figure({ data: [trace], layout: layoutFrom(options) });
}

/** Round heights, about `levels` of them, between the smallest and the largest value. */
function levelsOf(z: number[][], options: ContourOptions): { start: number; end: number; size: number } {
  const { zmin, zmax } = colors(z, options);
  const rough = (zmax - zmin) / (options.levels ?? 12);
  if (!(rough > 0))
    throw new RangeError("plot.contour(): the field has one value everywhere, so there are no contours.");
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = power * ([1, 2, 2.5, 5, 10].find((step) => step * power >= rough * 0.9) ?? 10);
  const tidy = (x: number): number => Number((x * size).toPrecision(12));
  return { start: tidy(Math.ceil(zmin / size)), end: tidy(Math.floor(zmax / size)), size };
}

function grid(range: ContourOptions["x"], n: number, name: string): number[] {
  const [low, high] = range ? numbersOf(range as Numbers, `plot.contour(): ${name}`) : [-3, 3];
  if (!(high > low) || (range !== undefined && (range as ArrayLike<number>).length !== 2))
    throw new RangeError(`plot.contour(): for a function, ${name} is a range [low, high].`);
  return Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1));
}

function positions(
  given: Numbers | readonly string[] | undefined,
  count: number,
  what: string,
): (number | string)[] | undefined {
  if (given === undefined) return undefined;
  const first = given instanceof Tensor ? undefined : given[0];
  const list =
    typeof first === "string" ? [...(given as readonly string[])] : numbersOf(given as Numbers, what);
  if (count >= 0) sameLength(list, { length: count }, `${what} and the matrix differ in number`);
  return list;
}

function colors(z: number[][], o: FieldOptions): Trace {
  let [low, high] = o.range ?? [Infinity, -Infinity];
  if (!o.range)
    for (const row of z)
      for (const v of row)
        if (Number.isFinite(v)) {
          low = Math.min(low, v);
          high = Math.max(high, v);
        }
  if (o.signed && !o.range) {
    high = Math.max(Math.abs(low), Math.abs(high));
    low = -high;
  }
  const title = colorTitle(o.colorLabel);
  return {
    zmin: Number.isFinite(low) ? low : undefined,
    zmax: Number.isFinite(high) ? high : undefined,
    colorscale: o.colorScale ?? (o.signed ? diverging : sequential),
    colorbar: title ? { title } : undefined,
  };
}

/** Settings of `plot.images`. */
export interface ImagesOptions {
  title?: string;
  /** Pictures side by side. By default as many as make the sheet twice as wide as high. */
  columns?: number;
  /** A line under each picture. */
  captions?: readonly (string | number)[];
  /** Height and width of one picture, when it is given as a flat row. By default square. */
  shape?: readonly [number, number];
  /** Signed values in blue and red; by default black on white. */
  signed?: boolean;
  /** The values that are white and black; by default the smallest and largest of all. */
  range?: readonly [number, number];
  /** px of one picture's width. By default so that the sheet is at most 640 wide. */
  size?: number;
  colorScale?: ColorScale;
}

/**
 * A sheet of pictures: N × H × W, or N rows of H·W numbers (digits: 8 × 8, weights of a layer, …).
 * @example
 * ```ts
 * plot.images(digits().images.index("0:10"), { columns: 5 });
 * ```
 */
export function images(pictures: Tensor | readonly ArrayLike<number>[], options: ImagesOptions = {}): Figure {
  const { flat, h, w } = readPictures(pictures, options.shape);
  const n = flat.length;
  const columns = Math.max(1, Math.min(n, options.columns ?? Math.ceil(Math.sqrt(2 * n))));
  const rows = Math.ceil(n / columns);
  const captions = options.captions?.map(String);
  if (captions) sameLength(captions, flat, "plot.images(): captions and pictures differ in number");
  const size = options.size ?? Math.max(18, Math.min(72, Math.floor(620 / columns) - 6));
  const pixel = size / w;
  // Gaps in whole picture elements, so that one heat map holds the whole sheet.
  const gapX = Math.max(1, Math.round(5 / pixel));
  const gapY = Math.max(gapX, captions ? Math.ceil(17 / pixel) : 0);
  const [width, height] = [columns * (w + gapX) - gapX, rows * (h + gapY) - (captions ? 0 : gapY)];
  const z: (number | null)[][] = Array.from({ length: height }, () => new Array(width).fill(null));
  for (const [k, picture] of flat.entries()) {
    const [top, left] = [Math.floor(k / columns) * (h + gapY), (k % columns) * (w + gapX)];
    for (let i = 0; i < h; i++) for (let j = 0; j < w; j++) z[top + i][left + j] = picture[i * w + j];
  }
  const scale = options.colorScale ?? (options.signed ? diverging : ink);
  const trace: Trace = {
    type: "heatmap",
    z,
    ...colors(flat, { signed: options.signed, range: options.range, colorScale: scale }),
    showscale: false,
    hoverinfo: "z",
  };
  // Long captions in smaller letters, so that neighbours do not run into each other.
  const longest = Math.max(1, ...(captions ?? []).map((text) => text.length));
  const captionSize = Math.max(6, Math.min(11, Math.floor(((w + gapX) * pixel) / (longest * 0.6))));
  const top = options.title ? 44 : 8;
  const hidden = { visible: false, automargin: false };
  const layout: Layout = {
    width: Math.round(width * pixel) + 16,
    height: Math.round(height * pixel) + top + 8,
    margin: { l: 8, r: 8, t: top, b: 8 },
    ...(options.title ? { title: { text: options.title } } : {}),
    xaxis: { ...hidden, range: [-0.5, width - 0.5] },
    yaxis: { ...hidden, range: [height - 0.5, -0.5], scaleanchor: "x", constrain: "domain" },
    annotations: (captions ?? []).map((text, k) => ({
      text,
      x: (k % columns) * (w + gapX) + (w - 1) / 2,
      y: Math.floor(k / columns) * (h + gapY) + h - 0.5,
      yanchor: "top",
      showarrow: false,
      font: { size: captionSize },
      borderpad: 0,
    })),
  };
  return new Figure({ data: [trace], layout });
}

function readPictures(
  pictures: Tensor | readonly ArrayLike<number>[],
  shape: readonly [number, number] | undefined,
): { flat: number[][]; h: number; w: number } {
  const isTensor = pictures instanceof Tensor;
  if (isTensor && pictures.rank !== 2 && pictures.rank !== 3)
    throw new RangeError(
      `plot.images(): give N × H × W or N × (H·W); the tensor has shape [${pictures.shape.join(", ")}].`,
    );
  const own = isTensor && pictures.rank === 3 ? pictures.shape.slice(1) : shape;
  const values = isTensor ? pictures.values() : undefined;
  const length = isTensor ? pictures.size / Math.max(1, pictures.shape[0]) : 0;
  const flat = values
    ? Array.from({ length: (pictures as Tensor).shape[0] }, (_, k) =>
        Array.from(values.subarray(k * length, (k + 1) * length)),
      )
    : matrixOf(pictures as readonly ArrayLike<number>[], "plot.images()");
  if (flat.length === 0) throw new RangeError("plot.images(): there are no pictures.");
  const side = Math.sqrt(flat[0].length);
  const [h, w] = own ?? [side, side];
  if (!Number.isInteger(h) || !Number.isInteger(w) || h * w !== flat[0].length)
    throw new RangeError(
      `plot.images(): ${flat[0].length} numbers a picture are no ${own ? `${h} × ${w}` : "square"} picture; give shape: [height, width].`,
    );
  return { flat, h, w };
}
