/**
 * The reverse sweep: from outputs and their cotangents back to the given inputs.
 *
 * Node ids grow with time, so visiting nodes from the largest id down is a reverse topological order.
 * The rules are traced operations; whether their own graph is recorded is the caller's choice.
 */

import { add } from "../ops/index.ts";
import {
  isFloat,
  type Node,
  ShapeError,
  sameShape,
  shapeText,
  type Tensor,
  type Vjp,
} from "../tensor/index.ts";

/** One step of a backward sweep: an operation, what arrived at it, what it passed on. */
export interface Step {
  /** The tensor whose cotangent was just finished. */
  output: Tensor;
  cotangent: Tensor;
  /** Contributions sent to each input (null: none). */
  contributions: (Tensor | null)[];
}

/**
 * Cotangents of `inputs` for `outputs` with the given cotangents; null where an input has no influence.
 * @param onStep called for each visited operation, for derivations and profiles
 * @example
 * ```ts
 * const x = leaf(tensor([1, 2]));
 * const y = x.square().sum();
 * backward([y], [tensor(1)], [x]).map(String); // → [ 'tensor([2, 4], shape=[2], float64)' ]
 * ```
 */
export function backward(
  outputs: readonly Tensor[],
  cotangents: readonly Tensor[],
  inputs: readonly Tensor[],
  onStep?: (step: Step) => void,
): (Tensor | null)[] {
  const needed = reachable(outputs, inputs);
  const made = new Map<Node, Tensor>();
  const total = new Map<Node, Tensor>();
  const queue = needed.order;
  const give = (t: Tensor, g: Tensor): void => {
    const node = t.node as Node;
    const before = total.get(node);
    made.set(node, t);
    total.set(node, before ? add(before, g) : g);
  };
  outputs.forEach((y, i) => {
    if (y.node && needed.nodes.has(y.node)) give(y, cotangents[i]);
  });
  for (const node of queue) {
    const G = total.get(node);
    if (!G || node.inputs.length === 0) continue;
    const y = made.get(node) as Tensor;
    const contributions = node.inputs.map((x, i) => {
      if (!x.node || !needed.nodes.has(x.node) || !isFloat(x.dtype)) return null;
      const rule = ruleFor(node, i);
      if (!rule) return null;
      const g = rule(G, node.inputs, y, node.params);
      if (g && !sameShape(g.shape, x.shape))
        throw new ShapeError(
          `The vjp of "${node.op.name}" gave shape ${shapeText(g.shape)} for input ${i} of shape ${shapeText(x.shape)}.`,
        );
      return g;
    });
    onStep?.({ output: y, cotangent: G, contributions });
    contributions.forEach((g, i) => {
      if (g) give(node.inputs[i], g);
    });
    if (!needed.wanted.has(node)) total.delete(node);
  }
  return inputs.map((x) => (x.node ? (total.get(x.node) ?? null) : null));
}

function ruleFor(node: Node, input: number): Vjp<any> | null {
  const rules = node.op.vjp;
  if (!rules) return null;
  return typeof rules === "function" ? rules(input) : rules[input];
}

/** Nodes between the outputs and the inputs: those an input can influence, newest first. */
function reachable(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
): { nodes: Set<Node>; order: Node[]; wanted: Set<Node> } {
  const wanted = new Set<Node>();
  for (const x of inputs) if (x.node) wanted.add(x.node);
  let oldest = Number.POSITIVE_INFINITY;
  for (const node of wanted) oldest = Math.min(oldest, node.id);
  const seen = new Set<Node>();
  const stack: Node[] = [];
  for (const y of outputs) if (y.node) stack.push(y.node);
  while (stack.length > 0) {
    const node = stack.pop() as Node;
    if (seen.has(node) || node.id < oldest) continue;
    seen.add(node);
    for (const x of node.inputs) if (x.node) stack.push(x.node);
  }
  const ordered = [...seen].sort((a, b) => a.id - b.id);
  const nodes = new Set<Node>();
  for (const node of ordered)
    if (wanted.has(node) || node.inputs.some((x) => x.node && nodes.has(x.node))) nodes.add(node);
  return { nodes, order: ordered.filter((n) => nodes.has(n)).reverse(), wanted };
}
