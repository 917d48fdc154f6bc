import assert from "node:assert/strict";
import test from "node:test";
import { ClaimError, derive } from "../../src/derive/index.ts";
import { oneHot, rng } from "../../src/tensor/index.ts";

const r = rng(1);

test("the linear autoencoder's gradient comes out in the sheet's form", () => {
  const d = derive(({ W, x }) => W.T.matmul(W).matmul(x).sub(x).square().sum().mul(0.5), {
    W: r.normal([2, 3]),
    x: r.normal([3]),
  }).check();
  assert.equal(
    d.gradient("W").formula,
    "W \\left(W^{\\top} W x - x\\right) x^{\\top} + W x \\left(W^{\\top} W x - x\\right)^{\\top}",
  );
});

test("the two-layer network's gradients come out in terms of the named results", () => {
  const d = derive(
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
    { constants: ["Y"] },
  ).check();
  assert.equal(d.gradient("S").formula, "P - Y");
  assert.equal(d.gradient("W2").local, "H^{\\top} \\frac{\\partial L}{\\partial S}");
  assert.equal(d.gradient("b1").local, "\\mathbf{1}^{\\top} \\frac{\\partial L}{\\partial Z}");
  assert.ok(d.claim("W2", ({ H }, bar) => H.T.matmul(bar.S)).ok);
  assert.throws(() => d.claim("S", ({ P, Y }) => Y.sub(P)), ClaimError);
  assert.equal(d.refute("S", ({ P, Y }) => Y.sub(P)).ok, false);
  assert.throws(() => d.refute("S", ({ P, Y }) => P.sub(Y)), ClaimError);
});
