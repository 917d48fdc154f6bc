/**
 * The matrix language of homework sheets, from LaTeX: products by juxtaposition, \odot, transposes,
 * inverses, fractions, sums, ∂L/∂S, the usual functions. Index notation (Σ_n with x_n) is not read.
 */

import { operations } from "../../ops/index.ts";
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
}

export interface Statement {
  /** The variable on the left-hand side, when there is an equation. */
  readonly left?: string;
  readonly right: Draft;
  readonly source: string;
}

/** LaTeX of a symbol without bold, spaces and needless braces: the form in which symbols are looked up. */
export function normalTex(tex: string): string {
  return tex
    .replace(/\\(?:mathbf|boldsymbol|bm|mathit|mathcal|mathrm|text|operatorname)\s*/g, "")
    .replace(/\s+/g, "")
    .replace(/\{([^{}]*)\}/g, "$1")
    .replace(/\{([^{}]*)\}/g, "$1");
}

const FUNCTIONS: Record<string, string> = {
  exp: "exp",
  log: "log",
  ln: "log",
  sigma: "sigmoid",
  sigmoid: "sigmoid",
  tanh: "tanh",
  relu: "relu",
  sin: "sin",
  cos: "cos",
  softplus: "softplus",
  sign: "sign",
};

export function parseStatement(source: string, words: Vocabulary): Statement {
  const p = new Parser(source, words);
  const equals = p.tokens.findIndex((t) => t.text === "=");
  if (equals < 0) return { right: p.whole(), source };
  const left = p.leftSide(equals);
  const right = p.whole();
  return { left, right, source };
}

class Parser {
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

  leftSide(equals: number): string {
    const token = this.next;
    const grad = this.gradient();
    if (!grad || this.at !== equals)
      this.fail(
        "The left-hand side must be a gradient, such as \\nabla_W L or \\frac{\\partial L}{\\partial W}.",
        token,
      );
    this.take();
    return grad;
  }

  whole(): Draft {
    const d = this.sum();
    if (this.next.kind !== "end") this.fail(`Unexpected "${this.next.text}" here.`);
    return d;
  }

  sum(): Draft {
    const start = this.next.at;
    const terms: Draft[] = [];
    for (;;) {
      let minus = false;
      while (this.is("+") || this.is("-")) if (this.take().text === "-") minus = !minus;
      const term = this.product();
      terms.push(minus ? { k: "neg", x: term, at: term.at } : term);
      if (!this.is("+") && !this.is("-")) break;
    }
    return terms.length === 1 ? terms[0] : { k: "sum", terms, at: start };
  }

  /** Elementwise products bind as tightly as the juxtaposed ones beside them: a b ⊙ c is (a b) ⊙ c. */
  product(): Draft {
    const start = this.next.at;
    let left = this.chain();
    for (;;) {
      const t = this.next;
      if (t.text === "\\odot" || t.text === "\\circ") {
        this.take();
        const right = this.chain();
        left = {
          k: "had",
          factors: left.k === "had" && left.at === start ? [...left.factors, right] : [left, right],
          at: start,
        };
      } else if (t.text === "\\oslash" || t.text === "/") {
        this.take();
        left = { k: "over", x: left, y: this.chain(), elementwise: t.text === "\\oslash", at: start };
      } else return left;
    }
  }

  chain(): Draft {
    const start = this.next.at;
    const factors: Draft[] = [this.power()];
    for (;;) {
      if (this.is("*") || this.is("\\cdot") || this.is("\\times")) {
        this.take();
        factors.push(this.power());
      } else if (this.startsFactor()) factors.push(this.power());
      else break;
    }
    return factors.length === 1 ? factors[0] : { k: "product", factors, at: start };
  }

  startsFactor(): boolean {
    const t = this.next;
    if (t.kind === "letter" || t.kind === "number") return true;
    if (t.kind === "open") return true;
    if (t.kind === "sign") return t.text === "‖" && this.norms === 0;
    if (t.kind !== "command") return false;
    return !["\\odot", "\\circ", "\\oslash", "\\cdot", "\\times", "\\top", "\\to", "\\in"].includes(t.text);
  }

  norms = 0;
  bars = 0;

  power(): Draft {
    const start = this.next.at;
    let x = this.atom();
    while (this.next.kind === "sup" || this.is("'")) {
      if (this.is("'")) this.fail("A prime is not read as a transpose; write ^\\top.");
      this.take();
      x = { ...this.exponent(x), at: start };
    }
    return { ...x, at: start, end: this.next.at };
  }

