/**
 * Several figures as one: each keeps its axes, titles and colour bar, in a cell of a grid.
 */

import { Figure, type Layout, type Trace } from "../figure.ts";

/** Settings of `plot.subplots`. */
export interface SubplotOptions {
  title?: string;
  /** Cells side by side. By default all up to 3. */
  columns?: number;
  /** px of the whole; by default 300 × 270 a cell. */
  width?: number;
  height?: number;
}

/**
 * Several figures in one, row by row.
 * @example
 * ```ts
 * plot.subplots([plot.line([3, 2, 1]), plot.bar({ cat: 3, dog: 5 })], { columns: 2 });
 * ```
 */
export function subplots(figures: readonly Figure[], options: SubplotOptions = {}): Figure {
  if (!Array.isArray(figures) || figures.length === 0 || figures.some((f) => !(f instanceof Figure)))
    throw new TypeError("plot.subplots(): give an array of figures.");
  const columns = Math.min(figures.length, options.columns ?? Math.min(3, figures.length));
  const rows = Math.ceil(figures.length / columns);
  const width = options.width ?? Math.max(420, 300 * columns);
  const top = options.title ? 72 : 40;
  const height = options.height ?? 270 * rows + top - 40;
  const margin = { l: 60, r: 20, t: top, b: 50 };
  const inner = { width: width - margin.l - margin.r, height: height - margin.t - margin.b };
  const gap = { x: 64 / inner.width, y: 84 / inner.height };
  const cell = { w: (1 - gap.x * (columns - 1)) / columns, h: (1 - gap.y * (rows - 1)) / rows };

  const data: Trace[] = [];
  const annotations: Layout[] = [];
  const layout: Layout = { width, height, margin };
  const named = new Set<string>();
  for (const [i, figure] of figures.entries()) {
    const left = share((i % columns) * (cell.w + gap.x));
    const bottom = share(1 - Math.floor(i / columns) * (cell.h + gap.y) - cell.h);
    const suffix = i === 0 ? "" : String(i + 1);
    refuseSeveralAxes(figure, i);
    const bar = figure.data.some(hasColorBar);
    // A colour bar takes its place from its own cell.
    const right = share(left + cell.w - (bar ? 44 / inner.width : 0));
    for (const trace of figure.data)
      data.push(placeTrace(trace, suffix, { right, bottom, h: cell.h }, named));
    const own = figure.layout;
    layout[`xaxis${suffix}`] = { ...own["xaxis"], domain: [left, right], anchor: `y${suffix}` };
    layout[`yaxis${suffix}`] = {
      ...own["yaxis"],
      domain: [bottom, share(bottom + cell.h)],
      anchor: `x${suffix}`,
      ...(own["yaxis"]?.scaleanchor ? { scaleanchor: `x${suffix}`, constrain: "domain" } : {}),
    };
    if (own["yaxis"]?.scaleanchor) layout[`xaxis${suffix}`].constrain = "domain";
    for (const key of ["barmode", "bargap"]) if (key in own) layout[key] = own[key];
    const shrink = Math.min(1, (inner.width * cell.w) / (own["width"] - 16));
    for (const note of own["annotations"] ?? []) {
      const font = { ...note.font, size: Math.max(7, Math.round((note.font?.size ?? 12) * shrink)) };
      annotations.push({ ...note, ...reference(note, suffix), font });
    }
    const title = typeof own["title"] === "string" ? own["title"] : own["title"]?.text;
    if (title)
      annotations.push({
        text: title,
        x: (left + right) / 2,
        y: bottom + cell.h,
        xref: "paper",
        yref: "paper",
        xanchor: "center",
        yanchor: "bottom",
        yshift: 4,
        showarrow: false,
        font: { size: 14 },
      });
  }
  if (options.title) layout["title"] = { text: options.title };
  layout["annotations"] = annotations;
  layout["showlegend"] = named.size > 0;
  return new Figure({ data, layout });
}

/** A share of the whole, free of rounding beyond its ends. */
function share(x: number): number {
  return Math.min(1, Math.max(0, Math.round(x * 1e6) / 1e6));
}

function placeTrace(
  trace: Trace,
  suffix: string,
  at: { right: number; bottom: number; h: number },
  named: Set<string>,
): Trace {
  const placed: Trace = { ...trace, xaxis: `x${suffix}`, yaxis: `y${suffix}` };
  const name = trace["name"];
  const inLegend = name !== undefined && trace["showlegend"] !== false && trace.type !== "box";
  placed["showlegend"] = inLegend && !named.has(name);
  if (inLegend) {
    named.add(name);
    placed["legendgroup"] = name;
  }
  const place = {
    x: at.right,
    xpad: 6,
    y: at.bottom + at.h / 2,
    len: at.h,
    lenmode: "fraction",
    thickness: 10,
  };
  if (trace["marker"]?.showscale)
    placed["marker"] = { ...trace["marker"], colorbar: { ...trace["marker"].colorbar, ...place } };
  else if (hasColorBar(trace)) placed["colorbar"] = { ...trace["colorbar"], ...place };
  return placed;
}

function hasColorBar(trace: Trace): boolean {
  if (trace["marker"]?.showscale) return true;
  const kinds = ["heatmap", "contour", "histogram2d", "histogram2dcontour"];
  return kinds.includes(trace.type ?? "") && trace["showscale"] !== false;
}

function reference(note: Layout, suffix: string): Layout {
  if (note["xref"] === "paper" || note["yref"] === "paper")
    throw new RangeError(
      "plot.subplots(): annotations placed on the paper have no place in a cell; use axis coordinates.",
    );
  return { xref: `x${suffix}`, yref: `y${suffix}` };
}

function refuseSeveralAxes(figure: Figure, i: number): void {
  const axes = Object.keys(figure.layout).filter((key) => /^[xy]axis\d+$/.test(key));
  if (axes.length > 0 || figure.data.some((trace) => trace.type === "pie"))
    throw new RangeError(
      `plot.subplots(): figure ${i} must have one x and one y axis; it has ${axes.join(", ") || "none"}.`,
    );
}
