// Insertions and replacements on a text, and the source map that follows from them. Edits are
// applied in order of place, and at one place in the order they were given.

interface Edit {
  start: number;
  end: number;
  text: string;
}

export interface SourceMap {
  version: 3;
  sources: string[];
  sourcesContent: string[];
  names: string[];
  mappings: string;
}

export class Edits {
  readonly #edits: Edit[] = [];
  readonly #marks: number[] = [];

  insert(at: number, text: string): void {
    this.#edits.push({ start: at, end: at, text });
  }

  replace(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text });
  }

  /** Spaces instead of the text, newlines kept, so that nothing after it moves. */
  blank(start: number, end: number, base: string): void {
    this.replace(start, end, base.slice(start, end).replace(/[^\r\n]/g, " "));
  }

  /** A place that a stack frame may name. */
  mark(at: number): void {
    this.#marks.push(at);
  }

  /** The edited text between a prefix and a suffix, and where each mark went. */
  apply(base: string, prefix: string, suffix: string): { text: string; marks: [from: number, to: number][] } {
    const edits = this.#edits
      .map((edit, order) => ({ edit, order }))
      .sort((a, b) => a.edit.start - b.edit.start || a.order - b.order)
      .map(({ edit }) => edit);
    const moves: [from: number, to: number][] = [];
    let text = prefix;
    let at = 0;
    moves.push([0, prefix.length]);
    for (const edit of edits) {
      text += base.slice(at, edit.start);
      if (edit.end > edit.start) moves.push([edit.start, text.length]);
      text += edit.text;
      at = Math.max(at, edit.end);
      moves.push([at, text.length]);
    }
    text += base.slice(at) + suffix;
    const marks: [number, number][] = [];
    let i = 0;
    for (const mark of [...new Set(this.#marks)].sort((a, b) => a - b)) {
      while (i + 1 < moves.length && moves[i + 1]![0] <= mark) i++;
      const [from, to] = moves[i]!;
      const next = moves[i + 1]?.[1] ?? Number.POSITIVE_INFINITY;
      marks.push([mark, Math.min(to + (mark - from), next)]);
    }
    return { text, marks };
  }
}

/** Line (from 0) and column (from 0) of offsets that only grow. */
export function locator(text: string): (offset: number) => [line: number, column: number] {
  let line = 0;
  let start = 0;
  let next = text.indexOf("\n");
  return (offset) => {
    while (next >= 0 && next < offset) {
      line++;
      start = next + 1;
      next = text.indexOf("\n", start);
    }
    return [line, offset - start];
  };
}

export type Segment = [line: number, column: number, sourceLine: number, sourceColumn: number];

export function sourceMap(source: string, content: string, segments: Segment[]): SourceMap {
  segments.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let mappings = "";
  let line = 0;
  let column = 0;
  let sourceLine = 0;
  let sourceColumn = 0;
  let first = true;
  for (const segment of segments) {
    while (line < segment[0]) {
      mappings += ";";
      line++;
      column = 0;
      first = true;
    }
    if (!first) mappings += ",";
    first = false;
    mappings +=
      vlq(segment[1] - column) + vlq(0) + vlq(segment[2] - sourceLine) + vlq(segment[3] - sourceColumn);
    column = segment[1];
    sourceLine = segment[2];
    sourceColumn = segment[3];
  }
  return { version: 3, sources: [source], sourcesContent: [content], names: [], mappings };
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function vlq(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let out = "";
  do {
    const digit = rest & 31;
    rest >>>= 5;
    out += DIGITS[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return out;
}
