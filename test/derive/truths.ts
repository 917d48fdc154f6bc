/**
 * The formulas of the five sheets as a student would hand them in, in code and in LaTeX; all true.
 */

import { arbitraryGradient, arbitraryGradients } from "../../src/derive/index.ts";
import * as sheets from "./sheets.ts";

export interface Truth {
  make: () => any;
  of: string;
  formula: (v: any, bar: any) => any;
}

const one = (x: any) => x.neg().add(1);
const swishSlope = (z: any) => z.sigmoid().add(z.mul(z.sigmoid()).mul(one(z.sigmoid())));

/** The names that the formulas below use, for those who edit their text. */
export const scope = { one, swishSlope, arbitraryGradient, arbitraryGradients };

export const truths: Record<string, Truth> = {
  // Sheet 003: shape convention
  "(2) X": { make: sheets.product, of: "X", formula: ({ W }, bar) => bar.Y.matmul(W.T) },
  "(2) W": { make: sheets.product, of: "W", formula: ({ X }, bar) => X.T.matmul(bar.Y) },
  "(9)": { make: sheets.reluNetwork, of: "S", formula: ({ P, Y }) => P.sub(Y) },
  "(10)": { make: sheets.reluNetwork, of: "W2", formula: ({ H }, bar) => H.T.matmul(bar.S) },
  "(11)": { make: sheets.reluNetwork, of: "b2", formula: (_, bar) => bar.S.sum(0, { keepdim: true }) },
  "(12)": { make: sheets.reluNetwork, of: "H", formula: ({ W2 }, bar) => bar.S.matmul(W2.T) },
  "(13)": { make: sheets.reluNetwork, of: "Z", formula: ({ Z }, bar) => bar.H.mul(Z.greater(0)) },
  "(14)": { make: sheets.reluNetwork, of: "W1", formula: ({ X }, bar) => X.T.matmul(bar.Z) },
  "(15)": { make: sheets.reluNetwork, of: "b1", formula: (_, bar) => bar.Z.sum(0, { keepdim: true }) },
  "(9)-(14) in one": {
    make: sheets.reluNetwork,
    of: "W1",
    formula: ({ X, P, Y, W2, Z }) => X.T.matmul(P.sub(Y).matmul(W2.T).mul(Z.greater(0))),
  },
  "mean loss": { make: sheets.meanNetwork, of: "W", formula: ({ X }, bar) => X.T.matmul(bar.S) },
  // Sheet 002: autoencoder
  autoencoder: {
    make: sheets.autoencoder,
    of: "W",
    formula: ({ W, x }) => {
      const e = W.T.matmul(W).matmul(x).sub(x);
      return W.matmul(e).outer(x).add(W.matmul(x).outer(e));
    },
  },
  "nonlinear autoencoder": {
    make: sheets.nonlinearAutoencoder,
    of: "W",
    formula: ({ W, x, h, y }) => {
      const d = y.sub(x).mul(y).mul(one(y));
      return W.matmul(d).mul(h).mul(one(h)).outer(x).add(h.outer(d));
    },
  },
  // Sheet 002: GP-LVM
  "L1 X": {
    make: sheets.gplvm1,
    of: "X",
    formula: ({ K, X, alpha, D }) => K.inv().matmul(X).mul(alpha).mul(D).neg(),
  },
  "L1 K": { make: sheets.gplvm1, of: "K", formula: ({ K, D }) => K.inv().T.mul(D).mul(-0.5) },
  "L2 X": {
    make: sheets.gplvm2,
    of: "X",
    formula: ({ K, X, Y, alpha }) => K.inv().matmul(Y).matmul(Y.T).matmul(K.inv()).matmul(X).mul(alpha),
  },
  "L X": {
    make: sheets.gplvm,
    of: "X",
    formula: ({ K, X, Y, alpha, D }) => {
      const B = K.inv();
      return B.matmul(Y).matmul(Y.T).matmul(B).sub(B.mul(D)).matmul(X).mul(alpha);
    },
  },
  "L alpha": {
    make: sheets.gplvm,
    of: "alpha",
    formula: ({ K, X, Y, D }) => {
      const B = K.inv();
      return B.matmul(Y).matmul(Y.T).matmul(B).sub(B.mul(D)).matmul(X).matmul(X.T).trace().mul(0.5);
    },
  },
  "L beta": {
    make: sheets.gplvm,
    of: "beta",
    formula: ({ K, Y, D, beta }) => {
      const B = K.inv();
      return B.matmul(Y).matmul(Y.T).matmul(B).sub(B.mul(D)).trace().mul(-0.5).div(beta.square());
    },
  },
  "hint: dL/dK": {
    make: sheets.inverse,
    of: "K",
    formula: ({ K }, bar) => K.inv().T.matmul(bar.B).matmul(K.inv().T).neg(),
  },
  // Sheet 002: two-layer Swish network
  "swish W2": { make: sheets.swishNetwork, of: "W2", formula: ({ h }, bar) => bar.z2.outer(h) },
  "swish b2": { make: sheets.swishNetwork, of: "b2", formula: (_, bar) => bar.z2 },
  "swish W1": {
    make: sheets.swishNetwork,
    of: "W1",
    formula: ({ W2, z1, x }, bar) => W2.T.matmul(bar.z2).mul(swishSlope(z1)).outer(x),
  },
  "swish b1": {
    make: sheets.swishNetwork,
    of: "b1",
    formula: ({ W2, z1 }, bar) => W2.T.matmul(bar.z2).mul(swishSlope(z1)),
  },
  swish: { make: sheets.swish, of: "z", formula: ({ z }, bar) => bar.y.mul(swishSlope(z)) },
  // Sheet 000
  "GMM mu": {
    make: sheets.mixture,
    of: "mu_k",
    formula: ({ X, mu_k, Sigma_k, r_k }) => Sigma_k.inv().matmul(X.sub(mu_k).T.matmul(r_k)),
  },
  "GMM pi": { make: sheets.mixture, of: "pi_k", formula: ({ r_k, pi_k }) => r_k.sum().div(pi_k) },
  "GMM Sigma": {
    make: sheets.mixture,
    of: "Sigma_k",
    formula: ({ D, Sigma_k, r_k }) => {
      const B = Sigma_k.inv();
      const M = D.T.matmul(D.mul(r_k.reshape([5, 1])));
      return B.matmul(M).matmul(B).sub(B.mul(r_k.sum())).mul(0.5);
    },
  },
  softmax: { make: sheets.softmax, of: "z", formula: ({ y }, bar) => y.mul(bar.y.sub(y.dot(bar.y))) },
  "softmax batch": {
    make: sheets.softmaxBatch,
    of: "Z",
    formula: ({ y }, bar) => y.mul(bar.y.sub(y.mul(bar.y).sum(1, { keepdim: true }))),
  },
  "softmax D = 2": {
    make: sheets.softmaxTwo,
    of: "z_1",
    formula: ({ z_1, y_1, y_2, r }) => {
      const [g1, g2] = arbitraryGradients("C", y_1, y_2);
      return z_1
        .exp()
        .div(r)
        .mul(g1.sub(g1.mul(y_1)).sub(g2.mul(y_2)));
    },
  },
  "r bar": {
    make: sheets.softmaxTwo,
    of: "r",
    formula: ({ z_1, z_2, r }, bar) =>
      bar.y_1.mul(z_1.exp()).add(bar.y_2.mul(z_2.exp())).div(r.square()).neg(),
  },
  // Sheet 001
  "Q pi": { make: sheets.em, of: "pi", formula: ({ eta, pi }) => eta.sum(0).div(pi) },
  "Q p": {
    make: sheets.em,
    of: "p",
    formula: ({ eta, X, p }) =>
      eta.T.matmul(X)
        .div(p)
        .sub(eta.T.matmul(one(X)).div(one(p))),
  },
  "df/dw3": { make: sheets.deepNet, of: "w3", formula: ({ s_2 }) => s_2 },
  "df/dw2": {
    make: sheets.deepNet,
    of: "w2",
    formula: ({ w3, s_1, s_2 }) => w3.mul(s_2).mul(one(s_2)).mul(s_1),
  },
  "df/dw1": {
    make: sheets.deepNet,
    of: "w1",
    formula: ({ w3, w2, x, s_1, s_2 }) => w3.mul(s_2).mul(one(s_2)).mul(w2).mul(s_1).mul(one(s_1)).mul(x),
  },
  "sigma' (1)": {
    make: sheets.sigmoid,
    of: "u",
    formula: ({ u }) => u.neg().exp().div(u.neg().exp().add(1).square()),
  },
  "sigma' (2)": { make: sheets.sigmoid, of: "u", formula: ({ u }) => u.sigmoid().mul(one(u.sigmoid())) },
  // Sheet 004
  "affine W": { make: sheets.affine, of: "W", formula: ({ x }, bar) => bar.y.outer(x) },
  "affine b": { make: sheets.affine, of: "b", formula: (_, bar) => bar.y },
  "3C W": {
    make: sheets.affineCost,
    of: "W",
    formula: ({ x, y }) => arbitraryGradient("C", y).outer(x).mul(3),
  },
  "3C b": { make: sheets.affineCost, of: "b", formula: ({ y }) => arbitraryGradient("C", y).mul(3) },
  "softmax beta": {
    make: sheets.softmaxBeta,
    of: "x",
    formula: ({ y, beta }, bar) => y.diag().sub(y.outer(y)).matmul(bar.y).mul(beta),
  },
};

