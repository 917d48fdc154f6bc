/**
 * Formulas made to slip past a check by numbers, and functions made to get a true one refused.
 */

import assert from "node:assert/strict";
import test from "node:test";
import { customVjp } from "../../src/autodiff/index.ts";
import {
  ClaimError,
  claimAtMost,
  claimEqual,
  claimLimit,
  claimMaximiser,
  derive,
} from "../../src/derive/index.ts";
import { maximum } from "../../src/ops/index.ts";
import { rng, tensor } from "../../src/tensor/index.ts";

const r = rng(1);
const refused = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    assert.ok(error instanceof ClaimError, String(error));
    return error.message;
  }
  return assert.fail("a wrong formula passed");
};

test("right only at the given point", () => {
  const x = tensor([1, 2, 3]);
  const d = derive(({ x }) => x.square().sum(), { x });
  refused(() => d.claim("x", () => tensor([2, 4, 6])));
  // The given values, captured from outside: the message says so.
  assert.match(
    refused(() => d.claim("x", () => x.mul(2))),
    /from outside/,
  );
});

test("right only for positive numbers", () => {
  const d = derive(({ x }) => x.abs().sum(), { x: tensor([1, 2, 3]) });
  refused(() => d.claim("x", ({ x }) => x.mul(0).add(1)));
  const s = derive(({ a }) => a.square(), { a: tensor(2) });
  refused(() => s.claim("a", ({ a }) => a.abs().mul(2)));
});

test("wrong in one small entry beside large ones", () => {
  const d = derive(({ x, y }) => x.mul(1e6).square().sum().add(y.square().mul(1e-3).sum()), {
    x: r.normal([2]),
    y: r.normal([2]),
  });
  refused(() => d.claim("y", ({ y }) => y.mul(0)));
  const one = derive(
    ({ x }) =>
      x
        .square()
        .mul(tensor([1e8, 1]))
        .sum(),
    { x: r.normal([2]) },
  );
  refused(() => one.claim("x", ({ x }) => x.mul(tensor([2e8, 2.002]))));
});

test("a relative error of one in a million", () => {
  const d = derive(({ W, x }) => W.matmul(x).square().sum(), { W: r.normal([3, 3]), x: r.normal([3]) });
  refused(() =>
    d.claim("W", ({ W, x }) =>
      W.matmul(x)
        .outer(x)
        .mul(2 + 2e-6),
    ),
  );
});

test("a term that is zero at the given point", () => {
  const d = derive(({ x, y }) => x.square().mul(y).sum(), { x: tensor([1, -2]), y: tensor([0, 0]) });
  refused(() => d.claim("x", ({ x }) => x.mul(0)));
});

test("a wrong branch that random points rarely take", () => {
  // One unit of four is off unless x is larger than 1: the mask must be right there too.
  const d = derive(({ x }) => x.sub(1).relu().square().sum(), { x: tensor([2, 3, 2.5, 4, 2, 5, 3, 2]) });
  refused(() => d.claim("x", ({ x }) => x.sub(1).mul(2)));
});

test("an equality that holds on the simplex is not believed off it, and is on it", () => {
  const pi = tensor([0.2, 0.3, 0.5]);
  assert.ok(
    claimEqual(
      "Σπ = 1",
      ({ pi }) => pi.sum(),
      ({ pi }) => pi.sum().mul(0).add(1),
      { pi },
    ).ok,
  );
  refused(() =>
    claimEqual(
      "Σπ = 1",
      ({ pi }) => pi.sum(),
      ({ pi }) => pi.sum().mul(0).add(1),
      { pi },
      { domain: { pi: "positive" } },
    ),
  );
});

test("K = Kᵀ is used where K is symmetric, and not where it is not", () => {
  const A = r.normal([3, 3]);
  const d = derive(({ K }) => K.inv().sum(), { K: A });
  refused(() => d.claim("K", ({ K }) => K.inv().matmul(K.mul(0).add(1)).matmul(K.inv()).neg()));
});

