/** Everything that shows: formulas, figures, drawings of graphs, tables, progress. */

export { type CurvesOptions, liveCurves } from "./curves.ts";
export * from "./display.ts";
export { escapeHtml, escapeTex } from "./escape.ts";
export { type EllipseOptions, Figure, figureToSvg, type Layout, type Trace } from "./figure.ts";
export { duration, shortNumber } from "./format.ts";
export { drawGraph, Graph, type GraphEdge, type GraphNode, type GraphSpec, graph } from "./graph.ts";
export { collapseGroup, colorPaths } from "./graph-edit.ts";
export { type Macros, MathError, type MathOptions, MathSetter, type MathSvg, texToSvg } from "./math.ts";
export { colorOf, palette } from "./palette.ts";
export * as plot from "./plot/index.ts";
export { drawableTypes, FigureError } from "./plotly.ts";
export { Progress, type ProgressOptions, progress } from "./progress.ts";
export { Table, type TableOptions, table } from "./table.ts";
export type { TableSource } from "./table-source.ts";
