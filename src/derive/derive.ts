/**
 * derive(f, inputs): the computation graph of f, its backward pass in LaTeX, every step checked, and
 * claims about its derivatives tested.
 */

import { ArgumentError, type Tensor } from "../tensor/index.ts";
import type { GraphSpec } from "../viz/graph.ts";
import { backwardSteps, type Step } from "./backward-steps.ts";
import { checkStep, type StepChecks } from "./check-steps.ts";
import { claimEntries, claimJacobian, type Numbers } from "./claim-jacobian.ts";
import { type Claim, type ClaimFunction, type ClaimOptions, makeClaim } from "./claims.ts";
import { entryOf } from "./expr/entries.ts";
import { entryTex, printEntry } from "./expr/entry-print.ts";
import type { Expr } from "./expr/expr.ts";
import { subexpressions } from "./expr/expr.ts";
import { Forms, type In } from "./forms.ts";
import type { Formula } from "./formula.ts";
import { type Gradient, gradientForm } from "./gradient-form.ts";
import { type GraphOptions, graphSpec } from "./graph.ts";
import { GraphDrawing } from "./graph-drawing.ts";
import { markdownToHtml } from "./html.ts";
import { JacobianForm } from "./jacobian-form.ts";
import { Paths } from "./paths.ts";
import { plainText } from "./plain.ts";
import { toMarkdown, toTex } from "./show.ts";
import { type Detail, Structure } from "./structure.ts";
import { Study, type StudyOptions } from "./study.ts";
import { gradientTex, type Naming, type Notation, symbolsFor } from "./symbols.ts";
import type { Inputs } from "./trace.ts";

/** What inputs are, what is differentiated, and how things are written. */
export interface DeriveOptions extends StudyOptions, Notation {
  /** Steps from name to name, or operation by operation. Default: by names where any result is named. */
  detail?: Detail;
  /** "jacobian" adds to every step the chain rule entry by entry, with its local Jacobian. Default "shape". */
  formulation?: "shape" | "jacobian";
  /** LaTeX of the rows of matrices of examples, e.g. { X: "x_n", r_k: "r_{nk}" }: gradients come as Σ_n as well. */
  rows?: Readonly<Record<string, string>>;
  /** Names of sizes, e.g. { N: 5 }, for claims in LaTeX and for coefficients such as 1/N. */
  sizes?: Readonly<Record<string, number>>;
}

/** What formulas receive: inputs, named results, and (untyped) any other name. */
export type Known<I> = { [K in keyof I]: Tensor } & Record<string, Tensor>;

/**
 * Derives the gradients of `f` with respect to its inputs.
 * @param f of an object of named tensors; returns a scalar loss, an array (whose upstream gradient is then
 *   arbitrary), or an object of named tensors with the loss among them
 * @param inputs tensors by name; numbers are named constants
 * @example
 * ```ts
 * const d = derive(({ W, x }) => W.matmul(x).square().sum(), {
 *   W: rng(1).normal([2, 3]),
 *   x: rng(2).normal([3]),
 * });
 * d.gradient("W").formula; // → 2 W x x^{\top}
 * d.claim("W", ({ W, x }) => W.matmul(x).outer(x).mul(2)).ok; // → true
 * d.claim("W", ({ W, x }) => W.matmul(x).outer(x)); // throws a factor 2 is missing
 * ```
 */
export function derive<I extends Inputs>(
  f: (inputs: Known<I>) => Tensor | Record<string, Tensor>,
  inputs: I,
  options: DeriveOptions = {},
): Derivation<I> {
  return new Derivation<I>(f, inputs, options);
}

/**
 * A derivation: what `derive` gives. It displays its graph and its steps; every formula and step carries its
 * verdict. `claim`, `refute`, `claim.tex`, `claimJacobian`, `claimEntries` test what you wrote; `gradient`, `jacobian`,
 * `entries`, `paths`, `graph` show single things; `check` throws when a check fails.
 * @example
 * ```ts
 * const d = derive(({ z }) => z.sigmoid().named("s"), { z: tensor(0.3) });
 * d.gradients.map((g) => g.formula); // → [ 's \\left(1 - s\\right)' ]
 * d.check() === d; // → true
 * ```
 */
