/**
 * Long graphs in columns: a drawing much higher than a page is cut between its rows, and the strips stand
 * side by side. Every arrow that is cut ends in a numbered circle and goes on from the circle with the
 * same number at the head of the next column.
 */

import type { LayoutResult, Place, Size } from "./graph-layout.ts";

export interface Strip {
  /** The region of the layout that this column shows. */
  x0: number;
  x1: number;
  y0: number;
  y1: number;
  /** Where its corner goes in the folded drawing. */
  left: number;
  /** Numbered ends of cut arrows: where in the layout's x. */
  above: { x: number; number: number }[];
  below: { x: number; number: number }[];
}

export interface Fold extends Size {
  strips: Strip[];
}

export const markSpace = 18;
const columnGap = 34;
const pageWidth = 640;
const pageHeight = 900;

/** The columns of a drawing, or null when it is better left in one piece. */
export function foldLayout(
  layout: LayoutResult,
  boxes: readonly Size[],
  labels: readonly (Size | undefined)[],
): Fold | null {
  if (layout.height <= pageHeight) return null;
  const shrink = (s: Size): number => Math.max(1, s.width / pageWidth, s.height / pageHeight);
  let best: Fold | null = null;
  let bestShrink = shrink(layout) / 1.15; // a cut must be worth the reader's trouble
  for (let columns = 2; columns <= 5; columns++) {
    const cuts = chooseCuts(layout, boxes, labels, columns);
    if (!cuts) continue;
    const fold = makeStrips(layout, boxes, cuts);
    if (shrink(fold) < bestShrink * 0.98) {
      best = fold;
      bestShrink = shrink(fold);
    }
  }
  return best;
}

/** Heights between rows of boxes, near equal parts of the whole. */
function chooseCuts(
  layout: LayoutResult,
  boxes: readonly Size[],
  labels: readonly (Size | undefined)[],
  columns: number,
): number[] | null {
  const taken = layout.nodes.map((place, i) => [
    place.y - boxes[i].height / 2 - 5,
    place.y + boxes[i].height / 2 + 5,
  ]);
  for (const [k, edge] of layout.edges.entries()) {
    const size = labels[k];
    if (edge.label && size) taken.push([edge.label.y - size.height / 2, edge.label.y + size.height / 2]);
  }
  // An arrow that rises above its own ends, or sinks below them, is not cut there.
  for (const edge of layout.edges) {
    const ends = [edge.points[0].y, edge.tip.y];
    const ys = pointsAlong(edge.points).map((p) => p.y);
    const [high, low, first, last] = [Math.min(...ys), Math.max(...ys), Math.min(...ends), Math.max(...ends)];
    if (high < first - 1) taken.push([high - 4, first]);
    if (low > last + 1) taken.push([last, low + 4]);
  }
  for (const { y, height } of layout.groups) taken.push([y - 2, y + 20], [y + height - 8, y + height + 2]);
  taken.sort((a, b) => a[0] - b[0]);
  const free: number[] = [];
  let reached = 0;
  for (const [from, to] of taken) {
    if (from > reached) free.push((from + reached) / 2);
    reached = Math.max(reached, to);
  }
  const cuts: number[] = [];
  for (let k = 1; k < columns; k++) {
    const wanted = (layout.height * k) / columns;
    const near = free.filter((y) => y > (cuts[cuts.length - 1] ?? 0) + 40);
    if (near.length === 0) return null;
    // Rather a little off the middle than through a frame.
    const cost = (y: number): number =>
      Math.abs(y - wanted) + 40 * layout.groups.filter((g) => g.y < y && y < g.y + g.height).length;
    cuts.push(near.reduce((a, b) => (cost(b) < cost(a) ? b : a)));
  }
  return cuts;
}

function makeStrips(layout: LayoutResult, boxes: readonly Size[], cuts: number[]): Fold {
  const ends = [0, ...cuts, layout.height];
  const strips: Strip[] = [];
  let left = 0;
  for (let k = 0; k + 1 < ends.length; k++) {
    const [y0, y1] = [ends[k], ends[k + 1]];
    const xs: number[] = [];
    for (const [i, place] of layout.nodes.entries())
      if (place.y > y0 && place.y < y1) xs.push(place.x - boxes[i].width / 2, place.x + boxes[i].width / 2);
    for (const group of layout.groups)
      if (group.y < y1 - 12 && group.y + group.height > y0 + 12) xs.push(group.x, group.x + group.width);
    for (const edge of layout.edges)
      for (const p of pointsAlong(edge.points)) if (p.y >= y0 && p.y <= y1) xs.push(p.x);
    const [x0, x1] = [Math.min(...xs) - 8, Math.max(...xs) + 8];
    strips.push({ x0, x1, y0, y1, left, above: [], below: [] });
    left += x1 - x0 + columnGap;
  }
  let number = 0;
  for (const [k, cut] of cuts.entries())
    for (const edge of layout.edges) {
      const x = crossing([...pointsAlong(edge.points), edge.tip], cut);
      if (x === undefined) continue;
      number++;
      strips[k].below.push({ x, number });
      strips[k + 1].above.push({ x, number });
    }
  const height = Math.max(...strips.map((strip) => strip.y1 - strip.y0)) + 2 * markSpace;
  return { strips, width: left - columnGap, height };
}

function crossing(line: Place[], y: number): number | undefined {
  for (let i = 1; i < line.length; i++) {
    const [a, b] = [line[i - 1], line[i]];
    if (a.y < y !== b.y < y) return a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x);
  }
  return undefined;
}

/** A start and Bézier triples, as a polygon. */
function pointsAlong(points: Place[]): Place[] {
  const out: Place[] = [points[0]];
  for (let i = 1; i + 2 < points.length; i += 3) {
    const [a, b, c, d] = points.slice(i - 1, i + 3);
    for (let step = 1; step <= 12; step++) {
      const t = step / 12;
      const s = 1 - t;
      const f = (k: "x" | "y"): number =>
        s * s * s * a[k] + 3 * s * s * t * b[k] + 3 * s * t * t * c[k] + t * t * t * d[k];
      out.push({ x: f("x"), y: f("y") });
    }
  }
  return out;
}
