/**
 * Gradients through linear algebra, likelihoods and densities, compiled: a plan's replay equals the eager answer on
 * inputs that it was not recorded on.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bernoulliLogLikelihood,
  cholesky,
  compile,
  eigh,
  evidence,
  expm,
  eye,
  gplvmLogLikelihood,
  grad,
  kron,
  logLikelihood,
  lstsq,
  Normal,
  norm,
  pinv,
  qr,
  RBF,
  relativeError,
  rng,
  stack,
  svd,
  type Tensor,
  tensor,
} from "gradlab";

const normal = (seed: number, ...shape: number[]): Tensor => rng(seed).normal(shape) as Tensor;
const Y = normal(2, 3, 2);
const D = normal(3, 6, 3);
const means = normal(5, 2, 3);

const functions: Record<string, (A: Tensor) => Tensor> = {
  logdet: (A) => A.matmul(A.T).add(eye(3)).logdet(),
  "inv, trace": (A) => A.inv().matmul(A.T).trace(),
  solve: (A) => A.solve(Y).square().sum(),
  det: (A) => A.det(),
  cholesky: (A) => cholesky(A.matmul(A.T).add(eye(3))).sum(),
  eigh: (A) => eigh(A.add(A.T)).eigenvectors.square().square().sum(),
  svd: (A) => svd(A).s.square().square().sum(),
  qr: (A) => qr(A).R.square().sum(),
  expm: (A) => expm(A).sum(),
  pinv: (A) => pinv(A).square().sum(),
  lstsq: (A) => lstsq(A, tensor([1, 2, 3])).sum(),
  norm: (A) => norm(A),
  kron: (A) => kron(A, A.T).square().sum(),
  "GP-LVM": (A) => gplvmLogLikelihood({ X: A, alpha: 0.7, beta: 2 }, Y),
  evidence: (A) => evidence(new RBF().gram(A).add(eye(3)), Y),
  "Gaussian mixture": (A) =>
    logLikelihood(
      { weights: tensor([0.4, 0.6]), means, covariances: stack([A.matmul(A.T).add(eye(3)), eye(3)]) },
      D,
    ),
  "Bernoulli mixture": (A) =>
    bernoulliLogLikelihood(
      { weights: tensor([0.4, 0.6]), probabilities: A.slice(0, 0, 2).sigmoid() },
      D.greater(0).mul(1) as Tensor,
    ),
};

for (const [name, f] of Object.entries(functions))
  test(name, () => {
    const both = compile((A: Tensor) => grad(f)(A) as Tensor);
    for (const scale of [2, 1, 0.7]) {
      const A = normal(4, 3, 3).add(eye(3)).mul(scale) as Tensor;
      const error = relativeError(both(A), grad(f)(A));
      assert.ok(error < 1e-10, `relative error ${error} at scale ${scale}`);
    }
  });

test("a compiled sample draws afresh at every call", () => {
  const stream = rng(1);
  const draw = compile((m: Tensor) => new Normal(m, 1).rsample(stream, [3]));
  const [a, b] = [draw(tensor(0)), draw(tensor(0))];
  assert.notDeepEqual(a.toArray(), b.toArray());
});
