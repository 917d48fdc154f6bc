// Characters that none of the fonts has would be set as an empty box. They are
// found by setting them once beside a character that no font has, and are
// written out by their code instead, so a reader sees what stood there.
import { typstSvg } from "./compile.ts";
import { str } from "./source.ts";

/** Letters, marks and punctuation that the embedded fonts are known to have. */
const SURE = /[\u0020-\u024f\u0370-\u03ff\u0400-\u045f\u2010-\u2027\u2030-\u203a\ue000-\uf8ff]/u;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}|\p{Mark}|\p{White_Space}|\p{Control}/u;
const NO_FONT_HAS = "\u{10fffd}";

const known = new Map<string, boolean>();

const glyphsOf = (svg: string): string[][] =>
  svg
    .split('<g class="typst-group"')
    .slice(2)
    .map((part) => [...part.matchAll(/<use [^>]*href="#([^"]*)"/g)].map((found) => found[1]!));

function look(characters: string[]): void {
  const all = [...characters, NO_FONT_HAS];
  const boxes = all.map((char) => `#box(width: 20pt, ${str(char)})`).join("\n");
  const svg = typstSvg(
    `#set page(width: 1000pt, height: auto)\n#set text(font: ("New Computer Modern", "DejaVu Sans Mono"))\n${boxes}`,
  );
  const glyphs = glyphsOf(svg);
  const none = glyphs.at(-1)?.[0];
  for (const [k, char] of characters.entries()) {
    // Should the picture not be as expected, nothing is claimed to be missing.
    known.set(char, glyphs.length === all.length && none !== undefined && glyphs[k]!.includes(none));
  }
}

const code = (char: string): string =>
  `⟨U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}⟩`;

/** `text` with every character that cannot be set written as its code. */
export function writeOutMissing(text: string): string {
  const rare = [...new Set(text)].filter((char) => !SURE.test(char) && !INVISIBLE.test(char));
  const unknown = rare.filter((char) => !known.has(char));
  if (unknown.length > 0) look(unknown);
  const missing = rare.filter((char) => known.get(char));
  if (missing.length === 0) return text;
  return [...text].map((char) => (missing.includes(char) ? code(char) : char)).join("");
}
