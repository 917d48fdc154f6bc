/**
 * float64 at its limits: true formulas are not refused where rounding is large, false ones still are.
 */

import assert from "node:assert/strict";
import test from "node:test";
import { ClaimError, derive } from "../../src/derive/index.ts";
import "../../src/linalg/index.ts";
import { eye, rng, tensor } from "../../src/tensor/index.ts";

test("K nearly singular", () => {
  const r = rng(1);
  const X = r.normal([5, 2]);
  for (const noise of [1e-3, 1e-6, 1e-9]) {
    const d = derive(
      ({ X, Y, s }) => {
        const K = X.matmul(X.T).add(eye(5).mul(s)).named("K");
        return K.logdet().add(K.inv().matmul(Y).mul(Y).sum()).mul(-0.5);
      },
      { X, Y: r.normal([5, 2]), s: tensor(noise) },
      { constants: ["Y"], domain: { s: "fixed" } },
    );
    const B = ({ K }: any) => K.inv();
    assert.ok(
      d.claim("X", (v) => B(v).matmul(v.Y).matmul(v.Y.T).matmul(B(v)).sub(B(v)).matmul(v.X)).ok,
      `noise ${noise}`,
    );
    assert.throws(
      () => d.claim("X", (v) => B(v).matmul(v.Y).matmul(v.Y.T).matmul(B(v)).mul(2).sub(B(v)).matmul(v.X)),
      ClaimError,
    );
    // With K⁻¹ of size 1e9 the other term is a billionth of the whole: no longer to be seen.
    if (noise > 1e-8)
      assert.throws(
        () => d.claim("X", (v) => B(v).matmul(v.Y).matmul(v.Y.T).matmul(B(v)).add(B(v)).matmul(v.X)),
        ClaimError,
      );
  }
});

test("softmax saturated", () => {
  const z = tensor([800, -800, 3, 0]);
  const d = derive(({ z }) => z.softmax(), { z });
  assert.ok(d.claim("z", ({ y }, bar) => y.mul(bar.y.sub(y.dot(bar.y)))).ok);
  const steep = derive(({ z }) => z.mul(1e4).softmax(), { z: rng(2).normal([4]) });
  assert.ok(steep.claim("z", ({ y }, bar) => y.mul(bar.y.sub(y.dot(bar.y))).mul(1e4)).ok);
  assert.throws(() => steep.claim("z", ({ y }, bar) => y.mul(bar.y.sub(y.dot(bar.y)))), ClaimError);
});

test("variances near zero", () => {
  const r = rng(3);
  const d = derive(
    ({ x, mu, v }) => x.sub(mu).square().div(v).add(v.log()).sum().mul(-0.5),
    { x: r.normal([4]), mu: r.normal([4]), v: tensor([1e-8, 1e-6, 1e-4, 1e-10]) },
    { constants: ["x"] },
  );
  assert.ok(d.claim("mu", ({ x, mu, v }) => x.sub(mu).div(v)).ok);
  assert.ok(
    d.claim("v", ({ x, mu, v }) => x.sub(mu).square().div(v.square()).sub(v.reciprocal()).mul(0.5)).ok,
  );
  assert.throws(
    () => d.claim("v", ({ x, mu, v }) => x.sub(mu).square().div(v.square()).mul(0.5)),
    ClaimError,
  );
  assert.throws(() => d.claim("mu", ({ x, mu, v }) => mu.sub(x).div(v)), ClaimError);
});

test("large and small scales side by side", () => {
  const r = rng(4);
  const d = derive(({ a, b }) => a.mul(1e12).square().sum().add(b.mul(1e-12).square().sum()), {
    a: r.normal([3]),
    b: r.normal([3]),
  });
  assert.ok(d.claim("a", ({ a }) => a.mul(2e24)).ok);
  assert.ok(d.claim("b", ({ b }) => b.mul(2e-24)).ok);
  assert.throws(() => d.claim("b", ({ b }) => b.mul(1e-24)), ClaimError);
});

test("float32 inputs are checked in float64", () => {
  const W = tensor(
    [
      [0.1, 0.2],
      [0.3, 0.4],
    ],
    { dtype: "float32" },
  );
  const d = derive(({ W, x }) => W.matmul(x).square().sum(), { W, x: tensor([1, 2], { dtype: "float32" }) });
  assert.equal(d.gradientValue("W").dtype, "float64");
  assert.ok(d.claim("W", ({ W, x }) => W.matmul(x).outer(x).mul(2)).ok);
});
