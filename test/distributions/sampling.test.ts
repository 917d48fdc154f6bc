/**
 * Samples have the moments their distributions promise, carry gradients where they can, and repeat by seed.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  Bernoulli,
  Beta,
  Categorical,
  Dirichlet,
  type Distribution,
  Gamma,
  grad,
  klDivergence,
  Mixture,
  MultivariateNormal,
  Normal,
  rng,
  type Tensor,
  tensor,
  Uniform,
} from "gradlab";

const S = tensor([
  [2, 0.6],
  [0.6, 1],
]);
const all: Distribution[] = [
  new Normal([0, 3], [1, 0.5]),
  new Uniform([-1, 2], [1, 2.5]),
  new Gamma([0.6, 4], [1, 3]),
  new Beta([0.7, 3], [2, 2]),
  new Bernoulli([0.2, 0.9]),
  new Bernoulli({ logits: [1, -2] }),
  new Dirichlet([2, 0.7, 3]),
  new MultivariateNormal([1, -1], { covariance: S }),
  new MultivariateNormal([1, -1], { precision: S }),
  new Mixture(new Categorical([0.3, 0.7]), new Normal([-1, 2], [0.5, 1])),
  new Mixture(
    new Categorical([0.5, 0.5]),
    new MultivariateNormal(
      [
        [0, 0],
        [3, 3],
      ],
      { scaleTril: S.cholesky() },
    ),
  ),
];

for (const [i, d] of all.entries())
  test(`${d.constructor.name} ${i}: sample mean and variance, shapes, seeds`, () => {
    const n = 8000;
    const x = d.sample(7, [n]);
    assert.deepEqual([...x.shape], [n, ...d.batchShape, ...d.eventShape]);
    const error = x.mean(0).sub(d.mean).abs().div(d.stddev).max().item();
    assert.ok(error < 4.5 / Math.sqrt(n), `mean off by ${error} standard deviations`);
    assert.ok(x.variance(0).div(d.variance).sub(1).abs().max().item() < 0.12);
    assert.deepEqual(d.sample(3, [2]).toArray(), d.sample(rng(3), [2]).toArray());
    assert.equal(x.node, null);
    assert.ok(d.logProb(x).values().every(Number.isFinite));
  });

test("entropy is the mean of −logProb over samples", () => {
  for (const d of all.filter((d) => !(d instanceof Mixture))) {
    const each = d.logProb(d.sample(9, [20000]));
    const error = each.variance(0).div(20000).sqrt().mul(4.5).add(1e-9);
    assert.ok(each.mean(0).add(d.entropy()).abs().div(error).max().item() < 1, d.constructor.name);
  }
  assert.throws(() => all[9].entropy(), /no closed form/);
});

test("rsample carries the pathwise gradient: ∂E[f(x)]/∂θ", () => {
  // d/dμ E x² = 2μ, d/dσ E x² = 2σ for a normal; d/da E x = 1/b for a gamma.
  const mean = (f: (t: Tensor) => Tensor, at: Tensor): number => grad((t: Tensor) => f(t).mean())(at).item();
  const n = [4000];
  assert.ok(Math.abs(mean((m) => new Normal(m, 1).rsample(1, n).square(), tensor(1.5)) - 3) < 0.1);
  assert.ok(Math.abs(mean((s) => new Normal(0, s).rsample(1, n).square(), tensor(2)) - 4) < 0.3);
  assert.ok(Math.abs(mean((a) => new Gamma(a, 2).rsample(1, n), tensor(3)) - 0.5) < 0.03);
  assert.ok(Math.abs(mean((h) => new Uniform(0, h).rsample(1, n), tensor(3)) - 0.5) < 0.03);
  // E x = a/(a + b) for a beta: ∂/∂a = b/(a + b)².
  assert.ok(Math.abs(mean((a) => new Beta(a, 3).rsample(1, n), tensor(2)) - 3 / 25) < 0.01);
  const g = grad((a: Tensor) => new Dirichlet(a).rsample(1, n).select(0, 1).mean())(tensor([1, 2, 3]));
  assert.ok(Math.abs(g.at(0) - 5 / 36) < 0.01 && Math.abs(g.at(1) + 1 / 36) < 0.01);
  assert.throws(() => new Bernoulli(0.5).rsample(1), /discrete/);
});

test("labels follow their probabilities, with batches", () => {
  const c = new Categorical(
    tensor([
      [0.2, 0.8, 0],
      [0.5, 0, 0.5],
    ]),
  );
  const x = c.sample(1, [6000]);
  assert.deepEqual([...x.shape], [6000, 2]);
  for (const [row, k, p] of [
    [0, 1, 0.8],
    [0, 2, 0],
    [1, 1, 0],
    [1, 2, 0.5],
  ])
    assert.ok(Math.abs(x.select(row, 1).equal(k).mul(1).mean().item() - p) < 0.03);
  assert.deepEqual([...c.logProb(x).shape], [6000, 2]);
  assert.deepEqual([...new Categorical({ logits: [0, 1] }).logProb(1).shape], []);
});

test("outside the support the density is 0; certain outcomes are exact", () => {
  assert.equal(new Uniform(0, 1).logProb(1).item(), Number.NEGATIVE_INFINITY);
  assert.equal(new Gamma(2, 1).logProb(-1).item(), Number.NEGATIVE_INFINITY);
  assert.equal(new Beta(2, 2).logProb(1.5).item(), Number.NEGATIVE_INFINITY);
  assert.deepEqual(new Bernoulli([0, 1]).logProb([0, 1]).toArray(), [0, 0]);
  assert.equal(new Bernoulli(0.5).logProb(0.5).item(), Number.NEGATIVE_INFINITY);
  assert.deepEqual(new Bernoulli([0, 1]).entropy().toArray(), [0, 0]);
  assert.equal(klDivergence(new Uniform(0, 2), new Uniform(0, 1)).item(), Number.POSITIVE_INFINITY);
  assert.equal(klDivergence(new Bernoulli(0.5), new Bernoulli(0)).item(), Number.POSITIVE_INFINITY);
  const far = grad((x: Tensor) => new Bernoulli({ logits: x }).logProb(1))(tensor(-800));
  assert.equal(far.item(), 1);
});

test("beta and Dirichlet draws of tiny concentrations are corners, not NaN", () => {
  const x = new Beta(1e-3, 3e-3).sample(1, [4000]);
  assert.ok(x.values().every((v: number) => v >= 0 && v <= 1));
  assert.ok(Math.abs(x.mean().item() - 0.25) < 0.03);
  const y = new Dirichlet([1e-3, 1e-3, 2e-3]).sample(2, [4000]);
  assert.ok(y.sub(0).sum(1).sub(1).abs().max().item() < 1e-12);
  assert.ok(Math.abs(y.select(2, 1).mean().item() - 0.5) < 0.03);
});

test("a distribution prints as what it is", () => {
  assert.equal(inspect(new Normal(0, 2)), "Normal { loc: tensor(0, float64), scale: tensor(2, float64) }");
  const m = new Mixture(new Categorical([0.3, 0.7]), new Normal([-1, 2], 1));
  assert.match(String(m), /^Mixture \{ weights: Categorical \{ probs: .* \}, components: Normal \{/);
});

test("parameters are checked by name", () => {
  assert.throws(() => new Normal(0, -1), /Normal: scale must be positive and finite; got -1/);
  assert.throws(() => new Gamma(0), /concentration must be positive/);
  assert.throws(() => new Uniform(1, 1), /high − low must be positive/);
  assert.throws(() => new Bernoulli(1.2), /between 0 and 1/);
  assert.throws(() => new Categorical([-1, 2]), /non-negative/);
  assert.throws(() => new Categorical([1, 1]).logProb(2), /integers below 2/);
  assert.throws(() => new Dirichlet([1, 1]).logProb([0.5, 0.6]), /must sum to 1/);
  assert.throws(
    () =>
      new MultivariateNormal([0, 0], {
        covariance: [
          [1, 2],
          [2, 1],
        ],
      }),
    /not positive definite/,
  );
  assert.throws(() => new MultivariateNormal([0, 0, 0], { covariance: S }), /loc has shape \[3\]/);
  assert.throws(() => new Normal(Number.NaN, 1), /loc must be a number; got NaN/);
  assert.throws(() => new MultivariateNormal([0, 0], {} as never), /\{ covariance \}, \{ precision \} or/);
  const upper = [
    [1, 5],
    [0, 1],
  ];
  assert.throws(
    () => new MultivariateNormal([0, 0], { scaleTril: upper }),
    /above its diagonal must be 0; got 5/,
  );
  assert.throws(
    () => new MultivariateNormal([0, 0], { covariance: S }).logProb([1, 1, 1]),
    /MultivariateNormal.logProb: x has shape \[3\]; expected \[..., 2\]/,
  );
  assert.throws(
    () => klDivergence(new Categorical([1, 1]), new Categorical([1, 1, 1])),
    /over 2 and q over 3 out/,
  );
  assert.throws(() => all[9].rsample(1), /which component a draw comes from is discrete/);
  assert.throws(() => (new Normal() as any).sample(), /give a seed or a stream/);
  assert.throws(() => new Mixture(new Categorical([0.5, 0.5]), new Normal(0, 1)), /2 weights/);
  assert.throws(() => klDivergence(new Normal(), new Gamma(1)), /no closed form for Normal and Gamma/);
});
