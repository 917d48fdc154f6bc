/**
 * NumPy's indexing: `index(x, 0, "1:3", null, [2, 0], mask)`.
 *
 * Integers and slices are views; lists, integer tensors and masks gather copies, and go together
 * (broadcast against each other) when there are several. Where they stand apart, their axis comes first.
 */

import {
  ArgumentError,
  broadcastShapes,
  normalizeAxis,
  ShapeError,
  shapeText,
  sizeOf,
  Tensor,
  tensor,
} from "../tensor/index.ts";
import { broadcastTo } from "./broadcast.ts";
import { take } from "./indexing.ts";
import { concat } from "./join.ts";
import { permute, reshape, slice } from "./layout.ts";

/** A position, a Python slice as text ("1:3", "::-1", ":"), "...", null for a new axis, positions, or a mask. */
export type Index = number | string | null | readonly number[] | readonly boolean[] | Tensor;

/**
 * Positions of the non-zero elements, one row an element: shape [count, rank].
 * @example
 * ```ts
 * nonzero(tensor([0, 3, 0, 4])); // → [[1],[3]]
 * ```
 */
export function nonzero(x: Tensor): Tensor {
  const values = x.values();
  const out: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (!values[i]) continue;
    let rest = i;
    const place = new Array<number>(x.rank);
    for (let d = x.rank - 1; d >= 0; d--) {
      place[d] = rest % x.shape[d];
      rest = Math.floor(rest / x.shape[d]);
    }
    out.push(...place);
  }
  return tensor(Int32Array.from(out), [x.rank === 0 ? 0 : out.length / x.rank, x.rank]);
}

/**
 * Part of a tensor, as NumPy would index it.
 * @throws ArgumentError for positions outside or text that is not a slice; ShapeError for too many indices
 *   or a mask that does not fit.
 * @example
 * ```ts
 * const X = arange(6).reshape([2, 3]);
 * X.index(":", "::2");
 * X.index(X.index(":", 0).greater(0)); // → tensor([[3, 4, 5]], shape=[1, 3], float64)
 * ```
 */
export function index(x: Tensor, ...specs: Index[]): Tensor {
  const wide = expandEllipsis(x, specs);
  let out = x;
  let axis = 0;
  const lists: { axis: number; at: Tensor }[] = [];
  for (const spec of wide) {
    if (spec === null) {
      out = reshape(out, out.shape.toSpliced(axis++, 0, 1));
    } else if (typeof spec === "number") {
      const at = position(spec, out.shape[axis], axis);
      out = reshape(slice(out, axis, at, at + 1), out.shape.toSpliced(axis, 1));
    } else if (typeof spec === "string") {
      const s = parseSlice(spec, out.shape[axis]);
      out = slice(out, axis++, s.start, s.stop, s.step);
    } else {
      for (const at of asPositions(spec, out.shape, axis)) lists.push({ axis: axis++, at });
    }
  }
  return lists.length === 0 ? out : gatherLists(out, lists);
}

function expandEllipsis(x: Tensor, specs: readonly Index[]): Index[] {
  const used = specs.reduce<number>((n, s) => n + (s === null || s === "..." ? 0 : consumes(s)), 0);
  if (used > x.rank)
    throw new ShapeError(
      `index: ${used} indices for a tensor of shape ${shapeText(x.shape)}; give at most ${x.rank}.`,
    );
  const fill = new Array<Index>(x.rank - used).fill(":");
  const dots = specs.indexOf("...");
  if (dots < 0) return [...specs, ...fill];
  if (specs.indexOf("...", dots + 1) >= 0)
    throw new ArgumentError('index: only one "..." can stand in an index.');
  return [...specs.slice(0, dots), ...fill, ...specs.slice(dots + 1)];
}

function consumes(spec: Index): number {
  return spec instanceof Tensor && spec.dtype === "bool" ? spec.rank : 1;
}

function position(i: number, n: number, axis: number): number {
  const at = i < 0 ? i + n : i;
  if (!Number.isInteger(i) || at < 0 || at >= n)
    throw new ArgumentError(`index: ${i} is outside axis ${axis} of size ${n}.`);
  return at;
}

function parseSlice(text: string, n: number): { start: number; stop: number | undefined; step: number } {
  const match = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?$/.exec(text);
  if (!match)
    throw new ArgumentError(`index: "${text}" is not a slice; write "start:stop:step", each part optional.`);
  const step = match[3] === undefined ? 1 : Number(match[3]);
  if (step === 0) throw new ArgumentError(`index: the step of "${text}" is 0.`);
  const start = match[1] === undefined ? (step > 0 ? 0 : Math.max(0, n - 1)) : Number(match[1]);
  return { start, stop: match[2] === undefined ? undefined : Number(match[2]), step };
}

function asPositions(
  spec: readonly number[] | readonly boolean[] | Tensor,
  shape: readonly number[],
  axis: number,
): Tensor[] {
  const mask = !(spec instanceof Tensor) && typeof spec[0] === "boolean";
  const t = spec instanceof Tensor ? spec : tensor(spec as number[], mask ? {} : { dtype: "int32" });
  if (t.dtype !== "bool") {
    const fixed = Int32Array.from(t.values(), (i) => position(i, shape[axis], axis));
    return [new Tensor(fixed, t.shape, "int32")];
  }
  const covered = shape.slice(axis, axis + t.rank);
  if (covered.some((n, d) => n !== t.shape[d]))
    throw new ShapeError(
      `index: a mask of shape ${shapeText(t.shape)} does not fit axes of sizes ${shapeText(covered)}.`,
    );
  const where = nonzero(t);
  return covered.map((_, d) => reshape(slice(where, 1, d, d + 1), [where.shape[0]]));
}

