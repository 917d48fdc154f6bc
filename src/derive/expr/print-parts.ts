/**
 * Small pieces of printing: coefficients, fractions, juxtaposition, symbols that need parentheses.
 */

import { PREC, tex } from "../../ops/index.ts";
import type { Tex } from "../../tensor/index.ts";
import type { Symbols } from "./print.ts";

/** A coefficient 1/N or N for a named size N of at least 3, else the number itself. */
export function sized(x: number, symbols: Symbols): { number: number; above?: string; below?: string } {
  for (const [name, n] of Object.entries(symbols.sizes ?? {})) {
    if (n < 3) continue;
    if (x === n) return { number: 1, above: symbols(name) };
    if (Math.abs(x * n - 1) < 1e-14) return { number: 1, below: symbols(name) };
  }
  return { number: x };
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
