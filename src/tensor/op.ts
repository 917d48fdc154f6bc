/**
 * What an operation is, and what a tensor remembers of the one that made it.
 *
 * The whole library reads this one record: `grad` walks it backwards, `jvp` and `vmap` forwards,
 * `compile` turns it into a plan, `derive` prints it. The rules are written with traced operations,
 * so every derivative can be differentiated and printed again.
 */

import type { Tensor } from "./tensor.ts";

/** The cotangent of one input, given `G` = ∂L/∂y; null where no gradient flows. */
export type Vjp<P> = (G: Tensor, inputs: Tensor[], y: Tensor, params: P) => Tensor | null;
/** The part of the output's tangent that comes from one input's tangent `T`. */
export type Jvp<P> = (T: Tensor, inputs: Tensor[], y: Tensor, params: P) => Tensor | null;

/** A piece of LaTeX and how tightly its outermost operator binds (see ops/latex.ts). */
export interface Tex {
  readonly tex: string;
  readonly prec: number;
}

/** What a record knows when it prints itself: parameters and shapes. */
export interface LatexContext<P> {
  readonly params: P;
  readonly shapes: readonly (readonly number[])[];
  readonly shape: readonly number[];
}

/** Inputs on which sweeps test an operation: values, gradients, dtypes, layouts. */
export interface Sample<P> {
  inputs: Tensor[];
  params?: P;
}

/** The record of an operation: all that the library knows of it. */
export interface Op<P = any> {
  readonly name: string;
  readonly forward: (inputs: Tensor[], params: P) => Tensor;
  /** One rule an input, or a function of the input's position for operations of any arity; absent when not differentiable. */
  readonly vjp?: readonly (Vjp<P> | null)[] | ((input: number) => Vjp<P>);
  readonly jvp?: readonly (Jvp<P> | null)[] | ((input: number) => Jvp<P>);
  readonly latex: (args: readonly Tex[], context: LatexContext<P>) => Tex;
  /** Fresh inputs; at least one sample an operation. */
  readonly samples: () => Sample<P>[];
  /** Acts on each element alone (after broadcasting): what fusion and vmap may rely on. */
  readonly elementwise?: boolean;
  /** Batched form for vmap: inputs with a leading batch axis where `batched[i]`; the result has one too. */
  readonly batch?: (inputs: Tensor[], batched: readonly boolean[], params: P, size: number) => Tensor;
}

/**
 * A recorded application of an operation. Ids grow with time, so they order any graph topologically.
 * @example
 * ```ts
 * leaf(ones([2])).mul(3).node?.op.name; // → mul
 * ```
 */
export class Node {
  readonly id: number;
  readonly op: Op;
  readonly inputs: Tensor[];
  readonly params: any;
  constructor(op: Op, inputs: Tensor[], params: unknown) {
    this.id = nextId++;
    this.op = op;
    this.inputs = inputs;
    this.params = params;
  }
}

let nextId = 1;
