/**
 * What `d.claim` gives: a verdict that displays itself, or a ClaimError whose message is the diagnosis.
 */

import { ArgumentError, type Tensor } from "../tensor/index.ts";
import { type Comparison, compareGradient } from "./claim.ts";
import { type Constraint, constraintSet } from "./constraints.ts";
import type { Derivation, Known } from "./derive.ts";
import { type Diagnosis, diagnoseSubject } from "./diagnose/index.ts";
import { readClaim } from "./diagnose/read.ts";
import { draftDiagnosis } from "./diagnose/shapes.ts";
import { gradientSubject } from "./diagnose/subject.ts";
import { type Expr, subexpressions } from "./expr/expr.ts";
import { printExpr } from "./expr/print.ts";
import type { Formula } from "./formula.ts";
import { plainText } from "./plain.ts";
import { markdownToTex } from "./show.ts";
import { barOf } from "./study.ts";
import { gradientTex, symbolsFor } from "./symbols.ts";
import { draftFormula, readTex, targetOf } from "./tex/claim-tex.ts";
import { DraftClash } from "./tex/draft.ts";

/** What to do with a claim: its heading, its constraint, whether it is expected to hold. */
export interface ClaimOptions {
  /** "false" shows a wrong formula with its diagnosis, and throws when it is right after all. */
  expect?: "true" | "false";
  /** A heading for the display. */
  title?: string;
  /** The gradient along a constraint: its part that no move off the set has. */
  on?: Constraint;
}

export interface ClaimFunction<I> {
  (
    name: string,
    formula: (quantities: Known<I>, gradients: Record<string, Tensor>) => Tensor | number,
    options?: ClaimOptions,
  ): Claim;
  /** The same, with the formula in LaTeX: `\\nabla_W L = W(W^\\top W x - x)x^\\top + …`. */
  tex(source: string, options?: ClaimOptions & { of?: string }): Claim;
}

/**
 * A tested statement.
 * @example
 * ```ts
 * const d = derive(({ a }) => a.square(), { a: tensor(3) });
 * const c = d.claim("a", ({ a }) => a.mul(2));
 * c.ok; // → true
 * c.comparison?.points; // → 5
 * ```
 */
export class Claim {
  readonly ok: boolean;
  readonly title: string;
  /** LaTeX of the claimed statement. */
  readonly tex: string;
  /** The verdict in one line. */
  readonly text: string;
  readonly diagnosis: Diagnosis | undefined;
  readonly comparison: Comparison | undefined;
  constructor(o: {
    ok: boolean;
    title: string;
    tex: string;
    text: string;
    diagnosis?: Diagnosis;
    comparison?: Comparison;
  }) {
    this.ok = o.ok;
    this.title = o.title;
    this.tex = o.tex;
    this.text = o.text;
    this.diagnosis = o.diagnosis;
    this.comparison = o.comparison;
  }

  toString(): string {
    const mark = this.ok ? "✓" : "✗";
    const why = this.diagnosis ? [plainText(this.diagnosis.sentence)] : [];
    return [`${mark} ${plainText(this.title)}: ${plainText(this.text)}`, ...why].join("\n");
  }

  toMarkdown(): string {
    const lines = [
      ...(this.tex ? [`$$${this.tex}$$`, ""] : []),
      `${this.ok ? "✓" : "✗"} **${this.title}** ${this.text}`,
    ];
    if (this.diagnosis) lines.push("", this.diagnosis.sentence);
    return lines.join("\n");
  }

  toTex(): string {
    return markdownToTex(this.toMarkdown());
  }

  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/markdown": this.toMarkdown(), "text/plain": this.toString() };
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/**
 * A claim that did not hold (or a refutation that did).
 * @example
 * ```ts
 * const d = derive(({ a }) => a.square(), { a: tensor(3) });
 * try {
 *   d.claim("a", ({ a }) => a.mul(-2));
 * } catch (error) {
 *   if (error instanceof ClaimError) display(error.claim.diagnosis?.kind);
 * }
 * d.claim("a", ({ a }) => a.mul(-2)); // throws The sign is wrong
 * ```
 */
export class ClaimError extends Error {
  override name = "ClaimError";
  readonly claim: Claim;
  constructor(claim: Claim, message = claim.toString()) {
    super(message);
    this.claim = claim;
  }

  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/markdown": this.claim.toMarkdown(), "text/plain": this.message };
  }
}

