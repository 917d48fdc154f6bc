/**
 * Short labels as outlines: formulas as they are, anything else as upright text.
 */

import { createHash } from "node:crypto";
import { labelTex } from "./escape.ts";
import { type MathSvg, texToSvg } from "./math.ts";

/** A label set at `size` px. `$…$` or anything with a backslash, `_` or `^` is TeX; the rest is text. */
export function setLabel(label: string, size: number, color: string): MathSvg {
  return texToSvg(labelTex(label), { em: size, color });
}

/** A formula set at `size` px; dollars around it may stay or go. */
export function setTex(tex: string, size: number, color: string): MathSvg {
  return texToSvg(/^\$([\s\S]*)\$$/.exec(tex.trim())?.[1] ?? tex, { em: size, color });
}

/**
 * Writes each outline that occurs more than once only once. Its id is made from the outline itself, so
 * that pictures on one page may share ids without harm.
 */
export function shareOutlines(svg: string): string {
  const pattern = /<path d="([^"]{60,})"( transform="[^"]*")?\/>/g;
  const counts = new Map<string, number>();
  for (const [, d] of svg.matchAll(pattern)) counts.set(d, (counts.get(d) ?? 0) + 1);
  const ids = new Map<string, string>();
  for (const [d, count] of counts)
    if (count > 1) ids.set(d, `o${createHash("sha256").update(d).digest("hex").slice(0, 12)}`);
  if (ids.size === 0) return svg;
  const defs = [...ids].map(([d, id]) => `<path id="${id}" d="${d}"/>`).join("");
  const short = svg.replace(pattern, (found, d: string, place: string | undefined) =>
    ids.has(d) ? `<use href="#${ids.get(d)}"${place ?? ""}/>` : found,
  );
  return short.replace(/>/, `><defs>${defs}</defs>`);
}
