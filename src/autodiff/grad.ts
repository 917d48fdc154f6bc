/**
 * Derivatives of functions: `grad`, `valueAndGrad`, `vjp`, and the PyTorch-like `requiresGrad` + `backward`.
 *
 * Each call traces the function on fresh leaves. When a surrounding transformation is tracing too,
 * the leaves stay connected to the outer values by an identity and the reverse sweep is recorded,
 * so derivatives nest to any order; otherwise nothing of the sweep is kept.
 */

import { apply, leaf, leafOp, reshape, withRecording } from "../ops/index.ts";
import {
  ArgumentError,
  isFloat,
  Node,
  type Op,
  onesLike,
  ShapeError,
  sameShape,
  shapeText,
  Tensor,
  zerosLike,
} from "../tensor/index.ts";
import { backward } from "./backward.ts";
import { fillTree, leaves, mapTree, scalarOutput, type Tree } from "./tree.ts";

const identityOp: Op<null> = {
  name: "identity",
  elementwise: true,
  forward: ([x]) => new Tensor(x.data, x.shape, x.dtype, x.strides, x.offset),
  vjp: [(G) => G],
  jvp: [(T) => T],
  latex: ([x]) => x,
  samples: () => [],
};

let depth = 0;

/**
 * Whether a surrounding transformation is recording.
 * @example
 * ```ts
 * tracing(); // → false
 * ```
 */
export function tracing(): boolean {
  return depth > 0;
}

/**
 * Runs `fn` with recording on, as one more level of transformation.
 * @example
 * ```ts
 * traced(() => tracing()); // → true
 * ```
 */
export function traced<T>(fn: () => T): T {
  depth++;
  try {
    return withRecording(true, fn);
  } finally {
    depth--;
  }
}

/**
 * A traced stand-in for `t`: a leaf, or an identity of a tensor that is itself traced.
 * @example
 * ```ts
 * variable(tensor([1, 2])).node?.op.name; // → leaf
 * ```
 */
export function variable(t: Tensor): Tensor {
  if (!t.node) return leaf(t);
  const out = apply(identityOp, [t], null);
  out.name = t.name;
  if (!out.node) out.node = new Node(leafOp, [], null);
  return out;
}

/** With respect to what `grad` and `valueAndGrad` differentiate. */
export interface GradOptions {
  /** Which arguments to differentiate by: a position, or several. Default 0. */
  argnums?: number | readonly number[];
}

/** Arguments with the chosen ones replaced by traced variables. */
function traceArguments(
  args: Tree[],
  argnums: readonly number[],
  where: string,
): { args: Tree[]; variables: Tensor[] } {
  const variables: Tensor[] = [];
  const out = [...args];
  for (const n of argnums) {
    if (!Number.isInteger(n) || n < 0)
      throw new ArgumentError(`${where}: argnums are positions of arguments, counted from 0; got ${n}.`);
    if (n >= args.length)
      throw new ArgumentError(`${where}: asked for argument ${n}, but only ${args.length} were given.`);
    const before = variables.length;
    out[n] = mapTree(args[n], (t, path) => {
      if (!isFloat(t.dtype)) return t;
      const v = variable(t);
      v.name ??= path || undefined;
      variables.push(v);
      return v;
    });
    if (variables.length === before)
      throw new ArgumentError(`${where}: argument ${n} holds no floating-point tensor to differentiate by.`);
  }
  return { args: out, variables };
}

/**
 * The value and the gradient of a scalar function, by its first argument (or `argnums`).
 * The gradient has the argument's structure: a tensor, or arrays and objects of tensors.
 * @throws ArgumentError when f does not return one number or an argument holds no floating-point tensor.
 * @example
 * ```ts
 * const { value, grad } = valueAndGrad((w: Tensor) => w.square().sum())(tensor([1, 2]));
 * [value.item(), grad.toArray()]; // → [ 5, [ 2, 4 ] ]
 * ```
 */
export function valueAndGrad<A extends Tree[]>(
  f: (...args: A) => Tensor,
  { argnums = 0 }: GradOptions = {},
): (...args: A) => { value: Tensor; grad: any } {
  const list = typeof argnums === "number" ? [argnums] : argnums;
  return (...args) => {
    const nested = tracing();
    return traced(() => {
      const t = traceArguments(args, list, "grad");
      const y = scalarOutput(f(...(t.args as A)), "grad");
      const outer = nested || args.some((a) => leaves(a).some((x) => x.node !== null));
      const g = withRecording(outer, () => gradients(y, t.variables));
      let next = 0;
      const trees = list.map((n) => {
        const floats = leaves(args[n]).filter((x) => isFloat(x.dtype)).length;
        const mine = g.slice(next, (next += floats));
        let i = 0;
        return mapTree(args[n], (x) => (isFloat(x.dtype) ? mine[i++] : x));
      });
      return { value: outer ? y : y.detach(), grad: typeof argnums === "number" ? trees[0] : trees };
    });
  };
}

/** Gradients of one scalar; zeros where a variable has no influence. */
function gradients(y: Tensor, variables: readonly Tensor[]): Tensor[] {
  return backward([y], [onesLike(y)], variables).map((g, i) => g ?? zerosLike(variables[i]));
}

