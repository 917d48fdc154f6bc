/**
 * Formulas in LaTeX: what is read, and what is said about what cannot be.
 */

import assert from "node:assert/strict";
import test from "node:test";
import { ClaimError, derive, TexError } from "../../src/derive/index.ts";
import { rng, tensor } from "../../src/tensor/index.ts";
import * as sheets from "./sheets.ts";

const net = sheets.reluNetwork();
const ae = sheets.autoencoder();

const bad: [string, RegExp, string][] = [
  ["\\nabla_W L = W(W^T W x - x", /"\(" is not closed/, "("],
  ["\\nabla_W L = W(W^T Q x - x)x^T", /"Q" is not a known symbol; known are W, x/, "Q"],
  ["\\nabla_W L = W x +", /ends where a factor is expected/, ""],
  ["\\nabla_W L = \\sum_n W", /Nothing below this sum depends on "n"/, "\\sum"],
  ["\\nabla_W L = W^{k}", /exponent must be/, "k"],
  ["W = W x", /left-hand side must be a gradient/, "W"],
  ["\\nabla_W L = W ) x", /Unexpected "\)"/, ")"],
  ["\\nabla_W L = \\lVert x \\rVert x", /Only squared norms/, "x"],
  ["\\nabla_W L = W x'", /prime/, "'"],
  ["\\nabla_W L = W # x", /Unexpected character "#"/, "#"],
  ["\\nabla_W L = \\frac{\\partial L}{\\partial Q} x^T", /no gradient by "Q"/, "\\frac"],
];
for (const [tex, message, at] of bad)
  test(`error points at the character: ${tex}`, () => {
    try {
      ae.claim.tex(tex);
      assert.fail("was read");
    } catch (error) {
      assert.ok(error instanceof TexError, String(error));
      assert.match(error.message, message);
      const [, source, caret] = error.message.split("\n");
      assert.equal(source.trim(), tex);
      assert.ok(source.slice(caret.indexOf("^")).startsWith(at), error.message);
    }
  });

const same: [string, string][] = [
  ["\\mathbf{H}^T \\frac{\\partial L}{\\partial \\mathbf{S}}", "H^\\top \\nabla_S L"],
  ["H^{\\top}(P - Y)", "\\left(P^T H - Y^T H\\right)^T"],
  ["H^T (P - Y) \\cdot 1", "\\frac{2 H^T (P-Y)}{2}"],
];
for (const [a, b] of same)
  test(`two ways of writing: ${a} and ${b}`, () => {
    assert.ok(net.claim.tex(`\\nabla_{W_2} L = ${a}`).ok);
    assert.ok(net.claim.tex(b, { of: "W2" }).ok);
  });

test("functions, fractions, norms, determinants", () => {
  const d = derive(({ z, a }) => z.mul(a).tanh(), { z: rng(1).normal([3]), a: tensor(0.7) });
  assert.ok(d.claim.tex("\\nabla_z L = a (1 - \\tanh(a z)^2) \\odot \\frac{\\partial L}{\\partial y}").ok);
  const e = derive(({ x, s }) => x.square().sum().div(s), { x: rng(2).normal([3]), s: tensor(2) });
  assert.ok(e.claim.tex("\\frac{\\partial L}{\\partial s} = -\\frac{\\lVert x \\rVert^2}{s^2}").ok);
  const k = derive(({ K }) => K.det(), { K: rng(3).normal([3, 3]) });
  assert.ok(k.claim.tex("\\nabla_K L = |K| K^{-T}").ok);
  const p = derive(({ S }) => S.logSumExp(1).sum(), { S: rng(4).normal([3, 2]) });
  assert.ok(p.claim.tex("\\nabla_S L = \\operatorname{softmax}(S)").ok);
});

test("symbols with words, subscripts and accents", () => {
  const d = derive(({ xhat, x_0, theta_1 }) => xhat.sub(x_0).mul(theta_1).sum(), {
    xhat: rng(1).normal([3]),
    x_0: rng(2).normal([3]),
    theta_1: tensor(2),
  });
  assert.ok(d.claim.tex("\\nabla_{\\theta_1} L = \\mathbf 1^\\top (\\hat{x} - x_0)").ok);
  assert.ok(d.claim.tex("\\frac{\\partial L}{\\partial \\hat{x}} = \\theta_1 \\mathbf{1}").ok);
});

