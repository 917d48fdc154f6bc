/**
 * plotly.js without a browser: a figure in, its SVG out, in one synchronous call.
 *
 * The cartesian bundle runs in jsdom with the few answers a browser would give (see svg-measure.ts and
 * png.ts). It is loaded on the first figure (about a second); a figure then takes 50–250 ms. A trace
 * type this cannot draw is refused by name: a figure is never drawn with something missing.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { PaintContext } from "./png.ts";
import { boxOf, boxOnPage } from "./svg-measure.ts";
import { pathLength, pointAlong } from "./svg-path.ts";

/** Trace types that are drawn, and tested to be. */
export const drawableTypes: readonly string[] = [
  "bar",
  "box",
  "contour",
  "heatmap",
  "histogram",
  "histogram2d",
  "histogram2dcontour",
  "pie",
  "scatter",
  "violin",
];

/**
 * A figure that cannot be drawn without a browser; the message names the trace.
 * @example
 * ```ts
 * figureToSvg({ data: [{ type: "scatter3d", x: [1], y: [1], z: [1] }] }); // throws FigureError
 * ```
 */
export class FigureError extends Error {
  override name = "FigureError";
}

interface Plotly {
  newPlot(element: Element, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  purge(element: Element): void;
  validate(data: unknown, layout: unknown): { code: string; path: unknown; msg: string }[] | undefined;
  Snapshot: { toSVG(element: Element, format: string, scale: number): string };
}

interface Host {
  window: any;
  plotly: Plotly;
}

// Each figure leaves a little behind in plotly.js and in jsdom: a fresh window now and then frees it.
const figuresPerWindow = 100;

let host: Host | undefined;
let drawn = 0;

/**
 * The figure as an SVG document. The same figure gives the same bytes.
 * @throws FigureError when a trace type cannot be drawn or the figure is not valid.
 */
export function plotlyToSvg(figure: { data: readonly any[]; layout: any }): string {
  refuseUnknownTypes(figure.data);
  if (host && ++drawn % figuresPerWindow === 0) {
    host.window.close();
    host = undefined;
  }
  host ??= startHost();
  const { window, plotly } = host;
  const json = JSON.stringify({ data: figure.data, layout: figure.layout });
  const { data, layout } = window.JSON.parse(json);
  refuseInvalid(plotly.validate(data, layout) ?? [], data);
  // Ids inside the picture come from plotly's random numbers: make them a function of the figure.
  window.Math.random = streamFrom(json);
  const element = window.document.createElement("div");
  window.document.body.appendChild(element);
  try {
    let failure: unknown;
    plotly.newPlot(element, data, layout, { staticPlot: true }).catch((error) => {
      failure = error;
    });
    if (failure || !element.querySelector("svg")) throw failure ?? new Error("plotly.js drew nothing");
    return tidy(plotly.Snapshot.toSVG(element, "svg", 1));
  } catch (error) {
    if (error instanceof FigureError) throw error;
    throw new FigureError(`The figure could not be drawn: ${(error as Error).message ?? error}`, {
      cause: error,
    });
  } finally {
    plotly.purge(element);
    element.remove();
  }
}

function refuseUnknownTypes(data: readonly any[]): void {
  for (const [i, trace] of data.entries()) {
    const type = trace?.type ?? "scatter";
    if (!drawableTypes.includes(type))
      throw new FigureError(
        `Trace ${i} has type "${type}", which cannot be drawn without a browser, so it would be missing from ` +
          `the PDF. Use one of: ${drawableTypes.join(", ")}.`,
      );
  }
}

function refuseInvalid(problems: { code: string; path: unknown; msg: string }[], data: any[]): void {
  const bad = problems.find((p) => p.code !== "unused" && p.code !== "invisible");
  if (bad) throw new FigureError(`The figure is not valid: ${bad.msg}.`);
  const hidden = problems.find((p) => p.code === "invisible");
  if (hidden) {
    const index = Array.isArray(hidden.path) ? Number(hidden.path[0]) : Number.NaN;
    const trace = data[Number.isNaN(index) ? 0 : index];
    if (trace?.visible !== false)
      throw new FigureError(`The figure would be drawn without one of its traces: ${hidden.msg}.`);
  }
}

function startHost(): Host {
  const require = createRequire(import.meta.url);
  const { JSDOM, VirtualConsole } = require("jsdom") as typeof import("jsdom");
  // runScripts lets plotly.js run in the window; only this file's code is ever given to it.
  const { window } = new JSDOM("<!DOCTYPE html><body></body>", {
    runScripts: "outside-only",
    pretendToBeVisual: false,
    virtualConsole: new VirtualConsole(),
  }) as any;
  window.URL.createObjectURL = () => "";
  window.requestAnimationFrame = (run: (time: number) => void) => window.setTimeout(run, 0, 0);
  const rect = (b: { x: number; y: number; width: number; height: number }) => ({
    ...b,
    left: b.x,
    top: b.y,
    right: b.x + b.width,
    bottom: b.y + b.height,
  });
  Object.assign(window.SVGElement.prototype, {
    getBBox(this: Element) {
      return boxOf(this);
    },
    getBoundingClientRect(this: Element) {
      return rect(boxOnPage(this));
    },
    getTotalLength(this: Element) {
      return pathLength(this.getAttribute("d") ?? "");
    },
    getPointAtLength(this: Element, distance: number) {
      return pointAlong(this.getAttribute("d") ?? "", distance);
    },
  });
  const contexts = new WeakMap<object, PaintContext>();
  window.HTMLCanvasElement.prototype.getContext = function getContext() {
    if (!contexts.has(this)) contexts.set(this, new PaintContext(this));
    return contexts.get(this);
  };
  window.HTMLCanvasElement.prototype.toDataURL = function toDataURL() {
    return this.getContext("2d").toDataURL();
  };
  window.eval(readFileSync(require.resolve("plotly.js-cartesian-dist-min"), "utf8"));
  return { window, plotly: window.Plotly };
}

/** Numbers from [0, 1) that depend on the text alone. */
function streamFrom(text: string): () => number {
  let state = createHash("sha256").update(text).digest().readUInt32LE(0);
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

/** Without what only a page needs: classes, events, what is invisible, digits that no eye can see. */
function tidy(svg: string): string {
  const round = (text: string): string => String(Math.round(Number(text) * 100) / 100);
  let out = svg
    .replace(/ (?:class|pointer-events|data-[\w-]+|transform)="(?:[^"]*)"/g, (found) =>
      found.startsWith(" transform=") && found !== ' transform=""' ? found : "",
    )
    .replace(/ ?(?:pointer-events: [\w-]+|vector-effect: none|opacity: 1|(?:fill|stroke)-opacity: 1);/g, "")
    .replace(/ style="\s*"/g, "")
    .replace(/<(?:path|rect)(?: [^<>]*style="fill: rgb\([\d, ]+\); fill-opacity: 0;"[^<>]*)\/>/g, "")
    .replace(/<path(?: transform="[^"]*")?\/>/g, "")
    .replace(/<rect(?: [^<>]*)? width="0" height="0"[^<>]*\/>/g, "")
    .replace(/ (?:d|x|y|width|height|transform|points)="[^"]*"/g, (found) =>
      found.replace(/-?\d+\.\d{3,}(?![\de])/g, round),
    )
    .replaceAll("\u200b", "");
  for (let before = ""; before !== out; ) {
    before = out;
    out = out.replace(/<g(?: [^<>]*)?\/>/g, "").replace(/<g(?: [^<>]*)?><\/g>/g, "");
  }
  return out;
}
