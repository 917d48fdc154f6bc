// Finds the formulas in Markdown before Markdown is parsed, as JupyterLab does,
// so that "_", "|" and "\\" inside them mean what TeX means by them. Each formula
// becomes a placeholder of private-use characters, which Markdown leaves alone.

export interface MathSpan {
  tex: string;
  display: boolean;
  /** The text it came from, to put back where it turns out to be code. */
  raw: string;
}

const OPEN = "\ue000";
const CLOSE = "\ue001";

const ENVIRONMENT = /^\\begin\{([A-Za-z]+\*?)\}/;

/** Index just after the `close` that ends a formula opened before `from`; -1 if there is none. */
function findClose(source: string, from: number, close: string, acrossBlank: boolean): number {
  let depth = 0;
  for (let k = from; k < source.length; k++) {
    if (depth <= 0 && source.startsWith(close, k)) {
      const inlineDollar = close === "$";
      if (!inlineDollar || (!/\d/.test(source[k + 1] ?? "") && source[k + 1] !== "$"))
        return k + close.length;
    }
    const char = source[k];
    if (char === "\\") k++;
    else if (char === "{") depth++;
    else if (char === "}") depth--;
    else if (char === "`" && close === "$" && depth <= 0)
      return -1; // code begins: it was money
    else if (char === "\n" && !acrossBlank && /^[ \t]*(?:\n|$)/.test(source.slice(k + 1))) return -1;
  }
  return -1;
}

function environmentEnd(source: string, from: number, name: string): number {
  const open = `\\begin{${name}}`;
  const close = `\\end{${name}}`;
  let depth = 1;
  for (let k = from + open.length; k < source.length; k++) {
    if (source.startsWith(open, k)) depth++;
    if (source.startsWith(close, k) && --depth === 0) return k + close.length;
  }
  return -1;
}

/** The formula that starts at `k`, if one does. `html` also accepts \( \) and \[ \], as MathJax does in HTML. */
function spanAt(source: string, k: number, html: boolean): (MathSpan & { end: number }) | undefined {
  const make = (open: string, close: string, display: boolean, acrossBlank: boolean) => {
    const end = findClose(source, k + open.length, close, acrossBlank);
    if (end < 0) return undefined;
    const tex = source.slice(k + open.length, end - close.length);
    if (tex.trim() === "") return undefined;
    return { tex: tex.trim(), display, raw: source.slice(k, end), end };
  };
  if (source.startsWith("$$", k)) return make("$$", "$$", true, true);
  if (source[k] === "$") return make("$", "$", false, false);
  for (const [open, close, display] of [
    ["\\\\(", "\\\\)", false],
    ["\\\\[", "\\\\]", true],
  ] as const) {
    if (source.startsWith(open, k)) return make(open, close, display, display);
    if (html && source.startsWith(open.slice(1), k))
      return make(open.slice(1), close.slice(1), display, display);
  }
  const reference = /^\\(?:eq)?ref\{[^{}\n]+\}/.exec(source.slice(k, k + 200))?.[0];
  if (reference) return { tex: reference, display: false, raw: reference, end: k + reference.length };
  const environment = ENVIRONMENT.exec(source.slice(k, k + 40));
  if (environment) {
    const end = environmentEnd(source, k, environment[1]!);
    if (end > 0) return { tex: source.slice(k, end), display: true, raw: source.slice(k, end), end };
  }
  return undefined;
}

/** End of the code that starts at `k` (a fence or a backtick span), or `k` if none does. */
function codeEnd(source: string, k: number): number {
  const lineStart = k === 0 || source[k - 1] === "\n";
  const fence = lineStart ? /^[ \t>]*(`{3,}|~{3,})/.exec(source.slice(k, k + 200)) : null;
  if (fence) {
    const close = new RegExp(`^[ \\t>]*${fence[1]![0]}{${fence[1]!.length},}[ \\t]*$`, "m");
    const body = source.indexOf("\n", k);
    if (body < 0) return source.length;
    const found = close.exec(source.slice(body + 1));
    return found ? body + 1 + found.index + found[0].length : source.length;
  }
  const ticks = /^`+/.exec(source.slice(k))?.[0];
  if (!ticks) return k;
  for (let at = source.indexOf(ticks, k + ticks.length); at >= 0; at = source.indexOf(ticks, at + 1)) {
    const end = at + ticks.length;
    if (source[end] !== "`" && source[at - 1] !== "`") return end;
  }
  return k + ticks.length;
}

/** Replace every formula of a text by a placeholder; `spans[n]` is what placeholder n stands for. */
export function extractMath(
  source: string,
  options: { html?: boolean; markdown?: boolean; spans?: MathSpan[] } = {},
): { text: string; spans: MathSpan[] } {
  const spans = options.spans ?? [];
  const markdown = options.markdown ?? true;
  let out = "";
  let k = 0;
  while (k < source.length) {
    if (markdown) {
      const end = codeEnd(source, k);
      if (end > k) {
        out += source.slice(k, end);
        k = end;
        continue;
      }
    }
    const char = source[k]!;
    if (char === "$" || char === "\\") {
      const span = spanAt(source, k, options.html ?? false);
      if (span) {
        out += `${OPEN}${spans.length}${CLOSE}`;
        spans.push({ tex: span.tex, display: span.display, raw: span.raw });
        k = span.end;
        continue;
      }
      if (char === "\\") {
        // An escaped dollar is a dollar in HTML too; Markdown unescapes its own.
        out += options.html && source[k + 1] === "$" ? "$" : source.slice(k, k + 2);
        k += 2;
        continue;
      }
    }
    out += char;
    k++;
  }
  return { text: out, spans };
}

const PLACEHOLDER = /\ue000(\d+)\ue001/;

/** Split a text at its placeholders. */
export function splitMath(text: string, spans: readonly MathSpan[]): (string | MathSpan)[] {
  const parts = text.split(new RegExp(PLACEHOLDER, "g"));
  return parts
    .map((part, k) => (k % 2 === 1 ? spans[Number(part)]! : part))
    .filter((part) => part !== "" && part !== undefined);
}

/** The text with every formula as it was written. */
export function restoreMath(text: string, spans: readonly MathSpan[]): string {
  return text.replace(new RegExp(PLACEHOLDER, "g"), (_, n) => spans[Number(n)]?.raw ?? "");
}
