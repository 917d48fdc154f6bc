// Small builders of Typst source. Everything a notebook says goes in as string
// literals, so no text of a notebook is ever read as Typst.

/** A string literal. Control characters that no font has are left out. */
export function str(text: string): string {
  const shown = [...text].filter((char) => char >= " " || char === "\n" || char === "\t").join("");
  return `"${shown.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n").replace(/\t/g, "\\t")}"`;
}

export const num = (value: number): string => {
  const rounded = Math.round(value * 1e4) / 1e4;
  return Number.isFinite(rounded) ? String(rounded) : "0";
};

/** Pieces of content after one another. */
export function join(parts: readonly string[]): string {
  if (parts.length === 0) return "[]";
  return parts.length === 1 ? parts[0]! : `(${parts.join(" + ")})`;
}

/** An array literal (Typst needs the comma after a single element). */
export const array = (parts: readonly string[]): string => `(${parts.map((part) => `${part},`).join(" ")})`;

/** A block of code whose statements follow one another. */
export const body = (parts: readonly string[]): string =>
  parts.length === 0 ? "[]" : `{\n${parts.join("\n")}\n}`;
