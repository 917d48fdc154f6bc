/**
 * Claims about maximisers and minimisers on a set: the M-step of EM, π with Σπ = 1.
 *
 * Checked as stationarity along the set, plus no random feasible move that improves; at the given and at
 * random values of everything else. And the Lagrangian, for those who want to see the multiplier.
 */

import { grad } from "../autodiff/index.ts";
import { ArgumentError, isFloat, rng, sameShape, shapeText, Tensor } from "../tensor/index.ts";
import { Claim, type ClaimOptions, settle } from "./claims.ts";
import { type Constraint, constraintSet } from "./constraints.ts";
import type { Diagnosis } from "./diagnose/index.ts";
import { asTensor } from "./formula.ts";
import { type Domain, detectDomain, draw } from "./sample.ts";
import type { Inputs, Values } from "./trace.ts";
import { errorText } from "./verdict.ts";

/** The sets of the variables, and how hard improvements are looked for. */
export interface MaximiserOptions extends ClaimOptions {
  /** The set each variable lives in. Default "free". */
  over?: Readonly<Record<string, Constraint>>;
  sense?: "maximum" | "minimum";
  domain?: Readonly<Record<string, Domain>>;
  seed?: number;
  /** Random moves tried at each point. Default 200. */
  moves?: number;
}

interface Outcome {
  readonly gradient: number;
  readonly problem?: Diagnosis;
}

/**
 * Claims that f is largest (or smallest) at the given formulas of the other inputs.
 * @param at one formula a variable
 * @example
 * ```ts
 * // Σ_k N_k log π_k is largest at π = N / Σ N on the simplex.
 * const inputs = { N: tensor([2, 3, 5]), pi: tensor([0.2, 0.3, 0.5]) };
 * const Q = ({ N, pi }: any) => N.mul(pi.log()).sum();
 * const right = { pi: ({ N }: any) => N.div(N.sum()) };
 * claimMaximiser("M-step", Q, right, inputs, { over: { pi: "simplex" }, domain: { N: "positive" } }).ok; // → true
 * claimMaximiser("M-step", Q, { pi: ({ N }) => N }, inputs, { over: { pi: "simplex" } }); // throws The constraint is ignored
 * ```
 */
export function claimMaximiser<I extends Inputs>(
  title: string,
  f: (inputs: any) => Tensor,
  at: Partial<Record<keyof I & string, (inputs: any) => Tensor | number>>,
  inputs: I,
  options: MaximiserOptions = {},
): Claim {
  const sign = options.sense === "minimum" ? -1 : 1;
  const names = Object.keys(at);
  for (const name of names)
    if (!(name in inputs)) throw new ArgumentError(`claimMaximiser: "${name}" is not among the inputs.`);
  const r = rng((options.seed ?? 0) + 23);
  const moves = options.moves ?? 200;
  let worst = 0;
  let problem: Diagnosis | undefined;
  const points = 5;
  for (let k = 0; k <= points && !problem; k++) {
    const values: Values = {};
    for (const [name, x] of Object.entries(inputs)) {
      const t = x instanceof Tensor ? x.detach() : asTensor(x);
      const domain =
        options.domain?.[name] ?? (x instanceof Tensor && isFloat(t.dtype) ? detectDomain(t) : "fixed");
      values[name] = k === 0 ? t : draw(t, domain, 1, r);
    }
    for (const name of names) {
      const v = asTensor(at[name]!({ ...values })).detach();
      if (!sameShape(v.shape, values[name].shape))
        throw new ArgumentError(
          `claimMaximiser: the formula for "${name}" has shape ${shapeText(v.shape)}; the variable has ${shapeText(values[name].shape)}.`,
        );
      values[name] = v;
    }
    for (const name of names) {
      const out = examine(f, values, name, options.over?.[name] ?? "free", sign, moves, r);
      worst = Math.max(worst, out.gradient);
      problem ??= out.problem;
    }
  }
  const what = sign > 0 ? "maximiser" : "minimiser";
  return settle(
    new Claim({
      ok: !problem,
      title: options.title ?? title,
      tex: "",
      text: problem
        ? `is no ${what}`
        : `stationary along the constraints (largest relative gradient ${errorText(worst)}) and not improved by any of ` +
          `${moves * names.length * (points + 1)} random feasible moves, at the given and ${points} random points`,
      ...(problem ? { diagnosis: problem } : {}),
    }),
    options.expect,
  );
}

