/**
 * Derivations as HTML, for frontends that show no Markdown and for pages: the drawing as inline SVG, the
 * formulas as `$…$` and `$$…$$` for MathJax or KaTeX to set.
 */

/** The little Markdown that derivations use, as HTML; what is between dollars stays as it is. */
export function markdownToHtml(markdown: string): string {
  const out: string[] = [];
  let open = false;
  let formula: string[] | undefined;
  for (const line of markdown.split("\n")) {
    const text = line.trim();
    if (formula) {
      formula.push(text);
      if (!text.endsWith("$$")) continue;
      out.push(`<p>${escaped(formula.join("\n"))}</p>`);
      formula = undefined;
      continue;
    }
    if (text === "") continue;
    const heading = /^\*\*([^*]+)\*\*$/.exec(text);
    const item = /^\d+\. (.*)$/.exec(text);
    const inside = item !== null || line.startsWith("   ");
    if (open && (item || !inside)) out.push("</li>");
    if (open && !inside) {
      out.push("</ol>");
      open = false;
    }
    if (text.startsWith("$$") && !(text.length > 2 && text.endsWith("$$"))) formula = [text];
    else if (heading) out.push(`<h4>${escaped(heading[1])}</h4>`);
    else if (item) {
      if (!open) out.push("<ol>");
      open = true;
      out.push(`<li>${escaped(item[1])}`);
    } else out.push(`<p>${escaped(text).replace(/\*\*(.+?)\*\*/g, "<strong>$1</strong>")}</p>`);
  }
  if (open) out.push("</li>", "</ol>");
  return out.join("\n");
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
