/**
 * Functions that every course in machine learning derives and the five sheets do not: attention, layer
 * normalisation, logistic regression, divergences of Gaussians, determinants, traces, gates.
 */

import { derive } from "../../src/derive/index.ts";
import "../../src/linalg/index.ts";
import { eye, oneHot, rng, tensor } from "../../src/tensor/index.ts";

const r = rng(5);
export const one = (x: any) => x.neg().add(1);
const definite = (n: number) => {
  const A = r.normal([n, n]);
  return A.matmul(A.T).add(eye(n));
};

export const attention = () =>
  derive(
    ({ Q, K, V }) => {
      const A = Q.matmul(K.T)
        .mul(1 / Math.sqrt(2))
        .named("S")
        .softmax(1)
        .named("A");
      return A.matmul(V).named("O");
    },
    { Q: r.normal([3, 2]), K: r.normal([4, 2]), V: r.normal([4, 3]) },
  );

export const layerNorm = () =>
  derive(
    ({ x, gamma, beta }) => {
      const c = x.sub(x.mean()).named("c");
      const v = c.square().mean().named("v");
      return c.div(v.add(1e-5).sqrt()).named("xhat").mul(gamma).add(beta).named("y");
    },
    { x: r.normal([4]), gamma: r.normal([4]), beta: r.normal([4]) },
  );

export const logistic = () =>
  derive(
    ({ X, w, y, lambda }) => {
      const p = X.matmul(w).named("z").sigmoid().named("p");
      const fit = y
        .mul(p.log())
        .add(one(y).mul(one(p).log()))
        .mean();
      return w.square().sum().mul(lambda).mul(0.5).sub(fit);
    },
    { X: r.normal([6, 3]), w: r.normal([3]), y: tensor([1, 0, 0, 1, 1, 0]), lambda: tensor(0.3) },
    { constants: ["X", "y"], sizes: { N: 6 } },
  );

/** KL(N(μ, diag s²) ‖ N(0, I)), the term of a variational autoencoder. */
export const latentKl = () =>
  derive(
    ({ mu, s }) => mu.square().add(s.square()).sub(1).sub(s.square().log()).sum().mul(0.5),
    { mu: r.normal([3]), s: r.uniform([3], 0.5, 2) },
    { domain: { s: "positive" } },
  );

/** KL(N(m, S) ‖ N(n, T)). */
export const gaussianKl = () =>
  derive(
    ({ m, S, n, T }) => {
      const gap = n.sub(m);
      const trace = T.inv().matmul(S).trace();
      return trace
        .add(gap.dot(T.inv().matmul(gap)))
        .add(T.logdet())
        .sub(S.logdet())
        .sub(3)
        .mul(0.5);
    },
    { m: r.normal([3]), n: r.normal([3]), S: definite(3), T: definite(3) },
    { constants: ["n", "T"] },
  );

export const logDet = () => derive(({ A }) => A.logdet(), { A: definite(3) });
export const gramDet = () => derive(({ X }) => X.T.matmul(X).logdet(), { X: r.normal([5, 2]) });

export const traceAXB = () =>
  derive(({ A, X, B }) => A.matmul(X).matmul(B).trace(), {
    A: r.normal([2, 3]),
    X: r.normal([3, 4]),
    B: r.normal([4, 2]),
  });
export const traceXAX = () =>
  derive(({ A, X }) => X.T.matmul(A).matmul(X).trace(), { A: r.normal([3, 3]), X: r.normal([3, 2]) });

export const quadratic = () =>
  derive(({ x, A }) => x.dot(A.matmul(x)).mul(0.5), { x: r.normal([3]), A: r.normal([3, 3]) });

export const leastSquares = () =>
  derive(
    ({ A, x, b }) => A.matmul(x).sub(b).square().sum(),
    { A: r.normal([4, 3]), x: r.normal([3]), b: r.normal([4]) },
    { constants: ["A", "b"] },
  );

export const labelSmoothing = () =>
  derive(
    ({ S, T, eps }) => {
      const P = S.softmax(1).named("P");
      const Q = T.mul(one(eps)).add(eps.div(3)).named("Q");
      return Q.mul(P.log()).sum().neg();
    },
    { S: r.normal([4, 3]), T: oneHot([0, 2, 1, 0], 3), eps: tensor(0.1) },
    { constants: ["T"] },
  );

/** A gated recurrent unit without its reset gate. */
export const gate = () =>
  derive(
    ({ x, h, W_z, U_z, W_n, U_n }) => {
      const z = W_z.matmul(x).add(U_z.matmul(h)).sigmoid().named("z");
      const n = W_n.matmul(x).add(U_n.matmul(h)).tanh().named("n");
      return one(z).mul(n).add(z.mul(h)).named("g");
    },
    {
      x: r.normal([2]),
      h: r.normal([3]),
      W_z: r.normal([3, 2]),
      U_z: r.normal([3, 3]),
      W_n: r.normal([3, 2]),
      U_n: r.normal([3, 3]),
    },
    { constants: ["x"] },
  );

