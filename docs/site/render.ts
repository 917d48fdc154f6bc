/**
 * Markdown and code to HTML: formulas as outlines, coloured code, names linked to where they are explained.
 */

import hljs from "highlight.js";
import MarkdownIt from "markdown-it";
import { texToSvg } from "../../src/index.ts";
import { extractMath } from "../../src/notebook/document/math-spans.ts";

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!);

/** A heading's address: lower case, words joined by hyphens. */
export const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/<[^>]*>/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");

export interface Heading {
  level: number;
  text: string;
  id: string;
}

export interface Rendered {
  html: string;
  headings: Heading[];
}

export interface RenderOptions {
  /** The address of a name's explanation, seen from the page; undefined for unknown names. */
  linkOf(name: string): string | undefined;
  /** Turns a link of a Markdown page into one of the site. */
  href?(link: string): string;
  /** What comes after the n-th ```ts block. */
  afterBlock?(n: number): string;
}

export function formula(tex: string, display: boolean): string {
  const { svg, width } = texToSvg(tex, { display, em: 16 });
  // Sizes in em, so that formulas grow with the text.
  const scaled = svg
    .replace(
      / width="([\d.]+)px" height="([\d.]+)px"/,
      (_, w, h) => ` width="${em(w)}em" height="${em(h)}em"`,
    )
    .replace(/vertical-align: (-?[\d.]+)px/, (_, d) => `vertical-align:${em(d)}em`);
  if (!display) return `<span class="math">${scaled}</span>`;
  return `<div class="equation"${width > 600 ? ' tabindex="0"' : ""}>${scaled}</div>`;
}

const em = (px: string): number => Math.round((Number(px) / 16) * 1000) / 1000;

/** Coloured code. `linkOf` makes links of the names that it knows, but not of properties and strings. */
export function code(text: string, language: string, linkOf?: (name: string) => string | undefined): string {
  if (!hljs.getLanguage(language)) return escapeHtml(text);
  const html = hljs.highlight(text, { language, ignoreIllegals: true }).value;
  if (!linkOf) return html;
  let quiet = 0; // inside a comment or a string
  let before = ""; // the code so far ends in this
  return html.replace(/(<span class="([^"]*)">)|(<\/span>)|([^<]+)/g, (all, open, classes, close, words) => {
    if (open) {
      if (quiet > 0 || /comment|string/.test(classes)) quiet++;
      return all;
    }
    if (close) {
      if (quiet > 0) quiet--;
      return all;
    }
    const start = before;
    before = words.at(-1);
    if (quiet > 0) return all;
    return words.replace(/(?<![\w$&])[A-Za-z_]\w*(?!\w)(?!\s*[?:](?!:))/g, (name: string, at: number) => {
      const isProperty = (at > 0 ? words[at - 1] : start) === ".";
      const link = linkOf(isProperty ? `Tensor.${name}` : name);
      return link ? `<a href="${link}">${name}</a>` : name;
    });
  });
}

export function codeBlock(text: string, language: string, linkOf?: RenderOptions["linkOf"]): string {
  return `<pre tabindex="0"><code>${code(text, language, linkOf)}</code></pre>\n`;
}

const OWNERS = ["Tensor", "Module", "Optimizer", "Derivation", "Random"];

/** Where the first name of a piece of code is explained: `svd(x)`, `new Adam(…)`, `x.sum(1)`, `d.claim`. */
export function linkOfCode(words: string, linkOf: RenderOptions["linkOf"]): string | undefined {
  const [, first, second] = /^(?:new )?([A-Za-z]\w*)(?:\.(\w+))?(?=[(<.]|$)/.exec(words) ?? [];
  if (!first) return undefined;
  if (!second) return linkOf(first);
  const own = linkOf(`${first}.${second}`);
  // What stands for a value: one letter by the guide's habit, or a word that says what it is.
  const isValue = /^([A-Za-z]|net|optimizer)$/.test(first) && first !== "F";
  return own ?? (isValue ? OWNERS.map((owner) => linkOf(`${owner}.${second}`)).find(Boolean) : undefined);
}

/** `z_i`, `r_nk`, `e^{z_i}` in running text, as doc comments have them: raised and lowered. */
export function withScripts(html: string): string {
  return html
    .replace(/(?<![\w.])(\p{L})_(?:\{([^{}]*)\}|(\p{L}{1,2}|\d)(?![\w(]))/gu, (_, base, long, short) => {
      return `${base}<sub>${long ?? short}</sub>`;
    })
    .replace(
      /(?<=[\w)\]|>\p{L}])\^(?:\{([^{}]*)\}|([\p{L}\d]))/gu,
      (_, long, short) => `<sup>${long ?? short}</sup>`,
    );
}

const PLACE = /\ue000(\d+)\ue001/g;

/** A Markdown text as HTML. */
export function markdown(source: string, options: RenderOptions): Rendered {
  const { text, spans } = extractMath(source);
  const headings: Heading[] = [];
  const engine = new MarkdownIt({ html: true, linkify: false, typographer: false });
  let blocks = 0;
  engine.renderer.rules.fence = (tokens, i) => {
    const [language = ""] = tokens[i].info.trim().split(/\s+/);
    const content = tokens[i].content.replace(/\n$/, "");
    if (language !== "ts") return codeBlock(content, language || "plaintext");
    return codeBlock(content, "ts", options.linkOf) + (options.afterBlock?.(blocks++) ?? "");
  };
  engine.renderer.rules.text = (tokens, i) => withScripts(escapeHtml(tokens[i].content));
  engine.renderer.rules.code_inline = (tokens, i) => {
    const words = tokens[i].content;
    const inLink =
      tokens.slice(0, i).filter((t) => t.type === "link_open").length >
      tokens.slice(0, i).filter((t) => t.type === "link_close").length;
    const link = inLink ? undefined : linkOfCode(words, options.linkOf);
    const html = `<code>${escapeHtml(words)}</code>`;
    return link ? `<a href="${link}">${html}</a>` : html;
  };
  engine.renderer.rules.link_open = (tokens, i, o, _env, self) => {
    const href = tokens[i].attrGet("href")!;
    if (options.href) tokens[i].attrSet("href", options.href(String(href)));
    return self.renderToken(tokens, i, o);
  };
  engine.renderer.rules.table_open = () => '<div class="wide" tabindex="0"><table>\n';
  engine.renderer.rules.table_close = () => "</table></div>\n";
  engine.renderer.rules.heading_open = (tokens, i) => {
    const words = tokens[i + 1].content.replace(/[`*]/g, "");
    let id = slug(words);
    while (headings.some((h) => h.id === id)) id += "-";
    headings.push({ level: Number(tokens[i].tag[1]), text: words, id });
    return `<${tokens[i].tag} id="${id}">`;
  };
  const html = engine
    .render(text)
    .replace(/<p>\s*\ue000(\d+)\ue001\s*<\/p>/g, (all, n) =>
      spans[n].display ? formula(spans[n].tex, true) : all,
    )
    .replace(PLACE, (_, n) => formula(spans[n].tex, spans[n].display));
  return { html, headings };
}

/** A few words as HTML, without a paragraph around them. */
export function inline(source: string, options: RenderOptions): string {
  const { html } = markdown(source, options);
  return html.trim().replace(/^<p>([\s\S]*)<\/p>$/, (all, inner) => (inner.includes("<p>") ? all : inner));
}
