/**
 * A function under study: its structure (which quantities have a symbol) and the points at which
 * everything said about it is tested.
 *
 * At each point stand the inputs, the recorded graph, and the true derivatives from autodiff, already
 * compared with central differences. A point where the two disagree (a kink, a badly conditioned
 * matrix) proves nothing and is drawn again.
 */

import { backward, traced } from "../autodiff/index.ts";
import { withRecording } from "../ops/index.ts";
import {
  ArgumentError,
  isFloat,
  type Node,
  NumericalError,
  onesLike,
  type Random,
  rng,
  sameShape,
  Tensor,
  tensor,
} from "../tensor/index.ts";
import { along, direction, slope } from "./differences.ts";
import { Point } from "./expr/evaluate.ts";
import { type Domain, detectDomain, draw, type Level, toFloat64 } from "./sample.ts";
import { type Fn, type Inputs, replay, run, type Trace, type Values } from "./trace.ts";

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

export interface SamplePoint {
  readonly values: Values;
  readonly trace: Trace;
  /** ∂L/∂output. */
  readonly seed: Tensor;
  /** Total derivatives by name, from autodiff. */
  readonly gradients: ReadonlyMap<string, Tensor>;
  /** How much rounding moves each gradient, entry by entry. */
  readonly noise: ReadonlyMap<string, Tensor>;
  /** How much rounding moves the number whose derivatives are taken. */
  readonly lossNoise: number;
  /** Evaluates expressions here. */
  readonly point: Point;
  readonly given: boolean;
}

