// Small pieces of text that every report and progress display shares.
import { stripVTControlCharacters } from "node:util";

/** 85 ms, 3.2 s, 4:07, 1:02:45 — short, and wide enough to compare. */
export function duration(ms: number): string {
  if (ms < 99.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Milliseconds from "500ms", "30", "30s", "5m" or "2h" (a bare number is seconds). */
export function parseDuration(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/.exec(text.trim());
  if (!found) return undefined;
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[found[2] ?? "s"]!;
  return Number(found[1]) * unit;
}

/** A bar of `width` characters, `part` of it full. */
export function bar(part: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, part)) * width);
  return "█".repeat(full) + "░".repeat(width - full);
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** Columns a text takes on a terminal. */
export function columns(text: string): number {
  let n = 0;
  for (const char of stripVTControlCharacters(text)) {
    if (/\p{Mark}|\p{Default_Ignorable_Code_Point}/u.test(char)) continue;
    n += wide.test(char) ? 2 : 1;
  }
  return n;
}

/** Cut a plain text to at most `width` columns, with an ellipsis where it was cut. */
export function cut(text: string, width: number): string {
  if (columns(text) <= width) return text;
  let out = "";
  for (const char of text) {
    if (columns(out + char) > width - 1) break;
    out += char;
  }
  return width > 0 ? `${out}…` : "";
}

export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

/** Colours for a terminal; plain text when there is none, or NO_COLOR is set. */
export function paint(on: boolean): Paint {
  const wrap = (code: string) => (text: string) => (on ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { bold: wrap("1"), dim: wrap("2"), red: wrap("31"), green: wrap("32"), yellow: wrap("33") };
}
