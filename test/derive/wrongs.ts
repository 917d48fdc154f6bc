/**
 * Wrong formulas as students write them, with the class of mistake in each. Some classes have two names
 * for one thing (a missing transpose of one factor, or the product in the other order); either is right.
 */

import { arbitraryGradient } from "../../src/derive/index.ts";
import * as sheets from "./sheets.ts";

export interface Wrong {
  make: () => any;
  of: string;
  /** The accepted diagnoses: the classes of the slip or slips, joined by +. */
  kinds: readonly string[];
  formula: ((v: any, bar: any) => any) | string;
  /** A piece of the sentence that names what went wrong. */
  says?: string;
}

const one = (x: any) => x.neg().add(1);
const slope = (z: any) => z.sigmoid().add(z.mul(z.sigmoid()).mul(one(z.sigmoid())));
const net = sheets.reluNetwork;
const ae = sheets.autoencoder;
const sw = sheets.swishNetwork;
const residual = ({ W, x }: any) => W.T.matmul(W).matmul(x).sub(x);

const w = (make: () => any, of: string, kinds: string, formula: Wrong["formula"]): Wrong => ({
  make,
  of,
  kinds: kinds.split("|"),
  formula,
});

export const wrongs: readonly Wrong[] = [
  // Quiz 4, (9): cross-entropy
  w(net, "S", "sign", ({ P, Y }) => Y.sub(P)),
  w(net, "S", "factor", ({ P, Y }) => P.sub(Y).div(5)),
  w(net, "S", "missing term", ({ P }) => P),
  w(net, "S", "missing term|wrong quantity", ({ Y }) => Y.neg()),
  w(net, "S", "sign", ({ P, Y }) => P.add(Y)),
  w(net, "S", "factor", ({ P, Y }) => P.sub(Y).mul(2)),
  w(net, "S", "other gradient", (_, bar) => bar.P),
  w(net, "P", "sign", ({ P, Y }) => Y.div(P)),
  w(net, "P", "power|inverse|missing factor|elementwise product", ({ P, Y }) => Y.mul(P).neg()),
  w(net, "P", "missing factor|activation derivative", ({ Y }) => Y.neg()),
  // (10)–(12): the affine layer
  w(net, "W2", "transpose", ({ H }, bar) => H.matmul(bar.S)),
  w(net, "W2", "order|transpose", ({ H }, bar) => bar.S.matmul(H.T)),
  w(net, "W2", "sign", ({ H }, bar) => H.T.matmul(bar.S).neg()),
  w(net, "W2", "factor", ({ H }, bar) => H.T.matmul(bar.S).mul(0.2)),
  w(net, "W2", "wrong quantity", ({ Z }, bar) => Z.T.matmul(bar.S)),
  w(net, "W2", "missing term|wrong quantity", ({ H, P }) => H.T.matmul(P)),
  w(net, "W2", "sign", ({ H, P, Y }) => H.T.matmul(Y.sub(P))),
  w(net, "W2", "missing term|wrong quantity|sign+missing term", ({ H, Y }) => H.T.matmul(Y).neg()),
  w(net, "b2", "sum missing|missing factor", (_, bar) => bar.S),
  w(net, "b2", "factor", (_, bar) => bar.S.mean(0, { keepdim: true })),
  w(net, "b2", "sign", (_, bar) => bar.S.sum(0, { keepdim: true }).neg()),
  w(net, "b2", "shape", (_, bar) => bar.S.sum(0)),
  w(net, "H", "transpose|order", ({ W2 }, bar) => bar.S.matmul(W2)),
  w(net, "H", "order", ({ W2 }, bar) => W2.matmul(bar.S)),
  w(net, "H", "sign", ({ W2, P, Y }) => Y.sub(P).matmul(W2.T)),
  w(net, "H", "missing term|wrong quantity", ({ W2, P }) => P.matmul(W2.T)),
  // (13)–(15): the ReLU
  w(net, "Z", "other gradient", (_, bar) => bar.H),
  w(net, "Z", "mask", ({ H }, bar) => bar.H.mul(H)),
  w(net, "Z", "mask", ({ Z }, bar) => bar.H.mul(Z.less(0))),
  w(net, "Z", "mask|wrong quantity|matrix product", ({ Z }, bar) => bar.H.mul(Z)),
  w(net, "Z", "sign", ({ Z }, bar) => bar.H.mul(Z.greater(0)).neg()),
  w(net, "W1", "activation derivative", ({ X, W2 }, bar) => X.T.matmul(bar.S.matmul(W2.T))),
  w(net, "W1", "wrong quantity|activation derivative", ({ X }, bar) => X.T.matmul(bar.H)),
  w(net, "W1", "order|transpose", ({ X }, bar) => bar.Z.T.matmul(X)),
  w(net, "W1", "transpose", ({ X }, bar) => X.matmul(bar.Z)),
  w(net, "W1", "wrong quantity|mask", ({ X, P, Y, W2, H }) => X.T.matmul(P.sub(Y).matmul(W2.T).mul(H))),
  w(net, "W1", "sign", ({ X, P, Y, W2, Z }) => X.T.matmul(P.add(Y).matmul(W2.T).mul(Z.greater(0)))),
  w(net, "b1", "wrong quantity|activation derivative", (_, bar) => bar.H.sum(0, { keepdim: true })),
  w(net, "b1", "sum missing|missing factor", (_, bar) => bar.Z),
  w(net, "X", "transpose", ({ W1 }, bar) => bar.Z.matmul(W1)),
  w(net, "X", "wrong quantity|activation derivative", ({ W1 }, bar) => bar.H.matmul(W1.T)),
  w(sheets.product, "X", "order|transpose", ({ W }, bar) => W.matmul(bar.Y.T)),
  w(sheets.product, "X", "transpose", ({ W }, bar) => bar.Y.matmul(W)),
  w(sheets.product, "W", "order|transpose", ({ X }, bar) => bar.Y.T.matmul(X)),
  w(sheets.product, "W", "factor", ({ X }, bar) => X.T.matmul(bar.Y).div(4)),
  // the mean instead of the sum, and the reverse
  w(sheets.meanNetwork, "S", "factor", ({ P, y }) =>
    P.sub(P.mul(0).scatterAdd(1, y.reshape([5, 1]), P.mul(0).slice(1, 0, 1).add(1))),
  ),
  w(sheets.meanNetwork, "W", "factor", ({ X }, bar) => X.T.matmul(bar.S).mul(5)),
  // Autoencoder
  w(ae, "W", "missing path", ({ W, x }) => W.matmul(residual({ W, x })).outer(x)),
  w(ae, "W", "missing path", ({ W, x }) => W.matmul(x).outer(residual({ W, x }))),
  w(ae, "W", "missing path+path counted twice", ({ W, x }) => W.matmul(residual({ W, x })).outer(x).mul(2)),
  w(ae, "W", "factor", ({ W, x }) => {
    const e = residual({ W, x });
    return W.matmul(e).outer(x).add(W.matmul(x).outer(e)).mul(2);
  }),
  w(ae, "W", "sign", ({ W, x }) => {
    const e = residual({ W, x }).neg();
    return W.matmul(e).outer(x).add(W.matmul(x).outer(e));
  }),
  w(ae, "W", "sign", ({ W, x }) => {
    const e = W.T.matmul(W).matmul(x).add(x);
    return W.matmul(e).outer(x).add(W.matmul(x).outer(e));
  }),
  w(ae, "W", "sign+path|sign", ({ W, x }) => {
    const e = residual({ W, x });
    return W.matmul(e).outer(x).sub(W.matmul(x).outer(e));
  }),
  w(ae, "W", "missing term|missing path", ({ W, x }) => {
    const e = W.T.matmul(W).matmul(x);
    return W.matmul(e).outer(x).add(W.matmul(x).outer(e));
  }),
  w(ae, "W", "transpose|order", "\\nabla_W L = W(W^T W x - x) x^T + (W^T W x - x)(W x)^T"),
  w(ae, "W", "factor|path counted twice+factor", ({ W, x }) => {
    const e = residual({ W, x });
    return W.matmul(e).outer(x).add(W.matmul(x).outer(e).mul(2));
  }),
  w(sheets.nonlinearAutoencoder, "W", "missing path", ({ x, h, W, y }) => {
    const d = y.sub(x).mul(y).mul(one(y));
    return W.matmul(d).mul(h).mul(one(h)).outer(x);
  }),
  w(sheets.nonlinearAutoencoder, "W", "activation derivative", ({ x, h, W, y }) => {
    const d = y.sub(x);
    return W.matmul(d).mul(h).mul(one(h)).outer(x).add(h.outer(d));
  }),
  w(sheets.nonlinearAutoencoder, "W", "activation derivative", ({ x, h, W, y }) => {
    const d = y.sub(x).mul(y).mul(one(y));
    return W.matmul(d).outer(x).add(h.outer(d));
  }),
  w(sheets.nonlinearAutoencoder, "h", "activation derivative", ({ x, W, y }) => W.matmul(y.sub(x))),
  // GP-LVM
  w(sheets.gplvm1, "X", "inverse", ({ K, X, alpha, D }) => K.matmul(X).mul(alpha).mul(D).neg()),
  w(sheets.gplvm1, "X", "factor", ({ K, X, D }) => K.inv().matmul(X).mul(D).neg()),
  w(sheets.gplvm1, "X", "factor", ({ K, X, alpha }) => K.inv().matmul(X).mul(alpha).neg()),
  w(sheets.gplvm1, "X", "factor", ({ K, X, alpha, D }) => K.inv().matmul(X).mul(alpha).mul(D).mul(-0.5)),
  w(sheets.gplvm1, "X", "sign", ({ K, X, alpha, D }) => K.inv().matmul(X).mul(alpha).mul(D)),
  w(sheets.gplvm1, "X", "factor", ({ K, X, alpha, D }) => K.inv().matmul(X).mul(alpha.square()).mul(D).neg()),
  w(sheets.gplvm1, "X", "wrong quantity", ({ K, X, beta, D }) => K.inv().matmul(X).mul(beta).mul(D).neg()),
  w(sheets.gplvm1, "X", "inverse|extra factor", ({ K, X, alpha, D }) =>
    K.inv().matmul(K.inv()).matmul(X).mul(alpha).mul(D).neg(),
  ),
  w(sheets.gplvm1, "X", "transpose", ({ K, X, alpha, D }) => X.T.matmul(K.inv()).mul(alpha).mul(D).neg()),
  w(sheets.gplvm1, "K", "inverse", ({ K, D }) => K.mul(D).mul(-0.5)),
  w(sheets.gplvm2, "X", "missing factor", ({ K, X, Y, alpha }) =>
    K.inv().matmul(Y).matmul(Y.T).matmul(X).mul(alpha),
  ),
  w(sheets.gplvm2, "X", "order", ({ K, X, Y, alpha }) =>
    K.inv().matmul(K.inv()).matmul(Y).matmul(Y.T).matmul(X).mul(alpha),
  ),
  w(sheets.gplvm2, "X", "sign", ({ K, X, Y, alpha }) =>
    K.inv().matmul(Y).matmul(Y.T).matmul(K.inv()).matmul(X).mul(alpha).neg(),
  ),
  w(sheets.gplvm2, "X", "factor+sign", ({ K, X, Y }) =>
    K.inv().matmul(Y).matmul(Y.T).matmul(K.inv()).matmul(X).neg(),
  ),
  w(sheets.gplvm2, "X", "missing factor", ({ K, X, alpha }) => K.inv().matmul(K.inv()).matmul(X).mul(alpha)),
  w(sheets.gplvm2, "K", "sign", ({ K, Y }) => K.inv().matmul(Y).matmul(Y.T).matmul(K.inv()).mul(-0.5)),
  w(sheets.gplvm2, "K", "factor", ({ K, Y }) => K.inv().matmul(Y).matmul(Y.T).matmul(K.inv())),
  w(sheets.gplvm, "X", "missing term", ({ K, X, alpha, D }) => K.inv().matmul(X).mul(alpha).mul(D).neg()),
  w(sheets.gplvm, "X", "missing factor", "\\nabla_X L = -\\alpha D K^{-T} X + \\alpha K^{-T} Y Y^T X"),
  w(sheets.gplvm, "X", "sign", "\\nabla_X L = \\alpha D K^{-1} X + \\alpha K^{-1} Y Y^T K^{-1} X"),
  w(
    sheets.gplvm,
    "alpha",
    "factor",
    "\\nabla_\\alpha L = \\operatorname{tr}((K^{-1} Y Y^T K^{-1} - D K^{-1}) X X^T)",
  ),
  w(sheets.inverse, "K", "sign", ({ K }, bar) => K.inv().T.matmul(bar.B).matmul(K.inv().T)),
  w(sheets.inverse, "K", "transpose", ({ K }, bar) => K.inv().T.matmul(bar.B).matmul(K.inv()).neg()),
  w(sheets.inverse, "K", "missing factor|inverse", ({ K }, bar) => K.inv().T.matmul(bar.B).neg()),
  // Swish network
  w(sw, "W2", "order|transpose", ({ h }, bar) => h.outer(bar.z2)),
  w(sw, "W2", "wrong quantity", ({ z1 }, bar) => bar.z2.outer(z1)),
  w(sw, "W1", "wrong quantity|activation derivative", ({ W2, h, x }, bar) =>
    W2.T.matmul(bar.z2).mul(slope(h)).outer(x),
  ),
  w(sw, "W1", "missing term|activation derivative", ({ W2, z1, x }, bar) =>
    W2.T.matmul(bar.z2).mul(z1.sigmoid()).outer(x),
  ),
  w(sw, "W1", "activation derivative", ({ W2, x }, bar) => W2.T.matmul(bar.z2).outer(x)),
  w(sw, "W1", "wrong quantity|activation derivative", ({ x }, bar) => bar.h.outer(x)),
  w(sw, "b1", "activation derivative|missing factor", ({ W2, z1 }, bar) =>
    W2.T.matmul(bar.z2).mul(z1.sigmoid()).mul(one(z1.sigmoid())),
  ),
  w(sw, "b1", "missing factor|function|activation derivative", ({ W2, z1 }, bar) =>
    W2.T.matmul(bar.z2).mul(z1.sigmoid().add(z1.sigmoid().mul(one(z1.sigmoid())))),
  ),
  w(sw, "b1", "sign|function", ({ W2, z1 }, bar) =>
    W2.T.matmul(bar.z2).mul(z1.sigmoid().sub(z1.mul(z1.sigmoid()).mul(one(z1.sigmoid())))),
  ),
  w(sw, "b1", "other gradient", ({ W2 }, bar) => W2.T.matmul(bar.z2)),
  w(sw, "b1", "transpose+other gradient", ({ W2 }, bar) => W2.matmul(bar.z2)),
  w(sheets.swish, "z", "missing term|activation derivative|missing path", ({ z }, bar) =>
    bar.y.mul(z.sigmoid()),
  ),
  w(sheets.swish, "z", "function|missing factor|sign|extra term|power", ({ z }, bar) =>
    bar.y.mul(z.sigmoid().add(z.mul(z.sigmoid()).mul(z.sigmoid().add(1)))),
  ),
  // Gaussian mixture
  w(sheets.mixture, "mu_k", "inverse", ({ X, mu_k, Sigma_k, r_k }) =>
    Sigma_k.matmul(X.sub(mu_k).T.matmul(r_k)),
  ),
  w(sheets.mixture, "mu_k", "sign", ({ X, mu_k, Sigma_k, r_k }) =>
    Sigma_k.inv().matmul(mu_k.sub(X).T.matmul(r_k)),
  ),
  w(sheets.mixture, "mu_k", "missing factor", ({ X, mu_k, r_k }) => X.sub(mu_k).T.matmul(r_k)),
  w(sheets.mixture, "mu_k", "missing term|wrong quantity", ({ X, Sigma_k, r_k }) =>
    Sigma_k.inv().matmul(X.T.matmul(r_k)),
  ),
  w(sheets.mixture, "mu_k", "wrong quantity|missing factor|extra factor", ({ X, mu_k, Sigma_k, r_k }) =>
    Sigma_k.inv().matmul(X.sub(mu_k).sum(0)).add(r_k.sum().mul(0)),
  ),
  w(sheets.mixture, "mu_k", "factor", ({ X, mu_k, Sigma_k, r_k }) =>
    Sigma_k.inv().matmul(X.sub(mu_k).T.matmul(r_k)).mul(0.5),
  ),
  w(sheets.mixture, "mu_k", "factor", ({ X, mu_k, Sigma_k, r_k, pi_k }) =>
    Sigma_k.inv().matmul(X.sub(mu_k).T.matmul(r_k)).mul(pi_k),
  ),
  w(sheets.mixture, "pi_k", "factor", ({ r_k }) => r_k.sum()),
  w(sheets.mixture, "pi_k", "sign", ({ r_k, pi_k }) => r_k.sum().div(pi_k).neg()),
  w(sheets.mixture, "pi_k", "factor", ({ r_k, pi_k }) => r_k.mean().div(pi_k)),
  // Softmax
  w(sheets.softmax, "z", "diagonal only", ({ y }, bar) => y.mul(one(y)).mul(bar.y)),
  w(sheets.softmax, "z", "missing term", ({ y }, bar) => y.mul(bar.y)),
  w(sheets.softmax, "z", "sign", ({ y }, bar) => y.mul(bar.y.add(y.dot(bar.y)))),
  w(sheets.softmax, "z", "missing factor|activation derivative", ({ y }, bar) => bar.y.sub(y.dot(bar.y))),
  w(sheets.softmax, "z", "sign", ({ y }, bar) => y.mul(y.dot(bar.y).sub(bar.y))),
  w(sheets.softmax, "z", "other gradient|missing term+missing factor", (_, bar) => bar.y),
  w(sheets.softmaxBatch, "Z", "missing term", ({ y }, bar) => y.mul(bar.y)),
  w(sheets.softmaxBatch, "Z", "sign", ({ y }, bar) =>
    y.mul(bar.y.add(y.mul(bar.y).sum(1, { keepdim: true }))),
  ),
  w(sheets.softmaxBatch, "Z", "axis|sum axis", ({ y }, bar) =>
    y.mul(bar.y.sub(y.mul(bar.y).sum(0, { keepdim: true }))),
  ),
  w(sheets.softmaxBeta, "x", "factor", ({ y }, bar) => y.mul(bar.y.sub(y.dot(bar.y)))),
  w(sheets.softmaxBeta, "x", "factor", ({ y, beta }, bar) => y.mul(bar.y.sub(y.dot(bar.y))).div(beta)),
  w(sheets.softmaxBeta, "x", "diagonal only", ({ y, beta }, bar) => y.mul(one(y)).mul(bar.y).mul(beta)),
  w(sheets.softmaxTwo, "z_1", "missing path", ({ z_1, r }, bar) => bar.y_1.mul(z_1.exp()).div(r)),
  w(sheets.softmaxTwo, "z_1", "missing path", ({ z_1 }, bar) => bar.r.mul(z_1.exp())),
  w(sheets.softmaxTwo, "r", "sign", ({ z_1, z_2, r }, bar) =>
    bar.y_1.mul(z_1.exp()).add(bar.y_2.mul(z_2.exp())).div(r.square()),
  ),
  w(sheets.softmaxTwo, "r", "missing path|missing term", ({ z_1, r }, bar) =>
    bar.y_1.mul(z_1.exp()).div(r.square()).neg(),
  ),
  w(sheets.softmaxTwo, "r", "power|factor", ({ z_1, z_2, r }, bar) =>
    bar.y_1.mul(z_1.exp()).add(bar.y_2.mul(z_2.exp())).div(r).neg(),
  ),
  // EM and the deep net
  w(sheets.em, "pi", "constraint", ({ eta, pi }) => {
    const g = eta.sum(0).div(pi);
    return g.sub(g.mean());
  }),
  w(sheets.em, "pi", "factor", ({ eta, pi }) => eta.mean(0).div(pi)),
  w(sheets.em, "pi", "missing factor|power|other gradient", ({ eta, pi }) => eta.sum(0).add(pi.mul(0))),
  w(sheets.em, "p", "sign|sign+path", ({ eta, X, p }) =>
    eta.T.matmul(X)
      .div(p)
      .add(eta.T.matmul(one(X)).div(one(p))),
  ),
  w(sheets.em, "p", "missing term|missing path", ({ eta, X, p }) => eta.T.matmul(X).div(p)),
  w(sheets.em, "p", "function|wrong quantity", ({ eta, X, p }) =>
    eta.T.matmul(X)
      .div(p)
      .sub(eta.T.matmul(one(X)).div(p)),
  ),
  w(sheets.deepNet, "w1", "factor|missing factor", ({ w3, w2, s_1, s_2 }) =>
    w3.mul(s_2).mul(one(s_2)).mul(w2).mul(s_1).mul(one(s_1)),
  ),
  w(sheets.deepNet, "w1", "activation derivative|factor|missing factor", ({ w3, w2, x, s_2 }) =>
    w3.mul(s_2).mul(one(s_2)).mul(w2).mul(x),
  ),
  w(sheets.deepNet, "w1", "factor|missing factor", ({ w3, x, s_1, s_2 }) =>
    w3.mul(s_2).mul(one(s_2)).mul(s_1).mul(one(s_1)).mul(x),
  ),
  w(sheets.deepNet, "w2", "wrong quantity|factor", ({ w3, x_1, s_2 }) => w3.mul(s_2).mul(one(s_2)).mul(x_1)),
  w(sheets.deepNet, "w2", "sign|function|factor", ({ w3, s_1, s_2 }) => w3.mul(s_2).mul(s_2.add(1)).mul(s_1)),
  w(sheets.deepNet, "w3", "wrong quantity|factor", ({ s_1 }) => s_1),
  w(sheets.deepNet, "w3", "wrong quantity|function|factor", ({ x_2 }) => x_2),
  w(sheets.sigmoid, "u", "sign", ({ u }) => u.neg().exp().div(u.neg().exp().add(1).square()).neg()),
  w(sheets.sigmoid, "u", "power|factor|missing factor|inverse", ({ u }) =>
    u.neg().exp().div(u.neg().exp().add(1)),
  ),
  w(sheets.sigmoid, "u", "function|sign|missing term|factor", ({ u }) => u.sigmoid().mul(u.sigmoid().add(1))),
  // The affine module
  w(sheets.affine, "W", "outer product", ({ x }, bar) => bar.y.mul(x)),
  w(
    sheets.affine,
    "W",
    "outer product",
    "\\frac{\\partial C}{\\partial W} = \\frac{\\partial C}{\\partial y} x",
  ),
  w(sheets.affine, "W", "transpose", ({ x }, bar) => x.outer(bar.y)),
  w(sheets.affine, "W", "wrong quantity", ({ b }, bar) => bar.y.outer(b)),
  w(sheets.affine, "b", "sign", (_, bar) => bar.y.neg()),
  w(sheets.affine, "b", "extra factor|missing factor|elementwise product", ({ x }, bar) => bar.y.mul(x)),
  w(sheets.affine, "x", "transpose", ({ W }, bar) => W.matmul(bar.y)),
  w(sheets.affineCost, "W", "factor", ({ x, y }) => arbitraryGradient("C", y).outer(x)),
  w(sheets.affineCost, "b", "factor", ({ y }) => arbitraryGradient("C", y).mul(9)),
];
