/**
 * Where mixtures break: collapse, duplicates, too few samples, NaN, sure pixels, one dimension; and the API around fit.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  type AscentOptions,
  BernoulliMixture,
  type CovarianceType,
  GaussianMixture,
  type GaussianMixtureOptions,
  KMeans,
  rng,
  type Tensor,
  tensor,
  zeros,
} from "gradlab";

const TYPES: CovarianceType[] = ["full", "tied", "diag", "spherical"];
const normal = (seed: number, n: number, d: number): Tensor => rng(seed).normal([n, d]) as Tensor;
const finite = (t: Tensor): boolean => t.values().every(Number.isFinite);

test("duplicated rows: regCovar keeps every covariance positive", () => {
  for (const covarianceType of TYPES) {
    const X = normal(1, 5, 2).take(rng(2).integers([60], 0, 5)) as Tensor;
    const gm = new GaussianMixture({ nComponents: 5, covarianceType, verify: true }).fit(X);
    assert.ok(finite(gm.covariances) && finite(gm.scoreSamples(X)) && finite(gm.predictProba(X)));
    const constant = new GaussianMixture({ nComponents: 2, covarianceType }).fit(zeros([10, 3]) as Tensor);
    assert.ok(finite(constant.means) && finite(constant.scoreSamples(zeros([4, 3]) as Tensor)));
  }
});

test("without regularisation a collapse is an error that names the component", () => {
  assert.throws(
    () => new GaussianMixture({ nComponents: 2, regCovar: 0 }).fit(zeros([10, 2]) as Tensor),
    /covariance of component 0 is not positive definite.*regCovar/s,
  );
  assert.throws(
    () => new GaussianMixture({ regCovar: 0, covarianceType: "tied" }).fit(zeros([4, 2]) as Tensor),
    /the covariance is not/,
  );
});

test("bad data and options are refused by name", () => {
  assert.throws(
    () => new GaussianMixture({ nComponents: 5 }).fit(normal(1, 3, 2)),
    /3 samples for nComponents = 5/,
  );
  assert.throws(
    () =>
      new GaussianMixture().fit([
        [1, 2],
        [3, Number.NaN],
      ]),
    /row 1, column 1 of the data is NaN/,
  );
  assert.throws(
    () => new GaussianMixture().fit(tensor([1, 2, 3])),
    /expected data of shape \[n, d\].*reshape/,
  );
  assert.throws(() => new GaussianMixture().predict(normal(1, 3, 2)), /call fit\(X\) first/);
  assert.throws(
    () => new GaussianMixture().fit(normal(1, 9, 2)).predict(normal(1, 3, 3)),
    /has 3 columns; the mixture was fitted on 2/,
  );
  assert.throws(() => new GaussianMixture({ covarianceType: "round" as never }), /"full", "tied"/);
  assert.throws(
    () => new GaussianMixture({ nComponents: 2, weightsInit: [0.5, 0.6] }).fit(normal(1, 9, 2)),
    /sum to 1; they sum to 1.1/,
  );
  assert.throws(
    () => new GaussianMixture({ nComponents: 2, meansInit: [[0, 0]] }).fit(normal(1, 9, 2)),
    /meansInit has shape \[1, 2\].*\[2, 2\]/,
  );
  assert.throws(
    () =>
      new GaussianMixture({
        precisionsInit: [
          [
            [1, 2],
            [2, 1],
          ],
        ],
      }).fit(normal(1, 9, 2)),
    /precisionsInit must be symmetric and positive/,
  );
  const of = (o: GaussianMixtureOptions): GaussianMixture => new GaussianMixture(o).fit(normal(1, 9, 2));
  assert.throws(() => of({ weightsInit: [0.5, 0.5] }), /1 non-negative numbers.*got 2 numbers/);
  assert.throws(() => of({ nComponents: 2, weightsInit: [1.5, -0.5] }), /number 1 is -0.5/);
  assert.throws(() => of({ meansInit: [[Number.NaN, 0]] }), /meansInit holds NaN/);
  const skew = [
    [1, 0.5],
    [0, 1],
  ];
  assert.throws(() => of({ precisionsInit: [skew] }), /precisionsInit must be symmetric/);
  assert.throws(
    () => of({ covarianceType: "tied", precisionsInit: skew }),
    /precisionsInit must be symmetric/,
  );
  assert.throws(() => of({ covarianceType: "diag", precisionsInit: [[1, 0]] }), /precisionsInit must be pos/);
  assert.throws(() => new GaussianMixture({ tol: -1 }), /tol must not be negative; got -1/);
  assert.throws(() => new GaussianMixture({ tol: Number.NaN }), /tol must not be negative; got NaN/);
  assert.throws(() => of({}).sample(-1), /sample: n must be a whole number of rows; got -1/);
  assert.throws(() => of({}).sample(1.5), /got 1.5/);
  const climb = (o: AscentOptions) => new GaussianMixture().fitByGradient(normal(1, 9, 2), o);
  assert.throws(() => climb({ optimizer: "sgd" as never }), /"adam" or "gradient"; got "sgd"/);
  assert.throws(() => climb({ maxIter: 0 }), /maxIter must be a positive integer; got 0/);
  assert.throws(() => climb({ learningRate: 0 }), /learningRate must be positive/);
  assert.throws(() => new GaussianMixture({ maxIter: 0 }), /maxIter must be a positive integer/);
  assert.throws(
    () => new GaussianMixture({ initParams: "best" as never }).fit(normal(1, 9, 2)),
    /initParams must be/,
  );
  assert.throws(
    () =>
      new BernoulliMixture().fit([
        [0, 1],
        [0.5, 1],
      ]),
    /row 1, column 0 is 0.5.*greater/,
  );
  assert.throws(
    () => new BernoulliMixture({ probabilitiesInit: [[0.5, 1.5]] }).fit([[0, 1]]),
    /between 0 and 1/,
  );
});

test("no rows to predict are no rows of answers", () => {
  const gm = new GaussianMixture({ nComponents: 2 }).fit(normal(1, 9, 2));
  const none = zeros([0, 2]) as Tensor;
  assert.deepEqual([...gm.predict(none).shape], [0]);
  assert.deepEqual([...gm.predictProba(none).shape], [0, 2]);
  assert.deepEqual([...gm.scoreSamples(none).shape], [0]);
  assert.deepEqual([...gm.sample(0).X.shape], [0, 2]);
});

test("a mixture prints as what it is", () => {
  const gm = new GaussianMixture({ nComponents: 2, covarianceType: "diag" });
  assert.equal(String(gm), "GaussianMixture of 2 components, diag covariance, not fitted");
  gm.fit(normal(1, 20, 3));
  assert.match(inspect(gm), /diag covariance, 3 columns, converged after \d+ iterations? at mean log-/);
  assert.equal(gm.nFeaturesIn, 3);
  assert.deepEqual([...gm.lowerBounds.shape], [gm.nIter]);
  assert.equal(gm.lowerBounds.at(gm.nIter - 1), gm.lowerBound);
});

test("huge and tiny scales stay finite", () => {
  for (const scale of [1e-3, 1e150]) {
    const gm = new GaussianMixture({ nComponents: 2, regCovar: 0 }).fit(normal(1, 200, 2).mul(scale));
    assert.ok(finite(gm.scoreSamples(normal(2, 5, 2).mul(scale))));
  }
});

test("every start works, several starts keep the best, and seeds repeat", () => {
  const X = normal(1, 60, 2).add(rng(2).integers([60, 1], 0, 3).mul(8)) as Tensor;
  for (const initParams of ["kmeans", "k-means++", "random", "random_from_data"] as const)
    assert.ok(Number.isFinite(new GaussianMixture({ nComponents: 3, initParams }).fit(X).lowerBound));
  const one = new GaussianMixture({ nComponents: 3, initParams: "random_from_data", randomState: 7 }).fit(X);
  const many = new GaussianMixture({
    nComponents: 3,
    initParams: "random_from_data",
    randomState: 7,
    nInit: 6,
  }).fit(X);
  assert.ok(many.lowerBound >= one.lowerBound);
  const again = new GaussianMixture({
    nComponents: 3,
    initParams: "random_from_data",
    randomState: 7,
    nInit: 6,
  }).fit(X);
  assert.deepEqual(again.means.toArray(), many.means.toArray());
});

test("a warm start goes on where the last fit stopped", () => {
  const X = normal(1, 80, 2).add(rng(2).integers([80, 1], 0, 2).mul(3)) as Tensor;
  const o = { nComponents: 2, tol: 0 };
  const whole = new GaussianMixture({ ...o, maxIter: 8 }).fit(X);
  const steps = new GaussianMixture({ ...o, maxIter: 4, warmStart: true }).fit(X).fit(X);
  assert.deepEqual(steps.means.toArray(), whole.means.toArray());
});

test("onIteration sees every iteration and can stop", () => {
  const seen: number[] = [];
  const gm = new GaussianMixture({
    nComponents: 2,
    tol: 0,
    onIteration: (p) => seen.push(p.iteration) < 3,
  }).fit(normal(1, 40, 2));
  assert.deepEqual(seen, [1, 2, 3]);
  assert.equal(gm.nIter, 3);
});

test("samples have the fitted means and covariances", () => {
  const X = normal(1, 400, 2)
    .matmul(
      tensor([
        [2, 0.8],
        [0, 0.5],
      ]),
    )
    .add([3, -1]) as Tensor;
  for (const covarianceType of TYPES) {
    const gm = new GaussianMixture({ covarianceType }).fit(X);
    const { X: S, labels } = gm.sample(20000, 5);
    const back = new GaussianMixture({ covarianceType }).fit(S);
    assert.ok(back.means.sub(gm.means).abs().max().item() < 0.06);
    assert.ok(
      back.covariances.sub(gm.covariances).abs().max().item() < 0.15,
      `${back.covariances} ${gm.covariances}`,
    );
    assert.equal(labels.size, 20000);
  }
});

test("Bernoulli: sure pixels give exact zeros and ones, and impossible rows have probability 0", () => {
  const r = rng(1);
  const X = r.uniform([100, 9]).less(0.5).mul(1) as Tensor;
  for (let i = 0; i < 100; i++) {
    X.data[i * 9 + 2] = 0;
    X.data[i * 9 + 8] = 1;
  }
  const bm = new BernoulliMixture({ nComponents: 3, verify: true, tol: 1e-8, maxIter: 500 }).fit(X);
  for (let k = 0; k < 3; k++)
    assert.deepEqual([bm.probabilities.at(k, 2), bm.probabilities.at(k, 8)], [0, 1]);
  const odd = tensor([[0, 0, 1, 0, 0, 0, 0, 0, 1]]);
  assert.equal(bm.scoreSamples(odd).item(), Number.NEGATIVE_INFINITY);
  assert.ok(Math.abs(bm.predictProba(odd).sum().item() - 1) < 1e-12);
  assert.ok(bm.curve.every((p, i) => i === 0 || p.logLikelihood >= bm.curve[i - 1].logLikelihood - 1e-12));
  assert.equal(bm.predict(X.equal(1)).size, 100);
});

test("Bernoulli: recovers prototypes, whatever the start", () => {
  const r = rng(3);
  const prototypes = r.uniform([4, 30]).less(0.5).mul(0.8).add(0.1) as Tensor;
  const labels = r.integers([600], 0, 4);
  const X = r.uniform([600, 30]).less(prototypes.take(labels)).mul(1) as Tensor;
  for (const initParams of ["k-means++", "kmeans", "random_from_data"] as const) {
    const bm = new BernoulliMixture({ nComponents: 4, nInit: 5, initParams, verify: true }).fit(X);
    for (let k = 0; k < 4; k++) {
      const gaps = bm.probabilities.sub(prototypes.select(k)).abs().mean(1);
      assert.ok(gaps.min().item() < 0.06, `${initParams}: prototype ${k} is ${gaps.min().item()} away`);
    }
    assert.equal(bm.sample(10).X.shape[1], 30);
  }
});

test("k-means: finds separated blobs, survives duplicates, and repeats", () => {
  const centres = tensor([
    [0, 0],
    [10, 0],
    [0, 10],
  ]);
  const labels = rng(2).integers([90], 0, 3);
  const X = centres.take(labels).add(normal(1, 90, 2)) as Tensor;
  const km = new KMeans({ nClusters: 3, nInit: 3 }).fit(X);
  for (let k = 0; k < 3; k++)
    assert.ok(km.clusterCenters.sub(centres.select(k)).square().sum(1).min().item() < 0.5);
  assert.deepEqual(km.predict(X).toArray(), km.labels.toArray());
  assert.equal(new KMeans({ nClusters: 3 }).fit(zeros([5, 2]) as Tensor).inertia, 0);
});
