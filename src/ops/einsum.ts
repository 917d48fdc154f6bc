/**
 * Einstein sums, as transposes, reshapes and one matrix product a pair of operands.
 *
 * Composed of other operations on purpose: gradients, batching and printing come from them.
 */

import { ArgumentError, ShapeError, shapeText, type Tensor } from "../tensor/index.ts";
import { mul } from "./arithmetic.ts";
import { permute, reshape, slice } from "./layout.ts";
import { matmul } from "./matmul.ts";
import { sum } from "./reduce.ts";
import type { Contracted, Formula, ShapesOf } from "./types.ts";

interface Labelled {
  t: Tensor;
  labels: string[];
}

/**
 * The sum of products over all labels that the result does not name.
 * @param formula e.g. "ij,jk->ik" (matrix product), "bij,bj->bi", "ij->j", "i,j->ij", "ii->i"; "..." stands for all other axes, which broadcast; without "->" the
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
  let rest = operands.map((t, i): Labelled => diagonals(withoutOnes({ t, labels: inputs[i] }, sizes)));
  while (rest.length > 1) {
    const [a, b, ...others] = rest;
    const needed = new Set([...output, ...others.flatMap((o) => o.labels)]);
    rest = [contract(a, b, needed, sizes), ...others];
  }
  return arrange(drop(rest[0], new Set(output)), output);
}

function parse(formula: string, operands: readonly Tensor[]): { inputs: string[][]; output: string[] } {
  const match = /^\s*([a-zA-Z., ]*?)\s*(?:->\s*([a-zA-Z. ]*))?$/.exec(formula);
  if (!match)
    throw new ArgumentError(
      `einsum("${formula}"): expected letters, commas, "..." and "->", as in "ij,jk->ik".`,
    );
  const groups = match[1].split(",").map((part) => part.replaceAll(" ", ""));
  const dots = Math.max(
    0,
    ...groups.map((g, i) => (g.includes("...") ? operands[i]?.rank - g.length + 3 : 0)),
  );
  const inputs = groups.map((g, i) => spelled(formula, g, (operands[i]?.rank ?? 0) - g.length + 3));
  if (inputs.length !== operands.length)
    throw new ArgumentError(
      `einsum("${formula}"): ${inputs.length} groups of labels for ${operands.length} operands.`,
    );
  const all = inputs.flat();
  const hidden = dotLabels(dots);
  const once = [...new Set(all)].filter((c) => isLetter(c) && all.filter((d) => d === c).length === 1).sort();
  const output =
    match[2] === undefined ? [...hidden, ...once] : spelled(formula, match[2].replaceAll(" ", ""), dots);
  if (new Set(output).size !== output.length)
    throw new ArgumentError(`einsum("${formula}"): the result repeats a label.`);
  return { inputs, output };
}

/** The axes that "..." stands for, counted from the right so that they broadcast as in NumPy. */
const dotLabels = (count: number): string[] =>
  Array.from({ length: Math.max(0, count) }, (_, i) => `.${count - i}`);
const isLetter = (label: string): boolean => !label.startsWith(".");

/** A group of labels one by one, with `count` axes for its "...". */
function spelled(formula: string, group: string, count: number): string[] {
  const parts = group.split("...");
  if (parts.length > 2 || parts.join("").includes("."))
    throw new ArgumentError(`einsum("${formula}"): "..." stands once in a group, and dots only there.`);
  return parts.length === 1 ? [...group] : [...parts[0], ...dotLabels(count), ...parts[1]];
}

/** Axes of "..." that have size 1 here and more elsewhere are left out: the product broadcasts over them. */
function withoutOnes({ t, labels }: Labelled, sizes: Map<string, number>): Labelled {
  const kept = labels.flatMap((c, d) => (isLetter(c) || t.shape[d] === sizes.get(c) ? [d] : []));
  if (kept.length === labels.length) return { t, labels };
  return {
    t: reshape(
      t,
      kept.map((d) => t.shape[d]),
    ),
    labels: kept.map((d) => labels[d]),
  };
}

/** A label that occurs twice in one operand reads its diagonal. */
function diagonals({ t, labels }: Labelled): Labelled {
  const second = labels.findIndex((c, d) => labels.indexOf(c) < d);
  if (second < 0) return { t, labels };
  const first = labels.indexOf(labels[second]);
  const others = [...labels.keys()].filter((d) => d !== first && d !== second);
  const n = t.shape[first];
  const moved = permute(t, [...others, first, second]);
  const flat = reshape(moved, [...moved.shape.slice(0, -2), n * n]);
  const diagonal = slice(flat, flat.rank - 1, 0, n * n, n + 1);
  return diagonals({ t: diagonal, labels: [...others.map((d) => labels[d]), labels[first]] });
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
      const stretched = !isLetter(c) && (known === 1 || t.shape[d] === 1);
      if (known !== undefined && known !== t.shape[d] && !stretched)
        throw new ShapeError(
          `einsum("${formula}"): ${isLetter(c) ? `label "${c}"` : 'an axis of "..."'} stands for ${known} and for ${t.shape[d]}.`,
        );
      sizes.set(c, stretched && known !== undefined ? known * t.shape[d] : t.shape[d]);
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
