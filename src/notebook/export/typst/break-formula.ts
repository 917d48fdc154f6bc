// Breaks formulas that are too wide for the page where TeX's authors would: at
// relations first, then at plus and minus, with fences grown by \left and
// \right kept whole as long as they fit. MathJax sets a formula as one piece,
// so the breaking is done on its source.

export interface Piece {
  /** The sign this piece begins with; "" for the first, and after a comma. */
  op: string;
  kind: "first" | "relation" | "sign" | "comma";
  tex: string;
}

const RELATIONS = new Set(
  (
    "le leq ge geq ne neq approx sim simeq cong equiv propto to rightarrow leftarrow leftrightarrow Rightarrow Leftarrow " +
    "Leftrightarrow longrightarrow Longrightarrow longleftrightarrow Longleftrightarrow implies iff impliedby mapsto longmapsto " +
    "in notin subset subseteq supset supseteq ll gg prec succ preceq succeq doteq coloneqq triangleq models vdash"
  ).split(" "),
);
const SIGNS = new Set(
  "pm mp cup cap oplus ominus otimes odot wedge vee land lor times cdot setminus".split(" "),
);
/** They change everything that follows, so what follows cannot be set without them. */
const STATES = new Set(
  (
    "displaystyle textstyle scriptstyle scriptscriptstyle color rm bf it sf tt cal over atop choose above brace brack " +
    "overwithdelims atopwithdelims tiny small large Large huge Huge"
  ).split(" "),
);

const groupEnd = (tex: string, k: number): number => {
  let depth = 0;
  for (let i = k; i < tex.length; i++) {
    if (tex[i] === "\\") i++;
    else if (tex[i] === "{") depth++;
    else if (tex[i] === "}" && --depth === 0) return i + 1;
  }
  return tex.length;
};

/** End of the token at `k`: a group, a command, or a character. */
const tokenEnd = (tex: string, k: number): number => {
  if (tex[k] === "{") return groupEnd(tex, k);
  if (tex[k] !== "\\") return k + 1;
  return k + /^\\(?:[A-Za-z]+|[\s\S]?)/.exec(tex.slice(k, k + 60))![0].length;
};

