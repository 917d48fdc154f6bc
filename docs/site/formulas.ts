/**
 * Formulas of operations for the reference: what one computes and what its backward rule is.
 *
 * They are not written down anywhere: `derive` reads them off the operation's record as it runs, and
 * checks each before it is printed here. Only operations are listed whose rule is worth reading.
 */

import { apply, derive, NumericalError, operations, type Tensor } from "../../src/index.ts";

const READABLE = [
  ...["neg", "exp", "log", "log1p", "expm1", "sqrt", "square", "abs", "sign", "sin", "cos", "tanh", "erf"],
  ...["sigmoid", "softplus", "relu", "lgamma", "add", "sub", "mul", "div", "matmul", "outer"],
  ...["softmax", "logSoftmax", "inv", "solve", "det", "logdet", "trace", "diag", "diagonal", "tril", "triu"],
  ...["norm", "pinv", "triangularSolve", "conv2d"],
];

export interface OperationFormulas {
  /** LaTeX of y = f(x). */
  value: string;
  /** LaTeX of ∂L/∂x for each input, with G = ∂L/∂y. */
  gradients: string[];
}

function formulasOf(name: string): OperationFormulas | undefined {
  const op = operations().get(name);
  const sample = op?.samples()[0];
  if (!op || !sample) return undefined;
  const names = sample.inputs.length === 1 ? ["x"] : ["a", "b", "c"].slice(0, sample.inputs.length);
  const inputs = Object.fromEntries(sample.inputs.map((t, i) => [names[i], t.detach()] as [string, Tensor]));
  const d = derive(
    (q) => ({
      y: apply(
        op,
        names.map((n) => q[n]),
        sample.params ?? null,
      ),
    }),
    inputs,
    { of: "y", upstream: "G" },
  );
  const value = /\by &?= (.*?)(?: \\in.*)?\s*(?:\\\\)?$/m.exec(d.toMarkdown())?.[1];
  if (!value) return undefined;
  // A scalar result has no upstream gradient to print: L is then y itself.
  const loss = d.value.size === 1 ? "y" : "L";
  const gradients = names.map((n) => `\\frac{\\partial ${loss}}{\\partial ${n}} = ${d.gradient(n).formula}`);
  return { value: `y = ${value}`, gradients };
}

/** By the name of the function, for those operations whose formulas are worth reading. */
export function operationFormulas(): Map<string, OperationFormulas> {
  const out = new Map<string, OperationFormulas>();
  for (const name of READABLE) {
    const found = formulasOf(name);
    if (!found) throw new NumericalError(`docs: there is no formula of the operation "${name}" any more.`);
    out.set(name, found);
  }
  return out;
}
