/**
 * Pooling on [planes, positions, batch], batch innermost: windows as lists of input positions.
 */

/** out[p] = largest of x[q] over the window of p; NaN wins. */
function largest<T>(
  x: usize,
  out: usize,
  starts: usize,
  list: usize,
  planes: i32,
  positions: i32,
  inputs: i32,
  n: i32,
): void {
  const S = <i32>sizeof<T>();
  const row = n * S;
  const whole = row & ~15;
  for (let c = 0; c < planes; c++, x += inputs * row)
    for (let p = 0; p < positions; p++, out += row) {
      const from = load<i32>(starts + 4 * p);
      const to = load<i32>(starts + 4 * p, 4);
      let i = 0;
      if (to - from == 4) {
        const a = x + load<i32>(list + 4 * from) * row;
        const b = x + load<i32>(list + 4 * from, 4) * row;
        const c = x + load<i32>(list + 4 * from, 8) * row;
        const d = x + load<i32>(list + 4 * from, 12) * row;
        for (; i < whole; i += 16) {
          const m = v128.max<T>(v128.load(a + i), v128.load(b + i));
          v128.store(out + i, v128.max<T>(m, v128.max<T>(v128.load(c + i), v128.load(d + i))));
        }
      }
      for (; i < whole; i += 16) {
        let m = v128.load(x + load<i32>(list + 4 * from) * row + i);
        for (let e = from + 1; e < to; e++)
          m = v128.max<T>(m, v128.load(x + load<i32>(list + 4 * e) * row + i));
        v128.store(out + i, m);
      }
      for (; i < row; i += S) {
        let m = load<T>(x + load<i32>(list + 4 * from) * row + i);
        for (let e = from + 1; e < to; e++) m = max<T>(m, load<T>(x + load<i32>(list + 4 * e) * row + i));
        store<T>(out + i, m);
      }
    }
}

/** Lanes where v equals the largest m; NaN counts as equal to NaN. */
// @ts-ignore: decorator
@inline
function holds<T>(v: v128, m: v128, bad: v128): v128 {
  return v128.or(v128.eq<T>(v, m), v128.and(bad, v128.ne<T>(v, v)));
}

/** A window of four whose entries no other window reads: each gradient is written once, nothing is added. */
function fourGrad<T>(g: usize, x: usize, dx: usize, list: usize, row: i32, whole: i32): void {
  const a = load<i32>(list) * row;
  const b = load<i32>(list, 4) * row;
  const c = load<i32>(list, 8) * row;
  const d = load<i32>(list, 12) * row;
  for (let i = 0; i < whole; i += 16) {
    const va = v128.load(x + a + i);
    const vb = v128.load(x + b + i);
    const vc = v128.load(x + c + i);
    const vd = v128.load(x + d + i);
    const m = v128.max<T>(v128.max<T>(va, vb), v128.max<T>(vc, vd));
    const bad = v128.ne<T>(m, m);
    const share = v128.load(g + i);
    const ha = holds<T>(va, m, bad);
    v128.store(dx + a + i, v128.and(ha, share));
    const hb = v128.andnot(holds<T>(vb, m, bad), ha);
    v128.store(dx + b + i, v128.and(hb, share));
    const gone = v128.or(ha, hb);
    const hc = v128.andnot(holds<T>(vc, m, bad), gone);
    v128.store(dx + c + i, v128.and(hc, share));
    v128.store(dx + d + i, v128.andnot(share, v128.or(gone, hc)));
  }
}

