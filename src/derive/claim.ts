/**
 * A hand-written gradient against the truth: autodiff and central differences, at random points.
 */

import { isFloat, type Random, rng, ShapeError, sameShape, shapeText, type Tensor } from "../tensor/index.ts";
import type { ConstraintSet } from "./constraints.ts";
import { along, direction, kinked, slope } from "./differences.ts";
import { evaluateFormula, type Formula } from "./formula.ts";
import { finite } from "./measure.ts";
import { jitter, type SamplePoint, type Study } from "./study.ts";
import { errorText, matches, type Verdict } from "./verdict.ts";

export interface Comparison extends Verdict {
  /** The first point where the formula differs. */
  readonly failure?: SamplePoint;
  readonly shapeProblem?: string;
  /** Largest error against autodiff, and against central differences. */
  readonly autodiff: number;
  readonly differences: number;
}

/** Compares a claimed gradient with the truth at every point of the study. */
export function compareGradient(
  study: Study,
  name: string,
  formula: Formula,
  set?: ConstraintSet,
): Comparison {
  const r = rng((study.options.seed ?? 0) + 71);
  let [autodiff, differences] = [0, 0];
  let decided = 0;
  for (const p of study.everywhere) {
    const truth = truthAt(study, name, p, set);
    if (p.given && !finite(truth)) continue; // log 0, say: the given point proves nothing
    let claimed: Tensor;
    try {
      claimed = evaluateFormula(formula, study, p);
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      return {
        ...failed(p, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY),
        text: error.message,
        shapeProblem: error.message,
      };
    }
    if (!fits(claimed, truth)) {
      const shapeProblem =
        `the formula has shape ${shapeText(claimed.shape)}; the gradient has the shape of ${name}, ` +
        `${shapeText(truth.shape)}`;
      return {
        ...failed(p, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY),
        text: shapeProblem,
        shapeProblem,
      };
    }
    let m = matches(claimed, truth, p.noise.get(name));
    // A formula may round worse than autodiff does: K⁻¹X from an inverse, say. Then its own noise counts.
    if (!m.ok && m.error < 1e-2) m = matches(claimed, truth, roundingOf(formula, study, p, name, claimed, r));
    if (!m.ok) return failed(p, m.error, numericGap(study, p, name, claimed, r, set).error);
    const n = numericGap(study, p, name, claimed, r, set);
    if (p.given) {
      // The given point may sit on a kink, where differences say nothing.
      if (n.trusted && !n.ok) return failed(p, m.error, n.error);
      autodiff = Math.max(autodiff, m.error);
      continue;
    }
    if (!n.ok) return failed(p, m.error, n.error);
    decided++;
    autodiff = Math.max(autodiff, m.error);
    differences = Math.max(differences, n.error);
  }
  return {
    ok: true,
    points: decided,
    error: autodiff,
    autodiff,
    differences,
    text:
      `agrees at ${decided} random points, largest relative error ${errorText(autodiff)} ` +
      `(central differences: ${errorText(differences)})`,
  };
}

function failed(p: SamplePoint, autodiff: number, differences: number): Comparison {
  return {
    ok: false,
    points: 1,
    error: autodiff,
    autodiff,
    differences,
    failure: p,
    text:
      `differs ${p.given ? "at the given point" : "at a random point"}: relative error ${errorText(autodiff)} ` +
      `against automatic differentiation, ${errorText(differences)} against central differences`,
  };
}

/** How far rounding moves the truth and the formula together; nothing where that leaves no digits. */
function roundingOf(
  formula: Formula,
  study: Study,
  p: SamplePoint,
  name: string,
  claimed: Tensor,
  r: Random,
): Tensor | undefined {
  let noise = p.noise.get(name);
  for (let k = 0; k < 2; k++) {
    const moved = evaluateFormula(formula, study, p, (t) => (isFloat(t.dtype) ? jitter(t, r) : t));
    const gap = moved.sub(claimed).abs();
    noise = noise ? noise.maximum(gap) : gap;
  }
  const scale = claimed.abs().max().item();
  return (noise as Tensor).max().item() <= 1e-5 * scale ? noise : p.noise.get(name);
}

/** ∂L/∂name at a point, or its part along a constraint. */
export function truthAt(study: Study, name: string, p: SamplePoint, set?: ConstraintSet): Tensor {
  const g = p.gradients.get(name) as Tensor;
  return set ? set.project(g, (study.tensorAt(p.trace, name) as Tensor).detach()) : g;
}

function fits(claimed: Tensor, truth: Tensor): boolean {
  return sameShape(claimed.shape, truth.shape);
}

/** The claimed gradient along three random directions, against central differences of the function itself. */
export function numericGap(
  study: Study,
  p: SamplePoint,
  name: string,
  claimed: Tensor,
  r: Random,
  set?: ConstraintSet,
): { ok: boolean; error: number; trusted: boolean } {
  const x = (study.tensorAt(p.trace, name) as Tensor).detach();
  let error = 0;
  let trusted = true;
  for (let k = 0; k < 3; k++) {
    const free = direction(x, r);
    const v = set ? set.project(free, x) : free;
    const g = (t: number): number => study.lossWith(p, name, along(x, v, t));
    if (p.given && kinked(g)) {
      trusted = false;
      continue;
    }
    const s = slope(g, p.lossNoise);
    let [sum, scale] = [0, 0];
    const [a, b] = [claimed.values(), v.values()];
    for (let i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
      scale += Math.abs(a[i] * b[i]);
    }
    scale = Math.max(scale, Math.abs(s.value));
    if (scale === 0) continue;
    if (s.error > 1e-6 * scale) {
      trusted = false;
      continue;
    }
    error = Math.max(error, Math.abs(sum - s.value) / scale);
  }
  return { ok: error <= 1e-5, error, trusted };
}
