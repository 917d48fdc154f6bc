/**
 * The n-dimensional array everything is made of.
 *
 * A tensor is a strided view of a typed array: slices, transposes and broadcasts share storage.
 * Values are immutable by convention (optimisers and `assign` are the exceptions), memory is the
 * garbage collector's. Its methods (`matmul`, `sum`, `relu` …) are attached by ops/methods.ts,
 * so that this room knows nothing of the operations built on it.
 */

import { type DType, reserve, type TypedArray } from "./dtype.ts";
import { ArgumentError, ShapeError, shapeText } from "./errors.ts";
import type { Node } from "./op.ts";
import { format, preview } from "./print.ts";
import { sizeOf, stridesOf } from "./shape.ts";
import type { Shape } from "./types.ts";

/** Numbers in nested arrays. */
export type Nested = number | boolean | Nested[];

/**
 * What happens instead where a function is recorded rather than merely run. `assign`: under `compile`,
 * in-place updates become part of the plan. `read`: under `vmap`, the numbers of one example
 * must not slip into the answers of the others.
 */
export const interception: {
  assign: ((target: Tensor, values: Tensor) => void) | null;
  read: ((t: Tensor) => void) | null;
} = { assign: null, read: null };

/**
 * An n-dimensional array: a strided view of a typed array, with NumPy's methods. Make one with `tensor`,
 * `zeros`, `rng` …
 * @example
 * ```ts
 * const A = new Tensor(Float64Array.of(1, 2, 3, 4), [2, 2], "float64");
 * A.T.data === A.data;
 * A.T; // → [[1,3],[2,4]]
 * ```
 */
export class Tensor<in out S extends Shape = any> {
  /** Only for the type checker: the shape, with its names. */
  declare readonly __shape: S;
  readonly data: TypedArray;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly dtype: DType;
  readonly size: number;
  /** The recorded operation this came from; a leaf's own node for traced inputs; null for constants. */
  node: Node | null = null;
  /** Filled by `backward()` on tensors made with `requiresGrad`. */
  grad: Tensor | null = null;
  /** A label for graphs and messages. */
  name: string | undefined = undefined;

  constructor(
    data: TypedArray,
    shape: readonly number[],
    dtype: DType,
    strides: readonly number[] = stridesOf(shape),
    offset = 0,
  ) {
    this.data = data;
    this.shape = shape;
    this.dtype = dtype;
    this.strides = strides;
    this.offset = offset;
    this.size = sizeOf(shape);
  }

  get rank(): number {
    return this.shape.length;
  }

  /** False only for the stand-ins that `compile` passes through a function while recording it. */
  get hasValues(): boolean {
    return true;
  }

  /** Whether elements lie in row-major order without gaps. */
  get isContiguous(): boolean {
    let step = 1;
    for (let i = this.shape.length - 1; i >= 0; i--) {
      if (this.shape[i] !== 1 && this.strides[i] !== step) return false;
      step *= this.shape[i];
    }
    return true;
  }

  /** The elements in row-major order; shares storage when it can, so do not write to it. */
  values(): TypedArray {
    if (interception.read !== null) interception.read(this);
    if (this.isContiguous) {
      if (this.offset === 0 && this.data.length === this.size) return this.data;
      const [from, to] = [this.offset, this.offset + this.size];
      // Storage in WebAssembly memory is given back with its own typed array, which a part would not hold.
      const shared = this.data.buffer instanceof SharedArrayBuffer;
      return (shared ? this.data.slice(from, to) : this.data.subarray(from, to)) as TypedArray;
    }
    const out = reserve(this.dtype, this.size);
    copyStrided(this, out);
    return out;
  }

  /** The one number of a one-element tensor. */
  item(): number {
    if (this.size !== 1)
      throw new ShapeError(
        `item(): the tensor has shape ${shapeText(this.shape)} and ${this.size} elements, not one. ` +
          "Reduce it first, e.g. with sum() or mean(), or read one element with at(i, j).",
      );
    if (interception.read !== null) interception.read(this);
    return this.data[this.offset];
  }