/** dx[q] += g[p] where q is the first largest of the window of p. */
function largestGrad<T>(
  g: usize,
  x: usize,
  dx: usize,
  starts: usize,
  list: usize,
  planes: i32,
  positions: i32,
  inputs: i32,
  n: i32,
  disjoint: bool,
): void {
  const S = <i32>sizeof<T>();
  const row = n * S;
  const whole = row & ~15;
  const direct = disjoint && row == whole;
  if (!direct) memory.fill(dx, 0, planes * inputs * row);
  for (let c = 0; c < planes; c++, x += inputs * row, dx += inputs * row)
    for (let p = 0; p < positions; p++, g += row) {
      const from = load<i32>(starts + 4 * p);
      const to = load<i32>(starts + 4 * p, 4);
      if (direct) {
        fourGrad<T>(g, x, dx, list + 4 * from, row, whole);
        continue;
      }
      let i = 0;
      for (; i < whole; i += 16) {
        let m = v128.load(x + load<i32>(list + 4 * from) * row + i);
        for (let e = from + 1; e < to; e++)
          m = v128.max<T>(m, v128.load(x + load<i32>(list + 4 * e) * row + i));
        // Lanes that still wait for their first largest entry; NaN counts as equal to itself.
        let waiting = v128.not(v128.splat<i32>(0));
        const bad = v128.ne<T>(m, m);
        const share = v128.load(g + i);
        for (let e = from; e < to; e++) {
          const at = load<i32>(list + 4 * e) * row + i;
          const v = v128.load(x + at);
          const hit = v128.and(waiting, v128.or(v128.eq<T>(v, m), v128.and(bad, v128.ne<T>(v, v))));
          waiting = v128.andnot(waiting, hit);
          v128.store(dx + at, v128.add<T>(v128.load(dx + at), v128.and(hit, share)));
        }
      }
      for (; i < row; i += S) {
        let best = load<i32>(list + 4 * from) * row + i;
        for (let e = from + 1; e < to; e++) {
          const at = load<i32>(list + 4 * e) * row + i;
          const v = load<T>(x + at);
          const m = load<T>(x + best);
          if (v > m || (v != v && m == m)) best = at;
        }
        store<T>(dx + best, load<T>(dx + best) + load<T>(g + i));
      }
    }
}

/** out[p] = Σ over (q, weight) of p, weight · x[q]: averages, and with the lists turned round their adjoint. */
function weighted<T>(
  x: usize,
  out: usize,
  starts: usize,
  list: usize,
  factors: usize,
  planes: i32,
  positions: i32,
  inputs: i32,
  n: i32,
): void {
  const S = <i32>sizeof<T>();
  const row = n * S;
  const whole = row & ~15;
  for (let c = 0; c < planes; c++, x += inputs * row)
    for (let p = 0; p < positions; p++, out += row) {
      const from = load<i32>(starts + 4 * p);
      const to = load<i32>(starts + 4 * p, 4);
      let i = 0;
      for (; i < whole; i += 16) {
        let m = v128.splat<T>(0);
        for (let e = from; e < to; e++)
          m = v128.add<T>(
            m,
            v128.mul<T>(
              v128.load_splat<T>(factors + e * S),
              v128.load(x + load<i32>(list + 4 * e) * row + i),
            ),
          );
        v128.store(out + i, m);
      }
      for (; i < row; i += S) {
        let m: T = 0;
        for (let e = from; e < to; e++)
          m += load<T>(factors + e * S) * load<T>(x + load<i32>(list + 4 * e) * row + i);
        store<T>(out + i, m);
      }
    }
}

export function maxPool32(
  x: usize,
  out: usize,
  starts: usize,
  list: usize,
  planes: i32,
  positions: i32,
  inputs: i32,
  n: i32,
): void {
  largest<f32>(x, out, starts, list, planes, positions, inputs, n);
}
export function maxPool64(
  x: usize,
  out: usize,
  starts: usize,
  list: usize,
  planes: i32,
  positions: i32,
  inputs: i32,
  n: i32,
): void {
  largest<f64>(x, out, starts, list, planes, positions, inputs, n);
}
export function maxPoolGrad32(
  g: usize,
  x: usize,
  dx: usize,
  starts: usize,
  list: usize,
  planes: i32,
  positions: i32,
  inputs: i32,
  n: i32, disjoint: bool): void {
  largestGrad<f32>(g, x, dx, starts, list, planes, positions, inputs, n, disjoint);
}
export function maxPoolGrad64(
  g: usize,
  x: usize,
  dx: usize,
  starts: usize,
  list: usize,
  planes: i32,
  positions: i32,
  inputs: i32,
  n: i32, disjoint: bool): void {
  largestGrad<f64>(g, x, dx, starts, list, planes, positions, inputs, n, disjoint);
}
export function weighted32(
  x: usize,
  out: usize,
  starts: usize,
  list: usize,
  factors: usize,
  planes: i32,
  positions: i32,
  inputs: i32,
  n: i32,
): void {
  weighted<f32>(x, out, starts, list, factors, planes, positions, inputs, n);
}
export function weighted64(
  x: usize,
  out: usize,
  starts: usize,
  list: usize,
  factors: usize,
  planes: i32,
  positions: i32,
  inputs: i32,
  n: i32,
): void {
  weighted<f64>(x, out, starts, list, factors, planes, positions, inputs, n);
}
