/**
 * LaTeX as tokens, and errors that point at the character.
 */

export interface Token {
  readonly kind: "letter" | "number" | "command" | "open" | "close" | "sub" | "sup" | "sign" | "end";
  readonly text: string;
  readonly at: number;
}

/**
 * A formula that could not be read; the message shows where.
 * @example
 * ```ts
 * const d = derive(({ W, x }) => W.matmul(x).named("y"), { W: eye(2), x: tensor([1, 2]) });
 * d.claim.tex("\\nabla_W L = Q x^T"); // throws "Q" is not a known symbol
 * ```
 */
export class TexError extends Error {
  override name = "TexError";
  readonly position: number;
  constructor(message: string, source: string, position: number) {
    super(`${message}\n  ${source}\n  ${" ".repeat(position)}^`);
    this.position = position;
  }
}

const SPACES = new Set([
  "\\,",
  "\\;",
  "\\!",
  "\\:",
  "\\ ",
  "\\quad",
  "\\qquad",
  "\\displaystyle",
  "\\textstyle",
  "\\limits",
  "~",
  "&",
]);
const IGNORED = new Set([
  "\\left",
  "\\right",
  "\\big",
  "\\Big",
  "\\bigl",
  "\\bigr",
  "\\Bigl",
  "\\Bigr",
  "\\mathopen",
  "\\mathclose",
]);

export function tokens(source: string): Token[] {
  const out: Token[] = [];
  let i = 0;
  const put = (kind: Token["kind"], text: string, at: number): void => {
    out.push({ kind, text, at });
  };
  while (i < source.length) {
    const c = source[i];
    const at = i;
    if (/\s/.test(c) || c === "~" || c === "&") i++;
    else if (c === "$") i++;
    else if (c === "\\") {
      const word = /^\\([a-zA-Z]+|[^a-zA-Z])/.exec(source.slice(i))?.[0];
      if (!word) throw new TexError("A backslash at the end of the formula.", source, at);
      i += word.length;
      if (SPACES.has(word) || IGNORED.has(word)) continue;
      if (word === "\\{" || word === "\\lbrace") put("open", "(", at);
      else if (word === "\\}" || word === "\\rbrace") put("close", ")", at);
      else if (word === "\\lvert" || word === "\\rvert" || word === "\\vert") put("sign", "|", at);
      else if (word === "\\lVert" || word === "\\rVert" || word === "\\Vert" || word === "\\|")
        put("sign", "‖", at);
      else put("command", word, at);
    } else if (c === "{" || c === "(" || c === "[") {
      put("open", c, at);
      i++;
    } else if (c === "}" || c === ")" || c === "]") {
      put("close", c, at);
      i++;
    } else if (c === "_") {
      put("sub", c, at);
      i++;
    } else if (c === "^") {
      put("sup", c, at);
      i++;
    } else if (/[0-9.]/.test(c)) {
      const number = /^[0-9]*\.?[0-9]+|^[0-9]+\.?/.exec(source.slice(i))?.[0];
      if (!number) throw new TexError(`Unexpected "${c}".`, source, at);
      put("number", number, at);
      i += number.length;
    } else if (/[a-zA-Z]/.test(c)) {
      put("letter", c, at);
      i++;
    } else if ("+-*/=|<>,'.".includes(c)) {
      put("sign", c, at);
      i++;
    } else if (c === "−") {
      put("sign", "-", at);
      i++;
    } else throw new TexError(`Unexpected character "${c}".`, source, at);
  }
  put("end", "", source.length);
  return out;
}
