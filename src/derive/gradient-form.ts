/**
 * One gradient as it is shown: in the named quantities, in their gradients, as a sum over examples; short
 * enough to read.
 */

import type { Tensor } from "../tensor/index.ts";
import type { Derivation } from "./derive.ts";
import { add } from "./expr/build.ts";
import { printExpr } from "./expr/print.ts";
import { rowForm } from "./row-form.ts";
import { gradientTex, symbolsFor } from "./symbols.ts";
import type { Verdict } from "./verdict.ts";

/** One gradient: as LaTeX, as a value, with its verdict. */
export interface Gradient {
  readonly name: string;
  /** `∂L/∂W = …` */
  readonly tex: string;
  /** The right-hand side in the named quantities. */
  readonly formula: string;
  /** The right-hand side in the named quantities and their gradients. */
  readonly local: string;
  /** The same as a sum over examples, where it is one; in `tex` with the option `rows`. */
  readonly overExamples?: string;
  /** Definitions of unnamed results the formula keeps for brevity. */
  readonly where?: string;
  readonly value: Tensor;
  readonly verdict: Verdict;
}

/** Formulas longer than this, in characters of LaTeX, keep unnamed results as symbols. */
const LONG = 200;
/** Beyond this nobody reads on: the gradient is shown by the last step alone. */
const TOO_LONG = 600;

export function gradientForm(d: Derivation<any>, name: string): Gradient {
  const symbols = symbolsFor(d.naming);
  const { expr, kept } = d.forms.brief(name, (e) => printExpr(e, symbols).length > LONG);
  const formula = printExpr(expr, symbols);
  const local = printExpr(d.forms.gradient(name, "neighbours"), symbols);
  const left = gradientTex(d.naming, name);
  const rows = rowForm(d, name);
  const where = kept
    .map(
      (n) =>
        `${symbols(n)} = ${printExpr(d.forms.resolve(d.structure.quantities.get(n)!.definition!, "inputs"), symbols)}`,
    )
    .join(", \\quad ");
  const long = formula.length + where.length > TOO_LONG;
  const sides = long
    ? [local.length <= LONG ? local : lastStep(d, name)]
    : [
        ...(local !== left && local.length < formula.length ? [local] : []),
        formula,
        ...(rows && d.options.rows ? [rows] : []),
      ];
  return {
    name,
    tex: `${left} = ${[...new Set(sides)].join(" = ")}${where && !long ? `, \\qquad ${where}` : ""}`,
    formula,
    local,
    ...(rows ? { overExamples: rows } : {}),
    ...(where ? { where } : {}),
    value: d.gradientValue(name),
    verdict: d.forms.check(name, expr),
  };
}

/** In terms of the gradients of the quantities next to it, named or not. */
function lastStep(d: Derivation<any>, name: string): string {
  const parts = d.steps.flatMap((s) => s.contributions.filter((c) => c.to === name).map((c) => c.raw));
  return printExpr(d.tidy(add(parts)), symbolsFor(d.naming));
}
