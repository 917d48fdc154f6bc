/**
 * Claims that are not about one derivative: two expressions are equal, one is never larger, one tends to
 * a limit.
 */

import { rng, sameShape, shapeText, Tensor } from "../tensor/index.ts";
import { Claim, type ClaimOptions, settle } from "./claims.ts";
import { type Derivation, type DeriveOptions, derive, type Known } from "./derive.ts";
import { diagnoseSubject } from "./diagnose/index.ts";
import { readClaim } from "./diagnose/read.ts";
import type { Expr } from "./expr/expr.ts";
import { printExpr } from "./expr/print.ts";
import { asTensor, type Formula } from "./formula.ts";
import { detectDomain, draw } from "./sample.ts";
import { symbolsFor } from "./symbols.ts";
import type { Inputs, Values } from "./trace.ts";
import { errorText, matches } from "./verdict.ts";

type Expression<I> = (inputs: Known<I>) => Tensor | number;
/** As for claims about derivatives: kinds of inputs, seed, number of points. */
export type StatementOptions = ClaimOptions &
  Pick<DeriveOptions, "domain" | "seed" | "points" | "symbols" | "constants">;

/**
 * Claims that two expressions of the same inputs are equal.
 * @example
 * ```ts
 * const both = claimEqual("σ′", ({ u }) => u.sigmoid().mul(u.neg().sigmoid()),
 *   ({ u }) => u.sigmoid().sub(u.sigmoid().square()), { u: tensor(0.4) });
 * both.ok; // → true
 * claimEqual("no", ({ u }) => u.exp(), ({ u }) => u.exp().mul(2), { u: tensor(0.4) }); // throws the sides differ
 * ```
 */
export function claimEqual<I extends Inputs>(
  title: string,
  left: Expression<I>,
  right: Expression<I>,
  inputs: I,
  options: StatementOptions = {},
): Claim {
  const d = derive(right as any, inputs, { ...options, detail: "names" });
  const formula: Formula = (quantities) => left(quantities);
  let error = 0;
  let failure = "";
  for (const p of d.study.everywhere) {
    const truth = p.trace.output.detach();
    const value = asTensor(left(p.values as Known<I>));
    if (!sameShape(value.shape, truth.shape)) {
      failure = `the left side has shape ${shapeText(value.shape)}, the right side ${shapeText(truth.shape)}`;
      break;
    }
    const m = matches(value, truth);
    error = Math.max(error, m.error);
    if (!m.ok) {
      failure = `the sides differ ${p.given ? "at the given point" : "at a random point"}: relative error ${errorText(m.error)}`;
      break;
    }
  }
  const n = d.study.points.length;
  const definition = d.structure.quantities.get(d.naming.output)!.definition!;
  return settle(
    new Claim({
      ok: failure === "",
      title: options.title ?? title,
      tex: equationTex(d as Derivation<any>, formula, definition, failure === ""),
      text: failure || `both sides agree at ${n} random points, largest relative error ${errorText(error)}`,
      ...(failure
        ? {
            diagnosis: diagnoseSubject(
              {
                d,
                name: d.naming.output,
                tex: "\\text{the right side}",
                kind: "value",
                truth: (p) => p.trace.output.detach(),
                forms: () => [d.forms.resolve(definition, "inputs")],
              },
              formula,
            ),
          }
        : {}),
    }),
    options.expect,
  );
}

/** Both sides as formulas, where the left one can be read. */
function equationTex(d: Derivation<any>, left: Formula, right: Expr, equal: boolean): string {
  const symbols = symbolsFor(d.naming);
  const { expr } = readClaim(d, left);
  if (!expr) return "";
  const whole = printExpr(d.forms.resolve(right, "inputs"), symbols);
  return `${printExpr(expr, symbols)} ${equal ? "=" : "\\overset{?}{=}"} ${whole}`;
}

/** Random inputs of the kinds of the given ones. */
function samples(inputs: Inputs, options: StatementOptions, count: number): Values[] {
  const r = rng((options.seed ?? 0) + 11);
  const given: Values = {};
  for (const [name, x] of Object.entries(inputs))
    given[name] = x instanceof Tensor ? x.detach() : asTensor(x);
  return [
    given,
    ...Array.from({ length: count }, () =>
      Object.fromEntries(
        Object.entries(given).map(([name, t]) => [
          name,
          draw(
            t,
            options.domain?.[name] ?? (typeof inputs[name] === "number" ? "fixed" : detectDomain(t)),
            1,
            r,
          ),
        ]),
      ),
    ),
  ];
}

/**
 * Claims left ≤ right, entry by entry, on the given inputs and on samples (1,000 by default).
 * A sample proves nothing about the rest; the verdict says how many were tried.
 * @example
 * ```ts
 * // Jensen: the exponential of a mean is at most the mean of the exponentials.
 * claimAtMost("Jensen", ({ x }) => x.mean().exp(), ({ x }) => x.exp().mean(), { x: tensor([1, 2, 3]) }).ok; // → true
 * claimAtMost("no", ({ x }) => x.max(), ({ x }) => x.mean(), { x: tensor([1, 2, 3]) }); // throws fails on a sample
 * ```
 */
