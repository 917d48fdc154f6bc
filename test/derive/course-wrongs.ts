/**
 * Wrong formulas for the functions of `course.ts`, as students write them. `says` is a piece of the
 * sentence that a student must get to read: the part of the formula that went wrong.
 */

import * as course from "./course.ts";
import { one } from "./course.ts";
import type { Wrong } from "./wrongs.ts";

const w = (make: () => any, of: string, kinds: string, says: string, formula: Wrong["formula"]): Wrong => ({
  make,
  of,
  kinds: kinds.split("|"),
  formula,
  says,
});
const { attention, layerNorm, logistic, latentKl, gaussianKl, gate, recurrent } = course;
const dtanh = (y: any) => one(y.square());

export const courseWrongs: readonly Wrong[] = [
  w(attention, "V", "transpose", "write $A^{\\top}", ({ A }, bar) => A.matmul(bar.O)),
  w(attention, "S", "diagonal only", "Only the diagonal of the Jacobian", ({ A }, bar) =>
    A.mul(one(A)).mul(bar.A),
  ),
  w(attention, "S", "activation derivative|other gradient", "\\partial A", (_, bar) => bar.A),
  w(attention, "Q", "factor", "$\\sqrt{2}$ times", ({ K }, bar) => bar.S.matmul(K)),
  w(attention, "Q", "factor", "$\\frac{1}{\\sqrt{2}}$ times", ({ K }, bar) => bar.S.matmul(K).div(2)),
  w(attention, "K", "transpose", "\\right)^{\\top} Q", ({ Q }, bar) => bar.S.matmul(Q).div(Math.sqrt(2))),
  w(attention, "K", "activation derivative", "softmax}\\left(S\\right)$ is missing", ({ Q }, bar) =>
    bar.A.T.matmul(Q).div(Math.sqrt(2)),
  ),
  w(attention, "Q", "transpose", "A transpose is too many", ({ K }, bar) =>
    bar.S.matmul(K.T).div(Math.sqrt(2)),
  ),
  w(layerNorm, "gamma", "wrong quantity", "$x$ should be $\\hat{x}$", ({ x }, bar) => bar.y.mul(x)),
  w(layerNorm, "x", "missing path", "3 paths", ({ gamma, v }, bar) =>
    bar.y.mul(gamma).div(v.add(1e-5).sqrt()),
  ),
  w(layerNorm, "x", "missing path", "\\hat{x} \\leftarrow v \\leftarrow c", ({ gamma, v }, bar) => {
    const g = bar.y.mul(gamma);
    return g.sub(g.mean()).div(v.add(1e-5).sqrt());
  }),
  w(layerNorm, "x", "other gradient", "the chain stops at $c", (_, bar) => bar.c),
  w(layerNorm, "v", "power", "A power is wrong", ({ c, v }, bar) =>
    bar.xhat.mul(c).sum().mul(-0.5).div(v.add(1e-5).sqrt()),
  ),
  w(layerNorm, "v", "factor", "$2$ times", ({ c, v }, bar) =>
    bar.xhat.mul(c).sum().neg().div(v.add(1e-5).pow(1.5)),
  ),
  w(logistic, "w", "factor", "6 is the number of rows of $X$", ({ X, p, y, w, lambda }) =>
    X.T.matmul(p.sub(y)).add(w.mul(lambda)),
  ),
  w(logistic, "w", "factor", "$\\lambda w$ has twice", ({ X, p, y, w, lambda }) =>
    X.T.matmul(p.sub(y)).div(6).add(w.mul(lambda).mul(2)),
  ),
  w(logistic, "w", "missing path|missing term", "contributes $\\lambda w$", ({ X, p, y }) =>
    X.T.matmul(p.sub(y)).div(6),
  ),
  w(logistic, "w", "sign+path", "has the wrong sign", ({ X, p, y, w, lambda }) =>
    X.T.matmul(y.sub(p)).div(6).add(w.mul(lambda)),
  ),
  w(logistic, "w", "factor", "$\\lambda w$ has only $\\tfrac{1}{6}$", ({ X, p, y, w, lambda }) =>
    X.T.matmul(p.sub(y)).add(w.mul(lambda)).div(6),
  ),
  w(logistic, "w", "extra factor", "p \\odot \\left(1 - p\\right)$ does not", ({ X, p, y, w, lambda }) =>
    X.T.matmul(p.sub(y).mul(p).mul(one(p)))
      .div(6)
      .add(w.mul(lambda)),
  ),
  w(logistic, "w", "transpose", "write $X^{\\top}", ({ X, p, y, w, lambda }) =>
    X.matmul(p.sub(y)).div(6).add(w.mul(lambda)),
  ),
  w(logistic, "w", "sign", "$\\lambda w$ has the wrong sign", ({ X, p, y, w, lambda }) =>
    X.T.matmul(p.sub(y)).div(6).sub(w.mul(lambda)),
  ),
  w(logistic, "w", "missing factor", "$\\lambda$ is missing", ({ X, p, y, w }) =>
    X.T.matmul(p.sub(y)).div(6).add(w),
  ),
  w(
    logistic,
    "w",
    "wrong term|missing factor",
    "\\lambda w$",
    "\\nabla_w L = \\frac{1}{N} X^T (p - y) + \\lambda",
  ),
  w(latentKl, "s", "power", "should be $1 \\oslash s$", ({ s }) => s.sub(s.square().reciprocal())),
  w(latentKl, "s", "factor", "half its right coefficient", ({ s }) => s.mul(0.5).sub(s.reciprocal())),
  w(latentKl, "s", "sign+path|sign", "has the wrong sign", ({ s }) => s.add(s.reciprocal())),
  w(latentKl, "s", "missing path|missing term", "1 \\oslash s", ({ s }) => s),
  w(latentKl, "mu", "factor", "$2$ times", ({ mu }) => mu.mul(2)),
  w(gaussianKl, "S", "inverse", "$T$ should be $T^{-1}$", ({ S, T }) => T.sub(S.inv()).mul(0.5)),
  w(gaussianKl, "S", "sign+path|sign", "has the wrong sign", ({ S, T }) => T.inv().add(S.inv()).mul(0.5)),
  w(gaussianKl, "S", "sign", "minus", ({ S, T }) => S.inv().sub(T.inv()).mul(0.5)),
  w(gaussianKl, "m", "sign", "minus", ({ m, n, T }) => T.inv().matmul(n.sub(m))),
  w(gaussianKl, "m", "wrong quantity", "$S$ should be $T$", ({ m, n, S }) => S.inv().matmul(m.sub(n))),
  w(gaussianKl, "m", "inverse", "$T$ should be $T^{-1}$", ({ m, n, T }) => T.matmul(m.sub(n))),
  w(course.logDet, "A", "symmetric convention", "G + Gᵀ − diag(G)", ({ A }) => {
    const B = A.inv();
    return B.mul(2).sub(B.diag().diag());
  }),
  w(course.logDet, "A", "inverse", "should be $A^{-1}$", ({ A }) => A),
  w(course.gramDet, "X", "factor", "a quantity enters twice", ({ X }) => X.matmul(X.T.matmul(X).inv())),
  w(course.gramDet, "X", "missing factor", "The factor $X$ is missing", ({ X }) =>
    X.T.matmul(X).inv().mul(2),
  ),
  w(course.gramDet, "X", "transpose", "other layout convention", ({ X }) =>
    X.T.matmul(X).inv().matmul(X.T).mul(2),
  ),
  w(course.traceAXB, "X", "transpose", "other layout convention", ({ A, B }) => B.matmul(A)),
  w(course.traceAXB, "X", "transpose", "write $A^{\\top} B^{\\top}$", ({ A, B }) => A.matmul(B)),
  w(course.traceXAX, "X", "symmetry assumed", "only where $A$ is symmetric", ({ A, X }) =>
    A.matmul(X).mul(2),
  ),
  w(course.traceXAX, "X", "missing path|missing term", "A^{\\top} X", ({ A, X }) => A.matmul(X)),
  w(course.traceXAX, "A", "transpose|order", "write $X X^{\\top}$", ({ X }) => X.T.matmul(X)),
  w(course.quadratic, "x", "symmetry assumed", "only where $A$ is symmetric", ({ x, A }) => A.matmul(x)),
  w(course.quadratic, "x", "symmetry assumed", "only where $A$ is symmetric", ({ x, A }) => A.T.matmul(x)),
  w(course.quadratic, "x", "factor", "$2$ times", ({ x, A }) => A.add(A.T).matmul(x)),
  w(course.leastSquares, "x", "factor", "$\\tfrac{1}{2}$ times", ({ A, x, b }) =>
    A.T.matmul(A.matmul(x).sub(b)),
  ),
  w(course.leastSquares, "x", "missing factor", "$A^{\\top}$ is missing", ({ A, x, b }) =>
    A.matmul(x).sub(b).mul(2),
  ),
  w(course.leastSquares, "x", "missing factor", "2 A^{\\top} b", "\\nabla_x L = 2 A^T A x - 2 b"),
  w(course.leastSquares, "x", "sign", "$A^{\\top} b$ is wrong", ({ A, x, b }) =>
    A.T.matmul(A).matmul(x).add(A.T.matmul(b)).mul(2),
  ),
  w(course.labelSmoothing, "S", "wrong quantity", "$T$ should be $Q$", ({ P, T }) => P.sub(T)),
  w(course.labelSmoothing, "S", "missing term", "\\varepsilon", ({ P, T, eps }) => P.sub(T.mul(one(eps)))),
  w(course.labelSmoothing, "S", "factor", "3 is the number of columns of $S$", ({ P, T, eps }) =>
    P.sub(T.mul(one(eps)).add(eps)),
  ),
  w(course.labelSmoothing, "S", "sign", "minus", ({ P, Q }) => Q.sub(P)),
  w(gate, "z", "sign", "minus", ({ h, n }, bar) => bar.g.mul(n.sub(h))),
  w(gate, "z", "missing term|wrong quantity", "\\odot n$ is missing", ({ h }, bar) => bar.g.mul(h)),
  w(gate, "W_z", "activation derivative", "The derivative of $\\sigma", ({ h, n, x }, bar) =>
    bar.g.mul(h.sub(n)).outer(x),
  ),
  w(gate, "W_z", "missing factor", "The factor $1 - z$ is missing", ({ h, n, z, x }, bar) =>
    bar.g.mul(h.sub(n)).mul(z).outer(x),
  ),
  w(gate, "W_n", "power", "$n$ should be $n^{\\odot 2}$", ({ n, z, x }, bar) =>
    bar.g.mul(one(z)).mul(one(n)).outer(x),
  ),
  w(gate, "W_n", "activation derivative", "derivative of another function", ({ n, z, x }, bar) =>
    bar.g.mul(one(z)).mul(n).mul(one(n)).outer(x),
  ),
  w(gate, "W_n", "function", "Instead of $z$ it should be $1 - z$", ({ n, z, x }, bar) =>
    bar.g.mul(z).mul(dtanh(n)).outer(x),
  ),
  w(gate, "h", "missing path", "3 paths", ({ z }, bar) => bar.g.mul(z)),
  w(gate, "h", "missing path", "the one through $n", ({ z, n, h, U_z }, bar) =>
    bar.g.mul(z).add(U_z.T.matmul(bar.g.mul(h.sub(n)).mul(z).mul(one(z)))),
  ),
  w(gate, "h", "transpose", "$U_{z}$ should be $U_{z}^{\\top}$", ({ z, n, h, U_z, U_n }, bar) =>
    bar.g
      .mul(z)
      .add(U_z.matmul(bar.g.mul(h.sub(n)).mul(z).mul(one(z))))
      .add(U_n.T.matmul(bar.g.mul(one(z)).mul(dtanh(n)))),
  ),
  w(course.normalised, "x", "missing path", "the one through $n", ({ n }, bar) => bar.u.div(n)),
  w(course.normalised, "x", "sign+path|sign", "has the wrong sign", ({ u, n }, bar) =>
    bar.u.add(u.mul(u.dot(bar.u))).div(n),
  ),
  w(course.normalised, "x", "factor", "a factor $n$ too many", ({ u }, bar) =>
    bar.u.sub(u.mul(u.dot(bar.u))),
  ),
  w(recurrent, "W", "missing path", "the one through $h_{1}", ({ h_1, h_2 }) => dtanh(h_2).outer(h_1)),
  w(recurrent, "W", "activation derivative", "\\tanh", ({ h_0, h_1, h_2, W }) =>
    dtanh(h_2)
      .outer(h_1)
      .add(W.T.matmul(dtanh(h_2)).outer(h_0)),
  ),
  w(recurrent, "W", "transpose", "$W$ should be $W^{\\top}$", ({ h_0, h_1, h_2, W }) =>
    dtanh(h_2)
      .outer(h_1)
      .add(W.matmul(dtanh(h_2)).mul(dtanh(h_1)).outer(h_0)),
  ),
  w(recurrent, "W", "wrong quantity", "$h_{1}$ should be $h_{0}$", ({ h_1, h_2, W }) =>
    dtanh(h_2)
      .outer(h_1)
      .add(W.T.matmul(dtanh(h_2)).mul(dtanh(h_1)).outer(h_1)),
  ),
  w(course.hinge, "w", "missing factor", "The factor $y$ is missing", ({ X, w, y }) =>
    X.T.matmul(one(X.matmul(w).mul(y)).greater(0).mul(1)).neg(),
  ),
  w(course.hinge, "w", "activation derivative", "ReLU", ({ X, y }) => X.T.matmul(y).neg()),
  w(course.hinge, "w", "sign", "minus", ({ X, w, y }) =>
    X.T.matmul(y.mul(one(X.matmul(w).mul(y)).greater(0))),
  ),

  w(course.poisson, "w", "function", "Instead of $\\eta$ it should be $e^{\\eta}$", ({ X, eta, y }) =>
    X.T.matmul(eta.sub(y)),
  ),
  w(course.poisson, "w", "missing term", "The term $-y$ is missing", ({ X, eta }) => X.T.matmul(eta.exp())),
  w(course.poisson, "w", "sign", "minus", ({ X, eta, y }) => X.T.matmul(y.sub(eta.exp()))),
  w(course.weighted, "w", "missing factor", "The factor $s$ is missing", ({ X, e }) => X.T.matmul(e)),
  w(course.weighted, "w", "power", "$s^{\\odot 2}$ should be $s$", ({ X, e, s }) =>
    X.T.matmul(s.square().mul(e)),
  ),
  w(course.factorisation, "U", "missing path|missing term", "contributes $\\lambda U$", ({ E, V }) =>
    E.matmul(V),
  ),
  w(course.factorisation, "V", "transpose", "write $E^{\\top} U$", ({ E, U, V, lambda }) =>
    E.matmul(U).add(V.mul(lambda)),
  ),
  w(course.factorisation, "U", "factor", "$\\lambda U$ has twice", ({ E, U, V, lambda }) =>
    E.matmul(V).add(U.mul(lambda).mul(2)),
  ),
  w(course.factorisation, "U", "missing factor", "The factor $M$ is missing", ({ U, V, R, lambda }) =>
    U.matmul(V.T).sub(R).matmul(V).add(U.mul(lambda)),
  ),
  w(course.cosine, "a", "missing path", "the one through $n_{a}", ({ b, n_a, n_b }) => b.div(n_a.mul(n_b))),
  w(course.cosine, "a", "power", "$\\frac{1}{n_{a}}$ should be", ({ a, b, n_a, n_b, c }) =>
    b.div(n_a.mul(n_b)).sub(a.mul(c).div(n_a)),
  ),
  w(course.cosine, "a", "wrong quantity", "$a$ should be $b$", ({ a, n_a, n_b, c }) =>
    a.div(n_a.mul(n_b)).sub(a.mul(c).div(n_a.square())),
  ),
  w(course.distillation, "z", "factor", "a factor $T$ too many", ({ p, t }) => p.sub(t)),
  w(course.distillation, "z", "factor", "$T$ multiplies where it should divide", ({ p, t, T }) =>
    p.sub(t).mul(T),
  ),
  w(course.distillation, "z", "factor", "The factor $T$ is missing", ({ p, t, T }) =>
    p.sub(t).div(T.square()),
  ),
  w(course.reparametrised, "rho", "missing factor", "$\\varepsilon$ is missing", ({ W, z, s }) =>
    W.T.matmul(W.matmul(z)).mul(s),
  ),
  w(course.reparametrised, "rho", "other gradient", "the chain stops at $s = e^{\\rho}$", ({ W, z, eps }) =>
    W.T.matmul(W.matmul(z)).mul(eps),
  ),
  w(course.reparametrised, "mu", "missing factor", "$W^{\\top}$ is missing", ({ W, z }) => W.matmul(z)),
  w(course.reparametrised, "mu", "transpose|order", "write $W^{\\top} W z$", ({ W, z }) =>
    W.matmul(W.T).matmul(z),
  ),
  w(course.rbfKernel, "l", "factor|power", "a factor $l$ too many", ({ K, D, C, l }) =>
    C.mul(K).mul(D).sum().div(l.square()),
  ),
  w(course.rbfKernel, "l", "missing factor", "The factor $D$ is missing", ({ K, C, l }) =>
    C.mul(K).sum().div(l.pow(3)),
  ),
  w(course.rbfKernel, "l", "factor", "$\\tfrac{1}{2}$ times", ({ K, D, C, l }) =>
    C.mul(K).mul(D).sum().div(l.pow(3)).mul(0.5),
  ),
  w(course.boltzmann, "W", "sign", "minus", ({ a, v }) => a.sigmoid().outer(v)),
  w(course.boltzmann, "W", "function", "Instead of $a$ it should be $\\sigma", ({ a, v }) =>
    a.outer(v).neg(),
  ),
  w(course.boltzmann, "W", "transpose", "other layout convention", ({ a, v }) => v.outer(a.sigmoid()).neg()),
  w(course.boltzmann, "c", "function", "it should be $\\sigma", ({ a }) => a.softplus().neg()),
  w(course.pseudoHuber, "x", "power", "A power is wrong", ({ x, y }) => {
    const e = x.sub(y);
    return e.div(e.square().add(1));
  }),
  w(course.pseudoHuber, "x", "other gradient", "the chain stops at", ({ x, y }) =>
    x.sub(y).square().add(1).sqrt().reciprocal().mul(0.5),
  ),
  w(course.batchNorm, "g", "sum missing", "A sum is missing", ({ C, v }, bar) => bar.Y.mul(C.div(v.sqrt()))),
  w(course.batchNorm, "g", "factor", "5 is the number of rows of $X$", ({ C, v }, bar) =>
    bar.Y.mul(C.div(v.sqrt())).mean(0),
  ),
  w(course.batchNorm, "X", "missing path", "3 paths from $X$", ({ g, v }, bar) => bar.Y.mul(g).div(v.sqrt())),
  w(course.batchNorm, "g", "shape|axis", "has shape [5]", ({ C, v }, bar) =>
    bar.Y.mul(C.div(v.sqrt())).sum(1),
  ),
];

/** Formulas that no slip makes: the honest answer is that none was found. */
export const nonsense: readonly Wrong[] = [
  w(course.leastSquares, "x", "none", "No simple slip found", ({ x }) => x.sin().add(x.exp().mul(3.7))),
  w(course.quadratic, "x", "none", "No simple slip found", ({ x, A }) => A.matmul(A).matmul(x).add(x.sin())),
  w(course.normalised, "x", "none", "No simple slip found", ({ x }, bar) => bar.u.exp().mul(x.cos())),
  w(recurrent, "W", "none", "No simple slip found", ({ W }) => W.square().add(W.sin())),
];
