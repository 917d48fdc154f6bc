// HTML → inlines: the running text of a paragraph, with styles, links, code,
// formulas, small pictures and footnotes.

import { htmlBlocks } from "./html.ts";
import { cssColor, type HtmlContext, isElement, styleOf, tagOf, toXml } from "./html-context.ts";
import { loadPicture } from "./load-picture.ts";
import { extractMath, restoreMath, splitMath } from "./math-spans.ts";
import { readPicture, svgProblem } from "./picture.ts";
import type { Inline, Picture, StyleKind } from "./types.ts";

/** A displayed formula met inside running text; the paragraph is split there. */
export interface DisplayMath {
  type: "display";
  tex: string;
}

export type Piece = Inline | DisplayMath;

const STYLES: Record<string, StyleKind> = {
  b: "strong",
  strong: "strong",
  i: "em",
  em: "em",
  cite: "em",
  var: "em",
  dfn: "em",
  s: "del",
  del: "del",
  strike: "del",
  u: "underline",
  ins: "underline",
  sub: "sub",
  sup: "sup",
  small: "small",
  mark: "mark",
}; // prettier-ignore

/** Elements that only make sense on a live page and would leave a hole on paper. */
export const LIVE = new Set(["iframe", "canvas", "video", "audio", "object", "embed", "applet", "marquee"]);
const SILENT = new Set([
  "style",
  "template",
  "title",
  "meta",
  "link",
  "head",
  "noscript",
  "button",
  "select",
  "wbr",
]);

const CODE = new Set(["code", "kbd", "samp", "tt"]);

export function textPieces(value: string, context: HtmlContext): Piece[] {
  const { text } = context.output
    ? extractMath(value, { html: true, markdown: false, spans: context.spans })
    : { text: value };
  return splitMath(text.replace(/[ \t\r\n\f]+/g, " "), context.spans).map((part): Piece => {
    if (typeof part === "string") return { type: "text", text: part };
    if (part.display) return { type: "display", tex: part.tex };
    return { type: "math", tex: part.tex, where: context.problems.where };
  });
}

const px = (value: string | null): number | undefined => {
  const found = /^\s*([\d.]+)(px)?\s*$/.exec(value ?? "");
  return found ? Number(found[1]) : undefined;
};

/** Width and height that the element asks for, the missing one in proportion. */
function resized(picture: Picture, element: Element): Picture {
  const width = px(element.getAttribute("width")) ?? px(styleOf(element, "width"));
  const height = px(element.getAttribute("height")) ?? px(styleOf(element, "height"));
  const percent = /^\s*([\d.]+)%\s*$/.exec(element.getAttribute("width") ?? styleOf(element, "width"))?.[1];
  const ratio = picture.height / picture.width;
  if (percent) return { ...picture, width: 6.5 * Number(percent), height: 6.5 * Number(percent) * ratio };
  if (width === undefined && height === undefined) return picture;
  const w = width ?? height! / ratio;
  return { ...picture, width: w, height: height ?? w * ratio };
}

export function pictureOf(element: Element, context: HtmlContext): Picture | string {
  const alt = element.getAttribute("alt") ?? element.getAttribute("aria-label") ?? "";
  if (tagOf(element) === "svg") {
    const svg = toXml(element);
    const problem = svgProblem(svg);
    if (problem) return problem;
    const picture = readPicture(svg, alt)!;
    const drop = /^(-[\d.]+)(px|ex|em)?$/.exec(styleOf(element, "vertical-align"));
    const unit = { px: 1, ex: 8, em: 16 }[drop?.[2] ?? "px"] ?? 1;
    return drop ? { ...picture, depth: -Number(drop[1]) * unit } : picture;
  }
  const found = loadPicture(
    restoreMath(element.getAttribute("src") ?? "", context.spans),
    alt,
    context.pictures,
  );
  return typeof found === "string" ? found : resized(found, element);
}

/** TeX kept by MathML, KaTeX or MathJax inside their markup. */
function keptTex(element: Element): string | undefined {
  return element.querySelector('annotation[encoding="application/x-tex"]')?.textContent?.trim() || undefined;
}

