/**
 * Declaring operations and applying them: the one place where the graph is recorded.
 */

import { Node, type Op, type Tensor } from "../tensor/index.ts";

const registry = new Map<string, Op>();

/**
 * Registers an operation's record. Sweeps (gradient checks, mutation tests, docs) visit all of them.
 * @throws Error when the name is taken.
 * @example
 * ```ts
 * const twice: Op<null> = {
 *   name: "twice",
 *   forward: ([x]) => x.mul(2),
 *   vjp: [(G) => G.mul(2)],
 *   jvp: [(T) => T.mul(2)],
 *   latex: ([x]) => ({ tex: `2 ${x.tex}`, prec: 2 }),
 *   samples: () => [{ inputs: [tensor([1, 2])] }],
 * };
 * grad((x: Tensor) => apply(defineOp(twice), [x], null).sum())(tensor([1, 2])); // → tensor([2, 2], shape=[2], float64)
 * ```
 */
export function defineOp<P = null>(op: Op<P>): Op<P> {
  if (registry.has(op.name)) throw new Error(`The operation "${op.name}" is defined twice.`);
  registry.set(op.name, op);
  return op;
}

/**
 * All operations, by name.
 * @example
 * ```ts
 * operations().has("matmul"); // → true
 * ```
 */
export function operations(): ReadonlyMap<string, Op> {
  return registry;
}

/** Marks traced inputs: a node without inputs. */
export const leafOp: Op<null> = {
  name: "leaf",
  forward: ([x]) => x,
  latex: ([x]) => x,
  samples: () => [],
};

let recording = true;
/** Told of a result, the operation that made it, and its inputs. */
export type Watch = (y: Tensor, op: Op<any>, inputs: readonly Tensor[]) => void;

let watchers: Watch[] = [];

/**
 * Runs `fn` without recording: its results are constants to any surrounding derivative.
 * @example
 * ```ts
 * grad((x: Tensor) => noGrad(() => x.square()).mul(x).sum())(tensor([3])); // → tensor([9], shape=[1], float64)
 * ```
 */
export function noGrad<T>(fn: () => T): T {
  return withRecording(false, fn);
}

/**
 * Runs `fn` with recording on or off, and puts it back as it was.
 * @example
 * ```ts
 * const x = leaf(tensor(3));
 * withRecording(false, () => x.mul(2)).node; // → null
 * ```
 */
export function withRecording<T>(on: boolean, fn: () => T): T {
  const before = recording;
  recording = on;
  try {
    return fn();
  } finally {
    recording = before;
  }
}

/**
 * Whether operations on traced tensors are being recorded.
 * @example
 * ```ts
 * noGrad(() => isRecording()); // → false
 * ```
 */
export function isRecording(): boolean {
  return recording;
}

/**
 * Calls `watch` with every result computed inside `fn`, its operation and inputs: for anomaly detection and profiles.
 * @example
 * ```ts
 * const seen: number[] = [];
 * watching((y) => seen.push(y.size), () => ones([2]).add(1).sum());
 * seen; // → [ 2, 1 ]
 * ```
 */
export function watching<T>(watch: Watch, fn: () => T): T {
  const before = watchers;
  watchers = [...before, watch];
  try {
    return fn();
  } finally {
    watchers = before;
  }
}

/** Takes over from eager evaluation while `compile` records a call. */
export interface Tracer {
  apply(op: Op<any>, inputs: Tensor[], params: unknown): Tensor;
  /** Told of numbers that stand in the code, which may be folded into the plan. */
  literal(t: Tensor): void;
  /** Asked for every value outside the tensors that the recorded code depends on, with a way to read it again. */
  guard(read: () => unknown): void;
}

let tracer: Tracer | null = null;

/**
 * What takes over from eager evaluation just now; null outside `compile`.
 * @example
 * ```ts
 * currentTracer(); // → null
 * ```
 */
export function currentTracer(): Tracer | null {
  return tracer;
}

/**
 * Runs `fn` with every operation handed to the tracer instead of being computed at once.
 * @example
 * ```ts
 * const names: string[] = [];
 * const noting: Tracer = {
 *   apply: (op, inputs, params) => {
 *     names.push(op.name);
 *     return withTracer(null, () => apply(op, inputs, params));
 *   },
 *   literal() {},
 *   guard() {},
 * };
 * withTracer(noting, () => ones([2]).mul(3).sum());
 * names; // → [ 'mul', 'sum' ]
 * ```
 */
export function withTracer<T>(t: Tracer | null, fn: () => T): T {
  const before = tracer;
  tracer = t;
  try {
    return fn();
  } finally {
    tracer = before;
  }
}

/**
 * Computes the operation and, when an input is traced, remembers how.
 * @example
 * ```ts
 * apply(operations().get("add")!, [tensor([1]), tensor([2])], null); // → tensor([3], shape=[1], float64)
 * ```
 */
export function apply<P>(op: Op<P>, inputs: Tensor[], params: P): Tensor {
  if (tracer !== null) return tracer.apply(op, inputs, params);
  const y = op.forward(inputs, params);
  if (recording)
    for (let i = 0; i < inputs.length; i++)
      if (inputs[i].node !== null) {
        y.node = new Node(op, inputs, params);
        break;
      }
  if (watchers.length > 0) for (const watch of watchers) watch(y, op, inputs);
  return y;
}

/**
 * A new traced leaf over the same storage.
 * @example
 * ```ts
 * leaf(tensor([1, 2])).node?.op.name; // → leaf
 * ```
 */
export function leaf<T extends Tensor>(t: T): T {
  const out = t.detach();
  out.node = new Node(leafOp, [], null);
  return out as T;
}
