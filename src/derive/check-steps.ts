/**
 * Each step's verdicts: the gradient has its variable's shape; ⟨v, J u⟩ = ⟨Jᵀ v, u⟩; the block's central
 * differences agree with its vector–Jacobian product; the printed formula has the executed value.
 */

import { type Random, rng, sameShape, type Tensor } from "../tensor/index.ts";
import { adjointPair, localFunction, type Step } from "./backward-steps.ts";
import { along, direction, slope } from "./differences.ts";
import type { Structure } from "./structure.ts";
import type { SamplePoint } from "./study.ts";
import { errorText, gapOf, type Verdict } from "./verdict.ts";

export interface StepChecks {
  shape: Verdict;
  adjoint: Verdict;
  differences: Verdict;
  formula: Verdict;
}

export function checkStep(s: Structure, step: Step): StepChecks {
  const points = [s.study.here, ...s.study.points.slice(0, 2)];
  const bad = step.contributions.filter(
    (c) => !sameShape(c.value.shape, (s.quantities.get(c.to) as { tensor: Tensor }).tensor.shape),
  );
  const r = rng(29);
  let [adjoint, differences, used] = [0, 0, 0];
  for (const p of points) {
    const one = pair(s, step, p, r);
    adjoint = Math.max(adjoint, one.adjoint);
    if (one.trusted) {
      differences = Math.max(differences, one.differences);
      used++;
    }
  }
  const formula = Math.max(
    ...step.contributions.map((c) => gapOf(s.study.here.point.value(c.raw), asMatrix(c.value))),
  );
  return {
    shape: verdict(
      bad.length === 0,
      bad.length === 0
        ? "each gradient has its variable's shape"
        : `the gradient of ${bad.map((c) => c.to).join(", ")} has another shape than the variable`,
      1,
      0,
    ),
    adjoint: verdict(adjoint < 1e-10, `⟨v, Ju⟩ = ⟨Jᵀv, u⟩ to ${errorText(adjoint)}`, points.length, adjoint),
    differences: verdict(
      differences < 1e-6,
      used === 0
        ? "central differences: at a kink at every point tried"
        : `central differences to ${errorText(differences)}`,
      used,
      differences,
    ),
    formula: verdict(formula < 1e-9, `printed formula to ${errorText(formula)}`, 1, formula),
  };
}

function verdict(ok: boolean, text: string, points: number, error: number): Verdict {
  return { ok, text, points, error };
}

function asMatrix(t: Tensor): Tensor {
  return t.rank >= 2 ? t : t.reshape(t.rank === 0 ? [1, 1] : [t.size, 1]);
}

function pair(
  s: Structure,
  step: Step,
  p: SamplePoint,
  r: Random,
): { adjoint: number; differences: number; trusted: boolean } {
  const local = localFunction(s, step.of, p);
  const y = local.f(local.inputs).detach();
  const v = r.normal(y.shape);
  const ways = local.inputs.map((x) => direction(x, r));
  const { forward, reverse, scale } = adjointPair(s, step.of, p, v, ways);
  const d = slope((t) => {
    const moved = local.f(local.inputs.map((x, i) => along(x, ways[i], t)));
    const [a, b] = [moved.values(), v.values()];
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
    return sum;
  });
  const unit = scale > 0 ? scale : 1;
  return {
    adjoint: Math.abs(forward - reverse) / unit,
    differences: Math.abs(forward - d.value) / unit,
    trusted: d.error / unit < 1e-6,
  };
}
