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

export interface Edited {
  readonly name: string;
  readonly of: string;
  readonly make: () => any;
  readonly formula: (v: any, bar: any) => any;
  readonly source: string;
  /** Classes that name such an edit. */
  readonly kinds: readonly string[];
}

/** One edit in the text of a formula, as a slip of the pen would make it; nothing of the diagnosis is used. */
const EDITS: readonly [RegExp, string, string][] = [
  [/\.T\b/g, "", "transpose|order|shape|symmetry assumed|wrong quantity|outer product"],
  [
    /\.add\(/g,
    ".sub(",
    "sign|sign+path|missing term|function|power|path|function|factor|activation derivative|extra term",
  ],
  [
    /\.sub\(/g,
    ".add(",
    "sign|sign+path|missing term|function|power|wrong quantity|activation derivative|extra term",
  ],
  [/\.neg\(\)/g, "", "sign|sign+path|function|power|path"],
  [/\.inv\(\)/g, "", "inverse|power|missing factor|extra factor"],
  [/\.div\(/g, ".mul(", "power|factor|inverse|missing factor|extra factor|wrong quantity|function"],
  [/\.mul\(/g, ".div(", "power|factor|inverse|missing factor|extra factor|function|sign"],
  [/\.square\(\)/g, "", "power|factor|missing factor|extra factor"],
  [
    /\.mul\([\w.]+\)/g,
    "",
    "missing factor|factor|activation derivative|other gradient|missing path|power|mask|missing term",
  ],
  [
    /\.(?:sub|add)\([\w.]+\)/g,
    "",
    "missing term|missing path|function|wrong quantity|extra term|activation derivative",
  ],
];

export function* editedFormulas(
  truths: Readonly<Record<string, { make: () => any; of: string; formula: (v: any, bar: any) => any }>>,
  scope: Readonly<Record<string, unknown>>,
): Generator<Edited> {
  for (const [name, { make, of, formula }] of Object.entries(truths)) {
    const text = formula.toString();
    for (const [pattern, by, kinds] of EDITS)
      for (const m of text.matchAll(pattern)) {
        const source = text.slice(0, m.index) + by + text.slice(m.index + m[0].length);
        const edited = new Function(...Object.keys(scope), `return ${source}`)(...Object.values(scope));
        yield { name, of, make, formula: edited, source, kinds: kinds.split("|") };
      }
  }
}