export function claimAtMost<I extends Inputs>(
  title: string,
  left: Expression<I>,
  right: Expression<I>,
  inputs: I,
  options: StatementOptions & { samples?: number } = {},
): Claim {
  const count = options.samples ?? 1000;
  let margin = Number.POSITIVE_INFINITY;
  let failure = "";
  for (const values of samples(inputs, options, count)) {
    const a = asTensor(left(values as Known<I>));
    const b = asTensor(right(values as Known<I>));
    const gap = b.sub(a).values();
    const scale = Math.max(...a.values().map(Math.abs), ...b.values().map(Math.abs), 1e-300);
    for (let i = 0; i < gap.length; i++) {
      margin = Math.min(margin, gap[i]);
      if (!(gap[i] >= -1e-12 * scale) && !failure)
        failure = `fails on a sample: the left side exceeds the right by ${errorText(-gap[i])}${where(values)}`;
    }
    if (failure) break;
  }
  return settle(
    new Claim({
      ok: failure === "",
      title: options.title ?? title,
      tex: "",
      text: failure || `holds on ${count + 1} samples; the smallest margin was ${errorText(margin)}`,
    }),
    options.expect,
  );
}

function where(values: Values): string {
  const small = Object.entries(values).filter(([, t]) => t.size <= 6);
  return small.length === 0
    ? ""
    : `, at ${small.map(([n, t]) => `${n} = ${JSON.stringify(t.toArray(), round)}`).join(", ")}`;
}

const round = (_: string, x: unknown): unknown => (typeof x === "number" ? +x.toPrecision(4) : x);

/** Largest |a − b| relative to the largest entry of b, or to 1e-3. */
function relativeGap(a: Tensor, b: Tensor): number {
  const scale = Math.max(...b.values().map(Math.abs), 1e-3);
  return Math.max(...a.sub(b).values().map(Math.abs)) / scale;
}

/** Which input moves, where to, and how close is close. */
export interface LimitOptions extends StatementOptions {
  /** The scalar input that moves. */
  variable: string;
  /** Where to: a number (from above and below), Infinity or -Infinity. */
  to: number;
  /** How close the last value must come, relative to its size. Default 1e-5. */
  tolerance?: number;
}

/**
 * Claims that f tends to `limit` as one scalar input goes to a value or to infinity.
 * Checked along a geometric sequence, at the given and at five random values of the other inputs.
 * @example
 * ```ts
 * const soft = ({ x, beta }: any) => x.mul(beta).softmax();
 * const inputs = { x: tensor([1, 3, 2]), beta: tensor(1) };
 * claimLimit("β → 0", soft, () => tensor([1 / 3, 1 / 3, 1 / 3]), inputs, { variable: "beta", to: 0 }).ok; // → true
 * claimLimit("β → 0", soft, ({ x }) => x, inputs, { variable: "beta", to: 0 }); // throws it tends to [0.3333,0.3333,0.3333]
 * ```
 */
export function claimLimit<I extends Inputs>(
  title: string,
  f: Expression<I>,
  limit: Expression<I>,
  inputs: I,
  options: LimitOptions,
): Claim {
  const { variable, to } = options;
  const tolerance = options.tolerance ?? 1e-5;
  let worst = 0;
  let failure = "";
  for (const values of samples(inputs, options, options.points ?? 5)) {
    const sides = Number.isFinite(to) ? (to === 0 ? [1] : [1, -1]) : [Math.sign(to)];
    for (const side of sides) {
      const found: { value: Tensor; gap: number }[] = [];
      for (let k = 0; k <= 16 && !failure; k++) {
        const at = Number.isFinite(to) ? to + side * 10 ** (-k * 0.6) : side * 10 ** (k * 0.5);
        const moved = { ...values, [variable]: asTensor(at) };
        const value = asTensor(f(moved as Known<I>));
        const target = asTensor(limit(moved as Known<I>));
        if (!sameShape(value.shape, target.shape))
          failure = `the function has shape ${shapeText(value.shape)}, the limit ${shapeText(target.shape)}`;
        else found.push({ value, gap: relativeGap(value, target) });
      }
      if (failure) break;
      // Where the sequence has settled: the first place after which it moves no less. (Still nearer,
      // rounding takes over; a limit that is only passed on the way is not settled there.)
      const steps = found.map((x, k) =>
        k === 0 ? Number.POSITIVE_INFINITY : relativeGap(x.value, found[k - 1].value),
      );
      let at = found.length - 1;
      for (let k = found.length - 2; k >= 1; k--) if (steps[k] <= 1e-3 && steps[k + 1] >= steps[k]) at = k;
      const [best, moves] = [found[at], steps[at]];
      worst = Math.max(worst, best.gap);
      if (!(best.gap <= tolerance + 10 * Math.min(moves, tolerance)))
        failure =
          `stays ${errorText(best.gap)} away from it (relative) as ${variable} goes to ${to}` +
          (best.value.size <= 6 ? `: it tends to ${JSON.stringify(best.value.toArray(), round)}` : "");
    }
    if (failure) break;
  }
  return settle(
    new Claim({
      ok: failure === "",
      title: options.title ?? title,
      tex: "",
      text:
        failure ||
        `comes within ${errorText(worst)} of the limit as ${variable} goes to ${to}, at the given and ${options.points ?? 5} random points`,
    }),
    options.expect,
  );
}
