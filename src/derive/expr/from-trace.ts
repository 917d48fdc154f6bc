/**
 * Reading a recorded graph as an expression, down to the tensors that have a symbol.
 *
 * Each operation the algebra knows becomes algebra (a sum over rows is 1ᵀX, a broadcast row is 1bᵀ);
 * any other stays a call that prints by its own record.
 */

import {
  type Node,
  type Op,
  oneHot,
  sameShape,
  type Tensor,
  zeros as zeroTensor,
} from "../../tensor/index.ts";
import {
  add,
  call,
  constant,
  det,
  diag,
  diagof,
  eye,
  fill,
  fn,
  had,
  inv,
  logdet,
  mul,
  neg,
  num,
  ones,
  pow,
  sub,
  trace,
  transpose,
} from "./build.ts";
import { type Expr, matrixShape } from "./expr.ts";

/** Not an operation of the library: how the algebra writes a choice by labels. */
const oneHotOp: Op<{ classes: number }> = {
  name: "onehot",
  forward: ([y], { classes }) => oneHot(y, classes),
  latex: ([y]) => ({ tex: `\\operatorname{onehot}\\left(${y.tex}\\right)`, prec: 5 }),
  samples: () => [],
};

export interface Boundary {
  /** Symbols of recorded tensors. */
  nodes: ReadonlyMap<Node, Expr>;
  /** Symbols of tensors that carry no record (constants with a name). */
  constants?: (t: Tensor) => Expr | undefined;
}

export class Reader {
  readonly boundary: Boundary;
  readonly known = new Map<Node, Expr>();
  constructor(boundary: Boundary) {
    this.boundary = boundary;
  }

  read(t: Tensor): Expr {
    if (!t.node) return this.boundary.constants?.(t) ?? literal(t);
    const stop = this.boundary.nodes.get(t.node);
    if (stop) return stop;
    let e = this.known.get(t.node);
    if (!e) {
      // Deep graphs: read the inputs first, oldest first, so that the stack stays shallow.
      const pending: Tensor[] = [t];
      while (pending.length > 0) {
        const top = pending[pending.length - 1];
        const node = top.node as Node;
        const missing = node.inputs.find(
          (x) => x.node && !this.boundary.nodes.has(x.node) && !this.known.has(x.node),
        );
        if (missing) {
          pending.push(missing);
          continue;
        }
        pending.pop();
        if (!this.known.has(node)) this.known.set(node, this.translate(top, node));
      }
      e = this.known.get(t.node) as Expr;
    }
    return e;
  }

  /** One operation, in terms of its inputs' expressions. */
  translate(t: Tensor, node: Node): Expr {
    const made = translators[node.op.name]?.(
      node.inputs.map((x) => this.read(x)),
      node.inputs.map((x) => x.shape),
      t.shape,
      node.params,
    );
    if (made) return made;
    const scalarFn = node.op.elementwise && node.inputs.length === 1 && node.params === null;
    const args = node.inputs.map((x) => this.read(x));
    if (scalarFn) return fn(node.op.name, args[0]);
    return call(
      {
        op: node.op,
        params: node.params,
        argShapes: node.inputs.map((x) => x.shape),
        outShape: t.shape,
      },
      args,
    );
  }
}

/** An unnamed constant: a number, a filled array, an identity matrix, or an opaque array. */
export function literal(t: Tensor): Expr {
  const v = t.values();
  if (t.size === 1 && t.rank <= 2) return num(v[0]);
  if (t.size > 0 && v.every((x: number) => x === v[0])) return fill(v[0], matrixShape(t.shape));
  if (t.rank === 2 && t.shape[0] === t.shape[1]) {
    const n = t.shape[0];
    const c = v[0];
    if (v.every((x: number, i: number) => x === (i % (n + 1) === 0 ? c : 0))) return mul([num(c), eye(n)]);
  }
  return constant(t, t.name ?? "");
}

type Shape = readonly number[];
type Translator = (args: Expr[], shapes: Shape[], shape: Shape, params: any) => Expr | undefined;

/** `x` of tensor shape `from`, repeated to tensor shape `to` by NumPy's rule. */
export function spread(x: Expr, from: Shape, to: Shape): Expr | undefined {
  if (sameShape(matrixShape(from), matrixShape(to)) && (from.length === to.length || from.length !== 1))
    return x;
  if (x.isScalar) return mul([x, ones(matrixShape(to))]);
  if (to.length > 2) return undefined;
  const [r, c] = matrixShape(to);
  if (from.length === 1) return to.length === 1 ? x : mul([ones([r, 1]), transpose(x)]);
  if (from.length === 2) {
    if (from[0] === 1 && from[1] === c) return mul([ones([r, 1]), x]);
    if (from[1] === 1 && from[0] === r) return mul([x, ones([1, c])]);
  }
  return undefined;
}

/** Adds up `x` of tensor shape `from` over the given axes. */
function reduce(x: Expr, from: Shape, axes: readonly number[], shape: Shape): Expr | undefined {
  if (from.length > 2) return undefined;
  if (axes.length === 0) return x;
  const rows = from.length === 0 || axes.includes(0);
  const cols = from.length === 2 && axes.includes(1);
  const [r, c] = matrixShape(from);
  const parts = [...(rows ? [ones([1, r])] : []), x, ...(cols ? [ones([c, 1])] : [])];
  const y = mul(parts);
  // A sum over the rows is a row; without keepdim the tensor is a vector, which is a column here.
  return shape.length === 1 && from.length === 2 && rows && !cols ? transpose(y) : y;
}