  exponent(x: Draft): Draft {
    const t = this.take();
    if (t.kind === "letter" && t.text === "T") return { k: "t", x };
    if (t.text === "\\top" || t.text === "\\intercal" || t.text === "\\mathsf") return { k: "t", x };
    if (t.kind === "number") return { k: "pow", x, n: Number(t.text) };
    if (t.text !== "{") this.fail("Expected an exponent: \\top, T, −1 or a number.", t);
    const first = this.next;
    if (this.is("\\odot")) this.take();
    let minus = false;
    if (this.is("-")) {
      this.take();
      minus = true;
    }
    const e = this.take();
    let out: Draft;
    if (e.text === "\\top" || e.text === "T" || e.text === "\\mathsf") {
      if (e.text === "\\mathsf") this.at += 3;
      out = minus ? { k: "inv", x: { k: "t", x } } : { k: "t", x };
    } else if (e.kind === "number") {
      const n = (minus ? -1 : 1) * Number(e.text);
      out = n === -1 ? { k: "inv", x } : { k: "pow", x, n };
    } else if (e.text === "\\frac" || e.text === "\\tfrac") {
      const [a, b] = [this.group(), this.group()].map((d) => (d.k === "num" ? d.value : Number.NaN));
      if (Number.isNaN(a / b)) this.fail("An exponent must be \\top, −1 or a number.", e);
      out = { k: "pow", x, n: (minus ? -1 : 1) * (a / b) };
    } else this.fail("An exponent must be \\top, −1 or a number (e^{…} is the exponential).", first);
    this.expect("}", "after the exponent");
    return out;
  }

  /** `{…}` or one token. */
  group(): Draft {
    if (this.is("{")) {
      this.take();
      const d = this.sum();
      this.expect("}", "to close the group");
      return d;
    }
    const t = this.take();
    if (t.kind === "number") {
      // \tfrac12 is ½.
      if (t.text.length > 1) {
        this.at--;
        this.tokens[this.at] = { ...t, text: t.text.slice(1), at: t.at + 1 };
        return { k: "num", value: Number(t.text[0]), at: t.at };
      }
      return { k: "num", value: Number(t.text), at: t.at };
    }
    this.at--;
    return this.atom();
  }

  atom(): Draft {
    const t = this.next;
    const gradient = this.tryGradient();
    if (gradient) return gradient;
    if (t.kind === "number") {
      this.take();
      return { k: "num", value: Number(t.text), at: t.at };
    }
    if (t.kind === "open") {
      this.take();
      const close = t.text === "(" ? ")" : t.text === "[" ? "]" : "}";
      const [n, b] = [this.norms, this.bars];
      this.norms = this.bars = 0;
      const d = this.sum();
      [this.norms, this.bars] = [n, b];
      if (!this.is(close))
        this.fail(`The "${t.text}" is not closed by "${close}".`, this.next.kind === "end" ? t : this.next);
      this.take();
      return d;
    }
    if (t.text === "‖") {
      this.take();
      this.norms++;
      const x = this.sum();
      this.norms--;
      this.expect("‖", "to close the norm");
      if (this.next.kind !== "sup") this.fail("Only squared norms are read: ‖x‖^2.");
      this.take();
      const braced = this.is("{");
      if (braced) this.take();
      const n = this.take();
      if (n.text !== "2") this.fail("Only squared norms are read: ‖x‖^2.", n);
      if (braced) this.expect("}", "after the exponent");
      return { k: "norm2", x };
    }
    if (t.text === "|") {
      if (this.bars > 0) this.fail("Something is missing between the bars.");
      return this.barred((x) => ({ k: "bars", x }));
    }
    if (t.kind === "command" || t.kind === "letter") return this.named();
    if (t.kind === "end") return this.fail("The formula ends where a factor is expected.");
    return this.fail(`Unexpected "${t.text}"; a factor is expected here.`);
  }

  barred(make: (x: Draft) => Draft): Draft {
    this.expect("|", "to open the determinant");
    this.bars++;
    const x = this.sum();
    this.bars--;
    this.expect("|", "to close the determinant");
    return make(x);
  }

