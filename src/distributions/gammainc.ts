/**
 * The regularised incomplete gamma function P(a, x), its derivatives by the shape a, and its inverse.
 *
 *   P(a, x) = Σ_n T_n,  T_n = x^{a+n} e^{−x} / Γ(a + n + 1)          (Abramowitz & Stegun 6.5.29)
 *
 * ∂ᵏT_n/∂aᵏ is T_n times a polynomial in log x − ψ(a + n + 1), ψ′, ψ″ … The quantile x(a, u) with
 * P(a, x) = u is what makes gamma, beta and Dirichlet samples differentiable: dx/da = −P_a / p.
 */

import { special } from "../kernels/index.ts";
import {
  add,
  apply,
  defineOp,
  div,
  exp,
  less,
  lgamma,
  log,
  mul,
  neg,
  polygamma,
  sub,
  sumTo,
  tex,
  where,
} from "../ops/index.ts";
import {
  ArgumentError,
  allocate,
  broadcastShapes,
  broadcastStrides,
  copyStrided,
  type Op,
  promote,
  rng,
  sizeOf,
  Tensor,
  tensor,
  toFloat,
} from "../tensor/index.ts";

/** Polynomials B_k with ∂ᵏ e^{f}/∂aᵏ = e^{f} B_k, from l = f′ and −ψ′, −ψ″, −ψ‴ at `at`. */
function bell(k: number, l: number, at: number): number {
  if (k === 0) return 1;
  if (k === 1) return l;
  const p1 = special.polygamma(1, at);
  if (k === 2) return l * l - p1;
  const p2 = special.polygamma(2, at);
  if (k === 3) return l ** 3 - 3 * l * p1 - p2;
  const p3 = special.polygamma(3, at);
  return l ** 4 - 6 * l * l * p1 - 4 * l * p2 + 3 * p1 * p1 - p3;
}

/** ∂ᵏP(a, x)/∂aᵏ for k from 0 to 4. */
export function gammaCdf(a: number, x: number, k = 0): number {
  if (Number.isNaN(a) || Number.isNaN(x) || !(a > 0)) return Number.NaN;
  if (x <= 0) return 0;
  if (x === Number.POSITIVE_INFINITY) return k === 0 ? 1 : 0;
  const logX = Math.log(x);
  // Far in the right tail nothing is left that a double could hold.
  if (x > a && (a - 1) * logX - x - special.lgamma(a) < -750) return k === 0 ? 1 : 0;
  let log = a * logX - x - special.lgamma(a + 1);
  let sum = 0;
  for (let n = 0; n < 100000; n++) {
    const weight = k === 0 ? 1 : bell(k, logX - special.polygamma(0, a + n + 1), a + n + 1);
    const term = Math.exp(log) * weight;
    sum += term;
    log += logX - Math.log(a + n + 1);
    if (a + n > x && Math.exp(log) * Math.abs(weight) <= 1e-17 * Math.max(Math.abs(sum), 1e-290)) break;
  }
  return k === 0 ? Math.min(1, sum) : sum;
}

/** x with P(a, x) = u, for 0 ≤ u < 1: safeguarded Newton steps in log x. */
export function gammaQuantile(a: number, u: number): number {
  if (!(a > 0) || !(u >= 0 && u <= 1)) return Number.NaN;
  if (u === 0) return 0;
  if (u === 1) return Number.POSITIVE_INFINITY;
  // Small x: P ≈ xᵃ / Γ(a + 1). Never start beyond the mean.
  let y = Math.min((Math.log(u) + special.lgamma(a + 1)) / a, Math.log(a + 1));
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < 200; i++) {
    const x = Math.exp(y);
    const gap = gammaCdf(a, x) - u;
    if (gap === 0) return x;
    if (gap > 0) high = y;
    else low = y;
    const slope = Math.exp(a * y - x - special.lgamma(a));
    const step = Math.max(-1, Math.min(1, gap / slope));
    if (Math.abs(step) < 1e-15 * Math.max(1, Math.abs(y))) return Math.exp(y - step);
    let next = y - step;
    if (next <= low || next >= high) next = (low + high) / 2;
    y = next;
  }
  return Math.exp(y);
}

function pairwise(name: string, f: (a: number, x: number) => number, [a, x]: Tensor[]): Tensor {
  const shape = broadcastShapes(a.shape, x.shape, name);
  const dtype = toFloat(promote(a.dtype, x.dtype));
  const out = allocate(dtype, sizeOf(shape));
  const [A, X] = [a, x].map((t) => {
    const values = new Float64Array(out.length);
    copyStrided(
      new Tensor(t.data, shape, t.dtype, broadcastStrides(t.shape, t.strides, shape), t.offset),
      values,
    );
    return values;
  });
  for (let i = 0; i < out.length; i++) out[i] = f(A[i], X[i]);
  return new Tensor(out, shape, dtype);
}

