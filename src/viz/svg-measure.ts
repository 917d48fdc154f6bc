/**
 * Boxes and lengths of SVG elements, for a DOM that does not lay anything out.
 *
 * plotly.js asks the browser how large its texts and groups came out, to place titles, legends and
 * colour bars. jsdom answers zero. These functions answer from the elements' own attributes, with the
 * advance widths of Helvetica (Adobe's published metrics) widened, because the font that will show the
 * picture is not known, and DejaVu Sans and Verdana are that much wider.
 */

import { flattenPath } from "./svg-path.ts";

type Matrix = [a: number, b: number, c: number, d: number, e: number, f: number];
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
interface Extent {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

const identity: Matrix = [1, 0, 0, 1, 0, 0];
const widthMargin = 1.14;
const ascent = 0.9;
const descent = 0.22;

// Widths of the characters 32 … 126 in thousandths of the font size.
const ascii = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
  500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
  556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/** Width in px of text set in a sans-serif font of this size. */
export function textWidth(text: string, fontSize: number): number {
  let sum = 0;
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (code >= 32 && code <= 126) sum += ascii[code - 32];
    else if (code === 0x200b || code < 32 || (code >= 0x300 && code < 0x370)) continue;
    else if ((code >= 0x2070 && code <= 0x209f) || code === 0xb2 || code === 0xb3 || code === 0xb9)
      sum += 370;
    else sum += code >= 0x2e80 ? 1000 : 600;
  }
  return (sum / 1000) * fontSize * widthMargin;
}

/** The box of an element in the coordinates of the outermost `<svg>`. */
export function boxOnPage(element: Element): Box {
  let matrix = identity;
  for (let at: Element | null = element; at; at = at.parentElement) matrix = multiply(ownMatrix(at), matrix);
  return toBox(extentOf(element, matrix));
}

/** The box of an element in its own coordinates, its own transform left out. */
export function boxOf(element: Element): Box {
  return toBox(extentOf(element, identity));
}

function toBox(e: Extent): Box {
  if (e.x1 < e.x0) return { x: 0, y: 0, width: 0, height: 0 };
  return { x: e.x0, y: e.y0, width: e.x1 - e.x0, height: e.y1 - e.y0 };
}

function nothing(): Extent {
  return { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
}

function extentOf(element: Element, matrix: Matrix): Extent {
  const out = nothing();
  const point = (x: number, y: number): void => {
    const px = matrix[0] * x + matrix[2] * y + matrix[4];
    const py = matrix[1] * x + matrix[3] * y + matrix[5];
    if (px < out.x0) out.x0 = px;
    if (px > out.x1) out.x1 = px;
    if (py < out.y0) out.y0 = py;
    if (py > out.y1) out.y1 = py;
  };
  const corners = (x: number, y: number, w: number, h: number): void => {
    point(x, y);
    point(x + w, y);
    point(x, y + h);
    point(x + w, y + h);
  };
  const name = element.tagName.toLowerCase();
  if (name === "text") textExtent(element, corners);
  else if (name === "rect" || name === "image")
    corners(number(element, "x"), number(element, "y"), number(element, "width"), number(element, "height"));
  else if (name === "circle") {
    const r = number(element, "r");
    corners(number(element, "cx") - r, number(element, "cy") - r, 2 * r, 2 * r);
  } else if (name === "path")
    for (const line of flattenPath(element.getAttribute("d") ?? "")) for (const [x, y] of line) point(x, y);
  else if (name === "g" || name === "svg" || name === "a")
    for (const child of element.children) {
      if (/display:\s*none/.test(child.getAttribute("style") ?? "")) continue;
      const e = extentOf(child, multiply(matrix, ownMatrix(child)));
      if (e.x1 < e.x0) continue;
      out.x0 = Math.min(out.x0, e.x0);
      out.y0 = Math.min(out.y0, e.y0);
      out.x1 = Math.max(out.x1, e.x1);
      out.y1 = Math.max(out.y1, e.y1);
    }
  return out;
}

function textExtent(text: Element, corners: (x: number, y: number, w: number, h: number) => void): void {
  const size = fontSize(text);
  const anchor = styleOf(text, "text-anchor") ?? "start";
  const x = number(text, "x");
  let y = number(text, "y") + length(text.getAttribute("dy"), size);
  const lines = [...text.children].filter((child) => child.getAttribute("class")?.includes("line"));
  const rows: Element[] = lines.length > 0 ? lines : [text];
  for (const row of rows) {
    if (row !== text) y += length(row.getAttribute("dy"), size);
    const width = runWidth(row, size);
    if (width === 0) continue;
    const shift = anchor === "middle" ? width / 2 : anchor === "end" ? width : 0;
    corners(x - shift, y - ascent * size, width, (ascent + descent) * size);
  }
}

function runWidth(element: Element, size: number): number {
  let width = 0;
  for (const child of element.childNodes) {
    if (child.nodeType === 3) width += textWidth(child.nodeValue ?? "", size);
    else if (child.nodeType === 1) width += runWidth(child as Element, ownFontSize(child as Element, size));
  }
  return width;
}

function fontSize(element: Element): number {
  const chain: Element[] = [];
  for (let at: Element | null = element; at; at = at.parentElement) chain.unshift(at);
  return chain.reduce((size, at) => ownFontSize(at, size), 12);
}

function ownFontSize(element: Element, inherited: number): number {
  const text = styleOf(element, "font-size");
  return text === undefined ? inherited : length(text, inherited);
}

function styleOf(element: Element, property: string): string | undefined {
  const inline = new RegExp(`(?:^|;)\\s*${property}:\\s*([^;]+)`).exec(element.getAttribute("style") ?? "");
  return inline?.[1].trim() ?? element.getAttribute(property) ?? undefined;
}

function length(text: string | null, em: number): number {
  const value = Number.parseFloat(text ?? "0") || 0;
  if (text?.endsWith("em")) return value * em;
  return text?.endsWith("%") ? (value / 100) * em : value;
}

function number(element: Element, name: string): number {
  return Number.parseFloat(element.getAttribute(name) ?? "0") || 0;
}

function ownMatrix(element: Element): Matrix {
  const text = element.getAttribute("transform");
  if (element.tagName.toLowerCase() === "svg")
    return [1, 0, 0, 1, number(element, "x"), number(element, "y")];
  if (!text) return identity;
  let out = identity;
  for (const [, name, list] of text.matchAll(/(\w+)\(([^)]*)\)/g)) {
    const [p = 0, q, r, s, t, u] = list
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(Number);
    if (name === "translate") out = multiply(out, [1, 0, 0, 1, p, q ?? 0]);
    else if (name === "scale") out = multiply(out, [p, 0, 0, q ?? p, 0, 0]);
    else if (name === "matrix") out = multiply(out, [p, q, r, s, t, u]);
    else if (name === "rotate") {
      const angle = (p * Math.PI) / 180;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      out = multiply(out, [1, 0, 0, 1, q ?? 0, r ?? 0]);
      out = multiply(out, [cos, sin, -sin, cos, 0, 0]);
      out = multiply(out, [1, 0, 0, 1, -(q ?? 0), -(r ?? 0)]);
    }
  }
  return out;
}

function multiply(m: Matrix, n: Matrix): Matrix {
  return [
    m[0] * n[0] + m[2] * n[1],
    m[1] * n[0] + m[3] * n[1],
    m[0] * n[2] + m[2] * n[3],
    m[1] * n[2] + m[3] * n[3],
    m[0] * n[4] + m[2] * n[5] + m[4],
    m[1] * n[4] + m[3] * n[5] + m[5],
  ];
}
