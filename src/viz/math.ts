/**
 * TeX to SVG: one formula in, self-contained outlines and their measures out.
 *
 * Everything that shows mathematics (drawings of graphs, tables, PDF) goes through here, so that a
 * formula looks the same everywhere, needs no fonts where it is shown, and is either set right or
 * refused by name: a formula that MathJax cannot read throws, it never becomes an error box.
 */

import { readMathSvg } from "./math-svg.ts";
import { type MathJaxDocument, newMathJaxDocument } from "./mathjax.ts";

export interface MathOptions {
  /** Set as a displayed formula (large operators, limits above and below). Default false. */
  display?: boolean;
  /** Pixels per em: the font size. Default 16. */
  em?: number;
  /** Any SVG colour; by default the colour of the surrounding text (`currentColor`). */
  color?: string;
  /** Width in px for formulas with a \tag, which stands at its right end. Others keep their natural width. */
  width?: number;
}

/** A formula as outlines, with its measures in px. */
export interface MathSvg {
  /** A complete `<svg>` element, made of outlines only. */
  svg: string;
  /** What is inside the `<svg>`, for drawing into another picture: its units are px, its origin the
   * left end of the baseline. */
  content: string;
  width: number;
  /** Total height: above and below the baseline together. */
  height: number;
  /** The part of the height below the baseline. */
  depth: number;
}

/**
 * The formula could not be set. The message names it and says why.
 * @example
 * ```ts
 * texToSvg("\\nosuch"); // throws MathError
 * ```
 */
export class MathError extends Error {
  override name = "MathError";
  readonly tex: string;
  /** MathJax's own words. */
  readonly reason: string;
  constructor(tex: string, reason: string) {
    const shown = tex.trim().length > 200 ? `${tex.trim().slice(0, 200)}…` : tex.trim();
    super(`Cannot set the formula "${shown}": ${reason}`);
    this.tex = tex;
    this.reason = reason;
  }
}

/** Macros by name, without the backslash: `{ E: "\\mathbb{E}", norm: ["\\lVert #1\\rVert", 1] }`. */
export type Macros = Record<string, string | [body: string, argumentCount: number]>;

/**
 * Sets formulas that share definitions: a \newcommand in one is known in all later ones, as in a
 * document. Labels are kept too, so \ref finds an earlier \tag with a \label.
 * @example
 * ```ts
 * const setter = new MathSetter({ macros: { E: "\\mathbb{E}" } });
 * setter.texToSvg("\\E[x]").svg.slice(0, 4); // → <svg
 * ```
 */
export class MathSetter {
  #document: MathJaxDocument;
  constructor(options: { macros?: Macros } = {}) {
    this.#document = newMathJaxDocument(options.macros ?? {});
  }

  /** @throws MathError when the formula cannot be set. */
  texToSvg(tex: string, options: MathOptions = {}): MathSvg {
    return setFormula(this.#document, tex, options);
  }
}

let shared: MathJaxDocument | undefined;
const cache = new Map<string, MathSvg>();
const cacheSize = 400;

/**
 * Sets one formula on its own: definitions made in it end with it.
 *
 * @throws MathError when the formula cannot be set.
 * @example
 * ```ts
 * texToSvg("\\frac{\\partial L}{\\partial W}", { display: true }).svg.slice(0, 4); // → <svg
 * texToSvg("\\frac{1"); // throws MathError
 * ```
 */
export function texToSvg(tex: string, options: MathOptions = {}): MathSvg {
  const key = JSON.stringify([tex, options.display, options.em, options.color, options.width]);
  const known = cache.get(key);
  if (known) return { ...known };
  shared ??= newMathJaxDocument({});
  try {
    const made = setFormula(shared, tex, options);
    if (cache.size >= cacheSize) cache.delete(cache.keys().next().value!);
    cache.set(key, made);
    return { ...made };
  } finally {
    shared.resetMacros();
    shared.resetLabels();
  }
}

function setFormula(document: MathJaxDocument, tex: string, options: MathOptions): MathSvg {
  if (typeof tex !== "string")
    throw new TypeError(`texToSvg(): the formula must be a string of TeX; got ${typeof tex}.`);
  const em = options.em ?? 16;
  if (!(em > 0 && Number.isFinite(em)))
    throw new RangeError(`texToSvg(): em is the font size in px and must be positive; got ${em}.`);
  let container: ReturnType<MathJaxDocument["convert"]>;
  try {
    // 1 em = 1000 units; the container is only asked for by tagged formulas, whose width is set below.
    container = document.convert(tex, {
      display: options.display ?? false,
      em: 16,
      ex: 8,
      containerWidth: 1280,
    });
  } catch (error) {
    throw new MathError(tex, (error as Error).message ?? String(error));
  }
  const units = 1000 / em;
  const read = readMathSvg(container, (options.width ?? 0) * units, (reason) => new MathError(tex, reason));
  const px = (n: number): number => Math.round((n / units) * 1000) / 1000;
  const width = px(read.width);
  const height = px(read.ascent + read.depth);
  const color = escapeAttribute(options.color ?? "currentColor");
  const paint = `fill="${color}" stroke="${color}" stroke-width="0"`;
  const scale = Math.round((1e6 * em) / 1000) / 1e6;
  return {
    svg:
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}px" height="${height}px" ` +
      `viewBox="0 ${-read.ascent} ${read.width} ${read.ascent + read.depth}" role="img" ` +
      `aria-label="${escapeAttribute(tex.trim())}" style="vertical-align: ${-px(read.depth)}px">` +
      `<g ${paint} transform="scale(1,-1)">${read.body}</g></svg>`,
    content: `<g ${paint} transform="scale(${scale},${-scale})">${read.body}</g>`,
    width,
    height,
    depth: px(read.depth),
  };
}

function escapeAttribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replace(/\s+/g, " ");
}
