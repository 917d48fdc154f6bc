/**
 * Log densities, entropies, divergences and gradients against PyTorch and SciPy (test/golden/distributions.py).
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  Bernoulli,
  Beta,
  Categorical,
  Dirichlet,
  type Distribution,
  eye,
  Gamma,
  gammainc,
  gammaincinv,
  grad,
  klDivergence,
  Mixture,
  MultivariateNormal,
  Normal,
  relativeError,
  type Tensor,
  tensor,
  Uniform,
} from "gradlab";

interface Saved {
  shape: number[];
  value: number[];
}
const golden = JSON.parse(readFileSync(new URL("../golden/distributions.json", import.meta.url), "utf8"));
const read = ({ shape, value }: Saved): Tensor => tensor(Float64Array.from(value), shape) as Tensor;
const agree = (mine: Tensor, saved: Saved, tolerance = 1e-10): void => {
  assert.deepEqual([...mine.shape], saved.shape);
  assert.ok(relativeError(mine, read(saved)) < tolerance, `${mine} against ${read(saved)}`);
};

const make: Record<string, (...p: Tensor[]) => Distribution> = {
  Normal: (a, b) => new Normal(a, b),
  Uniform: (a, b) => new Uniform(a, b),
  Gamma: (a, b) => new Gamma(a, b),
  Beta: (a, b) => new Beta(a, b),
  Bernoulli: (p) => new Bernoulli(p),
  Categorical: (p) => new Categorical(p),
  Dirichlet: (a) => new Dirichlet(a),
  MultivariateNormal: (m, S) => new MultivariateNormal(m, { covariance: S }),
};

for (const [name, c] of Object.entries(golden.cases as Record<string, any>)) {
  const [a, b] = [c.a.map(read) as Tensor[], c.b.map(read) as Tensor[]];
  const p = make[name](...a);
  const x = name === "Categorical" ? tensor(Int32Array.from(c.x.value)) : read(c.x);
  test(`${name}: logProb, entropy, moments, divergence`, () => {
    agree(p.logProb(x), c.logProb);
    agree(p.entropy(), c.entropy);
    if (c.mean) agree(p.mean, c.mean);
    if (c.variance) agree(p.variance, c.variance);
    agree(klDivergence(p, make[name](...b)), c.kl);
    assert.ok(klDivergence(p, p).abs().max().item() < 1e-12);
  });
  test(`${name}: gradients by parameters and value`, () => {
    const size = c.logProb.value.length;
    const w = tensor(Array.from({ length: size }, (_, i) => Math.sin(1.7 * i + 0.6) + 0.3)).reshape(
      c.logProb.shape,
    );
    a.forEach((_, i) => {
      const along = (v: Tensor): Tensor =>
        make[name](...a.with(i, v))
          .logProb(x)
          .mul(w)
          .sum();
      agree(grad(along)(a[i]), c.gradient[i], 1e-9);
      agree(
        grad((v: Tensor) => klDivergence(make[name](...a.with(i, v)), make[name](...b)).sum())(a[i]),
        c.klGradient[i],
        1e-9,
      );
    });
    const last = c.gradient[a.length];
    if (last && name !== "Bernoulli") agree(grad((v: Tensor) => p.logProb(v).mul(w).sum())(x), last, 1e-9);
  });
}

const others: Record<string, (...p: Tensor[]) => Distribution> = {
  "Dirichlet 1": (a) => new Dirichlet(a),
  "Gamma 1": (a, b) => new Gamma(a, b),
  "Beta 1": (a, b) => new Beta(a, b),
  "Bernoulli logits": (logits) => new Bernoulli({ logits }),
  "Categorical logits": (logits) => new Categorical({ logits }),
  "MultivariateNormal batch": (m, scaleTril) => new MultivariateNormal(m, { scaleTril }),
  "MultivariateNormal precision": (precision) => new MultivariateNormal([0, 0, 0], { precision }),
  Mixture: (w, m, s) => new Mixture(new Categorical(w), new Normal(m, s)),
};
const against: Record<string, Distribution> = {
  "Dirichlet 1": new Dirichlet([2, 2, 2]),
  "Gamma 1": new Gamma([2, 2], [1, 1]),
  "Beta 1": new Beta([2, 2], [1, 1]),
  "Bernoulli logits": new Bernoulli({
    logits: [
      [0.1, 0.2],
      [0.3, -0.4],
    ],
  }),
  "Categorical logits": new Categorical({
    logits: [
      [0.1, 0.2, 0.3],
      [0, 0, 1],
    ],
  }),
  "MultivariateNormal batch": new MultivariateNormal([0, 0, 0], { covariance: eye(3).mul(2) }),
};
for (const [name, c] of Object.entries(golden.more as Record<string, any>))
  test(`${name}: densities and gradients`, () => {
    const a = c.a.map(read) as Tensor[];
    const x = name.startsWith("Categorical") ? tensor(Int32Array.from(c.x.value)) : read(c.x);
    const p = others[name](...a);
    agree(p.logProb(x), c.logProb);
    const w = tensor(c.logProb.value.map((_: number, i: number) => Math.sin(1.7 * i + 0.6) + 0.3));
    a.forEach((_, i) => {
      const along = (v: Tensor): Tensor =>
        others[name](...a.with(i, v))
          .logProb(x)
          .mul(w.reshape(c.logProb.shape))
          .sum();
      agree(grad(along)(a[i]), c.gradient[i], 1e-9);
    });
    if (!against[name]) return;
    agree(p.entropy(), c.entropy, 1e-9);
    agree(klDivergence(p, against[name]), c.kl, 1e-9);
  });

test("on and beyond the edge of the support, as SciPy", () => {
  const make: Record<string, (...p: number[]) => Distribution> = {
    Gamma: (a) => new Gamma(a, 1),
    Beta: (a, b) => new Beta(a, b),
    Normal: () => new Normal(0, 1),
    Uniform: () => new Uniform(-1, 2),
  };
  for (const [name, rows] of Object.entries(golden.edges as Record<string, (number | string)[][]>))
    for (const row of rows) {
      const [x, saved] = row.slice(-2).map(Number);
      const mine = make[name](...(row.slice(0, -2) as number[]))
        .logProb(x)
        .item();
      const same = mine === saved || Math.abs(mine - saved) < 1e-10 * Math.max(1, Math.abs(saved));
      assert.ok(same, `${name}(${row.slice(0, -2)}) at ${x}: ${mine} against ${saved}`);
    }
  for (const d of [new Normal(), new Uniform(), new Gamma(2), new Beta(1, 1), new Bernoulli(0.3)])
    assert.ok(Number.isNaN(d.logProb(Number.NaN).item()), d.constructor.name);
});

test("a mixture of normals", () => {
  const g = golden.mixture;
  const m = new Mixture(new Categorical([0.3, 0.7]), new Normal([-1, 2], [0.5, 1]));
  agree(m.logProb(read(g.x)), g.logProb);
  agree(m.mean, g.mean);
  agree(m.variance, g.variance);
  agree(m.cdf(read(g.x)), g.cdf);
});

test("distribution functions and the incomplete gamma function", () => {
  agree(new Normal(0.3, 0.5).cdf([-1, 0.2, 2]), golden.cdf.Normal);
  agree(new Gamma(3, 0.7).cdf([0.5, 4, 20]), golden.cdf.Gamma);
  const g = golden.gamma;
  agree(gammainc(read(g.a), read(g.x)), g.cdf);
  agree(gammaincinv(read(g.a), read(g.u)), g.quantile);
  const u = gammainc(read(g.a), read(g.x));
  // PyTorch's approximation of this derivative is good to about 1e-4 for large shapes.
  agree(grad((a: Tensor) => gammaincinv(a, u).sum())(read(g.a)), g.sampleGradient, 2e-4);
});
