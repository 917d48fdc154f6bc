/**
 * What EM promises, on every covariance type: the likelihood never falls, each M-step is a stationary point of Q
 * on its constraint, the gradient of the likelihood is the sheet's, and no random feasible move raises Q.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BernoulliMixture,
  bernoulliJoint,
  bernoulliLogLikelihood,
  bernoulliResponsibilities,
  type CovarianceType,
  expectedCompleteBernoulli,
  expectedCompleteGaussian,
  GaussianMixture,
  gaussianLogDensity,
  grad,
  gradcheck,
  inv,
  logLikelihood,
  relativeError,
  responsibilities,
  rng,
  stack,
  type Tensor,
  tensor,
} from "gradlab";
import { em } from "../../src/mixture/em.ts";
import { fromTheta, gradient, toTheta } from "../../src/mixture/gaussian/ascent.ts";
import { precisionsCholesky } from "../../src/mixture/gaussian/parameters.ts";
import { emptyMoments, gaussianPass } from "../../src/mixture/gaussian/pass.ts";

const close = (a: Tensor, b: Tensor, tolerance = 1e-9): void => {
  assert.deepEqual(a.shape, b.shape);
  assert.ok(relativeError(a, b) <= tolerance, `${a} against ${b}`);
};
const TYPES: CovarianceType[] = ["full", "tied", "diag", "spherical"];

function blobs(seed: number, n: number, d: number, K: number): Tensor {
  const r = rng(seed);
  const centres = r.normal([K, d], 0, 3) as Tensor;
  return r.normal([n, d]).add(centres.take(r.integers([n], 0, K))) as Tensor;
}
const X = blobs(1, 200, 3, 3);

for (const covarianceType of TYPES)
  for (const regCovar of [0, 1e-6, 0.5])
    test(`${covarianceType}, regCovar ${regCovar}: monotone, and each M-step is at its maximum`, () => {
      const gm = new GaussianMixture({
        nComponents: 3,
        covarianceType,
        regCovar,
        verify: true,
        tol: 1e-9,
        initParams: "random",
      });
      gm.fit(X);
      if (regCovar < 0.5)
        for (let i = 1; i < gm.nIter; i++)
          assert.ok(gm.curve[i].logLikelihood >= gm.curve[i - 1].logLikelihood - 1e-9);
      assert.ok(gm.nIter > 3);
    });

const parameters = (): { weights: Tensor; means: Tensor[]; covariances: Tensor[] } => {
  const r = rng(5);
  const covariance = (): Tensor => {
    const B = r.normal([3, 3], 0, 0.5) as Tensor;
    return B.matmul(B.T).add(tensor([1, 1.5, 2]).diag());
  };
  return {
    weights: tensor([0.2, 0.3, 0.5]),
    means: [0, 1, 2].map((k) => X.select(k * 60)),
    covariances: [covariance(), covariance(), covariance()],
  };
};

test("∂l/∂μ_k = Σ_n r_nk Σ_k⁻¹(x_n − μ_k), ∂l/∂π_k = Σ_n r_nk/π_k, and Σ_k's", () => {
  const p = parameters();
  const r = responsibilities(p, X);
  const g = grad((t: typeof p) => logLikelihood(t, X))(p);
  for (let k = 0; k < 3; k++) {
    const rk = r.select(k, 1);
    const [Sinv, Z] = [inv(p.covariances[k]), X.sub(p.means[k])];
    close(g.means[k], rk.matmul(Z).matmul(Sinv));
    assert.ok(Math.abs(g.weights.at(k) - rk.sum().item() / p.weights.at(k)) < 1e-9);
    const S = Z.T.mul(rk).matmul(Z);
    const half = Sinv.matmul(S.sub(p.covariances[k].mul(rk.sum())))
      .matmul(Sinv)
      .mul(0.5);
    close(g.covariances[k], half);
  }
  gradcheck((m: Tensor) => logLikelihood({ ...p, means: [m, p.means[1], p.means[2]] }, X), [p.means[0]], {
    order: 2,
  });
});

test("stacked parameters give what lists give, and what the class computes", () => {
  const p = parameters();
  const stacked = { weights: p.weights, means: stack(p.means), covariances: stack(p.covariances) };
  close(logLikelihood(stacked, X), logLikelihood(p, X));
  const g = grad((t: typeof stacked) => logLikelihood(t, X))(stacked);
  close(g.means.select(1), grad((t: typeof p) => logLikelihood(t, X))(p).means[1]);
  const gm = new GaussianMixture({ nComponents: 3 }).fit(X);
  const fitted = { weights: gm.weights, means: gm.means, covariances: gm.covariances };
  assert.ok(Math.abs(logLikelihood(fitted, X).item() / 200 - gm.score(X)) < 1e-10);
  close(responsibilities(fitted, X), gm.predictProba(X));
  assert.ok(
    Math.abs(
      Math.exp(gaussianLogDensity(tensor([[0.3]]), tensor([0]), tensor([[1]])).item()) - 0.38138781546,
    ) < 1e-10,
  );
});

for (const type of TYPES)
  test(`${type}: the gradient ascent's gradient is that of autodiff`, () => {
    const d = 3;
    const gm = new GaussianMixture({ nComponents: 3, covarianceType: type, maxIter: 2 }).fit(X);
    const at = {
      type,
      K: 3,
      d,
      weights: Float64Array.from(gm.weights.values()),
      means: Float64Array.from(gm.means.values()),
      covariances: Float64Array.from(gm.covariances.values()),
      precisionsCholesky: Float64Array.from(gm.precisionsCholesky.values()),
    };
    const theta = toTheta(at, 0.01);
    const back = fromTheta(theta, at, 0.01);
    close(tensor(back.covariances), tensor(at.covariances), 1e-10);
    const data = { x: X.values() as Float64Array, n: 200, d };
    const value = (t: typeof theta): number => gaussianPass(data, fromTheta(t, at, 0.01), {}) / 200;
    const moments = emptyMoments(back);
    gaussianPass(data, back, { moments });
    const scatter = (s: typeof moments): Float64Array => {
      // Σ_k S_k by its definition, from responsibilities.
      const R = gm.predictProba(X).values();
      const out = new Float64Array(d * d);
      for (let n = 0; n < 200; n++)
        for (let k = 0; k < 3; k++)
          for (let i = 0; i < d; i++)
            for (let j = 0; j <= i; j++)
              out[i * d + j] +=
                R[n * 3 + k] *
                (data.x[n * d + i] - s.shift[k * d + i]) *
                (data.x[n * d + j] - s.shift[k * d + j]);
      return out;
    };
    const g = gradient(moments, back, theta, 200, 0.01, scatter);
    for (const key of ["logits", "means", "scale"] as const)
      for (let i = 0; i < theta[key].length; i++) {
        if (key === "scale" && (type === "full" || type === "tied") && i % d > Math.floor(i / d) % d)
          continue;
        const [up, down] = [1e-5, -1e-5].map((h) =>
          value({ ...theta, [key]: theta[key].with(i, theta[key][i] + h) }),
        );
        assert.ok(
          Math.abs((up - down) / 2e-5 - g[key][i]) < 1e-6,
          `${key}[${i}]: ${(up - down) / 2e-5} against ${g[key][i]}`,
        );
      }
    assert.equal(precisionsCholesky(type, at.covariances, d).length, at.precisionsCholesky.length);
  });

test("gradient ascent climbs to EM's likelihood from the same start, inside the constraints", () => {
  for (const covarianceType of TYPES) {
    const o = { nComponents: 3, covarianceType, randomState: 3, tol: 1e-8, maxIter: 500 };
    const byEm = new GaussianMixture(o).fit(X);
    const seen: number[] = [];
    const byGradient = new GaussianMixture({
      ...o,
      onIteration: (p) => void seen.push(p.logLikelihood),
    }).fitByGradient(X);
    assert.ok(
      Math.abs(byEm.score(X) - byGradient.score(X)) < 1e-3,
      `${byEm.score(X)} ${byGradient.score(X)}`,
    );
    assert.ok(Math.abs(byGradient.weights.sum().item() - 1) < 1e-12);
    assert.equal(seen.length, byGradient.curve.length);
    assert.ok(byGradient.curve.every((p, i) => p.iteration === i + 1 && p.seconds >= 0));
  }
});

const binary = (seed: number, n: number, D: number): Tensor =>
  rng(seed).uniform([n, D]).less(0.4).mul(1) as Tensor;

test("P(Z, D) summed over all Z is P(D), by enumeration", () => {
  const D = binary(1, 4, 3);
  const p = { weights: tensor([0.3, 0.7]), probabilities: rng(2).uniform([2, 3], 0.2, 0.8) as Tensor };
  const joint = bernoulliJoint(p, D);
  let total = 0;
  for (let z = 0; z < 2 ** 4; z++) {
    let log = 0;
    for (let i = 0; i < 4; i++) log += joint.at(i, (z >> i) & 1);
    total += Math.exp(log);
  }
  assert.ok(Math.abs(Math.log(total) - bernoulliLogLikelihood(p, D).item()) < 1e-12);
});

test("the Bernoulli M-step: ∇Q = 0 at p̃, equal along the simplex at π̃, and no random move raises Q", () => {
  const D = binary(3, 60, 5);
  const old = { weights: tensor([0.3, 0.3, 0.4]), probabilities: rng(4).uniform([3, 5], 0.2, 0.8) as Tensor };
  const eta = bernoulliResponsibilities(old, D);
  const N = eta.sum(0);
  const best = { weights: N.div(60), probabilities: eta.T.matmul(D).div(N.reshape([3, 1])) };
  const Q = (t: typeof best): Tensor => expectedCompleteBernoulli(eta, t, D);
  const g = grad(Q)(best);
  assert.ok(g.probabilities.abs().max().item() < 1e-9);
  assert.ok(g.weights.max().sub(g.weights.min()).item() < 1e-9);
  const r = rng(5);
  for (let i = 0; i < 20; i++) {
    const w = best.weights.mul(r.normal([3], 0, 0.1).exp());
    const p = best.probabilities.log().sub(best.probabilities.neg().add(1).log());
    const moved = { weights: w.div(w.sum()), probabilities: p.add(r.normal([3, 5], 0, 0.1)).sigmoid() };
    assert.ok(Q(moved).item() < Q(best).item());
  }
  const step = new BernoulliMixture({
    nComponents: 3,
    weightsInit: old.weights,
    probabilitiesInit: old.probabilities,
    maxIter: 1,
  }).fit(D);
  close(step.probabilities, best.probabilities);
  close(step.weights, best.weights);
});

test("the Gaussian M-step maximises Q", () => {
  const p = parameters();
  const r = responsibilities(p, X);
  const N = r.sum(0);
  const means = [0, 1, 2].map((k) => r.select(k, 1).matmul(X).div(N.select(k)));
  const covariances = means.map((m, k) => X.sub(m).T.mul(r.select(k, 1)).matmul(X.sub(m)).div(N.select(k)));
  const best = { weights: N.div(200), means, covariances };
  const g = grad((t: typeof best) => expectedCompleteGaussian(r, t, X))(best);
  for (const t of [...g.means, ...g.covariances]) assert.ok(t.abs().max().item() < 1e-7);
  assert.ok(g.weights.max().sub(g.weights.min()).item() < 1e-7);
});

test("a broken M-step is noticed", () => {
  class Broken extends GaussianMixture {
    protected override family(data: Parameters<GaussianMixture["family"]>[0]) {
      const f = super.family(data);
      return {
        ...f,
        maximise: (s: Parameters<typeof f.maximise>[0]) => {
          const p = f.maximise(s);
          return { ...p, means: p.means.map((m) => m + 0.05) };
        },
      };
    }
  }
  assert.throws(() => new Broken({ nComponents: 2, verify: true }).fit(X), /not at a maximum of Q/);
});

test("a broken Bernoulli M-step is noticed, in p and in π", () => {
  type Family = ReturnType<BernoulliMixture["family"]>;
  const broken = (spoil: (p: ReturnType<Family["maximise"]>) => ReturnType<Family["maximise"]>) => {
    class Broken extends BernoulliMixture {
      override family(data: Parameters<BernoulliMixture["family"]>[0]): Family {
        const f = super.family(data);
        return { ...f, maximise: (s) => spoil(f.maximise(s)) };
      }
    }
    return new Broken({ nComponents: 2, verify: true });
  };
  const D = binary(3, 60, 5);
  assert.throws(
    () => broken((p) => ({ ...p, probabilities: p.probabilities.map((v) => 0.9 * v) })).fit(D),
    /not at a maximum of Q/,
  );
  const even = { weights: Float64Array.of(0.1, 0.9) };
  assert.throws(() => broken((p) => ({ ...p, ...even })).fit(D), /not at a maximum of Q/);
  assert.doesNotThrow(() => broken((p) => p).fit(D));
});

test("a likelihood that falls is noticed when asked, and only then", () => {
  let k = 0;
  const family = {
    expect: (params: number) => ({ statistics: params, logLikelihood: [-3, -2, -2.5, -2.5][k++] }),
    maximise: (s: number) => s + 1,
  };
  assert.throws(
    () => em(family, 0, { maxIter: 10, tol: 1e-6, verify: true }),
    /mean log-likelihood fell from -2 to -2.5 in iteration 3/,
  );
  k = 0;
  const made = em(family, 0, { maxIter: 10, tol: 1e-6 });
  assert.deepEqual([made.nIter, made.converged, made.params], [4, true, 4]);
});
