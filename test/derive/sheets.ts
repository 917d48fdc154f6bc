/**
 * The derivations of the five sheets, as the tests use them: small shapes, fixed seeds.
 */

import { arbitrary, derive } from "../../src/derive/index.ts";
import "../../src/linalg/index.ts";
import { crossEntropy } from "../../src/ops/index.ts";
import { eye, oneHot, rng, tensor } from "../../src/tensor/index.ts";

const draw = (seed: number) => rng(seed);

/** Quiz 4: a two-layer ReLU network with summed softmax cross-entropy. */
export function reluNetwork() {
  const r = draw(1);
  return derive(
    ({ X, W1, b1, W2, b2, Y }) => {
      const Z = X.matmul(W1).add(b1).named("Z");
      const H = Z.relu().named("H");
      const S = H.matmul(W2).add(b2).named("S");
      const P = S.softmax(1).named("P");
      return Y.mul(P.log()).sum().neg();
    },
    {
      X: r.normal([5, 3]),
      W1: r.normal([3, 4]),
      b1: r.normal([1, 4]),
      W2: r.normal([4, 2]),
      b2: r.normal([1, 2]),
      Y: oneHot([0, 1, 1, 0, 1], 2),
    },
    { constants: ["Y"], sizes: { N: 5 } },
  );
}

/** The same from labels, with the mean. */
export function meanNetwork() {
  const r = draw(2);
  return derive(
    ({ X, W, y }) => {
      const S = X.matmul(W).named("S");
      return { L: crossEntropy(S, y), P: S.softmax(1) };
    },
    { X: r.normal([5, 3]), W: r.normal([3, 4]), y: tensor([0, 3, 2, 1, 0], { dtype: "int32" }) },
    { constants: ["X"], sizes: { N: 5 } },
  );
}

export function product() {
  const r = draw(3);
  return derive(({ X, W }) => X.matmul(W).named("Y"), { X: r.normal([4, 3]), W: r.normal([3, 2]) });
}

export function autoencoder() {
  const r = draw(4);
  return derive(
    ({ W, x }) => W.T.matmul(W.matmul(x)).sub(x).square().sum().mul(0.5),
    { W: r.normal([2, 3]), x: r.normal([3]) },
    { constants: ["x"] },
  );
}

export function nonlinearAutoencoder() {
  const r = draw(5);
  return derive(
    ({ W, x }) => {
      const h = W.matmul(x).sigmoid().named("h");
      const y = W.T.matmul(h).sigmoid().named("y");
      return y.sub(x).square().sum().mul(0.5);
    },
    { W: r.normal([2, 4]), x: r.normal([4]) },
    { constants: ["x"] },
  );
}

const gpInputs = () => {
  const r = draw(6);
  return { X: r.normal([4, 2]), Y: r.normal([4, 3]), alpha: tensor(0.7), beta: tensor(2), D: 3 };
};
const kernel = ({ X, alpha, beta }: any) => X.matmul(X.T).mul(alpha).add(eye(4).div(beta)).named("K");

export function gplvm1() {
  return derive((v) => kernel(v).logdet().mul(v.D).mul(-0.5), gpInputs(), { constants: ["Y"] });
}

export function gplvm2() {
  return derive((v) => kernel(v).inv().matmul(v.Y).matmul(v.Y.T).trace().mul(-0.5), gpInputs(), {
    constants: ["Y"],
  });
}

export function gplvm() {
  return derive(
    (v) => {
      const K = kernel(v);
      return K.logdet().mul(v.D).add(K.inv().matmul(v.Y).matmul(v.Y.T).trace()).mul(-0.5);
    },
    gpInputs(),
    { constants: ["Y"] },
  );
}

/** The hint of sheet 002: any loss of K⁻¹. */
export function inverse() {
  return derive(({ K }) => K.inv().named("B"), { K: draw(7).normal([3, 3]) });
}

export function swishNetwork() {
  const r = draw(8);
  return derive(
    ({ W1, b1, W2, b2, x }) => {
      const z1 = W1.matmul(x).add(b1).named("z1");
      const h = z1.silu().named("h");
      return W2.matmul(h).add(b2).named("z2");
    },
    {
      W1: r.normal([4, 3]),
      b1: r.normal([4]),
      W2: r.normal([7, 4]),
      b2: r.normal([7]),
      x: r.normal([3]),
    },
    { constants: ["x"] },
  );
}

