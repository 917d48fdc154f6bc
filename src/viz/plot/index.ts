/** Ready-made figures: `plot.line`, `plot.scatter`, `plot.heatmap`, … Each gives a Figure. */

export {
  type ContourOptions,
  contour,
  type HeatmapOptions,
  heatmap,
  type ImagesOptions,
  images,
} from "./fields.ts";
export type { Matrix, Numbers, PlotOptions } from "./options.ts";
export {
  type BarOptions,
  type BoxOptions,
  bar,
  box,
  type HistogramOptions,
  histogram,
  type LineOptions,
  line,
  type ScatterOptions,
  scatter,
} from "./series.ts";
export { type SubplotOptions, subplots } from "./subplots.ts";
