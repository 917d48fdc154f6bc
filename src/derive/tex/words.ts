/**
 * What a letter or a command can begin: a symbol, a function, a fraction, a vector of ones, a mask.
 */

import { operations } from "../../ops/index.ts";
import type { Expr } from "../expr/expr.ts";
import type { Draft } from "./draft.ts";
import type { Token } from "./lexer.ts";
import { Reader } from "./reader.ts";

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

export abstract class Words extends Reader {
  abstract sum(): Draft;
  abstract product(): Draft;
  abstract power(): Draft;
  abstract atom(): Draft;
  abstract group(): Draft;

  norms = 0;

  bars = 0;

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
    if (t.text === "\\sum") return this.sumOverExamples();
    if (t.text === "\\prod")
      this.fail("Products with indices are not read; check a function of tensors instead.");
    const ones = this.onesOrMask();
    if (ones) return ones;
    const name = this.symbolText();
    const word = name.replace(/^\\/, "").toLowerCase();
    if (name === "e" && this.next.kind === "sup") {
      this.take();
      return { k: "fn", name: "exp", x: this.group() };
    }
    const row = this.below?.get(name);
    if (row) {
      this.count = row.count;
      return { k: "expr", e: row.expr };
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

  /** What x_n means where the formula is being read, and how many there are. */
  below: ReadonlyMap<string, { expr: Expr; count: number }> | undefined;
  count: number | undefined;

  /** Σ_n …, Σ_{n=1}^N …: over the rows x_n of a matrix. */
  sumOverExamples(): Draft {
    const t = this.take();
    if (this.next.kind !== "sub") this.fail("Over what? Write \\sum_n.", t);
    this.take();
    const index = (this.is("{") ? this.braced() : this.take().text).replace(/=.*$/, "");
    const over: string = this.next.kind; // the bound N
    if (over === "sup") {
      this.take();
      if (this.is("{")) this.braced();
      else this.take();
    }
    const [outer, counted] = [this.below, this.count];
    if (outer) this.fail("A sum within a sum is not read; write the matrix form.", t);
    this.below = this.words.rows(index);
    this.count = undefined;
    const x = this.product();
    const count = this.count as number | undefined;
    const known = [...this.below.keys()];
    [this.below, this.count] = [outer, counted];
    if (count === undefined)
      this.fail(
        `Nothing below this sum depends on "${index}"; rows can be written ${known.join(", ")} ` +
          "(the option { rows } of derive names others).",
        t,
      );
    return { k: "sumrows", x, count, at: t.at };
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
}
