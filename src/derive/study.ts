/**
 * A function under study: its structure (which quantities have a symbol) and the points at which
 * everything said about it is tested.
 *
 * At each point stand the inputs, the recorded graph, and the true derivatives from autodiff, already
 * compared with central differences. A point where the two disagree (a kink, a badly conditioned
 * matrix) proves nothing and is drawn again.
 */

import { ArgumentError, isFloat, NumericalError, type Random, rng, Tensor, tensor } from "../tensor/index.ts";
import {
  disagreement,
  finite,
  isZero,
  lossWith,
  measure,
  quiet,
  type SamplePoint,
  signature,
} from "./measure.ts";
import { type Domain, detectDomain, draw, type Level, toFloat64 } from "./sample.ts";
import { type Fn, type Inputs, run, type Trace, type Values } from "./trace.ts";

export { barOf, jitter, type SamplePoint } from "./measure.ts";

export interface StudyOptions {
  /** Which returned tensor is differentiated, when the function returns several. */
  of?: string;
  /** Inputs that are data: no gradient is derived for them. Plain numbers and integer tensors always are. */
  constants?: readonly string[];
  /** What an input may be, where the given value does not say it. */
  domain?: Readonly<Record<string, Domain>>;
  /** Seed of the random points. */
  seed?: number;
  /** Random points besides the given one. Default 5. */
  points?: number;
  /** ∂L/∂(output) at the given point, when the output is not a scalar. */
  upstream?: string;
}

export class Study {
  readonly f: Fn;
  readonly options: StudyOptions;
  readonly given: Values;
  readonly constants: ReadonlySet<string>;
  readonly domains: ReadonlyMap<string, Domain>;
  readonly trace: Trace;
  /** Recorded results that have a symbol of their own: name → position among the results. */
  readonly shown: Map<string, number> = new Map();
  readonly signature: string;
  #points: SamplePoint[] | undefined;
  #here: SamplePoint | undefined;
  #search: readonly SamplePoint[] | undefined;
  #algebra: readonly SamplePoint[] | undefined;
  #allowedNoise = 1e-7;
  #strict = true;
  redrawn = 0;
  level: Level = 0;

  constructor(f: Fn, inputs: Inputs, options: StudyOptions = {}) {
    this.f = f;
    this.options = options;
    this.given = {};
    const constants = new Set(options.constants ?? []);
    for (const [name, x] of Object.entries(inputs)) {
      if (!(x instanceof Tensor) && typeof x !== "number")
        throw new ArgumentError(
          `derive: input "${name}" is ${x === null ? "null" : typeof x}; give a tensor or a number.`,
        );
      this.given[name] = x instanceof Tensor ? toFloat64(x) : tensor(x);
      if (!(x instanceof Tensor) || !isFloat(x.dtype)) constants.add(name);
    }
    for (const name of [...constants, ...Object.keys(options.domain ?? {})])
      if (!(name in this.given))
        throw new ArgumentError(
          `derive: the options name "${name}", which is not an input; the inputs are ${Object.keys(this.given).join(", ")}.`,
        );
    this.constants = constants;
    this.domains = new Map(
      Object.entries(this.given).map(([name, t]) => [
        name,
        options.domain?.[name] ?? (typeof inputs[name] === "number" ? "fixed" : detectDomain(t)),
      ]),
    );
    this.trace = run(f, this.given, options.of);
    if (!isFloat(this.trace.output.dtype))
      throw new ArgumentError(
        `derive: the function's result is ${this.trace.output.dtype}; it has no derivative.`,
      );
    if (!this.trace.output.node)
      throw new ArgumentError("derive: the function's result does not depend on any of its inputs.");
    this.signature = signature(this.trace);
  }

  /** Inputs by which derivatives are taken. */
  get variables(): string[] {
    return Object.keys(this.given).filter((n) => !this.constants.has(n));
  }

  get scalar(): boolean {
    return this.trace.output.rank === 0;
  }

  /** A scalar result that nobody named. */
  get anonymousLoss(): boolean {
    return this.scalar && this.options.of === undefined && this.trace.output.name === undefined;
  }

  /** All names with a total derivative: variables, intermediate results with a symbol, the output. */
  get targets(): string[] {
    return [...this.variables, ...this.shown.keys(), this.trace.outputName];
  }

  /** The recorded tensor with this symbol at a point of the study. */
  tensorAt(trace: Trace, name: string): Tensor | undefined {
    if (name in trace.inputs) return trace.inputs[name];
    if (name === trace.outputName) return trace.output;
    const at = this.shown.get(name);
    return at === undefined ? trace.named.get(name) : trace.results[at];
  }

  /** The given point. */
  get here(): SamplePoint {
    this.#here ??= measure(this, this.given, rng(this.options.seed ?? 0), true);
    return this.#here;
  }

  /** The random points. */
  get points(): readonly SamplePoint[] {
    if (!this.#points) {
      const r = rng((this.options.seed ?? 0) + 1);
      const wanted = this.options.points ?? 5;
      let found: SamplePoint[] = [];
      search: for (const strict of [true, false])
        for (const level of [0, 1, 2] as const) {
          this.level = level;
          this.#strict = strict;
          found = [];
          for (let tries = 0; tries < 4 * wanted + 12 && found.length < wanted; tries++) {
            // Well-conditioned points first: at them a wrong formula has nowhere to hide.
            this.#allowedNoise = strict ? (tries < 2 * wanted + 6 ? 1e-10 : 1e-7) : 1e-3;
            const p = this.draw(r, level);
            if (p) found.push(p);
            else this.redrawn++;
          }
          if (found.length === wanted) break search;
        }
      if (found.length < wanted) this.explainFailure();
      this.#points = [...found, ...this.closer(found, r)];
    }
    return this.#points;
  }

