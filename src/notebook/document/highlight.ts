// Source code → coloured runs by line, through highlight.js. The colours are
// few and print well: keywords, strings, numbers, comments, names of types and
// functions.
import hljs from "highlight.js";
import type { Run } from "./types.ts";

const LOOK: [RegExp, Omit<Run, "text">][] = [
  [/^(keyword|selector-tag|literal|operator-keyword|variable\.language)/, { color: "#1f4e99", bold: true }],
  [/^(string|regexp|char|template-string|addition)/, { color: "#2f6b2f" }],
  [/^(number|symbol|bullet)/, { color: "#9a4a00" }],
  [/^(comment|quote|doctag|meta)/, { color: "#6b7280", italic: true }],
  [/^(title\.class|type|built_in|class|tag|name)/, { color: "#6a3d8f" }],
  [/^(title|function|section)/, { color: "#00606b" }],
  [/^(attr|attribute|property|params|variable)/, { color: "#24292f" }],
  [/^deletion/, { color: "#a02020" }],
];

const lookOf = (scope: string): Omit<Run, "text"> => LOOK.find(([pattern]) => pattern.test(scope))?.[1] ?? {};

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'", "#39": "'" };

const decode = (html: string): string => html.replace(/&(#?\w+);/g, (all, name) => ENTITIES[name] ?? all);

/** The language's name as highlight.js knows it, or undefined. */
export function knownLanguage(name: string): string | undefined {
  const wanted = name
    .trim()
    .toLowerCase()
    .replace(/^language-/, "");
  const alias =
    { ipython: "python", ipython3: "python", tslab: "typescript", octave: "matlab" }[wanted] ?? wanted;
  return alias && hljs.getLanguage(alias) ? alias : undefined;
}

/** HTML of highlight.js for a code; plain escaped text when the language is unknown. */
export function highlightHtml(code: string, language: string): string {
  const known = knownLanguage(language);
  if (known) return hljs.highlight(code, { language: known, ignoreIllegals: true }).value;
  return code.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]!);
}

/** Coloured lines of a code. */
export function highlightLines(code: string, language: string): Run[][] {
  const lines: Run[][] = [[]];
  const stack: Omit<Run, "text">[] = [{}];
  const html = highlightHtml(code.replace(/\t/g, "    "), language);
  for (const [, tag, scope, text] of html.matchAll(/<(\/?span)(?: class="([^"]*)")?>|([^<]+)/g)) {
    if (tag === "span") {
      const own = lookOf(
        (scope ?? "")
          .split(" ")
          .map((c) => c.replace(/^hljs-|_$/g, ""))
          .join("."),
      );
      stack.push({ ...stack.at(-1), ...own });
    } else if (tag === "/span") {
      stack.pop();
    } else if (text !== undefined) {
      for (const [n, part] of decode(text).split("\n").entries()) {
        if (n > 0) lines.push([]);
        if (part) lines.at(-1)!.push({ text: part, ...stack.at(-1) });
      }
    }
  }
  return lines;
}