function elementwise2(f: (a: Expr, b: Expr) => Expr): Translator {
  return ([a, b], [sa, sb], shape) => {
    const x = spread(a, sa, shape);
    const y = spread(b, sb, shape);
    return x && y && sameShape(x.shape, y.shape) ? f(x, y) : undefined;
  };
}

/** Labels as rows with a 1 in the label's column. */
export function oneHotRows(labels: Expr, n: number, classes: number): Expr {
  return call({ op: oneHotOp, params: { classes }, argShapes: [[n]], outShape: [n, classes] }, [labels]);
}

/** The k-th column of an identity matrix. */
const unitOp: Op<{ at: number; size: number }> = {
  name: "unit",
  forward: (_, { at, size }) => {
    const e = zeroTensor([size]);
    e.data[at] = 1;
    return e;
  },
  latex: (_, { params }) => ({ tex: `e_{${params.at + 1}}`, prec: 5 }),
  samples: () => [],
};

const unit = (at: number, size: number): Expr =>
  call({ op: unitOp, params: { at, size }, argShapes: [], outShape: [size] }, []);

const translators: Record<string, Translator> = {
  slice: ([x], [s], _, { starts, steps, sizes }) =>
    sizes.every((n: number, d: number) => n === s[d] && starts[d] === 0 && steps[d] === 1) ? x : undefined,
  unslice: ([g], [s], shape, { starts, sizes }) => {
    if (shape.length === 1 && sizes[0] === 1) return mul([g, unit(starts[0], shape[0])]);
    if (shape.length !== 2 || s.length !== 2) return undefined;
    if (sizes[0] === shape[0] && sizes[1] === 1) return mul([g, transpose(unit(starts[1], shape[1]))]);
    if (sizes[1] === shape[1] && sizes[0] === 1) return mul([unit(starts[0], shape[0]), g]);
    return undefined;
  },
  gather: ([x, index], [sx, si], _, { axis }) =>
    sx.length === 2 && axis === 1 && si[1] === 1 && si[0] === sx[0]
      ? mul([had([x, oneHotRows(index, sx[0], sx[1])]), ones([sx[1], 1])])
      : undefined,
  scatterAdd: ([g, index], [sg], _, { axis, shape }) =>
    shape.length === 2 && axis === 1 && sg[1] === 1 && sg[0] === shape[0]
      ? had([mul([g, ones([1, shape[1]])]), oneHotRows(index, shape[0], shape[1])])
      : undefined,
  identity: ([x]) => x,
  neg: ([x]) => neg(x),
  square: ([x]) => pow(x, 2),
  add: elementwise2((a, b) => add([a, b])),
  sub: elementwise2(sub),
  mul: (args, shapes, shape, p) => {
    const [a, b] = args;
    if (a.isScalar && sameShape(matrixShape(shapes[1]), matrixShape(shape))) return mul([a, b]);
    if (b.isScalar && sameShape(matrixShape(shapes[0]), matrixShape(shape))) return mul([b, a]);
    return elementwise2((x, y) => had([x, y]))(args, shapes, shape, p);
  },
  div: (args, shapes, shape, p) => {
    const [a, b] = args;
    if (b.isScalar && sameShape(matrixShape(shapes[0]), matrixShape(shape))) return mul([pow(b, -1), a]);
    return elementwise2((x, y) => had([x, pow(y, -1)]))(args, shapes, shape, p);
  },
  pow: ([a, b]) => (b.kind === "num" ? pow(a, b.value) : undefined),
  matmul: ([a, b], [sa, sb], shape) => {
    if (sa.length > 2 || sb.length > 2) return undefined;
    const left = sa.length === 1 ? transpose(a) : a;
    const y = mul([left, b]);
    // A row that the code keeps as a vector.
    return shape.length === 1 && sa.length === 1 ? transpose(y) : y;
  },
  outer: ([a, b]) => mul([a, transpose(b)]),
  sum: ([x], [s], shape, { axes }) => reduce(x, s, axes, shape),
  sumTo: ([x], [s], shape) => {
    if (s.length > 2) return undefined;
    const lead = s.length - shape.length;
    const axes = s.map((_, i) => i).filter((i) => i < lead || (shape[i - lead] === 1 && s[i] !== 1));
    return reduce(x, s, axes, shape);
  },
  broadcastTo: ([x], [s], shape) => spread(x, s, shape),
  reshape: ([x], [s], shape) => {
    const [a, b] = [matrixShape(s), matrixShape(shape)];
    if (sameShape(a, b)) return x;
    if (a.length === 2 && b.length === 2 && a[0] === b[1] && a[1] === b[0] && (a[0] === 1 || a[1] === 1))
      return transpose(x);
    return x.kind === "ones" ? ones(b) : undefined;
  },
  permute: ([x], [s]) => (s.length === 2 ? transpose(x) : undefined),
  inv: ([x], [s]) => (s.length === 2 ? inv(x) : undefined),
  solve: ([a, b], [s, sb]) => (s.length === 2 && sb.length <= 2 ? mul([inv(a), b]) : undefined),
  det: ([x], [s]) => (s.length === 2 ? det(x) : undefined),
  logdet: ([x], [s], shape) => (s.length === 2 && shape.length === 0 ? logdet(x) : undefined),
  trace: ([x], [s]) => (s.length === 2 ? trace(x) : undefined),
  diag: ([x], [s], shape) => (s.length === 1 && shape[0] === shape[1] ? diag(x) : undefined),
  diagonal: ([x], [s]) => (s.length === 2 && s[0] === s[1] ? diagof(x) : undefined),
};
