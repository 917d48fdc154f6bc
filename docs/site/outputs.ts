/**
 * Runs the examples of a page and keeps what each block shows, as a notebook would: figures, tables,
 * formulas, text. So no picture of the guide can differ from what its code makes.
 */

import { bundleOf, type MimeBundle } from "../../src/index.ts";
import { audience } from "./checks.ts";
import { fencedBlocks, pageExamples } from "./collect.ts";
import { codeBlock, escapeHtml, formula, markdown, type RenderOptions } from "./render.ts";
import { enterScratchFolder, isRun, prepare, run } from "./run.ts";

export type Shown = { bundle: MimeBundle } | { text: string };

/** What the blocks of a page show, by the line of their first line of code. @throws when an example fails */
export async function outputsOf(file: string): Promise<Map<number, Shown[]>> {
  const out = new Map<number, Shown[]>();
  const prepared = prepare(pageExamples(file), `pages/${file.replace(/\W+/g, "-")}`, true);
  const hook = Symbol.for("gradlab.display");
  const global = globalThis as Record<symbol, unknown>;
  const leave = enterScratchFolder();
  try {
    for (const each of prepared.filter(isRun)) {
      let current: Shown[] = [];
      audience.block = (index) => {
        current = [];
        out.set(each.example.blocks[index].line, current);
      };
      audience.value = async (value) => {
        if (value !== undefined) current.push({ bundle: await bundleOf(value) });
      };
      const byId = new Map<string, { bundle: MimeBundle }>();
      global[hook] = (
        bundle: MimeBundle,
        o: { transient?: { display_id?: string }; update?: boolean } = {},
      ) => {
        const id = o.transient?.display_id;
        const before = id === undefined ? undefined : byId.get(id);
        if (before) before.bundle = bundle;
        else if (!o.update) {
          const shown = { bundle };
          if (id !== undefined) byId.set(id, shown);
          current.push(shown);
        }
      };
      try {
        const text = await run(each);
        if (text.trim()) current.push({ text });
      } finally {
        delete global[hook];
        delete audience.block;
        delete audience.value;
      }
    }
  } finally {
    leave();
  }
  return out;
}

/** The lines of code at which a page's ```ts blocks begin, in order. */
export const blockLines = (text: string): number[] => fencedBlocks(text).map((b) => b.line);

let pictures = 0;

/** Ids inside a picture are its own, also beside a copy of it. */
function ownIds(svg: string): string {
  const mark = `p${++pictures}-`;
  return svg
    .replace(/\bid="([^"]+)"/g, `id="${mark}$1"`)
    .replace(/url\((["']?|&quot;)#/g, `url($1#${mark}`)
    .replace(/\b((?:xlink:)?href)="#/g, `$1="#${mark}`);
}

function shownHtml(shown: Shown, o: RenderOptions): string {
  if ("text" in shown) return `<pre class="plain" tabindex="0">${escapeHtml(shown.text.trimEnd())}</pre>`;
  const { bundle } = shown;
  const of = (type: string): string | undefined => {
    const value = bundle[type];
    return Array.isArray(value) ? value.join("") : typeof value === "string" ? value : undefined;
  };
  const svg = of("image/svg+xml");
  if (svg) return `<div class="picture" tabindex="0">${ownIds(svg)}</div>`;
  const html = of("text/html");
  if (html) return `<div class="wide" tabindex="0">${html}</div>`;
  const words = of("text/markdown");
  if (words) return markdown(words, o).html;
  const latex = of("text/latex");
  if (latex?.startsWith("$")) return formula(latex.replace(/^\$+|\$+$/g, ""), true);
  return codeBlock(of("text/plain") ?? "", "plaintext");
}

export function outputHtml(shown: readonly Shown[], o: RenderOptions): string {
  if (shown.length === 0) return "";
  return `<div class="output">${shown.map((each) => shownHtml(each, o)).join("\n")}</div>\n`;
}
