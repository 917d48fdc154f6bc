/**
 * Colours that stay apart for colour-blind readers and on paper, and the look of all figures.
 *
 * Categories: Okabe and Ito's palette (2008), two more for ten classes. Amounts: Viridis. Signed
 * amounts: blue through white to red-orange. Figures are white with dark text, in any theme.
 */

export const palette: readonly string[] = [
  "#0072B2",
  "#D55E00",
  "#009E73",
  "#CC79A7",
  "#E69F00",
  "#56B4E9",
  "#000000",
  "#F0E442",
  "#7F7F7F",
  "#882255",
];

/**
 * The colour of category `i`, repeating after ten.
 * @example
 * ```ts
 * colorOf(0); // → #0072B2
 * ```
 */
export function colorOf(i: number): string {
  return palette[((i % palette.length) + palette.length) % palette.length];
}

/** Marker shapes for categories, so that colour is not the only difference. */
export const symbols: readonly string[] = [
  "circle",
  "square",
  "diamond",
  "cross",
  "x",
  "triangle-up",
  "triangle-down",
  "star",
  "pentagon",
  "hexagon",
];

export type ColorScale = readonly (readonly [number, string])[];

export const sequential: ColorScale = [
  [0, "#440154"],
  [0.125, "#472d7b"],
  [0.25, "#3b528b"],
  [0.375, "#2c728e"],
  [0.5, "#21918c"],
  [0.625, "#28ae80"],
  [0.75, "#5ec962"],
  [0.875, "#addc30"],
  [1, "#fde725"],
];

export const diverging: ColorScale = [
  [0, "#053061"],
  [0.15, "#2166ac"],
  [0.3, "#67a9cf"],
  [0.45, "#d1e5f0"],
  [0.5, "#f7f7f7"],
  [0.55, "#fddbc7"],
  [0.7, "#ef8a62"],
  [0.85, "#b2182b"],
  [1, "#67001f"],
];

/** Ink on paper: for pictures of digits. */
export const ink: ColorScale = [
  [0, "#ffffff"],
  [1, "#000000"],
];

const axis = {
  showline: true,
  linecolor: "#444444",
  linewidth: 1,
  ticks: "outside",
  ticklen: 4,
  tickcolor: "#444444",
  gridcolor: "#e4e4e4",
  zeroline: false,
  automargin: true,
  exponentformat: "power",
  title: { standoff: 8 },
};

const colorbar = { thickness: 14, outlinewidth: 0, ticks: "outside", ticklen: 3, exponentformat: "power" };
const field = [{ colorscale: sequential, colorbar }];

/** plotly's template: what a figure looks like where it does not say otherwise. */
export const template = {
  layout: {
    font: { family: "sans-serif", size: 13, color: "#222222" },
    title: { font: { size: 15 }, x: 0.5, xanchor: "center", y: 0.97, yanchor: "top" },
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    colorway: palette,
    margin: { l: 60, r: 20, t: 24, b: 50 },
    xaxis: axis,
    yaxis: axis,
    hovermode: "closest",
    legend: { bgcolor: "rgba(255,255,255,0.85)", borderwidth: 0, tracegroupgap: 4 },
    bargap: 0.2,
  },
  data: {
    heatmap: field,
    contour: field,
    histogram2d: field,
    histogram2dcontour: field,
    histogram: [{ marker: { line: { color: "#ffffff", width: 1 } } }],
    scatter: [{ line: { width: 2 }, marker: { size: 6 } }],
  },
};
