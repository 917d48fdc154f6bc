/**
 * How each quantity and each gradient is written: W₁, ∂L/∂W₁, or the sheet's own symbols.
 */

import type { Symbols } from "./expr/print.ts";
import { bold, texName } from "./names.ts";

export interface Notation {
  /** LaTeX for names, e.g. { mu: "\\mu_k" }. */
  symbols?: Readonly<Record<string, string>>;
  /** Vectors and matrices bold. */
  bold?: boolean;
  /** ∂L/∂W ("fraction") or W̄ ("bar"). Default "fraction". */
  gradients?: "fraction" | "bar" | "nabla";
}

export interface Naming extends Notation {
  output: string;
  /** A symbol of its own for ∂L/∂output. */
  upstream?: string;
  /** Names of sizes that may stand in coefficients. */
  sizes?: Readonly<Record<string, number>>;
  /** Whether the output is the scalar that is differentiated, or only an argument of an unknown L. */
  scalar: boolean;
  rankOf: (name: string) => number;
}

/** The symbol of the scalar whose gradients are taken. */
export function lossTex(n: Naming): string {
  return n.scalar ? plain(n, n.output) : n.output === "L" ? "\\mathcal{L}" : "L";
}

function plain(n: Naming, name: string): string {
  const own = n.symbols?.[name];
  if (own !== undefined) return own;
  const tex = texName(name);
  return n.bold && n.rankOf(name) > 0 ? bold(tex) : tex;
}

export function gradientTex(n: Naming, name: string): string {
  if (name === n.output && n.upstream && !n.scalar) return texName(n.upstream);
  if (n.gradients === "bar") {
    // The bar stands over the letter, not over its index.
    const tex = plain(n, name);
    const at = /^\\?[A-Za-z]+_/.test(tex) ? tex.indexOf("_") : tex.length;
    return `\\bar{${tex.slice(0, at)}}${tex.slice(at)}`;
  }
  if (n.gradients === "nabla") return `\\nabla_{${plain(n, name)}} ${lossTex(n)}`;
  return `\\frac{\\partial ${lossTex(n)}}{\\partial ${plain(n, name)}}`;
}

export function symbolsFor(n: Naming): Symbols {
  const symbols: Symbols = (name) =>
    name.startsWith("bar:") ? gradientTex(n, name.slice(4)) : plain(n, name);
  if (n.sizes) symbols.sizes = n.sizes;
  return symbols;
}