export const normalised = () =>
  derive(({ x }) => x.div(x.square().sum().sqrt().named("n")).named("u"), { x: r.normal([3]) });

/** Two steps of a recurrent network: backpropagation through time. */
export const recurrent = () =>
  derive(
    ({ W, h_0, x_1, x_2 }) => {
      const h1 = W.matmul(h_0).add(x_1).tanh().named("h_1");
      return W.matmul(h1).add(x_2).tanh().named("h_2").sum();
    },
    { W: r.normal([3, 3]), h_0: r.normal([3]), x_1: r.normal([3]), x_2: r.normal([3]) },
    { constants: ["h_0", "x_1", "x_2"] },
  );

export const hinge = () =>
  derive(
    ({ X, w, y }) => one(X.matmul(w).mul(y)).relu().sum(),
    { X: r.normal([6, 2]), w: r.normal([2]), y: tensor([1, -1, 1, 1, -1, -1]) },
    { constants: ["X", "y"] },
  );

export const poisson = () =>
  derive(
    ({ X, w, y }) => {
      const eta = X.matmul(w).named("eta");
      return eta.exp().sub(y.mul(eta)).sum();
    },
    { X: r.normal([5, 3]), w: r.normal([3]), y: tensor([1, 0, 2, 3, 1]) },
    { constants: ["X", "y"] },
  );

export const weighted = () =>
  derive(
    ({ X, w, y, s }) => X.matmul(w).sub(y).named("e").square().mul(s).sum().mul(0.5),
    { X: r.normal([5, 3]), w: r.normal([3]), y: r.normal([5]), s: r.uniform([5], 0.5, 2) },
    { constants: ["X", "y", "s"] },
  );

/** Matrix factorisation with missing entries. */
export const factorisation = () =>
  derive(
    ({ U, V, R, M, lambda }) => {
      const E = U.matmul(V.T).sub(R).mul(M).named("E");
      const size = U.square().sum().add(V.square().sum());
      return E.square().sum().mul(0.5).add(size.mul(lambda).mul(0.5));
    },
    {
      U: r.normal([4, 2]),
      V: r.normal([5, 2]),
      R: r.normal([4, 5]),
      M: r.bernoulli([4, 5], 0.6),
      lambda: tensor(0.1),
    },
    { constants: ["R", "M"] },
  );

export const cosine = () =>
  derive(
    ({ a, b }) => {
      const na = a.square().sum().sqrt().named("n_a");
      const nb = b.square().sum().sqrt().named("n_b");
      return a.dot(b).div(na.mul(nb)).named("c");
    },
    { a: r.normal([3]), b: r.normal([3]) },
  );

export const distillation = () =>
  derive(
    ({ z, t, T }) => t.mul(z.div(T).softmax().named("p").log()).sum().neg(),
    { z: r.normal([4]), t: r.normal([4]).softmax(), T: tensor(2) },
    { constants: ["t"], domain: { T: "positive" } },
  );

/** z = μ + e^ρ ⊙ ε. */
export const reparametrised = () =>
  derive(
    ({ mu, rho, eps, W }) => {
      const z = mu.add(rho.exp().named("s").mul(eps)).named("z");
      return W.matmul(z).square().sum().mul(0.5);
    },
    { mu: r.normal([3]), rho: r.normal([3]), eps: r.normal([3]), W: r.normal([4, 3]) },
    { constants: ["eps", "W"] },
  );

export const rbfKernel = () =>
  derive(
    ({ X, l, C }) => {
      const s = X.square().sum(1, { keepdim: true });
      const D = s.add(s.T).sub(X.matmul(X.T).mul(2)).named("D");
      return D.div(l.square()).mul(-0.5).exp().named("K").mul(C).sum();
    },
    { X: r.normal([4, 2]), l: tensor(1.3), C: r.normal([4, 4]) },
    { constants: ["C"], domain: { l: "positive" } },
  );

/** Free energy of a restricted Boltzmann machine. */
export const boltzmann = () =>
  derive(
    ({ v, W, b, c }) => b.dot(v).add(W.matmul(v).add(c).named("a").softplus().sum()).neg(),
    { v: r.normal([3]), W: r.normal([4, 3]), b: r.normal([3]), c: r.normal([4]) },
    { constants: ["v"] },
  );

export const pseudoHuber = () =>
  derive(
    ({ x, y }) => x.sub(y).square().add(1).sqrt().sum(),
    { x: r.normal([4]), y: r.normal([4]) },
    { constants: ["y"] },
  );

export const batchNorm = () =>
  derive(
    ({ X, g }) => {
      const C = X.sub(X.mean(0)).named("C");
      return C.div(C.square().mean(0).named("v").sqrt()).mul(g).named("Y");
    },
    { X: r.normal([5, 3]), g: r.normal([3]) },
  );
