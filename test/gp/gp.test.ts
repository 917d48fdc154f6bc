/**
 * Gaussian processes: fused gradients against autodiff, the linear GP-LVM against its closed form, refusals.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  evidence,
  eye,
  GPLVM,
  type GPLVMOptions,
  GPRegression,
  gplvmLogLikelihood,
  grad,
  gradcheck,
  LinearKernel,
  linearGplvmOptimum,
  Matern,
  PPCA,
  RBF,
  relativeError,
  rng,
  svd,
  type Tensor,
  tensor,
  WhiteKernel,
} from "gradlab";
import { factorise } from "../../src/gp/evidence.ts";
import { linearFused, rbfFused } from "../../src/gp/fused.ts";
import { withoutEngine } from "../../src/kernels/index.ts";

const close = (a: Tensor, b: Tensor, tolerance = 1e-9): void => {
  assert.deepEqual(a.shape, b.shape);
  assert.ok(relativeError(a, b) <= tolerance, `${a} against ${b}`);
};
const normal = (seed: number, ...shape: number[]): Tensor => rng(seed).normal(shape) as Tensor;
const flat = (t: Tensor): Float64Array => Float64Array.from(t.values());

test("evidence: value and gradients by K and Y, to second order", () => {
  const B = normal(1, 5, 5);
  const K = B.matmul(B.T).add(eye(5));
  const Y = normal(2, 5, 3);
  const direct = gplvmLogLikelihood({ X: B, alpha: 1, beta: 1 }, Y);
  close(evidence(K, Y), direct);
  gradcheck((b: Tensor, y: Tensor) => evidence(b.matmul(b.T).add(eye(5)), y), [B, Y], { order: 2 });
  close(
    grad((b: Tensor) => evidence(b.matmul(b.T).add(eye(5)), Y))(B),
    grad((b: Tensor) => gplvmLogLikelihood({ X: b, alpha: 1, beta: 1 }, Y))(B),
  );
});

test("kernels differentiate by inputs and hyperparameters", () => {
  const X = normal(3, 5, 2);
  const W = normal(4, 5, 5);
  for (const kernel of [
    new RBF({ lengthscale: [0.8, 1.4] }),
    new Matern({ nu: 2.5 }),
    new Matern({ nu: 1.5 }),
    new LinearKernel(),
  ]) {
    gradcheck((x: Tensor) => kernel.gram(x).mul(W).sum(), [X], {
      order: kernel instanceof Matern ? 1 : 2,
      tolerance: 1e-5,
    });
    const names = Object.keys(kernel.parameters);
    for (const name of names)
      gradcheck(
        (p: Tensor) =>
          kernel
            .gram(X, { ...kernel.parameters, [name]: p })
            .mul(W)
            .sum(),
        [kernel.parameters[name]],
      );
  }
});

test("fused value and gradient are those of autodiff", () => {
  for (const [N, Q, D] of [
    [6, 2, 4],
    [5, 1, 1],
    [4, 3, 9],
    [120, 2, 3],
  ]) {
    const [X, Y] = [normal(N, N, Q), normal(N + 1, N, D)];
    const latents = { X: flat(X), N, Q, Y: flat(Y), D };
    const [alpha, beta] = [0.7, 3];
    const lin = linearFused(latents, alpha, beta);
    const logs = tensor([Math.log(alpha), Math.log(beta)]);
    const f = (x: Tensor, l: Tensor): Tensor =>
      evidence(
        new LinearKernel().gram(x, { variance: l.select(0).exp() }).add(eye(N).mul(l.select(1).neg().exp())),
        Y,
      );
    assert.ok(Math.abs(lin.value - f(X, logs).item()) < 1e-8 * Math.abs(lin.value));
    close(tensor(lin.X, [N, Q]) as Tensor, grad((x: Tensor) => f(x, logs))(X), 1e-8);
    close(tensor(lin.logs), grad((l: Tensor) => f(X, l))(logs), 1e-8);
    const hyper = tensor([
      Math.log(1.3),
      Math.log(beta),
      ...new Array(Q).fill(0).map((_, q) => Math.log(0.8 + 0.3 * q)),
    ]);
    const r = rbfFused(latents, 1.3, beta, flat(hyper.slice(0, 2).exp()));
    const g = (x: Tensor, l: Tensor): Tensor =>
      evidence(
        new RBF()
          .gram(x, { variance: l.select(0).exp(), lengthscale: l.slice(0, 2).exp() })
          .add(eye(N).mul(l.select(1).neg().exp())),
        Y,
      );
    assert.ok(Math.abs(r.value - g(X, hyper).item()) < 1e-8 * Math.abs(r.value));
    close(tensor(r.X, [N, Q]) as Tensor, grad((x: Tensor) => g(x, hyper))(X), 1e-7);
    close(tensor(r.logs), grad((l: Tensor) => g(X, l))(hyper), 1e-7);
  }
});

test("the fused RBF gradient is the same with and without WebAssembly, jitter included", () => {
  for (const [N, Q, D] of [
    [39, 2, 3],
    [40, 1, 1],
    [97, 3, 5],
    [200, 2, 64],
  ]) {
    const X = flat(normal(N, N, Q));
    // Twins: without noise K is singular, and needs jitter.
    const twins = X.map((v, i) => (i < Q ? X[i + Q] : v));
    for (const [points, beta] of [
      [X, 4],
      [twins, 1e17],
    ] as const) {
      const latents = { X: points, N, Q, Y: flat(normal(N + 1, N, D)), D };
      const run = () => rbfFused(latents, 1.2, beta, Float64Array.of(0.4));
      const [quick, plain] = [run(), withoutEngine(run)];
      assert.equal(quick.jitter > 0, beta > 1e9);
      assert.equal(quick.jitter, plain.jitter);
      // With jitter the condition number is about 1e10, and so many digits are lost on either side.
      const tolerance = beta > 1e9 ? 1e-4 : 1e-10;
      assert.ok(Math.abs(quick.value - plain.value) <= tolerance * Math.abs(plain.value));
      close(tensor(quick.X), tensor(plain.X), tolerance);
      close(tensor(quick.logs), tensor(plain.logs), tolerance);
      assert.deepEqual(run(), quick);
    }
  }
});

const lowRank = (seed: number, N: number, D: number, Q: number): Tensor =>
  normal(seed, N, Q)
    .matmul(normal(seed + 1, Q, D))
    .add(normal(seed + 2, N, D).mul(0.3));

test("the linear GP-LVM ends at probabilistic PCA's closed form, from any start", () => {
  const Y = lowRank(5, 20, 6, 2);
  const best = linearGplvmOptimum(Y, 2);
  const Yc = Y.sub(Y.mean(0));
  assert.ok(
    Math.abs(gplvmLogLikelihood({ X: best.X, alpha: 1, beta: best.beta }, Yc).item() - best.logLikelihood) <
      1e-8,
  );
  for (const initX of ["pca", "random"] as const) {
    const lvm = new GPLVM({ kernel: "linear", objective: "ml", initX, maxIter: 2000 }).fit(Y);
    assert.ok(
      Math.abs(lvm.logLikelihood - best.logLikelihood) < 1e-5,
      `${lvm.logLikelihood} ${best.logLikelihood}`,
    );
    const { alpha, beta } = lvm.hyperparameters;
    assert.ok(Math.abs(beta.item() / best.beta - 1) < 1e-3);
    close(lvm.X.matmul(lvm.X.T).mul(alpha), best.X.matmul(best.X.T), 1e-3);
  }
});

test("the linear MAP is at its closed form: k² + Dα k = Dα λ along each principal direction", () => {
  const Y = lowRank(5, 20, 6, 2);
  const D = 6;
  const lvm = new GPLVM({ kernel: "linear", objective: "map", initX: "random", maxIter: 2000 }).fit(Y);
  assert.ok(lvm.converged);
  const [alpha, beta] = [lvm.hyperparameters.alpha.item(), lvm.hyperparameters.beta.item()];
  const Yc = Y.sub(Y.mean(0));
  const lambda = svd(Yc).s.square().div(D);
  const own = svd(lvm.X).s.square();
  for (let q = 0; q < 2; q++) {
    const b = D * alpha;
    const k = 0.5 * (Math.sqrt(b * b + 4 * b * lambda.at(q)) - b);
    assert.ok(Math.abs(own.at(q) / ((k - 1 / beta) / alpha) - 1) < 1e-3, `${own.at(q)}`);
  }
  // Free alpha would let X shrink for ever: it is held.
  assert.equal(alpha, Yc.square().mean().item() / 2);
});

test("MAP holds the first kernel's scale of X, ML none; ARD compares lengthscales at unit spread", () => {
  const Y = lowRank(7, 20, 4, 2).tanh() as Tensor;
  const fit = (o: GPLVMOptions): GPLVM => new GPLVM({ maxIter: 8, ...o }).fit(Y);
  assert.equal(fit({}).hyperparameters.lengthscale.item(), 1);
  assert.notEqual(fit({ objective: "ml" }).hyperparameters.lengthscale.item(), 1);
  const sum = fit({ kernel: new LinearKernel().add(new RBF()) });
  assert.equal(sum.hyperparameters["0.variance"].item(), 1);
  assert.notEqual(sum.hyperparameters["1.lengthscale"].item(), 1);
  const white = new WhiteKernel({ variance: 0.1 });
  assert.equal(fit({ kernel: white.add(new RBF()) }).hyperparameters["1.lengthscale"].item(), 1);
  const ard = fit({ ard: true, latentDim: 3, maxIter: 60 });
  close(ard.X.square().mean(0), tensor([1, 1, 1]));
  assert.ok(Math.abs(ard.logLikelihood - ard.curve[ard.curve.length - 1]) < 1e-6);
  const rows = fit({ maxIter: 2 }).X;
  close(new GPLVM({ maxIter: 2 }).fit(Y.toArray() as number[][]).X, rows);
});

test("constant targets and a single point end at finite hyperparameters", () => {
  const gp = new GPRegression().fit([1, 2, 3], [5, 5, 5]);
  assert.ok(gp.noise > 0 && Number.isFinite(gp.logMarginalLikelihood));
  close(gp.predict([1.5]).mean, tensor([5]));
  close(new GPRegression().fit([[0, 1]], [2]).predict([[3, 3]]).mean, tensor([2]));
});

test("the linear GP-LVM is PPCA of the transposed data", () => {
  const Y0 = lowRank(5, 9, 30, 2);
  const Y = Y0.sub(Y0.mean(0))
    .sub(Y0.mean(1, { keepdim: true }))
    .add(Y0.mean());
  const best = linearGplvmOptimum(Y, 2);
  const p = new PPCA({ nComponents: 2 }).fit(Y.T);
  close(best.X.matmul(best.X.T), p.W.matmul(p.W.T));
  assert.ok(Math.abs(best.beta * p.noiseVariance - 1) < 1e-9);
  assert.ok(Math.abs(best.logLikelihood - 30 * p.score(Y.T)) < 1e-7);
});

test("PPCA's closed form maximises its likelihood", () => {
  const X = lowRank(9, 50, 5, 2);
  const p = new PPCA({ nComponents: 2 }).fit(X);
  const best = p.score(X);
  const r = rng(1);
  for (let i = 0; i < 20; i++) {
    const moved = Object.assign(new PPCA({ nComponents: 2 }), {
      W: p.W.add(r.normal([5, 2], 0, 0.05)),
      mean: p.mean,
      noiseVariance: p.noiseVariance * Math.exp(0.1 * r.gaussian()),
    });
    assert.ok(moved.score(X) < best);
  }
});

test("GPLVM: RBF by L-BFGS and Adam raises the objective; a general kernel gives the fused answer", () => {
  const Y = lowRank(7, 25, 5, 2).tanh() as Tensor;
  const seen: number[] = [];
  const lbfgs = new GPLVM({ maxIter: 40, onIteration: (_, v) => seen.push(v) }).fit(Y);
  for (let i = 1; i < seen.length; i++) assert.ok(seen[i] >= seen[i - 1] - 1e-9);
  const adam = new GPLVM({ optimizer: "adam", maxIter: 60, ard: true }).fit(Y);
  assert.ok(adam.curve[59] > adam.curve[0]);
  assert.equal(adam.hyperparameters.lengthscale.size, 2);
  const general = new GPLVM({
    kernel: new RBF({
      variance: lbfgs.options.hyperparameters ? 1 : Y.sub(Y.mean(0)).square().mean().item(),
    }),
    maxIter: 40,
  }).fit(Y);
  assert.ok(Math.abs(general.logLikelihood - lbfgs.logLikelihood) < 1e-3 * Math.abs(lbfgs.logLikelihood));
  const { mean, variance } = lbfgs.predict(lbfgs.X);
  assert.ok(mean.sub(Y).square().mean().item() < Y.square().mean().item() * 0.5);
  assert.ok(variance.min().item() >= 0);
  assert.equal(lbfgs.jitter, 0);
});

test("fixed hyperparameters stay, and the callback can stop", () => {
  const Y = lowRank(7, 12, 4, 2);
  const lvm = new GPLVM({ kernel: "linear", hyperparameters: { beta: 7 }, fixed: ["beta"], maxIter: 5 }).fit(
    Y,
  );
  assert.equal(lvm.hyperparameters.beta.item(), 7);
  assert.ok(new GPLVM({ onIteration: (i) => i < 2 }).fit(Y).nIter <= 2);
});

test("regression: interpolates, returns to the prior far away, and samples its posterior", () => {
  const x = tensor([-2, -1, 0, 1, 2]);
  const gp = new GPRegression({ noise: 1e-6, optimize: false }).fit(x, x.sin());
  const { mean, variance } = gp.predict(x);
  close(mean, x.sin(), 1e-4);
  assert.ok(variance.max().item() < 1e-4);
  const far = gp.predict(tensor([100]));
  assert.ok(
    Math.abs(far.variance.item() - 1) < 1e-9 && Math.abs(far.mean.item() - x.sin().mean().item()) < 1e-9,
  );
  const draws = gp.sample(tensor([0.5, 3]), 4000, 3);
  assert.ok(
    draws
      .mean(0)
      .sub(gp.predict(tensor([0.5, 3])).mean)
      .abs()
      .max()
      .item() < 0.06,
  );
});

test("jitter is added when needed, reported, and refused when hopeless", () => {
  const K = tensor([
    [1, 1],
    [1, 1],
  ]);
  const { jitter } = factorise(flat(K), 2, "test");
  assert.ok(jitter > 0 && jitter <= 1e-9);
  assert.throws(
    () =>
      factorise(
        flat(
          tensor([
            [1, 2],
            [2, 1],
          ]),
        ),
        2,
        "test",
      ),
    /test: the kernel matrix is not positive definite.*jitter/,
  );
  assert.throws(() => factorise(Float64Array.of(Number.NaN), 1, "test"), /NaN/);
});

test("models and kernels print as what they are", () => {
  assert.equal(
    inspect(new RBF({ lengthscale: [1, 2.5] }).add(new WhiteKernel())),
    "Combined(0.variance 1, 0.lengthscale [1, 2.5], 1.variance 1)",
  );
  assert.equal(String(new GPLVM()), "GPLVM of 2 latent dimensions, rbf kernel, not fitted");
  const Y = lowRank(5, 20, 6, 2);
  assert.match(
    inspect(new GPLVM({ kernel: "linear", objective: "ml" }).fit(Y)),
    /linear kernel, 20 points, converged after \d+ iterations at log-likelihood -?[\d.]+; alpha .*, beta /,
  );
  const gp = new GPRegression({ optimize: false });
  assert.match(String(gp), /^GPRegression with RBF\(variance 1, lengthscale 1\), noise 0.1000, not fitted$/);
  assert.match(inspect(gp.fit([1, 2], [3, 4])), /2 points at log marginal likelihood -/);
});

test("errors", () => {
  assert.throws(() => new RBF({ variance: -1 }), /variance must be positive/);
  assert.throws(
    () => new RBF({ lengthscale: [1, 2, 3] }).gram(normal(1, 4, 2)),
    /3 lengthscales for points of 2/,
  );
  assert.throws(() => new GPRegression().fit(normal(1, 4, 2), normal(1, 3)), /expected \[n, Q\] and \[n\]/);
  assert.throws(() => new GPRegression().predict(normal(1, 4, 2)), /fit\(X, y\) first/);
  assert.throws(() => new GPLVM().fit(normal(1, 4)), /data of shape \[n, d\]/);
  assert.throws(() => new GPLVM({ objective: "mle" as never }), /objective must be "ml" or "map"; got mle/);
  assert.throws(
    () => new GPLVM({ kernel: "matern" as never }),
    /kernel must be "linear" or "rbf", or a Kernel/,
  );
  assert.throws(() => new GPLVM({ optimizer: "sgd" as never }), /optimizer must be "lbfgs" or "adam"/);
  assert.throws(() => new GPLVM({ initX: "zeros" as never }), /initX must be "pca" or "random"/);
  assert.throws(() => new GPLVM({ ard: true, objective: "map" }), /use ard with "ml"/);
  assert.throws(() => new GPLVM({ ard: true, kernel: "linear" }), /ard belongs to kernel "rbf"/);
  assert.throws(() => new GPLVM({ latentDim: 0 }), /latentDim must be a positive integer; got 0/);
  assert.throws(
    () => new GPLVM({ hyperparameters: { beta: -1 } }).fit(normal(1, 5, 3)),
    /"beta" must be positive and finite; got -1/,
  );
  assert.throws(() => linearGplvmOptimum(normal(1, 5, 3), 1.5), /Q must be an integer/);
  assert.throws(() => linearGplvmOptimum(normal(1, 5, 3), 3), /without noise by 3 dimensions/);
  assert.throws(() => new GPLVM({ fixed: ["gamma"] }).fit(normal(1, 5, 3)), /fixed names "gamma"/);
  assert.throws(
    () => new GPLVM({ hyperparameters: { gamma: 1 } }).fit(normal(1, 5, 3)),
    /no hyperparameter "gamma".*lengthscale/,
  );
  assert.throws(() => new GPLVM({ initX: normal(1, 5, 3) }).fit(normal(1, 5, 3)), /initX has shape \[5, 3\]/);
  assert.throws(() => new RBF().gram([[1, 2]] as never), /points are tensors \[n, Q\]/);
  assert.throws(() => new Matern({ nu: 1 as never }), /nu must be/);
  assert.ok(
    new WhiteKernel()
      .matrix(normal(1, 2, 1), normal(2, 3, 1))
      .sum()
      .item() === 0,
  );
});