  /** One element, by one index a dimension (negative counts from the end). */
  at(...index: number[]): number {
    if (index.length !== this.rank)
      throw new ShapeError(
        `at(): ${index.length} indices for a tensor of shape ${shapeText(this.shape)}; give ${this.rank}.`,
      );
    if (interception.read !== null) interception.read(this);
    let at = this.offset;
    for (let d = 0; d < index.length; d++) {
      const n = this.shape[d];
      const i = index[d] < 0 ? index[d] + n : index[d];
      if (!Number.isInteger(i) || i < 0 || i >= n)
        throw new ArgumentError(`at(): index ${index[d]} is outside dimension ${d} of size ${n}.`);
      at += i * this.strides[d];
    }
    return this.data[at];
  }

  /** Nested plain arrays; numbers (0 and 1 for bool). A scalar gives a number. */
  toArray(): any {
    const flat = this.values();
    let at = 0;
    const build = (d: number): any =>
      d === this.rank ? flat[at++] : Array.from({ length: this.shape[d] }, () => build(d + 1));
    return build(0);
  }

  /** The same values, cut off from the recorded graph. */
  detach(): Tensor<S> {
    const out = new Tensor<S>(this.data, this.shape, this.dtype, this.strides, this.offset);
    out.name = this.name;
    return out;
  }

  /** A copy with its own contiguous storage, cut off from the recorded graph. */
  copy(): Tensor<S> {
    if (interception.read !== null) interception.read(this);
    const out = reserve(this.dtype, this.size);
    copyStrided(this, out);
    return new Tensor<S>(out, this.shape, this.dtype);
  }

  /** Overwrites the values in place: for optimisers and running statistics. */
  assign(values: Tensor): this {
    if (sizeOf(values.shape) !== this.size || values.rank !== this.rank)
      throw new ShapeError(
        `assign(): values of shape ${shapeText(values.shape)} do not fit ${shapeText(this.shape)}.`,
      );
    if (!this.isContiguous) throw new ShapeError("assign(): only a contiguous tensor can be overwritten.");
    if (interception.assign !== null) interception.assign(this, values);
    else this.data.set(values.values(), this.offset);
    return this;
  }

  /** Names the tensor, for graphs and messages. */
  named(name: string): this {
    this.name = name;
    return this;
  }

  toString(): string {
    return format(this);
  }

  /** For JSON.stringify; NaN and infinities, which JSON lacks, become "NaN", "Infinity" and "-Infinity". */
  toJSON(): { dtype: DType; shape: readonly number[]; data: (number | string)[] } {
    const data = Array.from(this.values(), (x) => (Number.isFinite(x) ? x : String(x)));
    return { dtype: this.dtype, shape: this.shape, data };
  }

  /** Iterates over the first dimension: the numbers of a vector, the rows of anything larger. */
  declare [Symbol.iterator]: () => Generator<any>;

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return format(this);
  }

  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return preview(this);
  }
}

/**
 * Copies a strided tensor's elements, in row-major order, into `out`.
 * @example
 * ```ts
 * const out = new Float64Array(4);
 * copyStrided(tensor([[1, 2], [3, 4]]).T, out);
 * Array.from(out); // → [ 1, 3, 2, 4 ]
 * ```
 */
export function copyStrided(t: Tensor, out: TypedArray, start = 0): void {
  const { shape, strides, data } = t;
  const rank = shape.length;
  if (t.size === 0) return;
  if (rank === 0) {
    out[start] = data[t.offset];
    return;
  }
  const inner = shape[rank - 1];
  const step = strides[rank - 1];
  const index = new Array<number>(rank).fill(0);
  let from = t.offset;
  for (let at = start; at < start + t.size; at += inner) {
    for (let j = 0, p = from; j < inner; j++, p += step) out[at + j] = data[p];
    for (let d = rank - 2; d >= 0; d--) {
      from += strides[d];
      if (++index[d] < shape[d]) break;
      from -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
}
