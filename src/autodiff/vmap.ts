/**
 * vmap: a function of one example, run on a batch.
 *
 * The function is recorded once on the first example; the recording is then replayed with batched
 * operands, operation by operation, so it composes with grad and jvp in either order. Operations that
 * know a batched form use it, elementwise ones broadcast, and the rest are run example by example.
 * While recording, the first example's numbers are kept from the function: they are not the others'.
 */

import {
  apply,
  concat,
  currentTracer,
  expandDims,
  isRecording,
  leaf,
  reshape,
  select,
  type Tracer,
  withRecording,
  withTracer,
} from "../ops/index.ts";
import {
  ArgumentError,
  interception,
  type Node,
  normalizeAxis,
  type Op,
  ShapeError,
  Tensor,
} from "../tensor/index.ts";
import { inOrder } from "./forward.ts";
import { traced, tracing } from "./grad.ts";
import { fillTree, leaves, mapTree, type Tree } from "./tree.ts";

/** Along which axes `vmap` maps; null for an argument that all examples share. */
export interface VmapOptions {
  /** The axis of each argument that runs over examples; null for one shared by all. Default 0 for all. */
  inAxes?: number | null | readonly (number | null)[];
  /** Where the results' batch axis goes. Default 0. */
  outAxis?: number;
}

/**
 * The batched form of `f`; control flow in `f` must not depend on values.
 * @throws ShapeError when batch sizes differ, ArgumentError for an empty batch.
 * @example
 * ```ts
 * const perExample = vmap(grad((w: Tensor, x: Tensor) => w.dot(x).square()), { inAxes: [null, 0] });
 * perExample(tensor([1, 1]), tensor([[1, 0], [0, 2]])); // → [[2,0],[0,8]]
 * ```
 */
export function vmap<A extends Tree[]>(f: (...args: A) => Tree, o: VmapOptions = {}): (...args: A) => any {
  return (...args) => {
    const axes = args.map(
      (_, i) => (Array.isArray(o.inAxes) ? o.inAxes[i] : (o.inAxes ?? 0)) as number | null,
    );
    if (Array.isArray(o.inAxes) && o.inAxes.length !== args.length)
      throw new ArgumentError(`vmap: inAxes has ${o.inAxes.length} entries for ${args.length} arguments.`);
    if (o.inAxes === null) axes.fill(null);
    let size = -1;
    const batched = args.map((a, i) =>
      mapTree(a, (t) => (axes[i] === null ? t : frontAxis(t, axes[i] as number))),
    );
    batched.forEach((a, i) => {
      for (const t of axes[i] === null ? [] : leaves(a)) {
        if (size >= 0 && t.shape[0] !== size)
          throw new ShapeError(
            `vmap: argument ${i} has ${t.shape[0]} examples where an earlier one has ${size}.`,
          );
        size = t.shape[0];
      }
    });
    if (size < 0) throw new ArgumentError("vmap: no argument has a batch axis; give inAxes other than null.");
    if (size === 0) throw new ArgumentError("vmap: the batch is empty, so the function cannot be recorded.");
    return run(f, batched, axes, size, o.outAxis ?? 0);
  };
}

function frontAxis(t: Tensor, axis: number): Tensor {
  if (t.rank === 0) throw new ShapeError("vmap: a scalar has no batch axis; pass null for it in inAxes.");
  const d = normalizeAxis(axis, t.rank, "vmap: inAxes");
  const order = [d, ...[...t.shape.keys()].filter((k) => k !== d)];
  return d === 0 ? t : t.permute(order);
}

function run(
  f: (...args: any) => Tree,
  args: Tree[],
  axes: (number | null)[],
  size: number,
  outAxis: number,
): Tree {
  const known = new Map<Node, { t: Tensor; batched: boolean }>();
  const y = traced(() => {
    const first = args.map((a, i) =>
      mapTree(a, (t) => {
        const v = leaf((axes[i] === null ? t : select(t, 0)).detach());
        if (axes[i] !== null) hide(v);
        known.set(v.node as Node, { t, batched: axes[i] !== null });
        return v;
      }),
    );
    return recording(() => f(...first));
  });
  const outputs = leaves(y);
  const outer = tracing() || args.some((a) => leaves(a).some((t) => t.node));
  return withRecording(outer, () => {
    for (const t of inOrder(outputs, known)) replay(t, known, size);
    const results = outputs.map((t) => {
      const found = t.node && known.get(t.node);
      const all = found?.batched
        ? found.t
        : expandDims(found ? found.t : t, 0).broadcastTo([size, ...t.shape]);
      const order = [...all.shape.keys()].slice(1);
      order.splice(normalizeAxis(outAxis, all.rank, "vmap: outAxis"), 0, 0);
      return all.permute(order);
    });
    return fillTree(y, results);
  });
}

