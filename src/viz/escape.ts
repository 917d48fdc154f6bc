/** Text made safe inside HTML, SVG and Markdown: data never becomes markup. */

/**
 * `&`, `<`, `>` and quotes as entities.
 * @example
 * ```ts
 * escapeHtml("a < b & c"); // → a &lt; b &amp; c
 * ```
 */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/**
 * TeX's own characters set as themselves, for text outside of formulas.
 * @example
 * ```ts
 * escapeTex("50% of $x_1$"); // → 50\% of \$x\_1\$
 * ```
 */
export function escapeTex(text: string): string {
  const named: Record<string, string> = {
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
  };
  return text.replace(/[\\~^&%$#_{}]/g, (c) => named[c] ?? `\\${c}`);
}

/** A short label as TeX: `$…$` or anything with a backslash, `_` or `^` is TeX; the rest is text. */
export function labelTex(label: string): string {
  const dollars = /^\$([\s\S]*)\$$/.exec(label.trim());
  if (dollars) return dollars[1];
  if (/[\\_^]/.test(label)) return label;
  return `\\text{${escapeTex(label)}}`;
}
