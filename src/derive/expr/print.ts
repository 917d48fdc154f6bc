/**
 * Expressions as a professor writes them: α before K⁻¹, P − Y rather than −Y + P, ⊙ for elementwise
 * products, fractions for divisors, ‖x‖² for a sum of squares.
 */

import { numberTex, operations, PREC, tex, wrap } from "../../ops/index.ts";
import type { Tex } from "../../tensor/index.ts";
import { isGreek } from "../names.ts";
import { isNegative, scale, split } from "./build.ts";
import type { Expr } from "./expr.ts";
import { exponentTex, fraction, join, plainNumber, sized, symbolTex } from "./print-parts.ts";

/** LaTeX of symbols, by name; with names for sizes such as N. */
export interface Symbols {
  (name: string): string;
  sizes?: Readonly<Record<string, number>>;
}

export function printExpr(e: Expr, symbols: Symbols): string {
  return new Printer(symbols).print(e).tex;
}

/** Binds tighter than a product, so that it can stand beside other factors. */
const FACTOR = PREC.unary;

class Printer {
  readonly symbols: Symbols;
  readonly known = new Map<Expr, Tex>();
  constructor(symbols: Symbols) {
    this.symbols = symbols;
  }

  print(e: Expr): Tex {
    let t = this.known.get(e);
    if (!t) this.known.set(e, (t = this.make(e)));
    return t;
  }

  make(e: Expr): Tex {
    switch (e.kind) {
      case "sym":
        return symbolTex(this.symbols(e.name), e.name);
      case "const":
        return tex(e.name ? this.symbols(e.name) : "C");
      case "num":
        return plainNumber(e.value);
      case "ones":
        return e.rows > 1 && e.cols > 1
          ? tex("\\mathbf{1}\\mathbf{1}^{\\top}", PREC.mul)
          : e.rows === 1
            ? tex("\\mathbf{1}^{\\top}", PREC.power)
            : tex("\\mathbf{1}");
      case "zeros":
        return tex("0");
      case "eye":
        return tex("I");
      case "add":
        return this.sum(e);
      case "mul":
        return this.product(e);
      case "had":
        return this.elementwise(e);
      case "pow":
        return this.power(e);
      case "t": {
        const x = e.args[0];
        if (x.kind === "sym" && this.symbols(x.name).endsWith("^{-1}"))
          return tex(this.symbols(x.name).replace(/\^\{-1\}$/, "^{-\\top}"), PREC.power);
        if (x.kind === "inv") return tex(`${wrap(this.print(x.args[0]), PREC.atom)}^{-\\top}`, PREC.power);
        return tex(`${wrap(this.print(x), PREC.atom)}^{\\top}`, PREC.power);
      }
      case "inv": {
        const x = e.args[0];
        if (x.kind === "t") return tex(`${wrap(this.print(x.args[0]), PREC.atom)}^{-\\top}`, PREC.power);
        return tex(`${wrap(this.print(x), PREC.atom)}^{-1}`, PREC.power);
      }
      case "diag":
        return tex(`\\operatorname{diag}\\left(${this.print(e.args[0]).tex}\\right)`);
      case "diagof":
        return tex(`\\operatorname{diag}\\left(${this.print(e.args[0]).tex}\\right)`);
      case "trace":
        return tex(`\\operatorname{tr}\\left(${this.print(e.args[0]).tex}\\right)`);
      case "det":
        return tex(`\\left|${this.print(e.args[0]).tex}\\right|`);
      case "logdet":
        return tex(`\\log\\left|${this.print(e.args[0]).tex}\\right|`, PREC.unary);
      case "fn":
        return this.call1(e);
      case "call":
        return this.call(e);
    }
  }

