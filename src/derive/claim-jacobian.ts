/**
 * Claims about ∂y/∂x of an array-valued function: the whole Jacobian, or a formula for its entries.
 */

import { matmul } from "../ops/index.ts";
import {
  ArgumentError,
  rng,
  ShapeError,
  sameShape,
  shapeText,
  sizeOf,
  type Tensor,
  tensor,
} from "../tensor/index.ts";
import type { Comparison } from "./claim.ts";
import { Claim, type ClaimOptions, settle } from "./claims.ts";
import type { Derivation } from "./derive.ts";
import { diagnoseSubject } from "./diagnose/index.ts";
import { jacobianAt } from "./diagnose/jacobians.ts";
import { readClaim } from "./diagnose/read.ts";
import type { Subject } from "./diagnose/subject.ts";
import { along, direction, slope } from "./differences.ts";
import { entryTex } from "./expr/entry-print.ts";
import { printExpr } from "./expr/print.ts";
import { evaluateFormula, type Formula } from "./formula.ts";
import { JacobianForm } from "./jacobian-form.ts";
import type { SamplePoint } from "./study.ts";
import { symbolsFor } from "./symbols.ts";
import { errorText, matches } from "./verdict.ts";

function truthAt(d: Derivation<any>, name: string): (p: SamplePoint) => Tensor {
  const known = new Map<SamplePoint, Tensor>();
  return (p) => {
    let J = known.get(p);
    if (!J) {
      const x = d.study.tensorAt(p.trace, name) as Tensor;
      J = tensor(jacobianAt(d.study, p, name), [...p.trace.output.shape, ...x.shape]) as Tensor;
      known.set(p, J);
    }
    return J;
  };
}

function requireArray(d: Derivation<any>, name: string): void {
  if (!d.study.here.gradients.has(name)) throw new ArgumentError(d.unknown(name));
  if (d.study.scalar)
    throw new ArgumentError(
      `claimJacobian: the function is a scalar; claim its gradient with d.claim("${name}", …).`,
    );
}

/** Compares J with autodiff entry by entry, and seedᵀ J v with central differences along random v. */
function compare(
  d: Derivation<any>,
  name: string,
  truth: (p: SamplePoint) => Tensor,
  formula: Formula,
): Comparison {
  const { study } = d;
  const r = rng(47);
  let [autodiff, differences] = [0, 0];
  const failed = (text: string): Comparison => ({
    ok: false,
    points: 1,
    error: autodiff,
    autodiff,
    differences,
    text,
  });
  for (const p of study.points) {
    const J = truth(p);
    let claimed: Tensor;
    try {
      claimed = evaluateFormula(formula, study, p);
    } catch (error) {
      if (error instanceof ShapeError) return failed(error.message);
      throw error;
    }
    if (!sameShape(claimed.shape, J.shape))
      return failed(
        `the formula has shape ${shapeText(claimed.shape)}; the Jacobian has ${shapeText(J.shape)}`,
      );
    const m = matches(claimed, J);
    autodiff = Math.max(autodiff, m.error);
    if (!m.ok)
      return failed(
        `differs at a random point: relative error ${errorText(m.error)} against automatic differentiation`,
      );
    const x = (study.tensorAt(p.trace, name) as Tensor).detach();
    const v = direction(x, r);
    const n = sizeOf(x.shape);
    const flat = claimed.reshape([claimed.size / n, n]);
    const exact = matmul(p.seed.reshape([-1]), matmul(flat, v.reshape([n]))).item();
    const s = slope((t) => study.lossWith(p, name, along(x, v, t)), p.lossNoise);
    const scale = Math.max(Math.abs(exact), Math.abs(s.value), 1e-300);
    differences = Math.max(differences, Math.abs(exact - s.value) / Math.max(scale, s.error * 1e6));
    if (differences > 1e-4) return failed(`differs from central differences by ${errorText(differences)}`);
  }
  return {
    ok: true,
    points: study.points.length,
    error: autodiff,
    autodiff,
    differences,
    text:
      `agrees at ${study.points.length} random points, largest relative error ${errorText(autodiff)} ` +
      `(central differences: ${errorText(differences)})`,
  };
}

