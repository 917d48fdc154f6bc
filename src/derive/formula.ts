/**
 * Formulas as people write them: a function of the named quantities and, second, of their gradients:
 * `({ H }, bar) => H.T.matmul(bar.S)`; evaluated at a point, or recorded there.
 */

import { traced } from "../autodiff/index.ts";
import { leaf, lift, withRecording } from "../ops/index.ts";
import { ArgumentError, isFloat, sizeOf, Tensor } from "../tensor/index.ts";
import { Point } from "./expr/evaluate.ts";
import type { Expr } from "./expr/expr.ts";
import type { SamplePoint, Study } from "./study.ts";

/** A formula as a function of the named quantities and of their gradients. */
export interface Formula {
  (quantities: any, gradients: any): Tensor | number;
  /** A formula given as an expression (from LaTeX), with the tensor shape it stands for. */
  expr?: Expr;
  shape?: readonly number[];
}

/** The quantities and gradients a formula may use, with a clear error for any other name. */
export function environment(
  study: Study,
  p: SamplePoint,
  options: { trace: boolean; shake?: (t: Tensor) => Tensor },
): { quantities: Record<string, Tensor>; gradients: Record<string, Tensor> } {
  const make = (name: string, t: Tensor): Tensor => {
    const plain = options.shake && isFloat(t.dtype) ? options.shake(t.detach()) : t.detach();
    return (options.trace && isFloat(t.dtype) ? leaf(plain) : plain).named(name);
  };
  const quantities: Record<string, Tensor> = {};
  for (const name of [
    ...Object.keys(p.values),
    ...p.trace.named.keys(),
    ...study.shown.keys(),
    p.trace.outputName,
  ]) {
    const t = study.tensorAt(p.trace, name);
    if (t) quantities[name] = make(name, t);
  }
  const gradients: Record<string, Tensor> = {};
  for (const [name, g] of p.gradients) gradients[name] = make(`bar:${name}`, g);
  const upstream = study.options.upstream;
  if (upstream) quantities[upstream] = gradients[p.trace.outputName];
  return {
    quantities: guarded(quantities, "quantity"),
    gradients: guarded(gradients, "gradient"),
  };
}

function guarded(values: Record<string, Tensor>, what: string): Record<string, Tensor> {
  return new Proxy(values, {
    get(target, key) {
      if (typeof key !== "string" || key in target) return target[key as string];
      throw new ArgumentError(
        `The formula asks for the ${what} "${key}"; there are ${Object.keys(target).join(", ")}. ` +
          `Name an intermediate result with .named("${key}"), or return it from the function.`,
      );
    },
  });
}

/** The formula's value at a point; with `shake`, of its quantities moved by a rounding. */
export function evaluateFormula(
  formula: Formula,
  study: Study,
  p: SamplePoint,
  shake?: (t: Tensor) => Tensor,
): Tensor {
  if (formula.expr) {
    const point = shake ? new Point(new Map([...p.point.env].map(([n, t]) => [n, shake(t)]))) : p.point;
    const v = point.value(formula.expr);
    const shape = formula.shape as readonly number[];
    // A vector of one axis is neither row nor column.
    const vector = shape.length < 2 && (v.shape[1] === 1 || v.shape[0] === 1) && v.size === sizeOf(shape);
    return vector ? v.reshape(shape) : v;
  }
  const { quantities, gradients } = environment(study, p, { trace: false, ...(shake ? { shake } : {}) });
  return withRecording(false, () => asTensor(formula(quantities, gradients)));
}

export function asTensor(x: unknown): Tensor {
  if (x instanceof Tensor || typeof x === "number") return lift(x, "claim");
  throw new ArgumentError(
    `The formula must return a tensor or a number; it returned ${x === undefined ? "nothing (is a return missing?)" : typeof x}.`,
  );
}

/** The formula recorded at a point, for reading as an expression. */
export function recordFormula(
  formula: Formula,
  study: Study,
  p: SamplePoint,
): { result: Tensor; leaves: Map<string, Tensor> } {
  return traced(() => {
    const { quantities, gradients } = environment(study, p, { trace: true });
    const leaves = new Map<string, Tensor>();
    for (const t of [...Object.values(quantities), ...Object.values(gradients)])
      if (t.node) leaves.set(t.name as string, t);
    return { result: asTensor(formula(quantities, gradients)), leaves };
  });
}
