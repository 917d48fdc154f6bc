/**
 * A line search for the strong Wolfe conditions.
 *
 * Finds t > 0 with f(x + td) ≤ f(x) + c₁ t gᵀd and |∇f(x + td)ᵀd| ≤ c₂ |gᵀd|: first a bracket is grown, then
 * it is shrunk by cubic interpolation (Nocedal & Wright, Numerical Optimization, algorithms 3.5 and 3.6,
 * with the safeguards of Schmidt's minFunc, which PyTorch follows as well).
 */

export interface Point {
  t: number;
  f: number;
  g: Float64Array;
  /** Directional derivative gᵀd. */
  slope: number;
}

export interface WolfeResult extends Point {
  evaluations: number;
}

/** The minimiser of the cubic through two points with their slopes, kept within bounds. */
export function cubicMinimum(
  a: Point,
  b: Point,
  low = Math.min(a.t, b.t),
  high = Math.max(a.t, b.t),
): number {
  const d1 = a.slope + b.slope - (3 * (a.f - b.f)) / (a.t - b.t);
  const under = d1 * d1 - a.slope * b.slope;
  if (!(under >= 0)) return (low + high) / 2;
  const d2 = Math.sqrt(under);
  const [left, right] = a.t <= b.t ? [a, b] : [b, a];
  const at = right.t - (right.t - left.t) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
  return Math.min(Math.max(at, low), high);
}

/**
 * @param evaluate the point at step t along the direction
 * @param start the point at t = 0
 * @param dMax the largest absolute entry of the direction, for the tolerance on steps
 */
export function strongWolfe(
  evaluate: (t: number) => Point,
  start: Point,
  t: number,
  dMax: number,
  { c1 = 1e-4, c2 = 0.9, toleranceChange = 1e-9, most = 25 } = {},
): WolfeResult {
  const tooHigh = (p: Point): boolean => p.f > start.f + c1 * p.t * start.slope;
  const flat = (p: Point): boolean => Math.abs(p.slope) <= -c2 * start.slope;
  let now = evaluate(t);
  let evaluations = 1;
  let before = start;
  let bracket: [Point, Point] | null = null;
  let rounds = 0;
  for (; rounds < most; rounds++) {
    if (tooHigh(now) || (rounds > 1 && now.f >= before.f)) {
      bracket = [before, now];
      break;
    }
    if (flat(now)) return { ...now, evaluations };
    if (now.slope >= 0) {
      bracket = [before, now];
      break;
    }
    const next = cubicMinimum(before, now, now.t + 0.01 * (now.t - before.t), now.t * 10);
    before = now;
    now = evaluate(next);
    evaluations++;
  }
  bracket ??= [start, now];
  let lazy = false;
  let [low, high] = bracket[0].f <= bracket[1].f ? [0, 1] : [1, 0];
  while (rounds < most) {
    const [p, q] = bracket;
    if (Math.abs(q.t - p.t) * dMax < toleranceChange) break;
    let at = cubicMinimum(p, q);
    // Interpolation that creeps along one end of the bracket is pushed a tenth of the way inwards.
    const [small, large] = [Math.min(p.t, q.t), Math.max(p.t, q.t)];
    const edge = 0.1 * (large - small);
    if (Math.min(large - at, at - small) < edge) {
      if (lazy || at >= large || at <= small) {
        at = Math.abs(at - large) < Math.abs(at - small) ? large - edge : small + edge;
        lazy = false;
      } else lazy = true;
    } else lazy = false;
    const tried = evaluate(at);
    evaluations++;
    rounds++;
    if (tooHigh(tried) || tried.f >= bracket[low].f) {
      bracket[high] = tried;
      [low, high] = bracket[0].f <= bracket[1].f ? [0, 1] : [1, 0];
    } else {
      if (flat(tried)) {
        bracket[low] = tried;
        break;
      }
      if (tried.slope * (bracket[high].t - bracket[low].t) >= 0) bracket[high] = bracket[low];
      bracket[low] = tried;
    }
  }
  return { ...bracket[low], evaluations };
}