test("a function whose own rule is wrong is not trusted", () => {
  const wrong = customVjp(
    "cube",
    (x) => x.mul(x).mul(x),
    (G, [x]) => [G.mul(x.square()).mul(2)],
  );
  const d = derive(({ x }) => wrong(x).sum(), { x: r.normal([3]) });
  // Both the true formula and the one the wrong rule gives: nothing can be checked.
  assert.throws(
    () => d.claim("x", ({ x }) => x.square().mul(2)),
    /automatic differentiation and central differences/,
  );
  assert.throws(
    () => d.claim("x", ({ x }) => x.square().mul(3)),
    /automatic differentiation and central differences/,
  );
});

test("kinks: a point on the kink proves nothing, points beside it do", () => {
  const d = derive(({ x }) => x.relu().sum(), { x: tensor([0, 1, -1]) });
  assert.ok(d.claim("x", ({ x }) => x.greater(0).mul(1)).ok);
  refused(() => d.claim("x", ({ x }) => x.less(0).mul(1)));
  const m = derive(({ a, b }) => maximum(a, b).sum(), { a: tensor([1, 1]), b: tensor([1, 2]) });
  assert.ok(m.claim("a", ({ a, b }) => a.greater(b).mul(1).add(a.equal(b).mul(0.5))).ok);
});

test("a formula that is not finite is refused", () => {
  const d = derive(({ x }) => x.square().sum(), { x: r.normal([3]) });
  refused(() => d.claim("x", ({ x }) => x.mul(2).div(0)));
  refused(() => d.claim("x", ({ x }) => x.mul(Number.NaN)));
});

test("functions defined only for some numbers are tested there", () => {
  const d = derive(({ p }) => p.log().sum(), { p: tensor([0.3, 0.7, 1.4]) });
  assert.ok(d.claim("p", ({ p }) => p.reciprocal()).ok);
  refused(() => d.claim("p", ({ p }) => p.reciprocal().neg()));
});

test("a gradient that is zero everywhere", () => {
  const d = derive(({ z }) => z.softmax().sum(), { z: r.normal([4]) });
  assert.ok(d.claim("z", ({ z }) => z.mul(0)).ok);
  refused(() => d.claim("z", ({ z }) => z.mul(1e-6)));
});

test("limits, bounds and maximisers that nearly hold", () => {
  refused(() =>
    claimLimit(
      "wrong limit",
      ({ b }) => b.div(b.add(1)),
      ({ b }) => b.mul(0).add(0.999),
      { b: tensor(1) },
      { variable: "b", to: Infinity },
    ),
  );
  refused(() =>
    claimAtMost(
      "x ≤ 3",
      ({ x }) => x,
      ({ x }) => x.mul(0).add(2),
      { x: r.normal([3]) },
    ),
  );
  // Stationary, but the smallest value.
  refused(() =>
    claimMaximiser(
      "uniform",
      ({ pi }) => pi.square().sum(),
      { pi: () => tensor([1 / 3, 1 / 3, 1 / 3]) },
      { pi: tensor([0.2, 0.3, 0.5]) },
      { over: { pi: "simplex" } },
    ),
  );
});

test("the documented blind spots: these wrong formulas pass", () => {
  const d = derive(({ x }) => x.square().sum(), { x: r.normal([3]) });
  // Wrong by less than the tolerance.
  assert.ok(d.claim("x", ({ x }) => x.mul(2 + 1e-9)).ok);
  // Wrong on a branch that no random point takes.
  assert.ok(d.claim("x", ({ x }) => x.mul(2).add(x.greater(9).mul(1))).ok);
  // A size written as a number.
  const mean = derive(({ x }) => x.square().mean(), { x: r.normal([5]) });
  assert.ok(mean.claim("x", ({ x }) => x.mul(2 / 5)).ok);
  // A fact of the input's kind: on the simplex Σπ is 1.
  const pi = tensor([0.2, 0.3, 0.5]);
  const sum = derive(({ pi }) => pi.log().sum().mul(pi.sum()), { pi });
  const formula = ({ pi }: any) => pi.reciprocal().add(pi.log().sum());
  assert.ok(sum.claim("pi", formula).ok);
  const wide = derive(({ pi }) => pi.log().sum().mul(pi.sum()), { pi }, { domain: { pi: "positive" } });
  refused(() => wide.claim("pi", formula));
});