export class Derivation<I extends Inputs = Inputs> {
  readonly study: Study;
  readonly structure: Structure;
  readonly options: DeriveOptions;
  readonly naming: Naming;
  readonly steps: readonly Step[];
  readonly forms: Forms;
  /** Claims a gradient: throws a ClaimError with a diagnosis when the formula is wrong. */
  readonly claim: ClaimFunction<I>;
  readonly #checks = new Map<number, StepChecks>();
  #gradients: Gradient[] | undefined;
  #fine: Derivation<any> | undefined;
  readonly #inputs: Inputs;

  constructor(f: (inputs: Known<I>) => unknown, inputs: I, options: DeriveOptions) {
    this.options = options;
    this.#inputs = inputs;
    this.study = new Study(f as (inputs: any) => unknown, inputs, options);
    this.structure = new Structure(this.study, options.detail);
    const { quantities } = this.structure;
    this.naming = {
      symbols: options.symbols,
      bold: options.bold,
      gradients: options.gradients,
      upstream: options.upstream,
      sizes: options.sizes,
      output: this.study.trace.outputName,
      scalar: this.study.scalar,
      rankOf: (name) => quantities.get(name)?.tensor.rank ?? 0,
    };
    this.steps = backwardSteps(this.structure);
    this.forms = new Forms(this.structure, this.steps);
    this.claim = makeClaim(this) as unknown as ClaimFunction<I>;
  }

  get scalar(): boolean {
    return this.study.scalar;
  }

  /** The value of f at the given inputs. */
  get value(): Tensor {
    return this.study.trace.output.detach();
  }

  /** Claims that a formula is wrong, and shows why: throws when it is right. */
  refute(
    name: string,
    formula: (quantities: Known<I>, gradients: Record<string, Tensor>) => Tensor | number,
    options: Omit<ClaimOptions, "expect"> = {},
  ): Claim {
    return this.claim(name, formula, { ...options, expect: "false" });
  }

  /** Claims the whole Jacobian ∂y/∂name of an array-valued function, in shape [...y, ...name]. */
  claimJacobian(
    name: string,
    formula: (quantities: Known<I>, gradients: Record<string, Tensor>) => Tensor | number,
    options: ClaimOptions = {},
  ): Claim {
    return claimJacobian(this, name, formula as Formula, options);
  }

  /** Claims single entries ∂yᵢ/∂xⱼ by a formula in plain numbers, indices from 0: `({ y }, i, j) => …`. */
  claimEntries(
    name: string,
    formula: (numbers: Numbers, ...index: number[]) => number,
    options: ClaimOptions = {},
  ): Claim {
    return claimEntries(this, name, formula, options);
  }

  /** ∂L/∂name at the given inputs, for an input or any named result. */
  gradientValue(name: string): Tensor {
    const g = this.study.here.gradients.get(name);
    if (!g) throw new ArgumentError(this.unknown(name));
    return g;
  }

  /** ∂L/∂name as a formula, with its value and verdict. */
  gradient(name: string): Gradient {
    const q = this.structure.quantities.get(name);
    if (!q || !this.study.here.gradients.has(name)) throw new ArgumentError(this.unknown(name));
    return gradientForm(this, name);
  }

  /** The gradients of all variables. */
  get gradients(): readonly Gradient[] {
    this.#gradients ??= this.study.variables
      .filter((n) => this.steps.some((s) => s.contributions.some((c) => c.to === n)))
      .map((n) => this.gradient(n));
    return this.#gradients;
  }

  /** ∂y/∂x of an array-valued function: the matrix, and its entries for i = j and i ≠ j. */
  jacobian(name: string): JacobianForm {
    if (!this.study.here.gradients.has(name)) throw new ArgumentError(this.unknown(name));
    if (this.study.scalar)
      throw new ArgumentError(
        `jacobian: the function is a scalar, so its derivative by ${name} is a gradient: d.gradient("${name}").`,
      );
    return new JacobianForm(this, name);
  }

  /** ∂L/∂name entry by entry: ∂L/∂W_ij = Σ_k …, in the named quantities and their gradients. */
  entries(name: string, inTermsOf: In = "neighbours"): string {
    const q = this.structure.quantities.get(name);
    if (!q || !this.study.here.gradients.has(name)) throw new ArgumentError(this.unknown(name));
    const symbols = symbolsFor(this.naming);
    const index = ["i", "j"].slice(0, q.tensor.rank);
    const e = this.forms.gradient(name, inTermsOf);
    const i = e.rows > 1 ? "i" : "";
    const j = e.cols > 1 ? (e.rows > 1 || q.tensor.rank === 2 ? "j" : "i") : "";
    const used = index.filter((_, k) => q.tensor.shape[k] > 1);
    return `${entryTex(gradientTex(this.naming, name), used)} = ${printEntry(entryOf(e, i, j, { used: index }), symbols)}`;
  }