export function swish() {
  return derive(({ z }) => z.silu(), { z: draw(9).normal([4]) });
}

/** One component of a Gaussian mixture; `rest` is the density of the others. */
export function mixture() {
  const r = draw(10);
  const A = r.normal([2, 2]);
  return derive(
    ({ X, mu_k, Sigma_k, pi_k, rest }) => {
      const D = X.sub(mu_k).named("D");
      const q = D.matmul(Sigma_k.inv()).mul(D).sum(1);
      const density = q
        .add(Sigma_k.logdet())
        .mul(-0.5)
        .sub(Math.log(2 * Math.PI))
        .exp();
      const joint = density.mul(pi_k);
      const p = joint.add(rest);
      return { l: p.log().sum(), r_k: joint.div(p) };
    },
    {
      X: r.normal([5, 2]),
      mu_k: r.normal([2]),
      Sigma_k: A.matmul(A.T).add(eye(2)),
      pi_k: tensor(0.3),
      rest: r.uniform([5], 0.05, 0.4),
    },
    { constants: ["X", "rest"], of: "l", domain: { pi_k: "probability", rest: "positive" } },
  );
}

export function softmax() {
  return derive(({ z }) => z.softmax(), { z: draw(11).normal([4]) });
}

export function softmaxBatch() {
  return derive(({ Z }) => Z.softmax(1), { Z: draw(12).normal([3, 4]) });
}

export function softmaxBeta() {
  return derive(({ x, beta }) => x.mul(beta).softmax(), { x: draw(13).normal([4]), beta: tensor(1.7) });
}

/** Softmax of two numbers through r, with any cost of the two outputs. */
export function softmaxTwo() {
  return derive(
    ({ z_1, z_2 }) => {
      const r = z_1.exp().add(z_2.exp()).named("r");
      const y_1 = z_1.exp().div(r).named("y_1");
      const y_2 = z_2.exp().div(r).named("y_2");
      return arbitrary("C", y_1, y_2);
    },
    { z_1: tensor(0.3), z_2: tensor(-1.1) },
  );
}

/** The expected complete log-likelihood of a mixture of Bernoullis. */
export const emInputs = () => {
  const r = draw(14);
  return {
    X: r.bernoulli([6, 4], 0.5),
    eta: r.normal([6, 3]).softmax(1),
    p: r.uniform([3, 4], 0.1, 0.9),
    pi: tensor([0.2, 0.3, 0.5]),
  };
};
export const emObjective = ({ X, eta, p, pi }: any) =>
  eta
    .mul(pi.log())
    .sum()
    .add(eta.T.matmul(X).mul(p.log()).sum())
    .add(eta.T.matmul(X.neg().add(1)).mul(p.neg().add(1).log()).sum());
export function em() {
  return derive((v) => ({ Q: emObjective(v) }), emInputs(), { constants: ["X", "eta"] });
}

export function deepNet() {
  return derive(
    ({ w1, w2, w3, x }) => {
      const s1 = w1.mul(x).named("x_1").sigmoid().named("s_1");
      const s2 = w2.mul(s1).named("x_2").sigmoid().named("s_2");
      return w3.mul(s2).named("f");
    },
    { w1: tensor(0.4), w2: tensor(-0.3), w3: tensor(1.2), x: tensor(0.8) },
  );
}

export function sigmoid() {
  return derive(({ u }) => u.neg().exp().add(1).reciprocal(), { u: tensor(0.4) });
}

export function affine() {
  const r = draw(15);
  return derive(({ W, x, b }) => W.matmul(x).add(b).named("y"), {
    W: r.normal([2, 2]),
    x: r.normal([2]),
    b: r.normal([2]),
  });
}

export function affineCost() {
  const r = draw(16);
  return derive(
    ({ W, x, b }) => arbitrary("C", W.matmul(x).add(b).named("y")).mul(3),
    { W: r.normal([2, 2]), x: r.normal([2]), b: r.normal([2]) },
    { of: "C_2" },
  );
}
