/**
 * Expressions of matrix calculus: what a derivation is rewritten in and printed from.
 *
 * Everything with at most two axes is a matrix here: a scalar is 1 × 1, a vector a column. Sums and
 * broadcasts are products with the vector of ones, so the ordinary algebra of products covers them.
 * Expressions that differ at most in the order of commuting parts have the same `canon`.
 */

import type { Op, Tensor } from "../../tensor/index.ts";

export type Kind =
  | "sym" // a named quantity
  | "num" // a number
  | "const" // an array that only the code knows
  | "ones"
  | "zeros"
  | "eye"
  | "add"
  | "mul" // a product: scalars first, then a chain of matrices
  | "had" // elementwise product
  | "pow" // elementwise power, exponent in `value`
  | "t"
  | "inv"
  | "diag" // column → diagonal matrix
  | "diagof" // matrix → column of its diagonal
  | "trace"
  | "det"
  | "logdet"
  | "fn" // elementwise function of one argument
  | "call"; // any other recorded operation

export interface CallData {
  op: Op;
  params: any;
  /** The shapes the operation itself sees and makes. */
  argShapes: readonly (readonly number[])[];
  outShape: readonly number[];
}

export interface Payload {
  /** Symbol or function name. */
  name?: string;
  /** Number or exponent. */
  value?: number;
  call?: CallData;
  tensor?: Tensor;
}

export class Expr {
  readonly id: number;
  /** Equal for expressions that are equal up to the order of commuting parts. */
  readonly canon: number;
  readonly kind: Kind;
  readonly args: readonly Expr[];
  readonly shape: readonly number[];
  readonly name: string;
  readonly value: number;
  readonly call: CallData | undefined;
  readonly tensor: Tensor | undefined;
  /** How much there is to read: symbols and operators. */
  readonly weight: number;
  constructor(
    id: number,
    canon: number,
    kind: Kind,
    args: readonly Expr[],
    shape: readonly number[],
    o: Payload,
  ) {
    this.id = id;
    this.canon = canon;
    this.kind = kind;
    this.args = args;
    this.shape = shape;
    this.name = o.name ?? "";
    this.value = o.value ?? 0;
    this.call = o.call;
    this.tensor = o.tensor;
    this.weight = args.reduce((n, a) => n + a.weight, 1);
  }
  get rows(): number {
    return this.shape[0];
  }
  get cols(): number {
    return this.shape[1];
  }
  get isScalar(): boolean {
    return this.shape.length === 2 && this.shape[0] === 1 && this.shape[1] === 1;
  }
}

const ordered = new Map<string, Expr>();
const canonical = new Map<string, number>();
const tensorIds = new WeakMap<object, number>();
let nextTensor = 1;
let nextId = 1;
let nextCanon = 1;

function identity(x: object): number {
  let id = tensorIds.get(x);
  if (!id) tensorIds.set(x, (id = nextTensor++));
  return id;
}

/** The one expression with these parts. */
export function intern(kind: Kind, args: readonly Expr[], shape: readonly number[], o: Payload = {}): Expr {
  const call = o.call
    ? `${o.call.op.name}|${JSON.stringify(o.call.params)}|${JSON.stringify(o.call.argShapes)}`
    : "";
  const head = `${kind}[${shape}]${o.name ?? ""}|${o.value ?? ""}|${call}|${o.tensor ? identity(o.tensor) : ""}`;
  const key = `${head}(${args.map((a) => a.id)})`;
  let found = ordered.get(key);
  if (!found) {
    const canon = args.map((a) => a.canon);
    if (kind === "add" || kind === "had") canon.sort((a, b) => a - b);
    if (kind === "mul") {
      const scalars = args.filter((a) => a.isScalar).map((a) => a.canon);
      const chain = args.filter((a) => !a.isScalar).map((a) => a.canon);
      canon.splice(0, canon.length, ...scalars.sort((a, b) => a - b), ...chain);
    }
    const canonKey = `${head}(${canon})`;
    let id = canonical.get(canonKey);
    if (id === undefined) canonical.set(canonKey, (id = nextCanon++));
    ordered.set(key, (found = new Expr(nextId++, id, kind, args, shape, o)));
  }
  return found;
}

/** The matrix shape of a tensor's shape: columns for vectors; more than two axes stay as they are. */
export function matrixShape(shape: readonly number[]): readonly number[] {
  return shape.length === 0 ? [1, 1] : shape.length === 1 ? [shape[0], 1] : shape;
}

export function same(a: Expr, b: Expr): boolean {
  return a.canon === b.canon;
}

/** Whether an expression with the canon of `x` occurs in `e`. */
export function contains(e: Expr, x: Expr): boolean {
  for (const part of subexpressions(e)) if (part.canon === x.canon) return true;
  return false;
}

/** All different subexpressions, arguments before those that use them. */
export function subexpressions(e: Expr, out = new Set<Expr>()): Set<Expr> {
  if (out.has(e)) return out;
  for (const a of e.args) subexpressions(a, out);
  out.add(e);
  return out;
}
