/**
 * Naming a wrong factor: ½, 2, 1/N with N the number of examples, α, α².
 */

import { numberTex } from "../../ops/index.ts";
import { mul, num, pow, sym } from "../expr/build.ts";
import { type Expr, subexpressions } from "../expr/expr.ts";
import { symbolsFor } from "../symbols.ts";
import { type Candidate, type Context, gradientText, show } from "./context.ts";

/** "Your formula is 5 times the gradient: …" */
export function describeNumber(c: Context, k: number): string {
  const minus = k < 0 ? "minus " : "";
  const size = Math.abs(k);
  const base = `Your formula is ${minus}$${factorTex(size)}$ times ${gradientText(c)}`;
  const twice = near(size, 2)
    ? ": a factor 2 too many"
    : near(size, 0.5)
      ? ": a factor 2 is missing"
      : undefined;
  return `${base}${twice === undefined ? sizeReason(c, size) : twice + twoReason(c, size > 1)}.`;
}

/** Where a 2 may have come from, or gone: only what the function gives occasion for. */
function twoReason(c: Context, many: boolean): string {
  const { d, name } = c;
  const definitions = [...d.structure.quantities.values()].flatMap((q) =>
    q.definition ? [q.definition] : [],
  );
  const square = definitions.some((e) =>
    [...subexpressions(e)].some((x) => x.kind === "pow" && x.value === 2),
  );
  const uses = d.steps.flatMap((s) => s.contributions.filter((x) => x.to === name).flatMap((x) => x.uses));
  const reasons = [
    ...(square ? [many ? "when the ½ of a square is forgotten" : "when a square is differentiated"] : []),
    ...(uses.length > 1
      ? [many ? "when one of two equal terms is counted twice" : "when a quantity enters twice"]
      : []),
  ];
  return reasons.length > 0 ? `, as it happens ${reasons.join(", or ")}` : "";
}

/** The axis of an input that has this size: `5 is the number of rows of X`. */
function sizeText(c: Context, wanted: number): { n: number; text: string } | undefined {
  for (const [name, t] of Object.entries(c.d.study.given))
    for (let d = 0; d < t.rank; d++) {
      const n = t.shape[d];
      if (n < 2 || !near(wanted, n)) continue;
      const what = t.rank === 1 ? "entries" : d === 0 ? "rows" : d === 1 ? "columns" : `size of axis ${d}`;
      return { n, text: `${n} is the number of ${what} of $${symbolsFor(c.d.naming)(name)}$` };
    }
  return undefined;
}

function sizeReason(c: Context, k: number): string {
  const many = k > 1;
  const size = sizeText(c, many ? k : 1 / k);
  if (size) {
    const arriving = [...(c.claim ? subexpressions(c.claim) : [])].find(
      (x) => x.kind === "sym" && x.name.startsWith("bar:"),
    );
    const { n, text } = size;
    if (arriving)
      return many
        ? `: ${text}; the 1/${n} of the mean is in ${show(c, arriving)} already, and stays`
        : `: ${text}; where a mean is taken its 1/${n} belongs to the loss, so ${show(c, arriving)} carries it already`;
    return many
      ? `: ${text}; the loss is a mean, so its gradient carries 1/${n} (yours is that of the sum)`
      : `: ${text}; the loss is a sum, so its gradient carries no 1/${n} (yours is that of the mean)`;
  }
  const root = sizeText(c, many ? k * k : 1 / (k * k));
  return root ? `: ${root.text}, and the function ${many ? "divides by" : "multiplies by"} its root` : "";
}

/** √2 rather than 1.41421; 1/6 rather than 0.166667. */
function factorTex(x: number): string {
  const known = nice(x);
  const text = numberTex(known).tex;
  if (!/\d\.\d{3}/.test(text)) return text;
  for (let n = 2; n <= 64; n++) {
    if (Number.isInteger(Math.sqrt(n))) continue;
    if (near(x * x, n)) return `\\sqrt{${n}}`;
    if (near(x * x, 1 / n)) return `\\frac{1}{\\sqrt{${n}}}`;
  }
  for (let n = 2; n <= 1000; n++) if (near(x, 1 / n)) return `\\frac{1}{${n}}`;
  return text;
}

/** "twice its right coefficient", "1/6 of its right coefficient: 6 is the number of rows of X". */
export function timesText(c: Context, k: number): string | undefined {
  const size = Math.abs(k);
  const rational = [size, 1 / size].some((x) => near(x, Math.round(x)) && x < 1e4);
  if (!rational && !near(size * size, Math.round(size * size))) return undefined;
  // A 2 is too common to be the size of something.
  const found = near(size, 2) || near(size, 0.5) ? undefined : sizeText(c, size > 1 ? size : 1 / size);
  const why = found ? `: ${found.text}` : "";
  const minus = k < 0 ? "minus " : "";
  if (near(size, 2)) return `${minus}twice its right coefficient${why}`;
  if (near(size, 0.5)) return `${minus}half its right coefficient${why}`;
  return size > 1
    ? `${minus}$${factorTex(size)}$ times its right coefficient${why}`
    : `only ${minus}$${factorTex(size)}$ of its right coefficient${why}`;
}

/** 0.5000000001 as ½, 1.9999999 as 2. */
export function tidyNumber(x: number): number {
  for (let q = 1; q <= 64; q++)
    if (Math.abs(x * q - Math.round(x * q)) < 1e-7 * Math.max(1, Math.abs(x * q)))
      return Math.round(x * q) / q;
  for (let n = 2; n <= 64; n++)
    for (const root of [Math.sqrt(n), 1 / Math.sqrt(n)])
      if (Math.abs(Math.abs(x) - root) < 1e-9 * root) return Math.sign(x) * root;
  return +x.toPrecision(8);
}
const nice = tidyNumber;

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.abs(b);

/** A factor that is a power, or a product, of named scalars. */
export function describeScalars(c: Context, ratios: readonly number[]): Candidate | undefined {
  const scalars = [...c.d.structure.quantities.values()].filter(
    (q) => q.tensor.rank === 0 && q.kind !== "output" && q.named,
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
    // 1/β for β makes β² of it; but that is not how it went wrong.
    const turned =
      list.length === 1 &&
      Math.abs(list[0].n) === 2 &&
      plain &&
      turnedOver(c, scalars[list[0].i].name, missing)
        ? show(c, sym(scalars[list[0].i].name, []))
        : undefined;
    return {
      kinds: plain ? (number > 0 ? ["factor"] : ["factor", "sign"]) : ["factor", "factor"],
      cost: plain && number > 0 ? 1.6 : 2,
      fix: c.claim && mul([inverse, c.claim, sym1(1 / number)]),
      sentence: () =>
        (turned
          ? `${turned} ${missing ? "divides where it should multiply" : "multiplies where it should divide"}`
          : missing
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

/** Whether a scalar stands below the bar in the claim alone (or in the truth alone). */
function turnedOver(c: Context, name: string, inClaim: boolean): boolean {
  const divides = (e: Expr | undefined): boolean =>
    [...(e ? subexpressions(e) : [])].some(
      (x) => x.kind === "pow" && x.value < 0 && x.args[0].kind === "sym" && x.args[0].name === name,
    );
  return divides(c.claim) === inClaim && c.subject.forms().every((e) => divides(e) !== inClaim);
}

const sym1 = (x: number) => num(tidyNumber(x));

export function describeNumberShort(k: number): string {
  const size = Math.abs(k);
  const sign = k < 0 ? "the sign is wrong and " : "";
  return `${sign}a factor $${factorTex(size)}$ is too many`;
}