  /**
   * Where some gradient is zero at every point (a saturated softmax), a formula for it is not tested by
   * them: points nearer to zero, as long as they show more.
   */
  private closer(found: readonly SamplePoint[], r: Random): SamplePoint[] {
    const blind = this.variables.filter((n) => found.every((p) => isZero(p.gradients.get(n) as Tensor)));
    const more: SamplePoint[] = [];
    for (let k = 1; k <= 6 && blind.length > 0; k++) {
      const values: Values = {};
      for (const [name, t] of Object.entries(this.given)) {
        const domain = this.domains.get(name) as Domain;
        const x = draw(t, domain, this.level, r);
        if (domain === "real") for (let i = 0; i < x.data.length; i++) x.data[i] *= 10 ** -k;
        values[name] = x;
      }
      const p = this.accept(values, r);
      if (p && blind.some((n) => !isZero(p.gradients.get(n) as Tensor))) more.push(p);
    }
    return more;
  }

  /** Points for algebra: named numbers vary here too, so that α = 2 is not taken for the number 2. */
  get algebraPoints(): readonly SamplePoint[] {
    if (!this.#algebra) {
      const r = rng((this.options.seed ?? 0) + 2);
      const found: SamplePoint[] = [];
      for (let tries = 0; tries < 30 && found.length < 3; tries++) {
        const p = this.draw(r, tries < 10 ? this.level : 2, true);
        if (p) found.push(p);
      }
      this.#algebra = found.length === 3 ? found : this.everywhere.slice(0, 4);
    }
    return this.#algebra;
  }

  /** Points for the search for mistakes: as many as `points`, but with named numbers varying where there are any. */
  get searchPoints(): readonly SamplePoint[] {
    if (!this.#search) {
      const numbers = [...this.domains].some(([n, domain]) => domain === "fixed" && this.given[n].rank === 0);
      const found: SamplePoint[] = [];
      const r = rng((this.options.seed ?? 0) + 3);
      for (let tries = 0; numbers && tries < 40 && found.length < this.points.length; tries++) {
        const p = this.draw(r, this.level, true);
        if (p) found.push(p);
      }
      const all = found.length === this.points.length ? found : this.points;
      // On large data two points must do: thousands of candidates are tried at each.
      const size = Object.values(this.given).reduce((n, t) => n + t.size, 0);
      this.#search = size > 20_000 ? all.slice(0, 2) : all;
    }
    return this.#search;
  }

  get everywhere(): readonly SamplePoint[] {
    return [this.here, ...this.points];
  }

  /** A random point whose numbers have one decimal, for showing. */
  drawRounded(r: Random, digits: number): SamplePoint | null {
    const values: Values = {};
    for (const [name, t] of Object.entries(this.given)) {
      const domain = this.domains.get(name) as Domain;
      const x = draw(t, domain, this.level, r);
      if (isFloat(x.dtype) && (domain === "real" || domain === "positive"))
        for (let i = 0; i < x.data.length; i++) x.data[i] = +x.data[i].toFixed(digits);
      values[name] = x;
    }
    return this.accept(values, r, digits);
  }

  /** A random point, or null where it proves nothing. */
  draw(r: Random, level: Level, varyNumbers = false): SamplePoint | null {
    const values: Values = {};
    for (const [name, t] of Object.entries(this.given)) {
      const domain = this.domains.get(name) as Domain;
      const number = varyNumbers && domain === "fixed" && t.rank === 0;
      values[name] = draw(t, number ? "positive" : domain, level, r);
    }
    return this.accept(values, r);
  }

  /** The point, when it is finite, takes the same branches as the given one, and has reliable derivatives. */
  accept(values: Values, r: Random, rounded?: number): SamplePoint | null {
    let p: SamplePoint;
    try {
      p = measure(this, values, r, false, rounded);
    } catch (error) {
      if (error instanceof NumericalError || error instanceof RangeError) return null;
      throw error;
    }
    if (signature(p.trace) !== this.signature) return null;
    if (![...p.gradients.values()].every(finite) || !finite(p.trace.output)) return null;
    if (this.variables.some((n) => !quiet(p.gradients.get(n), p.noise.get(n), this.#allowedNoise)))
      return null;
    return disagreement(this, p, r, this.#strict) <= 1 ? p : null;
  }

  /** The number whose derivatives are taken, with some input or result replaced. */
  lossWith(p: SamplePoint, name: string, value: Tensor): number {
    return lossWith(this, p, name, value);
  }

  explainFailure(): never {
    const gaps = this.variables.map((n) => ({ n, gap: disagreement(this, this.here, rng(3), true, [n]) }));
    const worst = gaps.reduce((a, b) => (b.gap > a.gap ? b : a));
    throw new NumericalError(
      finite(this.trace.output) && Number.isFinite(worst.gap)
        ? `derive: at no random point do automatic differentiation and central differences agree, so nothing can be ` +
            `checked; at the given point they differ most by "${worst.n}" (relative gap about ${(worst.gap * 1e-6).toExponential(1)}). ` +
            "An operation's derivative rule may be wrong, or the function is not differentiable."
        : "derive: the function is not finite at the given point and at no random point near it; give inputs " +
            "where it is, or say with the option { domain } what the inputs are.",
    );
  }
}
