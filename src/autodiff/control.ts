/**
 * Taking the gradient into one's own hands: stopping it, replacing it, recomputing instead of storing,
 * and finding where a NaN began.
 */

import { apply, currentTracer, isRecording, leafOp, noGrad, watching, withRecording } from "../ops/index.ts";
import { ArgumentError, isFloat, Node, NumericalError, type Op, Tensor } from "../tensor/index.ts";
import { backward } from "./backward.ts";
import { traced, variable } from "./grad.ts";

/**
 * The same values, treated as a constant by every derivative.
 * @example
 * ```ts
 * grad((x: Tensor) => stopGradient(x).mul(x).sum())(tensor([3])); // → tensor([3], shape=[1], float64)
 * ```
 */
export function stopGradient<T extends Tensor>(x: T): T {
  return x.detach() as T;
}

/**
 * A function with its own derivative rule.
 * @param forward the values; what happens inside is not differentiated
 * @param backward (G, inputs, output) → one cotangent an input (null: none), in traced operations
 * @example
 * ```ts
 * const clipped = customVjp("clip", (x) => x.minimum(1), (G) => [G]);
 * grad((x: Tensor) => clipped(x).sum())(tensor([5])); // → tensor([1], shape=[1], float64)
 * ```
 */
export function customVjp(
  name: string,
  forward: (...inputs: Tensor[]) => Tensor,
  backward: (G: Tensor, inputs: Tensor[], y: Tensor) => (Tensor | null)[],
): (...inputs: Tensor[]) => Tensor {
  const op: Op<null> = {
    name,
    forward: (inputs) => {
      const y: unknown = noGrad(() => forward(...inputs.map((x) => x.detach())));
      if (!(y instanceof Tensor))
        throw new ArgumentError(`customVjp "${name}": forward must return a tensor.`);
      return y.detach();
    },
    vjp: (i) => (G, inputs, y) => {
      const all: unknown = backward(G, inputs, y);
      if (!Array.isArray(all) || all.length !== inputs.length)
        throw new ArgumentError(
          `customVjp "${name}": backward must return one cotangent for each of the ${inputs.length} inputs, ` +
            "in an array; null where there is none.",
        );
      return all[i];
    },
    latex: (args) => ({
      tex: `\\operatorname{${name}}\\left(${args.map((a) => a.tex).join(", ")}\\right)`,
      prec: 5,
    }),
    samples: () => [],
  };
  return (...inputs) => apply(op, inputs, null);
}

/**
 * `f` without its intermediate results: the backward sweep computes them again. Memory for time.
 * Gradients reach the arguments and, outside `compile` and `vmap`, the traced tensors f closes over.
 * @example
 * ```ts
 * const block = checkpoint((x) => x.tanh().square());
 * grad((x: Tensor) => block(x).sum())(tensor([0])); // → tensor([0], shape=[1], float64)
 * ```
 */
export function checkpoint(f: (...inputs: Tensor[]) => Tensor): (...inputs: Tensor[]) => Tensor {
  return (...inputs) => {
    let first: Tensor | null = null;
    let closed: Tensor[] = [];
    if (currentTracer() === null) {
      const start = new Node(leafOp, [], null).id;
      const y = f(...inputs.map((x) => x.detach()));
      closed = closedOver(y, start);
      first = y.detach();
    }
    const count = inputs.length;
    let last: { G: Tensor; all: (Tensor | null)[] } | null = null;
    const op: Op<null> = {
      name: "checkpoint",
      forward: (all) => {
        const known = first;
        first = null;
        return known ?? noGrad(() => f(...all.slice(0, count).map((x) => x.detach()))).detach();
      },
      vjp: (i) => (G, all) => {
        if (last?.G !== G) last = { G, all: again(f, G, all, count) };
        return last.all[i];
      },
      latex: (args) => ({
        tex: `\\operatorname{checkpoint}\\left(${args.map((a) => a.tex).join(", ")}\\right)`,
        prec: 5,
      }),
      samples: () => [],
    };
    return apply(op, [...inputs, ...closed], null);
  };
}

/** Traced tensors older than `start` that y was computed from. */
function closedOver(y: Tensor, start: number): Tensor[] {
  const found = new Map<Node, Tensor>();
  const seen = new Set<Node>();
  const stack = [y];
  while (stack.length > 0) {
    const t = stack.pop() as Tensor;
    if (t.node === null || seen.has(t.node)) continue;
    seen.add(t.node);
    if (t.node.id < start) found.set(t.node, t);
    else stack.push(...t.node.inputs);
  }
  return [...found.values()];
}

/** The cotangents of arguments and closed-over tensors, from computing f once more. */
function again(
  f: (...inputs: Tensor[]) => Tensor,
  G: Tensor,
  all: Tensor[],
  count: number,
): (Tensor | null)[] {
  const live = isRecording();
  return traced(() => {
    const variables = all.slice(0, count).map(variable);
    const y = f(...variables);
    const closed = all.slice(count);
    return withRecording(live, () => backward([y], [G], [...variables, ...closed]));
  });
}

/**
 * Runs `fn` and throws at the first operation that makes a NaN or an infinity: whose result has one while
 * its inputs have none. An input that holds a NaN from the start is named as such; infinities given on
 * purpose, as in a mask of −∞, may pass through.
 * @throws NumericalError naming the operation, the position and the inputs' ranges
 * @example
 * ```ts
 * detectAnomaly(() => tensor([1, -1]).requiresGrad().log()); // throws "log" made NaN
 * ```
 */
export function detectAnomaly<T>(fn: () => T): T {
  let open = 0;
  return watching((y, op, inputs) => {
    if (open > 0 || !isFloat(y.dtype)) return;
    open++;
    try {
      const values = y.values();
      const at = values.findIndex((v: number) => !Number.isFinite(v));
      if (at < 0) return;
      const given = inputs.find(
        (x) => isFloat(x.dtype) && x.values().some((v: number) => !Number.isFinite(v)),
      );
      if (given && !(Number.isNaN(values[at]) || values.some(Number.isNaN))) return;
      const held = given?.values().findIndex((v: number) => Number.isNaN(v)) ?? -1;
      const what =
        held < 0
          ? `made ${values[at]}`
          : `was given NaN at flat position ${held} of ${range(given as Tensor)}`;
      const from = inputs.map(range).join(", ");
      throw new NumericalError(
        `detectAnomaly: "${op.name}" ${what}${held < 0 ? ` at flat position ${at} of` : ", for"} a result of shape ` +
          `[${y.shape.join(", ")}]${from && held < 0 ? `, from inputs ${from}` : ""}.`,
      );
    } finally {
      open--;
    }
  }, fn);
}

function range(t: Tensor): string {
  const v = t.values();
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const x of v) {
    if (x < low) low = x;
    if (x > high) high = x;
  }
  return `${t.name ? `${t.name} ` : ""}[${t.shape.join(", ")}] in [${low}, ${high}]`;
}
