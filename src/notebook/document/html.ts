// HTML → blocks. Markdown arrives here too (as HTML from markdown-it), so that
// text cells and HTML outputs are understood by one reader. What would leave a
// hole on paper (a script that draws, a frame, a video) is a named problem.
import { cssColor, type HtmlContext, isElement, parseHtml, styleOf, tagOf } from "./html-context.ts";
import { inlineOf, inlines, LIVE, type Piece, pictureOf } from "./html-inline.ts";
import { preBlock } from "./html-pre.ts";
import { tableBlock } from "./html-table.ts";
import type { Align, Block, Inline } from "./types.ts";

const BLOCK = new Set([
  ...[
    "p",
    "div",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "aside",
    "nav",
    "center",
    "figure",
    "fieldset",
  ],
  ...[
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "li",
    "blockquote",
    "pre",
    "table",
    "hr",
  ],
  ...["details", "form", "address", "summary", "figcaption", "body", "html"],
]);

/** Whether an element holds blocks, itself or (in a <span> or <a>) further down. */
function holdsBlocks(node: Node): boolean {
  if (!isElement(node)) return false;
  const tag = tagOf(node);
  if (BLOCK.has(tag)) return true;
  return tag !== "svg" && tag !== "math" && [...node.children].some(holdsBlocks);
}

function trimmed(pieces: Inline[]): Inline[] {
  const out = [...pieces];
  const blank = (piece: Inline | undefined) =>
    piece?.type === "break" || (piece?.type === "text" && piece.text.trim() === "");
  while (blank(out[0])) out.shift();
  while (blank(out.at(-1))) out.pop();
  const first = out[0];
  if (first?.type === "text") out[0] = { ...first, text: first.text.trimStart() };
  const last = out.at(-1);
  if (last?.type === "text") out[out.length - 1] = { ...last, text: last.text.trimEnd() };
  return out;
}

/** Running text → paragraphs, split at displayed formulas; a picture alone is a figure. */
export function paragraphs(pieces: Piece[], context: HtmlContext, align?: Align): Block[] {
  const out: Block[] = [];
  let line: Inline[] = [];
  const flush = () => {
    const children = trimmed(line);
    line = [];
    const [only] = children;
    if (!only) return;
    if (children.length === 1 && only.type === "picture" && only.picture.depth === undefined) {
      out.push({ type: "figure", picture: only.picture });
    } else if (children.length === 1 && only.type === "problem") {
      out.push({ type: "problem", message: only.message });
    } else out.push({ type: "paragraph", children, ...(align ? { align } : {}) });
  };
  for (const piece of pieces) {
    if (piece.type === "display") {
      flush();
      out.push({ type: "math", tex: piece.tex, where: context.problems.where });
    } else line.push(piece);
  }
  flush();
  return out;
}

const alignOf = (element: Element): Align | undefined => {
  const own = styleOf(element, "text-align") || element.getAttribute("align");
  if (tagOf(element) === "center") return "center";
  return own === "center" || own === "right" || own === "left" ? own : undefined;
};

function listBlock(list: HTMLElement, context: HtmlContext): Block {
  const children = [...list.children].filter((child) => tagOf(child) === "li");
  const tight = !children.some((item) => [...item.children].some((child) => tagOf(child) === "p"));
  return {
    type: "list",
    ordered: tagOf(list) === "ol",
    start: Number(list.getAttribute("start") ?? 1) || 1,
    tight,
    items: children.map((item) => childBlocks(item, context)),
  };
}

function definitions(list: HTMLElement, context: HtmlContext): Block[] {
  return [...list.children].flatMap((child): Block[] => {
    if (tagOf(child) !== "dt") return [{ type: "quote", children: childBlocks(child, context) }];
    const children = inlines(child, context).filter((piece): piece is Inline => piece.type !== "display");
    return [{ type: "paragraph", children: [{ type: "style", kind: "strong", children }] }];
  });
}

function figure(element: HTMLElement, context: HtmlContext): Block[] {
  const caption = element.querySelector("figcaption");
  const picture = element.querySelector("img, svg");
  const words = caption
    ? trimmed(inlines(caption, context).filter((p): p is Inline => p.type !== "display"))
    : [];
  if (!picture || element.querySelectorAll("img, svg").length > 1) return childBlocks(element, context);
  const found = pictureOf(picture, context);
  if (typeof found === "string") return [context.problems.block(found)];
  return [{ type: "figure", picture: found, ...(words.length > 0 ? { caption: words } : {}) }];
}