test("shapes that clash are named, with the least repair", () => {
  const message = (tex: string): string => {
    try {
      net.claim.tex(tex);
    } catch (error) {
      assert.ok(error instanceof ClaimError);
      return error.message;
    }
    return assert.fail("passed");
  };
  assert.match(message("\\nabla_{W_2} L = H (P - Y)"), /5×4 and 5×2.*Hᵀ \(P − Y\)/s);
  assert.match(message("\\nabla_{H} L = W_2^T (P - Y)"), /order of the product is wrong/);
  assert.match(message("\\nabla_{b_2} L = P - Y"), /A sum is missing: write 1ᵀ \(P − Y\)/);
});

test("every error points at the character", () => {
  const d = sheets.autoencoder();
  // The caret stands before the ‸.
  const wrong: [string, RegExp][] = [
    ["\\nabla_W L = W(W^T W x - x) x^T + ‸Q x", /"Q" is not a known symbol; known are W, x/],
    ["\\nabla_W L = W‸(W^T W x - x x^T", /The "\(" is not closed by "\)"/],
    ["\\nabla_W L = W ‸\\foo x", /"\\foo" is not a known symbol/],
    ["\\nabla_W L = W x x^T +‸", /ends where a factor is expected/],
    ["\\nabla_W L = W x^‸", /Expected an exponent/],
    ["\\nabla_W L = \\frac{1}{2 W x x^T‸", /to close the group, but the formula ends/],
    ["\\nabla_W L = W ‸) x", /Unexpected "\)" here/],
    ["‸\\nabla_Q L = W x x^T", /There is no gradient by "Q"; there are gradients by W/],
    ["\\nabla_W L = ‸\\sum_n W x", /Nothing below this sum depends on "n"; rows can be written w_n/],
    ["\\nabla_W L = ‸\\sum W", /Over what\? Write \\sum_n/],
    ["\\nabla_W L = ‸\\prod_n W", /Products with indices are not read/],
    ["‸W = x", /The left-hand side must be a gradient/],
  ];
  for (const [marked, message] of wrong) {
    const at = marked.indexOf("‸");
    const source = marked.replace("‸", "");
    assert.throws(
      () => d.claim.tex(source),
      (error: any) => {
        assert.equal(error.name, "TexError");
        assert.match(error.message, message);
        assert.equal(error.position, at, source);
        assert.equal(error.message.split("\n")[2], `  ${" ".repeat(at)}^`);
        return true;
      },
      source,
    );
  }
  assert.throws(
    () =>
      sheets
        .affineCost()
        .claim.tex("\\frac{\\partial C}{\\partial W} = \\frac{\\partial C}{\\partial y} x^T"),
    /The derivation is of C_2, and "C" is a part of it/,
  );
});

test("sums over examples: wrong ones are diagnosed like any other", () => {
  const d = sheets.mixture();
  const says = (tex: string) => d.claim.tex(tex, { expect: "false" }).diagnosis!;
  const left = "\\frac{d}{d\\mu_k} l = \\sum_n";
  assert.equal(says(`${left} r_{nk} \\Sigma_k^{-1} (\\mu_k - x_n)`).kind, "sign");
  assert.match(says(`${left} \\Sigma_k^{-1} (x_n - \\mu_k)`).sentence, /The factor \$r_\{k\}\$ is missing/);
  assert.equal(says(`${left} r_{nk} \\Sigma_k (x_n - \\mu_k)`).kind, "inverse");
  assert.equal(says(`${left} r_{nk} (x_n - \\mu_k)`).kind, "missing factor");
  assert.equal(says(`${left} r_{nk} \\Sigma_k^{-1} x_n`).kind, "missing term");
  const own = derive(
    ({ X, w, t }) => X.matmul(w).sub(t).square().sum().mul(0.5),
    { X: rng(1).normal([5, 2]), w: rng(2).normal([2]), t: rng(3).normal([5]) },
    { rows: { X: "\\phi_i", t: "t_i" } },
  );
  assert.ok(own.claim.tex("\\nabla_w L = \\sum_{i=1}^{5} (\\phi_i^T w - t_i) \\phi_i").ok);
  assert.ok(own.claim.tex("\\nabla_w L = \\sum_i (w^T \\phi_i - t_i) \\phi_i").ok);
  assert.ok(own.claim.tex("\\nabla_w L = \\sum_i \\phi_i \\phi_i^T w - \\sum_i t_i \\phi_i").ok);
});