/** p(x) = x^{a−1} e^{−x} / Γ(a), and its k-th derivative by a, in traced operations. */
function densityDerivative(a: Tensor, x: Tensor, k: number): Tensor {
  const density = exp(sub(sub(mul(sub(a, 1), log(x)), x), lgamma(a)));
  if (k === 0) return density;
  const l = sub(log(x), polygamma(0, a));
  if (k === 1) return mul(density, l);
  const p1 = polygamma(1, a);
  if (k === 2) return mul(density, sub(mul(l, l), p1));
  const p2 = polygamma(2, a);
  return mul(density, sub(mul(l, sub(mul(l, l), mul(3, p1))), p2));
}

export const gammaincOp: Op<{ k: number }> = defineOp<{ k: number }>({
  name: "gammainc",
  elementwise: true,
  forward: (inputs, { k }) => pairwise("gammainc", (a, x) => gammaCdf(a, x, k), inputs),
  vjp: [
    (G, [a, x], _, { k }) => sumTo(mul(G, byShape(a, x, k + 1)), a.shape),
    (G, [a, x], _, { k }) => sumTo(mul(G, byPoint(a, x, k)), x.shape),
  ],
  jvp: [
    (T, [a, x], _, { k }) => mul(T, byShape(a, x, k + 1)),
    (T, [a, x], _, { k }) => mul(T, byPoint(a, x, k)),
  ],
  latex: ([a, x], { params: { k } }) =>
    tex(
      k === 0
        ? `P\\left(${a.tex}, ${x.tex}\\right)`
        : `\\partial_{a}^{${k}} P\\left(${a.tex}, ${x.tex}\\right)`,
    ),
  samples: () =>
    [0, 1].map((k) => ({
      inputs: [rng(1).uniform([4], 0.5, 4), rng(2).uniform([4], 0.3, 5)],
      params: { k },
    })),
});

function byShape(a: Tensor, x: Tensor, k: number): Tensor {
  if (k > 4) throw new ArgumentError("gammainc: derivatives by the shape are available to fourth order.");
  return apply(gammaincOp, [a, x], { k });
}

function byPoint(a: Tensor, x: Tensor, k: number): Tensor {
  if (k > 3) throw new ArgumentError("gammainc: mixed derivatives are available to fourth order.");
  return densityDerivative(a, x, k);
}

export const gammaQuantileOp: Op<null> = defineOp<null>({
  name: "gammaQuantile",
  elementwise: true,
  forward: (inputs) => pairwise("gammaQuantile", gammaQuantile, inputs),
  vjp: [
    (G, [a], x) => sumTo(mul(G, slope(a, x)), a.shape),
    (G, [a, u], x) => sumTo(div(G, densityDerivative(a, x, 0)), u.shape),
  ],
  jvp: [(T, [a], x) => mul(T, slope(a, x)), (T, [a], x) => div(T, densityDerivative(a, x, 0))],
  latex: ([a, u]) => tex(`P^{-1}\\left(${a.tex}, ${u.tex}\\right)`),
  samples: () => [{ inputs: [rng(1).uniform([4], 0.6, 4), rng(2).uniform([4], 0.1, 0.9)] }],
});

/** dx/da at a fixed quantile: −P_a / p. */
const slope = (a: Tensor, x: Tensor): Tensor => neg(div(byShape(a, x, 1), densityDerivative(a, x, 0)));

/**
 * P(a, x) = γ(a, x) / Γ(a), elementwise with broadcasting: the distribution function of Gamma(a, 1). Differentiable
 * by both, to fourth order by a. Source: Abramowitz & Stegun 6.5.29.
 * @example
 * ```ts
 * gammainc(1, 2); // → tensor(0.864664716763, float64)
 * ```
 */
export const gammainc = (a: Tensor | number, x: Tensor | number): Tensor =>
  apply(gammaincOp, [asTensor(a), asTensor(x)], { k: 0 });

/**
 * The inverse of P(a, ·): the quantile function of Gamma(a, 1), for 0 ≤ u ≤ 1. Differentiable by both.
 * @example
 * ```ts
 * gammaincinv(1, 0.5); // → tensor(0.69314718056, float64)
 * gammainc(2.5, gammaincinv(2.5, 0.1)); // → tensor(0.1, float64)
 * ```
 */
export const gammaincinv = (a: Tensor | number, u: Tensor | number): Tensor =>
  apply(gammaQuantileOp, [asTensor(a), asTensor(u)], null);

/**
 * The logarithm of a Gamma(a, 1) draw from u uniform in (0, 1). Below what a double holds, where
 * P(a, x) = xᵃ / Γ(a + 1) exactly, log x = (log u + log Γ(a + 1)) / a; so ratios of draws stay right for small a.
 */
export function logGammaDraw(a: Tensor, u: Tensor): Tensor {
  const x = gammaincinv(a, u);
  const tiny = less(x, 1e-290);
  return where(tiny, div(add(log(u), lgamma(add(a, 1))), a), log(where(tiny, 1, x)));
}

const asTensor = (x: Tensor | number): Tensor => (x instanceof Tensor ? x : (tensor(x) as Tensor));
