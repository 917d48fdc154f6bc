/**
 * Expectation–maximisation, once for every mixture: the E-step turns parameters into expected sufficient
 * statistics, the M-step turns statistics into the parameters that maximise Q.
 *
 * Convergence is scikit-learn's: the mean log-likelihood changes by less than `tol`. The likelihood
 * reported for an iteration is that of the parameters it started from, as there.
 */

import { NumericalError } from "../tensor/index.ts";

/** What a mixture family must know. P: its parameters, S: its sufficient statistics. */
export interface Family<P, S> {
  /** Expected statistics under the posterior of `params`, and the mean log-likelihood per sample. */
  expect(params: P): { statistics: S; logLikelihood: number };
  /** The maximiser of Q for these statistics. */
  maximise(statistics: S): P;
  /** Throws unless `params` is a maximum of Q on its constraints. */
  verify?(statistics: S, params: P): void;
  /** By how much the M-step to `params` may lower the mean likelihood (regularisation); 0 by default. */
  slack?(params: P): number;
}

/** One point of a likelihood curve. */
export interface CurvePoint {
  iteration: number;
  /** Seconds since the fit began. */
  seconds: number;
  /** Mean log-likelihood per sample. */
  logLikelihood: number;
}

export interface EmOptions<P> {
  maxIter: number;
  tol: number;
  /** Called after every iteration; return false to stop. */
  onIteration?: (point: CurvePoint, params: P) => unknown;
  /** Check on every iteration that the likelihood does not fall and that the M-step is at a maximum. */
  verify?: boolean;
}

export interface EmResult<P> {
  params: P;
  converged: boolean;
  nIter: number;
  lowerBound: number;
  curve: CurvePoint[];
}

/** Iterates from `start` until the mean log-likelihood settles. `before`: the likelihood of a run being continued. */
export function em<P, S>(
  family: Family<P, S>,
  start: P,
  o: EmOptions<P>,
  before = Number.NEGATIVE_INFINITY,
): EmResult<P> {
  let params = start;
  let lowerBound = before;
  let allowed = Number.POSITIVE_INFINITY;
  const curve: CurvePoint[] = [];
  const began = performance.now();
  for (let iteration = 1; iteration <= o.maxIter; iteration++) {
    const { statistics, logLikelihood } = family.expect(params);
    if (Number.isNaN(logLikelihood))
      throw new NumericalError(
        `EM: the log-likelihood became NaN in iteration ${iteration}. Scale the data to unit variance, or raise regCovar.`,
      );
    if (o.verify && logLikelihood < lowerBound - allowed - 1e-10 * Math.max(1, Math.abs(lowerBound)))
      throw new NumericalError(
        `EM: the mean log-likelihood fell from ${lowerBound} to ${logLikelihood} in iteration ${iteration}.`,
      );
    params = family.maximise(statistics);
    if (o.verify) {
      family.verify?.(statistics, params);
      allowed = family.slack?.(params) ?? 0;
    }
    const change = logLikelihood - lowerBound;
    lowerBound = logLikelihood;
    const point = { iteration, seconds: (performance.now() - began) / 1000, logLikelihood };
    curve.push(point);
    const stopped = o.onIteration?.(point, params) === false;
    const converged = Math.abs(change) < o.tol;
    if (converged || stopped) return { params, converged, nIter: iteration, lowerBound, curve };
  }
  return { params, converged: false, nIter: o.maxIter, lowerBound, curve };
}
