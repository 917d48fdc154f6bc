// <pre> → code (with a language) or lines of styled runs, colours kept.
import { cssColor, type HtmlContext, isElement, styleOf, tagOf } from "./html-context.ts";
import { restoreMath } from "./math-spans.ts";
import type { Block, Run } from "./types.ts";

type Look = Omit<Run, "text">;

function lookOf(element: Element, outer: Look): Look {
  const look = { ...outer };
  const tag = tagOf(element);
  if (tag === "b" || tag === "strong" || /bold|[6-9]00/.test(styleOf(element, "font-weight")))
    look.bold = true;
  if (tag === "i" || tag === "em" || styleOf(element, "font-style") === "italic") look.italic = true;
  if (tag === "u" || /underline/.test(styleOf(element, "text-decoration"))) look.underline = true;
  const color = cssColor(styleOf(element, "color"));
  if (color) look.color = color;
  const background = cssColor(styleOf(element, "background-color") || styleOf(element, "background"));
  if (background) look.background = background;
  return look;
}

function collect(node: Node, look: Look, lines: Run[][], context: HtmlContext): void {
  if (node.nodeType === 3) {
    for (const [n, part] of restoreMath(node.nodeValue ?? "", context.spans)
      .split("\n")
      .entries()) {
      if (n > 0) lines.push([]);
      if (part) lines.at(-1)!.push({ text: part.replace(/\t/g, "    "), ...look });
    }
    return;
  }
  if (!isElement(node)) return;
  if (tagOf(node) === "br") lines.push([]);
  const inner = lookOf(node, look);
  for (const child of node.childNodes) collect(child, inner, lines, context);
}

export function preBlock(element: HTMLElement, context: HtmlContext): Block {
  const code =
    element.children.length === 1 && tagOf(element.children[0]!) === "code"
      ? element.children[0]!
      : undefined;
  const language = /\blanguage-(\S+)/.exec(code?.getAttribute("class") ?? "")?.[1];
  if (code && !context.output) {
    const text = restoreMath(code.textContent ?? "", context.spans).replace(/\n$/, "");
    return { type: "code", text, language: language ?? "" };
  }
  const lines: Run[][] = [[]];
  collect(element, {}, lines, context);
  if (lines.length > 1 && lines[0]!.length === 0) lines.shift();
  while (lines.length > 1 && lines.at(-1)!.length === 0) lines.pop();
  return { type: "pre", lines };
}
