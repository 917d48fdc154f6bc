/**
 * Reading a formula in code whose shapes clash: stand-ins for tensors whose methods only note what was
 * asked for. Formulas that use other functions than these methods cannot be read this way.
 */

import { operations } from "../../ops/index.ts";
import { Tensor } from "../../tensor/index.ts";
import type { Draft } from "./draft.ts";

/** A tensor that knows only how it was written. */
export interface Loose {
  draft: Draft;
  /** A vector of one axis: a row on the left of a product, a column on the right. */
  vector: boolean;
}

const notes = new WeakMap<Tensor, Loose>();

export function looseOf(t: unknown): Loose | undefined {
  return t instanceof Tensor ? notes.get(t) : undefined;
}

type Method = (self: Loose, ...args: any[]) => Loose | undefined;

const elementwise = ["exp", "log", "sigmoid", "tanh", "relu", "softplus", "abs", "sqrt", "sin", "cos"];

const methods: Record<string, Method> = {
  matmul: (a, b) => product(a, read(b)),
  dot: (a, b) => product(a, read(b)),
  outer: (a, b) =>
    both(a, read(b), (x, y) => ({
      draft: { k: "product", factors: [x.draft, { k: "t", x: y.draft }] },
      vector: false,
    })),
  mul: (a, b) =>
    typeof b === "number"
      ? { draft: { k: "product", factors: [{ k: "num", value: b }, a.draft] }, vector: a.vector }
      : both(a, read(b), (x, y) => ({ draft: { k: "had", factors: [x.draft, y.draft] }, vector: x.vector })),
  div: (a, b) =>
    typeof b === "number"
      ? { draft: { k: "product", factors: [{ k: "num", value: 1 / b }, a.draft] }, vector: a.vector }
      : both(a, read(b), (x, y) => ({
          draft: { k: "over", x: x.draft, y: y.draft, elementwise: true },
          vector: x.vector,
        })),
  add: (a, b) =>
    both(a, read(b), (x, y) => ({ draft: { k: "sum", terms: [x.draft, y.draft] }, vector: x.vector })),
  sub: (a, b) =>
    both(a, read(b), (x, y) => ({
      draft: { k: "sum", terms: [x.draft, { k: "neg", x: y.draft }] },
      vector: x.vector,
    })),
  neg: (a) => ({ draft: { k: "neg", x: a.draft }, vector: a.vector }),
  transpose: (a) => turned(a),
  square: (a) => ({ draft: { k: "pow", x: a.draft, n: 2 }, vector: a.vector }),
  pow: (a, n) =>
    typeof n === "number" ? { draft: { k: "pow", x: a.draft, n }, vector: a.vector } : undefined,
  inv: (a) => ({ draft: { k: "inv", x: a.draft }, vector: false }),
  solve: (a, b) =>
    both(a, read(b), (x, y) => ({
      draft: { k: "product", factors: [{ k: "inv", x: x.draft }, y.draft] },
      vector: y.vector,
    })),
  trace: (a) => ({ draft: { k: "trace", x: a.draft }, vector: false }),
  logdet: (a) => ({ draft: { k: "logdet", x: a.draft }, vector: false }),
  diag: (a) => ({ draft: { k: "diag", x: a.draft }, vector: !a.vector }),
  greater: (a, n) => (n === 0 ? { draft: mask(a.draft, "greater"), vector: a.vector } : undefined),
  less: (a, n) => (n === 0 ? { draft: mask(a.draft, "less"), vector: a.vector } : undefined),
  sum: (a, axis, o) => {
    if (axis === 0 && !a.vector) {
      const draft: Draft = { k: "product", factors: [{ k: "ones", row: true }, a.draft] };
      return o?.keepdim ? { draft, vector: false } : { draft: { k: "t", x: draft }, vector: true };
    }
    if ((axis === 1 || axis === -1) && !a.vector)
      return { draft: { k: "product", factors: [a.draft, { k: "ones" }] }, vector: !o?.keepdim };
    return undefined;
  },
};
for (const name of elementwise)
  methods[name] = (a) => ({ draft: { k: "fn", name, x: a.draft }, vector: a.vector });

function turned(a: Loose): Loose {
  return a.vector ? a : { draft: { k: "t", x: a.draft }, vector: false };
}

function mask(x: Draft, name: string): Draft {
  const op = operations().get(name)!;
  return { k: "mask", x, data: (shape) => ({ op, params: null, argShapes: [shape, []], outShape: shape }) };
}

function product(a: Loose, b: Loose | undefined): Loose | undefined {
  if (!b) return undefined;
  const left: Draft = a.vector ? { k: "t", x: a.draft } : a.draft;
  const draft: Draft = { k: "product", factors: [...flat(left), ...flat(b.draft)] };
  if (a.vector && !b.vector) return { draft: { k: "t", x: draft }, vector: true };
  return { draft, vector: b.vector && !a.vector };
}

const flat = (d: Draft): readonly Draft[] => (d.k === "product" ? d.factors : [d]);

function both(a: Loose, b: Loose | undefined, make: (a: Loose, b: Loose) => Loose): Loose | undefined {
  return b && make(a, b);
}

function read(x: unknown): Loose | undefined {
  if (typeof x === "number") return { draft: { k: "num", value: x }, vector: false };
  return looseOf(x);
}

/** Thrown when the formula asks for something the notes have no word for. */
export class NotReadable extends Error {
  override name = "NotReadable";
}

/** A stand-in for a quantity with the given expression. */
export function stand(loose: Loose, like: Tensor): Tensor {
  const t = new Tensor(like.data, like.shape, like.dtype, like.strides, like.offset);
  notes.set(t, loose);
  for (const [name, method] of Object.entries(methods))
    Object.defineProperty(t, name, {
      value: (...args: unknown[]) => {
        const made = method(loose, ...args);
        if (!made) throw new NotReadable(name);
        return stand(made, like);
      },
    });
  Object.defineProperty(t, "T", { get: () => stand(turned(loose), like) });
  for (const name of ["reshape", "permute", "broadcastTo", "softmax", "mean", "expandDims", "slice", "take"])
    Object.defineProperty(t, name, {
      value: () => {
        throw new NotReadable(name);
      },
    });
  return t;
}
