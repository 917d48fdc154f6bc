/**
 * The law of total derivatives: the gradient of a variable is the sum, over all paths from it to the
 * loss, of the product of the derivatives along the path. Each path's contribution is a formula of its
 * own, and their sum is compared with autodiff.
 */

import type { Derivation } from "./derive.ts";
import { add, num, replace, sym } from "./expr/build.ts";
import type { Expr } from "./expr/expr.ts";
import { printExpr } from "./expr/print.ts";
import { plainText } from "./plain.ts";
import type { Structure } from "./structure.ts";
import { barOf } from "./study.ts";
import { gradientTex, symbolsFor } from "./symbols.ts";
import { agreement, matches, type Verdict } from "./verdict.ts";

/** All paths from the output back to a quantity, as lists of names that begin with the output. */
export function pathsTo(s: Structure, name: string, limit = 64): string[][] {
  const output = s.study.trace.outputName;
  const users = new Map<string, string[]>();
  for (const q of s.quantities.values())
    if (q.kind !== "aside") for (const from of q.from) users.set(from, [...(users.get(from) ?? []), q.name]);
  const found: string[][] = [];
  const walk = (at: string, tail: string[]): void => {
    if (found.length >= limit) return;
    if (at === output) {
      found.push([at, ...tail]);
      return;
    }
    for (const user of users.get(at) ?? []) walk(user, [at, ...tail]);
  };
  walk(name, []);
  return found;
}

/** One path from the output to a variable, and what it contributes. */
export interface Path {
  /** Names from the output to the variable. */
  readonly through: readonly string[];
  /** The contribution as a formula. */
  readonly expr: Expr;
  readonly tex: string;
}

/** The paths to a variable with their contributions, and the verdict on their sum. */
export class Paths {
  readonly name: string;
  readonly paths: readonly Path[];
  readonly verdict: Verdict;
  readonly markdown: string;

  constructor(d: Derivation<any>, name: string) {
    const { study, structure } = d;
    this.name = name;
    const symbols = symbolsFor(d.naming);
    this.paths = pathExpressions(d, name)
      .sort((a, b) => b.through.length - a.through.length)
      .map(({ through, expr }) => {
        const shown = d.forms.simplifier.simplify(d.forms.resolve(expr, "inputs"));
        return { through, expr: shown, tex: printExpr(shown, symbols) };
      });
    const total = this.paths.length > 0 ? add(this.paths.map((p) => p.expr)) : num(0);
    let worst = 0;
    let ok = this.paths.length > 0;
    for (const p of study.points) {
      const m = matches(p.point.value(total), p.gradients.get(name)!, p.noise.get(name));
      ok &&= m.ok;
      worst = Math.max(worst, m.error);
    }
    this.verdict = {
      ok,
      points: study.points.length,
      error: worst,
      text: `the sum ${ok ? agreement(study.points.length, worst) : "differs from autodiff"}`,
    };
    const n = this.paths.length;
    const lines = [
      `${n === 1 ? "One path leads" : `${n} paths lead`} from $${symbols(name)}$ to $${symbols(structure.study.trace.outputName)}$:`,
      "",
    ];
    this.paths.forEach((p, i) => {
      lines.push(
        `${i + 1}. $${p.through.map(symbols).join(" \\leftarrow ")}$ contributes`,
        "",
        `   $$${p.tex}$$`,
        "",
      );
    });
    lines.push(
      `$$${gradientTex(d.naming, name)} = ${sumTex(this.paths)}$$`,
      "",
      `${ok ? "✓" : "✗"} ${this.verdict.text}`,
    );
    this.markdown = lines.join("\n");
  }

  toMarkdown(): string {
    return this.markdown;
  }

  toString(): string {
    return plainText(this.markdown);
  }

  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/markdown": this.markdown, "text/plain": this.toString() };
  }
}

function sumTex(paths: readonly Path[]): string {
  return paths.reduce((out, { expr, tex }) => {
    if (expr.kind === "add") return `${out}${out && " + "}\\left(${tex}\\right)`;
    return tex.startsWith("-") ? `${out}${out ? " - " : "-"}${tex.slice(1)}` : `${out}${out && " + "}${tex}`;
  }, "");
}

/** Contributions path by path: each step's derivative applied to what came along the path alone. */
export function pathExpressions(d: Derivation<any>, name: string): { through: string[]; expr: Expr }[] {
  const { study, structure } = d;
  const output = structure.quantities.get(study.trace.outputName)!;
  const out: { through: string[]; expr: Expr }[] = [];
  const walk = (at: string, through: string[], arriving: Expr): void => {
    if (at === name) {
      out.push({ through, expr: arriving });
      if (structure.quantities.get(at)?.kind === "input") return;
    }
    const step = d.steps.find((s) => s.of.name === at);
    if (!step || out.length >= 64) return;
    for (const c of step.contributions) {
      if (c.to !== name && !reaches(structure, c.to, name)) continue;
      for (const use of c.uses)
        walk(
          c.to,
          [...through, c.to],
          replace(use, (e) => (e.kind === "sym" && e.name === barOf(at) ? arriving : undefined)),
        );
    }
  };
  const start = study.scalar ? num(1) : sym(barOf(output.name), output.tensor.shape);
  walk(output.name, [output.name], start);
  return out;
}

function reaches(s: Structure, from: string, to: string): boolean {
  const q = s.quantities.get(from);
  return q?.from.some((n) => n === to || reaches(s, n, to)) ?? false;
}
