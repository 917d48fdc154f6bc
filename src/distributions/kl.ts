/**
 * Kullback–Leibler divergences KL(p ‖ q) = E_p log p − log q, in closed form for pairs of one family.
 */

import { diagonal, triangularSolve } from "../linalg/index.ts";
import {
  add,
  div,
  expandDims,
  lgamma,
  log,
  mul,
  polygamma,
  square,
  squeeze,
  sub,
  sum,
  where,
} from "../ops/index.ts";
import { ArgumentError, ShapeError, type Tensor } from "../tensor/index.ts";
import { Beta, Gamma, Normal, Uniform } from "./continuous.ts";
import { Bernoulli, Categorical, xLogP } from "./discrete.ts";
import type { Distribution } from "./distribution.ts";
import { Dirichlet, MultivariateNormal } from "./multivariate.ts";

const psi = (x: Tensor): Tensor => polygamma(0, x);

/**
 * KL(p ‖ q) = E_p [log p − log q], one number for each of the batch; ∞ where q is 0 and p is not. Differentiable.
 * Pairs: two of one family (Normal, MultivariateNormal, Bernoulli, Categorical, Gamma, Beta, Dirichlet, Uniform).
 * @throws ArgumentError for pairs without a closed form; ShapeError for different numbers of outcomes
 * @example
 * ```ts
 * klDivergence(new Normal(0, 1), new Normal(1, 1)); // → tensor(0.5, float64)
 * klDivergence(new Bernoulli(0.5), new Bernoulli(0)); // → tensor(Infinity, float64)
 * klDivergence(new Normal(), new Gamma(1)); // throws no closed form for Normal and Gamma
 * ```
 */
export function klDivergence(p: Distribution, q: Distribution): Tensor {
  const outcomes = (d: Distribution): number | undefined =>
    d instanceof Categorical ? d.classes : d.eventShape[0];
  if (p.constructor === q.constructor && outcomes(p) !== outcomes(q))
    throw new ShapeError(
      `klDivergence: p is over ${outcomes(p)} and q over ${outcomes(q)} ${p instanceof Categorical ? "outcomes" : "dimensions"}.`,
    );
  if (p instanceof Normal && q instanceof Normal) {
    const ratio = square(div(p.scale, q.scale));
    const move = square(div(sub(p.loc, q.loc), q.scale));
    return mul(0.5, sub(sub(add(ratio, move), 1), log(ratio)));
  }
  if (p instanceof MultivariateNormal && q instanceof MultivariateNormal) {
    const d = p.eventShape[0];
    const move = sub(p.loc, q.loc);
    const shift = squeeze(triangularSolve(q.scaleTril, expandDims(move, move.rank)), -1);
    const ratio = sum(square(triangularSolve(q.scaleTril, p.scaleTril)), [-1, -2]);
    const logs = sub(sum(log(diagonal(q.scaleTril)), -1), sum(log(diagonal(p.scaleTril)), -1));
    return add(logs, mul(0.5, sub(add(ratio, sum(square(shift), -1)), d)));
  }
  if (p instanceof Bernoulli && q instanceof Bernoulli)
    return add(
      sub(xLogP(p.probs, p.probs), xLogP(p.probs, q.probs)),
      sub(xLogP(sub(1, p.probs), sub(1, p.probs)), xLogP(sub(1, p.probs), sub(1, q.probs))),
    );
  if (p instanceof Categorical && q instanceof Categorical)
    return sum(sub(xLogP(p.probs, p.probs), xLogP(p.probs, q.probs)), -1);
  if (p instanceof Gamma && q instanceof Gamma) {
    const [a, b, c, d] = [p.concentration, p.rate, q.concentration, q.rate];
    const shape = add(sub(mul(sub(a, c), psi(a)), lgamma(a)), lgamma(c));
    return add(add(shape, mul(c, sub(log(b), log(d)))), mul(a, div(sub(d, b), b)));
  }
  if (p instanceof Beta && q instanceof Beta) {
    const s = psi(add(p.a, p.b));
    const first = mul(sub(p.a, q.a), sub(psi(p.a), s));
    const second = mul(sub(p.b, q.b), sub(psi(p.b), s));
    return add(sub(q.logNormalizer(), p.logNormalizer()), add(first, second));
  }
  if (p instanceof Dirichlet && q instanceof Dirichlet) {
    const a = p.concentration;
    const s = expandDims(psi(sum(a, -1)), a.rank - 1);
    const parts = sum(mul(sub(a, q.concentration), sub(psi(a), s)), -1);
    return add(sub(q.logNormalizer(), p.logNormalizer()), parts);
  }
  if (p instanceof Uniform && q instanceof Uniform) {
    const inside = p.low.greaterEqual(q.low).mul(1).mul(p.high.lessEqual(q.high).mul(1));
    const value = log(div(sub(q.high, q.low), sub(p.high, p.low)));
    return where(inside, value, Number.POSITIVE_INFINITY);
  }
  throw new ArgumentError(
    `klDivergence: no closed form for ${p.constructor.name} and ${q.constructor.name}; ` +
      "average p.logProb(x) − q.logProb(x) over x = p.sample(…).",
  );
}