/** An identity without derivative: `detach` as part of the recording. */
const stopOp: Op<null> = {
  name: "stopGradient",
  elementwise: true,
  forward: ([x]) => new Tensor(x.data, x.shape, x.dtype, x.strides, x.offset),
  latex: ([x]) => x,
  samples: () => [],
};

/** Operations called under noGrad, recorded all the same, but as constants to derivatives. */
const constants = new WeakMap<Op, Op>();
function constantOf(op: Op): Op {
  const found = constants.get(op) ?? { ...op, vjp: undefined, jvp: undefined };
  constants.set(op, found);
  return found;
}

/** Above 0 while an operation computes and may read numbers. */
let computing = 0;

/** The first example's tensors. */
const hidden = new WeakSet<Tensor>();

function hide(t: Tensor): void {
  if (hidden.has(t)) return;
  hidden.add(t);
  const detach = t.detach;
  Object.defineProperties(t, {
    hasValues: { value: false },
    detach: { value: () => (computing > 0 ? detach.call(t) : apply(stopOp, [t], null)) },
  });
}

/** Runs `fn` with every operation on a batched tensor recorded, and its numbers out of reach. */
function recording<T>(fn: () => T): T {
  const outer = currentTracer();
  const before = interception.read;
  const tracer: Tracer = {
    apply(op, inputs, params) {
      const used = isRecording() ? op : constantOf(op);
      computing++;
      try {
        const y = withTracer(outer, () => withRecording(true, () => apply(used, inputs, params)));
        if (inputs.some((x) => hidden.has(x))) hide(y);
        return y;
      } finally {
        computing--;
      }
    },
    literal: (t) => outer?.literal(t),
    guard: (read) => outer?.guard(read),
  };
  interception.read = (t) => {
    if (computing > 0 || !hidden.has(t)) return;
    throw new ArgumentError(
      "vmap: the function reads the numbers of a batched tensor (item, at, toArray, copy, or a mask as an " +
        "index), which differ from example to example. Choose with where() and multiply by masks instead.",
    );
  };
  try {
    return withTracer(tracer, fn);
  } finally {
    interception.read = before;
  }
}

/** Computes one recorded tensor for all examples. */
function replay(t: Tensor, known: Map<Node, { t: Tensor; batched: boolean }>, size: number): void {
  const node = t.node as Node;
  const inputs = node.inputs.map((x) => (x.node && known.get(x.node)) || { t: x, batched: false });
  const flags = inputs.map((x) => x.batched);
  const values = inputs.map((x) => x.t);
  if (!flags.some(Boolean)) {
    known.set(node, { t: apply(node.op, values, node.params), batched: false });
    return;
  }
  known.set(node, { t: batch(node, t, values, flags, size), batched: true });
}

function batch(node: Node, t: Tensor, values: Tensor[], flags: boolean[], size: number): Tensor {
  if (node.op.batch) return node.op.batch(values, flags, node.params, size);
  if (node.op.elementwise) {
    // Align the examples' own axes at the right, with the batch axis in front.
    const aligned = values.map((v, i) =>
      flags[i] && v.rank - 1 < t.rank
        ? reshape(v, [size, ...new Array(t.rank - v.rank + 1).fill(1), ...v.shape.slice(1)])
        : v,
    );
    return apply(node.op, aligned, node.params);
  }
  const rows = Array.from({ length: size }, (_, i) =>
    expandDims(
      apply(
        node.op,
        values.map((v, k) => (flags[k] ? select(v, i) : v)),
        node.params,
      ),
      0,
    ),
  );
  return concat(rows, 0);
}
