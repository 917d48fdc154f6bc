/**
 * A derivation in Markdown with LaTeX: the forward pass, the backward pass step by step with each step's
 * checks, the gradients. The same text serves notebooks, PDF and `.tex`.
 */

import type { Contribution } from "./backward-steps.ts";
import type { Derivation } from "./derive.ts";
import { entryOf } from "./expr/entries.ts";
import { entryTex, printEntry } from "./expr/entry-print.ts";
import { printExpr } from "./expr/print.ts";
import type { Quantity } from "./structure.ts";
import { barOf } from "./study.ts";
import { gradientTex, symbolsFor } from "./symbols.ts";

/** `\in \mathbb{R}^{5 \times 4}` */
export function spaceTex(shape: readonly number[]): string {
  return shape.length === 0 ? "\\in \\mathbb{R}" : `\\in \\mathbb{R}^{${shape.join(" \\times ")}}`;
}

export function forwardLines(d: Derivation): string[] {
  const symbols = symbolsFor(d.naming);
  return [...d.structure.quantities.values()]
    .filter((q) => q.definition && q.kind !== "aside")
    .map((q) => `${symbols(q.name)} &= ${printExpr(q.definition!, symbols)} ${spaceTex(q.tensor.shape)}`);
}

export function contributionTex(d: Derivation, q: Quantity, c: Contribution): string {
  const symbols = symbolsFor(d.naming);
  const several = d.arrivals(c.to) > 1;
  const left = several
    ? `\\left.${gradientTex(d.naming, c.to)}\\right|_{\\text{via } ${symbols(q.name)}}`
    : gradientTex(d.naming, c.to);
  return `${left} = ${printExpr(d.tidy(c.raw), symbols)}`;
}

/** ∂L/∂X_ij = Σ_kl ∂L/∂Y_kl ∂Y_kl/∂X_ij, the local Jacobian written out, and what the sum leaves. */
export function chainRuleTex(d: Derivation, q: Quantity, c: Contribution): string {
  const symbols = symbolsFor(d.naming);
  const to = d.structure.quantities.get(c.to)!.tensor;
  const own = indices(to.shape, ["i", "j"]);
  const arriving = indices(q.tensor.shape, ["k", "l"]);
  const used = [...own.all, ...arriving.all];
  const raw = d.tidy(c.raw);
  const left = entryTex(gradientTex(d.naming, c.to), own.shown);
  const start = q.kind === "output" && d.scalar;
  if (start) return `${left} = ${printEntry(entryOf(raw, own.row, own.col, { used }), symbols)}`;
  const units = new Map([[barOf(q.name), arriving.shown]]);
  const local = printEntry(entryOf(raw, own.row, own.col, { units, used }), symbols);
  const above = entryTex(gradientTex(d.naming, q.name), arriving.shown);
  const partial = `\\frac{\\partial ${entryTex(symbols(q.name), arriving.shown)}}{\\partial ${entryTex(symbols(c.to), own.shown)}}`;
  const sum = arriving.shown.length > 0 ? `\\sum_{${arriving.shown.join(",")}} ` : "";
  const whole = printEntry(entryOf(raw, own.row, own.col, { used: own.all }), symbols);
  return `${left} = ${sum}${above} ${partial} = ${whole}, \\quad ${partial} = ${local}`;
}

/** Letters for the axes that are longer than 1: row and column for the matrix, and those that are written. */
function indices(
  shape: readonly number[],
  letters: readonly string[],
): { row: string; col: string; shown: string[]; all: readonly string[] } {
  const [r, c] = shape.length === 1 ? [shape[0], 1] : shape.length === 0 ? [1, 1] : shape;
  const row = r > 1 ? letters[0] : "";
  const col = c > 1 ? letters[1] : "";
  return { row, col, shown: [row, col].filter((x) => x !== ""), all: letters };
}

export function toMarkdown(d: Derivation): string {
  const symbols = symbolsFor(d.naming);
  const out: string[] = [];
  out.push("**Forward pass**", "", align(forwardLines(d)), "", "**Backward pass**", "");
  if (!d.scalar)
    out.push(
      `$${gradientTex(d.naming, d.naming.output)}$ is given: the loss may be any function of $${symbols(d.naming.output)}$.`,
      "",
    );
  d.steps.forEach((step, i) => {
    const q = step.of;
    out.push(
      `${i + 1}. From $${symbols(q.name)} = ${printExpr(q.definition!, symbols)}$:`,
      "",
      indent(align(step.contributions.map((c) => contributionTex(d, q, c).replace(" = ", " &= ")))),
      "",
    );
    if (d.options.formulation === "jacobian")
      out.push(
        "   Entry by entry:",
        "",
        indent(align(step.contributions.map((c) => chainRuleTex(d, q, c).replace(" = ", " &= ")))),
        "",
      );
    const checks = d.checksOf(i);
    const all = [checks.shape, checks.adjoint, checks.differences];
    out.push(`   ${all.every((v) => v.ok) ? "✓" : "✗"} ${all.map((v) => v.text).join("; ")}`, "");
  });
  out.push("**Gradients**", "");
  for (const g of d.gradients)
    out.push(`$$${g.tex}$$`, "", `${g.verdict.ok ? "✓" : "✗"} ${g.verdict.text}`, "");
  return out.join("\n");
}

export function align(lines: readonly string[]): string {
  if (lines.length === 1) return `$$${lines[0].replace("&=", "=")}$$`;
  return `$$\\begin{aligned}\n${lines.join(" \\\\\n")}\n\\end{aligned}$$`;
}

function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `   ${line}`)
    .join("\n");
}

/** The derivation as a LaTeX fragment (amsmath). */
export function toTex(d: Derivation): string {
  return markdownToTex(toMarkdown(d));
}

/** The little Markdown that derivations use, as LaTeX. */
export function markdownToTex(markdown: string): string {
  const out: string[] = [];
  let listed = false;
  for (const line of markdown.split("\n")) {
    const heading = /^\*\*(.+)\*\*$/.exec(line);
    const item = /^\d+\. (.*)$/.exec(line);
    if (heading || (listed && line !== "" && !line.startsWith(" ") && !item)) {
      if (listed) out.push("\\end{enumerate}");
      listed = false;
    }
    if (heading) out.push(`\\paragraph{${heading[1]}}`);
    else if (item) {
      if (!listed) out.push("\\begin{enumerate}");
      listed = true;
      out.push(`\\item ${item[1]}`);
    } else out.push(line.trimStart());
  }
  if (listed) out.push("\\end{enumerate}");
  return out
    .join("\n")
    .replaceAll("$$\\begin{aligned}", "\\begin{align*}")
    .replaceAll("\\end{aligned}$$", "\\end{align*}")
    .replace(/\$\$([^$]+)\$\$/g, "\\[$1\\]")
    .replaceAll("✓", "$\\checkmark$")
    .replaceAll("✗", "$\\times$")
    .replaceAll("⟨", "$\\langle$")
    .replaceAll("⟩", "$\\rangle$")
    .replaceAll("ᵀ", "$^{\\top}$")
    .replaceAll("·", "$\\cdot$");
}