function examine(
  f: (inputs: any) => Tensor,
  values: Values,
  name: string,
  over: Constraint,
  sign: number,
  moves: number,
  r: ReturnType<typeof rng>,
): Outcome {
  const set = constraintSet(
    typeof over === "object" ? { equality: (x: Tensor) => over.equality(x, values) } : over,
  );
  const v = values[name];
  const along = (t: Tensor): Tensor => f({ ...values, [name]: t });
  const slopeAt = (t: Tensor): Tensor => grad(along)(t) as Tensor;
  const norm = (t: Tensor): number => Math.sqrt((t.values() as Float64Array).reduce((s, x) => s + x * x, 0));
  const bad = (kind: string, sentence: string): Outcome => ({
    gradient: Number.POSITIVE_INFINITY,
    problem: { kind, kinds: [kind], sentence },
  });
  const outside = set.violation(v);
  if (outside) {
    const mended = set.mend?.(v);

    const helps = mended && !examineInside(set, along, slopeAt, mended.v, sign, 100, r, norm).problem;
    return bad(
      "constraint ignored",
      `The constraint is ignored: ${outside}.` +
        (helps
          ? ` ${mended.how[0].toUpperCase()}${mended.how.slice(1)}, it is stationary on the constraint and no move improves it.`
          : ""),
    );
  }
  return examineInside(set, along, slopeAt, v, sign, moves, r, norm);
}

function examineInside(
  set: ReturnType<typeof constraintSet>,
  along: (t: Tensor) => Tensor,
  slopeAt: (t: Tensor) => Tensor,
  v: Tensor,
  sign: number,
  moves: number,
  r: ReturnType<typeof rng>,
  norm: (t: Tensor) => number,
): Outcome {
  const here = along(v).item();
  // How large gradients are nearby: what "zero" is compared with.
  let nearby = 0;
  for (let k = 0; k < 5; k++) nearby = Math.max(nearby, norm(slopeAt(set.move(v, 0.1, r))));
  const left = norm(set.project(slopeAt(v), v)) / Math.max(nearby, 1e-300);
  let best = { value: here, v };
  const scale = Math.max(Math.abs(here), 1e-300);
  for (let k = 0; k < moves; k++) {
    const w = set.move(v, 10 ** (-4 * r.random()), r);
    const value = along(w).item();
    if (sign * (value - best.value) > 1e-11 * scale) best = { value, v: w };
  }
  const what = sign > 0 ? "larger" : "smaller";
  const move =
    best.v === v
      ? ""
      : ` At ${best.v.size > 8 ? "a point nearby" : short(best.v)} the function is ${+best.value.toPrecision(7)}, ${what} than ${+here.toPrecision(7)} at the claimed ${short(v)}.`;
  if (!(left < 1e-6))
    return {
      gradient: left,
      problem: {
        kind: "not stationary",
        kinds: ["not stationary"],
        sentence: `The gradient along the constraint is not zero there (relative size ${errorText(left)}).${move}`,
      },
    };
  if (best.v !== v)
    return {
      gradient: left,
      problem: {
        kind: "not extremal",
        kinds: ["not extremal"],
        sentence: `The point is stationary, but a feasible move improves it: a saddle or the wrong kind of extremum.${move}`,
      },
    };
  return { gradient: left };
}

function short(v: Tensor): string {
  if (v.size > 8) return "point";
  return `(${Array.from(v.values() as Float64Array, (x) => +x.toPrecision(4)).join(", ")})`;
}

/**
 * f + Σ λ_k c_k: a function with the multipliers as further inputs, to derive and claim from.
 * @param constraints by multiplier's name, each c(inputs) = 0
 * @example
 * ```ts
 * const L = lagrangian(({ N, pi }) => N.mul(pi.log()).sum(), { lambda: ({ pi }) => pi.sum().sub(1) });
 * const d = derive(
 *   L,
 *   { N: tensor([2, 3]), pi: tensor([0.4, 0.6]), lambda: tensor(1) },
 *   { constants: ["N"], domain: { pi: "positive" } },
 * );
 * d.gradient("pi").formula; // → \lambda + N \oslash \pi
 * d.gradient("lambda").formula; // → \mathbf{1}^{\top} \pi - 1
 * ```
 */
export function lagrangian(
  f: (inputs: any) => Tensor,
  constraints: Readonly<Record<string, (inputs: any) => Tensor>>,
): (inputs: any) => Tensor {
  return (inputs) => {
    let total = f(inputs);
    for (const [name, c] of Object.entries(constraints)) {
      const lambda = inputs[name] as Tensor | undefined;
      if (!lambda)
        throw new ArgumentError(
          `lagrangian: the inputs have no multiplier "${name}"; add ${name}: tensor(1), say.`,
        );
      total = total.add(lambda.mul(c(inputs)).sum()) as Tensor;
    }
    return total;
  };
}
