/**
 * Einstein sums, as transposes, reshapes and one matrix product a pair of operands.
 *
 * Composed of other operations on purpose: gradients, batching and printing come from them.
 */

import { ArgumentError, ShapeError, shapeText, type Tensor } from "../tensor/index.ts";
import { mul } from "./arithmetic.ts";
import { permute, reshape } from "./layout.ts";
import { matmul } from "./matmul.ts";
import { sum } from "./reduce.ts";
import type { Contracted, Formula, ShapesOf } from "./types.ts";

interface Labelled {
  t: Tensor;
  labels: string[];
}

/**
 * The sum of products over all labels that the result does not name.
 * @param formula e.g. "ij,jk->ik" (matrix product), "bij,bj->bi", "ij->j", "i,j->ij"; without "->" the
 * result has the labels that occur once, in alphabetical order, as in NumPy
 * @throws ShapeError when a label stands for two sizes
 * @example
 * ```ts
 * einsum("ij,jk->ik", ones([2, 3]), ones([3, 2])); // → [[3,3],[3,3]]
 * ```
 */
export function einsum<const F extends string, const L extends readonly Tensor[]>(
  formula: F & Formula<F, ShapesOf<L>>,
  ...operands: L
): Tensor<Contracted<F, ShapesOf<L>>> {
  const { inputs, output } = parse(formula, operands);
  const sizes = labelSizes(formula, inputs, operands);
  for (const c of output)
    if (!sizes.has(c))
      throw new ArgumentError(`einsum("${formula}"): the result names "${c}", which no operand has.`);
  let rest = operands.map((t, i): Labelled => ({ t, labels: inputs[i] }));
  while (rest.length > 1) {
    const [a, b, ...others] = rest;
    const needed = new Set([...output, ...others.flatMap((o) => o.labels)]);
    rest = [contract(a, b, needed, sizes), ...others];
  }
  return arrange(drop(rest[0], new Set(output)), output);
}

function parse(formula: string, operands: readonly Tensor[]): { inputs: string[][]; output: string[] } {
  const match = /^\s*([a-zA-Z, ]*?)\s*(?:->\s*([a-zA-Z ]*))?$/.exec(formula);
  if (!match)
    throw new ArgumentError(`einsum("${formula}"): expected letters, commas and "->", as in "ij,jk->ik".`);
  const inputs = match[1].split(",").map((part) => [...part.replaceAll(" ", "")]);
  if (inputs.length !== operands.length)
    throw new ArgumentError(
      `einsum("${formula}"): ${inputs.length} groups of labels for ${operands.length} operands.`,
    );
  for (const labels of inputs)
    if (new Set(labels).size !== labels.length)
      throw new ArgumentError(
        `einsum("${formula}"): "${labels.join("")}" repeats a label within one operand; take its diagonal first.`,
      );
  const all = inputs.flat();
  const once = [...new Set(all)].filter((c) => all.filter((d) => d === c).length === 1).sort();
  const output = match[2] === undefined ? once : [...match[2].replaceAll(" ", "")];
  if (new Set(output).size !== output.length)
    throw new ArgumentError(`einsum("${formula}"): the result repeats a label.`);
  return { inputs, output };
}

function labelSizes(formula: string, inputs: string[][], operands: readonly Tensor[]): Map<string, number> {
  const sizes = new Map<string, number>();
  operands.forEach((t, i) => {
    if (t.rank !== inputs[i].length)
      throw new ShapeError(
        `einsum("${formula}"): operand ${i} has shape ${shapeText(t.shape)} but labels "${inputs[i].join("")}".`,
      );
    inputs[i].forEach((c, d) => {
      const known = sizes.get(c);
      if (known !== undefined && known !== t.shape[d])
        throw new ShapeError(`einsum("${formula}"): label "${c}" stands for ${known} and for ${t.shape[d]}.`);
      sizes.set(c, t.shape[d]);
    });
  });
  return sizes;
}

/** Sums out the labels that nothing needs any more. */
function drop({ t, labels }: Labelled, needed: Set<string>): Labelled {
  const axes = labels.flatMap((c, d) => (needed.has(c) ? [] : [d]));
  return axes.length === 0 ? { t, labels } : { t: sum(t, axes), labels: labels.filter((c) => needed.has(c)) };
}

function arrange({ t, labels }: Labelled, order: string[]): Tensor {
  return permute(
    t,
    order.map((c) => labels.indexOf(c)),
  );
}

function contract(
  left: Labelled,
  right: Labelled,
  needed: Set<string>,
  sizes: Map<string, number>,
): Labelled {
  const a = drop(left, new Set([...needed, ...right.labels]));
  const b = drop(right, new Set([...needed, ...left.labels]));
  const shared = a.labels.filter((c) => b.labels.includes(c));
  const batch = shared.filter((c) => needed.has(c));
  const inner = shared.filter((c) => !needed.has(c));
  const rows = a.labels.filter((c) => !shared.includes(c));
  const columns = b.labels.filter((c) => !shared.includes(c));
  const size = (labels: string[]): number[] => labels.map((c) => sizes.get(c) as number);
  const count = (labels: string[]): number => size(labels).reduce((n, s) => n * s, 1);
  if (inner.length === 0 && columns.length === 0 && rows.length === 0)
    return { t: mul(arrange(a, batch), arrange(b, batch)), labels: batch };
  const A = reshape(arrange(a, [...batch, ...rows, ...inner]), [count(batch), count(rows), count(inner)]);
  const B = reshape(arrange(b, [...batch, ...inner, ...columns]), [
    count(batch),
    count(inner),
    count(columns),
  ]);
  const flat =
    batch.length === 0 ? matmul(reshape(A, A.shape.slice(1)), reshape(B, B.shape.slice(1))) : matmul(A, B);
  const labels = [...batch, ...rows, ...columns];
  return { t: reshape(flat, size(labels)), labels };
}
