/**
 * The gradient of one quantity as a formula: the steps' contributions put together, in terms of the named
 * quantities, simplified, and compared with autodiff at every point before it is shown.
 */

import { rng, type Tensor } from "../tensor/index.ts";
import type { Step } from "./backward-steps.ts";
import { add, num, replace, sym, zeros } from "./expr/build.ts";
import { Point } from "./expr/evaluate.ts";
import { type Expr, matrixShape, subexpressions } from "./expr/expr.ts";
import { Simplifier } from "./expr/simplify.ts";
import type { Quantity, Structure } from "./structure.ts";
import { barOf } from "./study.ts";
import { agreement, matches, type Verdict } from "./verdict.ts";

export type In = "inputs" | "neighbours";

export class Forms {
  readonly structure: Structure;
  readonly steps: readonly Step[];
  readonly known = new Map<string, Expr>();
  #simplifier: Simplifier | undefined;
  #step: Simplifier | undefined;
  #neighbour: Simplifier | undefined;

  constructor(structure: Structure, steps: readonly Step[]) {
    this.structure = structure;
    this.steps = steps;
  }

  /** Rewrites with the named quantities in view. */
  get simplifier(): Simplifier {
    if (!this.#simplifier) {
      const known = [...this.structure.quantities.values()].filter((q) => q.named);
      this.#simplifier = new Simplifier({
        points: this.structure.study.algebraPoints.map((p) => p.point),
        known: known.map((q) => sym(q.name, q.tensor.shape)),
      });
    }
    return this.#simplifier;
  }

  /** Rewrites one step: what arrives is any array, so only facts about forward quantities are used. */
  get stepSimplifier(): Simplifier {
    this.#step ??= this.local(() => true);
    return this.#step;
  }

  /** The same, with only the named quantities recognised. */
  get neighbourSimplifier(): Simplifier {
    this.#neighbour ??= this.local((q) => q.named);
    return this.#neighbour;
  }

  private local(known: (q: Quantity) => boolean): Simplifier {
    const { quantities, study } = this.structure;
    const r = rng(83);
    return new Simplifier({
      points: study.algebraPoints.map((p) => {
        const env = new Map(p.point.env);
        for (const name of p.gradients.keys())
          env.set(barOf(name), r.normal((env.get(barOf(name)) as Tensor).shape));
        return new Point(env);
      }),
      known: [...quantities.values()].filter(known).map((q) => sym(q.name, q.tensor.shape)),
    });
  }

  /** ∂L/∂name in terms of the named quantities ("inputs"), or of those and their gradients ("neighbours"). */
  gradient(name: string, inTermsOf: In = "inputs"): Expr {
    const key = `${name}|${inTermsOf}`;
    let e = this.known.get(key);
    if (!e) this.known.set(key, (e = this.derive(name, inTermsOf)));
    return e;
  }

  private derive(name: string, inTermsOf: In): Expr {
    const { study } = this.structure;
    const q = this.structure.quantities.get(name) as Quantity;
    if (q.kind === "output") return study.scalar ? num(1) : sym(barOf(name), q.tensor.shape);
    const parts = this.parts(name, inTermsOf);
    if (parts.length === 0) return zeros(matrixShape(q.tensor.shape));
    const raw = add(parts);
    const simple = (inTermsOf === "inputs" ? this.simplifier : this.neighbourSimplifier).simplify(raw);
    return this.holds(name, simple) ? simple : raw;
  }

  /**
   * The formula in the named quantities; where that is too long to read, the unnamed results that occur
   * more than once stay symbols.
   */
  brief(name: string, tooLong: (e: Expr) => boolean): { expr: Expr; kept: string[] } {
    const whole = this.gradient(name, "inputs");
    if (!tooLong(whole)) return { expr: whole, kept: [] };
    const { quantities, study } = this.structure;
    const unnamed = [...quantities.values()].filter(
      (q) =>
        q.definition &&
        !q.named &&
        q.kind === "intermediate" &&
        this.resolve(q.definition, "inputs").weight > 6,
    );
    const simplifier = new Simplifier({
      points: study.algebraPoints.map((p) => p.point),
      known: [...quantities.values()]
        .filter((q) => q.named || unnamed.includes(q))
        .map((q) => sym(q.name, q.tensor.shape)),
    });
    const short = simplifier.simplify(whole);
    const used = new Set([...subexpressions(short)].filter((x) => x.kind === "sym").map((x) => x.name));
    const kept = unnamed.filter((q) => used.has(q.name)).map((q) => q.name);
    return kept.length > 0 && short.weight < 0.7 * whole.weight && this.holds(name, short)
      ? { expr: short, kept }
      : { expr: whole, kept: [] };
  }

  /** Each step's contribution to ∂L/∂name, as formulas of the same terms. */
  parts(name: string, inTermsOf: In): Expr[] {
    const found = this.steps.flatMap((step) => step.contributions.filter((c) => c.to === name));
    // Among products of matrices what comes by the longest way is written first, as in W(…)xᵀ + Wx(…)ᵀ;
    // elementwise σ(z) + zσ(z)(1 − σ(z)) keeps the order of the product rule.
    if (found.some((c) => c.raw.kind === "mul" && c.raw.args.filter((a) => !a.isScalar).length > 1))
      found.reverse();
    return found.map((c) => this.resolve(c.raw, inTermsOf));
  }

  /** Replaces unnamed results by their definitions, and cotangents by their formulas. */
  resolve(e: Expr, inTermsOf: In): Expr {
    const { quantities } = this.structure;
    return replace(e, (x) => {
      if (x.kind !== "sym") return undefined;
      if (x.name.startsWith("bar:")) {
        const of = quantities.get(x.name.slice(4));
        if (!of || of.kind === "output") return undefined; // only an unknown loss has a cotangent left here
        return inTermsOf === "neighbours" && of.named ? undefined : this.gradient(of.name, inTermsOf);
      }
      const q = quantities.get(x.name);
      return q?.definition && !q.named ? this.resolve(q.definition, inTermsOf) : undefined;
    });
  }

  /** Whether a formula has autodiff's value at every point. */
  holds(name: string, e: Expr): boolean {
    return this.check(name, e).ok;
  }

  check(name: string, e: Expr): Verdict {
    const { points } = this.structure.study;
    let worst = 0;
    let ok = true;
    for (const p of points) {
      const truth = p.gradients.get(name);
      if (!truth) continue;
      const m = matches(p.point.value(e), truth, p.noise.get(name));
      ok &&= m.ok;
      worst = Math.max(worst, m.error);
    }
    return { ok, text: agreement(points.length, worst), points: points.length, error: worst };
  }
}
