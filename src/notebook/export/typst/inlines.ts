// Inlines → Typst expressions.
import type { Block, Inline, Run } from "../../document/types.ts";
import { columns } from "../../report/text.ts";
import { wrapLine } from "../wrap.ts";
import { withMargin } from "./assets.ts";
import type { Writer } from "./blocks.ts";
import { join, num, str } from "./source.ts";

const STYLES: Record<string, string> = {
  strong: "strong",
  em: "emph",
  del: "strike",
  underline: "underline",
  sub: "sub",
  sup: "super",
  mark: "highlight",
};

/** No line may be broken between a formula and the sign or word that touches it. */
const GLUE = "\u2060";

function glued(pieces: readonly Inline[], k: number): { before: boolean; after: boolean } {
  const left = pieces[k - 1];
  const right = pieces[k + 1];
  const touches = (piece: Inline | undefined, at: "start" | "end") =>
    piece?.type === "text" &&
    piece.text !== "" &&
    !/\s/.test(at === "start" ? piece.text[0]! : piece.text.at(-1)!);
  return { before: touches(left, "end"), after: touches(right, "start") };
}

function inline(piece: Inline, writer: Writer, glue: { before: boolean; after: boolean }): string {
  switch (piece.type) {
    case "text":
      return str(piece.text);
    case "style":
      if (piece.kind === "small") return `text(size: 0.85em, ${inlineSource(piece.children, writer)})`;
      return `${STYLES[piece.kind]}(${inlineSource(piece.children, writer)})`;
    case "color":
      return `text(fill: rgb(${str(piece.color)}), ${inlineSource(piece.children, writer)})`;
    case "code": {
      // A long piece of code may be broken over lines, after signs.
      if (columns(piece.text) <= 24) return `code-in-text(${str(piece.text)})`;
      return `code-in-text-long(${str(piece.text.replace(/([,;:()[\]{}=+\-*/.|&_])(?=\w)/g, "$1\u200b"))})`;
    }
    case "math": {
      const parts = writer.formulas.setInLine(piece.tex, piece.where);
      if (typeof parts === "string") return `problem-in-text(${str(parts)})`;
      for (const { made } of parts) writer.widest = Math.max(writer.widest, made.width);
      const boxes = parts.flatMap(({ tex, made }) => {
        if (made.width === 0) return []; // only definitions
        const file = writer.assets.add(withMargin(made.svg), "svg");
        return `formula(${str(file)}, ${num(made.width)}, ${num(made.height)}, ${num(made.depth)}, ${str(tex)}, ${num(made.scale ?? 1)})`;
      });
      if (boxes.length === 0) return "[]";
      return join([...(glue.before ? [str(GLUE)] : []), ...boxes, ...(glue.after ? [str(GLUE)] : [])]);
    }
    case "link": {
      const children = inlineSource(piece.children, writer);
      const label = piece.href.startsWith("#")
        ? writer.labels.get(decodeURIComponent(piece.href.slice(1)))
        : undefined;
      if (label) return `link(<${label}>, text(fill: accent, ${children}))`;
      if (!/^(https?|mailto|ftp):/.test(piece.href)) return children;
      return `link(${str(piece.href)}, text(fill: accent, ${children}))`;
    }
    case "picture": {
      const { picture } = piece;
      const file = writer.assets.picture(picture);
      const [w, h] = [picture.width * 0.75, picture.height * 0.75];
      const size = `width: ${num(w)}pt, height: ${num(h)}pt`;
      const format = picture.format === "jpeg" ? "jpg" : picture.format;
      return `box(${size}, baseline: ${num((picture.depth ?? 0) * 0.75)}pt, image(${str(file)}, ${size}, alt: ${str(picture.alt)}, format: ${str(format)}))`;
    }
    case "break":
      return "linebreak()";
    case "footnote":
      return `footnote(${noteSource(piece.children, writer)})`;
    case "checkbox":
      return `check(${piece.checked}) + h(0.15em)`;
    case "problem":
      return `problem-in-text(${str(piece.message)})`;
  }
}

/** A note of one paragraph stands in the line of its number. */
function noteSource(blocks: readonly Block[], writer: Writer): string {
  const [only] = blocks;
  return blocks.length === 1 && only?.type === "paragraph"
    ? inlineSource(only.children, writer)
    : writer.blocks(blocks);
}

export function inlineSource(pieces: readonly Inline[], writer: Writer): string {
  return join(pieces.map((piece, k) => inline(piece, writer, glued(pieces, k))));
}

function run({ text, ...look }: Run): string {
  const wanted = [
    ...(look.color ? [`fill: rgb(${str(look.color)})`] : []),
    ...(look.bold ? ['weight: "bold"'] : []),
    ...(look.italic ? ['style: "italic"'] : []),
  ];
  let out = wanted.length > 0 ? `text(${wanted.join(", ")}, ${str(text)})` : str(text);
  if (look.underline) out = `underline(${out})`;
  if (look.background) out = `highlight(fill: rgb(${str(look.background)}), extent: 0pt, ${out})`;
  return out;
}

/** Monospaced lines, wrapped at `width` columns: one piece of Typst content a line. */
export function runRows(lines: readonly Run[][], width: number): string[] {
  const wrapped = lines.flatMap((line) => wrapLine(line, width));
  return wrapped.map(({ runs, continued }) =>
    join([...(continued ? ["cont"] : []), ...(runs.length > 0 ? runs.map(run) : [str(" ")])]),
  );
}
