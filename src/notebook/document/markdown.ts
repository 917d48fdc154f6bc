// Markdown of a text cell → blocks: formulas out, CommonMark with tables and
// strike-through to HTML, task lists and footnotes, then the HTML reader.
import MarkdownIt from "markdown-it";
import { htmlBlocks } from "./html.ts";
import type { HtmlContext } from "./html-context.ts";
import type { PictureSources } from "./load-picture.ts";
import { extractMath, type MathSpan } from "./math-spans.ts";
import type { Problems } from "./problems.ts";
import type { Block } from "./types.ts";

const engine = new MarkdownIt({ html: true, linkify: true, typographer: true });
// Curly quotes are wanted; "(c)" as a copyright sign, in the sheet's part (c), is not.
engine.disable("replacements");
engine.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
// Any address may stand in a link, also a data URL of a picture.
engine.validateLink = () => true;
engine.normalizeLink = (url) => url;

/** Take `[^id]: text` definitions out of Markdown; indented lines below belong to them. */
function takeFootnotes(source: string): { rest: string; notes: Map<string, string> } {
  const notes = new Map<string, string>();
  const rest: string[] = [];
  let current: string | undefined;
  let fence = false;
  for (const line of source.split("\n")) {
    if (/^ {0,3}(```|~~~)/.test(line)) fence = !fence;
    const found = fence ? null : /^ {0,3}\[\^([^\]\s]+)\]:[ \t]*(.*)$/.exec(line);
    if (found) {
      current = found[1]!;
      notes.set(current, found[2]!);
    } else if (current !== undefined && /^(?: {2,}|\t)\S/.test(line)) {
      notes.set(current, `${notes.get(current)}\n${line.trim()}`);
    } else {
      current = undefined;
      rest.push(line);
    }
  }
  return { rest: rest.join("\n"), notes };
}

/** Footnote marks become an element the HTML reader knows; marks without a note stay text. */
engine.inline.ruler.after("escape", "footnote", (state, silent) => {
  const found = /^\[\^([^\]\s]+)\]/.exec(state.src.slice(state.pos, state.pos + 80));
  const notes = (state.env as { notes?: Map<string, string> }).notes;
  if (!found || !notes?.has(found[1]!)) return false;
  if (!silent) {
    const token = state.push("html_inline", "", 0);
    token.content = `<gl-footnote data-id="${engine.utils.escapeHtml(found[1]!)}"></gl-footnote>`;
  }
  state.pos += found[0].length;
  return true;
});

/** "[ ] " and "[x] " at the start of a list item become check boxes. */
engine.core.ruler.after("inline", "tasks", (state) => {
  for (const [k, token] of state.tokens.entries()) {
    if (token.type !== "inline" || state.tokens[k - 2]?.type !== "list_item_open") continue;
    const first = token.children?.[0];
    const found = first?.type === "text" ? /^\[([ xX])\]\s+/.exec(first.content) : null;
    if (!first || !found) continue;
    first.content = first.content.slice(found[0].length);
    const box = new state.Token("html_inline", "", 0);
    box.content = `<input type="checkbox"${found[1] === " " ? "" : " checked"}> `;
    token.children!.unshift(box);
  }
});

export interface MarkdownOptions {
  problems: Problems;
  pictures: PictureSources;
  /** Footnotes defined elsewhere in the notebook, as Markdown. */
  notes?: Map<string, string>;
}

/** The footnote definitions of a text. */
export const footnotesOf = (source: string): Map<string, string> =>
  takeFootnotes(extractMath(source).text).notes;

export function markdownBlocks(source: string, options: MarkdownOptions): Block[] {
  const spans: MathSpan[] = [];
  const { text } = extractMath(source, { spans });
  const { rest, notes } = takeFootnotes(text);
  for (const [id, note] of options.notes ?? []) {
    if (!notes.has(id)) notes.set(id, extractMath(note, { spans }).text);
  }
  const env = { notes };
  const footnotes = new Map([...notes].map(([id, note]) => [id, engine.render(note, {})]));
  const context: HtmlContext = {
    problems: options.problems,
    pictures: options.pictures,
    spans,
    output: false,
    footnotes,
  };
  return htmlBlocks(engine.render(rest, env), context);
}
