// Equation numbers, as LaTeX and JupyterLab give them: `equation`, `align` and
// the like are numbered unless starred, \tag and \notag are obeyed, and \ref
// and \eqref find labels anywhere in the notebook, also further down. Numbers
// are written into the formulas as \tag, so every exporter shows the same ones.

const NUMBERED = new Set(["equation", "align", "gather", "alignat", "flalign", "eqnarray", "multline"]);
const ONE_NUMBER = new Set(["equation", "multline"]);

interface Environment {
  name: string;
  star: boolean;
  /** What follows \begin{name} and belongs to it, e.g. {2} of alignat. */
  argument: string;
  body: string;
}

function environmentOf(tex: string): Environment | undefined {
  const found = /^\s*\\begin\{([a-z]+)(\*?)\}((?:\{\d+\})?)([\s\S]*)\\end\{\1\2\}\s*$/.exec(tex);
  if (!found || !NUMBERED.has(found[1]!)) return undefined;
  return { name: found[1]!, star: found[2] === "*", argument: found[3]!, body: found[4]! };
}

/** Split at the row ends (\\) that belong to the outermost level. */
export function splitRows(body: string): string[] {
  const rows: string[] = [];
  let depth = 0;
  let start = 0;
  for (let k = 0; k < body.length; k++) {
    if (body.startsWith("\\begin{", k)) depth++;
    else if (body.startsWith("\\end{", k)) depth--;
    if (body[k] === "{") depth++;
    else if (body[k] === "}") depth--;
    else if (body[k] === "\\") {
      if (body[k + 1] === "\\" && depth === 0) {
        const skip = /^\\\\\*?(?:\[[^\]]*\])?/.exec(body.slice(k))![0].length;
        rows.push(body.slice(start, k + skip));
        k += skip - 1;
        start = k + 1;
      } else if (body[k + 1] !== "b" && body[k + 1] !== "e") k++;
    }
  }
  const last = body.slice(start);
  if (last.trim() !== "") rows.push(last);
  return rows;
}

const TAG = /\\tag\*?\s*\{((?:[^{}]|\{[^{}]*\})*)\}/;
const LABEL = /\\label\s*\{([^}]*)\}/g;
const NOTAG = /\\(?:notag|nonumber)\b/g;

export class Numbering {
  #next = 1;
  readonly labels = new Map<string, string>();

  /** The formula with its numbers as \tag; labels are remembered and taken out. */
  number(tex: string): string {
    const environment = environmentOf(tex);
    if (!environment) return this.#row(tex, false);
    const { name, star, argument, body } = environment;
    if (name === "equation") return this.#row(body, !star).trim();
    const rows = ONE_NUMBER.has(name) ? [body] : splitRows(body);
    const numbered = rows.map((row) => this.#row(row, !star));
    const plain = name === "eqnarray" ? "align" : name;
    // LaTeX's eqnarray has "= between two &"; align wants one.
    const out = name === "eqnarray" ? numbered.map((row) => row.replace(/&([^&]*)&/, "&$1")) : numbered;
    return `\\begin{${plain}*}${argument}${out.join("")}\\end{${plain}*}`;
  }

  /** \ref and \eqref replaced by the numbers; unknown labels are returned for an error. */
  resolve(tex: string): { tex: string; unknown: string[] } {
    const unknown: string[] = [];
    const resolved = tex.replace(/\\(eq)?ref\s*\{([^}]*)\}/g, (_, eq, label) => {
      const number = this.labels.get(label);
      if (number === undefined) unknown.push(label);
      return `\\text{${eq ? `(${number ?? "?"})` : (number ?? "?")}}`;
    });
    return { tex: resolved, unknown };
  }

  #row(row: string, automatic: boolean): string {
    const labels = [...row.matchAll(LABEL)].map((found) => found[1]!);
    const explicit = TAG.exec(row)?.[1];
    const silent = row.match(NOTAG) !== null;
    const bare = row.replace(LABEL, "").replace(NOTAG, "");
    const own = explicit ?? (automatic && !silent ? String(this.#next++) : undefined);
    if (own !== undefined) for (const label of labels) this.labels.set(label, own);
    if (explicit !== undefined || own === undefined) return bare;
    const end = /\s*(?:\\\\\*?(?:\[[^\]]*\])?)?\s*$/.exec(bare)!;
    return `${bare.slice(0, end.index)}\\tag{${own}}${end[0]}`;
  }
}

/** Whether a formula stands at the full width because it has a \tag. */
export const hasTagCommand = (tex: string): boolean => TAG.test(tex);
