/**
 * The backward pass carried out with one slip in one step: what the final gradient would then be.
 *
 * When that is the claimed formula, the diagnosis can say in which step it went wrong, not only how.
 */

import { backward, traced } from "../../autodiff/index.ts";
import { reshape, withRecording } from "../../ops/index.ts";
import { sameShape, type Tensor } from "../../tensor/index.ts";
import type { Contribution, Step } from "../backward-steps.ts";
import { add, fill, fn, had, num, ones, pow, sub, sym } from "../expr/build.ts";
import type { Expr } from "../expr/expr.ts";
import type { Quantity, Structure } from "../structure.ts";
import { barOf, type SamplePoint } from "../study.ts";
import { computed } from "./judge.ts";
import { type Slip, slips } from "./slips.ts";

export interface Misstep {
  readonly step: number;
  /** The quantity whose step it is. */
  readonly of: Quantity;
  readonly contribution: Contribution;
  readonly slip: Slip;
  /** What arrives is handed on unchanged: the block's own derivative was forgotten. */
  readonly unchanged: boolean;
  /** The derivative of this other function was taken. */
  readonly activation?: string;
  /** Only the diagonal of the block's Jacobian was used. */
  readonly diagonal?: boolean;
}

/** Derivatives of the activations that are taken for one another. */
const ACTIVATIONS: readonly [string, (x: Expr) => Expr][] = [
  ["$\\sigma$", (x) => had([fn("sigmoid", x), sub(ones(x.shape), fn("sigmoid", x))])],
  ["$\\tanh$", (x) => sub(ones(x.shape), pow(fn("tanh", x), 2))],
  [
    "$x \\sigma(x)$",
    (x) => add([fn("sigmoid", x), had([x, fn("sigmoid", x), sub(ones(x.shape), fn("sigmoid", x))])]),
  ],
  ["$e^{x}$", (x) => fn("exp", x)],
];

/** Every slip in every step that can reach the gradient of `name`. */
export function* missteps(s: Structure, steps: readonly Step[], name: string): Generator<Misstep> {
  const useful = reaching(steps, name);
  for (let i = 0; i < steps.length; i++)
    for (const c of steps[i].contributions) {
      if (!useful.has(c.to)) continue;
      const q = steps[i].of;
      const arriving = q.kind === "output" && s.study.scalar ? num(1) : sym(barOf(q.name), q.tensor.shape);
      const near = [q.name, ...q.from].map((n) => sym(n, s.quantities.get(n)!.tensor.shape));
      const list = slips(c.raw, { symbols: near, limit: 150 });
      if (sameShape(arriving.shape, c.raw.shape) && arriving.canon !== c.raw.canon)
        yield {
          step: i,
          of: q,
          contribution: c,
          slip: { kind: "dropped factor", expr: arriving, before: c.raw, after: arriving },
          unchanged: true,
        };
      if (sameShape(arriving.shape, c.raw.shape) && q.from.length === 1)
        for (const [activation, derivative] of ACTIVATIONS)
          for (const x of near.slice(1)) {
            if (!sameShape(x.shape, arriving.shape)) continue;
            const expr = had([arriving, derivative(x)]);
            if (expr.canon !== c.raw.canon)
              yield {
                step: i,
                of: q,
                contribution: c,
                slip: { kind: "function", expr, before: c.raw, after: expr },
                unchanged: false,
                activation,
              };
          }
      const only = diagonalOnly(q.definition as Expr);
      if (only && sameShape(arriving.shape, c.raw.shape)) {
        const y = near[0];
        const expr = had([arriving, y, sub(ones(y.shape), y), fill(only, y.shape)]);
        const slip: Slip = { kind: "diagonal", expr, before: c.raw, after: expr };
        yield { step: i, of: q, contribution: c, slip, unchanged: false, diagonal: true };
      }
      // A sum in which what arrives stands is no factor that anybody would leave out.
      const odd = (x: Slip): boolean =>
        x.kind === "dropped factor" && x.before.kind === "add" && !isForward(x.before);
      // Nobody takes a result for what arrives at it, or the other way round.
      const mixed = (x: Slip): boolean =>
        x.kind === "quantity" && x.after !== undefined && isForward(x.before) !== isForward(x.after);
      for (const slip of list)
        if (!odd(slip) && !mixed(slip)) yield { step: i, of: q, contribution: c, slip, unchanged: false };
    }
}

const isForward = (e: Expr): boolean =>
  !(e.kind === "sym" && e.name.startsWith("bar:")) && e.args.every(isForward);

/** β of y = softmax(βx), whose Jacobian has the diagonal βy(1 − y). */
function diagonalOnly(definition: Expr): number | undefined {
  return definition.call?.op.name === "softmax" && definition.args[0].kind === "sym" ? 1 : undefined;
}

/** Quantities from which the gradient flows on to `name`. */
function reaching(steps: readonly Step[], name: string): Set<string> {
  const found = new Set([name]);
  for (let i = steps.length - 1; i >= 0; i--)
    if (steps[i].contributions.some((c) => found.has(c.to))) found.add(steps[i].of.name);
  return found;
}

/** The gradient of `name` at a point if the step's contribution were `wrong` instead. */
export function misled(
  s: Structure,
  p: SamplePoint,
  name: string,
  right: Contribution,
  wrong: Expr,
): Tensor | undefined {
  const truth = p.gradients.get(name) as Tensor;
  const a = computed(p, wrong);
  const b = p.point.value(right.raw);
  const gap = a && sameShape(a.shape, b.shape) ? a.sub(b) : undefined;
  if (!gap) return undefined;
  if (right.to === name) return flat(truth).add(flat(gap));
  const from = s.study.tensorAt(p.trace, right.to);
  const to = s.study.tensorAt(p.trace, name);
  if (!from?.node || !to) return undefined;
  const [moved] = traced(() =>
    withRecording(false, () => backward([from], [reshape(gap, from.shape)], [to])),
  );
  return moved ? flat(truth).add(flat(moved)) : flat(truth);
}

const flat = (t: Tensor): Tensor => reshape(t, [t.size]);

/** The separate places where a quantity is used, and what each gives to its gradient. */
export function uses(s: Structure, p: SamplePoint, name: string): { at: number; value: Tensor }[] {
  const target = s.study.tensorAt(p.trace, name);
  if (!target?.node) return [];
  const found: { at: number; value: Tensor }[] = [];
  traced(() =>
    withRecording(false, () =>
      backward([p.trace.output], [p.seed], [target], (step) => {
        const node = step.output.node;
        if (!node) return;
        step.contributions.forEach((g, i) => {
          if (g && node.inputs[i].node === target.node)
            found.push({ at: p.trace.results.findIndex((t) => t.node === node), value: g });
        });
      }),
    ),
  );
  return found;
}
