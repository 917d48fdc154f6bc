// Printed text with ANSI colours (tracebacks, loggers) → styled runs, line by
// line. Colours are those of a light page; cursor movements are dropped.
import type { Run } from "./types.ts";

const NORMAL = ["#3e424d", "#b22b31", "#007427", "#a65f00", "#1f5fae", "#8a2a82", "#1c7a80", "#8a8f99"];
const BRIGHT = ["#282c36", "#d0353b", "#00862d", "#b87a00", "#0065ca", "#a03196", "#258f8f", "#5f6570"];

/** Behind text that may be dark: lighter, as Jupyter has them. */
const BEHIND = ["#3e424d", "#e75c58", "#00a250", "#ddb62b", "#7bb6f5", "#d98ad0", "#60c6c8", "#c5c1b4"];

/** Colour n of the 256-colour palette. */
function palette(n: number): string {
  if (n < 8) return NORMAL[n]!;
  if (n < 16) return BRIGHT[n - 8]!;
  const hex = (v: number) => v.toString(16).padStart(2, "0");
  if (n >= 232) return `#${hex(8 + 10 * (n - 232)).repeat(3)}`;
  const level = (v: number) => hex(v === 0 ? 0 : 55 + 40 * v);
  const k = n - 16;
  return `#${level(Math.floor(k / 36))}${level(Math.floor(k / 6) % 6)}${level(k % 6)}`;
}

type Look = Omit<Run, "text"> & { inverse?: boolean };

function apply(look: Look, codes: number[]): Look {
  const next = { ...look };
  for (let k = 0; k < codes.length; k++) {
    const code = codes[k]!;
    if (code === 0) for (const key of Object.keys(next)) delete next[key as keyof Look];
    else if (code === 1) next.bold = true;
    else if (code === 3) next.italic = true;
    else if (code === 4) next.underline = true;
    else if (code === 7) next.inverse = true;
    else if (code === 22) delete next.bold;
    else if (code === 23) delete next.italic;
    else if (code === 24) delete next.underline;
    else if (code === 27) delete next.inverse;
    else if (code >= 30 && code <= 37) next.color = NORMAL[code - 30]!;
    else if (code >= 90 && code <= 97) next.color = BRIGHT[code - 90]!;
    else if (code >= 40 && code <= 47) next.background = BEHIND[code - 40]!;
    else if (code >= 100 && code <= 107) next.background = BEHIND[code - 100]!;
    else if (code === 39) delete next.color;
    else if (code === 49) delete next.background;
    else if (code === 38 || code === 48) {
      let color: string | undefined;
      if (codes[k + 1] === 5) {
        color = palette(codes[k + 2] ?? 0);
        k += 2;
      } else if (codes[k + 1] === 2) {
        const parts = codes.slice(k + 2, k + 5);
        color = `#${parts.map((v) => v.toString(16).padStart(2, "0")).join("")}`;
        k += 4;
      }
      if (color && code === 38) next.color = color;
      else if (color) next.background = color;
    }
  }
  return next;
}

const length = (runs: readonly Run[]): number => runs.reduce((sum, { text }) => sum + text.length, 0);

/** What a line shows when it was written over from its start. */
function over(before: readonly Run[], after: readonly Run[]): Run[] {
  let covered = length(after);
  const rest = before.flatMap((one) => {
    const text = one.text.slice(covered);
    covered = Math.max(0, covered - one.text.length);
    return text ? [{ ...one, text }] : [];
  });
  return [...after, ...rest];
}

function run(text: string, { inverse, ...look }: Look): Run {
  if (!inverse) return { text, ...look };
  return { text, ...look, color: look.background ?? "#ffffff", background: look.color ?? "#3e424d" };
}

/** Tabs become spaces to the next multiple of 8; other control characters go. */
function clean(text: string, column: number): string {
  let out = "";
  for (const char of text) {
    if (char === "\t") out += " ".repeat(8 - ((column + out.length) % 8));
    else if (char >= " " && char !== "\u007f") out += char;
  }
  return out;
}

/** Colour changes, other control sequences, and titles or links given to the terminal. */
const ESCAPES = new RegExp(
  "(E\\[[0-9;:]*m|E\\[[0-9;?]*[A-Za-z]|E\\][^B]*(?:B|E\\\\))"
    .replaceAll("E", String.fromCharCode(27))
    .replaceAll("B", String.fromCharCode(7)),
);

/** Lines of styled runs; a final line end adds no empty line. */
export function ansiLines(text: string): Run[][] {
  const lines: Run[][] = [[]];
  /** What stood in the last line before a carriage return. */
  let below: Run[] = [];
  let look: Look = {};
  const settle = () => {
    lines.push(over(below, lines.pop()!));
    below = [];
  };
  const pieces = text.split(ESCAPES);
  for (const [k, piece] of pieces.entries()) {
    if (k % 2 === 1) {
      if (piece.endsWith("m")) look = apply(look, piece.slice(2, -1).split(/[;:]/).map(Number));
      continue;
    }
    for (const [n, part] of piece.split(/\r?\n/).entries()) {
      if (n > 0) {
        settle();
        lines.push([]);
      }
      for (const [k, shown] of part.split("\r").entries()) {
        if (k > 0) {
          below = over(below, lines.at(-1)!);
          lines[lines.length - 1] = [];
        }
        const line = lines.at(-1)!;
        const plain = clean(shown, length(line));
        if (plain) line.push(run(plain, look));
      }
    }
  }
  settle();
  while (lines.length > 1 && lines.at(-1)!.length === 0) lines.pop();
  return lines;
}
