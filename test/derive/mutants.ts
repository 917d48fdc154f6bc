/**
 * Wrong formulas made by machine: one slip in the true formula of a sheet, at random, with the class of
 * mistake that was made.
 */

import { kindOf } from "../../src/derive/diagnose/slip-text.ts";
import { slips } from "../../src/derive/diagnose/slips.ts";
import { sym } from "../../src/derive/expr/build.ts";
import type { Expr } from "../../src/derive/expr/expr.ts";
import { printExpr } from "../../src/derive/expr/print.ts";
import { symbolsFor } from "../../src/derive/symbols.ts";
import { exprFormula } from "../../src/derive/tex/claim-tex.ts";
import { rng } from "../../src/tensor/index.ts";
import * as sheets from "./sheets.ts";

export interface Mutant {
  readonly sheet: string;
  readonly d: any;
  readonly of: string;
  readonly expr: Expr;
  readonly formula: any;
  /** The class of the slip made. */
  readonly kind: string;
  /** Other names of the same mistake: α² for α is a power and a factor α. */
  readonly also: readonly string[];
  /** LaTeX of the part before and after. */
  readonly parts: readonly string[];
}

const ALSO: Record<string, readonly string[]> = {
  power: ["factor", "extra factor", "missing factor", "inverse"],
  inverse: ["extra factor", "missing factor", "power"],
  factor: ["sign"],
  "missing factor": ["activation derivative", "other gradient", "factor", "sum missing", "missing term"],
  "missing term": ["missing path"],
  sign: ["sign+path", "missing term"],
  order: ["transpose", "missing path+path counted twice"],
  "wrong quantity": ["factor", "missing term", "extra factor", "other gradient"],
  function: ["sign", "missing term", "extra term"],
  transpose: ["order"],
};

export function* mutants(seed = 2024, each = 3): Generator<Mutant> {
  const r = rng(seed);
  for (const [sheet, make] of Object.entries(sheets)) {
    if (sheet === "emInputs" || sheet === "emObjective") continue;
    const d: any = (make as () => unknown)();
    const named = [...d.structure.quantities.values()].filter((q: any) => q.named);
    const symbols = named.map((q: any) => sym(q.name, q.tensor.shape));
    for (const of of d.study.variables)
      for (const form of ["inputs", "neighbours"] as const) {
        const list = slips(d.forms.gradient(of, form), { symbols, limit: 400 });
        for (let k = 0; k < each && list.length > 0; k++) {
          const s = list[r.integer(list.length)];
          const kind = kindOf(s, "truth");
          yield {
            sheet,
            d,
            of,
            expr: s.expr,
            formula: exprFormula(s.expr, d.study.here.gradients.get(of).shape),
            kind,
            also: ALSO[kind] ?? [],
            parts: [s.before, ...(s.after ? [s.after] : [])].map((e) => printExpr(e, symbolsFor(d.naming))),
          };
        }
      }
  }
}
