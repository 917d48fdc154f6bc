/**
 * Trees: tensors nested in arrays and plain objects, as arguments and results of transformations.
 */

import { ArgumentError, Tensor } from "../tensor/index.ts";

/** A tensor, or arrays and objects of trees. Numbers and other values pass through as constants. */
export type Tree = any;

/**
 * The tensors of a tree, in the order of its keys.
 * @example
 * ```ts
 * leaves({ W: ones([2]), layers: [zeros([3])], rate: 0.1 }).length; // → 2
 * ```
 */
export function leaves(tree: Tree): Tensor[] {
  const out: Tensor[] = [];
  mapTree(tree, (t) => {
    out.push(t);
    return t;
  });
  return out;
}

/**
 * The same tree with `f` applied to every tensor.
 * @example
 * ```ts
 * String(mapTree({ W: ones([2]) }, (t) => t.mul(3)).W); // → tensor([3, 3], shape=[2], float64)
 * ```
 */
export function mapTree<T extends Tree>(tree: T, f: (t: Tensor, path: string) => unknown, path = ""): T {
  if (tree instanceof Tensor) return f(tree, path) as T;
  if (Array.isArray(tree)) return tree.map((v, i) => mapTree(v, f, path ? `${path}.${i}` : String(i))) as T;
  if (tree !== null && typeof tree === "object" && isPlain(tree))
    return Object.fromEntries(
      Object.entries(tree).map(([k, v]) => [k, mapTree(v, f, path ? `${path}.${k}` : k)]),
    ) as T;
  return tree;
}

function isPlain(value: object): boolean {
  const proto = Object.getPrototypeOf(value);
  return proto === Object.prototype || proto === null;
}

/**
 * The tree with its tensors replaced, in order.
 * @example
 * ```ts
 * String(fillTree({ W: ones([2]) }, [zeros([2])]).W); // → tensor([0, 0], shape=[2], float64)
 * ```
 */
export function fillTree<T extends Tree>(tree: T, tensors: readonly Tensor[]): T {
  let i = 0;
  return mapTree(tree, () => tensors[i++]);
}

/** The one scalar a loss must be. */
export function scalarOutput(y: unknown, where: string): Tensor {
  if (!(y instanceof Tensor))
    throw new ArgumentError(`${where}: the function must return a tensor; it returned ${describe(y)}.`);
  if (y.size !== 1)
    throw new ArgumentError(
      `${where}: the function must return one number; it returned shape [${y.shape.join(", ")}]. ` +
        "Reduce it with sum() or mean(), or use jacobian() for the derivative of an array.",
    );
  return y;
}

function describe(y: unknown): string {
  if (y === undefined) return "nothing (is a return missing?)";
  if (y instanceof Promise) return "a promise (functions to differentiate must not be async)";
  return y === null ? "null" : typeof y;
}
