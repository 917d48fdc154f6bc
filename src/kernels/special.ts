/**
 * Scalar functions that JavaScript's Math lacks. Stable forms; errors noted where not exact.
 */

import { erf, erfc } from "./erf.ts";

/** log(1 + eˣ) without overflow. */
function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

/** 1 / (1 + e⁻ˣ) without overflow on either side. */
function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** log Γ(x), Lanczos' approximation (g = 7, nine terms), about 1e-15 relative. */
function lgamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - lgamma(1 - x);
  const c = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const t = x + 6.5;
  let s = c[0];
  for (let i = 1; i < 9; i++) s += c[i] / (x - 1 + i);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(s);
}

/** ψ(x) = d log Γ(x)/dx: recurrence up to 10, then the asymptotic series. */
function digamma(x: number): number {
  if (x <= 0 && Number.isInteger(x)) return Number.NaN;
  if (x < 0) return digamma(1 - x) - Math.PI / Math.tan(Math.PI * x);
  let r = 0;
  while (x < 10) r -= 1 / x++;
  const f = 1 / (x * x);
  return (
    r +
    Math.log(x) -
    0.5 / x -
    f * (1 / 12 - f * (1 / 120 - f * (1 / 252 - f * (1 / 240 - f * (1 / 132 - (f * 691) / 32760)))))
  );
}

const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6];

/** ψ⁽ⁿ⁾(x), the n-th derivative of ψ: recurrence up to n + 15, then the asymptotic series. x > 0 for n ≥ 1. */
function polygamma(n: number, x: number): number {
  if (n === 0) return digamma(x);
  if (x <= 0) return Number.NaN;
  let factorial = 1;
  for (let i = 2; i <= n; i++) factorial *= i;
  let r = 0;
  for (; x < n + 15; x++) r += factorial / x ** (n + 1);
  r += factorial / n / x ** n + factorial / (2 * x ** (n + 1));
  let c = factorial / n;
  BERNOULLI.forEach((b, k) => {
    c *= ((2 * k + n) * (2 * k + n + 1)) / ((2 * k + 1) * (2 * k + 2));
    r += (b * c) / x ** (2 * k + 2 + n);
  });
  return n % 2 === 0 ? -r : r;
}

export const special = { softplus, sigmoid, erf, erfc, lgamma, polygamma };