/** The same in LaTeX, with the sheet's own symbols. */
export const texTruths: [() => any, string][] = [
  [sheets.product, "\\frac{\\partial L}{\\partial \\mathbf{X}} = \\nabla \\mathbf{L}_y \\mathbf{W}^T"],
  [sheets.reluNetwork, "\\frac{\\partial L}{\\partial \\mathbf{S}} = P - Y"],
  [
    sheets.reluNetwork,
    "\\frac{\\partial L}{\\partial \\mathbf{W}_2} = \\mathbf{H}^T \\frac{\\partial L}{\\partial \\mathbf{S}}",
  ],
  [
    sheets.reluNetwork,
    "\\frac{\\partial L}{\\partial \\mathbf{b}_2} = \\mathbf{1}_N^T \\frac{\\partial L}{\\partial \\mathbf{S}}",
  ],
  [
    sheets.reluNetwork,
    "\\frac{\\partial L}{\\partial \\mathbf{H}} = \\frac{\\partial L}{\\partial \\mathbf{S}} \\mathbf{W}_2^T",
  ],
  [
    sheets.reluNetwork,
    "\\frac{\\partial L}{\\partial Z} = \\frac{\\partial L}{\\partial H} \\circ \\mathbf{1}[Z > 0]",
  ],
  [
    sheets.autoencoder,
    "\\nabla_{\\mathbf{W}} \\mathcal{L} = W(W^\\top W x - x)x^\\top + Wx(W^\\top W x - x)^\\top",
  ],
  [sheets.gplvm1, "\\frac{\\partial \\mathcal{L}_1}{\\partial X} = -\\alpha D K^{-1} X"],
  [sheets.gplvm2, "\\frac{\\partial \\mathcal{L}_2}{\\partial X} = \\alpha K^{-1} Y Y^T K^{-1} X"],
  [
    sheets.gplvm,
    "\\nabla_X L = -\\alpha D K^{-1} X + \\alpha \\mathbf{K}^{-1} \\mathbf{Y} \\mathbf{Y}^T \\mathbf{K}^{-1} X",
  ],
  [
    sheets.gplvm,
    "\\nabla_\\alpha L = \\tfrac12 \\operatorname{tr}\\left((K^{-1}YY^TK^{-1} - D K^{-1}) X X^T\\right)",
  ],
  [
    sheets.inverse,
    "\\frac{\\partial \\mathcal{L}}{\\partial K} = -\\mathbf{K}^{-T} \\frac{\\partial \\mathcal{L}}{\\partial B} \\mathbf{K}^{-T}",
  ],
  [sheets.swishNetwork, "\\nabla_{W_2} L = \\frac{\\partial L}{\\partial z_2} h^T"],
  [
    sheets.swishNetwork,
    "\\nabla_{b_1} L = \\left(W_2^T \\frac{\\partial L}{\\partial z_2}\\right) \\odot \\left[\\sigma(z_1) + z_1 \\odot \\sigma(z_1) \\odot (1 - \\sigma(z_1))\\right]",
  ],
  [
    sheets.mixture,
    "\\frac{\\partial l}{\\partial \\boldsymbol{\\mu}_k} = \\boldsymbol{\\Sigma}_k^{-1} (X - \\mathbf{1} \\boldsymbol{\\mu}_k^\\top)^\\top r_k",
  ],
  [sheets.mixture, "\\frac{\\partial l}{\\partial \\pi_k} = \\frac{\\mathbf{1}^\\top r_k}{\\pi_k}"],
  [sheets.softmax, "\\bar{z} = y \\odot (\\bar{y} - (y^\\top \\bar{y}) \\mathbf{1})"],
  [sheets.em, "\\nabla_\\pi Q = (\\eta^\\top \\mathbf{1}) \\oslash \\pi"],
  [sheets.em, "\\nabla_p Q = (\\eta^\\top X) \\oslash p - (\\eta^\\top (1 - X)) \\oslash (1 - p)"],
  [sheets.deepNet, "\\frac{\\partial f}{\\partial w_1} = w_3 s_2 (1 - s_2) w_2 s_1 (1 - s_1) x"],
  [sheets.sigmoid, "\\frac{\\partial \\sigma}{\\partial u} = \\frac{e^{-u}}{(1 + e^{-u})^2}"],
  [sheets.sigmoid, "\\frac{\\partial \\sigma}{\\partial u} = \\sigma(u)(1 - \\sigma(u))"],
  [
    sheets.affine,
    "\\frac{\\partial C}{\\partial \\mathbf{W}} = \\frac{\\partial C}{\\partial \\mathbf{y}} \\mathbf{x}^\\top",
  ],
  [
    sheets.softmaxBeta,
    "\\frac{\\partial L}{\\partial x} = \\beta(\\operatorname{diag}(y) - y y^\\top) \\frac{\\partial L}{\\partial y}",
  ],
  [sheets.product, "\\frac{\\partial L}{\\partial \\mathbf{W}} = \\mathbf{X}^T \\nabla \\mathbf{L}_y"],
  [
    sheets.reluNetwork,
    "\\frac{\\partial L}{\\partial \\mathbf{W}_1} = \\mathbf{X}^T \\frac{\\partial L}{\\partial \\mathbf{Z}}",
  ],
  [
    sheets.reluNetwork,
    "\\frac{\\partial L}{\\partial \\mathbf{b}_1} = \\mathbf{1}_N^T \\frac{\\partial L}{\\partial \\mathbf{Z}}",
  ],
  [sheets.meanNetwork, "\\frac{\\partial L}{\\partial W} = X^T \\frac{\\partial L}{\\partial S}"],
  [
    sheets.nonlinearAutoencoder,
    "\\nabla_W L = \\left(\\left(W ((y - x) \\odot y \\odot (1 - y))\\right) \\odot h \\odot (1 - h)\\right) x^\\top" +
      " + h ((y - x) \\odot y \\odot (1 - y))^\\top",
  ],
  [sheets.gplvm1, "\\frac{\\partial L_1}{\\partial K} = -\\frac{D}{2} K^{-T}"],
  [sheets.gplvm2, "\\frac{\\partial \\mathcal{L}_2}{\\partial K} = \\frac12 K^{-1} Y Y^T K^{-1}"],
  [
    sheets.gplvm,
    "\\nabla_\\beta L = -\\frac{1}{2 \\beta^2} \\operatorname{tr}(K^{-1} Y Y^T K^{-1} - D K^{-1})",
  ],
  [sheets.swishNetwork, "\\nabla_{b_2} L = \\frac{\\partial L}{\\partial z_2}"],
  [
    sheets.swishNetwork,
    "\\nabla_{W_1} L = \\left(\\left(W_2^T \\frac{\\partial L}{\\partial z_2}\\right) \\odot " +
      "\\left[\\sigma(z_1) + z_1 \\odot \\sigma(z_1) \\odot (1 - \\sigma(z_1))\\right]\\right) x^T",
  ],
  [
    sheets.swish,
    "\\frac{\\partial L}{\\partial z} = \\frac{\\partial L}{\\partial y} \\odot (\\sigma(z) + z \\odot \\sigma(z) \\odot (1 - \\sigma(z)))",
  ],
  // As sheet 000 prints it: an operator on the left, a sum over examples on the right.
  [
    sheets.mixture,
    "\\frac{d}{d\\boldsymbol{\\mu}_k} l(\\theta) = \\sum_n r_{nk} \\boldsymbol{\\Sigma}_k^{-1} (\\mathbf{x}_n - \\boldsymbol{\\mu}_k)",
  ],
  [sheets.mixture, "\\frac{\\partial l}{\\partial \\pi_k} = \\sum_{n=1}^N \\frac{r_{nk}}{\\pi_k}"],
  [
    sheets.mixture,
    "\\frac{\\partial l}{\\partial \\Sigma_k} = \\frac12 \\sum_n r_{nk} \\left(\\Sigma_k^{-1} (x_n - \\mu_k)(x_n - \\mu_k)^T \\Sigma_k^{-1} - \\Sigma_k^{-1}\\right)",
  ],
  [
    sheets.mixture,
    "\\frac{\\partial l}{\\partial \\Sigma_k} = \\frac{1}{2} \\left(\\Sigma_k^{-1} D^\\top \\operatorname{diag}(r_k) D \\Sigma_k^{-1} - (\\mathbf{1}^\\top r_k) \\Sigma_k^{-1}\\right)",
  ],
  [sheets.softmaxBatch, "\\bar{Z} = y \\odot (\\bar{y} - (y \\odot \\bar{y}) \\mathbf{1} \\mathbf{1}^\\top)"],
  [sheets.softmaxTwo, "\\bar{z}_1 = \\bar{y}_1 \\frac{e^{z_1}}{r} + \\bar{r} e^{z_1}"],
  [sheets.softmaxTwo, "\\bar{r} = -\\frac{\\bar{y}_1 e^{z_1} + \\bar{y}_2 e^{z_2}}{r^2}"],
  [sheets.deepNet, "\\frac{\\partial f}{\\partial w_3} = s_2"],
  [sheets.deepNet, "\\frac{\\partial f}{\\partial w_2} = w_3 s_2 (1 - s_2) s_1"],
  [sheets.affine, "\\frac{\\partial C}{\\partial \\mathbf{b}} = \\frac{\\partial C}{\\partial \\mathbf{y}}"],
  // C₂ = 3C: ∂C/∂y is the derivative of the part C.
  [
    sheets.affineCost,
    "\\frac{\\partial C_2}{\\partial \\mathbf{W}} = 3 \\frac{\\partial C}{\\partial \\mathbf{y}} \\mathbf{x}^\\top",
  ],
  [
    sheets.affineCost,
    "\\frac{\\partial C_2}{\\partial \\mathbf{b}} = 3 \\frac{\\partial C}{\\partial \\mathbf{y}}",
  ],
  [
    sheets.affineCost,
    "\\frac{\\partial C_2}{\\partial \\mathbf{y}} = 3 * \\frac{\\partial C}{\\partial \\mathbf{y}}",
  ],
];
