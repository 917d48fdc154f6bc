/**
 * The Jacobian at a point, and its usual misuses: its diagonal alone, or J where Jᵀ belongs.
 */

import { backward, traced } from "../../autodiff/index.ts";
import { withRecording } from "../../ops/index.ts";
import { type Tensor, tensor } from "../../tensor/index.ts";
import { sym } from "../expr/build.ts";
import type { SamplePoint, Study } from "../study.ts";
import { type Candidate, type Context, show } from "./context.ts";
import { same, stack } from "./judge.ts";

/** Only the Jacobian's diagonal used, or J where Jᵀ belongs. */
export function jacobianMisuse(c: Context): Candidate[] {
  const { judge, d, name } = c;
  const { study } = d;
  if (study.scalar || judge.size > 64 || study.trace.output.size > 64) return [];
  const rows = judge.points.map((p) => ({ p, J: jacobianAt(study, p, name) }));
  const out: Candidate[] = [];
  if (study.trace.output.size === judge.size) {
    const n = judge.size;
    const diagonal = rows.map(
      ({ p, J }) => p.seed.values().map((g: number, i: number) => g * J[i * n + i]) as Float64Array,
    );
    if (same(concat(diagonal), judge.claim, n))
      out.push({
        kinds: ["diagonal only"],
        cost: 1.9,
        sentence: () =>
          `Only the diagonal of the Jacobian is used, ∂yᵢ/∂xᵢ. Every ${show(c, sym(d.naming.output, study.trace.output.shape))} entry depends ` +
          "on every entry of the argument, so the terms with i ≠ j belong in the sum as well.",
      });
    const forward = rows.map(({ p, J }) => {
      const g = p.seed.values();
      return Float64Array.from({ length: n }, (_, i) => {
        let s = 0;
        for (let j = 0; j < n; j++) s += J[i * n + j] * g[j];
        return s;
      });
    });
    if (same(concat(forward), judge.claim, n) && !same(judge.truth, judge.claim, n))
      out.push({
        kinds: ["transpose"],
        cost: 1.9,
        sentence: () =>
          "Your formula multiplies what arrives by the Jacobian J; going backwards it is Jᵀ: each input collects " +
          "from all outputs it influences.",
      });
  }
  return out;
}

function concat(list: readonly Float64Array[]): Float64Array {
  return stack(list.map((x) => tensor(x, [x.length])));
}

/** ∂yᵢ/∂xⱼ in row-major order, by one backward pass a row. */
export function jacobianAt(study: Study, p: SamplePoint, name: string): Float64Array {
  const y = p.trace.output;
  const x = study.tensorAt(p.trace, name) as Tensor;
  const out = new Float64Array(y.size * x.size);
  for (let i = 0; i < y.size; i++) {
    const e = new Float64Array(y.size);
    e[i] = 1;
    const [g] = traced(() => withRecording(false, () => backward([y], [tensor(e, y.shape)], [x])));
    if (g) out.set(g.values() as Float64Array, i * x.size);
  }
  return out;
}
