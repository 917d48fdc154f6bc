/**
 * Where elements lie: views as strides over a buffer, without moving anything.
 */

import { broadcastStrides, stridesOf } from "../../tensor/index.ts";
import type { View } from "./graph.ts";

/** Element (i, j, …) lies at offset + i·strides[0] + j·strides[1] + … */
export interface Strided {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Strides of dense data whose axes are stored in the given order, outermost first. */
export function denseStrides(shape: readonly number[], order: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = order.length - 1; i >= 0; i--) {
    strides[order[i]] = step;
    step *= shape[order[i]];
  }
  return strides;
}

/** The axes from outermost to innermost in memory; axes of size 1 and repeated ones come first. */
export function orderOf(shape: readonly number[], strides: readonly number[]): number[] {
  const weight = (d: number): number =>
    shape[d] === 1 || strides[d] === 0 ? Number.POSITIVE_INFINITY : Math.abs(strides[d]);
  return [...shape.keys()].sort((a, b) => weight(b) - weight(a) || a - b);
}

export function rowMajor(shape: readonly number[]): number[] {
  return [...shape.keys()];
}

/** The elements of a view; null when only copying could make it. */
export function applyView(
  at: Strided,
  from: readonly number[],
  view: View,
  to: readonly number[],
): Strided | null {
  switch (view.kind) {
    case "permute":
      return { offset: at.offset, strides: view.order.map((d) => at.strides[d]) };
    case "broadcast":
      return { offset: at.offset, strides: broadcastStrides(from, at.strides, to) };
    case "slice":
      return {
        offset: view.starts.reduce((o, s, d) => (to[d] > 0 ? o + s * at.strides[d] : o), at.offset),
        strides: at.strides.map((s, d) => s * view.steps[d]),
      };
    case "reshape": {
      const strides = reshapedStrides(from, at.strides, to);
      return strides && { offset: at.offset, strides };
    }
  }
}

/**
 * Strides of the same elements under a new shape, or null: axes are split freely and joined where they
 * follow each other in memory.
 */
export function reshapedStrides(
  from: readonly number[],
  strides: readonly number[],
  to: readonly number[],
): number[] | null {
  const old = from.map((n, d) => ({ n, s: strides[d] })).filter(({ n }) => n !== 1);
  if (from.includes(0)) return stridesOf(to);
  const out = new Array<number>(to.length).fill(0);
  let i = 0;
  let j = 0;
  while (i < old.length) {
    // A group of old axes and a group of new ones with the same number of elements.
    let product = old[i].n;
    const first = i++;
    while (j < to.length && to[j] === 1) j++;
    const start = j;
    let wanted = to[j++];
    while (product !== wanted) {
      if (product < wanted) product *= old[i++].n;
      else wanted *= to[j++];
    }
    for (let k = first; k + 1 < i; k++) if (old[k].s !== old[k + 1].s * old[k + 1].n) return null;
    let step = old[i - 1].s;
    for (let k = j - 1; k >= start; k--) {
      out[k] = to[k] === 1 ? 0 : step;
      if (to[k] !== 1) step *= to[k];
    }
  }
  return out;
}
