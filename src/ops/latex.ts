/**
 * LaTeX pieces with the precedence of their outermost operator, so that parentheses appear exactly
 * where a reader needs them. Operation records build their formulas from these.
 */

import type { LatexContext, Op, Tex } from "../tensor/index.ts";

/** How tightly operators bind, loosest first; `wrap` puts parentheses by it. */
export const PREC = { add: 1, mul: 2, unary: 3, power: 4, atom: 5 } as const;

/**
 * A piece of LaTeX and how tightly its outermost operator binds: an atom unless told.
 */
export function tex(text: string, prec: number = PREC.atom): Tex {
  return { tex: text, prec };
}

/**
 * The piece, in parentheses when it binds less tightly than `prec`.
 * @example
 * ```ts
 * wrap({ tex: "a + b", prec: PREC.add }, PREC.mul); // → \left(a + b\right)
 * ```
 */
export function wrap(t: Tex, prec: number): string {
  return t.prec >= prec ? t.tex : `\\left(${t.tex}\\right)`;
}

/**
 * `\name(x)`, the parentheses left out by nothing: `\exp(x)`, `\sigma(z)`.
 * @example
 * ```ts
 * call("\\operatorname{f}")([{ tex: "x", prec: 9 }], null as never).tex; // → \operatorname{f}\left(x\right)
 * ```
 */
export function call(name: string): Op["latex"] {
  return (args) => tex(`${name}\\left(${args.map((a) => a.tex).join(", ")}\\right)`);
}

/**
 * An infix operator; the right operand of a non-associative one is wrapped more tightly.
 * @example
 * ```ts
 * infix("+", PREC.add)([{ tex: "a", prec: 9 }, { tex: "b", prec: 9 }], null as never).tex; // → a + b
 * ```
 */
export function infix(sign: string, prec: number, associative = true): Op["latex"] {
  return ([a, b]) => tex(`${wrap(a, prec)} ${sign} ${wrap(b, associative ? prec : prec + 1)}`, prec);
}

/**
 * Product: juxtaposed when one side is a scalar, ⊙ when both are arrays.
 * @example
 * ```ts
 * const context = { params: null, shapes: [[2], [2]], shape: [2] };
 * productTex([{ tex: "a", prec: 9 }, { tex: "b", prec: 9 }], context).tex; // → a \odot b
 * ```
 */
export function productTex([a, b]: readonly Tex[], c: LatexContext<unknown>): Tex {
  const arrays = c.shapes.every((s) => s.length > 0);
  const [left, right] = c.shapes[0].length > 0 && c.shapes[1].length === 0 ? [b, a] : [a, b];
  return tex(`${wrap(left, PREC.mul)} ${arrays ? "\\odot " : ""}${wrap(right, PREC.mul)}`, PREC.mul);
}

/**
 * A number as people write it: integers plainly, simple fractions as such, else up to six digits.
 * @example
 * ```ts
 * numberTex(0.5).tex; // → \tfrac{1}{2}
 * ```
 */
export function numberTex(x: number): Tex {
  if (Number.isInteger(x) && Math.abs(x) < 1e7) return tex(String(x), x < 0 ? PREC.mul : PREC.atom);
  for (const d of [2, 3, 4, 5, 6, 8, 10])
    if (Math.abs(x * d - Math.round(x * d)) < 1e-12 && Math.abs(x * d) < 100)
      return tex(
        `${x < 0 ? "-" : ""}\\tfrac{${Math.abs(Math.round(x * d))}}{${d}}`,
        x < 0 ? PREC.mul : PREC.atom,
      );
  if (!Number.isFinite(x)) return tex(Number.isNaN(x) ? "\\mathrm{NaN}" : x > 0 ? "\\infty" : "-\\infty");
  const [mantissa, exponent] = String(+x.toPrecision(6)).split("e");
  return exponent
    ? tex(`${mantissa} \\cdot 10^{${Number(exponent)}}`, PREC.mul)
    : tex(mantissa, x < 0 ? PREC.mul : PREC.atom);
}
