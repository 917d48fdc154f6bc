/**
 * PCA, k-means and logistic regression against scikit-learn (test/golden/gp.py).
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  Autoencoder,
  KMeans,
  LogisticRegression,
  MLP,
  PCA,
  PPCA,
  relativeError,
  rng,
  type Tensor,
  tensor,
} from "gradlab";

interface Saved {
  shape: number[];
  value: number[];
}
const golden = JSON.parse(readFileSync(new URL("../golden/gp.json", import.meta.url), "utf8"));
const read = ({ shape, value }: Saved): Tensor => tensor(Float64Array.from(value), shape) as Tensor;
const agree = (mine: Tensor, saved: Saved, tolerance = 1e-10): void => {
  assert.deepEqual([...mine.shape], saved.shape);
  assert.ok(relativeError(mine, read(saved)) < tolerance, `${mine} against ${read(saved)}`);
};
const X = read(golden.pca.X);
const six = X.slice(0, 0, 6);

test("PCA: directions, variances, scores, reconstruction, whitening", () => {
  const p = new PCA({ nComponents: 3 }).fit(X);
  const g = golden.pca;
  agree(p.components, g.components);
  agree(p.explainedVariance, g.explainedVariance);
  agree(p.explainedVarianceRatio, g.ratio);
  agree(p.singularValues, g.singularValues);
  assert.ok(Math.abs(p.noiseVariance - g.noise) < 1e-10);
  agree(p.transform(six), g.scores);
  agree(p.inverseTransform(p.transform(six)), g.back);
  agree(new PCA({ nComponents: 2, whiten: true }).fit(X).transform(six), g.white);
});

test("PCA by share of variance, of wide data, and through the Gram matrix", () => {
  assert.ok(new PCA({ nComponents: 0.9 }).fit(X).explainedVarianceRatio.sum().item() >= 0.9);
  const wide = rng(1).normal([4, 9]) as Tensor;
  const all = new PCA().fit(wide);
  assert.ok(relativeError(all.inverseTransform(all.transform(wide)), wide) < 1e-10);
  const big = rng(2).normal([230, 205]) as Tensor;
  const p = new PCA({ nComponents: 205 }).fit(big);
  assert.ok(relativeError(p.inverseTransform(p.transform(big)), big) < 1e-10);
  assert.throws(() => new PCA({ nComponents: 6 }).fit(X), /min\(n, d\) = 5/);
});

test("PPCA spans PCA's directions", () => {
  const p = new PPCA({ nComponents: 2 }).fit(X);
  const C = new PCA({ nComponents: 2 }).fit(X).components;
  const inside = p.W.sub(C.T.matmul(C).matmul(p.W));
  assert.ok(inside.abs().max().item() < 1e-9);
  assert.equal(p.transform(six).shape[1], 2);
});

test("logistic regression: three classes and two", () => {
  const g = golden.logistic;
  const y = read(g.y);
  const m = new LogisticRegression({ C: 0.7, tol: 1e-9, maxIter: 5000 }).fit(X, y);
  agree(m.coef, g.coef, 1e-5);
  agree(m.predictProba(six), g.proba, 1e-5);
  const two = new LogisticRegression({ C: 2, tol: 1e-9, maxIter: 5000 }).fit(X, y.greater(0).mul(1));
  agree(two.coef, g.coef2, 1e-5);
  agree(two.intercept, g.intercept2, 1e-4);
  assert.ok(two.score(X, y.greater(0).mul(1)) > 0.7);
  assert.throws(() => new LogisticRegression().fit(X, y.mul(0)), /at least two classes/);
});

test("k-means from given centres goes scikit-learn's way, an empty cluster included", () => {
  for (const g of golden.kmeans) {
    const km = new KMeans({ nClusters: 4, init: read(g.init) });
    assert.deepEqual(Array.from(km.fitPredict(X).values()), g.labels.value);
    agree(km.clusterCenters, g.centers);
    assert.ok(Math.abs(km.inertia / g.inertia - 1) < 1e-12);
    assert.equal(km.nIter, g.nIter);
    assert.deepEqual(Array.from(km.predict(six.add(0.5)).values()), g.predict.value);
  }
});

test("plain arrays do as data, and bad data is refused by name", () => {
  const rows = X.toArray() as number[][];
  const y = (read(golden.logistic.y).toArray() as number[]).map((v) => Math.min(v, 1));
  agree(new PCA({ nComponents: 3 }).fit(rows).components, golden.pca.components);
  assert.equal(
    new PPCA({ nComponents: 2 }).fit(rows).noiseVariance,
    new PPCA({ nComponents: 2 }).fit(X).noiseVariance,
  );
  assert.ok(new LogisticRegression({ C: 2 }).fit(rows, y).score(X, tensor(y)) > 0.7);
  const gap = [
    [1, Number.NaN],
    [2, 3],
  ];
  assert.throws(() => new PCA().fit(gap), /PCA.fit: row 0, column 1 of the data is NaN/);
  assert.throws(() => new PPCA({ nComponents: 1 }).fit(gap), /PPCA.fit: row 0, column 1/);
  assert.throws(() => new LogisticRegression().fit(gap, [0, 1]), /LogisticRegression.fit: row 0, column 1/);
  assert.throws(
    () => new LogisticRegression().fit(rows.slice(0, 2), [0.5, 1]),
    /y holds 0.5; labels are int/,
  );
  const wide = rng(1).normal([2, 7]) as Tensor;
  assert.throws(() => new PCA().fit(X).transform(wide), /shape \[2, 7\]; it was fitted on rows of 5 columns/);
  assert.throws(() => new PPCA().fit(X).transform(wide), /fitted on rows of 5/);
  assert.throws(() => new KMeans({ nClusters: 2 }).fit(X).predict(wide), /fitted on rows of 5/);
  assert.throws(() => new LogisticRegression().fit(X, y).predict(wide), /fitted on rows of 5/);
  assert.throws(() => new PPCA().transform(X), /PPCA.transform: call fit\(X\) first/);
  assert.throws(() => new KMeans().fit(rows.slice(0, 3)), /3 samples for nClusters = 8; .* fewer clusters/);
  assert.throws(() => new KMeans({ init: "best" as never }), /init must be "k-means\+\+", "random" or/);
  assert.throws(() => new KMeans({ nInit: 0 }), /nInit must be a positive integer; got 0/);
  assert.throws(
    () => new KMeans({ nClusters: 2, init: [[1]] }).fit(X),
    /init has shape \[1, 1\]; expected \[2, 5\]/,
  );
  const flat = new PCA({ whiten: true }).fit(X.mul([1, 1, 1, 1, 0]));
  assert.ok(
    flat
      .transform(X.mul([1, 1, 1, 1, 0]))
      .values()
      .every(Number.isFinite),
  );
});

test("networks: sizes are checked, and the autoencoder is Wᵀ f(W x) with one W", () => {
  assert.throws(() => new MLP([64, 0, 10]), /sizes are positive integers; got \[64,0,10\]/);
  assert.throws(() => new Autoencoder(4, 0), /positive integers; got 4 and 0/);
  const x = rng(4).normal([3, 6]) as Tensor;
  const swish = (t: Tensor): Tensor => t.mul(t.sigmoid());
  for (const activation of [undefined, swish]) {
    const ae = new Autoencoder(6, 2, { dtype: "float64", ...(activation && { activation }) });
    const f = activation ?? ((t: Tensor) => t);
    assert.equal([...ae.parameters()].length, 1);
    const back = f(f(x.matmul(ae.W.T)).matmul(ae.W));
    assert.ok(relativeError(ae.forward(x), back) < 1e-14);
    assert.ok(Math.abs(ae.loss(x).item() - back.sub(x).square().sum().item() / 6) < 1e-12);
  }
  for (const activation of ["relu", "swish"] as const) {
    const net = new MLP([6, 4, 3], { activation, dtype: "float64" });
    const [W1, b1, W2, b2] = [...net.parameters()];
    const z = x.matmul(W1.T).add(b1);
    const h = activation === "relu" ? z.maximum(0) : swish(z);
    assert.ok(relativeError(net.forward(x), h.matmul(W2.T).add(b2)) < 1e-14);
  }
});

test("k-means far from the origin, with equal rows and with a block that is not full", () => {
  const r = rng(5);
  const labels = r.integers([1300], 0, 3);
  const centres = tensor([
    [0, 0],
    [6, 0],
    [0, 6],
  ]);
  const near = r.normal([1300, 2], 0, 0.5).add(centres.take(labels)) as Tensor;
  const init = near.slice(0, 0, 3);
  const one = new KMeans({ nClusters: 3, init }).fit(near);
  const far = new KMeans({ nClusters: 3, init: init.add(1e8) }).fit(near.add(1e8));
  assert.deepEqual(far.labels.toArray(), one.labels.toArray());
  assert.deepEqual(far.predict(near.add(1e8)).toArray(), one.labels.toArray());
  assert.ok(Math.abs(far.inertia / one.inertia - 1) < 1e-6);
  const exact = near.sub(one.clusterCenters.take(one.labels)).square().sum().item();
  assert.ok(Math.abs(one.inertia / exact - 1) < 1e-12);
  // Two different rows, often repeated: both are found, and nothing is left to explain.
  const twice = tensor([
    [1, 2],
    [3, 4],
  ]).take(r.integers([600], 0, 2)) as Tensor;
  for (let seed = 0; seed < 5; seed++)
    assert.ok(new KMeans({ nClusters: 2, randomState: seed }).fit(twice).inertia < 1e-20);
});
