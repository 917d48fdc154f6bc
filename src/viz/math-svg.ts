/**
 * Reads MathJax's SVG tree and writes it again with nothing that needs a browser.
 *
 * MathJax leaves three things to a style sheet or to the page's width: the thickness of table lines,
 * the place of equation tags (nested `<svg>`s that overflow on purpose), and glyphs that its font
 * lacks (`<text>` in whatever font is about). Lines get attributes, tags a plain `translate`, missing
 * glyphs an error. Attributes that only describe the source are dropped: the result is a third the size.
 */

import type { LiteNode } from "./mathjax.ts";

export interface MathBody {
  /** Width, and extent above and below the baseline, in thousandths of an em. */
  width: number;
  ascent: number;
  depth: number;
  /** SVG elements in the same unit, y upwards from the baseline. */
  body: string;
}

type Fail = (reason: string) => Error;

export function readMathSvg(container: LiteNode, wantedWidth: number, fail: Fail): MathBody {
  const svgs = (container.children ?? []).filter((child) => child.kind === "svg");
  if (svgs.length !== 1) throw fail(`MathJax drew ${svgs.length} pictures instead of one.`);
  const svg = svgs[0];
  const attributes = svg.attributes ?? {};
  const tagged = "data-mjx-viewBox" in attributes;
  const box = numbers(tagged ? attributes["data-mjx-viewBox"] : attributes["viewBox"]);
  const [, top, naturalWidth, height] = box;
  const width = tagged ? Math.max(naturalWidth, wantedWidth) : naturalWidth;
  if (!box.every(Number.isFinite)) throw fail(`MathJax gave it no measures (${box.join(" ")}).`);
  const outer = (svg.children ?? []).find((child) => child.kind === "g");
  if (!outer) throw fail("MathJax drew nothing.");
  const empty = (outer.children ?? []).every((child) => (child.children ?? []).length === 0);
  if (empty) return { width: 0, ascent: 0, depth: 0, body: "" };
  const body = (outer.children ?? []).map((child) => write(child, width, fail)).join("");
  return { width, ascent: -top, depth: Math.max(0, height + top), body };
}

function write(node: LiteNode, width: number, fail: Fail): string {
  const attributes = node.attributes ?? {};
  if (node.kind === "#text") return escapeText(node.value ?? "");
  if ((node.kind === "text" || node.kind === "foreignObject") && textOf(node).trim() === "") return "";
  if (node.kind === "text" || node.kind === "foreignObject")
    throw fail(`the mathematics font has no outline for "${textOf(node)}".`);
  if (attributes["data-mml-node"] === "merror") throw fail(textOf(node) || "MathJax reports an error.");
  const inside = (): string => (node.children ?? []).map((child) => write(child, width, fail)).join("");
  if (node.kind === "a") {
    if (attributes["href"] === "#") throw fail(`${sourceOf(node)} refers to a label that is not defined.`);
    return inside();
  }
  if (attributes["data-hitbox"]) return "";
  if (attributes["data-table"] || (attributes["data-labels"] && node.kind === "svg"))
    return `<g transform="translate(${tableShift(node, width)},0)">${inside()}</g>`;

  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes))
    if (!name.startsWith("data-") && name !== "class" && name !== "id") kept[name] = String(value);
  if (attributes["data-line"] || attributes["data-frame"]) {
    kept["stroke-width"] ??= "70";
    kept["fill"] = "none";
    const style = String(attributes["class"] ?? "");
    if (style.includes("mjx-dashed")) kept["stroke-dasharray"] = "140";
    if (style.includes("mjx-dotted"))
      Object.assign(kept, { "stroke-dasharray": "0,140", "stroke-linecap": "round" });
  }
  if (attributes["data-bgcolor"] && kept["fill"] === "black" && isRule(node)) kept["fill"] = "inherit";
  const tagShift = /^translate\(0 [\d.-]+\) matrix\(1 0 0 -1 0 0\) scale\([\d.]+\)$/;
  if (tagShift.test(kept["transform"] ?? "")) kept["transform"] = "scale(1,-1)";
  if (node.styles?.cssText) kept["style"] = node.styles.cssText;

  const content = inside();
  const list = Object.entries(kept);
  if (node.kind === "g" && (list.length === 0 || content === "")) return content;
  const head = list.map(([name, value]) => ` ${name}="${escapeText(value).replaceAll('"', "&quot;")}"`);
  return content === ""
    ? `<${node.kind}${head.join("")}/>`
    : `<${node.kind}${head.join("")}>${content}</${node.kind}>`;
}

/**
 * MathJax puts a tagged table and its tags in nested `<svg>`s one unit wide, anchored left, middle or
 * right in the page. The same place as a shift, in our units, when the page is `width` wide.
 */
function tableShift(node: LiteNode, width: number): number {
  const attributes = node.attributes ?? {};
  const [left, , one] = numbers(attributes["viewBox"]);
  const where = String(attributes["preserveAspectRatio"]);
  const share = where.startsWith("xMin") ? 0 : where.startsWith("xMax") ? 1 : 0.5;
  return Math.round(10 * (width * share - (left + one * share))) / 10;
}

/** \rule draws a black box; \colorbox{black} asks for one. Only the first follows the text's colour. */
function isRule(node: LiteNode): boolean {
  const parent = (node as { parent?: LiteNode }).parent;
  return parent?.attributes?.["data-mml-node"] === "mspace";
}

function textOf(node: LiteNode): string {
  return node.value ?? (node.children ?? []).map(textOf).join("");
}

function sourceOf(node: LiteNode): string {
  const own = node.attributes?.["data-latex"];
  return own ? String(own) : ((node.children ?? []).map(sourceOf).find((text) => text !== "") ?? "");
}

function numbers(value: unknown): number[] {
  return String(value).trim().split(/\s+/).map(Number);
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