  /** A function, a fraction, a vector of ones, a mask, or a symbol. */
  named(): Draft {
    const t = this.next;
    const start = this.at;
    if (t.text === "\\frac" || t.text === "\\tfrac" || t.text === "\\dfrac") {
      this.take();
      return { k: "over", x: this.group(), y: this.group(), elementwise: false, at: t.at };
    }
    if (t.text === "\\sqrt") {
      this.take();
      return { k: "pow", x: this.group(), n: 0.5 };
    }
    if (t.text === "\\sum" || t.text === "\\prod")
      this.fail(
        `Sums with indices are not read; write the matrix form, or check a function of tensors instead.`,
      );
    const ones = this.onesOrMask();
    if (ones) return ones;
    const name = this.symbolText();
    const word = name.replace(/^\\/, "").toLowerCase();
    if (name === "e" && this.next.kind === "sup") {
      this.take();
      return { k: "fn", name: "exp", x: this.group() };
    }
    const known = this.words.symbols.get(name);
    const applied = this.is("(") || (this.next.kind === "open" && this.next.text === "[");
    if (word === "log" && this.is("|")) return this.barred((x) => ({ k: "logdet", x }));
    if (FUNCTIONS[word] && (!known || applied))
      return { k: "fn", name: FUNCTIONS[word], x: this.argument(t) };
    if (word === "tr" || word === "trace") return { k: "trace", x: this.argument(t) };
    if (word === "diag") return { k: "diag", x: this.argument(t) };
    if (word === "det") return { k: "bars", x: this.argument(t) };
    if (word === "logdet") return { k: "logdet", x: this.argument(t) };
    if (word === "softmax") return this.softmax(t);
    if (known) return { k: "expr", e: known };
    if (name === "I") return { k: "eye" };
    this.at = start;
    return this.fail(
      `"${name}" is not a known symbol; known are ${[...this.words.symbols.keys()].join(", ")}` +
        `${this.words.gradients.size > 0 ? `, and gradients such as \\frac{\\partial L}{\\partial ${[...this.words.gradients.keys()][0]}}` : ""}.`,
    );
  }

  argument(of: Token): Draft {
    const t = this.next;
    if (t.kind === "open" || t.kind === "letter" || t.kind === "command" || t.kind === "number") {
      if (t.kind === "open") return this.atom();
      return this.power();
    }
    return this.fail(`"${of.text}" has no argument.`, of);
  }

  softmax(t: Token): Draft {
    const op = operations().get("softmax")!;
    return {
      k: "softmax",
      x: this.argument(t),
      data: (shape) =>
        shape[1] === 1
          ? { op, params: { axis: 0 }, argShapes: [[shape[0]]], outShape: [shape[0]] }
          : { op, params: { axis: 1 }, argShapes: [shape], outShape: shape },
    };
  }

  /** 1, 1_N, 1[Z > 0]. */
  onesOrMask(): Draft | undefined {
    const start = this.at;
    const t = this.take();
    if (!["\\mathbf", "\\mathbb", "\\boldsymbol", "\\bm", "\\mathbbm"].includes(t.text)) {
      this.at = start;
      return undefined;
    }
    const braced = this.is("{");
    if (braced) this.take();
    if (!this.is("1")) {
      this.at = start;
      return undefined;
    }
    this.take();
    if (braced) this.expect("}", "after the 1");
    if (this.is("[") || this.is("(") || (this.next.kind === "sub" && this.tokens[this.at + 1].text === "{")) {
      const mask = this.mask();
      if (mask) return mask;
    }
    if (this.next.kind === "sub") {
      this.take();
      const name = this.is("{") ? this.braced() : this.take().text;
      const n = this.words.sizes.get(name) ?? (/^\d+$/.test(name) ? Number(name) : undefined);
      return { k: "ones", ...(n === undefined ? {} : { size: n }), at: t.at };
    }
    return { k: "ones", at: t.at };
  }

  mask(): Draft | undefined {
    const start = this.at;
    if (this.next.kind === "sub") this.take();
    const open = this.take();
    const close = open.text === "[" ? "]" : open.text === "(" ? ")" : "}";
    const x = this.sum();
    const sign = this.next.text;
    if (
      sign !== ">" &&
      sign !== "<" &&
      sign !== "\\ge" &&
      sign !== "\\geq" &&
      sign !== "\\le" &&
      sign !== "\\leq"
    ) {
      this.at = start;
      return undefined;
    }
    this.take();
    const zero = this.take();
    if (zero.text !== "0") this.fail("A mask compares with 0: \\mathbf{1}[Z > 0].", zero);
    this.expect(close, "to close the mask");
    const names: Record<string, string> = {
      ">": "greater",
      "<": "less",
      "\\ge": "greaterEqual",
      "\\geq": "greaterEqual",
    };
    const name = names[sign] ?? "lessEqual";
    const op = operations().get(name)!;
    return {
      k: "mask",
      x,
      data: (shape) => ({ op, params: null, argShapes: [shape, []], outShape: shape }),
    };
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
    const e = this.words.gradients.get(of);
    if (!e) {
      this.at = start;
      this.fail(
        `There is no gradient by "${of}"; there are gradients by ${[...this.words.gradients.keys()].join(", ")}.`,
      );
    }
    return { k: "expr", e };
  }

  /** ∂L/∂W, ∇_W L, ∇L_W or W̄: the variable's symbol. */
  gradient(): string | undefined {
    const t = this.next;
    if (
      (t.text === "\\frac" || t.text === "\\tfrac" || t.text === "\\dfrac") &&
      this.tokens[this.at + 2]?.text === "\\partial"
    ) {
      this.take();
      this.expect("{", "after \\frac");
      this.expect("\\partial", "in the numerator");
      this.braceRest();
      this.expect("{", "for the denominator");
      this.expect("\\partial", "in the denominator");
      return this.braceRest();
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