const environmentEnd = (tex: string, k: number): number => {
  let depth = 0;
  for (const found of tex.slice(k).matchAll(/\\(begin|end)\{/g)) {
    depth += found[1] === "begin" ? 1 : -1;
    if (depth === 0) return groupEnd(tex, k + found.index + found[0].length - 1);
  }
  return tex.length;
};

/**
 * The pieces of a formula, or undefined when it cannot be parted.
 * @param within also part inside round and square brackets
 */
export function splitFormula(tex: string, within = false): Piece[] | undefined {
  const pieces: Piece[] = [{ op: "", kind: "first", tex: "" }];
  let fences = 0;
  let brackets = 0;
  const last = () => pieces.at(-1)!;
  for (let k = 0; k < tex.length; ) {
    const char = tex[k]!;
    const end = tokenEnd(tex, k);
    const token = tex.slice(k, end);
    const name = char === "\\" ? token.slice(1) : "";
    if (token === "\\\\" || char === "&" || char === "%" || STATES.has(name)) return undefined;
    if (name === "begin") {
      const after = environmentEnd(tex, k);
      last().tex += tex.slice(k, after);
      k = after;
      continue;
    }
    if (name === "left" || name === "right" || name === "middle" || char === "^" || char === "_") {
      if (name === "left") fences++;
      if (name === "right") fences--;
      // The delimiter or script belongs to it, with any spaces between.
      let next = end;
      while (/\s/.test(tex[next] ?? "")) next++;
      const after = next < tex.length ? tokenEnd(tex, next) : next;
      last().tex += tex.slice(k, after);
      k = after;
      continue;
    }
    if (char === "(" || char === "[") brackets++;
    if (char === ")" || char === "]") brackets = Math.max(0, brackets - 1);
    const outside = fences === 0 && (within || brackets === 0);
    const relation = RELATIONS.has(name) || "=<>".includes(char) || name === "not";
    const sign = SIGNS.has(name) || char === "+" || char === "-";
    if (outside && (relation || sign) && last().tex.trim() !== "" && !/[([,]\s*$/.test(last().tex)) {
      let after = end;
      if (name === "not") after = tokenEnd(tex, end);
      pieces.push({ op: tex.slice(k, after), kind: relation ? "relation" : "sign", tex: "" });
      k = after;
      continue;
    }
    last().tex += token;
    if (outside && (char === "," || name === "quad" || name === "qquad"))
      pieces.push({ op: "", kind: "comma", tex: "" });
    k = end;
  }
  const kept = pieces.filter((piece) => piece.op !== "" || piece.tex.trim() !== "");
  return kept.length > 1 ? kept : undefined;
}

/** Pieces for a line of text: each ends with the sign after which the line may break. */
export function inlinePieces(tex: string, within = false): string[] | undefined {
  const pieces = splitFormula(tex, within);
  // The empty group keeps the space around a sign at the end; a sign at the start would be read as a prefix.
  return pieces?.map((piece, k) => {
    const next = pieces[k + 1];
    return next?.op ? `${piece.tex}${next.op}{}` : piece.tex;
  });
}

/** \left( … \right) → \Bigl( … \Bigr): fences of a fixed size can be broken inside. */
export const fixedFences = (tex: string): string =>
  tex
    .replace(/\\left\b\s*/g, "\\Bigl")
    .replace(/\\right\b\s*/g, "\\Bigr")
    .replace(/\\middle\b\s*/g, "\\Big")
    .replace(/\\Big[lr]?\./g, "");

/**
 * A displayed formula over several lines, none wider than `width`; undefined when it cannot be.
 * @param measure width of a formula set in display style, undefined when it cannot be set
 */
export function displayLines(
  tex: string,
  width: number,
  measure: (tex: string) => number | undefined,
): string | undefined {
  const tag = /\\tag\*?\s*\{(?:[^{}]|\{[^{}]*\})*\}/.exec(tex)?.[0] ?? "";
  const bare = tex.replace(tag, "");
  const apart = statements(splitFormula(bare), width, measure);
  if (apart) return `\\begin{gathered} ${apart.join(" \\\\ ")} \\end{gathered}${tag}`;
  for (const source of [bare, fixedFences(bare)]) {
    for (const within of [false, true]) {
      const lines = fill(splitFormula(source, within), width, measure);
      if (lines) return `\\begin{aligned} ${lines.join(" \\\\ ")} \\end{aligned}${tag}`;
    }
  }
  return undefined;
}

/** Statements set side by side with \\quad between: as many on a line as fit, none of them parted. */
function statements(
  pieces: Piece[] | undefined,
  width: number,
  measure: (tex: string) => number | undefined,
): string[] | undefined {
  const QUAD = /(?:\\q?quad\s*)+$/;
  const all: string[] = [""];
  for (const { op, tex } of pieces ?? []) {
    all[all.length - 1] += `${op}${tex}`;
    if (QUAD.test(tex)) all.push("");
  }
  if (all.length < 2) return undefined;
  const lines: string[] = [];
  let line = "";
  for (const statement of all) {
    const wide = measure(`${line}${statement}`.replace(QUAD, ""));
    if (wide === undefined) return undefined;
    if (wide <= width) {
      line += statement;
      continue;
    }
    if (line === "" || (measure(statement.replace(QUAD, "")) ?? Infinity) > width) return undefined;
    lines.push(line.replace(QUAD, ""));
    line = statement;
  }
  return [...lines, line.replace(QUAD, "")];
}

function fill(
  pieces: Piece[] | undefined,
  width: number,
  measure: (tex: string) => number | undefined,
): string[] | undefined {
  if (!pieces) return undefined;
  const lead = pieces[1]?.kind === "relation" ? measure(pieces[0]!.tex) : 0;
  if (lead === undefined || lead > 0.6 * width) return undefined;
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const [k, piece] of pieces.entries()) {
    const text = `${piece.op}${piece.tex}`;
    const size = measure(`{}${text}`);
    if (size === undefined) return undefined;
    const indent = lines.length === 0 ? 0 : lead + 2;
    if (line !== "" && used + size > width - indent) {
      lines.push(line);
      line = "";
      used = 0;
    }
    if (size > width - (lines.length === 0 ? 0 : lead + 2)) return undefined;
    // The first relation and the begin of every later line stand under one another.
    const mark =
      k === 1 && lead > 0
        ? "&"
        : line === "" && lines.length > 0
          ? piece.kind === "relation"
            ? "&"
            : "&\\qquad{}"
          : "";
    line += `${mark}${k === 0 && lead === 0 ? "&" : ""}${text}`;
    used += size;
  }
  return [...lines, line];
}