/** Returns the claim when it turned out as expected; otherwise shows it and throws. */
export function settle(claim: Claim, expect: "true" | "false" = "true"): Claim {
  if (claim.ok === (expect === "true")) return claim;
  const show = (globalThis as any)[Symbol.for("gradlab.display")];
  if (typeof show === "function")
    show({ "text/markdown": claim.toMarkdown(), "text/plain": claim.toString() });
  throw new ClaimError(
    claim,
    claim.ok
      ? `${claim.toString()}\nThis formula was expected to be wrong, but it ${claim.text}.`
      : claim.toString(),
  );
}

export function makeClaim(d: Derivation<any>): ClaimFunction<any> {
  const claim = (name: string, formula: Formula, options: ClaimOptions = {}): Claim => {
    const target = gradientName(d, name);
    const set = options.on && constraintSet(options.on);
    const c = compareGradient(d.study, target, formula, set);
    const { expr } = readClaim(d, formula);
    notItself(d, target, expr);
    return settle(
      gradientClaim(d, target, options, c, expr && printExpr(expr, symbolsFor(d.naming)), () =>
        diagnoseSubject(gradientSubject(d, target, set), formula),
      ),
      options.expect,
    );
  };
  claim.tex = (source: string, options: ClaimOptions & { of?: string } = {}): Claim => {
    const statement = readTex(d, source);
    const target = gradientName(d, options.of ?? targetOf(d, statement) ?? needTarget(source));
    const right = source.includes("=") ? source.slice(source.indexOf("=") + 1).trim() : source;
    try {
      const formula = draftFormula(d, target, statement.right);
      notItself(d, target, formula.expr);
      const set = options.on && constraintSet(options.on);
      const c = compareGradient(d.study, target, formula, set);
      return settle(
        gradientClaim(d, target, options, c, right, () =>
          diagnoseSubject(gradientSubject(d, target, set), formula),
        ),
        options.expect,
      );
    } catch (error) {
      if (!(error instanceof DraftClash)) throw error;
      const c = { ok: false, points: 0, error: 0, autodiff: 0, differences: 0, text: error.reason };
      return settle(
        gradientClaim(
          d,
          target,
          options,
          c,
          right,
          () => draftDiagnosis(gradientSubject(d, target), statement.right)!,
        ),
        options.expect,
      );
    }
  };
  return claim as unknown as ClaimFunction<any>;
}

/** A formula that uses the gradient it is claimed to be says nothing. */
function notItself(d: Derivation<any>, target: string, e: Expr | undefined): void {
  const own = barOf(target);
  if (e && [...subexpressions(e)].some((x) => x.kind === "sym" && x.name === own))
    throw new ArgumentError(
      `claim: the formula for ${plainText(`$${gradientTex(d.naming, target)}$`)} uses ${plainText(`$${gradientTex(d.naming, target)}$`)} itself; ` +
        "write it by the quantities and by the gradients that arrive from behind.",
    );
}

function needTarget(source: string): never {
  throw new ArgumentError(
    `claim.tex: "${source}" has no left-hand side; write \\nabla_W L = …, or name the variable with { of: "W" }.`,
  );
}

function gradientClaim(
  d: Derivation<any>,
  target: string,
  options: ClaimOptions,
  c: Comparison,
  right: string | undefined,
  why: () => Diagnosis,
): Claim {
  const left = gradientTex(d.naming, target);
  return new Claim({
    ok: c.ok,
    title: options.title ?? `∂${d.scalar ? d.naming.output : "L"}/∂${target}`,
    tex: right === undefined ? left : `${left} ${c.ok ? "=" : "\\overset{?}{=}"} ${right}`,
    text: c.text,
    comparison: c,
    ...(c.ok ? {} : { diagnosis: why() }),
  });
}

/** `W`, `dL/dW` and `∂L/∂W` all name the gradient by W. */
function gradientName(d: Derivation<any>, name: string): string {
  const short = /^(?:d|∂)[^/]*\/(?:d|∂)(.+)$/.exec(name)?.[1] ?? name;
  for (const n of [name, short]) if (d.study.here.gradients.has(n)) return n;
  throw new ArgumentError(d.unknown(name));
}
