/**
 * Kernels, evidence and posteriors against scikit-learn; the GP-LVM's terms against SciPy (test/golden/gp.py).
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  GPRegression,
  gplvmL1,
  gplvmL2,
  gplvmLogLikelihood,
  grad,
  type Kernel,
  LinearKernel,
  Matern,
  RBF,
  relativeError,
  type Tensor,
  tensor,
  WhiteKernel,
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

const ell = [0.7, 1.8];
const kernels: Record<string, Kernel> = {
  rbf: new RBF({ variance: 1.3, lengthscale: ell }),
  rbf1: new RBF({ variance: 0.6, lengthscale: 0.9 }),
  "matern0.5": new Matern({ variance: 2, lengthscale: 0.8, nu: 0.5 }),
  "matern1.5": new Matern({ variance: 2, lengthscale: 0.8, nu: 1.5 }),
  "matern2.5": new Matern({ variance: 2, lengthscale: ell, nu: 2.5 }),
  linear: new LinearKernel({ variance: 1.7 }),
  sum: new RBF({ variance: 1.3, lengthscale: 0.9 })
    .add(new LinearKernel({ variance: 0.4 }))
    .add(new WhiteKernel({ variance: 0.2 })),
  product: new RBF({ variance: 1.3, lengthscale: 0.9 }).mul(new Matern({ variance: 2, lengthscale: 0.8 })),
};
for (const [name, saved] of Object.entries(golden.kernels as Record<string, { AB: Saved; AA: Saved }>))
  test(`kernel ${name}`, () => {
    const [A, B] = [read(golden.A), read(golden.B)];
    agree(kernels[name].matrix(A, B), saved.AB);
    // Distances from a Gram matrix are good to √ε where two points coincide.
    agree(kernels[name].gram(A), saved.AA, 1e-7);
    assert.ok(kernels[name].diagonal(A).sub(kernels[name].gram(A).diag()).abs().max().item() < 1e-7);
  });

test("regression at fixed hyperparameters", () => {
  const g = golden.regression;
  const kernel = new RBF({ variance: 1.3, lengthscale: 0.9 });
  const gp = new GPRegression({ kernel, noise: 0.2, optimize: false }).fit(read(g.x), read(g.y));
  assert.ok(Math.abs(gp.logMarginalLikelihood - g.evidence) < 1e-9);
  const { mean, variance, covariance } = gp.predict(read(g.grid), { covariance: true });
  agree(mean, g.mean);
  agree(covariance as Tensor, g.cov);
  assert.ok(
    variance
      .sub((covariance as Tensor).diag())
      .abs()
      .max()
      .item() < 1e-10,
  );
});

test("regression with fitted hyperparameters", () => {
  const g = golden.regression;
  const gp = new GPRegression({ kernel: new RBF(), restarts: 2 }).fit(read(g.x), read(g.y));
  assert.ok(Math.abs(gp.logMarginalLikelihood - g.fitted.evidence) < 1e-5, `${gp.logMarginalLikelihood}`);
  const { variance, lengthscale } = gp.kernel.parameters;
  const mine = tensor([variance.item(), lengthscale.item(), gp.noise]);
  assert.ok(mine.div(read(g.fitted.theta)).log().abs().max().item() < 1e-2, `${mine}`);
});

test("the sheet's L1, L2, L and ∂L/∂X", () => {
  const g = golden.gplvm;
  const [X, Y] = [read(g.X), read(g.Y)];
  const p = { X, alpha: 0.8, beta: 2.5 };
  agree(gplvmL1(p, 5), g.L1);
  agree(gplvmL2(p, Y), g.L2);
  agree(gplvmLogLikelihood(p, Y), g.L);
  agree(grad((Z: Tensor) => gplvmLogLikelihood({ ...p, X: Z }, Y))(X), g.dX);
});
