/**
 * A small point, in numbers of one decimal, where claim and truth differ.
 */

import { rng, type Tensor } from "../../tensor/index.ts";
import type { Derivation } from "../derive.ts";
import { along, slope } from "../differences.ts";
import { evaluateFormula, type Formula } from "../formula.ts";
import type { SamplePoint } from "../study.ts";
import { gradientTex, symbolsFor } from "../symbols.ts";
import { matches } from "../verdict.ts";
import type { Subject } from "./subject.ts";

/** A point where claim and truth differ, and by how much in the worst entry. */
export interface Counterexample {
  readonly values: Readonly<Record<string, Tensor>>;
  readonly entry: readonly number[];
  readonly claimed: number;
  readonly autodiff: number;
  readonly differences?: number;
  readonly text: string;
}

export function counterexample(subject: Subject, formula: Formula): Counterexample | undefined {
  const { d, name } = subject;
  const r = rng(5);
  const { study } = d;
  for (let tries = 0; tries < 40; tries++) {
    const p = study.drawRounded(r, tries < 12 ? 1 : 2) ?? undefined;
    if (!p) continue;
    const truth = subject.truth(p);
    let claimed: Tensor;
    try {
      claimed = evaluateFormula(formula, study, p);
    } catch {
      return undefined;
    }
    if (
      claimed.size !== truth.size ||
      matches(claimed, truth, subject.kind === "gradient" ? p.noise.get(name) : undefined).ok
    )
      continue;
    const [a, b] = [claimed.values(), truth.values()];
    let at = 0;
    for (let i = 0; i < a.length; i++) if (Math.abs(a[i] - b[i]) > Math.abs(a[at] - b[at])) at = i;
    const x = truth;
    const numeric = subject.kind === "gradient" ? numericEntry(d, p, name, at) : undefined;
    const entry: number[] = [];
    let rest = at;
    for (let k = x.rank - 1; k >= 0; k--) {
      entry.unshift(rest % x.shape[k]);
      rest = Math.floor(rest / x.shape[k]);
    }
    const shown = Object.entries(p.values).map(([n, t]): [string, Tensor] => [symbolsFor(d.naming)(n), t]);
    if (!d.scalar && subject.kind === "gradient")
      shown.push([gradientTex(d.naming, d.naming.output), p.seed]);
    const total = shown.reduce((n, [, t]) => n + t.size, 0);
    const symbols = symbolsFor(d.naming);
    const index = entry.length > 0 ? `_{${entry.map((i) => i + 1).join(",")}}` : "";
    const variable = index ? `\\left[${symbols(name)}\\right]${index}` : symbols(name);
    const where =
      total <= 16
        ? `For ${shown.map(([n, t]) => `$${n} = ${valueTex(t)}$`).join(", ")}`
        : "At one point tried,";
    const what =
      subject.kind === "gradient"
        ? `the derivative by $${variable}$`
        : index
          ? `$\\left[${subject.tex}\\right]${index}$`
          : `$${subject.tex}$`;
    return {
      values: p.values,
      entry,
      claimed: a[at],
      autodiff: b[at],
      ...(numeric === undefined ? {} : { differences: numeric }),
      text:
        `${where} ${what} is ${short(b[at])}` +
        `${numeric === undefined ? "" : ` (central differences: ${short(numeric)})`}; your formula gives ${short(a[at])}.`,
    };
  }
  return undefined;
}

/** One entry of the gradient by central differences. */
function numericEntry(d: Derivation<any>, p: SamplePoint, name: string, at: number): number {
  const x = (d.study.tensorAt(p.trace, name) as Tensor).detach();
  const unit = x.copy();
  unit.data.fill(0);
  unit.data[at] = 1;
  return slope((t) => d.study.lossWith(p, name, along(x, unit, t))).value;
}

const short = (x: number): string => String(+x.toPrecision(5));

function valueTex(t: Tensor): string {
  if (t.rank === 0) return short(t.item());
  if (t.rank === 1) return `(${Array.from(t.values() as Float64Array, short).join(", ")})`;
  const rows = t.toArray() as number[][];
  if (t.rank === 2)
    return `\\begin{pmatrix}${rows.map((row) => row.map(short).join(" & ")).join(" \\\\ ")}\\end{pmatrix}`;
  return "\\ldots";
}
