/**
 * Taking the gradient into one's own hands: stopping it, replacing it, recomputing instead of storing,
 * and finding where a NaN began.
 */

import { apply, noGrad, watching } from "../ops/index.ts";
import { ArgumentError, isFloat, NumericalError, type Op, Tensor } from "../tensor/index.ts";
import { traced, vjp } from "./grad.ts";

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
 * Everything differentiated must be an argument.
 * @example
 * ```ts
 * const block = checkpoint((x) => x.tanh().square());
 * grad((x: Tensor) => block(x).sum())(tensor([0])); // → tensor([0], shape=[1], float64)
 * ```
 */
export function checkpoint(f: (...inputs: Tensor[]) => Tensor): (...inputs: Tensor[]) => Tensor {
  const rule = (G: Tensor, inputs: Tensor[]): Tensor[] => {
    const back = traced(() => vjp(f, ...inputs)).pullback(G);
    return inputs.length === 1 ? [back] : back;
  };
  return customVjp("checkpoint", f, rule);
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
