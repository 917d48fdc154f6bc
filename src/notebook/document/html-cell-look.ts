// What a style sheet says of a table's cells. Data frames that colour their
// cells by value (pandas' Styler) write one rule an id beside the table, so the
// colours are content: they are read and kept.
import { cssColor, styleOf } from "./html-context.ts";
import type { TableCell } from "./types.ts";

/** Declarations by element id, from the style sheets beside a table. */
export function rulesById(table: Element): Map<string, string> {
  const rules = new Map<string, string>();
  const root = table.getRootNode() as unknown as ParentNode;
  for (const sheet of root.querySelectorAll("style")) {
    for (const [, selectors = "", declarations = ""] of (sheet.textContent ?? "").matchAll(
      /([^{}]+)\{([^{}]*)\}/g,
    )) {
      for (const selector of selectors.split(",")) {
        const id = /^#([\w-]+)$/.exec(selector.trim())?.[1];
        if (id) rules.set(id, `${rules.get(id) ?? ""};${declarations}`);
      }
    }
  }
  return rules;
}

/** `linear-gradient(90deg, #d65f5f 50%, transparent 50%)` → its stops. */
function barOf(value: string): { color: string; percent: number }[] | undefined {
  const found = /^linear-gradient\(\s*90deg\s*,([\s\S]*)\)$/.exec(value.trim());
  if (!found) return undefined;
  const stops = found[1]!.split(/,(?![^(]*\))/).map((stop) => {
    const [, color = "", percent = ""] = /^\s*(.*?)\s+(-?[\d.]+)%\s*$/.exec(stop) ?? [];
    const known = color === "transparent" ? "#ffffff" : cssColor(color);
    return known && percent
      ? { color: known, percent: Math.min(100, Math.max(0, Number(percent))) }
      : undefined;
  });
  const whole = stops.filter((stop) => stop !== undefined);
  if (whole.length !== stops.length || whole.length < 2) return undefined;
  const ends = [{ ...whole[0]!, percent: 0 }, ...whole, { ...whole.at(-1)!, percent: 100 }];
  return ends.every((stop) => stop.color === "#ffffff") ? undefined : ends;
}

/** Colours of a cell, from its own style and the rules for its id. */
export function lookOf(
  cell: Element,
  rules: ReadonlyMap<string, string>,
): Pick<TableCell, "background" | "color"> {
  const rule = rules.get(cell.id);
  if (rule) cell.setAttribute("style", `${rule};${cell.getAttribute("style") ?? ""}`);
  const plain = cssColor(styleOf(cell, "background-color") || styleOf(cell, "background"));
  const background = barOf(styleOf(cell, "background")) ?? (plain === "#ffffff" ? undefined : plain);
  const color = cssColor(styleOf(cell, "color"));
  return { ...(background ? { background } : {}), ...(color && color !== "#000000" ? { color } : {}) };
}
