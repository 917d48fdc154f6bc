/**
 * Naming a wrong factor: ½, 2, 1/N with N the number of examples, α, α².
 */

import { numberTex } from "../../ops/index.ts";
import { mul, num, pow, sym } from "../expr/build.ts";
import { symbolsFor } from "../symbols.ts";
import { type Candidate, type Context, gradientText, show } from "./context.ts";

/** "Your formula is 5 times the gradient: …" */
export function describeNumber(c: Context, k: number): string {
  const minus = k < 0 ? "minus " : "";
  const size = Math.abs(k);
  const tex = `$${numberTex(nice(size)).tex}$`;
  const base = `Your formula is ${minus}${tex} times ${gradientText(c)}`;
  const reason = near(size, 2)
    ? ": a factor 2 too many, as when the ½ of a squared error is forgotten, or one of two equal terms is counted twice"
    : near(size, 0.5)
      ? ": a factor 2 is missing, as from differentiating a square, or from a quantity that enters twice"
      : sizeReason(c, size);
  return `${base}${reason}.`;
}

function sizeReason(c: Context, k: number): string {
  for (const [name, t] of Object.entries(c.d.study.given))
    for (let d = 0; d < t.rank; d++) {
      const n = t.shape[d];
      if (n < 2) continue;
      const what = t.rank === 1 ? "entries" : d === 0 ? "rows" : d === 1 ? "columns" : `size of axis ${d}`;
      const text = `the number of ${what} of $${symbolsFor(c.d.naming)(name)}$`;
      if (near(k, n))
        return `: ${n} is ${text}; the loss is a mean, so its gradient carries 1/${n} (yours is that of the sum)`;
      if (near(k, 1 / n))
        return `: ${n} is ${text}; the loss is a sum, so its gradient carries no 1/${n} (yours is that of the mean)`;
    }
  return "";
}

/** 0.5000000001 as ½, 1.9999999 as 2. */
export function tidyNumber(x: number): number {
  for (let q = 1; q <= 64; q++)
    if (Math.abs(x * q - Math.round(x * q)) < 1e-7 * Math.max(1, Math.abs(x * q)))
      return Math.round(x * q) / q;
  return +x.toPrecision(8);
}
const nice = tidyNumber;

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.abs(b);

/** A factor that is a power, or a product, of named scalars. */
export function describeScalars(c: Context, ratios: readonly number[]): Candidate | undefined {
  const scalars = [...c.d.structure.quantities.values()].filter(
    (q) => q.tensor.rank === 0 && q.kind !== "output",
  );
  const values = scalars.map((q) => c.judge.points.map((p) => p.point.value(sym(q.name, [])).item()));
  const powers = [1, -1, 2, -2, 0.5, -0.5];
  const tries: { list: { i: number; n: number }[] }[] = [];
  scalars.forEach((_, i) => {
    for (const n of powers) tries.push({ list: [{ i, n }] });
  });
  scalars.forEach((_, i) => {
    for (let j = i + 1; j < scalars.length; j++)
      for (const n of [1, -1])
        for (const m of [1, -1])
          tries.push({
            list: [
              { i, n },
              { i: j, n: m },
            ],
          });
  });
  for (const { list } of tries) {
    const left = ratios.map((k, p) => list.reduce((x, { i, n }) => x / values[i][p] ** n, k));
    if (!left.every((x) => Math.abs(x - left[0]) <= 1e-6 * Math.abs(left[0]))) continue;
    const number = left[0];
    const plain = near(number, 1) || near(number, -1);
    const expr = mul([...list.map(({ i, n }) => pow(sym(scalars[i].name, []), n))]);
    const inverse = mul([...list.map(({ i, n }) => pow(sym(scalars[i].name, []), -n))]);
    // β/α too many: β stands where α belongs.
    const swapped = plain && number > 0 && list.length === 2 && list[0].n * list[1].n === -1;
    if (swapped) {
      const [right, wrong] = list[0].n < 0 ? list : [list[1], list[0]];
      const name = (x: { i: number }): string => show(c, sym(scalars[x.i].name, []));
      return {
        kinds: ["wrong quantity"],
        cost: 1.7,
        fix: c.claim && mul([inverse, c.claim]),
        sentence: () => `The wrong quantity stands in the formula: ${name(wrong)} should be ${name(right)}.`,
      };
    }
    const missing = list.every(({ n }) => n < 0);
    return {
      kinds: plain ? (number > 0 ? ["factor"] : ["factor", "sign"]) : ["factor", "factor"],
      cost: plain && number > 0 ? 1.6 : 2,
      fix: c.claim && mul([inverse, c.claim, sym1(1 / number)]),
      sentence: () =>
        (missing
          ? `The factor ${show(c, inverse)} is missing`
          : `Your formula carries a factor ${show(c, expr)} too many`) +
        (plain
          ? number > 0
            ? "."
            : ", and the sign is wrong."
          : `, and a number: ${+number.toPrecision(6)}.`),
    };
  }
  return undefined;
}

const sym1 = (x: number) => num(tidyNumber(x));

export function describeNumberShort(k: number): string {
  const size = Math.abs(k);
  const sign = k < 0 ? "the sign is wrong and " : "";
  return `${sign}a factor $${numberTex(nice(size)).tex}$ is too many`;
}
