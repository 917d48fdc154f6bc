/**
 * Small pieces of printing: coefficients, fractions, juxtaposition, symbols that need parentheses.
 */

import { numberTex, PREC, tex } from "../../ops/index.ts";
import type { Tex } from "../../tensor/index.ts";
import type { Symbols } from "./print.ts";

/** A coefficient 1/N or N for a named size N of at least 3, else the number itself. */
export function sized(x: number, symbols: Symbols): { number: number; above?: string; below?: string } {
  for (const [name, n] of Object.entries(symbols.sizes ?? {})) {
    if (n < 3) continue;
    if (x === n) return { number: 1, above: symbols(name) };
    if (Math.abs(x * n - 1) < 1e-14) return { number: 1, below: symbols(name) };
  }
  if (/\.\d{3}/.test(String(x)))
    for (let n = 2; n <= 64; n++) {
      if (Number.isInteger(Math.sqrt(n))) continue;
      const root = `\\sqrt{${sizeName(n, symbols) ?? n}}`;
      if (Math.abs(x * x - n) < 1e-13 * n) return { number: 1, above: root };
      if (Math.abs(x * x * n - 1) < 1e-13) return { number: 1, below: root };
    }
  return { number: x };
}

const sizeName = (n: number, symbols: Symbols): string | undefined => {
  const name = Object.entries(symbols.sizes ?? {}).find(([, size]) => size === n)?.[0];
  return name === undefined ? undefined : symbols(name);
};

/** A number by itself: 10⁻⁵ for a small power of ten. */
export function plainNumber(x: number): Tex {
  const digits = Math.log10(Math.abs(x));
  if (x !== 0 && digits <= -4 && Math.abs(digits - Math.round(digits)) < 1e-12)
    return tex(`${x < 0 ? "-" : ""}10^{${Math.round(digits)}}`, PREC.power);
  return numberTex(x);
}

/** An exponent: 3/2 on one line. */
export function exponentTex(x: number): string {
  const [p, q] = fraction(Math.abs(x));
  return q === 1 ? numberTex(x).tex : `${x < 0 ? "-" : ""}${p}/${q}`;
}

/** p/q of a positive number with small p and q, else the number over 1. */
export function fraction(x: number): [number, number] {
  if (Number.isInteger(x)) return [x, 1];
  for (let q = 2; q <= 12; q++)
    if (Math.abs(x * q - Math.round(x * q)) < 1e-12 * q) return [Math.round(x * q), q];
  return [x, 1];
}

/** Juxtaposition, with a dot where two numbers would run together. */
export function join(parts: readonly string[]): string {
  return parts.reduce((a, b) => (a === "" ? b : /^[0-9]/.test(b) ? `${a} \\cdot ${b}` : `${a} ${b}`), "");
}

/** ∂L/∂W, and symbols with an exponent of their own (K⁻¹), need parentheses under another exponent. */
export function symbolTex(symbol: string, name: string): Tex {
  if (name.startsWith("bar:") && symbol.includes("\\nabla")) return tex(symbol, PREC.mul);
  const tall = (name.startsWith("bar:") && symbol.startsWith("\\frac")) || symbol.includes("^");
  return tex(symbol, tall ? PREC.power : PREC.atom);
}
