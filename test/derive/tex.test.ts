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
  ["\\nabla_W L = \\sum_n W", /Sums with indices are not read/, "\\sum"],
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
