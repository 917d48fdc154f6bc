/**
 * What `d.claim` gives: a verdict that displays itself, or a ClaimError whose message is the diagnosis.
 */

import { ArgumentError, type Tensor } from "../tensor/index.ts";
import { type Comparison, compareGradient, type Formula } from "./claim.ts";
import type { Derivation, Known } from "./derive.ts";
import { type Diagnosis, diagnose } from "./diagnose/index.ts";
import { gradientTex } from "./symbols.ts";

export interface ClaimOptions {
  /** "false" shows a wrong formula with its diagnosis, and throws when it is right after all. */
  expect?: "true" | "false";
  /** A heading for the display. */
  title?: string;
}

export type ClaimFunction<I> = (
  name: string,
  formula: (quantities: Known<I>, gradients: Record<string, Tensor>) => Tensor | number,
  options?: ClaimOptions,
) => Claim;

/** A tested statement. */
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
    return [`${mark} ${this.title}: ${this.text}`, ...(this.diagnosis ? [this.diagnosis.sentence] : [])].join(
      "\n",
    );
  }

  toMarkdown(): string {
    const lines = [`$$${this.tex}$$`, "", `${this.ok ? "✓" : "✗"} **${this.title}** ${this.text}`];
    if (this.diagnosis) lines.push("", this.diagnosis.sentence);
    return lines.join("\n");
  }

  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/markdown": this.toMarkdown(), "text/plain": this.toString() };
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** A claim that did not hold (or a refutation that did). */
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
    const c = compareGradient(d.study, target, formula);
    return settle(
      new Claim({
        ok: c.ok,
        title: options.title ?? `∂${d.naming.output}/∂${target}`,
        tex: gradientTex(d.naming, target),
        text: c.text,
        comparison: c,
        ...(c.ok ? {} : { diagnosis: diagnose(d, target, formula) }),
      }),
      options.expect,
    );
  };
  return claim as ClaimFunction<any>;
}

/** `W`, `dL/dW` and `∂L/∂W` all name the gradient by W. */
function gradientName(d: Derivation<any>, name: string): string {
  const short = /^(?:d|∂)[^/]*\/(?:d|∂)(.+)$/.exec(name)?.[1] ?? name;
  for (const n of [name, short]) if (d.study.here.gradients.has(n)) return n;
  throw new ArgumentError(d.unknown(name));
}