function details(element: HTMLElement, context: HtmlContext): Block {
  const summary = [...element.children].find((child) => tagOf(child) === "summary");
  const words = summary
    ? trimmed(inlines(summary, context).filter((p): p is Inline => p.type !== "display"))
    : [];
  const rest = [...element.childNodes].filter((child) => child !== summary);
  return { type: "details", summary: words, children: nodeBlocks(rest, context) };
}

function blockOf(element: HTMLElement, context: HtmlContext): Block[] {
  const tag = tagOf(element);
  if (styleOf(element, "display") === "none" || element.hasAttribute("hidden")) return [];
  const heading = /^h([1-6])$/.exec(tag);
  if (heading) {
    const children = trimmed(inlines(element, context).filter((p): p is Inline => p.type !== "display"));
    const id = (element.textContent ?? "").trim().replace(/\s+/g, "-");
    return children.length > 0 ? [{ type: "heading", level: Number(heading[1]), children, id }] : [];
  }
  if (tag === "ul" || tag === "ol") return [listBlock(element, context)];
  if (tag === "dl") return definitions(element, context);
  if (tag === "blockquote") return [{ type: "quote", children: childBlocks(element, context) }];
  if (tag === "pre") return [preBlock(element, context)];
  if (tag === "table") return tableBlock(element, context);
  if (tag === "hr") return [{ type: "rule" }];
  if (tag === "figure") return figure(element, context);
  if (tag === "details") return [details(element, context)];
  if (
    /^(inline-)?(flex|grid)$/.test(styleOf(element, "display")) &&
    styleOf(element, "flex-direction") !== "column"
  ) {
    const parts = [...element.children]
      .map((child) => nodeBlocks([child], context))
      .filter((p) => p.length > 0);
    const words = parts.every((part) => part.every((block) => block.type === "paragraph"));
    if (parts.length > 1) return [words ? oneLine(parts.flat()) : { type: "columns", children: parts }];
  }
  const color = cssColor(styleOf(element, "color"));
  return colored(childBlocks(element, context, alignOf(element)), color);
}

/** Short texts side by side, as in a progress bar, are one line. */
function oneLine(blocks: Block[]): Block {
  const texts = blocks.flatMap((block) => (block.type === "paragraph" ? [block.children] : []));
  const children = texts.flatMap((text, k): Inline[] =>
    k > 0 ? [{ type: "text", text: "\u2003" }, ...text] : text,
  );
  return { type: "paragraph", children };
}

/** A block's own colour, given to its paragraphs. Black and white are the page's business. */
function colored(blocks: Block[], color: string | undefined): Block[] {
  if (!color || color === "#000000" || color === "#ffffff") return blocks;
  return blocks.map((block) =>
    block.type === "paragraph"
      ? { ...block, children: [{ type: "color", color, children: block.children }] }
      : block,
  );
}

function nodeBlocks(nodes: Node[], context: HtmlContext, align?: Align): Block[] {
  const out: Block[] = [];
  let pieces: Piece[] = [];
  const flush = () => {
    out.push(...paragraphs(pieces, context, align));
    pieces = [];
  };
  for (const node of nodes) {
    if (isElement(node) && holdsBlocks(node)) {
      flush();
      out.push(...(BLOCK.has(tagOf(node)) ? blockOf(node, context) : childBlocks(node, context, align)));
    } else pieces.push(...inlineOf(node, context));
  }
  flush();
  return out;
}

/** The blocks of everything inside an element. */
export function childBlocks(parent: Node, context: HtmlContext, align?: Align): Block[] {
  return nodeBlocks([...parent.childNodes], context, align);
}

/** Whether HTML draws itself with scripts or plug-ins, so that its markup alone is not what a reader saw. */
export function isLivePage(html: string): boolean {
  if (!/<(?:script|iframe|canvas|video|audio|object|embed)\b/i.test(html)) return false;
  const content = parseHtml(html);
  const live = [...content.querySelectorAll("*")].some((element) => LIVE.has(tagOf(element)));
  const scripts = [...content.querySelectorAll("script")].filter(
    (script) =>
      !/^(math\/|application\/(?:ld\+)?json|text\/template)/.test(script.getAttribute("type") ?? ""),
  );
  return live || scripts.length > 0;
}

/** The blocks of a piece of HTML. */
export function htmlBlocks(html: string, context: HtmlContext): Block[] {
  return childBlocks(parseHtml(html), context);
}