export function claimJacobian(
  d: Derivation<any>,
  name: string,
  formula: Formula,
  options: ClaimOptions = {},
): Claim {
  requireArray(d, name);
  const truth = truthAt(d, name);
  const c = compare(d, name, truth, formula);
  const symbols = symbolsFor(d.naming);
  const tex = `\\frac{\\partial ${symbols(d.naming.output)}}{\\partial ${symbols(name)}}`;
  const subject: Subject = {
    d,
    name,
    tex,
    kind: "jacobian",
    truth,
    forms: () => {
      const J = new JacobianForm(d, name).expr;
      return J ? [J] : [];
    },
  };
  const { expr } = readClaim(d, formula);
  const right = expr ? ` ${c.ok ? "=" : "\\overset{?}{=}"} ${printExpr(expr, symbols)}` : "";
  return settle(
    new Claim({
      ok: c.ok,
      title: options.title ?? `∂${d.naming.output}/∂${name}`,
      tex: `${tex}${right}`,
      text: c.text,
      comparison: c,
      ...(c.ok ? {} : { diagnosis: diagnoseSubject(subject, formula) }),
    }),
    options.expect,
  );
}

/** Plain numbers and arrays of the quantities at a point. */
export type Numbers = Record<string, any>;

/**
 * A formula for single entries, in plain numbers and indices from 0:
 * `({ y, beta }, i, j) => (i === j ? beta * y[i] * (1 - y[i]) : -beta * y[i] * y[j])`.
 */
export function claimEntries(
  d: Derivation<any>,
  name: string,
  formula: (numbers: Numbers, ...index: number[]) => number,
  options: ClaimOptions = {},
): Claim {
  requireArray(d, name);
  const truth = truthAt(d, name);
  const whole: Formula = (quantities) => {
    const numbers: Numbers = {};
    for (const [key, t] of Object.entries(quantities as Record<string, Tensor>)) numbers[key] = t.toArray();
    const shape = truth(d.study.here).shape;
    const out = new Float64Array(sizeOf(shape));
    for (let at = 0; at < out.length; at++) out[at] = formula(numbers, ...unravel(at, shape));
    return tensor(out, shape);
  };
  const c = compare(d, name, truth, whole);
  const symbols = symbolsFor(d.naming);
  const rank = d.study.trace.output.rank;
  const letters = ["i", "j", "k", "l"].slice(0, truth(d.study.here).rank);
  const tex =
    `\\frac{\\partial ${entryTex(symbols(d.naming.output), letters.slice(0, rank))}}` +
    `{\\partial ${entryTex(symbols(name), letters.slice(rank))}}`;
  const sentence = c.ok ? "" : entrySentence(d, truth, whole);
  return settle(
    new Claim({
      ok: c.ok,
      title: options.title ?? `entries of ∂${d.naming.output}/∂${name}`,
      tex: c.ok ? `${tex} = ${new JacobianForm(d, name).entry}` : tex,
      text: c.text,
      comparison: c,
      ...(c.ok ? {} : { diagnosis: { kind: "entries", kinds: ["entries"], sentence } }),
    }),
    options.expect,
  );
}

function unravel(at: number, shape: readonly number[]): number[] {
  const index = shape.map(() => 0);
  let rest = at;
  for (let k = shape.length - 1; k >= 0; k--) {
    index[k] = rest % shape[k];
    rest = Math.floor(rest / shape[k]);
  }
  return index;
}

/** Which entries are wrong: those with i = j, those with i ≠ j, or all; and by what factor. */
function entrySentence(d: Derivation<any>, truth: (p: SamplePoint) => Tensor, whole: Formula): string {
  const [p] = d.study.points;
  const J = truth(p);
  const C = evaluateFormula(whole, d.study, p);
  const [a, b] = [C.values(), J.values()];
  const square = J.rank === 2;
  const wrong = { diagonal: 0, other: 0 };
  const ratios: number[] = [];
  let first = -1;
  for (let at = 0; at < b.length; at++) {
    if (Math.abs(a[at] - b[at]) <= 1e-8 * Math.max(Math.abs(b[at]), 1e-4)) continue;
    if (first < 0) first = at;
    const [i, j] = unravel(at, J.shape);
    if (square && i === j) wrong.diagonal++;
    else wrong.other++;
    ratios.push(a[at] / b[at]);
  }
  const where =
    !square || (wrong.diagonal > 0 && wrong.other > 0)
      ? "Entries are wrong"
      : wrong.diagonal > 0
        ? "The case i = j is wrong; i ≠ j is right"
        : "The case i ≠ j is wrong; i = j is right";
  const k = ratios[0];
  const constant = ratios.every((x) => Math.abs(x - k) < 1e-7 * Math.abs(k));
  const why = !constant
    ? ""
    : Math.abs(k + 1) < 1e-7
      ? ": the sign"
      : `: there it is ${+k.toPrecision(6)} times too large`;
  const index = unravel(first, J.shape).map((i) => i + 1);
  return (
    `${where}${why}. At one point tried, entry (${index.join(", ")}) is ${+b[first].toPrecision(5)}; ` +
    `your formula gives ${+a[first].toPrecision(5)}.`
  );
}
