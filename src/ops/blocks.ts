/**
 * Tensors seen as [outer, kept, inner]: what repeats an operand, or is summed, before and after some axes.
 */

import { sizeOf } from "../tensor/index.ts";

export interface Block {
  outer: number;
  kept: number;
  inner: number;
}

/** The block of the chosen axes; null when others, of more than one element, lie between them. */
export function keptBlock(shape: readonly number[], isKept: (axis: number) => boolean): Block | null {
  const axes = [...shape.keys()].filter((d) => shape[d] !== 1 && isKept(d));
  const [first, last] = [axes[0] ?? 0, axes.at(-1) ?? -1];
  const kept = sizeOf(shape.slice(first, last + 1));
  if (kept !== sizeOf(axes.map((d) => shape[d]))) return null;
  return { outer: sizeOf(shape.slice(0, first)), kept, inner: sizeOf(shape.slice(last + 1)) };
}