  /** How many steps contribute to a quantity's gradient. */
  arrivals(name: string): number {
    return this.steps.reduce((n, s) => n + s.contributions.filter((c) => c.to === name).length, 0);
  }

  /** Each path to a variable, its contribution, and that they sum to the gradient. */
  paths(name: string): Paths {
    if (!this.study.here.gradients.has(name)) throw new ArgumentError(this.unknown(name));
    return new Paths(this, name);
  }

  /** A step's formula with small rewritings only: named parts recognised, numbers collected. */
  tidy(e: Expr): Expr {
    return this.forms.stepSimplifier.simplify(e);
  }

  checksOf(step: number): StepChecks {
    let c = this.#checks.get(step);
    if (!c) this.#checks.set(step, (c = checkStep(this.structure, this.steps[step])));
    return c;
  }

  /** Forward results that the backward pass reads, for all variables or for one: what must be retained. */
  retained(name?: string): Set<string> {
    const { quantities } = this.structure;
    const wanted = (to: string): boolean =>
      name === undefined || to === name || (quantities.get(to)?.from.some(wanted) ?? false);
    const found = new Set<string>();
    for (const c of this.steps.flatMap((s) => s.contributions))
      for (const part of wanted(c.to) ? subexpressions(c.raw) : [])
        if (part.kind === "sym" && quantities.get(part.name)?.definition) found.add(part.name);
    return found;
  }

  /** The same derivation operation by operation; this one when it is so already. */
  fine(): Derivation<any> {
    if (this.structure.detail === "operations") return this;
    this.#fine ??= new Derivation<any>(this.study.f, this.#inputs, { ...this.options, detail: "operations" });
    return this.#fine;
  }

  /** Throws when any step or gradient fails its checks; returns this. */
  check(): this {
    this.steps.forEach((step, i) => {
      for (const [what, v] of Object.entries(this.checksOf(i)))
        if (!v.ok) throw new Error(`derive: the step from ${step.of.name} fails (${what}): ${v.text}.`);
    });
    for (const g of this.gradients)
      if (!g.verdict.ok) throw new Error(`derive: the gradient by ${g.name} fails: ${g.verdict.text}.`);
    return this;
  }

  graphSpec(o: GraphOptions = {}): GraphSpec {
    return graphSpec(this as unknown as Derivation, o);
  }

  /** The computation graph, as a drawing. */
  graph(o: GraphOptions = {}): GraphDrawing {
    return new GraphDrawing(this.graphSpec(o));
  }

  /** The steps in Markdown with LaTeX. */
  toMarkdown(): string {
    return toMarkdown(this as unknown as Derivation);
  }

  /** The steps as a LaTeX fragment (amsmath); `saveDerivation` of "gradlab/notebook" writes whole documents. */
  toTex(): string {
    return toTex(this as unknown as Derivation);
  }

  /** The graph as inline SVG and the steps with MathJax-ready formulas. */
  async toHtml(): Promise<string> {
    return `<div class="derivation">\n${await this.graph().svg()}\n${markdownToHtml(this.toMarkdown())}\n</div>`;
  }

  /** For terminals: the same text, formulas in Unicode. */
  toString(): string {
    return plainText(this.toMarkdown());
  }

  unknown(name: string): string {
    return (
      `derive: there is no gradient of "${name}"; there are ${[...this.study.here.gradients.keys()].join(", ")}. ` +
      `Name an intermediate result with .named("${name}"), or return it from the function.`
    );
  }

  /** The graph as a display of its own, then the steps; as one piece of HTML where only one thing can be shown. */
  async [Symbol.for("Jupyter.display")](): Promise<Record<string, unknown>> {
    const show = (globalThis as any)[Symbol.for("gradlab.display")];
    const markdown = this.toMarkdown();
    const text = { "text/markdown": markdown, "text/plain": plainText(markdown) };
    if (typeof show !== "function") return { "text/html": await this.toHtml(), ...text };
    show(await this.graph().bundle());
    return text;
  }
}
