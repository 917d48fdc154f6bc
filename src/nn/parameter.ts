/**
 * A tensor that a module learns: a leaf of every graph, whose `.grad` is filled by `backward()`.
 */

import { leafOp } from "../ops/index.ts";
import { Node, type Shape, Tensor } from "../tensor/index.ts";

/**
 * A tensor that is learnt: a leaf whose `.grad` backward() fills, found by its module under its property name.
 * @example
 * ```ts
 * const p = new Parameter(tensor([1, 2]));
 * p.square().sum().backward();
 * p.grad; // → tensor([2, 4], shape=[2], float64)
 * ```
 */
export class Parameter<in out S extends Shape = any> extends Tensor<S> {
  /** Takes over the values of `t` (it shares their storage, which must be contiguous). */
  constructor(t: Tensor<S>) {
    const own = t.isContiguous && t.offset === 0 && t.data.length === t.size ? t : t.copy();
    super(own.data, own.shape, own.dtype);
    this.node = new Node(leafOp, [], null);
    this.name = t.name;
  }
}
