/**
 * Forward passes of elementwise operations: choose the loop for the dtypes, walk the broadcast.
 */

import {
  type Beside,
  binaryLoop,
  binaryPlane,
  unaryLoop,
  vectorsInto,
  worthVectors,
} from "../kernels/index.ts";
import {
  broadcastShapes,
  broadcastStrides,
  type DType,
  promote,
  reserve,
  sameShape,
  sizeOf,
  Tensor,
  toFloat,
} from "../tensor/index.ts";
import { keptBlock } from "./blocks.ts";

type Result = "same" | "float" | "bool";

function resultType(result: Result, dtype: DType): DType {
  return result === "bool" ? "bool" : result === "float" ? toFloat(dtype) : dtype;
}

/** y = f(x) for an expression in `x`. */
export function unaryForward(expression: string, result: Result = "float"): (inputs: Tensor[]) => Tensor {
  return ([x]) => {
    const dtype = resultType(result, x.dtype);
    const out = reserve(dtype, x.size);
    const loop = unaryLoop(expression, x.dtype, dtype);
    if (x.isContiguous) loop(out, 0, x.data, x.offset, 1, x.size);
    else rows(x.shape, [x.strides], [x.offset], (at, [p], [s], n) => loop(out, at, x.data, p, s, n));
    return new Tensor(out, x.shape, dtype);
  };
}

/** z = f(x, y) for an expression in `x` and `y`, with broadcasting. */
export function binaryForward(
  name: string,
  expression: string,
  result: Result = "same",
): (inputs: Tensor[]) => Tensor {
  return ([x, y]) => {
    const dtype = resultType(result, promote(x.dtype, y.dtype));
    const same = sameShape(x.shape, y.shape);
    const shape = same ? x.shape : y.rank === 0 ? x.shape : broadcastShapes(x.shape, y.shape, name);
    const out = reserve(dtype, sizeOf(shape));
    // Two masks give a mask, as in NumPy: 1 + 1 is true.
    const whole = dtype === "bool" && result === "same" ? `(${expression}) ? 1 : 0` : expression;
    const loop = binaryLoop(whole, x.dtype, y.dtype, dtype);
    const [cx, cy] = [x.isContiguous, y.isContiguous];
    const beside =
      cx && cy && x.size === out.length && worthVectors(whole, out) ? besideOf(shape, y.shape) : null;
    if (beside && vectorsInto(whole, out, x.values(), y.values(), beside))
      return new Tensor(out, shape, dtype);
    if (same && cx && cy) loop(out, 0, x.data, x.offset, 1, y.data, y.offset, 1, out.length);
    else if (y.size === 1 && cx && x.size === out.length)
      loop(out, 0, x.data, x.offset, 1, y.data, y.offset, 0, out.length);
    else if (x.size === 1 && cy && y.size === out.length)
      loop(out, 0, x.data, x.offset, 0, y.data, y.offset, 1, out.length);
    else {
      const sx = broadcastStrides(x.shape, x.strides, shape);
      const sy = broadcastStrides(y.shape, y.strides, shape);
      const plane = binaryPlane(whole, x.dtype, y.dtype, dtype);
      planes(shape, [sx, sy], [x.offset, y.offset], (at, [p, q], [a, b], [c, d], n, m) =>
        plane(out, at, x.data, p, a, c, y.data, q, b, d, n, m),
      );
    }
    return new Tensor(out, shape, dtype);
  };
}

/** How a dense operand lies beside one of the full shape; null when it is repeated in another way than in rows. */
function besideOf(shape: readonly number[], other: readonly number[]): Beside | null {
  const lead = shape.length - other.length;
  const block = keptBlock(shape, (d) => d >= lead && other[d - lead] !== 1);
  if (!block) return null;
  const { outer, kept, inner } = block;
  return inner === 1
    ? { rows: outer, n: kept, period: 1, step: 1 }
    : { rows: outer * kept, n: inner, period: kept, step: 0 };
}

/**
 * Visits every innermost row of `shape`: `visit(position in the result, starts, steps, length)` for
 * operands with the given strides.
 */
export function rows(
  fullShape: readonly number[],
  fullStrides: readonly (readonly number[])[],
  offsets: readonly number[],
  visit: (at: number, starts: number[], steps: number[], n: number) => void,
): void {
  const size = fullShape.reduce((a, b) => a * b, 1);
  if (size === 0) return;
  const { shape, strides } = joined(fullShape, fullStrides);
  const rank = shape.length;
  const n = rank === 0 ? 1 : shape[rank - 1];
  const steps = strides.map((s) => (rank === 0 ? 0 : s[rank - 1]));
  const starts = [...offsets];
  const index = new Array<number>(rank).fill(0);
  for (let at = 0; at < size; at += n) {
    visit(at, starts, steps, n);
    for (let d = rank - 2; d >= 0; d--) {
      for (let k = 0; k < starts.length; k++) starts[k] += strides[k][d];
      if (++index[d] < shape[d]) break;
      for (let k = 0; k < starts.length; k++) starts[k] -= strides[k][d] * shape[d];
      index[d] = 0;
    }
  }
}

/** Visits the innermost planes in the same way: also the steps from row to row, and the count of rows. */
function planes(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  offsets: readonly number[],
  visit: (at: number, starts: number[], steps: number[], rowSteps: number[], n: number, m: number) => void,
): void {
  const whole = joined(shape, strides);
  const rank = whole.shape.length;
  if (rank < 2) {
    const none = strides.map(() => 0);
    rows(shape, strides, offsets, (at, starts, steps, n) => visit(at, starts, steps, none, n, 1));
    return;
  }
  const [m, n] = whole.shape.slice(-2);
  const steps = whole.strides.map((s) => s[rank - 1]);
  const rowSteps = whole.strides.map((s) => s[rank - 2]);
  const outer = whole.shape.slice(0, -2);
  const starts = [...offsets];
  const index = outer.map(() => 0);
  const size = whole.shape.reduce((a, b) => a * b, 1);
  for (let at = 0; at < size; at += m * n) {
    visit(at, starts, steps, rowSteps, n, m);
    for (let d = outer.length - 1; d >= 0; d--) {
      for (let k = 0; k < starts.length; k++) starts[k] += whole.strides[k][d];
      if (++index[d] < outer[d]) break;
      for (let k = 0; k < starts.length; k++) starts[k] -= whole.strides[k][d] * outer[d];
      index[d] = 0;
    }
  }
}

/** The same walk with neighbouring axes joined wherever every operand steps through them evenly: longer rows. */
function joined(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
): { shape: number[]; strides: number[][] } {
  const sizes: number[] = [];
  const steps: number[][] = strides.map(() => []);
  for (let d = 0; d < shape.length; d++) {
    const last = sizes.length - 1;
    if (shape[d] === 1) continue;
    if (last >= 0 && strides.every((s, k) => steps[k][last] === s[d] * shape[d])) {
      sizes[last] *= shape[d];
      for (let k = 0; k < strides.length; k++) steps[k][last] = strides[k][d];
    } else {
      sizes.push(shape[d]);
      for (let k = 0; k < strides.length; k++) steps[k].push(strides[k][d]);
    }
  }
  return { shape: sizes, strides: steps };
}
