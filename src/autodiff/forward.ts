/**
 * The forward sweep: Jacobian–vector products, by walking the recorded graph in order of time.
 *
 * Tangents are traced operations themselves when a surrounding transformation records, so jvp nests
 * with grad in either order.
 */

import { add, isRecording, leaf, withRecording } from "../ops/index.ts";
import {
  ArgumentError,
  type Jvp,
  type Node,
  type Op,
  ShapeError,
  sameShape,
  shapeText,
  type Tensor,
  zerosLike,
} from "../tensor/index.ts";
import { backward } from "./backward.ts";
import { traced, tracing, variable } from "./grad.ts";
import { fillTree, leaves, mapTree, type Tree } from "./tree.ts";

/**
 * The value of f and its derivative along the given directions: J t.
 * @param primals the arguments of f
 * @param tangents one direction an argument, of the same shapes
 * @throws ArgumentError or ShapeError when tangents do not match primals.
 * @example
 * ```ts
 * jvp((x: Tensor) => x.square(), [tensor([1, 2])], [tensor([1, 0])]).tangent; // → tensor([2, 0], shape=[2], float64)
 * ```
 */
export function jvp(
  f: (...args: any[]) => Tree,
  primals: Tree[],
  tangents: Tree[],
): { value: Tree; tangent: any } {
  const given = leaves(tangents);
  const before = leaves(primals);
  if (given.length !== before.length)
    throw new ArgumentError(`jvp: ${before.length} primals but ${given.length} tangents.`);
  given.forEach((t, i) => {
    if (!sameShape(t.shape, before[i].shape))
      throw new ShapeError(
        `jvp: tangent ${i} has shape ${shapeText(t.shape)}; its primal has ${shapeText(before[i].shape)}.`,
      );
  });
  const nested = tracing() || [...before, ...given].some((x) => x.node !== null);
  return traced(() => {
    const variables: Tensor[] = [];
    const args = mapTree(primals, (x) => {
      const v = variable(x);
      variables.push(v);
      return v;
    });
    const y = f(...args);
    const outputs = leaves(y);
    const tangent = withRecording(nested, () => pushForward(outputs, variables, given));
    return {
      value: nested
        ? y
        : fillTree(
            y,
            outputs.map((t) => t.detach()),
          ),
      tangent: fillTree(y, tangent),
    };
  });
}

/**
 * Tangents of the outputs, from those of the variables.
 * @example
 * ```ts
 * const x = leaf(tensor([1, 2]));
 * pushForward([x.square()], [x], [ones([2])]).map(String); // → [ 'tensor([2, 4], shape=[2], float64)' ]
 * ```
 */
export function pushForward(
  outputs: readonly Tensor[],
  variables: readonly Tensor[],
  tangents: readonly Tensor[],
): Tensor[] {
  const known = new Map<Node, Tensor | null>();
  variables.forEach((v, i) => {
    known.set(v.node as Node, tangents[i]);
  });
  for (const t of inOrder(outputs, known)) {
    const node = t.node as Node;
    let total: Tensor | null = null;
    node.inputs.forEach((x, i) => {
      const T = x.node && known.get(x.node);
      const rule = T && ruleFor(node, i);
      const part = rule ? rule(T, node.inputs, t, node.params) : null;
      if (part) total = total ? add(total, part) : part;
    });
    known.set(node, total);
  }
  return outputs.map((y) => (y.node && known.get(y.node)) || zerosLike(y));
}

function ruleFor(node: Node, input: number): Jvp<any> | null {
  const rules = node.op.jvp;
  if (!rules) return node.op.vjp ? transposed(node.op.vjp, input) : null;
  return typeof rules === "function" ? rules(input) : rules[input];
}

/**
 * The forward rule of an operation that only has a backward one, such as a custom rule or a checkpoint:
 * G ↦ Jᵀ G is linear, so its own reverse sweep takes T to J T.
 */
function transposed(rules: NonNullable<Op["vjp"]>, input: number): Jvp<any> | null {
  const rule = typeof rules === "function" ? rules(input) : rules[input];
  if (!rule) return null;
  return (T, inputs, y, params) => {
    const live = isRecording();
    return traced(() => {
      const G = leaf(zerosLike(y));
      const back = rule(G, inputs, y, params);
      if (!back) return null;
      return withRecording(live, () => backward([back], [T], [G])[0]);
    });
  };
}

/**
 * The tensors behind the outputs, oldest first, down to those already known.
 * @example
 * ```ts
 * const x = leaf(tensor([1, 2]));
 * inOrder([x.square().sum()], new Map()).map((t) => t.node?.op.name); // → [ 'leaf', 'square', 'sum' ]
 * ```
 */
export function inOrder(outputs: readonly Tensor[], known: ReadonlyMap<Node, unknown>): Tensor[] {
  const seen = new Map<Node, Tensor>();
  const stack = [...outputs];
  while (stack.length > 0) {
    const t = stack.pop() as Tensor;
    if (!t.node || seen.has(t.node) || known.has(t.node)) continue;
    seen.set(t.node, t);
    for (const x of t.node.inputs) stack.push(x);
  }
  return [...seen.values()].sort((a, b) => (a.node as Node).id - (b.node as Node).id);
}
