/**
 * Walking through the tokens of a formula: symbols with their accents and subscripts, and gradients in the
 * ways people write them.
 */

import type { Expr } from "../expr/expr.ts";
import type { Draft } from "./draft.ts";
import { TexError, type Token, tokens } from "./lexer.ts";

export interface Vocabulary {
  /** Symbols by normalised LaTeX. */
  readonly symbols: ReadonlyMap<string, Expr>;
  /** Gradients, by the normalised LaTeX of their variable. */
  readonly gradients: ReadonlyMap<string, Expr>;
  /** How the loss is written. */
  readonly losses: ReadonlySet<string>;
  /** Named sizes, for 1_N. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Partial derivatives of arbitrary functions inside the loss, by `C|y`. */
  readonly partials: ReadonlyMap<string, Expr>;
  /** What x_n means below a sum over `index`: a row of X, by how it is written. */
  readonly rows: (index: string) => ReadonlyMap<string, { expr: Expr; count: number }>;
}

/** LaTeX of a symbol without bold, spaces and needless braces: the form in which symbols are looked up. */
export function normalTex(tex: string): string {
  return tex
    .replace(/\\(?:mathbf|boldsymbol|bm|mathit|mathcal|mathrm|text|operatorname)\s*/g, "")
    .replace(/\s+/g, "")
    .replace(/\{([^{}]*)\}/g, "$1")
    .replace(/\{([^{}]*)\}/g, "$1");
}

export class Reader {
  readonly tokens: Token[];

  readonly source: string;

  readonly words: Vocabulary;

  at = 0;

  constructor(source: string, words: Vocabulary) {
    this.source = source;
    this.words = words;
    this.tokens = tokens(source);
  }

  get next(): Token {
    return this.tokens[this.at];
  }

  fail(message: string, token: Token = this.next): never {
    throw new TexError(message, this.source, token.at);
  }

  take(): Token {
    return this.tokens[this.at++];
  }

  is(text: string): boolean {
    return this.next.text === text;
  }

  expect(text: string, why: string): Token {
    if (!this.is(text))
      this.fail(`Expected "${text}" ${why}${this.next.kind === "end" ? ", but the formula ends" : ""}.`);
    return this.take();
  }

  braced(): string {
    this.expect("{", "here");
    let text = "";
    for (let depth = 1; depth > 0; ) {
      const t = this.take();
      if (t.kind === "end") this.fail('A "{" is not closed.', t);
      if (t.text === "{") depth++;
      else if (t.text === "}" && --depth === 0) break;
      if (depth > 0) text += t.text;
    }
    return text;
  }

  /** A symbol with its accents and subscript, in normal form. */
  symbolText(): string {
    const t = this.take();
    let text = t.text;
    if (
      [
        "\\mathbf",
        "\\boldsymbol",
        "\\bm",
        "\\mathit",
        "\\mathcal",
        "\\mathrm",
        "\\text",
        "\\operatorname",
      ].includes(t.text)
    )
      text = this.is("{") ? this.braced() : this.take().text;
    else if (["\\bar", "\\hat", "\\tilde", "\\vec"].includes(t.text))
      text = `${t.text}${this.is("{") ? normalTex(this.braced()) : this.take().text}`;
    if (this.next.kind === "sub") {
      this.take();
      text += `_${this.is("{") ? normalTex(this.braced()) : this.take().text}`;
    }
    return normalTex(text);
  }

  tryGradient(): Draft | undefined {
    const start = this.at;
    const of = this.gradient();
    if (of === undefined) {
      this.at = start;
      return undefined;
    }
    const e = this.words.partials.get(`${this.numerator}|${of}`) ?? this.words.gradients.get(of);
    if (!e) {
      this.at = start;
      this.fail(
        `There is no gradient by "${of}"; there are gradients by ${[...this.words.gradients.keys()].join(", ")}.`,
      );
    }
    return { k: "expr", e };
  }

  /** What stands above the bar of the last ∂L/∂W. */
  numerator = "";

  /** `d` where it is a differential: \frac{d l}{d x}, and no symbol of that name. */
  private differential(): string | undefined {
    const [above, after] = [this.tokens[this.at + 2]?.text, this.tokens[this.at + 3]?.text];
    if (above === "\\partial") return above;
    if (above !== "d" || this.words.symbols.has("d")) return undefined;
    const close = this.tokens.findIndex((t, i) => i > this.at && t.text === "}");
    const below = this.tokens[close + 2];
    return below?.text === "d" && this.tokens[close + 3]?.text !== "}" && after !== undefined
      ? "d"
      : undefined;
  }

  /** ∂L/∂W, d/dW L, ∇_W L, ∇L_W or W̄: the variable's symbol. */
  gradient(): string | undefined {
    const t = this.next;
    this.numerator = "";
    const d =
      t.text === "\\frac" || t.text === "\\tfrac" || t.text === "\\dfrac" ? this.differential() : undefined;
    if (d) {
      this.take();
      this.expect("{", "after \\frac");
      this.expect(d, "in the numerator");
      this.numerator = this.braceRest();
      this.expect("{", "for the denominator");
      this.expect(d, "in the denominator");
      const of = this.braceRest();
      if (this.numerator === "") {
        // d/dμ l(θ): what is differentiated follows, with arguments that say nothing.
        this.numerator = this.symbolText();
        if (this.is("("))
          while (this.take().text !== ")") if (this.next.kind === "end") this.fail('The "(" is not closed.');
      }
      return of;
    }
    if (t.text === "\\nabla") {
      this.take();
      if (this.next.kind === "sub") {
        this.take();
        const of = this.is("{") ? normalTex(this.braced()) : normalTex(this.symbolToken());
        this.symbolText();
        return of;
      }
      const loss = this.symbolText();
      const at = loss.indexOf("_");
      if (at < 0) this.fail("Which gradient? Write \\nabla_W L.", t);
      const of = loss.slice(at + 1);
      for (const known of this.words.gradients.keys())
        if (known === of || known.toLowerCase() === of.toLowerCase()) return known;
      return of;
    }
    if (t.text === "\\bar") {
      const start = this.at;
      const text = this.symbolText();
      const of = text.slice("\\bar".length);
      if (!this.words.symbols.has(text) && this.words.gradients.has(of)) return of;
      this.at = start;
    }
    return undefined;
  }

  /** One token, or a command with its braces, as text. */
  symbolToken(): string {
    const t = this.take();
    return t.kind === "command" && this.is("{") ? `${t.text}{${this.braced()}}` : t.text;
  }

  /** The text up to the closing brace. */
  braceRest(): string {
    let text = "";
    for (let depth = 1; ; ) {
      const t = this.take();
      if (t.kind === "end") this.fail('A "{" is not closed.', t);
      if (t.text === "{") depth++;
      if (t.text === "}" && --depth === 0) return normalTex(text);
      text += t.kind === "command" ? `${t.text} ` : t.text;
    }
  }
}
