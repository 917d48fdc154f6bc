/**
 * SVG path data as polygons, for lengths and boxes of paths.
 */

type Point = [number, number];

/** A path as polygons: curves in 8 pieces, arcs as their chords with the radius added by sampling ends only. */
export function flattenPath(d: string): Point[][] {
  const lines: Point[][] = [];
  let line: Point[] = [];
  let [x, y] = [0, 0];
  const push = (px: number, py: number): void => {
    [x, y] = [px, py];
    line.push([x, y]);
  };
  for (const [, command, list] of d.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)) {
    const n = (list.match(/-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/gi) ?? []).map(Number);
    const relative = command === command.toLowerCase();
    const upper = command.toUpperCase();
    const at = (i: number): Point => (relative ? [x + n[i], y + n[i + 1]] : [n[i], n[i + 1]]);
    if (upper === "Z" && line.length > 0) push(line[0][0], line[0][1]);
    const size = { M: 2, L: 2, H: 1, V: 1, C: 6, Q: 4, S: 4, T: 2, A: 7 }[upper] ?? 0;
    for (let i = 0; size > 0 && i + size <= n.length; i += size) {
      if (upper === "M" && i === 0) {
        line = [];
        lines.push(line);
      }
      if (upper === "H") push(relative ? x + n[i] : n[i], y);
      else if (upper === "V") push(x, relative ? y + n[i] : n[i]);
      else if (upper === "C") cubic([x, y], at(i), at(i + 2), at(i + 4), push);
      else if (upper === "Q") quadratic([x, y], at(i), at(i + 2), push);
      else push(...at(i + size - 2));
    }
  }
  return lines;
}

function cubic(a: Point, b: Point, c: Point, d: Point, push: (x: number, y: number) => void): void {
  for (let i = 1; i <= 8; i++) {
    const t = i / 8;
    const s = 1 - t;
    const f = (k: 0 | 1): number =>
      s * s * s * a[k] + 3 * s * s * t * b[k] + 3 * s * t * t * c[k] + t * t * t * d[k];
    push(f(0), f(1));
  }
}

function quadratic(a: Point, b: Point, c: Point, push: (x: number, y: number) => void): void {
  for (let i = 1; i <= 8; i++) {
    const t = i / 8;
    const s = 1 - t;
    push(s * s * a[0] + 2 * s * t * b[0] + t * t * c[0], s * s * a[1] + 2 * s * t * b[1] + t * t * c[1]);
  }
}

export function pathLength(d: string): number {
  let sum = 0;
  for (const line of flattenPath(d))
    for (let i = 1; i < line.length; i++)
      sum += Math.hypot(line[i][0] - line[i - 1][0], line[i][1] - line[i - 1][1]);
  return sum;
}

export function pointAlong(d: string, distance: number): { x: number; y: number } {
  let left = Math.max(0, distance);
  let last: Point = [0, 0];
  for (const line of flattenPath(d)) {
    if (line.length > 0) last = line[0];
    for (let i = 1; i < line.length; i++) {
      const [p, q] = [line[i - 1], line[i]];
      const step = Math.hypot(q[0] - p[0], q[1] - p[1]);
      if (step > 0 && left <= step) {
        const t = left / step;
        return { x: p[0] + t * (q[0] - p[0]), y: p[1] + t * (q[1] - p[1]) };
      }
      left -= step;
      last = q;
    }
  }
  return { x: last[0], y: last[1] };
}
