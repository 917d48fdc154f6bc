// What the HTML readers share: the DOM they parse with, the formulas found in
// advance, where pictures come from, and where problems go.
import { JSDOM } from "jsdom";
import type { PictureSources } from "./load-picture.ts";
import type { MathSpan } from "./math-spans.ts";
import type { Problems } from "./problems.ts";

export interface HtmlContext {
  problems: Problems;
  pictures: PictureSources;
  /** Formulas behind the placeholders in the text. */
  spans: MathSpan[];
  /** Text of an output: formulas are still to be found in it, and scripts matter. */
  output: boolean;
  /** Turns Markdown inside footnotes etc. into nothing here; footnotes by id, as HTML. */
  footnotes: Map<string, string>;
}

let shared: JSDOM | undefined;

const dom = (): JSDOM => (shared ??= new JSDOM(""));

/** Parse a piece of HTML; no script runs, nothing is loaded. */
export function parseHtml(html: string): DocumentFragment {
  const template = dom().window.document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** An element as XML, which SVG needs to be outside of HTML. */
export function toXml(element: Element): string {
  return new (dom().window.XMLSerializer)().serializeToString(element);
}

export const isElement = (node: Node): node is HTMLElement => node.nodeType === 1;
export const isText = (node: Node): boolean => node.nodeType === 3;
export const tagOf = (node: Node): string => (isElement(node) ? node.tagName.toLowerCase() : "");

/** A CSS property of an element's own style attribute. */
export function styleOf(element: Element, property: string): string {
  const style = element.getAttribute("style") ?? "";
  const found = new RegExp(`(?:^|;)\\s*${property}\\s*:\\s*([^;]+)`, "i").exec(style);
  return found ? found[1]!.replace(/!important/i, "").trim() : "";
}

/** A colour as #rrggbb when it is written as hex, rgb() or one of the plain names; else undefined. */
export function cssColor(value: string): string | undefined {
  const text = value.trim().toLowerCase();
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/.exec(text)?.[1];
  if (hex) return `#${hex.length === 3 ? [...hex].map((c) => c + c).join("") : hex}`;
  const rgb = /^rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)/.exec(text);
  if (rgb)
    return `#${rgb
      .slice(1, 4)
      .map((v) => Math.min(255, Number(v)).toString(16).padStart(2, "0"))
      .join("")}`;
  return NAMES[text];
}

const NAMES: Record<string, string> = {
  black: "#000000",
  gray: "#808080",
  grey: "#808080",
  silver: "#c0c0c0",
  white: "#ffffff",
  red: "#d00000",
  crimson: "#dc143c",
  darkred: "#8b0000",
  maroon: "#800000",
  orange: "#d97706",
  darkorange: "#c96a00",
  gold: "#b8860b",
  brown: "#8b4513",
  green: "#00802b",
  darkgreen: "#006400",
  olive: "#808000",
  teal: "#008080",
  cyan: "#008b8b",
  blue: "#0040d0",
  darkblue: "#00008b",
  navy: "#000080",
  steelblue: "#4682b4",
  royalblue: "#4169e1",
  purple: "#800080",
  indigo: "#4b0082",
  violet: "#9932cc",
  magenta: "#b000b0",
  dimgray: "#696969",
  dimgrey: "#696969",
  slategray: "#708090",
  tomato: "#e5533d",
  firebrick: "#b22222",
}; // prettier-ignore