/** Symbol of ∂L/∂name. */
export const barOf = (name: string): string => `bar:${name}`;

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
    this.#here ??= this.measure(this.given, rng(this.options.seed ?? 0), true);
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
      this.#search = found.length === this.points.length ? found : this.points;
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
      p = this.measure(values, r, false, rounded);
    } catch (error) {
      if (error instanceof NumericalError || error instanceof RangeError) return null;
      throw error;
    }
    if (signature(p.trace) !== this.signature) return null;
    if (![...p.gradients.values()].every(finite) || !finite(p.trace.output)) return null;
    if (this.variables.some((n) => !quiet(p.gradients.get(n), p.noise.get(n), this.#allowedNoise)))
      return null;
    return this.disagreement(p, r) <= 1 ? p : null;
  }

  /** Traces and differentiates at the given values. */
  measure(values: Values, r: Random, given: boolean, rounded?: number): SamplePoint {
    const trace = run(this.f, values, this.options.of);
    const seed = this.scalar ? onesLike(trace.output) : this.seedFor(trace.output, r, rounded);
    const gradients = this.derivatives(trace, seed);
    const noise = new Map<string, Tensor>();
    let lossNoise = 0;
    for (let k = 0; k < 2; k++) {
      const near: Values = {};
      for (const [name, t] of Object.entries(values)) {
        near[name] = isFloat(t.dtype) ? jitter(t, r) : t;
      }
      const nearby = run(this.f, near, this.options.of);
      lossNoise = Math.max(lossNoise, Math.abs(weighted(nearby.output, seed) - weighted(trace.output, seed)));
      const moved = this.derivatives(nearby, seed);
      for (const [name, g] of moved) {
        const base = gradients.get(name);
        if (!base || !sameShape(base.shape, g.shape)) continue;
        const gap = g.sub(base).abs();
        noise.set(name, k === 0 ? gap : (noise.get(name) as Tensor).maximum(gap));
      }
    }
    const env = new Map<string, Tensor>();
    for (const [name, t] of Object.entries(trace.inputs)) env.set(name, t.detach());
    for (const [name, t] of trace.named) env.set(name, t.detach());
    for (const [name, at] of this.shown)
      if (trace.results[at]) env.set(name, (trace.results[at] as Tensor).detach());
    env.set(trace.outputName, trace.output.detach());
    for (const [name, g] of gradients) env.set(barOf(name), g);
    return { values, trace, seed, gradients, noise, lossNoise, point: new Point(env), given };
  }

  /** What arrives from an unknown loss: any numbers. */
  private seedFor(y: Tensor, r: Random, rounded?: number): Tensor {
    const seed = r.normal(y.shape) as Tensor;
    if (rounded !== undefined)
      for (let i = 0; i < seed.data.length; i++) seed.data[i] = +seed.data[i].toFixed(rounded);
    return seed;
  }

  /** Total derivatives of ⟨seed, output⟩ by everything that has a symbol. */
  derivatives(trace: Trace, seed: Tensor): Map<string, Tensor> {
    const names = this.targets;
    const list: { name: string; t: Tensor }[] = [];
    for (const name of names) {
      const t = this.tensorAt(trace, name);
      if (t?.node && isFloat(t.dtype)) list.push({ name, t });
    }
    const g = traced(() =>
      withRecording(false, () =>
        backward(
          [trace.output],
          [seed],
          list.map(({ t }) => t),
        ),
      ),
    );
    return new Map(
      list.map(({ name, t }, i) => [
        name,
        (g[i] as Tensor | null) ?? new Tensor(new Float64Array(t.size), t.shape, "float64"),
      ]),
    );
  }

  /** The number whose derivatives are taken, ⟨seed, f⟩, with some inputs or results replaced. */
  lossWith(p: SamplePoint, name: string, value: Tensor): number {
    if (name in p.values)
      return weighted(run(this.f, { ...p.values, [name]: value }, this.options.of).output, p.seed);
    const t = this.tensorAt(p.trace, name) as Tensor;
    const y = withRecording(false, () => replay(p.trace.output, new Map([[t.node as Node, value]])));
    return weighted(y, p.seed);
  }

  /**
   * How far autodiff and central differences are apart along one random direction, in units of what is
   * allowed: 1e-6 of the gradient, or, when no point is that well conditioned, the differences' own error.
   */
  disagreement(p: SamplePoint, r: Random, names: readonly string[] = this.variables): number {
    const way = new Map(names.map((n) => [n, direction(p.values[n], r)]));
    let exact = 0;
    let scale = 0;
    for (const [n, v] of way) {
      const products = (p.gradients.get(n) as Tensor).mul(v).values();
      for (const x of products) {
        exact += x;
        scale += Math.abs(x);
      }
    }
    const s = slope((t) => {
      const moved: Values = { ...p.values };
      for (const [n, v] of way) moved[n] = along(p.values[n], v, t);
      try {
        return weighted(run(this.f, moved, this.options.of).output, p.seed);
      } catch {
        return Number.NaN;
      }
    }, p.lossNoise);
    const gap = Math.abs(exact - s.value);
    if (Number.isNaN(gap)) return Number.POSITIVE_INFINITY;
    if (gap <= 1e-6 * scale) return gap / (1e-6 * scale || 1);
    // A derivative lost in the rounding of a large value cannot be seen by differences.
    const hidden = scale <= 1e-9 * Math.max(Math.abs(s.value), s.error);
    if (hidden && gap <= 10 * s.error) return 1;
    if (!this.#strict && s.error <= 0.05 * scale) return gap / (10 * s.error);
    return scale > 0 ? gap / (1e-6 * scale) : gap <= 10 * s.error ? 1 : Number.POSITIVE_INFINITY;
  }

  explainFailure(): never {
    const gaps = this.variables.map((n) => ({ n, gap: this.disagreement(this.here, rng(3), [n]) }));
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

function isZero(t: Tensor): boolean {
  return t.values().every((x: number) => Math.abs(x) < 1e-200);
}

function signature(trace: Trace): string {
  return trace.results.map((t) => `${(t.node as Node).op.name}[${t.shape}]`).join(";");
}

export function finite(t: Tensor): boolean {
  return t.values().every((x: number) => Number.isFinite(x));
}

/** Whether rounding moves a gradient little, relative to its largest entry. */
function quiet(g: Tensor | undefined, noise: Tensor | undefined, allowed: number): boolean {
  if (!g || !noise) return true;
  let [scale, moved] = [0, 0];
  for (const x of g.values()) scale = Math.max(scale, Math.abs(x));
  for (const x of noise.values()) moved = Math.max(moved, x);
  // A gradient of zero is all rounding.
  return moved <= allowed * scale || moved < 1e-14;
}

/** Every entry moved by about one rounding. */
export function jitter(t: Tensor, r: Random): Tensor {
  const out = t.copy();
  for (let i = 0; i < out.data.length; i++)
    out.data[i] *= 1 + (r.random() < 0.5 ? -1 : 1) * Number.EPSILON * (1 + r.random());
  return out;
}

function weighted(y: Tensor, seed: Tensor): number {
  const [a, b] = [y.values(), seed.values()];
  let s = 0;
  for (let i = 0; i < a.length; i++) s += a[i] * b[i];
  return s;
}