/**
 * The gradient of a scalar function; see `valueAndGrad`. Nest it for higher derivatives.
 * @example
 * ```ts
 * grad((x: Tensor) => x.square().sum())(tensor([1, 2])); // → tensor([2, 4], shape=[2], float64)
 * ```
 */
export function grad<A extends Tree[]>(
  f: (...args: A) => Tensor,
  options: GradOptions = {},
): (...args: A) => any {
  const both = valueAndGrad(f, options);
  return (...args) => both(...args).grad;
}

/**
 * The value of f and its vector–Jacobian product: `pullback(ȳ)` gives ȳᵀ ∂f/∂x for each argument.
 * With one argument the pullback returns its cotangent, with several an array.
 * @throws ArgumentError when cotangents do not match the outputs.
 * @example
 * ```ts
 * const { pullback } = vjp((x: Tensor) => x.square(), tensor([1, 2]));
 * pullback(tensor([1, 10])); // → tensor([ 2, 40], shape=[2], float64)
 * ```
 */
export function vjp<A extends Tree[]>(
  f: (...args: A) => Tree,
  ...args: A
): { value: Tree; pullback: (cotangent: Tree) => any } {
  const nested = tracing() || args.some((a) => leaves(a).some((x) => x.node !== null));
  const t = traced(() => {
    const made = traceArguments(args, [...args.keys()], "vjp");
    return { variables: made.variables, y: f(...(made.args as A)) };
  });
  const outputs = leaves(t.y);
  const pullback = (cotangent: Tree): any => {
    const given = leaves(cotangent);
    if (given.length !== outputs.length)
      throw new ArgumentError(`vjp: ${outputs.length} outputs but ${given.length} cotangents.`);
    const g = withRecording(nested || tracing(), () =>
      backward(
        outputs,
        given.map((c, i) => reshape(c, outputs[i].shape)),
        t.variables,
      ),
    ).map((x, i) => x ?? zerosLike(t.variables[i]));
    let i = 0;
    const trees = args.map((a) => mapTree(a, (x) => (isFloat(x.dtype) ? g[i++] : x)));
    return args.length === 1 ? trees[0] : trees;
  };
  return {
    value: nested
      ? t.y
      : fillTree(
          t.y,
          outputs.map((y) => y.detach()),
        ),
    pullback,
  };
}

/**
 * A leaf whose `.grad` is filled by `backward()`, for those who think in PyTorch.
 * @example
 * ```ts
 * const w = requiresGrad(tensor([1, 2]));
 * w.square().sum().backward();
 * w.grad; // → tensor([2, 4], shape=[2], float64)
 * ```
 */
export function requiresGrad<T extends Tensor>(t: T): T {
  return leaf(t.detach() as T);
}

/**
 * Adds ∂y/∂x to `.grad` of every leaf y was computed from.
 * @param y one number, or any shape with a `cotangent`
 * @example
 * ```ts
 * const w = tensor([1, 2]).requiresGrad();
 * backwardInto(w.square().sum());
 * w.grad; // → tensor([2, 4], shape=[2], float64)
 * ```
 */
export function backwardInto(y: Tensor, cotangent?: Tensor, o: { createGraph?: boolean } = {}): void {
  if (!y.node)
    throw new ArgumentError("backward(): the tensor was not computed from any tensor with requiresGrad.");
  if (!cotangent) scalarOutput(y, "backward()");
  else if (!sameShape(cotangent.shape, y.shape))
    throw new ShapeError(
      `backward(): the cotangent has shape ${shapeText(cotangent.shape)}; it needs the tensor's, ${shapeText(y.shape)}.`,
    );
  const found = new Map<Node, Tensor>();
  const seen = new Set<Node>();
  const stack = [y];
  while (stack.length > 0) {
    const t = stack.pop() as Tensor;
    if (!t.node || seen.has(t.node)) continue;
    seen.add(t.node);
    if (t.node.op === leafOp) found.set(t.node, t);
    stack.push(...t.node.inputs);
  }
  const inputs = [...found.values()];
  const run = (): (Tensor | null)[] => backward([y], [cotangent ?? onesLike(y)], inputs);
  withRecording(o.createGraph ?? false, () => {
    run().forEach((g, i) => {
      if (g) inputs[i].grad = inputs[i].grad ? (inputs[i].grad as Tensor).add(g) : g;
    });
  });
}

declare module "../tensor/tensor.ts" {
  interface Tensor<in out S extends import("../tensor/types.ts").Shape = any> {
    /** A leaf whose `.grad` is filled by `backward()`. */
    requiresGrad(): Tensor<S>;
    /** Fills `.grad` of the leaves this scalar was computed from. */
    backward(cotangent?: Tensor, o?: { createGraph?: boolean }): void;
  }
}

Object.defineProperties(Tensor.prototype, {
  requiresGrad: {
    value(this: Tensor) {
      return requiresGrad(this);
    },
    configurable: true,
  },
  backward: {
    value(this: Tensor, cotangent?: Tensor, o?: { createGraph?: boolean }) {
      backwardInto(this, cotangent, o);
    },
    configurable: true,
  },
});