  sum(e: Expr): Tex {
    // A + Aᵀ rather than Aᵀ + A.
    const second = (t: Expr): number => Number(t.kind === "t" && e.args.includes(t.args[0]));
    const terms = [...e.args].sort((a, b) => second(a) - second(b));
    // People begin with a positive term where there is one.
    let first = terms.findIndex((t) => !isNegative(t));
    // 1 + e^x, but x + 1.
    if (terms[0].kind !== "sym")
      first = Math.max(
        first,
        terms.findIndex((t) => t.kind === "ones" || (t.kind === "num" && t.value > 0)),
      );
    if (first > 0) terms.unshift(...terms.splice(first, 1));
    let out = "";
    for (const t of terms) {
      const { c, rest } = split(t);
      const minus = c < 0;
      const shown = this.term(minus ? scale(-c, rest) : t);
      out += out === "" ? (minus ? "-" : "") : minus ? " - " : " + ";
      out += wrap(shown, PREC.mul);
    }
    return tex(out, PREC.add);
  }

  /** A term of a sum; a number or symbol added to every entry is written plainly. */
  term(t: Expr): Tex {
    if (t.kind === "ones") return tex("1");
    if (t.kind === "mul") {
      const rest = t.args.filter((a) => a.kind !== "ones");
      const plain = rest.every((a) => a.kind === "num" || a.kind === "sym" || a.kind === "pow");
      if (plain && rest.length > 0 && rest.every((a) => a.isScalar) && t.args.some((a) => a.kind === "ones"))
        return this.scalars(rest);
    }
    return this.print(t);
  }

  product(e: Expr): Tex {
    const norm = this.squaredNorm(e);
    if (norm) return norm;
    const scalars = e.args.filter((a) => a.isScalar);
    const chain = e.args.filter((a) => !a.isScalar);
    if (chain.length === 0) return this.scalars(scalars);
    const alone = chain.length === 1 && chain[0].kind === "had";
    const factors = chain.map((a) =>
      wrap(
        this.print(a),
        alone ? PREC.mul : a.kind === "had" || a.kind === "call" || a.kind === "fn" ? FACTOR : PREC.mul + 0.5,
      ),
    );
    const body = join(factors);
    if (scalars.length === 0) return tex(body, PREC.mul);
    const front = this.scalars(scalars);
    if (front.tex === "1") return tex(body, PREC.mul);
    if (front.tex === "-1") return tex(`-${body}`, PREC.add);
    return tex(join([front.tex, body]), front.tex.startsWith("-") ? PREC.add : PREC.mul);
  }

  /** Σ x² over all entries, as ‖x‖². */
  squaredNorm(e: Expr): Tex | undefined {
    if (!e.isScalar) return undefined;
    const chain = e.args.filter((a) => !a.isScalar);
    const inner = chain.filter((a) => a.kind !== "ones");
    if (
      inner.length !== 1 ||
      inner[0].kind !== "pow" ||
      inner[0].value !== 2 ||
      chain.length === inner.length
    )
      return undefined;
    const x = inner[0].args[0];
    const norm = `\\left\\lVert ${this.print(x).tex} \\right\\rVert^{2}`;
    const scalars = e.args.filter((a) => a.isScalar);
    if (scalars.length === 0) return tex(norm, PREC.power);
    const front = this.scalars(scalars).tex;
    return tex(front === "-1" ? `-${norm}` : `${front} ${norm}`, front.startsWith("-") ? PREC.add : PREC.mul);
  }

