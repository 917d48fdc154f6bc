/**
 * PCA and logistic regression against scikit-learn (test/golden/gp.py).
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { LogisticRegression, PCA, PPCA, relativeError, rng, type Tensor, tensor } from "gradlab";

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
