/**
 * What a claim is about: a gradient, a Jacobian, or the value of an expression. The same search for slips
 * serves all three; only gradients have a backward pass to replay.
 */

import type { Tensor } from "../../tensor/index.ts";
import { truthAt } from "../claim.ts";
import type { ConstraintSet } from "../constraints.ts";
import type { Derivation } from "../derive.ts";
import type { Expr } from "../expr/expr.ts";
import type { SamplePoint } from "../study.ts";
import { gradientTex } from "../symbols.ts";

export interface Subject {
  readonly d: Derivation<any>;
  /** The quantity concerned. */
  readonly name: string;
  /** LaTeX of what is claimed. */
  readonly tex: string;
  readonly kind: "gradient" | "projected" | "jacobian" | "value";
  readonly truth: (p: SamplePoint) => Tensor;
  /** The true formulas, in different terms. */
  readonly forms: () => Expr[];
}

export function gradientSubject(d: Derivation<any>, name: string, set?: ConstraintSet): Subject {
  const tex = gradientTex(d.naming, name);
  return {
    d,
    name,
    tex: set ? `\\Pi ${tex}` : tex,
    kind: set ? "projected" : "gradient",
    truth: (p) => truthAt(d.study, name, p, set),
    forms: () =>
      set ? [] : [...new Set([d.forms.gradient(name, "inputs"), d.forms.gradient(name, "neighbours")])],
  };
}