  /** Commuting factors: a number, Greek letters, other letters; divisors below a bar. */
  scalars(list: readonly Expr[]): Tex {
    let c = 1;
    const above: Expr[] = [];
    const below: Expr[] = [];
    for (const e of list) {
      if (e.kind === "num") c *= e.value;
      else if (e.kind === "pow" && e.value < 0) below.push(e);
      else above.push(e);
    }
    const rank = (e: Expr): number => (e.kind === "sym" && isGreek(this.symbols(e.name)) ? 0 : 1);
    const order = (a: Expr[]): Expr[] =>
      a
        .map((e, i) => ({ e, i }))
        .sort((x, y) => rank(x.e) - rank(y.e) || x.i - y.i)
        .map(({ e }) => e);
    const show = (e: Expr, alone: boolean): string =>
      alone ? this.print(e).tex : wrap(this.print(e), e.kind === "mul" ? FACTOR : PREC.mul + 0.5);
    const minus = c < 0 ? "-" : "";
    const named = sized(Math.abs(c), this.symbols);
    const size = named.number;
    if (below.length === 0 && !named.below) {
      const parts = order(above).map((e) => show(e, false));
      if (named.above) parts.unshift(named.above);
      if (size !== 1 || parts.length === 0) parts.unshift(numberTex(size).tex);
      return tex(`${minus}${join(parts)}`, minus ? PREC.add : parts.length > 1 ? PREC.mul : PREC.power);
    }
    // A simple fraction as coefficient joins the bar: ½ · 1/β is 1/(2β).
    const [p, q] = fraction(size);
    const top = order(above).map((e) => show(e, above.length === 1 && p === 1 && !named.above));
    if (named.above) top.unshift(named.above);
    if (p !== 1) top.unshift(numberTex(p).tex);
    const bottom = order(below).map((e) => {
      const base = e.args[0];
      const t = this.print(base);
      if (e.value === -1)
        return below.length === 1 && q === 1 && !named.below ? t.tex : wrap(t, PREC.mul + 0.5);
      if (e.value === -0.5) return `\\sqrt{${t.tex}}`;
      return `${wrap(t, PREC.atom)}^{${exponentTex(-e.value)}}`;
    });
    if (named.below) bottom.unshift(named.below);
    if (q !== 1) bottom.unshift(numberTex(q).tex);
    return tex(
      `${minus}\\frac{${top.length === 0 ? "1" : join(top)}}{${join(bottom)}}`,
      minus ? PREC.add : PREC.power,
    );
  }

  elementwise(e: Expr): Tex {
    const above = e.args.filter((a) => !(a.kind === "pow" && a.value < 0));
    const below = e.args.filter((a) => a.kind === "pow" && a.value < 0);
    const show = (a: Expr): string => wrap(this.print(a), PREC.unary);
    const shown = above.map(show);
    let out = shown.join(" \\odot ");
    for (const b of below) {
      const base = b.value === -1 ? b.args[0] : undefined;
      const t = base
        ? wrap(this.print(base), PREC.power)
        : b.value === -0.5
          ? `\\sqrt{${this.print(b.args[0]).tex}}`
          : `${wrap(this.print(b.args[0]), PREC.atom)}^{\\odot ${exponentTex(-b.value)}}`;
      out = `${out === "" ? "1" : out} \\oslash ${t}`;
    }
    return tex(out, PREC.mul);
  }

  power(e: Expr): Tex {
    const x = e.args[0];
    const base = this.print(x);
    // √‖x‖² is ‖x‖.
    const norm = /^\\left\\lVert (?:(?!lVert).)* \\right\\rVert(?=\^\{2\}$)/.exec(base.tex)?.[0];
    if (e.value === 0.5) return norm ? tex(norm, PREC.power) : tex(`\\sqrt{${base.tex}}`);
    if (e.isScalar) {
      if (e.value === -1) return tex(`\\frac{1}{${base.tex}}`, PREC.power);
      if (e.value === -0.5) return tex(`\\frac{1}{\\sqrt{${base.tex}}}`, PREC.power);
      if (x.kind === "fn" && x.name !== "exp") {
        const inner = this.call1(x).tex;
        const at = inner.indexOf("\\left(");
        if (at > 0)
          return tex(`${inner.slice(0, at)}^{${exponentTex(e.value)}}${inner.slice(at)}`, PREC.power);
      }
      return tex(`${wrap(base, PREC.atom)}^{${exponentTex(e.value)}}`, PREC.power);
    }
    if (e.value === -1) return tex(`1 \\oslash ${wrap(base, PREC.power)}`, PREC.mul);
    return tex(`${wrap(base, PREC.atom)}^{\\odot ${exponentTex(e.value)}}`, PREC.power);
  }

  call1(e: Expr): Tex {
    const op = operations().get(e.name);
    const x = this.print(e.args[0]);
    if (!op) return tex(`\\operatorname{${e.name}}\\left(${x.tex}\\right)`);
    return op.latex([x], { params: null, shapes: [e.shape], shape: e.shape });
  }

  call(e: Expr): Tex {
    const { op, params, argShapes, outShape } = e.call!;
    const shown = op.latex(
      e.args.map((a) => this.print(a)),
      { params, shapes: argShapes, shape: outShape },
    );
    return shown;
  }
}