function gatherLists(x: Tensor, lists: { axis: number; at: Tensor }[]): Tensor {
  const axes = lists.map((l) => l.axis);
  const shape = lists.map((l) => l.at.shape).reduce((a, b) => broadcastShapes(a, b, "index"));
  const adjacent = axes.every((a, i) => i === 0 || a === axes[i - 1] + 1);
  const rest = [...x.shape.keys()].filter((d) => !axes.includes(d));
  const before = adjacent ? rest.filter((d) => d < axes[0]) : [];
  const after = rest.filter((d) => !before.includes(d));
  const sizes = axes.map((d) => x.shape[d]);
  const flat = new Int32Array(sizeOf(shape));
  lists.forEach((l, k) => {
    const step = sizeOf(sizes.slice(k + 1));
    const at = broadcastTo(l.at, shape).values();
    for (let i = 0; i < flat.length; i++) flat[i] += at[i] * step;
  });
  const moved = permute(x, [...before, ...axes, ...after]);
  const lead = moved.shape.slice(0, before.length);
  const tail = moved.shape.slice(before.length + axes.length);
  const merged = reshape(moved, [...lead, sizeOf(sizes), ...tail]);
  return take(merged, new Tensor(flat, shape, "int32"), before.length);
}

/**
 * Pieces of the given sizes (or of one size; the last may be smaller) along an axis.
 * @throws ShapeError when the sizes do not add up.
 * @example
 * ```ts
 * split(arange(5), 2).map(String); // → [ 'tensor([0, 1], shape=[2], float64)', 'tensor([2, 3], shape=[2], float64)', 'tensor([4], shape=[1], float64)' ]
 * ```
 */
export function split(x: Tensor, sizes: number | readonly number[], axis = 0): Tensor[] {
  const n = x.shape[normalizeAxis(axis, x.rank, "split")];
  const least = typeof sizes === "number" ? 1 : 0;
  for (const size of typeof sizes === "number" ? [sizes] : sizes)
    if (!Number.isInteger(size) || size < least)
      throw new ArgumentError(`split: a piece of size ${size}; sizes are integers of at least ${least}.`);
  const list =
    typeof sizes === "number"
      ? Array.from({ length: Math.ceil(n / sizes) }, (_, i) => Math.min(sizes, n - i * sizes))
      : sizes;
  if (list.reduce((s, k) => s + k, 0) !== n)
    throw new ShapeError(`split: sizes ${shapeText(list)} do not add up to ${n}, the size of axis ${axis}.`);
  let start = 0;
  return list.map((k) => slice(x, axis, start, (start += k)));
}

/**
 * x with `before` and `after` copies of a constant joined on, one pair an axis.
 * @throws ShapeError unless there is one pair an axis.
 * @example
 * ```ts
 * pad(tensor([1, 2]), [[1, 2]], 9); // → tensor([9, 1, 2, 9, 9], shape=[5], float64)
 * ```
 */
export function pad(x: Tensor, widths: readonly (readonly [number, number])[], value = 0): Tensor {
  if (widths.length !== x.rank)
    throw new ShapeError(
      `pad: ${widths.length} pairs of widths for ${x.rank} axes; give one [before, after] an axis.`,
    );
  if (widths.flat().some((n) => !Number.isInteger(n) || n < 0))
    throw new ArgumentError(
      `pad: widths are non-negative integers; got ${JSON.stringify(widths)}. To cut, use slice.`,
    );
  return widths.reduce((out, [before, after], d) => {
    const block = (n: number): Tensor[] =>
      n === 0 ? [] : [broadcastTo(new Tensor(Float64Array.of(value), [], "float64"), out.shape.with(d, n))];
    const parts = [...block(before), out, ...block(after)];
    return parts.length === 1
      ? out
      : concat(
          parts.map((p) => (p === out ? p : cast(p, out))),
          d,
        );
  }, x);
}

function cast(p: Tensor, like: Tensor): Tensor {
  return p.dtype === like.dtype ? p : p.astype(like.dtype);
}

/**
 * x repeated as tiles, `counts` times along each axis.
 * @throws ShapeError unless there is one count an axis.
 * @example
 * ```ts
 * tile(tensor([1, 2]), [2]); // → tensor([1, 2, 1, 2], shape=[4], float64)
 * ```
 */
export function tile(x: Tensor, counts: readonly number[]): Tensor {
  if (counts.length !== x.rank) throw new ShapeError(`tile: ${counts.length} counts for ${x.rank} axes.`);
  if (counts.some((n) => !Number.isInteger(n) || n < 0))
    throw new ArgumentError(`tile: counts are non-negative integers; got ${shapeText(counts)}.`);
  return counts.reduce((out, n, d) => {
    if (n === 1) return out;
    return n === 0 ? slice(out, d, 0, 0) : concat(new Array<Tensor>(n).fill(out), d);
  }, x);
}
