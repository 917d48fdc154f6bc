/**
 * From the same start, the same path as scikit-learn's GaussianMixture, iteration by iteration
 * (test/golden/mixture.py), with every covariance type, one dimension, and data far from the origin.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  BernoulliMixture,
  type CovarianceType,
  GaussianMixture,
  relativeError,
  type Tensor,
  tensor,
} from "gradlab";
import type { GaussianParams } from "../../src/mixture/gaussian/parameters.ts";

interface Saved {
  shape: number[];
  value: number[];
}
const golden = JSON.parse(readFileSync(new URL("../golden/mixture.json", import.meta.url), "utf8"));
const read = ({ shape, value }: Saved): Tensor => tensor(Float64Array.from(value), shape) as Tensor;

function agree(mine: Tensor, saved: Saved, what: string, tolerance = 1e-8): void {
  assert.deepEqual([...mine.shape], saved.shape, what);
  const error = relativeError(mine, read(saved));
  assert.ok(error < tolerance, `${what}: relative error ${error}`);
}

for (const c of golden.gaussian) {
  const X = read(c.X);
  const given = {
    nComponents: c.K as number,
    covarianceType: c.kind as CovarianceType,
    weightsInit: read(c.weights),
    meansInit: read(c.means),
    precisionsInit: read(c.precisions),
  };
  // scikit-learn's tied and diag second moments cancel when the data lie far from 0; ours do not.
  const tolerance = c.name.startsWith("far") ? 1e-5 : 1e-8;
  test(`${c.name}: parameters after 1 to 60 iterations`, () => {
    for (const step of c.steps) {
      const gm = new GaussianMixture({ ...given, maxIter: step.maxIter, tol: 1e-12 }).fit(X);
      if (step.nIter === step.maxIter || !c.name.startsWith("far")) {
        const slack = c.name.startsWith("far") ? tolerance : 1e-9;
        assert.ok(Math.abs(gm.lowerBound - step.lowerBound) < slack, `${gm.lowerBound} ${step.lowerBound}`);
      }
      for (const key of ["weights", "means", "covariances", "precisionsCholesky"] as const)
        agree(gm[key], step[key], `${key} after ${step.maxIter}`, tolerance);
    }
  });
  test(`${c.name}: default convergence, scores and predictions`, () => {
    const gm = new GaussianMixture(given).fit(X);
    const d = c.default;
    assert.equal(gm.nIter, d.nIter);
    assert.equal(gm.converged, d.converged);
    agree(gm.scoreSamples(X.slice(0, 0, 8)), d.scoreSamples, "scoreSamples", tolerance);
    agree(gm.predictProba(X.slice(0, 0, 8)), d.proba, "predictProba", tolerance);
    agree(gm.precisions, d.precisions, "precisions", tolerance);
    assert.deepEqual(Array.from(gm.predict(X).values()), d.predict.value);
    assert.ok(Math.abs(gm.bic(X) - d.bic) < tolerance * 1e3 && Math.abs(gm.aic(X) - d.aic) < tolerance * 1e3);
  });
}

/** A mixture that begins from responsibilities given from outside, as scikit-learn's does after its own start. */
class Begun extends GaussianMixture {
  parametersFrom(X: Tensor, R: Tensor): GaussianParams {
    return this.start(this.read(X, "test"), Float64Array.from(R.values()));
  }
}
const X = read(golden.starts.X);
for (const c of golden.starts.cases)
  test(`first parameters from responsibilities: ${c.name}`, () => {
    const { weights_init: w, means_init: m, precisions_init: p } = c.given;
    const made = new Begun({
      nComponents: 3,
      covarianceType: c.kind,
      ...(w && { weightsInit: read(w) }),
      ...(m && { meansInit: read(m) }),
      ...(p && { precisionsInit: read(p) }),
    }).parametersFrom(X, read(golden.starts.R[c.R]));
    // Where one row stands for a component, scikit-learn divides its three responsibilities by all 60 rows: its
    // weights sum to 1/20, and its tied covariance is that of the data times 20. Ours are a mixture's.
    const few = c.R === "single" && !w;
    const [weights, saved] = [tensor(made.weights), read(c.weights)];
    assert.ok(relativeError(weights, few ? saved.mul(20) : saved) < 1e-8, `${weights}`);
    agree(tensor(made.means, [3, 3]) as Tensor, c.means, "means");
    if (c.R === "single" && c.kind === "tied" && !p) {
      const data = X.sub(X.mean(0));
      const rest = tensor(made.covariances, [3, 3]).sub(data.T.matmul(data).div(60)) as Tensor;
      // Only the three rows themselves are taken off it.
      assert.ok(rest.abs().max().item() < 3 * data.abs().max().item() ** 2 * (1 / 60));
    } else {
      // Variances of 0 come out as what rounding leaves of x² − x² there, beside regCovar of 1e-6.
      const W = tensor(made.precisionsCholesky, c.precisionsCholesky.shape) as Tensor;
      agree(W, c.precisionsCholesky, "W", c.R === "single" ? 1e-6 : 1e-8);
    }
  });

test("warm starts go on as scikit-learn's", () => {
  const eye = [
    [0.7, 0, 0],
    [0, 0.7, 0],
    [0, 0, 0.7],
  ];
  const gm = new GaussianMixture({
    nComponents: 3,
    weightsInit: [1 / 3, 1 / 3, 1 / 3],
    meansInit: X.slice(0, 0, 3),
    precisionsInit: [eye, eye, eye],
    warmStart: true,
    maxIter: 3,
    tol: 1e-12,
  });
  for (const saved of golden.warm) {
    gm.fit(X);
    assert.equal(gm.nIter, saved.nIter);
    assert.ok(Math.abs(gm.lowerBound - saved.lowerBound) < 1e-9);
    agree(gm.means, saved.means, "means");
  }
});

test("Bernoulli EM takes NumPy's steps, with a column always 0 and one always 1", () => {
  const { X, weights, probabilities, path } = golden.bernoulli;
  const given = { nComponents: 3, weightsInit: read(weights), probabilitiesInit: read(probabilities) };
  for (const t of [1, 2, 5, 30]) {
    const bm = new BernoulliMixture({ ...given, maxIter: t, tol: 0, verify: true }).fit(read(X));
    const saved = path[t - 1];
    assert.ok(Math.abs(bm.lowerBound - saved.logLikelihood) < 1e-10);
    agree(bm.weights, saved.weights, `weights after ${t}`);
    agree(bm.probabilities, saved.probabilities, `probabilities after ${t}`);
  }
});
