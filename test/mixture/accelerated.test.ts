/**
 * The WebAssembly passes against the portable ones: every covariance type, sizes that do and do not fill a
 * block, a lane or a tile, impossible samples.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type CovarianceType, rng } from "gradlab";
import { engine, withoutEngine } from "../../src/kernels/index.ts";
import { pack } from "../../src/mixture/bernoulli/bits.ts";
import { bernoulliPass } from "../../src/mixture/bernoulli/pass.ts";
import { covarianceShape, precisionsCholesky } from "../../src/mixture/gaussian/parameters.ts";
import { emptyMoments, gaussianPass } from "../../src/mixture/gaussian/pass.ts";

const skip = engine() ? false : "no WebAssembly build here: npm run build:wasm";
const close = (a: Float64Array, b: Float64Array, what: string): void => {
  assert.equal(a.length, b.length);
  a.forEach((v, i) => {
    assert.ok(
      Object.is(v, b[i]) || Math.abs(v - b[i]) <= 1e-10 * Math.max(1, Math.abs(v)),
      `${what}[${i}]: ${v} against ${b[i]}`,
    );
  });
};

for (const type of ["full", "tied", "diag", "spherical"] as CovarianceType[])
  for (const [n, d, K] of [
    [64, 1, 1],
    [130, 2, 3],
    [257, 5, 2],
    [384, 8, 5],
    [1000, 16, 10],
  ])
    test(`${type}, n = ${n}, d = ${d}, K = ${K}`, { skip }, () => {
      const r = rng(n + d);
      const x = Float64Array.from(r.normal([n, d]).values());
      const covariances = new Float64Array(covarianceShape(type, K, d).reduce((a, b) => a * b, 1));
      if (type === "full" || type === "tied")
        for (let at = 0; at < covariances.length; at += d * d)
          for (let i = 0; i < d; i++)
            for (let j = 0; j < d; j++)
              covariances[at + i * d + j] = i === j ? 1.5 + 0.1 * i : 0.3 / (1 + Math.abs(i - j));
      else covariances.fill(0.8);
      const p = {
        type,
        K,
        d,
        weights: new Float64Array(K).fill(1 / K),
        means: Float64Array.from(r.normal([K, d]).values()),
        covariances,
        precisionsCholesky: precisionsCholesky(type, covariances, d),
      };
      const run = () => {
        const sinks = {
          logProb: new Float64Array(n),
          responsibilities: new Float64Array(n * K),
          moments: emptyMoments(p),
        };
        return { total: gaussianPass({ x, n, d }, p, sinks), ...sinks };
      };
      const [quick, plain] = [run(), withoutEngine(run)];
      assert.ok(Math.abs(quick.total - plain.total) < 1e-9 * Math.abs(plain.total));
      close(quick.logProb, plain.logProb, "logProb");
      close(quick.responsibilities, plain.responsibilities, "responsibilities");
      for (const key of ["counts", "shift", "first", "second"] as const)
        close(quick.moments[key], plain.moments[key], key);
    });

for (const [n, d, K] of [
  [64, 1, 1],
  [600, 8, 2],
  [700, 37, 3],
  [1300, 64, 10],
])
  test(`binary, n = ${n}, D = ${d}, K = ${K}`, { skip }, () => {
    const r = rng(n);
    const bits = pack(r.uniform([n, d]).less(0.4), "test");
    const p = {
      K,
      d,
      weights: new Float64Array(K).fill(1 / K),
      probabilities: Float64Array.from(r.uniform([K, d], 0.1, 0.9).values()),
    };
    p.probabilities[0] = 0;
    p.probabilities[p.probabilities.length - 1] = 1;
    const run = () => {
      const counts = { n, counts: new Float64Array(K), sums: new Float64Array(K * d) };
      const sinks = { logProb: new Float64Array(n), responsibilities: new Float64Array(n * K), counts };
      return { total: bernoulliPass(bits, p, sinks), ...sinks };
    };
    const [quick, plain] = [run(), withoutEngine(run)];
    assert.ok(
      Object.is(quick.total, plain.total) ||
        Math.abs(quick.total - plain.total) < 1e-9 * Math.abs(plain.total),
    );
    close(quick.logProb, plain.logProb, "logProb");
    close(quick.responsibilities, plain.responsibilities, "responsibilities");
    close(quick.counts.counts, plain.counts.counts, "counts");
    close(quick.counts.sums, plain.counts.sums, "sums");
  });