function element(node: HTMLElement, context: HtmlContext): Piece[] {
  const tag = tagOf(node);
  if (SILENT.has(tag) || styleOf(node, "display") === "none" || node.hasAttribute("hidden")) return [];
  if (LIVE.has(tag)) return [context.problems.inline(`<${tag}> has no form on paper`)];
  if (tag === "script") {
    const type = node.getAttribute("type") ?? "";
    if (!type.startsWith("math/tex")) return [];
    const tex = node.textContent ?? "";
    if (/mode\s*=\s*display/.test(type)) return [{ type: "display", tex }];
    return [{ type: "math", tex, where: context.problems.where }];
  }
  if (tag === "br") return [{ type: "break" }];
  if (tag === "svg" || tag === "img") {
    const picture = pictureOf(node, context);
    return [typeof picture === "string" ? context.problems.inline(picture) : { type: "picture", picture }];
  }
  if (tag === "math" || node.classList.contains("katex")) {
    const tex = keptTex(node);
    if (tex === undefined) return [context.problems.inline("MathML without its TeX cannot be set")];
    const display = node.getAttribute("display") === "block" || node.closest(".katex-display") !== null;
    return display ? [{ type: "display", tex }] : [{ type: "math", tex, where: context.problems.where }];
  }
  if (tag === "input") {
    if (node.getAttribute("type") !== "checkbox") return [];
    return [{ type: "checkbox", checked: node.hasAttribute("checked") }];
  }
  if (tag === "progress" || tag === "meter") {
    const part = Number(node.getAttribute("value") ?? 0) / Number(node.getAttribute("max") ?? 1);
    return [{ type: "text", text: `${Math.round(100 * part)} %` }];
  }
  if (tag === "gl-footnote") {
    const html = context.footnotes.get(node.getAttribute("data-id") ?? "") ?? "";
    return [{ type: "footnote", children: htmlBlocks(html, context) }];
  }
  if (CODE.has(tag)) return [{ type: "code", text: restoreMath(node.textContent ?? "", context.spans) }];
  if (tag === "q")
    return [{ type: "text", text: "“" }, ...inlines(node, context), { type: "text", text: "”" }];
  return styled(node, tag, inlines(node, context));
}

/** Wrap children in what the element says of their look. Displayed formulas stay on top. */
function styled(node: HTMLElement, tag: string, children: Piece[]): Piece[] {
  if (children.some((piece) => piece.type === "display")) {
    return children.flatMap((piece) => (piece.type === "display" ? [piece] : styled(node, tag, [piece])));
  }
  let out = children as Inline[];
  if (out.length === 0) return [];
  const weight = styleOf(node, "font-weight");
  if (/^(bold|bolder|[6-9]00)$/.test(weight)) out = [{ type: "style", kind: "strong", children: out }];
  if (styleOf(node, "font-style") === "italic") out = [{ type: "style", kind: "em", children: out }];
  if (/monospace/.test(styleOf(node, "font-family")) && out.every((p) => p.type === "text")) {
    out = [{ type: "code", text: out.map((p) => (p.type === "text" ? p.text : "")).join("") }];
  }
  const color = cssColor(styleOf(node, "color") || (node.getAttribute("color") ?? ""));
  if (color && color !== "#000000" && color !== "#ffffff") out = [{ type: "color", color, children: out }];
  const kind = STYLES[tag];
  if (kind) out = [{ type: "style", kind, children: out }];
  const href = tag === "a" ? node.getAttribute("href") : null;
  if (href) out = [{ type: "link", href, children: out }];
  return out;
}

/** The inlines of one node. */
export function inlineOf(node: Node, context: HtmlContext): Piece[] {
  if (node.nodeType === 3) return textPieces(node.nodeValue ?? "", context);
  return isElement(node) ? element(node, context) : [];
}

/** The inlines of all children of a node. */
export function inlines(node: Node, context: HtmlContext): Piece[] {
  return [...node.childNodes].flatMap((child) => inlineOf(child, context));
}
