/**
 * A figure: plotly's data and layout, shown in three forms at once.
 *
 * JupyterLab draws the plotly form interactively; the SVG is for the PDF, for pages without plotly and
 * for print; the text says what was drawn. All three travel in the notebook, so an export never has to
 * run anything.
 */

import { inspect } from "node:util";
import { Tensor } from "../tensor/index.ts";
import { type Displayable, displaySymbol, type MimeBundle } from "./display.ts";
import { colorOf, template } from "./palette.ts";
import { plotlyToSvg } from "./plotly.ts";

/** One plotly trace: https://plotly.com/javascript/reference/. Tensors and typed arrays may stand for arrays. */
export interface Trace {
  type?: string;
  [attribute: string]: any;
}

/** plotly's layout. */
export interface Layout {
  [attribute: string]: any;
}

/** How `ellipses` draws. */
export interface EllipseOptions {
  /** Radii in standard deviations. Default [1, 2]. */
  sigmas?: readonly number[];
  colors?: readonly string[];
  names?: readonly string[];
}

/**
 * A plotly figure: `data` and `layout` are plotly's own. Shows itself interactively in a notebook, as SVG elsewhere.
 * @example
 * ```ts
 * new Figure({ data: [{ type: "bar", x: ["a", "b"], y: [2, 5] }], layout: { title: "Counts" } }); // → Figure "Counts": bar
 * ```
 */
export class Figure implements Displayable {
  readonly data: Trace[];
  readonly layout: Layout;

  constructor(figure: { data: readonly Trace[]; layout?: Layout }) {
    if (!Array.isArray(figure?.data))
      throw new TypeError("Figure: data must be an array of traces: new Figure({ data: [{ x, y }] }).");
    this.data = [...figure.data];
    this.layout = { width: 640, height: 400, ...figure.layout };
  }

  /** Draws more into the same axes: traces, or all traces of another figure. */
  add(...more: (Trace | Figure)[]): this {
    for (const each of more) this.data.push(...(each instanceof Figure ? each.data : [each]));
    return this;
  }

  /**
   * The ellipses {x : (x − μ)ᵀ Σ⁻¹ (x − μ) = s²} of 2-D normal distributions, s from `sigmas`.
   * @param means K × 2, @param covariances K × 2 × 2 (symmetric, positive definite)
   */
  ellipses(
    means: Tensor | readonly (readonly number[])[],
    covariances: Tensor | readonly (readonly (readonly number[])[])[],
    options: EllipseOptions = {},
  ): this {
    const centres: number[][] = plain(means);
    const spreads: number[][][] = plain(covariances);
    if (centres.length !== spreads.length || centres.some((m) => m.length !== 2))
      throw new RangeError(
        `ellipses(): ${centres.length} means and ${spreads.length} covariances; give K means of 2 numbers ` +
          "and K 2 × 2 covariances.",
      );
    for (const [k, [mx, my]] of centres.entries()) {
      const [a, b, c] = factor(spreads[k], k);
      const color = options.colors?.[k] ?? colorOf(k);
      const name = options.names?.[k];
      const drawn = (options.sigmas ?? [1, 2]).map((s): [number[], number[]] => {
        const angles = Array.from({ length: 73 }, (_, i) => (i * Math.PI) / 36);
        const xs = angles.map((t) => mx + s * a * Math.cos(t));
        return [xs, angles.map((t) => my + s * (b * Math.cos(t) + c * Math.sin(t)))];
      });
      const x = drawn.flatMap(([xs]) => [...xs, null]);
      const y = drawn.flatMap(([, ys]) => [...ys, null]);
      const line = { color, width: 2 };
      this.add({
        type: "scatter",
        mode: "lines",
        x,
        y,
        line,
        name,
        showlegend: name !== undefined,
        hoverinfo: "skip",
      });
      const marker = { symbol: "x-thin", size: 9, line: { color, width: 2 } };
      this.add({
        type: "scatter",
        mode: "markers",
        x: [mx],
        y: [my],
        marker,
        showlegend: false,
        hoverinfo: "skip",
      });
    }
    return this;
  }

  /** What plotly reads, free of typed arrays, tensors and NaN (a gap is null). */
  toJSON(): { data: any[]; layout: any } {
    return { data: this.data.map(plain), layout: plain({ template, ...this.layout }) };
  }

  /** A self-contained SVG document, the same bytes for the same figure. @throws FigureError */
  toSVG(): string {
    return plotlyToSvg(this.toJSON());
  }

  toString(): string {
    const title =
      typeof this.layout["title"] === "string" ? this.layout["title"] : this.layout["title"]?.text;
    const kinds = this.data.map((trace) => {
      const kind = trace.type ?? "scatter";
      return trace["name"] ? `${kind} "${trace["name"]}"` : kind;
    });
    const shown = kinds.length > 8 ? [...kinds.slice(0, 8), `and ${kinds.length - 8} more`] : kinds;
    return `Figure${title ? ` "${title}"` : ""}: ${shown.join(", ") || "empty"}`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  [displaySymbol](): MimeBundle {
    const json = this.toJSON();
    return {
      "application/vnd.plotly.v1+json": { ...json, config: { displaylogo: false } },
      "image/svg+xml": plotlyToSvg(json),
      "text/plain": this.toString(),
    };
  }
}

/**
 * The figure's SVG. @throws FigureError naming a trace that cannot be drawn.
 * @example
 * ```ts
 * figureToSvg(plot.line([1, 4, 9])).slice(0, 4); // → <svg
 * ```
 */
export function figureToSvg(figure: Figure | { data: readonly Trace[]; layout?: Layout }): string {
  return (figure instanceof Figure ? figure : new Figure(figure)).toSVG();
}

/** Plain JSON values: tensors and typed arrays become arrays, what is no finite number becomes null. */
export function plain(value: any): any {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Tensor) return plain(value.toArray());
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>, plain);
  if (Array.isArray(value)) return value.map(plain);
  const out: Record<string, any> = {};
  for (const [key, each] of Object.entries(value)) if (each !== undefined) out[key] = plain(each);
  return out;
}

/** The Cholesky factor [[a, 0], [b, c]] of a 2 × 2 covariance. */
function factor(s: number[][], k: number): [a: number, b: number, c: number] {
  const [[xx, xy], [yx, yy]] = s;
  const a = Math.sqrt(xx);
  const b = xy / a;
  const c = Math.sqrt(yy - b * b);
  if (!(a > 0) || !(c > 0) || Math.abs(xy - yx) > 1e-8 * (Math.abs(xx) + Math.abs(yy)))
    throw new RangeError(
      `ellipses(): covariance ${k} is not symmetric positive definite: [[${s[0]}], [${s[1]}]].`,
    );
  return [a, b, c];
}
