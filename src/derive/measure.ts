/**
 * One point of a study, measured: the recorded graph, the true derivatives, how much rounding moves them,
 * and whether central differences agree.
 */

import { backward, traced } from "../autodiff/index.ts";
import { withRecording } from "../ops/index.ts";
import {
  isFloat,
  type Node,
  NumericalError,
  onesLike,
  type Random,
  sameShape,
  Tensor,
} from "../tensor/index.ts";
import { along, direction, slope } from "./differences.ts";
import { Point } from "./expr/evaluate.ts";
import type { Study } from "./study.ts";
import { replay, run, type Trace, type Values } from "./trace.ts";

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

/** Traces and differentiates at the given values. */
export function measure(
  study: Study,
  values: Values,
  r: Random,
  given: boolean,
  rounded?: number,
): SamplePoint {
  const trace = run(study.f, values, study.options.of);
  const seed = study.scalar ? onesLike(trace.output) : seedFor(trace.output, r, rounded);
  // log of a negative number: known at once, before anything is measured twice.
  if (!given && !finite(trace.output)) throw new NumericalError("The function is not finite here.");
  const gradients = derivatives(study, trace, seed);
  const noise = new Map<string, Tensor>();
  let lossNoise = 0;
  for (let k = 0; k < 2; k++) {
    const near: Values = {};
    for (const [name, t] of Object.entries(values)) {
      near[name] = isFloat(t.dtype) ? jitter(t, r) : t;
    }
    const nearby = run(study.f, near, study.options.of);
    lossNoise = Math.max(lossNoise, Math.abs(weighted(nearby.output, seed) - weighted(trace.output, seed)));
    const moved = derivatives(study, nearby, seed);
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
  for (const [name, at] of study.shown)
    if (trace.results[at]) env.set(name, (trace.results[at] as Tensor).detach());
  env.set(trace.outputName, trace.output.detach());
  for (const [name, g] of gradients) env.set(barOf(name), g);
  return { values, trace, seed, gradients, noise, lossNoise, point: new Point(env), given };
}

/** What arrives from an unknown loss: any numbers. */
function seedFor(y: Tensor, r: Random, rounded?: number): Tensor {
  const seed = r.normal(y.shape) as Tensor;
  if (rounded !== undefined)
    for (let i = 0; i < seed.data.length; i++) seed.data[i] = +seed.data[i].toFixed(rounded);
  return seed;
}

/** Total derivatives of ⟨seed, output⟩ by everything that has a symbol. */
export function derivatives(study: Study, trace: Trace, seed: Tensor): Map<string, Tensor> {
  const names = study.targets;
  const list: { name: string; t: Tensor }[] = [];
  for (const name of names) {
    const t = study.tensorAt(trace, name);
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
export function lossWith(study: Study, p: SamplePoint, name: string, value: Tensor): number {
  if (name in p.values)
    return weighted(run(study.f, { ...p.values, [name]: value }, study.options.of).output, p.seed);
  const t = study.tensorAt(p.trace, name) as Tensor;
  const y = withRecording(false, () => replay(p.trace.output, new Map([[t.node as Node, value]])));
  return weighted(y, p.seed);
}

/**
 * How far autodiff and central differences are apart along one random direction, in units of what is
 * allowed: 1e-6 of the gradient, or, when no point is that well conditioned, the differences' own error.
 */
export function disagreement(
  study: Study,
  p: SamplePoint,
  r: Random,
  strict: boolean,
  names: readonly string[] = study.variables,
): number {
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
      return weighted(run(study.f, moved, study.options.of).output, p.seed);
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
  if (!strict && s.error <= 0.05 * scale) return gap / (10 * s.error);
  return scale > 0 ? gap / (1e-6 * scale) : gap <= 10 * s.error ? 1 : Number.POSITIVE_INFINITY;
}

export function isZero(t: Tensor): boolean {
  return t.values().every((x: number) => Math.abs(x) < 1e-200);
}

export function signature(trace: Trace): string {
  return trace.results.map((t) => `${(t.node as Node).op.name}[${t.shape}]`).join(";");
}

export function finite(t: Tensor): boolean {
  return t.values().every((x: number) => Number.isFinite(x));
}

/** Whether rounding moves a gradient little, relative to its largest entry. */
export function quiet(g: Tensor | undefined, noise: Tensor | undefined, allowed: number): boolean {
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

export function weighted(y: Tensor, seed: Tensor): number {
  const [a, b] = [y.values(), seed.values()];
  let s = 0;
  for (let i = 0; i < a.length; i++) s += a[i] * b[i];
  return s;
}
