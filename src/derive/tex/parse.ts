/**
 * The matrix language of homework sheets, from LaTeX: products by juxtaposition, \odot, transposes,
 * inverses, fractions, sums, ∂L/∂S, the usual functions. Sums over examples (Σ_n with rows x_n) are
 * read; other index notation is not.
 */

import type { Draft } from "./draft.ts";
import type { Vocabulary } from "./reader.ts";
import { Words } from "./words.ts";

export interface Statement {
  /** The variable on the left-hand side, when there is an equation. */
  readonly left?: string;
  readonly right: Draft;
  readonly source: string;
}

export function parseStatement(source: string, words: Vocabulary): Statement {
  const p = new Parser(source, words);
  const equals = p.tokens.findIndex((t) => t.text === "=");
  if (equals < 0) return { right: p.whole(), source };
  const left = p.leftSide(equals);
  const right = p.whole();
  return { left, right, source };
}

class Parser extends Words {
  leftSide(equals: number): string {
    const token = this.next;
    const grad = this.gradient();
    if (!grad || this.at !== equals)
      this.fail(
        "The left-hand side must be a gradient, such as \\nabla_W L or \\frac{\\partial L}{\\partial W}.",
        token,
      );
    const { losses, partials, gradients } = this.words;
    if (!gradients.has(grad))
      this.fail(
        `There is no gradient by "${grad}"; there are gradients by ${[...gradients.keys()].join(", ")}.`,
        token,
      );
    if (!losses.has(this.numerator) && [...partials.keys()].some((k) => k.startsWith(`${this.numerator}|`)))
      this.fail(
        `The derivation is of ${[...losses][0]}, and "${this.numerator}" is a part of it: its derivative may stand on the right.`,
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
}
